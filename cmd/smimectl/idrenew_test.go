package main

import (
	"os"
	"strings"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// TestChainGrowsByImport: the certificate of the issuer may come later, without the key, and an import
// by force loses none that is there.
func TestChainGrowsByImport(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	w.must("cert", "remove", w.parse(w.ca).Fingerprint())
	template := w.person("alice")
	setExtension(&template, certtest.SAN(certtest.RFC822("alice@example.test"), certtest.RFC822("team@example.test")))
	alice := w.issue("alice", template)
	team, err := cert.ParseAddress("team@example.test")
	if err != nil {
		t.Fatal(err)
	}
	w.write("full.pem", append(certificatePEM(alice), certificatePEM(w.ca)...))
	length := func() int {
		t.Helper()
		ids, err := w.store().Identities()
		copies, err2 := w.store().IdentitiesFor(team)
		if err != nil || err2 != nil || len(ids) != 1 || len(copies) != 1 || len(copies[0].Chain) != len(ids[0].Chain) {
			t.Fatalf("%d identities, %d copies, %v, %v", len(ids), len(copies), err, err2)
		}
		return len(ids[0].Chain)
	}
	if r := w.must("id", "import", "--no-passphrase", w.path("alice.pem")); !strings.Contains(r.stderr, "note: the certificate of Test CA, the issuer of alice@example.test, is not at hand") || length() != 0 {
		t.Errorf("chain of %d\n%s", length(), r.stderr)
	}
	if r := w.must("id", "import", w.path("full.pem")); !strings.Contains(r.stderr, "imported the chain: Test CA") || strings.Contains(r.stderr, "not at hand") || length() != 1 {
		t.Errorf("chain of %d\n%s", length(), r.stderr)
	}
	if r := w.must("id", "import", w.path("full.pem")); !strings.Contains(r.stderr, "is in the store already") || strings.Contains(r.stderr, "imported the chain") || length() != 1 {
		t.Errorf("again: chain of %d\n%s", length(), r.stderr)
	}
	w.must("id", "import", "--force", "--no-passphrase", w.path("alice.pem"))
	if length() != 1 {
		t.Errorf("--force: chain of %d", length())
	}
}

// TestRenewalWithTheSameKey: the answer of the CA alone is enough where the store has the key.
func TestRenewalWithTheSameKey(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	template := w.person("alice")
	old := w.issue("alice", template)
	w.own(old)
	template.NotBefore, template.NotAfter, template.Serial = w.now.AddDate(0, 0, -1), w.now.AddDate(2, 0, 0), []byte{9}
	w.write("new.pem", certificatePEM(w.issue("renewed", template)))
	r := w.must("id", "import", w.path("new.pem"))
	if !strings.Contains(r.stderr, "the key is that of "+w.parse(old).Fingerprint()[:12]) || !strings.Contains(r.stderr, "mails from alice@example.test are now signed with it") {
		t.Errorf("%s", r.stderr)
	}
	if r := w.run(w.mail("alice", "bob"), "sign"); r.code != 0 || !strings.Contains(r.stderr, "until 2028-06-01") {
		t.Errorf("sign: exit %d\n%s", r.code, r.stderr)
	}
	// Of several with that key one is enough that can be read.
	ids, err := w.store().Identities()
	if err != nil || len(ids) != 2 {
		t.Fatalf("%d identities, %v", len(ids), err)
	}
	if err := os.Remove(strings.TrimSuffix(ids[0].File, ".pem") + ".key"); err != nil {
		t.Fatal(err)
	}
	template.Serial = []byte{10}
	w.write("newer.pem", certificatePEM(w.issue("newer", template)))
	w.must("id", "import", w.path("newer.pem"))
	w.write("other.pem", certificatePEM(w.issue("other", w.person("other"))))
	if r := w.manage(nil, "id", "import", w.path("other.pem")); r.code != exitKey || !strings.Contains(r.stderr, "no private key in ") {
		t.Errorf("somebody else's: exit %d\n%s", r.code, r.stderr)
	}
}

// TestRenewalKeepsThePassphrase: the renewed key opens with the passphrase of the one in the store.
func TestRenewalKeepsThePassphrase(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	template := w.person("alice")
	old := w.issue("alice", template)
	if _, err := w.store().AddIdentity(w.key(old), w.chainOf(old, w.ca), []byte("secret"), false); err != nil {
		t.Fatal(err)
	}
	template.NotBefore, template.Serial = w.now.AddDate(0, 0, -1), []byte{9}
	w.write("new.pem", certificatePEM(w.issue("renewed", template)))
	w.write("pw", []byte("secret\n"))
	w.write("wrong", []byte("other\n"))
	if r := w.manage(nil, "id", "import", "--passphrase-file", w.path("wrong"), w.path("new.pem")); r.code != exitKey {
		t.Errorf("wrong passphrase: exit %d\n%s", r.code, r.stderr)
	}
	w.must("id", "import", "--passphrase-file", w.path("pw"), w.path("new.pem"))
	ids, err := w.store().Identities()
	if err != nil || len(ids) != 2 {
		t.Fatalf("%d identities, %v", len(ids), err)
	}
	for _, id := range ids {
		if sealed, err := id.LooksUsable(); err != nil || !sealed {
			t.Errorf("%s: sealed %t, %v", id.File, sealed, err)
		}
		if _, err := id.Key(func(string, int) ([]byte, error) { return []byte("secret"), nil }); err != nil {
			t.Errorf("%s: %v", id.File, err)
		}
	}
}
