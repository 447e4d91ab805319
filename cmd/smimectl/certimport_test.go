package main

import (
	"os"
	"strings"
	"testing"
)

// TestImportOutOfEncrypted: of somebody who never signs without encrypting the certificate comes out of what
// he encrypts, on the same terms as out of a signed mail.
func TestImportOutOfEncrypted(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	bob := w.issue("bob", w.person("bob"))
	w.issue("alice", w.person("alice"))
	old := w.person("alice")
	old.NotAfter = w.now.AddDate(0, 0, 1)
	w.issue("expiring", old)
	secret := func(name, from string, args ...string) {
		t.Helper()
		r := w.run(w.mail(from, "bob"), append([]string{"encrypt", "--no-self", "--only", "--to", "@bob.pem"}, args...)...)
		if r.code != 0 {
			t.Fatalf("%s: exit %d\n%s", name, r.code, r.stderr)
		}
		w.write(name, w.read("out"))
	}
	secret("good.eml", "alice", "--sign", "-i", "@alice.pem")
	secret("forged.eml", "carol", "--sign", "-i", "@alice.pem", "--any-from")
	secret("unsigned.eml", "alice")
	if r := w.run(w.read("unsigned.eml"), "sign", "-i", "@alice.pem"); r.code != 0 {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	w.write("around.eml", w.read("out"))
	// Signed, encrypted, signed again and encrypted again: the word is that of the text, which Alice signed.
	if r := w.run(w.read("good.eml"), "encrypt", "--no-self", "--only", "--to", "@bob.pem", "--sign", "-i", "@expiring.pem"); r.code != 0 {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	w.write("deep.eml", w.read("out"))

	count := func() int { return strings.Count(w.must("cert", "list").stdout, "alice@example.test") }
	r := w.manage(nil, "cert", "import", w.path("good.eml"))
	if r.code != 4 || count() != 0 {
		t.Errorf("without an identity: exit %d, %d certificates\n%s", r.code, count(), r.stdout+r.stderr)
	}
	w.own(bob)
	for name, code := range map[string]int{"forged.eml": 1, "unsigned.eml": 1, "deep.eml": 0} {
		r := w.manage(nil, "cert", "import", w.path(name))
		if r.code != code || count() != 0 || !strings.Contains(r.stderr, "nothing was imported from ") {
			t.Errorf("%s: exit %d, %d certificates\n%s%s", name, r.code, count(), r.stdout, r.stderr)
		}
	}
	if err := os.Remove(w.path("store/anchors/root.pem")); err != nil {
		t.Fatal(err)
	}
	if r := w.manage(nil, "cert", "import", w.path("good.eml")); r.code != 1 || count() != 0 {
		t.Errorf("without an anchor: exit %d, %d certificates\n%s", r.code, count(), r.stdout+r.stderr)
	}
	w.write("root.pem", certificatePEM(w.root))
	w.must("cert", "import", "--ca", w.path("root.pem"), w.path("good.eml"))
	if got := w.must("cert", "list").stdout; count() != 1 || !strings.Contains(got, "reads aes-256-gcm") {
		t.Errorf("imported:\n%s", got)
	}
	w.must("cert", "remove", "alice@example.test")
	w.must("cert", "import", "--untrusted", w.path("good.eml"))
	if count() != 1 {
		t.Errorf("--untrusted: %d certificates", count())
	}
	w.must("cert", "remove", "alice@example.test")
	// Around an encryption a signature is outside, where it is judged without opening anything.
	w.must("cert", "import", "--ca", w.path("root.pem"), w.path("around.eml"))
	if count() != 1 {
		t.Errorf("around: %d certificates", count())
	}
	w.must("cert", "remove", "alice@example.test")
	w.must("id", "remove", "bob@example.test")
	w.must("cert", "import", "--ca", w.path("root.pem"), "-i", w.path("bob.pem"), w.path("good.eml"))
	if count() != 1 {
		t.Errorf("-i: %d certificates", count())
	}
}
