package cms

import (
	"bytes"
	"sync"

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

// announced is the value of Capabilities, the same in every message.
var announced = sync.OnceValues(func() ([]byte, error) { return marshalCapabilities(Capabilities()) })

// readOwnCapabilities is ParseCapabilities for what was just written: mostly that
// which this program always announces.
func readOwnCapabilities(der []byte) ([]algorithm.Identifier, error) {
	if own, err := announced(); err == nil && bytes.Equal(der, own) {
		return parsedAnnounced()
	}
	return ParseCapabilities(der)
}

var parsedAnnounced = sync.OnceValues(func() ([]algorithm.Identifier, error) {
	own, err := announced()
	if err != nil {
		return nil, err
	}
	return ParseCapabilities(own)
})

// maxCapabilities is how many capabilities are kept.
const maxCapabilities = 64

// ParseCapabilities reads the value of an attribute smimeCapabilities (RFC 8551,
// Section 2.5.2), of which the first 64 entries are kept:
//
//	SMIMECapabilities ::= SEQUENCE OF SMIMECapability
//	SMIMECapability ::= SEQUENCE {
//	    capabilityID OBJECT IDENTIFIER,
//	    parameters ANY DEFINED BY capabilityID OPTIONAL }
func ParseCapabilities(der []byte) ([]algorithm.Identifier, error) {
	value := cryptobyte.String(der)
	var list cryptobyte.String
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() {
		return nil, attributeFault("smimeCapabilities is malformed")
	}
	var out []algorithm.Identifier
	for !list.Empty() {
		id, ok := algorithm.ReadIdentifier(&list)
		if !ok {
			return nil, attributeFault("smimeCapabilities is malformed")
		}
		if len(out) < maxCapabilities {
			out = append(out, id)
		}
	}
	return out, nil
}
