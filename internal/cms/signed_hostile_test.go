package cms

import (
	"bytes"
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// hostile is one message that somebody with the signer's key, or without,
// could have made out of a good one.
type hostile struct {
	name    string
	change  func(t *testing.T, s cmstest.Signed)
	resign  bool // sign the attributes again after the change
	unchunk bool
	want    string // outcome
	note    string // a note that is expected
	detach  bool   // of a message without its content inside
}

func oidNode(oid algorithm.OID) *cmstest.Node {
	return cmstest.Primitive(ber.ObjectIdentifier, []byte(oid))
}

func attributeNode(oid algorithm.OID, values ...*cmstest.Node) *cmstest.Node {
	return cmstest.Constructed(ber.Sequence, oidNode(oid), cmstest.Constructed(ber.Set, values...))
}

func octetsNode(b []byte) *cmstest.Node { return cmstest.Primitive(ber.OctetString, b) }

func algorithmNode(oid string, parameters ...*cmstest.Node) *cmstest.Node {
	return cmstest.Constructed(ber.Sequence, append([]*cmstest.Node{oidNode(algorithm.MustOID(oid))}, parameters...)...)
}

const (
	sha1OID   = "1.3.14.3.2.26"
	sha256OID = "2.16.840.1.101.3.4.2.1"
	sha512OID = "2.16.840.1.101.3.4.2.3"
	tstInfo   = "1.2.840.113549.1.9.16.1.4"
)

func nullNode() *cmstest.Node { return cmstest.Primitive(ber.Null, nil) }

// without takes the attributes of a type out.
func without(s cmstest.Signed, oid algorithm.OID) {
	set := s.SignedAttributes(0)
	set.Children = slices.DeleteFunc(set.Children, func(a *cmstest.Node) bool { return string(a.At(0).Value) == string(oid) })
}

// with puts attributes in, in the order of DER.
func with(s cmstest.Signed, attributes ...*cmstest.Node) {
	set := s.SignedAttributes(0)
	set.Insert(0, attributes...)
	set.Sort()
}

func hostiles() []hostile {
	replace := func(oid algorithm.OID, values ...*cmstest.Node) func(*testing.T, cmstest.Signed) {
		return func(_ *testing.T, s cmstest.Signed) {
			without(s, oid)
			with(s, attributeNode(oid, values...))
		}
	}
	add := func(oid algorithm.OID, values ...*cmstest.Node) func(*testing.T, cmstest.Signed) {
		return func(_ *testing.T, s cmstest.Signed) { with(s, attributeNode(oid, values...)) }
	}
	double := func(oid algorithm.OID) func(*testing.T, cmstest.Signed) {
		return func(_ *testing.T, s cmstest.Signed) { with(s, s.Attribute(0, oid).Clone()) }
	}
	remove := func(oid algorithm.OID) func(*testing.T, cmstest.Signed) {
		return func(_ *testing.T, s cmstest.Signed) { without(s, oid) }
	}
	utc := func(text string) *cmstest.Node {
		return cmstest.Primitive(ber.Tag{Class: ber.Universal, Number: 23}, []byte(text))
	}
	protection := func(fields ...*cmstest.Node) *cmstest.Node { return cmstest.Constructed(ber.Sequence, fields...) }
	tagged := func(n uint32, a *cmstest.Node) *cmstest.Node { a.Tag = ber.Context(n); return a }
	ecdsa256 := "1.2.840.10045.4.3.2"
	zeros32 := octetsNode(make([]byte, 32))
	ess := func(entries ...*cmstest.Node) *cmstest.Node {
		return cmstest.Constructed(ber.Sequence, cmstest.Constructed(ber.Sequence, entries...))
	}
	unsigned := func(attributes ...*cmstest.Node) func(*testing.T, cmstest.Signed) {
		return func(_ *testing.T, s cmstest.Signed) {
			s.Signer(0).Insert(len(s.Signer(0).Children), cmstest.Constructed(ber.Context(1), attributes...))
		}
	}
	data := func(f func(s cmstest.Signed)) func(*testing.T, cmstest.Signed) {
		return func(_ *testing.T, s cmstest.Signed) { f(s) }
	}
	return []hostile{
		{name: "unchanged", change: data(func(cmstest.Signed) {}), want: "good"},
		{name: "signed again", change: data(func(cmstest.Signed) {}), resign: true, want: "good"},

		// No signers.
		{name: "A1 no signers", change: data(func(s cmstest.Signed) { s.SignerInfos().Children = nil }), want: "nobody"},
		{name: "A3 no signers, no certificates", change: data(func(s cmstest.Signed) { s.SignerInfos().Children = nil; s.Data().Remove(3) }), want: "nobody"},
		{name: "A4 no certificates", change: data(func(s cmstest.Signed) { s.Data().Remove(3) }), want: "no certificate"},
		{name: "A4 empty certificates", change: data(func(s cmstest.Signed) { s.Certificates().Children = nil }), want: "no certificate"},

		// Digest algorithms.
		{name: "A5 no digest algorithms", change: data(func(s cmstest.Signed) { s.DigestAlgorithms().Children = nil }), want: "malformed"},
		{name: "A5 no digest algorithms, unknown digest", change: data(func(s cmstest.Signed) {
			s.DigestAlgorithms().Children = nil
			*s.Signer(0).At(2) = *algorithmNode("1.2.3")
		}), want: "malformed"},
		{name: "A6 other digest algorithm", change: data(func(s cmstest.Signed) { s.DigestAlgorithms().Children[0] = algorithmNode(sha1OID) }), want: "malformed"},
		{name: "A6 digest algorithm twice and more", change: data(func(s cmstest.Signed) {
			s.DigestAlgorithms().Insert(0, algorithmNode(sha1OID), algorithmNode("1.2.3"), algorithmNode(sha256OID, nullNode()))
		}), want: "good"},
		{name: "A6 right digest with parameters nobody knows", change: data(func(s cmstest.Signed) {
			s.DigestAlgorithms().Children[0] = algorithmNode(sha256OID, octetsNode([]byte("x")))
		}), want: "malformed"},
		{name: "A7 unknown digest of the signer", change: data(func(s cmstest.Signed) { *s.Signer(0).At(2) = *algorithmNode("1.2.3") }), want: "unsupported"},
		{name: "A7 unknown digest in both places", change: data(func(s cmstest.Signed) {
			*s.Signer(0).At(2) = *algorithmNode("1.2.3")
			s.DigestAlgorithms().Children[0] = algorithmNode("1.2.3")
		}), want: "unsupported"},
		{name: "A7 MD4", change: data(func(s cmstest.Signed) {
			*s.Signer(0).At(2) = *algorithmNode("1.2.840.113549.2.4")
			s.DigestAlgorithms().Insert(0, algorithmNode("1.2.840.113549.2.4"))
		}), want: "unsupported"},

		// Signed attributes that are missing, and content that is one.
		{name: "A8 attributes as content", change: func(t *testing.T, s cmstest.Signed) {
			set := s.SignedAttributes(0).Clone()
			set.Tag = ber.Set
			s.EContent().Value = set.Encode()
			s.Signer(0).Remove(3)
		}, want: "attributes"},
		{name: "A8 attributes as content, in BER", change: func(t *testing.T, s cmstest.Signed) {
			set := s.SignedAttributes(0).Clone()
			set.Tag = ber.Set
			set.Indefinite = true
			s.EContent().Value = set.Encode()
			key := signerOf(t, "p-256").Key
			s.Signer(0).Remove(3)
			s.Sign(t, 0, key, schemeOf(t, "p-256"), s.EContent().Value)
		}, want: "attributes"},
		{name: "no attributes, signed content", change: func(t *testing.T, s cmstest.Signed) {
			s.Signer(0).Remove(3)
			s.Sign(t, 0, signerOf(t, "p-256").Key, schemeOf(t, "p-256"), s.EContent().Value)
		}, want: "good"},
		{name: "no attributes, content that begins like a SET", change: func(t *testing.T, s cmstest.Signed) {
			s.EContent().Value = []byte("1\x0206 is a line of text")
			s.Signer(0).Remove(3)
			s.Sign(t, 0, signerOf(t, "p-256").Key, schemeOf(t, "p-256"), s.EContent().Value)
		}, want: "good"},
		{name: "no attributes, content changed", change: func(t *testing.T, s cmstest.Signed) {
			s.Signer(0).Remove(3)
			s.Sign(t, 0, signerOf(t, "p-256").Key, schemeOf(t, "p-256"), s.EContent().Value)
			s.EContent().Value[3] ^= 1
		}, want: "invalid"},
		{name: "A8 attributes removed", change: data(func(s cmstest.Signed) { s.Signer(0).Remove(3) }), want: "invalid"},
		{name: "A11 no attributes for another type", change: func(t *testing.T, s cmstest.Signed) {
			*s.EncapContentInfo().At(0) = *oidNode(algorithm.MustOID(tstInfo))
			s.Signer(0).Remove(3)
			s.Sign(t, 0, signerOf(t, "p-256").Key, schemeOf(t, "p-256"), s.EContent().Value)
		}, want: "malformed"},

		// contentType.
		{name: "A10 content type relabelled", change: data(func(s cmstest.Signed) {
			*s.EncapContentInfo().At(0) = *oidNode(algorithm.MustOID(tstInfo))
		}), want: "attributes"},
		{name: "other content type, attribute agrees", change: func(t *testing.T, s cmstest.Signed) {
			*s.EncapContentInfo().At(0) = *oidNode(algorithm.MustOID(tstInfo))
			replace(attrContentType, oidNode(algorithm.MustOID(tstInfo)))(t, s)
		}, resign: true, want: "good"},
		{name: "A12 no content type", change: remove(attrContentType), resign: true, want: "attributes"},
		{name: "A14 two content types", change: double(attrContentType), resign: true, want: "attributes"},
		{name: "A14 content type, two values", change: replace(attrContentType, oidNode(TypeData), oidNode(TypeSignedData)), resign: true, want: "attributes"},
		{name: "content type without a value", change: replace(attrContentType), resign: true, want: "attributes"},
		{name: "content type is no OID", change: replace(attrContentType, nullNode()), resign: true, want: "attributes"},

		// messageDigest.
		{name: "A13 no message digest", change: remove(attrMessageDigest), resign: true, want: "attributes"},
		{name: "A15 two message digests, right and wrong", change: func(t *testing.T, s cmstest.Signed) {
			s.SignedAttributes(0).Insert(len(s.SignedAttributes(0).Children), attributeNode(attrMessageDigest, zeros32))
		}, resign: true, want: "attributes"},
		{name: "A15 two message digests, wrong and right", change: func(t *testing.T, s cmstest.Signed) {
			s.SignedAttributes(0).Insert(0, attributeNode(attrMessageDigest, zeros32))
		}, resign: true, want: "attributes"},
		{name: "A16 message digest without a value", change: replace(attrMessageDigest), resign: true, want: "attributes"},
		{name: "A16 message digest with two values", change: func(t *testing.T, s cmstest.Signed) {
			a := s.Attribute(0, attrMessageDigest)
			a.At(1).Insert(0, zeros32)
			a.At(1).Sort()
		}, resign: true, want: "attributes"},
		{name: "A16 message digest too short", change: func(t *testing.T, s cmstest.Signed) {
			v := s.Attribute(0, attrMessageDigest).At(1, 0)
			v.Value = v.Value[:31]
		}, resign: true, want: "attributes"},
		{name: "A16 message digest empty", change: replace(attrMessageDigest, octetsNode(nil)), resign: true, want: "attributes"},
		{name: "A16 message digest with another tag", change: func(t *testing.T, s cmstest.Signed) {
			s.Attribute(0, attrMessageDigest).At(1, 0).Tag = ber.BitString
		}, resign: true, want: "attributes"},
		{name: "message digest of other content", change: replace(attrMessageDigest, zeros32), resign: true, want: "content"},
		{name: "A20 content changed", change: data(func(s cmstest.Signed) { s.EContent().Value[0] ^= 1 }), want: "content"},
		{name: "content longer", change: data(func(s cmstest.Signed) { s.EContent().Value = append(s.EContent().Value, 'x') }), want: "content"},
		{name: "content empty", change: data(func(s cmstest.Signed) { s.EContent().Value = nil }), want: "content"},

		// Other attributes.
		{name: "A17 signing time malformed", change: replace(attrSigningTime, utc("2601010000Z")), resign: true, want: "attributes"},
		{name: "A17 signing time of another kind", change: replace(attrSigningTime, octetsNode([]byte("260101000000Z"))), resign: true, want: "attributes"},
		{name: "A17 two signing times", change: add(attrSigningTime, utc("990101000000Z")), resign: true, want: "attributes"},
		{name: "A17 signing time, two values", change: replace(attrSigningTime, utc("250101000000Z"), utc("260101000000Z")), resign: true, want: "attributes"},
		{name: "A17 signing time not signed", change: unsigned(attributeNode(attrSigningTime, utc("260101000000Z"))), want: "attributes"},
		{name: "content type not signed", change: unsigned(attributeNode(attrContentType, oidNode(TypeData))), want: "attributes"},
		{name: "capabilities not signed", change: unsigned(attributeNode(attrCapabilities, cmstest.Constructed(ber.Sequence))), want: "attributes"},
		{name: "preferred encryption key not signed", change: unsigned(attributeNode(attrEncryptionKey, cmstest.Primitive(ber.Context(2), []byte{1}))), want: "attributes"},
		{name: "message digest not signed", change: unsigned(attributeNode(attrMessageDigest, zeros32)), want: "attributes"},
		{name: "A17 two capabilities", change: double(attrCapabilities), resign: true, want: "attributes"},
		{name: "capabilities malformed", change: replace(attrCapabilities, cmstest.Constructed(ber.Sequence, nullNode())), resign: true, want: "attributes"},
		{name: "no capabilities", change: remove(attrCapabilities), resign: true, want: "good"},
		{name: "two encryption key preferences", change: func(t *testing.T, s cmstest.Signed) {
			with(s, attributeNode(attrEncryptionKey, nullNode()), attributeNode(attrEncryptionKey, nullNode()))
		}, resign: true, want: "attributes"},
		{name: "two receipt requests", change: func(t *testing.T, s cmstest.Signed) {
			with(s, attributeNode(attrReceiptRequest, nullNode()), attributeNode(attrReceiptRequest, nullNode()))
		}, resign: true, want: "attributes"},
		{name: "two attributes nobody knows", change: func(t *testing.T, s cmstest.Signed) {
			x := algorithm.MustOID("1.2.3")
			with(s, attributeNode(x, nullNode()), attributeNode(x, nullNode()), attributeNode(algorithm.MustOID("1.2.4"), nullNode(), nullNode()))
		}, resign: true, want: "good"},
		{name: "A27 invalid countersignature", change: unsigned(attributeNode(attrCountersignature, nullNode())), want: "good"},
		{name: "QUIRK no unsigned attributes in their set", change: unsigned(), want: "good"},
		{name: "countersignature as a signed attribute", change: func(t *testing.T, s cmstest.Signed) {
			with(s, attributeNode(attrCountersignature, nullNode()))
		}, resign: true, want: "attributes"},

		// The form of the attributes.
		{name: "A19 empty attributes", change: data(func(s cmstest.Signed) { s.SignedAttributes(0).Children = nil }), want: "malformed"},
		{name: "attribute is no SEQUENCE", change: data(func(s cmstest.Signed) { s.SignedAttributes(0).Insert(0, nullNode()) }), resign: true, want: "malformed"},
		{name: "attribute with three fields", change: data(func(s cmstest.Signed) { s.SignedAttributes(0).At(0).Insert(2, nullNode()) }), resign: true, want: "malformed"},
		{name: "attribute without values", change: data(func(s cmstest.Signed) { s.SignedAttributes(0).At(0).Remove(1) }), resign: true, want: "malformed"},
		{name: "attributes primitive", change: data(func(s cmstest.Signed) {
			a := s.SignedAttributes(0)
			*a = *cmstest.Primitive(a.Tag, []byte("x"))
		}), want: "malformed"},
		{name: "attributes primitive, with the contents of a SET", change: data(func(s cmstest.Signed) {
			raw := s.SignedAttributes(0).Encode()
			raw[0] &^= 0x20
			*s.SignedAttributes(0) = cmstest.Node{Tag: ber.Context(0), Replacement: raw}
		}), want: "malformed"},
		{name: "A18 unsorted, signed sorted", change: data(func(s cmstest.Signed) { slices.Reverse(s.SignedAttributes(0).Children) }), want: "good"},
		{name: "A18 unsorted, signed unsorted", change: data(func(s cmstest.Signed) { slices.Reverse(s.SignedAttributes(0).Children) }), resign: true, want: "good", note: "not in DER"},
		{name: "A18 sorted, signed unsorted", change: func(t *testing.T, s cmstest.Signed) {
			set := s.SignedAttributes(0).Clone()
			set.Tag = ber.Set
			slices.Reverse(set.Children)
			s.Sign(t, 0, signerOf(t, "p-256").Key, schemeOf(t, "p-256"), set.Encode())
		}, want: "invalid"},
		{name: "A126 attributes of indefinite length", change: data(func(s cmstest.Signed) { s.SignedAttributes(0).AllIndefinite() }), want: "good"},
		{name: "A126 attributes with long lengths", change: data(func(s cmstest.Signed) {
			s.SignedAttributes(0).Walk(func(n *cmstest.Node) { n.LengthSize = 4 })
		}), want: "good"},
		{name: "A126 attributes signed with long lengths", change: data(func(s cmstest.Signed) {
			s.SignedAttributes(0).Walk(func(n *cmstest.Node) { n.LengthSize = 4 })
		}), resign: true, want: "good", note: "not in DER"},

		// CMSAlgorithmProtection.
		{name: "no algorithm protection", change: remove(attrAlgorithmProtection), resign: true, want: "good"},
		{name: "algorithm protection, NULL for absent", change: replace(attrAlgorithmProtection,
			protection(algorithmNode(sha256OID, nullNode()), tagged(1, algorithmNode(ecdsa256)))), resign: true, want: "good"},
		{name: "A38 other digest", change: replace(attrAlgorithmProtection,
			protection(algorithmNode(sha512OID), tagged(1, algorithmNode(ecdsa256)))), resign: true, want: "attributes"},
		{name: "A38 other signature", change: replace(attrAlgorithmProtection,
			protection(algorithmNode(sha256OID), tagged(1, algorithmNode("1.2.840.10045.4.3.4")))), resign: true, want: "attributes"},
		{name: "A38 other parameters", change: replace(attrAlgorithmProtection,
			protection(algorithmNode(sha256OID), tagged(1, algorithmNode(ecdsa256, octetsNode(nil))))), resign: true, want: "attributes"},
		{name: "A38 MAC instead", change: replace(attrAlgorithmProtection,
			protection(algorithmNode(sha256OID), tagged(2, algorithmNode(ecdsa256)))), resign: true, want: "attributes"},
		{name: "A38 MAC too", change: replace(attrAlgorithmProtection,
			protection(algorithmNode(sha256OID), tagged(1, algorithmNode(ecdsa256)), tagged(2, algorithmNode(ecdsa256)))), resign: true, want: "attributes"},
		{name: "A38 digest only", change: replace(attrAlgorithmProtection, protection(algorithmNode(sha256OID))), resign: true, want: "attributes"},
		{name: "A38 no structure", change: replace(attrAlgorithmProtection, nullNode()), resign: true, want: "attributes"},
		{name: "A38 two of them", change: double(attrAlgorithmProtection), resign: true, want: "attributes"},
		{name: "A38 not signed", change: func(t *testing.T, s cmstest.Signed) {
			a := s.Attribute(0, attrAlgorithmProtection).Clone()
			without(s, attrAlgorithmProtection)
			unsigned(a)(t, s)
		}, resign: true, want: "attributes"},

		// signingCertificate.
		{name: "no signing certificate", change: remove(attrSigningCertificateV2), resign: true, want: "good"},
		{name: "A40 another certificate", change: func(t *testing.T, s cmstest.Signed) {
			value, err := signingCertificateV2(signerOf(t, "rsa-2048").Certificate)
			if err != nil {
				t.Fatal(err)
			}
			replace(attrSigningCertificateV2, cmstest.MustParse(value))(t, s)
		}, resign: true, want: "certificate"},
		{name: "A40 two of them", change: double(attrSigningCertificateV2), resign: true, want: "attributes"},
		{name: "A40 empty", change: replace(attrSigningCertificateV2, ess()), resign: true, want: "attributes"},
		{name: "A40 no structure", change: replace(attrSigningCertificateV2, nullNode()), resign: true, want: "attributes"},
		{name: "A40 no hash", change: replace(attrSigningCertificateV2, ess(cmstest.Constructed(ber.Sequence))), resign: true, want: "attributes"},
		{name: "A40 hash cut off", change: func(t *testing.T, s cmstest.Signed) {
			h := s.Attribute(0, attrSigningCertificateV2).At(1, 0, 0, 0, 0)
			h.Value = h.Value[:16]
		}, resign: true, want: "certificate"},
		{name: "A40 unknown hash", change: func(t *testing.T, s cmstest.Signed) {
			s.Attribute(0, attrSigningCertificateV2).At(1, 0, 0, 0).Insert(0, algorithmNode("1.2.3"))
		}, resign: true, want: "unsupported"},
		{name: "hash algorithm written out", change: func(t *testing.T, s cmstest.Signed) {
			s.Attribute(0, attrSigningCertificateV2).At(1, 0, 0, 0).Insert(0, algorithmNode(sha256OID, nullNode()))
		}, resign: true, want: "good"},
		{name: "another hash algorithm", change: func(t *testing.T, s cmstest.Signed) {
			e := s.Attribute(0, attrSigningCertificateV2).At(1, 0, 0, 0)
			h := digestNamed(t, "sha512").New()
			h.Write(signerOf(t, "p-256").Certificate.Raw)
			e.At(0).Value = h.Sum(nil)
			e.Insert(0, algorithmNode(sha512OID))
		}, resign: true, want: "good"},
		{name: "A40 other serial number", change: func(t *testing.T, s cmstest.Signed) {
			s.Attribute(0, attrSigningCertificateV2).At(1, 0, 0, 0, 1, 1).Value[0] ^= 1
		}, resign: true, want: "certificate"},
		{name: "A40 other issuer", change: func(t *testing.T, s cmstest.Signed) {
			s.Attribute(0, attrSigningCertificateV2).At(1, 0, 0, 0, 1, 0, 0).Children[0] = cmstest.MustParse(signerOf(t, "p-256").Certificate.Subject.Raw)
		}, resign: true, want: "certificate"},
		{name: "no issuer and serial number", change: func(t *testing.T, s cmstest.Signed) {
			s.Attribute(0, attrSigningCertificateV2).At(1, 0, 0, 0).Remove(1)
		}, resign: true, want: "good"},
		{name: "first version of the attribute", change: func(t *testing.T, s cmstest.Signed) {
			h := digestNamed(t, "sha1").New()
			h.Write(signerOf(t, "p-256").Certificate.Raw)
			with(s, attributeNode(attrSigningCertificate, ess(cmstest.Constructed(ber.Sequence, octetsNode(h.Sum(nil))))))
		}, resign: true, want: "good"},
		{name: "A40 first version, wrong hash beside a good second", change: func(t *testing.T, s cmstest.Signed) {
			with(s, attributeNode(attrSigningCertificate, ess(cmstest.Constructed(ber.Sequence, octetsNode(make([]byte, 20))))))
		}, resign: true, want: "certificate"},

		// Algorithms.
		{name: "A37 digest of the attributes differs", change: func(t *testing.T, s cmstest.Signed) {
			*s.Signer(0).At(4) = *algorithmNode("1.2.840.10045.4.3.4")
		}, want: "invalid"},
		{name: "A36 RSA signature of an EC key", change: func(t *testing.T, s cmstest.Signed) {
			without(s, attrAlgorithmProtection)
			*s.Signer(0).At(4) = *algorithmNode("1.2.840.113549.1.1.1", nullNode())
		}, resign: true, want: "invalid"},
		{name: "unknown signature algorithm", change: func(t *testing.T, s cmstest.Signed) { *s.Signer(0).At(4) = *algorithmNode("1.2.3") }, want: "unsupported"},
		{name: "parameters of the signature algorithm malformed", change: func(t *testing.T, s cmstest.Signed) {
			*s.Signer(0).At(4) = *algorithmNode(ecdsa256, octetsNode(nil))
		}, want: "malformed"},
		{name: "signature changed", change: data(func(s cmstest.Signed) { s.Signature(0).Value[20] ^= 1 }), want: "invalid"},
		{name: "signature empty", change: data(func(s cmstest.Signed) { s.Signature(0).Value = nil }), want: "invalid"},
		{name: "A35 octets follow the signature value", change: data(func(s cmstest.Signed) { s.Signature(0).Value = append(s.Signature(0).Value, 0) }), want: "invalid"},

		// Versions.
		{name: "A31 SignedData version 3", change: data(func(s cmstest.Signed) { s.Version().Value = []byte{3} }), want: "good"},
		{name: "A31 SignedData version 4", change: data(func(s cmstest.Signed) { s.Version().Value = []byte{4} }), want: "good"},
		{name: "A31 SignedData version 5", change: data(func(s cmstest.Signed) { s.Version().Value = []byte{5} }), want: "good"},
		{name: "A31 SignedData version 0", change: data(func(s cmstest.Signed) { s.Version().Value = []byte{0} }), want: "malformed"},
		{name: "A31 SignedData version 2", change: data(func(s cmstest.Signed) { s.Version().Value = []byte{2} }), want: "malformed"},
		{name: "A31 SignedData version 9", change: data(func(s cmstest.Signed) { s.Version().Value = []byte{9} }), want: "malformed"},
		{name: "A31 SignedData version -1", change: data(func(s cmstest.Signed) { s.Version().Value = []byte{0xff} }), want: "malformed"},
		{name: "A31 SignedData version 2^64+1", change: data(func(s cmstest.Signed) { s.Version().Value = unhexPlain("010000000000000001") }), want: "malformed"},
		{name: "SignerInfo version 3 with a serial number", change: data(func(s cmstest.Signed) { s.Signer(0).At(0).Value = []byte{3} }), want: "good", note: "version 3"},
		{name: "A31 SignerInfo version 1 with a key identifier", change: func(t *testing.T, s cmstest.Signed) {
			*s.Signer(0).At(1) = *cmstest.Primitive(ber.Context(0), signerOf(t, "p-256").Certificate.SubjectKeyID())
		}, want: "good", note: "version 1"},
		{name: "SignerInfo version 2", change: data(func(s cmstest.Signed) { s.Signer(0).At(0).Value = []byte{2} }), want: "unsupported"},
		{name: "empty key identifier", change: data(func(s cmstest.Signed) { *s.Signer(0).At(1) = *cmstest.Primitive(ber.Context(0), nil) }), want: "malformed"},
		{name: "issuer is no name", change: data(func(s cmstest.Signed) { s.Signer(0).At(1).Children[0] = nullNode() }), want: "malformed"},
		{name: "no serial number", change: data(func(s cmstest.Signed) { s.Signer(0).At(1).Remove(1) }), want: "malformed"},

		// Encodings of the rest.
		{name: "all lengths indefinite", change: data(func(s cmstest.Signed) {
			s.Walk(func(n *cmstest.Node) { n.Indefinite = n.Constructed })
			for _, c := range s.Certificates().Children { // these are DER
				c.DER()
			}
		}), want: "good"},
		{name: "content in segments", change: data(func(s cmstest.Signed) { s.EContent().Segment(7) }), want: "good"},
		{name: "content in nested segments", change: data(func(s cmstest.Signed) {
			s.EContent().Segment(30)
			for i, c := range s.EContent().Children {
				c.Segment(7)
				c.Indefinite = i%2 == 0
				c.Insert(0, octetsNode(nil))
			}
		}), want: "good"},
		{name: "signature in segments", change: data(func(s cmstest.Signed) { s.Signature(0).Segment(7) }), want: "good"},
		{name: "A127 foreign segment", change: data(func(s cmstest.Signed) { s.EContent().Segment(30).Insert(1, nullNode()) }), want: "malformed"},
		{name: "A127 end-of-contents missing", change: data(func(s cmstest.Signed) {
			s.EContent().Segment(30)
			s.EContent().Indefinite, s.EContent().NoEnd = true, true
		}), want: "malformed"},
		{name: "A127 end-of-contents too many", change: data(func(s cmstest.Signed) {
			s.EContent().Segment(30).Insert(1, cmstest.Raw([]byte{0, 0}))
		}), want: "malformed"},
		{name: "A132 eContent is no OCTET STRING", change: data(func(s cmstest.Signed) { s.EContent().Tag = ber.BitString }), want: "malformed"},
		{name: "PKCS #7 form", change: func(t *testing.T, s cmstest.Signed) {
			*s.EncapContentInfo().At(0) = *oidNode(algorithm.MustOID(tstInfo))
			replace(attrContentType, oidNode(algorithm.MustOID(tstInfo)))(t, s)
			inner := cmstest.Constructed(ber.Sequence, octetsNode([]byte("structure")))
			h := digestNamed(t, "sha256").New()
			h.Write(inner.Children[0].Encode())
			replace(attrMessageDigest, octetsNode(h.Sum(nil)))(t, s)
			s.EncapContentInfo().At(1).Children[0] = inner
		}, resign: true, want: "good", note: "PKCS #7"},
		{name: "PKCS #7 form of indefinite length", change: data(func(s cmstest.Signed) {
			*s.EncapContentInfo().At(0) = *oidNode(algorithm.MustOID(tstInfo))
			s.EncapContentInfo().At(1).Children[0] = &cmstest.Node{Tag: ber.Sequence, Constructed: true, Indefinite: true}
		}), want: "malformed"},
		{name: "A132 content missing", change: data(func(s cmstest.Signed) { s.Remove(1) }), want: "malformed"},
		{name: "A132 [0] with two elements", change: data(func(s cmstest.Signed) { s.At(1).Insert(1, nullNode()) }), want: "malformed"},
		{name: "A132 [0] is [1]", change: data(func(s cmstest.Signed) { s.At(1).Tag = ber.Context(1) }), want: "malformed"},
		{name: "A132 [0] is universal", change: data(func(s cmstest.Signed) { s.At(1).Tag = ber.Set }), want: "malformed"},
		{name: "A132 ContentInfo with a third field", change: data(func(s cmstest.Signed) { s.Insert(2, nullNode()) }), want: "malformed"},
		{name: "A132 other type", change: data(func(s cmstest.Signed) { *s.At(0) = *oidNode(TypeEnvelopedData) }), want: "malformed"},
		{name: "A133 two contents", change: data(func(s cmstest.Signed) { s.EncapContentInfo().Insert(2, s.EncapContentInfo().At(1).Clone()) }), want: "malformed"},
		{name: "A133 empty [0] for the content", change: data(func(s cmstest.Signed) { s.EncapContentInfo().At(1).Children = nil }), want: "malformed"},
		{name: "A133 certificates twice", change: data(func(s cmstest.Signed) { s.Data().Insert(3, s.Certificates().Clone()) }), want: "malformed"},
		{name: "A133 CRLs before certificates", change: data(func(s cmstest.Signed) {
			s.Data().Insert(3, cmstest.Constructed(ber.Context(1)))
		}), want: "malformed"},
		{name: "A133 no signerInfos", change: data(func(s cmstest.Signed) { s.Data().Remove(4) }), want: "malformed"},
		{name: "A133 something after signerInfos", change: data(func(s cmstest.Signed) { s.Data().Insert(5, nullNode()) }), want: "malformed"},
		{name: "A133 SignerInfo with a field too many", change: data(func(s cmstest.Signed) {
			s.Signer(0).Insert(len(s.Signer(0).Children), nullNode())
		}), want: "malformed"},
		{name: "A135 other kinds of certificates", change: data(func(s cmstest.Signed) {
			for i := range uint32(5) {
				s.Certificates().Insert(0, cmstest.Constructed(ber.Context(i), nullNode()))
			}
			s.Certificates().Insert(0, octetsNode([]byte("x")), cmstest.Primitive(ber.Context(77), []byte("x")))
		}), want: "good", note: "another kind"},
		{name: "certificate that is none", change: data(func(s cmstest.Signed) {
			s.Certificates().Insert(0, cmstest.Constructed(ber.Sequence, nullNode()))
		}), want: "good"},
		{name: "certificate that is no BER", change: data(func(s cmstest.Signed) {
			s.Certificates().Insert(0, cmstest.Raw(unhexPlain("3003308201")))
		}), want: "malformed"},
		{name: "revocation information of all kinds", change: data(func(s cmstest.Signed) {
			s.Data().Insert(4, cmstest.Constructed(ber.Context(1), cmstest.Constructed(ber.Sequence, nullNode()),
				cmstest.Constructed(ber.Context(1), nullNode()), cmstest.Constructed(ber.Context(2), nullNode()), nullNode()))
		}), want: "good", note: "unknown kind"},
		{name: "A23 detached, content inside", change: data(func(cmstest.Signed) {}), detach: true, want: "malformed"},
	}
}

func unhexPlain(s string) []byte {
	out, ok := new(big.Int).SetString("01"+s, 16)
	if !ok {
		panic(s)
	}
	return out.Bytes()[1:]
}

func schemeOf(t *testing.T, kind string) *algorithm.Signature {
	t.Helper()
	signer := signerOf(t, kind)
	scheme, _, err := signer.scheme()
	if err != nil {
		t.Fatal(err)
	}
	return scheme
}

func TestHostile(t *testing.T) {
	t.Parallel()
	content := text(100)
	message := opaque(t, content, signerOf(t, "p-256"))
	for _, h := range hostiles() {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			s := cmstest.ParseSigned(message)
			h.change(t, s)
			if h.resign {
				s.Sign(t, 0, signerOf(t, "p-256").Key, schemeOf(t, "p-256"), nil)
			}
			raw := s.Encode()
			var outside []byte
			if h.detach {
				outside = content
			}
			got := outcome(raw, outside)
			if got != h.want {
				_, _, results, err := verifyAll(raw, outside)
				t.Errorf("got %s (%v, %v), want %s", got, results, err, h.want)
			}
			if h.want == "good" || h.note != "" {
				sd, _, _, err := verifyAll(raw, outside)
				if err != nil {
					t.Fatal(err)
				}
				if h.note != "" && !strings.Contains(strings.Join(sd.Notes, "; "), h.note) {
					t.Errorf("notes are %q, want one with %q", sd.Notes, h.note)
				}
			}
			// Encoded in another way, the verdict is the same.
			if again := cmstest.MustParse; h.want == "good" && h.note == "" {
				n := again(raw)
				for _, c := range n.At(1, 0).Children {
					c.Indefinite = true
				}
				n.Indefinite = true
				if got := outcome(n.Encode(), outside); got != h.want {
					t.Errorf("with indefinite lengths: got %s, want %s", got, h.want)
				}
			}
		})
	}
}

// Ed25519 signs the attributes themselves, and without attributes the content
// itself, of which only so much is kept.
func TestEd25519WithoutAttributes(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]string{0: "good", 1: "good", 1000: "good", maxRetained: "good", maxRetained + 1: "limit"} {
		content := text(size)
		for _, detached := range []bool{false, true} {
			message := signedBy(t, content, SignedDataOptions{ContentSize: int64(size), Detached: detached}, signerOf(t, "ed25519"))
			s := cmstest.ParseSigned(message)
			s.Signer(0).Remove(3)
			s.Sign(t, 0, signerOf(t, "ed25519").Key, schemeOf(t, "ed25519"), append([]byte{}, content...))
			var outside []byte
			if detached {
				outside = append([]byte{}, content...)
			}
			if got := outcome(s.Encode(), outside); got != want {
				t.Errorf("size %d, detached %v: got %s, want %s", size, detached, got, want)
			}
			if size > 0 && want == "good" {
				changed := slices.Clone(content)
				changed[size-1] ^= 1
				if detached {
					outside = changed
				} else {
					s.EContent().Value = changed
				}
				if got := outcome(s.Encode(), outside); got != "invalid" {
					t.Errorf("size %d, detached %v, changed: got %s", size, detached, got)
				}
			}
		}
	}
}

// P6 of content that is too large to be kept: its header must not be that of a
// SET as long as the content.
func TestAttributesAsLargeContent(t *testing.T) {
	t.Parallel()
	filler := make([]byte, maxRetained+100)
	for name, tc := range map[string]struct {
		content []byte
		want    string
	}{
		"set":            {ber.Wrap(ber.Set, filler), "attributes"},
		"set, too short": {append(ber.Wrap(ber.Set, filler), 0), "good"},
		"text":           {text(maxRetained + 100), "good"},
	} {
		message := signedBy(t, tc.content, SignedDataOptions{ContentSize: int64(len(tc.content))}, signerOf(t, "p-256"))
		message = opaqueLarge(t, message, tc.content)
		if got := outcome(message, nil); got != tc.want {
			t.Errorf("%s: got %s, want %s", name, got, tc.want)
		}
	}
}

// opaqueLarge takes the signed attributes of a message out and signs the content.
func opaqueLarge(t *testing.T, message, content []byte) []byte {
	s := cmstest.ParseSigned(message)
	s.Signer(0).Remove(3)
	s.Sign(t, 0, signerOf(t, "p-256").Key, schemeOf(t, "p-256"), content)
	return s.Encode()
}

// What follows a ContentInfo.
func TestTrailing(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{10, -1} {
		message := signedBy(t, text(10), SignedDataOptions{ContentSize: size}, signerOf(t, "p-256"))
		for trailer, want := range map[string]string{"": "good", "\x00": "good", strings.Repeat("\x00", 100000): "good",
			"\r\n": "malformed", "x": "malformed", "\x00\x00x": "malformed", string(message): "malformed"} {
			if got := outcome(append(slices.Clone(message), trailer...), nil); got != want {
				t.Errorf("%d octets follow: got %s, want %s", len(trailer), got, want)
			}
		}
		sd, _, _, err := verifyAll(append(slices.Clone(message), 0, 0), nil)
		if err != nil || len(sd.Notes) != 1 {
			t.Errorf("notes on zeros that follow: %q, %v", sd.Notes, err)
		}
	}
}

// A142: no truncation is good, and none is anything but malformed.
func TestTruncated(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{50, -1} {
		message := signedBy(t, text(50), SignedDataOptions{ContentSize: size}, signerOf(t, "p-256"))
		for n := range message {
			if got := outcome(message[:n], nil); got != "malformed" {
				t.Fatalf("cut off at %d of %d: %s", n, len(message), got)
			}
		}
	}
}

// A141: no single bit can be changed in what is signed, or in the signature.
func TestBitFlips(t *testing.T) {
	t.Parallel()
	message := opaque(t, text(50), signerOf(t, "ed25519"))
	tree := cmstest.ParseSigned(message)
	for _, covered := range [][]byte{tree.EContent().Encode(), tree.SignedAttributes(0).Encode(), tree.Signature(0).Encode(), tree.Signer(0).At(2).Encode()} {
		at := bytes.Index(message, covered)
		for i := at; i < at+len(covered); i++ {
			for bit := range 8 {
				changed := slices.Clone(message)
				changed[i] ^= 1 << bit
				if outcome(changed, nil, signerOf(t, "ed25519")) == "good" {
					t.Errorf("bit %d of octet %d changed, and it is good", bit, i)
				}
			}
		}
	}
}

// A140: short inputs.
func TestShortInputs(t *testing.T) {
	t.Parallel()
	try := func(in ...byte) {
		if got := outcome(in, nil); got != "malformed" {
			t.Errorf("%x: %s", in, got)
		}
	}
	try()
	for i := range 256 {
		try(byte(i))
		for j := range 256 {
			try(byte(i), byte(j))
		}
	}
	for _, s := range []string{"1f80", "1f05", "3081", "308401", "3080", "30840fffffff", "3088ffffffffffffffff", "30800600"} {
		try(unhexPlain(s)...)
	}
}

// Limits: each is kept, and what is over it costs little.
func TestSignedDataLimits(t *testing.T) {
	content := text(20)
	base := opaque(t, content, signerOf(t, "p-256"))
	junk := cmstest.Constructed(ber.Sequence, nullNode())
	times := func(n int, node *cmstest.Node) []*cmstest.Node {
		return slices.Repeat([]*cmstest.Node{node}, n)
	}
	nested := func(depth int) *cmstest.Node {
		n := nullNode()
		for range depth {
			n = cmstest.Constructed(ber.Sequence, n)
		}
		return cmstest.Raw(n.Encode())
	}
	big := cmstest.Raw(ber.Wrap(ber.Sequence, append(ber.AppendHeader(nil, ber.OctetString, false, 2<<20), make([]byte, 2<<20)...)))
	// unsigned attributes, so that the signature stays
	unsigned := func(nodes ...*cmstest.Node) func(cmstest.Signed) {
		return func(s cmstest.Signed) {
			s.Signer(0).Insert(len(s.Signer(0).Children), cmstest.Constructed(ber.Context(1), nodes...))
		}
	}
	for _, tc := range []struct {
		name   string
		change func(cmstest.Signed)
		want   string
		note   string
	}{
		{"certificates, 64", func(s cmstest.Signed) { s.Certificates().Insert(2, times(62, junk)...) }, "good", ""},
		{"certificates, 1000", func(s cmstest.Signed) { s.Certificates().Insert(2, times(998, junk)...) }, "good", "more, or larger, certificates"},
		{"certificates, 1001", func(s cmstest.Signed) { s.Certificates().Insert(2, times(999, junk)...) }, "limit", ""},
		{"signer's certificate is the 1000th", func(s cmstest.Signed) { s.Certificates().Insert(0, times(998, junk)...) }, "no certificate", "more, or larger, certificates"},
		{"certificates, a million", func(s cmstest.Signed) {
			s.Certificates().Insert(2, cmstest.Raw(bytes.Repeat([]byte{0x30, 0}, 1_000_000)))
		}, "limit", ""},
		{"certificate of 2 MiB", func(s cmstest.Signed) { s.Certificates().Insert(2, big) }, "good", "more, or larger, certificates"},
		{"CRL of 2 MiB", func(s cmstest.Signed) { s.Data().Insert(4, cmstest.Constructed(ber.Context(1), big)) }, "good", "revocation lists"},
		{"CRLs, a million", func(s cmstest.Signed) {
			s.Data().Insert(4, cmstest.Constructed(ber.Context(1), cmstest.Raw(bytes.Repeat([]byte{0x30, 0}, 1_000_000))))
		}, "limit", ""},
		{"nested certificate", func(s cmstest.Signed) { s.Certificates().Insert(2, nested(200)) }, "limit", ""},
		{"A123 nested", func(s cmstest.Signed) { s.Certificates().Insert(2, nested(30000)) }, "limit", ""},
		{"digest algorithms, 64", func(s cmstest.Signed) { s.DigestAlgorithms().Insert(0, times(63, algorithmNode("1.2.3"))...) }, "good", ""},
		{"digest algorithms, 65", func(s cmstest.Signed) { s.DigestAlgorithms().Insert(0, times(64, algorithmNode("1.2.3"))...) }, "limit", ""},
		{"signers, 64", func(s cmstest.Signed) { s.SignerInfos().Insert(0, times(63, s.Signer(0).Clone())...) }, "good", ""},
		{"signers, 65", func(s cmstest.Signed) { s.SignerInfos().Insert(0, times(64, s.Signer(0).Clone())...) }, "limit", ""},
		{"attributes, 256", unsigned(times(256, attributeNode(algorithm.MustOID("1.2.3")))...), "good", ""},
		{"attributes, 257", unsigned(times(257, attributeNode(algorithm.MustOID("1.2.3")))...), "limit", ""},
		{"values, 257, which anybody can add", unsigned(attributeNode(algorithm.MustOID("1.2.3"), times(257, nullNode())...)), "good", ""},
		{"A131 attributes, a million", unsigned(cmstest.Raw(bytes.Repeat(attributeNode(algorithm.MustOID("1.2.3")).Encode(), 1_000_000))), "limit", ""},
		{"signer too large", unsigned(attributeNode(algorithm.MustOID("1.2.3"), big)), "limit", ""},
		{"signers too large together", func(s cmstest.Signed) {
			unsigned(attributeNode(algorithm.MustOID("1.2.3"), octetsNode(make([]byte, 900<<10))))(s)
			s.SignerInfos().Insert(0, times(30, cmstest.Raw(s.Signer(0).Encode()))...)
		}, "limit", ""},
		{"A129 OID of 100 KB", func(s cmstest.Signed) {
			*s.EncapContentInfo().At(0) = *cmstest.Primitive(ber.ObjectIdentifier, append(bytes.Repeat([]byte{0x81}, 100<<10), 1))
		}, "limit", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := cmstest.ParseSigned(base)
			tc.change(s)
			raw := s.Encode()
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			sd, err := ReadSignedData(bytes.NewReader(raw), nil, Limits{})
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %v", d)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20+16*int64(len(raw)) {
				t.Errorf("heap grew by %d octets for %d", grown, len(raw))
			}
			if got := outcome(raw, nil); got != tc.want {
				t.Errorf("got %s (%v), want %s", got, err, tc.want)
			}
			if tc.note != "" && (sd == nil || !strings.Contains(strings.Join(sd.Notes, "; "), tc.note)) {
				t.Errorf("a note with %q is missing", tc.note)
			}
			runtime.KeepAlive(sd)
		})
	}
}

// A124: five million times 30 80, in front and in each place that is passed
// over.
func TestNestingBomb(t *testing.T) {
	t.Parallel()
	bomb := bytes.Repeat([]byte{0x30, 0x80}, 500_000)
	s := cmstest.ParseSigned(opaque(t, []byte("x"), signerOf(t, "p-256")))
	for name, change := range map[string]func(cmstest.Signed) []byte{
		"everything":   func(cmstest.Signed) []byte { return bomb },
		"certificates": func(s cmstest.Signed) []byte { s.Certificates().Insert(0, cmstest.Raw(bomb)); return s.Encode() },
		"attributes":   func(s cmstest.Signed) []byte { s.SignedAttributes(0).Insert(0, cmstest.Raw(bomb)); return s.Encode() },
		"signers":      func(s cmstest.Signed) []byte { s.SignerInfos().Insert(0, cmstest.Raw(bomb)); return s.Encode() },
	} {
		if got := outcome(change(s.Clone()), nil); got != "malformed" && got != "limit" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestCertsOnly(t *testing.T) {
	t.Parallel()
	s := cmstest.ParseSigned(opaque(t, nil, signerOf(t, "p-256"), signerOf(t, "rsa-2048")))
	s.SignerInfos().Children = nil
	s.DigestAlgorithms().Children = nil
	s.EncapContentInfo().Remove(1)
	s.Certificates().Insert(1, cmstest.Constructed(ber.Sequence, nullNode()))
	for range 2 {
		sd, content, results, err := verifyAll(s.Encode(), nil)
		if err != nil || len(results) != 0 || len(content) != 0 || !sd.Detached {
			t.Fatal(results, err)
		}
		if len(sd.Certificates) != 4 || sd.BadCertificates != 1 {
			t.Errorf("%d certificates, %d bad", len(sd.Certificates), sd.BadCertificates)
		}
		s.Node = s.AllIndefinite()
		for _, c := range s.Certificates().Children {
			c.DER()
		}
	}
}

// Certificates stay as they are, octet for octet.
func TestCertificatesAreKept(t *testing.T) {
	t.Parallel()
	signer := signerOf(t, "rsa-2048")
	sd, _, _, err := verifyAll(opaque(t, nil, signer), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(sd.Certificates, func(c *cert.Certificate) bool { return bytes.Equal(c.Raw, signer.Certificate.Raw) }) {
		t.Error("the signer's certificate is another")
	}
}

func TestSignatureErrorTexts(t *testing.T) {
	t.Parallel()
	for _, kind := range []SignatureFault{ContentChanged, Invalid, Attributes, WrongCertificate} {
		if s := fmt.Sprint(&SignatureError{Kind: kind}); !strings.HasPrefix(s, "cms: ") || strings.Contains(s, "no fault") {
			t.Errorf("%d: %q", kind, s)
		}
	}
}
