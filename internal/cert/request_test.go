package cert

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "cms", "asn1tree", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestParseRequest reads a request of openssl's, and refuses every beginning of it.
func TestParseRequest(t *testing.T) {
	t.Parallel()
	der := sample(t, "request.der")
	r, err := ParseRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	key, err := r.PublicKey()
	if err != nil || key.Name != "rsa-1024" {
		t.Errorf("key: got %v, %v", key, err)
	}
	if got := r.Addresses(); len(got) != 1 || got[0].String() != "a@example.org" {
		t.Errorf("addresses: got %v", got)
	}
	if got := r.Subject.CommonName(); got != "Test" {
		t.Errorf("subject: got %s", got)
	}
	for n := range der {
		if _, err := ParseRequest(der[:n]); err == nil {
			t.Fatalf("%d octets of %d are accepted", n, len(der))
		}
	}
	if _, err := ParseRequest(append(bytes.Clone(der), 0)); err == nil {
		t.Error("octets after the request are accepted")
	}
	if _, err := ParseRequest(sample(t, "certificate.der")); err == nil {
		t.Error("a certificate is taken for a request")
	}
}

func TestCRLCount(t *testing.T) {
	t.Parallel()
	l, err := ParseCRL(sample(t, "crl.der"))
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Count(); got != 1 {
		t.Errorf("got %d", got)
	}
	l.RawEntries = append(bytes.Clone(l.RawEntries), 0x30)
	if got := l.Count(); got != 1 {
		t.Errorf("with a malformed entry: got %d", got)
	}
	l.RawEntries = nil
	if got := l.Count(); got != 0 {
		t.Errorf("without entries: got %d", got)
	}
}
