package cmstest

import (
	"bytes"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// A tree that is not changed encodes as it was.
func TestTreeRoundTrip(t *testing.T) {
	t.Parallel()
	leaf := Chain(t, "p-256", "a@example.com")
	n := MustParse(leaf.Certificate.Raw)
	if !bytes.Equal(n.Encode(), leaf.Certificate.Raw) {
		t.Error("encoded again it is something else")
	}
	indefinite := n.Clone().AllIndefinite().Encode()
	if bytes.Equal(indefinite, leaf.Certificate.Raw) {
		t.Error("lengths are not indefinite")
	}
	der, err := ber.ToDER(indefinite, ber.Limits{})
	if err != nil || !bytes.Equal(der, leaf.Certificate.Raw) {
		t.Errorf("back in DER it is something else, %v", err)
	}
	if again := MustParse(indefinite).DER().Encode(); !bytes.Equal(again, leaf.Certificate.Raw) {
		t.Error("the tree in DER is something else")
	}
	long := n.Clone()
	long.LengthSize, long.At(0, 1).LengthSize = 6, 3
	if again := MustParse(long.Encode()); again.LengthSize != 6 || again.At(0, 1).LengthSize != 3 || !bytes.Equal(again.Encode(), long.Encode()) {
		t.Error("long lengths are not kept")
	}
	s := Primitive(ber.OctetString, []byte("0123456789")).Segment(3)
	if len(s.Children) != 4 || string(s.Join()) != "0123456789" {
		t.Errorf("%d segments, %q", len(s.Children), s.Join())
	}
	if got := Primitive(ber.Null, nil); true {
		got.LengthSize = 3
		if !bytes.Equal(got.Encode(), []byte{5, 0x83, 0, 0, 0}) {
			t.Errorf("long length: %x", got.Encode())
		}
	}
}

func TestIssue(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa-2048", "p-256", "p-384", "p-521", "ed25519", "x25519"} {
		leaf := Chain(t, kind, "a@example.com")
		if got := leaf.Certificate.Addresses(); len(got) != 1 || got[0].String() != "a@example.com" {
			t.Errorf("%s: addresses %v", kind, got)
		}
		chain := append([]*cert.Certificate{leaf.Certificate}, leaf.Chain()...)
		if len(chain) != 3 {
			t.Fatalf("%s: chain of %d", kind, len(chain))
		}
		for i, c := range chain {
			key, err := chain[min(i+1, 2)].PublicKey()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.CheckSignedBy(key); err != nil {
				t.Errorf("%s: certificate %d: %v", kind, i, err)
			}
		}
		key, err := leaf.Certificate.PublicKey()
		if err != nil || !key.Equal(leaf.Key.Public) {
			t.Errorf("%s: key of the certificate is another, %v", kind, err)
		}
	}
}
