package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/sending"
)

// TestProfiles writes with each profile, by flag and by the configuration; flags count more.
func TestProfiles(t *testing.T) {
	t.Parallel()
	w := newChoosingWorld(t)
	w.person("alice", "rsa-2048", "own")
	w.person("ada", "ml-dsa-44", "own")
	w.person("eddy", "ed448", "own")
	w.person("bob", "rsa-2048", "aes-256-gcm", "rsa-oaep", sending.BoundKey)
	w.person("old", "rsa-2048")
	w.person("pia", "ml-kem-768")
	for _, c := range []struct {
		name, config, to, flags string
		cipher                  string
		ways                    []string
		says                    string // a refusal, when cipher is empty
	}{
		{"none", "", "bob", "", "cek-hkdf-sha256-aes-256-gcm", []string{"rsa-oaep-sha256"}, ""},
		{"compat", "", "bob", "--profile compat", "aes-256-cbc", []string{"rsa-pkcs1v15"}, ""},
		{"modern", "", "bob", "--profile modern", "cek-hkdf-sha256-aes-256-gcm", []string{"rsa-oaep-sha256"}, ""},
		{"modern, nothing known", "", "old", "--profile modern", "aes-256-gcm", []string{"rsa-oaep-sha256"}, ""},
		{"pq", "", "pia", "--profile pq", "aes-256-gcm", []string{"ml-kem-768"}, ""},
		{"configured", `profile = "modern"`, "old", "", "aes-256-gcm", []string{"rsa-oaep-sha256"}, ""},
		{"the flag before the file", `profile = "modern"`, "old", "--profile compat", "aes-256-cbc", []string{"rsa-pkcs1v15"}, ""},
		{"the profile's flag before the file's cipher", `cipher = "aes-128-gcm"`, "old", "--profile compat", "aes-256-cbc", []string{"rsa-pkcs1v15"}, ""},
		{"the file's cipher before the file's profile", "cipher = \"aes-128-gcm\"\nprofile = \"compat\"", "old", "", "aes-128-gcm", []string{"rsa-pkcs1v15"}, ""},
		{"the cipher before the profile", "", "old", "--profile compat --cipher aes-192-gcm", "aes-192-gcm", []string{"rsa-pkcs1v15"}, ""},
		{"the key encryption before the profile", "", "old", "--profile compat --key-encryption rsa-oaep-sha512", "aes-256-cbc", []string{"rsa-oaep-sha512"}, ""},
		{"pq and RSA alone", "", "old", "--profile pq", "", nil, "will not encrypt for old@example.test: a quantum computer breaks its key, RSA 2048, and --profile pq is asked for"},
		{"pq of the file and RSA alone", `profile = "pq"`, "old", "", "", nil, `and profile = "pq" of config.toml is asked for`},
		{"configured as what it is not", `profile = "best"`, "old", "", "", nil, "profile = best is not possible"},
	} {
		w.configure(c.config)
		r := w.run(w.mail("me", c.to), append([]string{"encrypt", "--no-self"}, strings.Fields(c.flags)...)...)
		if c.cipher == "" {
			if r.code == 0 || !strings.Contains(r.stderr, c.says) || !strings.Contains(r.stderr, "hint: ") && c.config == "" {
				t.Errorf("%s: %d %s", c.name, r.code, r.stderr)
			}
			continue
		}
		if r.code != 0 {
			t.Errorf("%s: %d %s", c.name, r.code, r.stderr)
			continue
		}
		l := w.encrypted()
		var ways []string
		for _, x := range l.Recipients {
			ways = append(ways, x.Algorithm)
		}
		if l.Cipher != c.cipher || !slices.Equal(ways, c.ways) {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, l.Cipher, ways, c.cipher, c.ways)
		}
		w.opens(c.to)
	}
	w.configure("")
	for _, c := range []struct {
		name, from, flags string
		signature, digest string // what is written
		says              string // besides; the refusal where nothing is
	}{
		{"none", "alice", "", "rsa-pkcs1v15", "sha256", ""},
		{"compat", "alice", "--profile compat", "rsa-pkcs1v15", "sha256", ""},
		{"modern", "alice", "--profile modern", "rsa-pss", "sha256", ""},
		{"modern, and PKCS#1", "alice", "--profile modern --signature rsa-pkcs1v15", "rsa-pkcs1v15", "sha256", ""},
		{"modern, and SHA-512", "alice", "--profile modern --digest sha512", "rsa-pss", "sha512", ""},
		{"compat, and PSS", "alice", "--profile compat --pss", "rsa-pss", "sha256", ""},
		{"by name", "alice", "--signature rsa-pss", "rsa-pss", "sha256", ""},
		{"SHA-3", "alice", "--digest sha3-256", "rsa-pkcs1v15", "sha3-256", ""},
		{"pq", "ada", "--profile pq", "ml-dsa-44", "sha512", ""},
		{"compat with ML-DSA", "ada", "--profile compat", "ml-dsa-44", "sha256", "not every program that --profile compat is for checks signatures with ML-DSA-44"},
		{"modern with Ed448", "eddy", "--profile modern", "ed448", "shake256-512", "not every program that --profile modern is for checks signatures with Ed448"},
		{"compat with Ed448, which has a digest of its own", "eddy", "--profile compat", "ed448", "shake256-512", "not every program"},
		{"pq with RSA", "alice", "--profile pq", "", "", "--profile pq: a quantum computer breaks RSA 2048, and nobody else signs"},
		{"another key's signature", "alice", "--signature ed25519", "", "", "--signature ed25519 does not go with a key of RSA 2048"},
		{"PSS and not", "alice", "--pss --signature rsa-pkcs1v15", "", "", "exclude each other"},
		{"no such signature", "alice", "--signature best", "", "", "one of rsa-pkcs1v15, "},
		{"a signature that is read", "alice", "--signature dsa", "", "", "--signature dsa: it is broken, and only read"},
		{"a digest that is read", "alice", "--digest sha224", "", "", "--digest sha224: it is out of date, and only read"},
		{"a digest that does not go with the key", "eddy", "--digest sha256", "", "", "--digest sha256 does not go with a key of Ed448"},
	} {
		r := w.run(w.mail(c.from, "bob"), append([]string{"sign"}, strings.Fields(c.flags)...)...)
		if !strings.Contains(r.stderr, c.says) {
			t.Errorf("%s: does not say %q: %s", c.name, c.says, r.stderr)
		}
		if c.signature == "" {
			if r.code != exitUsage {
				t.Errorf("%s: %d %s", c.name, r.code, r.stderr)
			}
			continue
		}
		if r.code != 0 {
			t.Errorf("%s: %d %s", c.name, r.code, r.stderr)
			continue
		}
		out, err := os.ReadFile(w.path("out"))
		if err != nil {
			t.Fatal(err)
		}
		s := w.layers(out)[0].Signers[0]
		if s.Signature != c.signature || s.Digest != c.digest {
			t.Errorf("%s: %s with %s, want %s with %s", c.name, s.Signature, s.Digest, c.signature, c.digest)
		}
		if code, stdout, stderr := w.plain(out, "verify"); code != 0 {
			t.Errorf("%s: %d %s%s", c.name, code, stdout, stderr)
		}
	}
	// A profile in the configuration says nothing about commits.
	w.configure(`profile = "pq"`)
	if s, err := (&signOptions{code: true}).signing(&config{Profile: "pq"}); err != nil || s.profile.PostQuantum || s.pss {
		t.Errorf("git: %+v, %v", s, err)
	}
}

// TestProfileOfPersonWithTwoKeys: of somebody with both kinds of certificates pq takes the one that it asks for, the other
// the newest.
func TestProfileOfPersonWithTwoKeys(t *testing.T) {
	t.Parallel()
	w := newChoosingWorld(t)
	w.person("pia", "ml-kem-768")
	w.person("pia", "p-256")
	w.person("ada", "ml-dsa-44", "own")
	w.person("ada", "p-256", "own")
	w.person("ada", "ml-kem-512", "own")
	if r := w.run(w.mail("ada", "pia"), "encrypt", "--profile", "pq", "--sign"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	for _, x := range w.encrypted().Recipients {
		if !strings.HasPrefix(x.Algorithm, "ml-kem-") {
			t.Errorf("for %s", x.Algorithm)
		}
	}
	w.person("eve", "p-256", "own")
	if r := w.run(w.mail("eve", "pia"), "encrypt", "--profile", "pq"); r.code != exitKey || !strings.Contains(r.stderr, "--no-self") {
		t.Errorf("a copy that a quantum computer reads: %d %s", r.code, r.stderr)
	}
}

// TestHybrid has several kinds in one message: each opens it, all signatures are judged, and the weakest is named.
func TestHybrid(t *testing.T) {
	t.Parallel()
	w := newChoosingWorld(t)
	w.person("alice", "rsa-2048", "own")
	w.person("ada", "ml-dsa-65", "own")
	w.person("bob", "rsa-2048")
	w.person("carol", "x448")
	w.person("pia", "ml-kem-768")
	mail := []byte("From: alice@example.test\nTo: bob@example.test, carol@example.test, pia@example.test\nSubject: x\n\ntext\n")
	r := w.run(mail, "encrypt", "--no-self", "--report", "@report.json")
	if r.code != 0 || !strings.Contains(r.stderr, "smimectl: note: as strong as its weakest recipient: RSA 2048 of bob@example.test, not post-quantum\n") {
		t.Errorf("%d %s", r.code, r.stderr)
	}
	report, err := os.ReadFile(w.path("report.json"))
	if err != nil || !strings.Contains(string(report), `"code":"weakest-link","level":"note"`) {
		t.Errorf("%s %v", report, err)
	}
	l := w.encrypted()
	if l.Weakest == nil || l.Weakest.What != "recipient" || l.Weakest.Who == nil || *l.Weakest.Who != "bob@example.test" || l.Weakest.Bits != 112 || l.Weakest.PostQuantum ||
		l.Recipients[*l.Weakest.Index].Algorithm != "rsa-pkcs1v15" {
		t.Errorf("%+v", l.Weakest)
	}
	out, err := os.ReadFile(w.path("out"))
	if err != nil {
		t.Fatal(err)
	}
	if _, stdout, _ := w.plain(out, "inspect"); !strings.Contains(stdout, "Weakest") || !strings.Contains(stdout, "RSA 2048 of bob@example.test") {
		t.Errorf("inspect:\n%s", stdout)
	}
	for _, name := range []string{"bob", "carol", "pia"} {
		w.opens(name)
	}
	// The strength is in the message, for who has no certificate of the recipients.
	stranger := newChoosingWorld(t)
	if x := stranger.layers(out)[0].Weakest; x == nil || x.Key != "RSA 2048" || x.Who != nil || x.Bits != 112 {
		t.Errorf("to a stranger: %+v", x)
	}
	// Of one kind there is nothing to say.
	if r := w.run(w.mail("alice", "pia"), "encrypt", "--no-self"); strings.Contains(r.stderr, "weakest") {
		t.Error(r.stderr)
	}

	r = w.run(w.mail("alice", "bob"), "sign", "-i", "alice@example.test", "-i", "ada@example.test", "--any-from", "--profile", "pq")
	if r.code != 0 {
		t.Fatal(r.stderr)
	}
	if out, err = os.ReadFile(w.path("out")); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := w.plain(out, "verify", "--any-from")
	if code != 0 || strings.Count(stdout, "Weakest") != 1 || !strings.Contains(stdout, "RSA 2048 of alice@example.test") {
		t.Errorf("verify: %d\n%s", code, stdout)
	}
	var signers []string
	signed := w.layers(out)[0]
	for _, s := range signed.Signers {
		signers = append(signers, s.Signature)
	}
	if slices.Sort(signers); !slices.Equal(signers, []string{"ml-dsa-65", "rsa-pss"}) || signed.Weakest == nil || signed.Weakest.Key != "RSA 2048" {
		t.Errorf("%q %+v", signers, signed.Weakest)
	}
}

// TestCompress writes compressed-data in every form and reads it again.
func TestCompress(t *testing.T) {
	t.Parallel()
	w := newChoosingWorld(t)
	w.person("alice", "p-256", "own")
	w.person("bob", "rsa-2048")
	long := []byte("From: alice@example.test\nTo: bob@example.test\nSubject: x\n\n" + strings.Repeat("the same text again\n", 5000) + "text\n")
	for _, c := range []struct {
		flags string
		kinds []string // of the layers that verify or decrypt finds
	}{
		{"sign --compress", []string{"signed", "compressed"}},
		{"sign --compress --opaque", []string{"signed", "compressed"}},
		{"encrypt --compress", []string{"encrypted", "compressed"}},
		{"encrypt --compress --sign", []string{"encrypted", "signed", "compressed"}},
		{"encrypt --compress --sign --opaque --cipher aes-128-cbc", []string{"encrypted", "signed", "compressed"}},
	} {
		if r := w.run(long, strings.Fields(c.flags)...); r.code != 0 {
			t.Errorf("%s: %s", c.flags, r.stderr)
			continue
		}
		out, err := os.ReadFile(w.path("out"))
		if err != nil {
			t.Fatal(err)
		}
		if len(out) > len(long)/4 {
			t.Errorf("%s: %d octets of %d", c.flags, len(out), len(long))
		}
		verb := "verify"
		if c.kinds[0] == "encrypted" {
			verb = "decrypt"
		}
		code, stdout, stderr := w.plain(out, verb, "-o", "-", "--report", w.path("report.json"))
		_, body, _ := strings.Cut(stdout, "\n\n")
		if _, want, _ := strings.Cut(string(long), "\n\n"); code != 0 || body != want {
			t.Errorf("%s: %d, %d octets back of %d\n%s", c.flags, code, len(body), len(want), stderr)
		}
		report, err := os.ReadFile(w.path("report.json"))
		if err != nil {
			t.Fatal(err)
		}
		from := 0
		for _, kind := range c.kinds {
			i := strings.Index(string(report[from:]), `{"kind":"`+kind+`"`)
			if i < 0 {
				t.Errorf("%s: no %s where it should be: %s", c.flags, kind, report)
				break
			}
			from += i + 1
		}
	}
	for _, c := range []struct {
		flags, says string
		mail        []byte
		code        int
	}{
		{"sign --compress --add", "neither with --raw nor with --add", long, exitUsage},
		{"sign --compress --raw -i alice@example.test", "neither with --raw nor with --add", long, exitUsage},
		{"encrypt --compress --raw --to bob@example.test", "--compress is for mail", long, exitUsage},
		{"encrypt --compress --cipher aes-256-ccm", "has to know the size of the content first", long, exitUsage},
		{"encrypt --sign --cipher aes-256-ccm", "has to know the size of the content first", long, exitUsage},
		{"sign --compress", "more than a hundred times smaller", append(slices.Clone(long), strings.Repeat("\n", 4<<20)...), exitNo},
		{"encrypt --compress", "leave out --compress", append(slices.Clone(long), strings.Repeat("\n", 4<<20)...), exitNo},
	} {
		if r := w.run(c.mail, strings.Fields(c.flags)...); r.code != c.code || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%s: %d %s", c.flags, r.code, r.stderr)
		}
	}
}

// TestNewKeyProfiles makes the key of a profile, unless one is named.
func TestNewKeyProfiles(t *testing.T) {
	t.Parallel()
	w := newChoosingWorld(t)
	for _, c := range []struct {
		config, flags, says string
		code                int
	}{
		{"", "--algorithm p-384", "P-384", 0},
		{"", "--profile modern", "P-256", 0},
		{"", "--profile pq", "ML-DSA-65", 0},
		{`profile = "pq"`, "", "ML-DSA-65", 0},
		{`profile = "pq"`, "--profile modern --algorithm ed25519", "Ed25519", 0},
		{"", "--algorithm slh-dsa-shake-128f", "SLH-DSA-SHAKE-128f", 0},
		{"", "--algorithm x25519", "such a key cannot sign", exitUsage},
		{"", "--algorithm ml-kem-768", "such a key cannot sign", exitUsage},
		{"", "--algorithm rsa-1024", "one of rsa-2048", exitUsage},
		{"", "--profile old", "one of compat, modern, pq", exitUsage},
	} {
		w.configure(c.config)
		code, _, stderr := w.plain(nil, append([]string{"id", "new", "--no-passphrase", "x@example.test"}, strings.Fields(c.flags)...)...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("%s %s: %d %s", c.config, c.flags, code, stderr)
		}
	}
}
