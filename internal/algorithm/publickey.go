package algorithm

import (
	"bytes"
	"crypto/sha1"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// PublicKey is a subject's public key, read and checked.
type PublicKey struct {
	Kind       string     // "rsa", "ec", "ed25519", "x25519", "ml-dsa-65": what signature algorithms ask for
	Name       string     // "rsa-2048", "p-256", "ed25519"
	Title      string     // "RSA 2048", "P-256", "Ed25519", for people
	Bits       int        // size of the modulus or the curve; else the security strength
	Identifier Identifier // of the SubjectPublicKeyInfo
	SPKI       []byte     // whole encoding
	// Key is *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey, for X25519
	// *ecdh.PublicKey, and for others the type of the library they come from. It is nil for an RSA key whose exponent crypto/rsa does
	// not take (2^31 and above); such a key can verify, and nothing else.
	Key any
	// What the identifier lets the key do. Key usage extensions of
	// certificates are not looked at here.
	CanSign, CanTransport, CanAgree, CanEncapsulate bool
	// ReadOnly says that signatures of the key are checked and what was encrypted
	// to it is opened, but nothing new is made for it or with it.
	ReadOnly bool

	bits      []byte // content of the BIT STRING
	canonical []byte // the same in the one form that is compared
	rsa       *rsaNumbers
	pss       *pssParameters // restriction of an id-RSASSA-PSS key; nil where anything goes
}

// keyKind is one row of the key table: the keys under one OID of
// SubjectPublicKeyInfo and PrivateKeyInfo. A function that does not apply is nil.
type keyKind struct {
	oid      OID
	name     string
	standard string
	// public reads the content of the BIT STRING.
	public func(id Identifier, bits []byte) (*PublicKey, error)
	// private reads the content of PrivateKeyInfo's OCTET STRING.
	private func(id Identifier, octets []byte) (*softKey, error)
	// encodePublic and encodePrivate write keys of Go's types; false means
	// that the type belongs to another row. Rows with restrictions have none.
	encodePublic  func(key any) (Identifier, []byte, bool)
	encodePrivate func(key any) (Identifier, []byte, bool)
	// signature chooses how a key signs.
	signature func(key *PublicKey, opt SignOptions) (*Signature, error)
	generate  []keyGenerator
	strength  func(key *PublicKey) Strength
	status    Status // of what is made with such keys, when none of it is better
}

// findKeyKind returns the row for an OID.
func findKeyKind(oid OID) (*keyKind, error) {
	for kind := range keyKinds.rows() {
		if kind.oid == oid {
			return kind, nil
		}
	}
	return nil, unsupported("key", oid)
}

// ParsePublicKey reads a DER SubjectPublicKeyInfo (RFC 5280, Section 4.1.2.7).
// Errors are *UnsupportedError, *KeyError and *ParameterError. No arithmetic is done
// with numbers beyond the limits of their kind.
func ParsePublicKey(spki []byte) (*PublicKey, error) {
	s := cryptobyte.String(spki)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil, &KeyError{Detail: "not one SubjectPublicKeyInfo"}
	}
	id, ok := ReadIdentifier(&body)
	if !ok {
		return nil, &KeyError{Detail: "no algorithm in SubjectPublicKeyInfo"}
	}
	bits, ok := readBitString(&body, asn1.BIT_STRING)
	if !ok || !body.Empty() {
		return nil, &KeyError{Detail: "subjectPublicKey is not one BIT STRING of whole octets"}
	}
	key, err := newPublicKey(id, bits)
	if err != nil {
		return nil, err
	}
	key.SPKI = bytes.Clone(spki)
	return key, nil
}

// newPublicKey reads the two parts of a SubjectPublicKeyInfo.
func newPublicKey(id Identifier, bits []byte) (*PublicKey, error) {
	row, err := findKeyKind(id.OID)
	if err != nil {
		return nil, err
	}
	bits = bytes.Clone(bits)
	key, err := row.public(id, bits)
	if err != nil {
		return nil, err
	}
	key.Identifier = id
	key.bits = bits
	if key.canonical == nil {
		key.canonical = bits
	}
	return key, nil
}

// readBitString reads a BIT STRING of whole octets under the given tag.
func readBitString(s *cryptobyte.String, tag asn1.Tag) ([]byte, bool) {
	var body cryptobyte.String
	var unused uint8
	if !s.ReadASN1(&body, tag) || !body.ReadUint8(&unused) || unused != 0 {
		return nil, false
	}
	return body, true
}

// PublicKeyOf returns the public key that one of Go's types holds, with a
// SubjectPublicKeyInfo without restrictions.
func PublicKeyOf(key any) (*PublicKey, error) {
	for kind := range keyKinds.rows() {
		if kind.encodePublic == nil {
			continue
		}
		id, bits, ok := kind.encodePublic(key)
		if ok {
			return ParsePublicKey(encodeSPKI(id, bits))
		}
	}
	return nil, &UnsupportedError{Kind: "key", Detail: "no public key of a known type"}
}

func encodeSPKI(id Identifier, bits []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		id.AddTo(b)
		b.AddASN1BitString(bits)
	})
	return b.BytesOrPanic()
}

// KeyID returns the SHA-1 of the BIT STRING's value, the usual
// subjectKeyIdentifier (RFC 5280, Section 4.2.1.2, method 1). It is a name, not
// a protection.
func (k *PublicKey) KeyID() []byte {
	sum := sha1.Sum(k.bits)
	return sum[:]
}

// Equal reports whether both are the same key, whatever the algorithm
// identifiers around them say: the certificate of a key may restrict it to
// RSASSA-PSS while its private key file does not.
func (k *PublicKey) Equal(o *PublicKey) bool {
	if k == nil || o == nil {
		return k == o
	}
	return k.Kind == o.Kind && k.Name == o.Name && bytes.Equal(k.canonical, o.canonical)
}
