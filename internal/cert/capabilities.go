package cert

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// oidCapabilities is smimeCapabilities, the attribute of signed messages and the
// extension of certificates (RFC 4262, Section 2).
const oidCapabilities = algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f") // 1.2.840.113549.1.9.15

// maxCapabilities bounds the entries that are read.
const maxCapabilities = 100

// Capabilities returns what the certificate says that its owner reads (RFC 4262). What
// a newer signed message of the owner says counts more (RFC 8551, Section 2.5.2). A
// malformed extension, which is never critical, says nothing.
//
//	SMIMECapabilities ::= SEQUENCE OF SMIMECapability
//	SMIMECapability ::= SEQUENCE {
//	    capabilityID  OBJECT IDENTIFIER,
//	    parameters    ANY DEFINED BY capabilityID OPTIONAL }
func (c *Certificate) Capabilities() []algorithm.Identifier {
	e := c.Extension(oidCapabilities)
	if e == nil {
		return nil
	}
	value := cryptobyte.String(e.Value)
	var list cryptobyte.String
	var out []algorithm.Identifier
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() {
		return nil
	}
	for !list.Empty() {
		id, ok := algorithm.ReadIdentifier(&list)
		if !ok || len(out) == maxCapabilities {
			return nil
		}
		out = append(out, id)
	}
	return out
}
