package main

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
)

// TestIndexOfTheStore: those verbs that change the certificates of a store keep its index, and others do not touch it. What
// is copied there and removed by hand is seen in any case.
func TestIndexOfTheStore(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no indexes on this system")
	}
	w := newAnnouncing(t)
	var bundle bytes.Buffer
	var made [][]byte
	for i := range 40 {
		address, err := cert.ParseAddress(fmt.Sprintf("person%d@example.test", i))
		if err != nil {
			t.Fatal(err)
		}
		_, c, err := w.toy.Issue(certstore.ToyOptions{Addresses: []cert.Address{address}, Key: w.signer.Key})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
		if i < 38 {
			bundle.Write(made[i])
		}
	}
	w.write("all.pem", bundle.Bytes())
	w.write("draft.eml", []byte("From: me@example.test\nSubject: x\n\nhello\n"))
	index := filepath.Join(w.path("store"), "certs.index")
	written := func() string {
		t.Helper()
		info, err := os.Stat(index)
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime().String()
	}
	code := func(want int, args ...string) {
		t.Helper()
		if code, stdout, stderr := w.plain(nil, args...); code != want {
			t.Errorf("%v: exit %d, want %d\n%s%s", args, code, want, stdout, stderr)
		}
	}
	encrypt := func(want, person int) {
		t.Helper()
		code(want, "encrypt", "--no-self", "--to", fmt.Sprintf("person%d@example.test", person), "-o", w.path("out.eml"), w.path("draft.eml"))
	}
	code(0, "cert", "import", w.path("all.pem"))
	first := written()
	// Carol's certificate is in the store; her mail does not bring it.
	encrypt(0, 7)
	encrypt(5, 38)
	code(0, "cert", "show", "person7@example.test")
	code(0, "verify", w.mail("carol", w.days(1)))
	code(0, "inspect", w.path("out.eml"))
	if written() != first {
		t.Error("a verb that only reads has written the index")
	}
	w.write("store/certs/by-hand.pem", made[38])
	encrypt(0, 38)
	if err := os.Remove(w.path("store/certs/by-hand.pem")); err != nil {
		t.Fatal(err)
	}
	encrypt(5, 38)
	if written() != first {
		t.Error("encrypt has written the index")
	}
	code(0, "cert", "remove", "person7@example.test")
	encrypt(5, 7)
	second := written()
	if second == first {
		t.Error("cert remove has not written the index")
	}
	code(0, "cert", "harvest", w.mail("carol", w.days(1)))
	if third := written(); third == second {
		t.Error("cert harvest has not written the index")
	}
	if err := os.WriteFile(index, []byte("no index"), 0o600); err != nil {
		t.Fatal(err)
	}
	encrypt(0, 8)
	encrypt(5, 7)
	// One more, of the same folder and moment.
	w.write("one.pem", made[39])
	code(0, "cert", "import", w.path("one.pem"))
	encrypt(0, 39)
}
