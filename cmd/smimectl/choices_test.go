package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certstore"
	"smimectl/internal/outfile"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// choosingWorld has people with keys of every kind: NAME@example.test, whose keys are in a folder as NAME.pem, and whose
// certificates are in the store with what their owners announced to read.
type choosingWorld struct {
	*sendingWorld
	toy  *certstore.ToyCA
	home string // of the store; "": store
}

func newChoosingWorld(t testing.TB) *choosingWorld {
	w := &choosingWorld{sendingWorld: newSendingWorld(t)}
	var err error
	if w.toy, err = certstore.NewToyCA("Toy CA", w.now); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store().AddAnchor("toy", w.toy.Certificate, false); err != nil {
		t.Fatal(err)
	}
	return w
}

// person makes somebody with a key; reads is nil where nothing is known of him.
func (w *choosingWorld) person(name, keyName string, reads ...string) {
	w.t.Helper()
	address, err := cert.ParseAddress(name + "@example.test")
	if err != nil {
		w.t.Fatal(err)
	}
	key, c, err := w.toy.Issue(certstore.ToyOptions{Addresses: []cert.Address{address}, KeyName: keyName})
	if err != nil {
		w.t.Fatal(err)
	}
	chain := []*cert.Certificate{c, w.toy.Certificate}
	if reads != nil && reads[0] == "own" {
		if _, err := w.store().AddIdentity(key, chain, []byte{}, false); err != nil {
			w.t.Fatal(err)
		}
	} else if _, err := w.store().AddCertificate(c, "test", w.now, &certstore.Announced{Capabilities: reads}, true); err != nil {
		w.t.Fatal(err)
	}
	der, err := key.PKCS8()
	if err != nil {
		w.t.Fatal(err)
	}
	w.write(name+".pem", append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), pemOf(chain)...))
}

// encrypted is what inspect says of the encrypted layer of the last output.
func (w *choosingWorld) encrypted() verdict.LayerReport {
	w.t.Helper()
	data, err := os.ReadFile(w.path("out"))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.layers(data)[0]
}

// layers inspects a mail.
func (w *choosingWorld) layers(mail []byte) []verdict.LayerReport {
	w.t.Helper()
	code, stdout, stderr := w.plain(mail, "inspect", "--json")
	var r struct{ Layers []verdict.LayerReport }
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 0 || len(r.Layers) == 0 {
		w.t.Fatalf("inspect: %d %v\n%s%s", code, err, stdout, stderr)
	}
	return r.Layers
}

// plain runs a command line without an output file.
func (w *choosingWorld) plain(stdin []byte, args ...string) (code int, stdout, stderr string) {
	w.t.Helper()
	var out, errs bytes.Buffer
	env := &environment{
		stdin: bytes.NewReader(stdin), stdout: &out, stderr: &errs, now: func() time.Time { return w.now }, temporary: &outfile.Temporary{},
		getenv: func(name string) string {
			return map[string]string{"SMIMECTL_HOME": cmp.Or(w.home, w.path("store")), "LC_ALL": "C.UTF-8"}[name]
		},
	}
	code = run(env, args)
	return code, out.String(), errs.String()
}

// opens decrypts the last output as somebody, and wants the text.
func (w *choosingWorld) opens(name string) {
	w.t.Helper()
	mail, err := os.ReadFile(w.path("out"))
	if err != nil {
		w.t.Fatal(err)
	}
	if code, stdout, stderr := w.plain(mail, "decrypt", "-i", w.path(name+".pem")); code != 0 || !strings.HasSuffix(stdout, "text\n") {
		w.t.Errorf("%s does not open it: %d %q\n%s", name, code, stdout, stderr)
	}
}

func (w *choosingWorld) configure(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.path("store/config.toml"), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// TestKeyEncryptionFlag writes every form of every name that --key-encryption takes, to a key that it goes with, and has
// the mail opened.
func TestKeyEncryptionFlag(t *testing.T) {
	t.Parallel()
	w := newChoosingWorld(t)
	people := map[string]string{"rsa": "rsa-2048", "ec": "p-256", "x25519": "x25519", "x448": "x448"}
	for name, key := range people {
		w.person(name, key)
	}
	w.person("pia", "ml-kem-768")
	for _, e := range algorithm.KeyEncryptions() {
		for _, kind := range e.Keys {
			r := w.run(w.mail("me", kind), "encrypt", "--no-self", "--key-encryption", e.Name)
			if r.code != 0 {
				t.Fatalf("%s to %s: %d %s", e.Name, kind, r.code, r.stderr)
			}
			want := e.Name
			if want == "rsa-oaep" { // the usual form
				want = "rsa-oaep-sha256"
			}
			if got := w.encrypted().Recipients[0].Algorithm; got != want {
				t.Errorf("%s to %s: %s is written", e.Name, kind, got)
			}
			w.opens(kind)
		}
	}
	// Each for the recipients it goes with.
	mail := []byte("From: me@example.test\nTo: rsa@example.test, ec@example.test, pia@example.test\nSubject: x\n\ntext\n")
	if r := w.run(mail, "encrypt", "--no-self", "--key-encryption", "rsa-oaep-sha384", "--key-encryption", "ecdh-sha512kdf"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	var got []string
	for _, x := range w.encrypted().Recipients {
		got = append(got, x.Algorithm)
	}
	if slices.Sort(got); !slices.Equal(got, []string{"ecdh-sha512kdf", "ml-kem-768", "rsa-oaep-sha384"}) {
		t.Errorf("%q", got)
	}
	for _, name := range []string{"rsa", "ec", "pia"} {
		w.opens(name)
	}
	for _, c := range []struct{ to, flags, says string }{
		{"ec", "--key-encryption rsa-oaep", "no recipient has a key that it goes with"},
		{"rsa", "--key-encryption ecdh-sha256kdf", "it goes with keys of ec, x25519, x448; here are RSA 2048"},
		{"ec", "--key-encryption x25519-hkdf-sha256", "no recipient has a key that it goes with"},
		{"pia", "--key-encryption rsa-pkcs1v15", "no recipient has a key that it goes with"},
		{"rsa", "--key-encryption rsa-oaep --key-encryption rsa-pkcs1v15", "are for the same keys"},
		{"rsa", "--oaep --key-encryption rsa-pkcs1v15", "are for the same keys"},
		{"ec", "--key-encryption ecdh-sha1kdf", "it is read, and nothing is made with it"},
		{"ec", "--key-encryption ml-kem-768", "there is no such name"},
		{"ec", "--key-encryption nonsense", "one of rsa-oaep, rsa-oaep-sha256"},
		{"ec", "--cipher 3des-cbc", "it is out of date, and only read"},
		{"ec", "--cipher rc2-cbc", "it is broken, and only read"},
		{"ec", "--cipher AES256", "there is no such name"},
		{"ec", "--profile old", "one of compat, modern, pq"},
	} {
		r := w.run(w.mail("me", c.to), append([]string{"encrypt", "--no-self"}, strings.Fields(c.flags)...)...)
		if r.code != exitUsage || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%s to %s: %d %s", c.flags, c.to, r.code, r.stderr)
		}
	}
}

// TestAutomaticCipher takes the best cipher that everybody announced, and binds the key to it when everybody reads that.
func TestAutomaticCipher(t *testing.T) {
	t.Parallel()
	reads := func(names ...string) sending.Recipient {
		return sending.Recipient{Who: "x", Reads: sending.ReadsOf(names)}
	}
	for _, c := range []struct {
		name       string
		cipher     string
		bind       bool
		recipients []sending.Recipient
		want, says string
	}{
		{"nothing known", "auto", true, []sending.Recipient{reads()}, "aes-256-cbc", "x is not known to read AES-GCM"},
		{"one not known", "auto", true, []sending.Recipient{reads("aes-256-gcm", sending.BoundKey), reads()}, "aes-256-cbc", "x is not known to read AES-GCM"},
		{"GCM", "auto", true, []sending.Recipient{reads("aes-128-cbc", "aes-256-gcm")}, "aes-256-gcm", ""},
		{"the best that both read", "auto", true, []sending.Recipient{reads("aes-256-gcm", "aes-128-gcm"), reads("aes-128-gcm")}, "aes-128-gcm", ""},
		{"ChaCha20", "auto", true, []sending.Recipient{reads("chacha20-poly1305", "aes-128-gcm")}, "chacha20-poly1305", ""},
		{"CBC alone", "auto", true, []sending.Recipient{reads("aes-128-cbc", "3des-cbc")}, "aes-128-cbc", "x cannot read AES-GCM"},
		{"nothing that is written", "auto", true, []sending.Recipient{reads("3des-cbc", "rc2-cbc")}, "aes-256-cbc", "x cannot read AES-GCM"},
		{"no CCM by itself", "auto", true, []sending.Recipient{reads("aes-256-ccm", "aes-128-cbc")}, "aes-128-cbc", "AES-CBC does not show changes"},
		{"bound", "auto", true, []sending.Recipient{reads("aes-256-gcm", sending.BoundKey)}, "cek-hkdf-sha256-aes-256-gcm", ""},
		{"bound, CBC", "auto", true, []sending.Recipient{reads("aes-256-cbc", sending.BoundKey)}, "cek-hkdf-sha256-aes-256-cbc", "AES-CBC does not show changes"},
		{"one does not read bound keys", "auto", true, []sending.Recipient{reads("aes-256-gcm", sending.BoundKey), reads("aes-256-gcm")}, "aes-256-gcm", ""},
		{"by a profile that does not bind", "aes-256-cbc", false, []sending.Recipient{reads("aes-256-gcm", sending.BoundKey)}, "aes-256-cbc", "AES-CBC does not show changes"},
		{"by name", "aes-128-gcm", false, []sending.Recipient{reads()}, "aes-128-gcm", ""},
		{"nobody", "auto", true, nil, "aes-256-cbc", ""},
	} {
		cipher, warning, err := chooseCipher(c.cipher, c.bind, c.recipients)
		if err != nil || cipher.Name != c.want || !strings.Contains(warning, c.says) || (c.says == "" && c.want != "aes-256-cbc") != (warning == "" && c.want != "aes-256-cbc") {
			t.Errorf("%s: %v, %q, %v, want %s, %q", c.name, cipher.Name, warning, err, c.want, c.says)
		}
	}
}

// TestAutomaticChoice has whole mails: what was announced in a signed mail, and in the certificate (RFC 4262), decides on
// cipher and key encryption; the mail counts more.
func TestAutomaticChoice(t *testing.T) {
	t.Parallel()
	w := newChoosingWorld(t)
	w.person("old", "rsa-2048")
	w.person("new", "rsa-2048", "aes-256-gcm", "rsa-oaep")
	w.person("sha1", "rsa-2048", "aes-256-gcm", "rsa-oaep-sha1")
	w.person("bound", "p-256", "aes-256-gcm", sending.BoundKey)
	// An extension that announces AES-256-GCM, and RSAES-OAEP with its defaults.
	announce := certtest.Extension{OID: "1.2.840.113549.1.9.15", Value: []byte("\x30\x1c" + "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e" + "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07\x30\x00")}
	template := w.sendingWorld.person("ext")
	template.Extensions = append(template.Extensions, announce)
	ext := w.sendingWorld.issue("ext", template)
	template = w.sendingWorld.person("broken")
	announce.Value = announce.Value[:20]
	template.Extensions = append(template.Extensions, announce)
	w.sendingWorld.issue("broken", template)
	template = w.sendingWorld.person("both")
	announce.Value = []byte("\x30\x0d" + "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e")
	template.Extensions = append(template.Extensions, announce)
	both := w.sendingWorld.issue("both", template)
	if _, err := w.store().AddCertificate(w.parse(both), "test", w.now, &certstore.Announced{Capabilities: []string{"aes-128-cbc"}}, true); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ to, cipher, way string }{
		{"old@example.test", "aes-256-cbc", "rsa-pkcs1v15"},
		{"new@example.test", "aes-256-gcm", "rsa-oaep-sha256"},
		{"sha1@example.test", "aes-256-gcm", "rsa-oaep-sha1"},
		{"bound@example.test", "cek-hkdf-sha256-aes-256-gcm", "ecdh-sha256kdf"},
		{"@ext.pem", "aes-256-gcm", "ecdh-sha256kdf"},
		{"@broken.pem", "aes-256-cbc", "ecdh-sha256kdf"},
		{"both@example.test", "aes-128-cbc", "ecdh-sha256kdf"},
	} {
		if r := w.run(w.mail("me", "nobody"), "encrypt", "--only", "--to", c.to); r.code != 0 {
			t.Errorf("%s: %s", c.to, r.stderr)
			continue
		}
		l := w.encrypted()
		if l.Cipher != c.cipher || l.Recipients[0].Algorithm != c.way {
			t.Errorf("%s: %s and %s, want %s and %s", c.to, l.Cipher, l.Recipients[0].Algorithm, c.cipher, c.way)
		}
	}
	if r := w.run(w.mail("me", "bound"), "encrypt", "--no-self"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	w.opens("bound")
	if got := readsOf(w.parse(ext), nil); !got["rsa-oaep-sha1"] || got["rsa-oaep"] {
		t.Errorf("the certificate announces %v", got)
	}
	// The hash of OAEP is the one that was announced.
	if r := w.run(w.mail("me", "sha1"), "encrypt", "--no-self"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	out, err := os.ReadFile(w.path("out"))
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(out), "\n\n")
	der, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
	if err != nil || !bytes.Contains(der, []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07\x30\x00")) {
		t.Errorf("not with the defaults: %v", err)
	}
	w.opens("sha1")
}
