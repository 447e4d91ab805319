package cms

import (
	"bytes"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// Attribute is one attribute, signed or not (RFC 5652, Section 5.3):
//
//	Attribute ::= SEQUENCE {
//	    attrType OBJECT IDENTIFIER,
//	    attrValues SET OF AttributeValue }
type Attribute struct {
	OID    algorithm.OID
	Values [][]byte // DER of each; of unsigned ones as it stands where it has none
}

// Attribute types (RFC 5652, RFC 8551, RFC 6211, RFC 2634, RFC 5035, RFC 3161).
const (
	attrContentType          algorithm.OID = arcPKCS9 + "\x03"
	attrMessageDigest        algorithm.OID = arcPKCS9 + "\x04"
	attrSigningTime          algorithm.OID = arcPKCS9 + "\x05"
	attrCountersignature     algorithm.OID = arcPKCS9 + "\x06"
	attrCapabilities         algorithm.OID = arcPKCS9 + "\x0f"
	attrAlgorithmProtection  algorithm.OID = arcPKCS9 + "\x34"
	attrReceiptRequest       algorithm.OID = arcSMIME + "\x02\x01"
	attrSecurityLabel        algorithm.OID = arcSMIME + "\x02\x02"
	attrExpansionHistory     algorithm.OID = arcSMIME + "\x02\x03"
	attrContentHint          algorithm.OID = arcSMIME + "\x02\x04"
	attrMessageSigDigest     algorithm.OID = arcSMIME + "\x02\x05"
	attrContentIdentifier    algorithm.OID = arcSMIME + "\x02\x07"
	attrEquivalentLabels     algorithm.OID = arcSMIME + "\x02\x09"
	attrContentReference     algorithm.OID = arcSMIME + "\x02\x0a"
	attrEncryptionKey        algorithm.OID = arcSMIME + "\x02\x0b"
	attrSigningCertificate   algorithm.OID = arcSMIME + "\x02\x0c"
	attrTimeStampToken       algorithm.OID = arcSMIME + "\x02\x0e"
	attrSigningCertificateV2 algorithm.OID = arcSMIME + "\x02\x2f"
	attrMicrosoftEncryption  algorithm.OID = "\x2b\x06\x01\x04\x01\x82\x37\x10\x04"     // 1.3.6.1.4.1.311.16.4
	attrMicrosoftTimeStamp   algorithm.OID = "\x2b\x06\x01\x04\x01\x82\x37\x03\x03\x01" // 1.3.6.1.4.1.311.3.3.1
	attrBinarySigningTime    algorithm.OID = arcSMIME + "\x02\x2e"
)

// parseAttributes reads the attributes of a SET OF Attribute in DER (sorted or
// not), whatever its outer tag. At least one is required: the standards' type is
// SET SIZE (1..MAX) OF Attribute.
func parseAttributes(der []byte, lim Limits) ([]Attribute, error) {
	s := cryptobyte.String(der)
	var body cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&body, &tag) || !s.Empty() || tag&constructedBit == 0 {
		return nil, malformed("attributes are no SET")
	}
	if body.Empty() {
		return nil, malformed("empty SET of attributes")
	}
	out := make([]Attribute, 0, 8)
	values := 0
	for !body.Empty() {
		var attribute, set cryptobyte.String
		if !body.ReadASN1(&attribute, asn1.SEQUENCE) {
			return nil, malformed("an attribute is no SEQUENCE")
		}
		oid, ok := algorithm.ReadOID(&attribute)
		if !ok || !attribute.ReadASN1(&set, asn1.SET) || !attribute.Empty() {
			return nil, malformed("an attribute is no pair of type and values")
		}
		if len(out) >= lim.Attributes {
			return nil, &LimitError{"attributes"}
		}
		a := Attribute{OID: oid}
		for !set.Empty() {
			var value cryptobyte.String
			if !set.ReadAnyASN1Element(&value, &tag) {
				return nil, malformed("malformed value of an attribute")
			}
			if values++; values > lim.Attributes {
				return nil, &LimitError{"values of attributes"}
			}
			a.Values = append(a.Values, value)
		}
		out = append(out, a)
	}
	return out, nil
}

// constructedBit is that of the identifier octet.
const constructedBit = 0x20

// marshalAttributes returns the DER of the attributes, sorted, as an element
// with the given tag: 0x31 as it is signed and authenticated, an IMPLICIT one
// as it is written.
func marshalAttributes(tag ber.Tag, attributes []Attribute) []byte {
	encoded := make([][]byte, len(attributes))
	for i, a := range attributes {
		var b cryptobyte.Builder
		a.OID.AddTo(&b)
		oid := b.BytesOrPanic()
		encoded[i] = ber.Wrap(ber.Sequence, oid, ber.Wrap(ber.Set, sorted(a.Values)...))
	}
	return ber.Wrap(tag, sorted(encoded)...)
}

// inOrder reports whether attributes in DER, that parseAttributes has read, are
// sorted, and the values of each: whether marshalAttributes would give the same
// octets.
func inOrder(der []byte) bool {
	s := cryptobyte.String(der)
	var body, before, element cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&body, &tag) {
		return false
	}
	for !body.Empty() {
		if !body.ReadAnyASN1Element(&element, &tag) || bytes.Compare(before, element) > 0 {
			return false
		}
		before = element
		var attribute, set, valueBefore, value cryptobyte.String
		if !element.ReadASN1(&attribute, asn1.SEQUENCE) || !attribute.SkipASN1(asn1.OBJECT_IDENTIFIER) || !attribute.ReadASN1(&set, asn1.SET) {
			return false
		}
		for !set.Empty() {
			if !set.ReadAnyASN1Element(&value, &tag) || bytes.Compare(valueBefore, value) > 0 {
				return false
			}
			valueBefore = value
		}
	}
	return true
}

// sorted returns the elements in the order of a SET OF in DER (X.690, Section
// 11.6).
func sorted(elements [][]byte) [][]byte {
	out := slices.Clone(elements)
	slices.SortFunc(out, bytes.Compare)
	return out
}

// find returns the attributes of a type.
func find(attributes []Attribute, oid algorithm.OID) []Attribute {
	var out []Attribute
	for _, a := range attributes {
		if a.OID == oid {
			out = append(out, a)
		}
	}
	return out
}

// single returns the value of an attribute that is there once and has one
// value; nil otherwise.
func single(attributes []Attribute, oid algorithm.OID) []byte {
	var value []byte
	found := 0
	for _, a := range attributes {
		if a.OID != oid {
			continue
		}
		if found++; found > 1 || len(a.Values) != 1 {
			return nil
		}
		value = a.Values[0]
	}
	return value
}
