package cms

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// Capabilities returns what this package understands, most wanted first: the
// content ciphers that are neither old nor only read (RFC 8551, Section 2.5.2).
// AES has no parameters there, in either mode.
func Capabilities() []algorithm.Identifier {
	var out []algorithm.Identifier
	for _, c := range algorithm.ContentCiphers() {
		if c.Status == algorithm.Current && !c.ReadOnly {
			out = append(out, algorithm.Identifier{OID: c.OID})
		}
	}
	return out
}

// marshalCapabilities returns the value of the attribute.
func marshalCapabilities(capabilities []algorithm.Identifier) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, c := range capabilities {
			c.AddTo(b)
		}
	})
	return b.Bytes()
}
