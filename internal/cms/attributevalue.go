package cms

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// Describe says what the values of an attribute are, a text for each, for people
// who look at a message. Nothing is judged: a value that is not as its standard
// has it is described by its size. The texts hold octets of the message as they
// stand; whoever shows them has to escape them.
func (a Attribute) Describe() []string {
	out := make([]string, 0, len(a.Values))
	for _, value := range a.Values {
		out = append(out, describeValue(a.OID, value))
	}
	return out
}

// describeValue describes one value, by its type's row or by what it is.
func describeValue(oid algorithm.OID, der []byte) string {
	for _, row := range valueReaders() {
		if row.oid != oid {
			continue
		}
		s := cryptobyte.String(der)
		if text, ok := row.read(&s); ok && s.Empty() {
			return text
		}
		return fmt.Sprintf("not as in the standard, %d octets", len(der))
	}
	return describeAny(der)
}

// valueReader is one row: an attribute and how its value is put into words.
type valueReader struct {
	oid  algorithm.OID
	read func(s *cryptobyte.String) (string, bool)
}

func valueReaders() []valueReader {
	return []valueReader{
		{attrContentType, describeType},
		{attrMessageDigest, describeHex},
		{attrMessageSigDigest, describeHex},
		{attrContentIdentifier, describeHex},
		{attrSigningTime, describeSigningTime},
		{attrBinarySigningTime, describeBinaryTime},
		{attrCapabilities, describeCapabilities},
		{attrAlgorithmProtection, describeProtection},
		{attrSigningCertificate, func(s *cryptobyte.String) (string, bool) { return describeESS(s, "sha1", false) }},
		{attrSigningCertificateV2, func(s *cryptobyte.String) (string, bool) { return describeESS(s, "sha256", true) }},
		{attrReceiptRequest, describeReceiptRequest},
		{attrSecurityLabel, describeLabel},
		{attrEquivalentLabels, describeLabels},
		{attrContentHint, describeHint},
		{attrContentReference, describeReference},
		{attrEncryptionKey, describeKeyPreference},
		{attrMicrosoftEncryption, describeIssuerSerial},
		{attrCountersignature, describeCountersignature},
		{attrTimeStampToken, describeTimeStamp},
		{attrMicrosoftTimeStamp, describeTimeStamp},
		{attrExpansionHistory, describeExpansion},
	}
}

// describeAny describes a value of a type that is not known.
func describeAny(der []byte) string {
	s := cryptobyte.String(der)
	var body cryptobyte.String
	var tag asn1.Tag
	if s.ReadAnyASN1(&body, &tag) && s.Empty() {
		switch tag {
		case asn1.OBJECT_IDENTIFIER:
			whole := cryptobyte.String(der)
			if oid, ok := algorithm.ReadOID(&whole); ok {
				return oid.String()
			}
		case asn1.UTF8String, asn1.PrintableString, asn1.IA5String, asn1.Tag(26), asn1.Tag(18):
			return `"` + string(body) + `"`
		case asn1.UTCTime, asn1.GeneralizedTime:
			if t, ok := parseTime(der); ok {
				return showTime(t)
			}
		case asn1.INTEGER, asn1.OCTET_STRING:
			if len(body) <= 20 {
				return hex.EncodeToString(body)
			}
		case asn1.BOOLEAN:
			return fmt.Sprint(len(body) == 1 && body[0] != 0)
		}
	}
	return fmt.Sprintf("%d octets", len(der))
}

func showTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func describeType(s *cryptobyte.String) (string, bool) {
	oid, ok := algorithm.ReadOID(s)
	return TypeName(oid), ok
}

func describeHex(s *cryptobyte.String) (string, bool) {
	var octets cryptobyte.String
	ok := s.ReadASN1(&octets, asn1.OCTET_STRING)
	return shortHex(octets), ok
}

// shortHex is octets in hex, of which a digest is shown whole.
func shortHex(b []byte) string {
	if len(b) > 64 {
		return fmt.Sprintf("%x... (%d octets)", b[:32], len(b))
	}
	return hex.EncodeToString(b)
}

func describeSigningTime(s *cryptobyte.String) (string, bool) {
	t, ok := parseTime(*s)
	*s = nil
	return showTime(t), ok
}

// describeBinaryTime reads BinarySigningTime, seconds since 1970 (RFC 6019).
func describeBinaryTime(s *cryptobyte.String) (string, bool) {
	var seconds int64
	ok := s.ReadASN1Integer(&seconds)
	if seconds < 0 || seconds > 253402300799 {
		return "", false
	}
	return showTime(time.Unix(seconds, 0)), ok
}

func describeCapabilities(s *cryptobyte.String) (string, bool) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) {
		return "", false
	}
	n := 0
	for ; !list.Empty(); n++ {
		if !list.SkipASN1(asn1.SEQUENCE) {
			return "", false
		}
	}
	return fmt.Sprintf("%d algorithms", n), true
}

// signatureText names a signature algorithm by its table row, else by its OID.
func signatureText(id algorithm.Identifier, digest *algorithm.Digest) string {
	s, err := algorithm.FindSignature(id, digest)
	if err != nil {
		return id.OID.String()
	}
	return s.Name
}

// describeProtection reads CMSAlgorithmProtection (RFC 6211, Section 2).
func describeProtection(s *cryptobyte.String) (string, bool) {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return "", false
	}
	digest, ok := algorithm.ReadIdentifier(&body)
	if !ok {
		return "", false
	}
	d, err := algorithm.FindDigest(digest)
	text := digest.OID.String()
	if err == nil {
		text = d.Name
	}
	for i, prefix := range []string{"", "MAC "} {
		tag := asn1.Tag(i + 1)
		var inner cryptobyte.String
		var present bool
		if !body.ReadOptionalASN1(&inner, &present, tag.ContextSpecific().Constructed()) {
			return "", false
		}
		if !present {
			continue
		}
		id, err := algorithm.ParseIdentifier(append(ber.AppendHeader(nil, ber.Sequence, true, uint64(len(inner))), inner...))
		if err != nil {
			return "", false
		}
		text += ", " + prefix + signatureText(id, d)
	}
	return text, body.Empty()
}

func describeESS(s *cryptobyte.String, digest string, v2 bool) (string, bool) {
	e, ok := parseESS(*s, digest, v2)
	*s = nil
	if !ok {
		return "", false
	}
	text := "certificate "
	if e.digest != nil {
		text = e.digest.Name + " of the certificate "
	}
	text += shortHex(e.hash)
	if len(e.names) > 0 {
		text += ", " + e.names[0].String() + ", serial " + hex.EncodeToString(e.serial)
	}
	return text, true
}

func describeIssuerSerial(s *cryptobyte.String) (string, bool) {
	is, ok := parseIssuerSerial(*s)
	*s = nil
	if !ok {
		return "", false
	}
	return is.Issuer.String() + ", serial " + hex.EncodeToString(is.Serial), true
}

// describeKeyPreference reads SMIMEEncryptionKeyPreference (RFC 8551, Section 2.5.3).
func describeKeyPreference(s *cryptobyte.String) (string, bool) {
	id, ok := readKeyPreference(s)
	switch {
	case !ok:
		return "", false
	case id.KeyID != nil:
		return "key identifier " + shortHex(id.KeyID), true
	}
	return id.describe(), true
}

// describeCountersignature reads a Countersignature, a SignerInfo over a signature (RFC 5652, Section 11.4).
func describeCountersignature(s *cryptobyte.String) (string, bool) {
	si, err := parseSignerInfo(*s, 0, Limits{}.withDefaults())
	*s = nil
	if err != nil {
		return "", false
	}
	text := "by " + si.ID.describe()
	if t, ok := parseSigned(si, attrSigningTime); ok {
		text += ", " + showTime(t)
	}
	return text, true
}

func parseSigned(si *SignerInfo, oid algorithm.OID) (time.Time, bool) {
	value := single(si.SignedAttributes, oid)
	if value == nil {
		return time.Time{}, false
	}
	return parseTime(value)
}

// describe says whom an identifier names.
func (id SignerID) describe() string {
	if id.IssuerSerial != nil {
		return id.IssuerSerial.Issuer.String() + ", serial " + hex.EncodeToString(id.IssuerSerial.Serial)
	}
	return "key identifier " + hex.EncodeToString(id.KeyID)
}

// describeTimeStamp reads a TimeStampToken (RFC 3161, Section 2.4.2): a SignedData around a TSTInfo. Nothing is checked.
func describeTimeStamp(s *cryptobyte.String) (string, bool) {
	var content bytes.Buffer
	sd, err := ReadSignedData(bytes.NewReader(*s), &content, Limits{})
	*s = nil
	if err != nil || sd.EContentType != TypeTSTInfo {
		return "", false
	}
	info := cryptobyte.String(content.Bytes())
	var body, when cryptobyte.String
	if !info.ReadASN1(&body, asn1.SEQUENCE) || !body.SkipASN1(asn1.INTEGER) || !body.SkipASN1(asn1.OBJECT_IDENTIFIER) ||
		!body.SkipASN1(asn1.SEQUENCE) || !body.SkipASN1(asn1.INTEGER) || !body.ReadASN1(&when, asn1.GeneralizedTime) {
		return "", false
	}
	text := string(when)
	if t, err := time.Parse("20060102150405.999999999Z0700", text); err == nil {
		text = showTime(t)
	}
	text += " by its clock"
	if len(sd.Signers) > 0 {
		id := sd.Signers[0].ID
		text += ", " + id.describe()
		for _, c := range sd.Certificates {
			if id.Matches(c) {
				return strings.TrimSuffix(text, id.describe()) + c.DisplayName(), true
			}
		}
	}
	return text, true
}

// generalNamesText names the mail addresses and names of GeneralNames.
func generalNamesText(list cryptobyte.String) (string, bool) {
	var out []string
	for !list.Empty() {
		g, ok := cert.ReadGeneralName(&list)
		if !ok {
			return "", false
		}
		text := g.Kind.String()
		switch g.Kind {
		case cert.KindRFC822Name, cert.KindDNSName, cert.KindURI:
			text = string(g.Value)
		case cert.KindDirectoryName:
			if n, err := cert.ParseName(g.Value); err == nil {
				text = n.String()
			}
		}
		out = append(out, text)
	}
	return strings.Join(out, ", "), true
}
