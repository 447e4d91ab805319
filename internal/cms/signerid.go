package cms

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// SignerID names a certificate, of a signer or of a recipient; one of the two
// fields is set (RFC 5652, Sections 5.3 and 6.2.1):
//
//	SignerIdentifier ::= CHOICE {
//	    issuerAndSerialNumber IssuerAndSerialNumber,
//	    subjectKeyIdentifier [0] SubjectKeyIdentifier }
type SignerID struct {
	IssuerSerial *cert.IssuerSerial
	KeyID        []byte
}

// Matches reports whether c is a certificate the identifier names. A
// certificate without a key identifier is compared by the one that is usually
// made from its key (RFC 5280, Section 4.2.1.2, method 1).
func (id SignerID) Matches(c *cert.Certificate) bool {
	if c == nil {
		return false
	}
	if id.IssuerSerial != nil {
		return id.IssuerSerial.Matches(c)
	}
	return len(id.KeyID) > 0 && bytes.Equal(id.KeyID, keyID(c))
}

// keyID returns the subject key identifier of a certificate, or nil.
func keyID(c *cert.Certificate) []byte {
	if ski := c.SubjectKeyID(); len(ski) > 0 {
		return ski
	}
	key, err := c.PublicKey()
	if err != nil {
		return nil
	}
	return key.KeyID()
}

// readSignerID reads a SignerIdentifier or RecipientIdentifier.
func readSignerID(b *ber.Reader, lim Limits) (SignerID, error) {
	isKeyID, err := b.Is(ber.Context(0))
	if err != nil {
		return SignerID{}, fromBER(err)
	}
	if isKeyID {
		id, err := b.Octets(ber.Context(0), lim.Element)
		if err == nil && len(id) == 0 {
			return SignerID{}, &MalformedError{b.Offset(), "empty key identifier"}
		}
		return SignerID{KeyID: id}, fromBER(err)
	}
	offset := b.Offset()
	der, err := b.DER(lim.Element)
	if err != nil {
		return SignerID{}, fromBER(err)
	}
	is, ok := parseIssuerSerial(der)
	if !ok {
		return SignerID{}, &MalformedError{offset, "malformed IssuerAndSerialNumber"}
	}
	return SignerID{IssuerSerial: is}, nil
}

// parseIssuerSerial reads
//
//	IssuerAndSerialNumber ::= SEQUENCE {
//	    issuer Name,
//	    serialNumber CertificateSerialNumber }
func parseIssuerSerial(der []byte) (*cert.IssuerSerial, bool) {
	s := cryptobyte.String(der)
	var body, issuer, serial cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1Element(&issuer, asn1.SEQUENCE) ||
		!body.ReadASN1(&serial, asn1.INTEGER) || len(serial) == 0 || !body.Empty() {
		return nil, false
	}
	name, err := cert.ParseName(issuer)
	if err != nil {
		return nil, false
	}
	return &cert.IssuerSerial{Issuer: name, Serial: bytes.Clone(serial)}, true
}

// addTo appends the identifier in DER.
func (id SignerID) addTo(b *cryptobyte.Builder) { b.AddBytes(id.der()) }

// der returns the identifier in DER.
func (id SignerID) der() []byte {
	if id.IssuerSerial == nil {
		return append(ber.AppendHeader(nil, ber.Context(0), false, uint64(len(id.KeyID))), id.KeyID...)
	}
	return issuerSerial(ber.Sequence, *id.IssuerSerial)
}

// issuerSerial returns an IssuerAndSerialNumber in DER, with a tag.
func issuerSerial(tag ber.Tag, is cert.IssuerSerial) []byte {
	serial := ber.AppendHeader(make([]byte, 0, 8), ber.Integer, false, uint64(len(is.Serial)))
	return ber.Wrap(tag, is.Issuer.Raw, serial, is.Serial)
}

// identify returns the identifier to be written for a certificate.
func identify(c *cert.Certificate, byKeyID bool) (SignerID, error) {
	if !byKeyID {
		is := c.IssuerSerial()
		return SignerID{IssuerSerial: &is}, nil
	}
	id := keyID(c)
	if len(id) == 0 {
		return SignerID{}, malformed("certificate has no key identifier")
	}
	return SignerID{KeyID: id}, nil
}
