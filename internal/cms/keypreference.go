package cms

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
)

// EncryptionKey names the certificate that mail for the signer is to be encrypted to,
// where he says so in his signed attributes (RFC 8551, Section 2.5.3). It is a claim until
// Verify has returned nil.
func (si *SignerInfo) EncryptionKey() (id SignerID, named bool) {
	if si.encryptionKey == nil {
		return SignerID{}, false
	}
	return *si.encryptionKey, true
}

// ruleKeyPreference reads the attribute. Nothing about the signature rests on it: one that
// cannot be read says nothing.
//
// QUIRK: Outlook says the same in an attribute of its own too, as an IssuerAndSerialNumber.
// Without the standard's it counts.
func (si *SignerInfo) ruleKeyPreference(ContentType) error {
	value := cryptobyte.String(single(si.SignedAttributes, attrEncryptionKey))
	id, ok := readKeyPreference(&value)
	if !ok {
		var is *cert.IssuerSerial
		is, ok = parseIssuerSerial(single(si.SignedAttributes, attrMicrosoftEncryption))
		id = SignerID{IssuerSerial: is}
	}
	if ok {
		si.encryptionKey = &id
	}
	return nil
}

// readKeyPreference reads the value of the attribute (RFC 8551, Section 2.5.3):
//
//	SMIMEEncryptionKeyPreference ::= CHOICE {
//	    issuerAndSerialNumber   [0] IssuerAndSerialNumber,
//	    recipientKeyId          [1] RecipientKeyIdentifier,
//	    subjectAltKeyIdentifier [2] SubjectKeyIdentifier }
//
// All of them are implicit. Of a RecipientKeyIdentifier the key identifier is what
// names a certificate (RFC 5652, Section 6.2.2).
func readKeyPreference(s *cryptobyte.String) (SignerID, bool) {
	var body cryptobyte.String
	var tag asn1.Tag
	s.ReadAnyASN1(&body, &tag) // what is no element has none of the tags
	switch tag {
	case asn1.Tag(0).ContextSpecific().Constructed():
		is, ok := parseIssuerSerial(ber.Wrap(ber.Sequence, body))
		return SignerID{IssuerSerial: is}, ok
	case asn1.Tag(1).ContextSpecific().Constructed():
		var id cryptobyte.String
		ok := body.ReadASN1(&id, asn1.OCTET_STRING)
		return SignerID{KeyID: id}, ok && len(id) > 0
	case asn1.Tag(2).ContextSpecific():
		return SignerID{KeyID: body}, len(body) > 0
	}
	return SignerID{}, false
}

// keyPreference returns the value of the attribute that names a certificate by issuer
// and serial number, which every receiver understands.
func keyPreference(c *cert.Certificate) []byte { return issuerSerial(ber.Context(0), c.IssuerSerial()) }
