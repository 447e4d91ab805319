package cmstest

import (
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// Signed is the tree of a ContentInfo with a SignedData, whose parts can be
// found by name.
type Signed struct{ *Node }

// ParseSigned takes a ContentInfo with a SignedData apart.
func ParseSigned(raw []byte) Signed { return Signed{MustParse(raw)} }

// Clone returns a deep copy.
func (s Signed) Clone() Signed { return Signed{s.Node.Clone()} }

// Data is the SignedData.
func (s Signed) Data() *Node { return s.At(1, 0) }

// Version is the version of the SignedData.
func (s Signed) Version() *Node { return s.Data().At(0) }

// DigestAlgorithms is the SET.
func (s Signed) DigestAlgorithms() *Node { return s.Data().At(1) }

// EncapContentInfo is the SEQUENCE of type and content.
func (s Signed) EncapContentInfo() *Node { return s.Data().At(2) }

// EContent is the OCTET STRING.
func (s Signed) EContent() *Node { return s.EncapContentInfo().At(1, 0) }

// Certificates is the field, or nil.
func (s Signed) Certificates() *Node { return s.Data().Find(ber.Context(0)) }

// SignerInfos is the SET.
func (s Signed) SignerInfos() *Node { return s.Data().At(-1) }

// Signer is one SignerInfo.
func (s Signed) Signer(i int) *Node { return s.SignerInfos().At(i) }

// SignedAttributes is the field of one SignerInfo, or nil.
func (s Signed) SignedAttributes(i int) *Node {
	for n, c := range s.Signer(i).Children {
		if n > 1 && c.Tag == ber.Context(0) { // the key identifier of a signer has this tag too
			return c
		}
	}
	return nil
}

// Attribute returns the first signed attribute of a type, or nil.
func (s Signed) Attribute(i int, oid algorithm.OID) *Node {
	for _, a := range s.SignedAttributes(i).Children {
		if string(a.At(0).Value) == string(oid) {
			return a
		}
	}
	return nil
}

// signature returns the OCTET STRING of the signature.
func (s Signed) signature(i int) *Node {
	for n, c := range s.Signer(i).Children {
		if n > 2 && c.Tag == ber.OctetString {
			return c
		}
	}
	panic("cmstest: no signature")
}

// Signature is the OCTET STRING of a SignerInfo.
func (s Signed) Signature(i int) *Node { return s.signature(i) }

// Sign signs the octets with a key under the SignerInfo's own scheme: octets
// nil means the signed attributes as they stand, with the tag of a SET.
func (s Signed) Sign(tb testing.TB, i int, key *algorithm.PrivateKey, scheme *algorithm.Signature, octets []byte) {
	tb.Helper()
	if octets == nil {
		set := s.SignedAttributes(i).Clone()
		set.Tag = ber.Set
		octets = set.Encode()
	}
	m := algorithm.Message{Bytes: octets}
	if !scheme.Pure {
		h := scheme.Digest.New()
		h.Write(octets)
		m = algorithm.Message{Sum: h.Sum(nil)}
	}
	sig, err := scheme.Sign(key.Signer, m)
	if err != nil {
		tb.Fatalf("sign: %v", err)
	}
	*s.signature(i) = *Primitive(ber.OctetString, sig)
}
