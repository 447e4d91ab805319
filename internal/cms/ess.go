package cms

import (
	"bytes"
	"crypto/subtle"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// essCertificate is the first entry of a signingCertificate attribute (RFC
// 2634, Section 5.4) or signingCertificateV2 (RFC 5035, Section 3), which names
// the certificate of the signer:
//
//	SigningCertificateV2 ::= SEQUENCE {
//	    certs SEQUENCE OF ESSCertIDv2,
//	    policies SEQUENCE OF PolicyInformation OPTIONAL }
//	ESSCertIDv2 ::= SEQUENCE {
//	    hashAlgorithm AlgorithmIdentifier DEFAULT {algorithm id-sha256},
//	    certHash Hash,
//	    issuerSerial IssuerSerial OPTIONAL }
//
// ESSCertID, the first version, has no hashAlgorithm: it is SHA-1.
type essCertificate struct {
	digest *algorithm.Digest // nil: unknown
	err    error             // why it is nil
	hash   []byte
	names  []cert.Name // directory names of the issuer; with serial
	serial []byte      // nil: no issuerSerial
}

// ruleSigningCertificate reads both attributes; each is judged alone.
func (si *SignerInfo) ruleSigningCertificate(ContentType) error {
	for _, version := range []struct {
		oid    algorithm.OID
		digest string
	}{{attrSigningCertificate, "sha1"}, {attrSigningCertificateV2, "sha256"}} {
		value := single(si.SignedAttributes, version.oid)
		if value == nil {
			continue
		}
		e, ok := parseESS(value, version.digest, version.oid == attrSigningCertificateV2)
		if !ok {
			return attributeFault("%s is malformed", AttributeName(version.oid))
		}
		si.certificates = append(si.certificates, e)
	}
	return nil
}

func parseESS(der []byte, defaultDigest string, v2 bool) (e essCertificate, ok bool) {
	s := cryptobyte.String(der)
	var body, list, entry cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&list, asn1.SEQUENCE) || !body.SkipOptionalASN1(asn1.SEQUENCE) || !body.Empty() ||
		!list.ReadASN1(&entry, asn1.SEQUENCE) {
		return e, false
	}
	for !list.Empty() {
		if !list.SkipASN1(asn1.SEQUENCE) {
			return e, false
		}
	}
	if v2 && entry.PeekASN1Tag(asn1.SEQUENCE) {
		id, ok := algorithm.ReadIdentifier(&entry)
		if !ok {
			return e, false
		}
		e.digest, e.err = algorithm.FindDigest(id)
	} else {
		e.digest, e.err = algorithm.DigestByName(defaultDigest)
	}
	var hash cryptobyte.String
	if !entry.ReadASN1(&hash, asn1.OCTET_STRING) {
		return e, false
	}
	e.hash = hash
	if entry.Empty() {
		return e, true
	}
	return e, e.parseIssuerSerial(&entry) && entry.Empty()
}

// parseIssuerSerial reads
//
//	IssuerSerial ::= SEQUENCE {
//	    issuer GeneralNames,
//	    serialNumber CertificateSerialNumber }
func (e *essCertificate) parseIssuerSerial(entry *cryptobyte.String) bool {
	var body, names, serial cryptobyte.String
	if !entry.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&names, asn1.SEQUENCE) ||
		!body.ReadASN1(&serial, asn1.INTEGER) || len(serial) == 0 || !body.Empty() {
		return false
	}
	directoryName := asn1.Tag(4).ContextSpecific().Constructed()
	for !names.Empty() {
		var name cryptobyte.String
		var tag asn1.Tag
		if !names.ReadAnyASN1(&name, &tag) {
			return false
		}
		if tag != directoryName {
			continue
		}
		parsed, err := cert.ParseName(name)
		if err != nil {
			return false
		}
		e.names = append(e.names, parsed)
	}
	e.serial = serial
	return true
}

// Names reports whether the signed attributes say that c is the certificate of the
// signer (RFC 5035, Section 2): with both versions of the attribute, whether both do.
func (si *SignerInfo) Names(c *cert.Certificate) bool {
	for i := range si.certificates {
		if si.certificates[i].check(c) != nil {
			return false
		}
	}
	return len(si.certificates) > 0
}

// check returns nil if the entry is of certificate c.
func (e *essCertificate) check(c *cert.Certificate) error {
	if e.digest == nil {
		return algorithmError(e.err)
	}
	h := e.digest.New()
	h.Write(c.Raw)
	if subtle.ConstantTimeCompare(h.Sum(nil), e.hash) != 1 {
		return &SignatureError{WrongCertificate, "hash of the certificate differs"}
	}
	if e.serial == nil {
		return nil
	}
	for _, name := range e.names {
		if name.Equal(c.Issuer) && bytes.Equal(e.serial, c.Serial) {
			return nil
		}
	}
	return &SignatureError{WrongCertificate, "issuer and serial number differ"}
}

// signingCertificateV2 returns the value of the attribute for a certificate.
// The hash is SHA-256, which DER leaves out.
func signingCertificateV2(c *cert.Certificate) ([]byte, error) {
	digest, err := algorithm.DigestByName("sha256")
	if err != nil {
		return nil, err
	}
	h := digest.New()
	h.Write(c.Raw)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(h.Sum(nil))
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1(asn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
							b.AddBytes(c.Issuer.Raw)
						})
					})
					b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(c.Serial) })
				})
			})
		})
	})
	return b.Bytes()
}
