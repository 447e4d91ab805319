package cert_test

import (
	"bytes"
	"slices"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// TestCRLHead: the head of a list says what the whole list says, from the octet on with
// which its issuer ends, and nothing before that.
func TestCRLHead(t *testing.T) {
	t.Parallel()
	ca := testCA()
	many := certtest.ListTemplate{}
	for i := range 3000 {
		many.Entries = append(many.Entries, certtest.ListEntry{Serial: []byte{1, byte(i >> 8), byte(i)}})
	}
	for name, template := range map[string]certtest.ListTemplate{
		"empty":      {},
		"two octets": {Entries: many.Entries[:10]},
		"three":      {Entries: many.Entries[:100]},
		"large":      many,
	} {
		der := certtest.List(template, ca)
		want := parseList(t, der)
		end := bytes.Index(der, want.Issuer.Raw) + len(want.Issuer.Raw)
		for n := range min(len(der), 400) + 1 {
			issuer, size, ok := cert.CRLHead(der[:n])
			if ok != (n >= end) || ok && (size != int64(len(der)) || issuer.Key() != want.Issuer.Key()) {
				t.Fatalf("%s, %d of %d octets: %v, %d, %v", name, n, len(der), issuer, size, ok)
			}
		}
		for _, bad := range []struct {
			name string
			at   int
			with []byte
		}{
			{"no SEQUENCE", 0, []byte{0x31}},
			{"indefinite length", 1, []byte{0x80}},
			{"length of five octets", 1, []byte{0x85, 1, 1, 1, 1}},
			{"length with a zero in front", 1, []byte{0x82, 0}},
			{"short length in two octets", 1, []byte{0x81, 0x7f}},
		} {
			if _, _, ok := cert.CRLHead(slices.Concat(der[:bad.at], bad.with, der[bad.at+len(bad.with):])); ok {
				t.Errorf("%s, %s: taken", name, bad.name)
			}
		}
		leaf := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("leaf")), Key: certtest.NewKey("ed25519")}, ca)
		if _, _, ok := cert.CRLHead(leaf.DER); ok {
			t.Error("a certificate is taken for a list")
		}
	}
}
