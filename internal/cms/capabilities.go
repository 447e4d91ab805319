package cms

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// Capabilities returns what this program understands, in the order of RFC 8551,
// Section 2.5.2: signatures, content ciphers, key management, each most wanted
// first.
func Capabilities() []algorithm.Identifier { return algorithm.Capabilities() }

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
