package algorithm

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// TestIdentifierDER: identifiers of every length are what another encoder makes of them.
func TestIdentifierDER(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 9, 100, 122, 123, 124, 125, 126, 127, 128, 129, 250, 255, 256, 257, 65535, 65536, 70000} {
		for _, id := range []Identifier{
			{OID: OID(strings.Repeat("\x2a", n))},
			{OID: "\x2a\x03", Parameters: bytes.Repeat([]byte{5}, n)},
		} {
			var oid, whole cryptobyte.Builder
			add := func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(id.OID)) })
			}
			add(&oid)
			whole.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				add(b)
				b.AddBytes(id.Parameters)
			})
			if want := oid.BytesOrPanic(); !bytes.Equal(id.OID.DER(), want) {
				t.Errorf("OID of %d octets: %x, want %x", len(id.OID), id.OID.DER(), want)
			}
			if want := whole.BytesOrPanic(); !bytes.Equal(id.DER(), want) {
				t.Errorf("%d and %d octets: %.20x, want %.20x", len(id.OID), len(id.Parameters), id.DER(), want)
			}
		}
	}
}
