package main

import (
	"strings"
	"testing"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// TestRenewal follows one person through a renewal: sign, encrypt, the copy and
// --to agree on the new certificate, and -v says why.
func TestRenewal(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	older := w.person("alice")
	older.NotBefore, older.Serial = w.now.AddDate(0, -6, 0), []byte{0x51}
	newer := w.person("alice")
	newer.NotBefore, newer.Serial = w.now.AddDate(0, -1, 0), []byte{0x55}
	expired := w.person("alice")
	expired.NotBefore, expired.NotAfter = w.now.AddDate(-3, 0, 0), w.now.AddDate(-2, 0, 0)
	signing := w.person("alice")
	signing.NotBefore = w.now.AddDate(0, 0, -1)
	setExtension(&signing, certtest.KeyUsage(0))
	short := map[string]string{}
	for name, template := range map[string]certtest.Template{"older": older, "newer": newer, "expired": expired, "signing": signing} {
		e := certtest.Issue(template, w.ca)
		short[name] = w.parse(e).Fingerprint()[:12]
		w.own(e)
	}
	w.known(w.issue("bob", w.person("bob")))
	says := func(r ran, lines ...string) {
		t.Helper()
		for _, line := range lines {
			for name, digits := range short {
				line = strings.ReplaceAll(line, "{"+name+"}", digits+" (from Test CA, until ")
			}
			before, after, _ := strings.Cut(line, "...")
			i := strings.Index(r.stderr, before)
			if r.code != 0 || i < 0 || !strings.Contains(strings.SplitN(r.stderr[i:], "\n", 2)[0], after) {
				t.Errorf("exit %d, no line %q\n%s", r.code, line, r.stderr)
			}
		}
	}
	mail := w.mail("alice", "bob")
	says(w.run(mail, "sign", "-v"), "smimectl: sign: alice@example.test has certificate {signing}...): the one issued last of 3 that may be used",
		"sign: alice@example.test not with {older}...): it was issued earlier, on 2025-12-01", "not with {newer}...): it was issued earlier, on 2026-05-01",
		"not with {expired}...): the certificate expired on 2024-06-01")
	encrypting := []string{"encrypt: alice@example.test has certificate {newer}...): the one issued last of 2 that may be used", "not with {older}...): it was issued earlier, on 2025-12-01",
		"not with {signing}...): its key usage allows digitalSignature", "not with {expired}...): the certificate expired on 2024-06-01"}
	says(w.run(mail, "encrypt", "-v"), append(encrypting, "encrypt: bob@example.test has certificate ...): the only one")...)
	says(w.run(mail, "encrypt", "-v", "-i", "alice@example.test"), encrypting...)
	says(w.run(w.mail("bob", "alice"), "encrypt", "-v", "--no-self"), encrypting...)
	says(w.run(mail, "encrypt", "-v", "--only", "--to", "alice@example.test"), encrypting...)
	r := w.run(mail, append([]string{"encrypt", "-v", "--only", "--to", "alice@example.test"}, w.lists("leaf")...)...)
	says(r, "encrypt: alice@example.test has certificate {older}...): the only one of 4 that may be used", "not with {newer}...): the certificate was revoked on 2026-05-25")
	if r := w.run(mail, "encrypt"); strings.Contains(r.stderr, "has certificate") || strings.Contains(r.stderr, "not with") {
		t.Errorf("without -v:\n%s", r.stderr)
	}
	if r := w.run(mail, "encrypt", "-v", "-q"); strings.Contains(r.stderr, "has certificate") {
		t.Errorf("with -q:\n%s", r.stderr)
	}
}

// TestPeopleOfFiles: the keys of one file that are one person's are one signer,
// and so are several certificates of one key; files of their own are not.
func TestPeopleOfFiles(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	signing, reading := w.person("alice"), w.person("alice")
	setExtension(&signing, certtest.KeyUsage(0))
	setExtension(&reading, certtest.KeyUsage(4))
	one, two := w.issue("signing", signing), w.issue("reading", reading)
	w.write("both.pem", []byte(string(certificatePEM(two))+string(w.keyPEM(two.Key))+string(certificatePEM(one))+string(w.keyPEM(one.Key))))
	mail := w.mail("alice", "bob")
	if r := w.run(mail, "sign", "-i", "@both.pem"); r.code != 0 || strings.Count(r.stderr, "signed as") != 1 {
		t.Errorf("two keys of one file: exit %d\n%s", r.code, r.stderr)
	}
	if r := w.run(mail, "encrypt", "--skip", "bob@example.test", "-i", "@both.pem"); r.code != 0 || !strings.Contains(r.stderr, "encrypted for you,") {
		t.Errorf("the copy for oneself: exit %d\n%s", r.code, r.stderr)
	}
	other := w.person("alice")
	other.NotBefore = w.now.AddDate(0, -1, 0)
	w.issue("other", other)
	if r := w.run(mail, "sign", "-i", "@signing.pem", "-i", "@other.pem"); r.code != 0 || strings.Count(r.stderr, "signed as") != 2 {
		t.Errorf("two files: exit %d\n%s", r.code, r.stderr)
	}
	w.write("cert.pem", certificatePEM(certtest.Issue(other, w.ca)))
	if r := w.run(mail, "sign", "-i", "@signing.pem", "-i", "@cert.pem"); r.code != exitKey || !strings.Contains(r.stderr, "no private key for the certificate in "+w.path("cert.pem")) {
		t.Errorf("one of two without a key: exit %d\n%s", r.code, r.stderr)
	}
	w.write("root.pem", certificatePEM(w.ca))
	if r := w.run(mail, "sign", "-i", "@signing.pem", "-i", "@root.pem"); r.code != 0 || strings.Count(r.stderr, "signed as") != 1 {
		t.Errorf("with the CA's certificate: exit %d\n%s", r.code, r.stderr)
	}
	// A renewal that kept the key: both certificates stand in the file.
	expired := w.person("carol")
	expired.NotAfter = w.now.AddDate(0, 0, -1)
	renewed := expired
	setExtension(&expired, certtest.SAN(certtest.RFC822("carol.old@example.test")))
	renewed.NotAfter = w.now.AddDate(1, 0, 0)
	e := certtest.Issue(expired, w.ca)
	w.write("renewed.pem", []byte(string(certificatePEM(e))+string(certificatePEM(certtest.Issue(renewed, w.ca)))+string(w.keyPEM(e.Key))))
	if r := w.run(w.mail("carol", "bob"), "sign", "-i", "@renewed.pem"); r.code != 0 || strings.Count(r.stderr, "signed as") != 1 {
		t.Errorf("renewed with the same key: exit %d\n%s", r.code, r.stderr)
	}
}

// TestRecipientFile: a file may hold the issuers, and several certificates of one
// person, not of several.
func TestRecipientFile(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	expired := w.person("bob")
	expired.NotAfter = w.now.AddDate(0, 0, -1)
	old, bob, carol := certtest.Issue(expired, w.ca), certtest.Issue(w.person("bob"), w.ca), certtest.Issue(w.person("carol"), w.ca)
	join := func(name string, list ...*certtest.Entity) {
		var data []byte
		for _, e := range list {
			data = append(data, certificatePEM(e)...)
		}
		w.write(name, data)
	}
	join("chain.pem", w.root, w.ca, old, bob)
	join("two.pem", bob, carol)
	join("ca.pem", w.ca, w.root)
	mail := w.mail("alice", "bob")
	if r := w.run(mail, "encrypt", "--only", "--to", "@chain.pem"); r.code != 0 || !strings.Contains(r.stderr, "encrypted for bob@example.test,") {
		t.Errorf("issuers first: exit %d\n%s", r.code, r.stderr)
	}
	if r := w.run(mail, "encrypt", "--only", "--to", "@two.pem"); r.code != exitUsage || !strings.Contains(r.stderr, "holds the certificates of several people") {
		t.Errorf("two people: exit %d\n%s", r.code, r.stderr)
	}
	if r := w.run(mail, "encrypt", "--only", "--to", "@ca.pem"); r.code != exitKey || !strings.Contains(r.stderr, "its certificate is that of a CA") {
		t.Errorf("CAs alone: exit %d\n%s", r.code, r.stderr)
	}
}

// TestAmbiguousDigits: digits of a fingerprint that name several keys name none.
func TestAmbiguousDigits(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	var ids []*identity
	for _, name := range []string{"alice", "bob"} {
		c := w.parse(w.issue(name, w.person(name)))
		key, err := c.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, &identity{certificate: c, public: key})
	}
	if onePerson("12345678", ids) == nil {
		t.Error("two keys were taken for one person")
	}
	for _, fine := range [][]*identity{nil, ids[:1], {ids[0], ids[0]}} {
		if err := onePerson("12345678", fine); err != nil {
			t.Errorf("%d identities: %v", len(fine), err)
		}
	}
	if err := onePerson("alice@example.test", ids); err != nil {
		t.Errorf("an address: %v", err)
	}
}

// TestBest: what may be used comes first, and when nothing may, something is named.
func TestBest(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	expired := w.person("alice")
	expired.NotAfter = w.now.AddDate(0, 0, -1)
	of := func(e *certtest.Entity) *identity { return &identity{certificate: w.parse(e)} }
	old, fine := of(certtest.Issue(expired, w.ca)), of(certtest.Issue(w.person("alice"), w.ca))
	if got := best([]*identity{old, fine}, certpath.PurposeSign, w.now); got != fine {
		t.Error("the expired one was taken")
	}
	if got := best([]*identity{old}, certpath.PurposeSign, w.now); got != old {
		t.Error("nothing was taken")
	}
}

// TestProveFits: what was opened is held against the certificate once more before
// it signs, whatever the store has said.
func TestProveFits(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	id := &identity{certificate: w.parse(w.issue("alice", w.person("alice"))), file: "alice.key"}
	for name, want := range map[string]bool{"alice": true, "bob": false} {
		if name == "bob" {
			w.issue("bob", w.person("bob"))
		}
		f := &identityFlags{who: []string{w.path(name + ".pem")}}
		f.passphrase.env = systemEnvironment()
		ids, err := (&app{env: f.passphrase.env}).fromFiles(f)
		if err != nil || len(ids) != 1 {
			t.Fatal(err)
		}
		key, err := ids[0].open()
		if err != nil {
			t.Fatal(err)
		}
		if err := proveFits(id, key); (err == nil) != want {
			t.Errorf("the key of %s: %v", name, err)
		}
	}
}
