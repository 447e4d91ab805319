package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDamageIsNamed: who is told that something is not in the store is told, too, that a file was passed
// over which may be it; and who signs or opens with what is left hears of it.
func TestDamageIsNamed(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	id := w.own(w.issue("alice", w.person("alice")))
	w.known(w.issue("bob", w.person("bob")))
	w.must("cert", "list")
	if r := w.run(w.mail("alice", "bob"), "encrypt"); r.code != 0 {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	w.write("secret.eml", w.read("out"))
	spoil := func(file string) (mend func()) {
		t.Helper()
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, good[:len(good)/2], 0o600); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.WriteFile(file, good, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	says := func(what string, r ran, code int, want ...string) {
		t.Helper()
		for _, text := range append(want, "smimectl: ") {
			if r.code != code || !strings.Contains(r.stderr, text) {
				t.Errorf("%s: exit %d, want %d and %q\n%s", what, r.code, code, text, r.stderr)
			}
		}
	}
	const passed = "hint: a damaged file was passed over ("
	mend := spoil(id.File)
	says("sign", w.run(w.mail("alice", "bob"), "sign"), exitKey, "no identity for alice@example.test", passed, "cat "+id.File)
	says("decrypt", w.run(nil, "decrypt", "@secret.eml"), exitKey, "warning: "+id.File+" is damaged and was skipped")
	newer := w.person("alice")
	newer.NotAfter = w.now.AddDate(0, 6, 0)
	other := w.own(w.issue("newer", newer))
	says("sign with another", w.run(w.mail("alice", "bob"), "sign"), 0, "signed as alice@example.test", "warning: "+id.File+" is damaged and was skipped")
	mend()
	if r := w.run(w.mail("alice", "bob"), "sign"); strings.Contains(r.stderr, "damaged") {
		t.Errorf("mended:\n%s", r.stderr)
	}
	w.must("id", "remove", other.Certificate.Fingerprint())

	key := strings.TrimSuffix(id.File, ".pem") + ".key"
	mend = spoil(key)
	says("half a key", w.run(w.mail("alice", "bob"), "sign"), exitKey, "the key of alice@example.test is damaged: malformed PEM", "cat "+key, "hint: import it again:  smimectl id import --force")
	mend()
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	says("no key", w.run(w.mail("alice", "bob"), "sign"), exitKey, "cannot use the key of alice@example.test: its file is missing", "hint: import it again:  smimectl id import --force")
	if err := os.Rename(key+".away", key); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(key), 0o755); err != nil {
		t.Fatal(err)
	}
	says("open to others", w.run(w.mail("alice", "bob"), "sign"), exitKey, "can be read by others", "smimectl doctor")
	if err := os.Chmod(filepath.Dir(key), 0o700); err != nil {
		t.Fatal(err)
	}

	found, err := w.store().FindCertificates("bob@example.test")
	if err != nil || len(found) != 1 {
		t.Fatalf("%d certificates, %v", len(found), err)
	}
	mend = spoil(found[0].Path)
	says("encrypt", w.run(w.mail("alice", "bob"), "encrypt"), exitKey, "no certificate for bob@example.test", passed, "cat "+found[0].Path)
	mend()
}
