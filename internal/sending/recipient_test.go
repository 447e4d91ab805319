package sending

import (
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert/certtest"
)

// TestCipher takes the best that everybody announced, and binds the key where everybody reads that.
func TestCipher(t *testing.T) {
	t.Parallel()
	some := func(lists ...[]string) []Recipient {
		var out []Recipient
		for i, names := range lists {
			out = append(out, Recipient{Who: string(rune('a' + i)), Reads: ReadsOf(names)})
		}
		return out
	}
	for _, c := range []struct {
		name        string
		recipients  []Recipient
		want, bound string
		without     string // who does not read AES-GCM
	}{
		{"nobody", nil, "aes-256-cbc", "aes-256-cbc", ""},
		{"nothing known", some(nil), "aes-256-cbc", "aes-256-cbc", "a"},
		{"one not known", some([]string{"aes-256-gcm", BoundKey}, nil), "aes-256-cbc", "aes-256-cbc", "b"},
		{"GCM", some([]string{"aes-128-cbc", "aes-256-gcm"}), "aes-256-gcm", "aes-256-gcm", ""},
		{"the best that both read", some([]string{"aes-256-gcm", "aes-128-gcm"}, []string{"aes-128-gcm"}), "aes-128-gcm", "aes-128-gcm", "b"},
		{"nothing that is written", some([]string{"3des-cbc", "rc2-cbc"}), "aes-256-cbc", "aes-256-cbc", "a"},
		{"bound", some([]string{"aes-256-gcm", BoundKey}), "aes-256-gcm", "cek-hkdf-sha256-aes-256-gcm", ""},
		{"one does not read bound keys", some([]string{"aes-256-gcm", BoundKey}, []string{"aes-256-gcm"}), "aes-256-gcm", "aes-256-gcm", ""},
	} {
		got, without := Cipher(c.recipients), ""
		if r := WithoutGCM(c.recipients); r != nil {
			without = r.Who
		}
		if bound := Bound(got, c.recipients); got != c.want || bound != c.bound || without != c.without {
			t.Errorf("%s: %s, %s, %q", c.name, got, bound, without)
		}
	}
	if ReadsOf(nil) != nil || ReadsOf([]string{"x"}) == nil {
		t.Error("nothing known, and something")
	}
	if got := Bound("no-such-cipher", some([]string{BoundKey})); got != "no-such-cipher" {
		t.Errorf("a name that is none became %s", got)
	}
}

// TestAnnounced: PKCS#1 v1.5 is nothing that has to be announced.
func TestAnnounced(t *testing.T) {
	t.Parallel()
	r := Recipient{Reads: ReadsOf([]string{"rsa-oaep-sha256", "rsa-pkcs1v15", "aes-256-gcm"})}
	if list := r.Announced(); len(list) != 1 || list[0].Name != "rsa-oaep-sha256" {
		t.Errorf("%v", list)
	}
}

// TestWeakest names who makes a post-quantum mail weak.
func TestWeakest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	of := func(kind string) Recipient {
		template := w.bob()
		template.Key = certtest.NewKey(kind)
		return Recipient{Certificate: w.issue(template), Who: kind}
	}
	ec, rsa := of("p256"), of("rsa2048")
	kem, err := algorithm.GenerateKey("ml-kem-768")
	if err != nil {
		t.Fatal(err)
	}
	template := w.bob()
	template.SPKI = kem.Public.SPKI
	pq := Recipient{Certificate: w.issue(template), Who: "pq"}
	if !(Candidate{Certificate: pq.Certificate}).PostQuantum() || (Candidate{Certificate: ec.Certificate}).PostQuantum() {
		t.Error("who is post-quantum?")
	}
	odd := w.bob()
	odd.SPKI = []byte{0x30, 0x0a, 0x30, 0x05, 0x06, 0x03, 0x2a, 0x03, 0x04, 0x03, 0x01, 0x00}
	unread := Recipient{Certificate: w.issue(odd), Who: "unread"}
	if (Candidate{Certificate: unread.Certificate}).PostQuantum() {
		t.Error("a key that cannot be read is post-quantum")
	}
	for _, c := range []struct {
		name string
		list []Recipient
		want string
	}{
		{"nobody", nil, ""}, {"a secret alone", []Recipient{{Who: "secret"}}, ""}, {"none is post-quantum", []Recipient{ec, rsa}, ""}, {"all are", []Recipient{pq, pq}, ""},
		{"one is not", []Recipient{pq, ec, {Who: "secret"}, unread}, "p256"}, {"the weaker of two", []Recipient{ec, rsa, pq}, "rsa2048"}, {"in any order", []Recipient{rsa, pq, ec}, "rsa2048"},
	} {
		r, key := Weakest(c.list)
		if got := ""; r != nil {
			got = r.Who
			if want, err := r.Certificate.PublicKey(); err != nil || key != want || got != c.want {
				t.Errorf("%s: %s", c.name, got)
			}
		} else if c.want != "" {
			t.Errorf("%s: nobody", c.name)
		}
	}
}

// TestProfiles: what is asked for by name, and who checks which signatures.
func TestProfiles(t *testing.T) {
	t.Parallel()
	for _, p := range Profiles() {
		if got, ok := ProfileNamed(p.Name); !ok || got.Name != p.Name {
			t.Errorf("%s: %+v", p.Name, got)
		}
	}
	if p, ok := ProfileNamed(""); !ok || p.Cipher != "" || p.Signature != "" || p.PostQuantum || p.Key == "" {
		t.Errorf("none: %+v", p)
	}
	for _, c := range []struct {
		profile, kind string
		want          bool
	}{{"compat", "ec", true}, {"compat", "ed25519", false}, {"modern", "ed25519", true}, {"pq", "ed448", true}, {"", "ed448", true}} {
		if p, _ := ProfileNamed(c.profile); p.Checks(&algorithm.PublicKey{Kind: c.kind}) != c.want {
			t.Errorf("%q checks %s: not %v", c.profile, c.kind, c.want)
		}
	}
	if p, ok := ProfileNamed("Modern"); ok {
		t.Errorf("another case: %+v", p)
	}
}
