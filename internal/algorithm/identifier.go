package algorithm

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Identifier is an AlgorithmIdentifier (RFC 5280, Section 4.1.1.2):
//
//	AlgorithmIdentifier ::= SEQUENCE {
//	    algorithm   OBJECT IDENTIFIER,
//	    parameters  ANY DEFINED BY algorithm OPTIONAL }
type Identifier struct {
	OID        OID
	Parameters []byte // the whole DER element; nil when absent
}

// derNull is the encoding of NULL, the parameters of algorithms that have none
// but had to write something in 1988 syntax.
const derNull = "\x05\x00"

// nullParameters returns NULL parameters as written out.
func nullParameters() []byte { return []byte(derNull) }

// hasNone reports whether the parameters are absent or NULL.
func (id Identifier) hasNone() bool {
	return len(id.Parameters) == 0 || string(id.Parameters) == derNull
}

// ReadIdentifier reads an AlgorithmIdentifier and advances s over it. The
// parameters are copied.
func ReadIdentifier(s *cryptobyte.String) (Identifier, bool) {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return Identifier{}, false
	}
	oid, ok := ReadOID(&body)
	if !ok {
		return Identifier{}, false
	}
	id := Identifier{OID: oid}
	if body.Empty() {
		return id, true
	}
	var parameters cryptobyte.String
	var tag asn1.Tag
	if !body.ReadAnyASN1Element(&parameters, &tag) || !body.Empty() {
		return Identifier{}, false
	}
	id.Parameters = bytes.Clone(parameters)
	return id, true
}

// ParseIdentifier reads der, which must hold one AlgorithmIdentifier and
// nothing else.
func ParseIdentifier(der []byte) (Identifier, error) {
	s := cryptobyte.String(der)
	id, ok := ReadIdentifier(&s)
	if !ok {
		return Identifier{}, &ParameterError{Name: "AlgorithmIdentifier", Detail: "not a SEQUENCE of an OID and its parameters"}
	}
	if !s.Empty() {
		return Identifier{}, &ParameterError{Name: "AlgorithmIdentifier", Detail: "something follows it"}
	}
	return id, nil
}

// AddTo appends the DER encoding of the identifier.
func (id Identifier) AddTo(b *cryptobyte.Builder) { b.AddBytes(id.DER()) }

// DER returns the encoding of the identifier.
func (id Identifier) DER() []byte {
	oid := appendHeader(make([]byte, 0, headerRoom), asn1.OBJECT_IDENTIFIER, len(id.OID)) // of no memory
	length := len(oid) + len(id.OID) + len(id.Parameters)
	out := appendHeader(make([]byte, 0, headerRoom+length), asn1.SEQUENCE, length)
	return append(append(append(out, oid...), id.OID...), id.Parameters...)
}

// Equal reports whether both identifiers name the same algorithm with the same
// parameters. Absent and NULL parameters are the same value, as RFC 6211,
// Section 3 asks of those who compare identifiers from different places.
func (id Identifier) Equal(o Identifier) bool {
	if id.OID != o.OID {
		return false
	}
	if id.hasNone() || o.hasNone() {
		return id.hasNone() && o.hasNone()
	}
	return bytes.Equal(id.Parameters, o.Parameters)
}
