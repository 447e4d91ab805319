package message

import (
	"strings"
	"testing"

	"smimectl/internal/algorithm"
)

// TestCipherParameters changes the parameters of every cipher, in the structure that it belongs to.
func TestCipherParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := places()
	at := func(name string) *stand {
		for _, p := range all {
			if p.name == name {
				return p.make(w)
			}
		}
		t.Fatalf("no place %q", name)
		return nil
	}
	for _, row := range algorithm.RowsOf("cipher") {
		c, err := algorithm.ContentCipherByName(row.Name)
		if err != nil {
			t.Fatal(err)
		}
		s := at(map[bool]string{false: "contentEncryptionAlgorithm, CBC", true: "contentEncryptionAlgorithm, AEAD"}[c.Authenticated])
		s.x.Policy.Allow = map[string]bool{"all": true}
		var id algorithm.Identifier
		if c.ReadOnly {
			id, _ = oldParameters(t, c, make([]byte, c.BlockSize))
		} else {
			parameters, err := c.NewParameters()
			if err != nil {
				t.Fatal(err)
			}
			id = parameters.Identifier
		}
		for what, der := range changedParameters(id.DER()) {
			ex := s.with(t, der)
			if _, _, err := algorithm.FindContentCipher(identifierOf(der)); err == nil {
				// Another value that may be: the tag of the message or its key does not fit it.
				if got := outcome(ex.Report); got != "malformed" && got != "decrypt-failed" {
					t.Errorf("%s, %s: %s", row.Name, what, got)
				}
				if !otherLength[strings.TrimPrefix(what, "1.")] { // 1.: of the cipher behind a derivation
					t.Errorf("%s, %s: it may be", row.Name, what)
				}
				continue
			}
			if c.OID == idRC2 && strings.HasPrefix(what, "0 is ") && outcome(ex.Report) == "unsupported-algorithm" {
				continue // the version says the size of the key, and there are 256 of them
			}
			malformedMail(t, s, ex, row.Name+", "+what)
		}
	}
}

var idRC2 = algorithm.MustOID("1.2.840.113549.3.2")

// otherLength are changes that make another nonce or tag of a length that is read, or leave the tag to the default.
var otherLength = map[string]bool{"0 is one longer": true, "0 is one shorter": true, "1 absent": true}

func identifierOf(der []byte) algorithm.Identifier {
	id, err := algorithm.ParseIdentifier(der)
	if err != nil {
		return algorithm.Identifier{}
	}
	return id
}
