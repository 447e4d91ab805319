package cert

import (
	"bytes"
	encasn1 "encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// Limits of a certificate. The largest keys and signatures in use have some
// 50 KiB; no CA writes more than two dozen extensions.
const (
	maxCertificateSize = 1 << 20
	maxExtensions      = 128
)

// Parse reads der, which must hold one certificate in DER and nothing else.
// Version 1, 2 and 3 are read (RFC 8550, Section 2.2). An extension that
// appears twice, or signature algorithms that differ inside and outside, make
// the certificate malformed (RFC 5280, Sections 4.2 and 4.1.1.2). A known
// extension whose contents are malformed does not: it is reported by Malformed.
func Parse(der []byte) (*Certificate, error) {
	if len(der) > maxCertificateSize {
		return nil, &LimitError{What: "certificate"}
	}
	// The fields keep slices of the octets, which the caller may use again.
	raw := bytes.Clone(der)
	s := cryptobyte.String(raw)
	var body, tbs cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return nil, malformedCertificate("not a SEQUENCE")
	}
	if !s.Empty() {
		return nil, malformedCertificate("something follows it")
	}
	c := &Certificate{Raw: raw}
	if !body.ReadASN1Element(&tbs, asn1.SEQUENCE) {
		return nil, malformedCertificate("tbsCertificate")
	}
	c.RawTBS = tbs
	var ok bool
	if c.SignatureAlgorithm, ok = algorithm.ReadIdentifier(&body); !ok {
		return nil, malformedCertificate("signatureAlgorithm")
	}
	if !readSignature(&body, &c.Signature) || !body.Empty() {
		return nil, malformedCertificate("signatureValue")
	}
	if err := c.parseTBS(tbs); err != nil {
		return nil, err
	}
	c.known.read(c.Extensions)
	return c, nil
}

func malformedCertificate(detail string) error {
	return &SyntaxError{What: "certificate", Detail: detail}
}

var (
	tagVersion    = asn1.Tag(0).Constructed().ContextSpecific()
	tagIssuerID   = asn1.Tag(1).ContextSpecific()
	tagSubjectID  = asn1.Tag(2).ContextSpecific()
	tagExtensions = asn1.Tag(3).Constructed().ContextSpecific()
)

// parseTBS reads the TBSCertificate (RFC 5280, Section 4.1):
//
//	TBSCertificate  ::=  SEQUENCE  {
//	    version         [0]  EXPLICIT Version DEFAULT v1,
//	    serialNumber         CertificateSerialNumber,
//	    signature            AlgorithmIdentifier,
//	    issuer               Name,
//	    validity             Validity,
//	    subject              Name,
//	    subjectPublicKeyInfo SubjectPublicKeyInfo,
//	    issuerUniqueID  [1]  IMPLICIT UniqueIdentifier OPTIONAL,
//	    subjectUniqueID [2]  IMPLICIT UniqueIdentifier OPTIONAL,
//	    extensions      [3]  EXPLICIT Extensions OPTIONAL }
func (c *Certificate) parseTBS(der cryptobyte.String) error {
	var tbs cryptobyte.String
	if !der.ReadASN1(&tbs, asn1.SEQUENCE) {
		return malformedCertificate("tbsCertificate")
	}
	c.Version = 1
	var version cryptobyte.String
	var present bool
	if !tbs.ReadOptionalASN1(&version, &present, tagVersion) {
		return malformedCertificate("version")
	}
	if present {
		var v int
		if !version.ReadASN1Integer(&v) || !version.Empty() || v < 0 || v > 2 {
			return malformedCertificate("version")
		}
		c.Version = v + 1
	}
	var serial cryptobyte.String
	if !tbs.ReadASN1(&serial, asn1.INTEGER) || serial.Empty() || len(minimal(serial)) != len(serial) {
		return malformedCertificate("serialNumber")
	}
	// QUIRK: negative serial numbers and such of more than 20 octets are
	// accepted (RFC 5280, Section 4.1.2.2 asks this of users for old CAs).
	c.Serial = serial
	inner, ok := algorithm.ReadIdentifier(&tbs)
	if !ok {
		return malformedCertificate("signature")
	}
	if !bytes.Equal(inner.DER(), c.SignatureAlgorithm.DER()) {
		return malformedCertificate("signature and signatureAlgorithm differ")
	}
	var err error
	if c.Issuer, err = readName(&tbs); err != nil {
		return err
	}
	var validity cryptobyte.String
	if !tbs.ReadASN1(&validity, asn1.SEQUENCE) || !readTime(&validity, &c.NotBefore) ||
		!readTime(&validity, &c.NotAfter) || !validity.Empty() {
		return malformedCertificate("validity")
	}
	if c.Subject, err = readName(&tbs); err != nil {
		return err
	}
	var spki cryptobyte.String
	if !tbs.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return malformedCertificate("subjectPublicKeyInfo")
	}
	c.SPKI = spki
	if !tbs.SkipOptionalASN1(tagIssuerID) || !tbs.SkipOptionalASN1(tagSubjectID) {
		return malformedCertificate("unique identifiers")
	}
	var wrapped cryptobyte.String
	if !tbs.ReadOptionalASN1(&wrapped, &present, tagExtensions) || !tbs.Empty() {
		return malformedCertificate("what follows the key")
	}
	if !present {
		return nil
	}
	if c.Version != 3 {
		return malformedCertificate("extensions in a certificate that is not of version 3")
	}
	c.Extensions, err = readExtensions(wrapped, "certificate")
	return err
}

// readSignature reads the BIT STRING of a signature. No signature ends within an
// octet: one that does is kept as none, which never verifies, so that the
// certificate can still be shown.
func readSignature(s *cryptobyte.String, out *[]byte) bool {
	var bits encasn1.BitString
	if !s.ReadASN1BitString(&bits) {
		return false
	}
	if bits.BitLength%8 == 0 {
		*out = bits.Bytes
	}
	return true
}

// readName reads a Name and advances s over it.
func readName(s *cryptobyte.String) (Name, error) {
	var element cryptobyte.String
	if !s.ReadASN1Element(&element, asn1.SEQUENCE) {
		return Name{}, &SyntaxError{What: "name", Detail: "not a SEQUENCE"}
	}
	return ParseName(element)
}

// readTime reads a Time (RFC 5280, Section 4.1.2.5). Years of UTCTime from 50
// on belong to the twentieth century.
//
// QUIRK: times without seconds or with a zone other than Z, which RFC 5280
// forbids and certificates of the 1990s have, are read as what they say.
func readTime(s *cryptobyte.String, out *time.Time) bool {
	var t time.Time
	var ok bool
	if s.PeekASN1Tag(asn1.UTCTime) {
		ok = s.ReadASN1UTCTime(&t)
	} else {
		ok = s.ReadASN1GeneralizedTime(&t)
	}
	*out = t.UTC()
	return ok
}

// readExtensions reads Extensions and refuses duplicates.
//
//	Extension  ::=  SEQUENCE  {
//	    extnID      OBJECT IDENTIFIER,
//	    critical    BOOLEAN DEFAULT FALSE,
//	    extnValue   OCTET STRING }
func readExtensions(wrapped cryptobyte.String, what string) ([]Extension, error) {
	var list cryptobyte.String
	if !wrapped.ReadASN1(&list, asn1.SEQUENCE) || !wrapped.Empty() {
		return nil, &SyntaxError{What: what, Detail: "extensions"}
	}
	var out []Extension
	seen := map[algorithm.OID]bool{}
	for !list.Empty() {
		var one, value cryptobyte.String
		if len(out) == maxExtensions {
			return nil, &LimitError{What: what + ": extensions"}
		}
		if !list.ReadASN1(&one, asn1.SEQUENCE) {
			return nil, &SyntaxError{What: what, Detail: "an extension"}
		}
		e := Extension{}
		var ok bool
		if e.OID, ok = algorithm.ReadOID(&one); !ok {
			return nil, &SyntaxError{What: what, Detail: "an extension's type"}
		}
		// QUIRK: a written-out FALSE is not DER, but many CAs write it.
		if one.PeekASN1Tag(asn1.BOOLEAN) && !one.ReadASN1Boolean(&e.Critical) {
			return nil, &SyntaxError{What: what, Detail: "critical flag of extension " + e.OID.String()}
		}
		if !one.ReadASN1(&value, asn1.OCTET_STRING) || !one.Empty() {
			return nil, &SyntaxError{What: what, Detail: "value of extension " + e.OID.String()}
		}
		if seen[e.OID] {
			return nil, &SyntaxError{What: what, Detail: "extension " + e.OID.String() + " appears twice"}
		}
		seen[e.OID] = true
		e.Value = value
		out = append(out, e)
	}
	return out, nil
}
