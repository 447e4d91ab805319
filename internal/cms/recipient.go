package cms

import (
	"strconv"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// RecipientKind is the alternative of the CHOICE RecipientInfo (RFC 5652, Section 6.2).
type RecipientKind int

// The alternatives. UnknownRecipient is one this package has not heard of; its
// octets are kept, so that it hides nobody else.
const (
	KeyTrans RecipientKind = iota
	KeyAgree
	KEK
	Password
	OtherRecipient
	UnknownRecipient
	// KEM is an OtherRecipient of the type of RFC 9629.
	KEM
)

// String returns the name of the alternative in the ASN.1 module.
func (k RecipientKind) String() string {
	switch k {
	case KeyTrans:
		return "ktri"
	case KeyAgree:
		return "kari"
	case KEK:
		return "kekri"
	case Password:
		return "pwri"
	case OtherRecipient:
		return "ori"
	case KEM:
		return "kemri"
	}
	return "unknown"
}

// RecipientInfo is one encrypted content-encryption key. A
// KeyAgreeRecipientInfo with several RecipientEncryptedKeys becomes as many of
// these, which share everything but ID and EncryptedKey.
type RecipientInfo struct {
	Kind    RecipientKind
	Version int
	// Raw is the whole RecipientInfo as it stands in the message.
	Raw []byte
	// ID is the rid of KeyTrans, KeyAgree and KEM. Both of its fields are nil when
	// the name in it cannot be read.
	ID SignerID
	// Algorithm is keyEncryptionAlgorithm, or kem.
	Algorithm    algorithm.Identifier
	EncryptedKey []byte
	// Originator is the ephemeral key of KeyAgree; nil when the originator is
	// named by a certificate (OriginatorID).
	Originator   *algorithm.OriginatorKey
	OriginatorID SignerID
	// UKM is the user keying material of KeyAgree and KEM; nil when absent.
	UKM []byte
	// KeyIdentifier names the key-encryption key of KEK.
	KeyIdentifier []byte
	// KeyDerivation is keyDerivationAlgorithm of Password; nil when absent.
	KeyDerivation *algorithm.Identifier
	// Type is oriType of OtherRecipient and KEM.
	Type algorithm.OID
	// Encapsulated is what only KEM has.
	Encapsulated *Encapsulated
}

// Matches reports whether the recipient is named by a certificate, and by c.
func (ri *RecipientInfo) Matches(c *cert.Certificate) bool {
	return (ri.Kind == KeyTrans || ri.Kind == KeyAgree || ri.Kind == KEM) && (ri.ID.IssuerSerial != nil || ri.ID.KeyID != nil) && ri.ID.Matches(c)
}

// identity returns a text that is equal for equal identifiers, or "".
func (ri *RecipientInfo) identity() string {
	switch {
	case ri.Kind == KEK:
		return "kek " + string(ri.KeyIdentifier)
	case ri.ID.IssuerSerial != nil:
		issuer := ri.ID.IssuerSerial.Issuer.Raw
		return "is " + strconv.Itoa(len(issuer)) + " " + string(issuer) + string(ri.ID.IssuerSerial.Serial)
	case ri.ID.KeyID != nil:
		return "ski " + string(ri.ID.KeyID)
	}
	return ""
}
