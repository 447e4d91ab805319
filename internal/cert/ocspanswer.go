package cert

import (
	"bytes"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// OCSPStatus is what a responder says of a certificate.
type OCSPStatus int

// The statuses. Unknown is the zero value.
const (
	OCSPUnknown OCSPStatus = iota
	OCSPGood
	OCSPRevoked
)

// OCSPAnswer is what a response says of one certificate (RFC 6960,
// Section 4.2.1):
//
//	SingleResponse ::= SEQUENCE {
//	    certID               CertID,
//	    certStatus           CertStatus,
//	    thisUpdate           GeneralizedTime,
//	    nextUpdate       [0] EXPLICIT GeneralizedTime OPTIONAL,
//	    singleExtensions [1] EXPLICIT Extensions OPTIONAL }
type OCSPAnswer struct {
	ID                     OCSPCertID
	Status                 OCSPStatus
	Revoked                time.Time // of OCSPRevoked
	Reason                 Reason
	ThisUpdate, NextUpdate time.Time // NextUpdate is zero when absent
	Extensions             []Extension
}

// OCSPCertID names a certificate (RFC 6960, Section 4.1.1):
//
//	CertID ::= SEQUENCE {
//	    hashAlgorithm        AlgorithmIdentifier,
//	    issuerNameHash       OCTET STRING,
//	    issuerKeyHash        OCTET STRING,
//	    serialNumber         CertificateSerialNumber }
type OCSPCertID struct {
	Hash              algorithm.Identifier
	NameHash, KeyHash []byte
	Serial            []byte // content octets of the INTEGER
}

func readAnswer(list *cryptobyte.String) (OCSPAnswer, error) {
	var a OCSPAnswer
	var body, id, name, key, serial, next cryptobyte.String
	var ok, present bool
	fail := func(detail string) (OCSPAnswer, error) { return a, malformedOCSP(detail) }
	if !list.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&id, asn1.SEQUENCE) {
		return fail("a SingleResponse")
	}
	if a.ID.Hash, ok = algorithm.ReadIdentifier(&id); !ok || !id.ReadASN1(&name, asn1.OCTET_STRING) ||
		!id.ReadASN1(&key, asn1.OCTET_STRING) || !id.ReadASN1(&serial, asn1.INTEGER) || serial.Empty() || !id.Empty() {
		return fail("a CertID")
	}
	a.ID.NameHash, a.ID.KeyHash, a.ID.Serial = name, key, serial
	if !a.readStatus(&body) {
		return fail("a CertStatus")
	}
	if !readOCSPTime(&body, &a.ThisUpdate) || !body.ReadOptionalASN1(&next, &present, tagExplicit0) ||
		present && (!readOCSPTime(&next, &a.NextUpdate) || !next.Empty()) {
		return fail("the time of an answer")
	}
	var err error
	a.Extensions, err = readOCSPExtensions(&body)
	return a, err
}

// readStatus reads
//
//	CertStatus ::= CHOICE {
//	    good        [0] IMPLICIT NULL,
//	    revoked     [1] IMPLICIT SEQUENCE {
//	        revocationTime       GeneralizedTime,
//	        revocationReason [0] EXPLICIT CRLReason OPTIONAL },
//	    unknown     [2] IMPLICIT NULL }
func (a *OCSPAnswer) readStatus(body *cryptobyte.String) bool {
	var content, wrapped cryptobyte.String
	var tag asn1.Tag
	var present bool
	if !body.ReadAnyASN1(&content, &tag) {
		return false
	}
	switch tag {
	case asn1.Tag(0).ContextSpecific():
		a.Status = OCSPGood
		return content.Empty()
	case asn1.Tag(2).ContextSpecific():
		return content.Empty()
	case tagExplicit1:
	default:
		return false
	}
	a.Status = OCSPRevoked
	if !readOCSPTime(&content, &a.Revoked) || !content.ReadOptionalASN1(&wrapped, &present, tagExplicit0) || !content.Empty() {
		return false
	}
	var reason int
	if present && (!wrapped.ReadASN1Enum(&reason) || !wrapped.Empty()) {
		return false
	}
	a.Reason = Reason(reason)
	return true
}

// SerialKey is the serial number in one form, to look answers up by.
func (id *OCSPCertID) SerialKey() string { return string(minimal(id.Serial)) }

// SerialKey is the serial number in the form of OCSPCertID.SerialKey.
func (c *Certificate) SerialKey() string { return string(minimal(c.Serial)) }

// Matches reports whether id names the certificate c of issuer. Serial number,
// name and key must all fit: a serial number alone is everybody's.
func (id *OCSPCertID) Matches(c, issuer *Certificate) bool {
	d, err := algorithm.FindDigest(id.Hash)
	if err != nil || !slices.Contains(ocspHashes, d.Name) || id.SerialKey() != c.SerialKey() {
		return false
	}
	sum := func(data []byte) []byte {
		h := d.New()
		h.Write(data)
		return h.Sum(nil)
	}
	key, ok := keyBits(issuer.SPKI)
	return ok && bytes.Equal(id.KeyHash, sum(key)) &&
		// QUIRK: responders hash the name as the issuer's own certificate writes
		// it, which may be other octets for the same name.
		(bytes.Equal(id.NameHash, sum(c.Issuer.Raw)) || bytes.Equal(id.NameHash, sum(issuer.Subject.Raw)))
}

// ocspHashes are what a CertID may be made with. SHA-1 only names here: what
// it could be confused with has the name and the key of the same issuer.
var ocspHashes = []string{"sha1", "sha256", "sha384", "sha512"}

// keyBits returns the key of a SubjectPublicKeyInfo as it is hashed: without
// tag, length and count of unused bits.
func keyBits(spki []byte) ([]byte, bool) {
	s := cryptobyte.String(spki)
	var body, bits cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.SkipASN1(asn1.SEQUENCE) || !body.ReadASN1(&bits, asn1.BIT_STRING) || len(bits) == 0 {
		return nil, false
	}
	return bits[1:], true
}

// Fits reports whether c is the responder that the response names.
func (r *OCSP) Fits(c *Certificate) bool {
	if r.ResponderName != nil {
		return r.ResponderName.Equal(c.Subject)
	}
	key, err := c.PublicKey()
	return err == nil && bytes.Equal(r.ResponderKey, key.KeyID())
}

// UnknownCritical returns a critical extension of the response or of one of
// its answers that nothing is known of.
func (r *OCSP) UnknownCritical(a *OCSPAnswer) (algorithm.OID, bool) {
	for _, list := range [][]Extension{r.Extensions, a.Extensions} {
		for _, e := range list {
			if e.Critical && !slices.Contains(ocspKnown, e.OID) {
				return e.OID, true
			}
		}
	}
	return "", false
}

// PurposeOCSPSigning allows a key to sign OCSP responses for the CA that
// issued its certificate (RFC 6960, Section 4.2.2.2).
const PurposeOCSPSigning = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x03\x09") // 1.3.6.1.5.5.7.3.9

// OCSPNoCheck reports whether the CA wants a responder's certificate to be
// believed for its lifetime (RFC 6960, Section 4.2.2.2.1).
func (c *Certificate) OCSPNoCheck() bool {
	return slices.ContainsFunc(c.Extensions, func(e Extension) bool { return e.OID == oidOCSPNoCheck })
}
