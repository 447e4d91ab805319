package main

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// TestDamagedLargeList: a large list of the store is read when a certificate of its issuer is looked at. If it turns out
// to be damaged then, no verb goes on as if it were not there; who does not look at it is not stopped.
func TestDamagedLargeList(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	block, _ := pem.Decode(w.read("ca.pem"))
	root, err := cert.Parse(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	template := certtest.ListTemplate{}
	for i := range 2000 {
		template.Entries = append(template.Entries, certtest.ListEntry{Serial: []byte{1, byte(i >> 8), byte(i)}})
	}
	put := func(name []byte) {
		der := certtest.List(template, &certtest.Entity{Key: certtest.NewKey("ed25519"), Name: name})
		text := pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
		copy(text[len(text)-200:], "####")
		if err := os.MkdirAll(w.path("store/crls"), 0o700); err != nil {
			t.Fatal(err)
		}
		w.write("store/crls/root.crl", text)
	}
	alice, bob, ca := w.path("alice.pem"), w.path("bob.pem"), w.path("ca.pem")
	w.must(nil, "sign", "-i", alice, "-o", w.path("s.eml"), w.path("small.eml"))
	w.must(nil, "sign", "-i", alice, "--opaque", "-o", w.path("o.eml"), w.path("small.eml"))
	for _, args := range [][]string{
		{"verify", "--ca", ca, "-o", w.path("out"), w.path("s.eml")},
		{"verify", "--ca", ca, "-o", w.path("out"), w.path("o.eml")},
		{"verify", "--ca", ca, "--anyway", "-o", w.path("out"), w.path("o.eml")},
		{"cert", "check", "--ca", ca, alice},
		{"sign", "-i", alice, "--ca", ca, "-o", w.path("out"), w.path("small.eml")},
		{"encrypt", "--to", bob, "--only", "--no-self", "--ca", ca, "-o", w.path("out"), w.path("small.eml")},
	} {
		line := strings.Join(args[:2], " ")
		put(root.Subject.Raw)
		got := w.here(nil, args...)
		said := got.stderr + got.stdout
		if got.code != 5 || !strings.Contains(said, "the store is damaged: ") || !strings.Contains(said, "hint: ") || !strings.Contains(said, filepath.Join("crls", "root.crl")) {
			t.Errorf("%s: exit %d\n%s", line, got.code, said)
		}
		if _, err := os.Stat(w.path("out")); err == nil {
			t.Errorf("%s: something was released", line)
		}
		if off := w.here(nil, append(args, "--no-revocation")...); off.code != 0 {
			t.Errorf("%s --no-revocation: exit %d\n%s", line, off.code, off.stderr)
		}
		os.Remove(w.path("out"))
		put(certtest.Name(certtest.CN("somebody else")))
		if other := w.here(nil, args...); other.code != 0 {
			t.Errorf("%s, a list of somebody else: exit %d\n%s", line, other.code, other.stderr)
		}
		os.Remove(w.path("out"))
	}
	if !bytes.Contains(w.read("store/crls/root.crl"), []byte("####")) {
		t.Error("the list is not damaged")
	}
}
