package algorithm

import (
	"bytes"
	"crypto"
	"crypto/ecdh"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Agreement is a private key that agrees on a secret with another's public key.
type Agreement interface {
	ECDH(remote *ecdh.PublicKey) ([]byte, error)
}

// PrivateKey is a private key by what it can do. A field is nil where the key
// cannot, or may not by its algorithm identifier. Keys outside this process
// (tokens, agents) fill in Public and what they offer.
type PrivateKey struct {
	Public    *PublicKey
	Signer    crypto.Signer
	Decrypter crypto.Decrypter
	Agreement Agreement
	// Decapsulator is of keys for key encapsulation (ML-KEM).
	Decapsulator crypto.Decapsulator

	software any // the key of Go's own type; nil when it is held elsewhere
}

// softKey is what a row of the key table reads from a PrivateKeyInfo.
type softKey struct {
	public     []byte     // content of the BIT STRING
	identifier Identifier // zero: the one around it
	key        any
	signer     crypto.Signer
	decrypter  crypto.Decrypter
	agreement  Agreement

	decapsulator crypto.Decapsulator
}

func errWrongPublicKey(kind string) error {
	return &KeyError{Kind: kind, Detail: "the public key beside it belongs to another private key"}
}

// ParsePrivateKey reads an unencrypted private key in DER: PrivateKeyInfo or
// OneAsymmetricKey (PKCS#8, RFC 5958), RSAPrivateKey (PKCS#1, RFC 8017) or
// ECPrivateKey (SEC 1, RFC 5915). A public key carried along must be the right
// one.
func ParsePrivateKey(der []byte) (*PrivateKey, error) {
	s := cryptobyte.String(der)
	var body cryptobyte.String
	var version uint64
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil, &KeyError{Detail: "not one SEQUENCE"}
	}
	if !body.ReadASN1Integer(&version) {
		return nil, &KeyError{Detail: "no version; perhaps it is encrypted"}
	}
	// The field after the version tells the three forms apart.
	for _, form := range privateKeyForms {
		if body.PeekASN1Tag(form.tag) {
			return form.read(der, version, body)
		}
	}
	return nil, &KeyError{Detail: "neither PKCS#8, PKCS#1 nor SEC 1"}
}

// privateKeyForm is one of the structures a private key file may hold.
type privateKeyForm struct {
	tag  asn1.Tag
	read func(der []byte, version uint64, body cryptobyte.String) (*PrivateKey, error)
}

var privateKeyForms = []privateKeyForm{
	{asn1.SEQUENCE, readPKCS8},
	{asn1.INTEGER, func(der []byte, _ uint64, _ cryptobyte.String) (*PrivateKey, error) {
		return newPrivateKey(Identifier{OID: oidRSAEncryption, Parameters: nullParameters()}, der, nil)
	}},
	{asn1.OCTET_STRING, func(der []byte, _ uint64, _ cryptobyte.String) (*PrivateKey, error) {
		return newPrivateKey(Identifier{OID: oidECPublicKey}, der, nil)
	}},
}

// readPKCS8 reads what follows the version in
//
//	OneAsymmetricKey ::= SEQUENCE {
//	    version                   INTEGER { v1(0), v2(1) },
//	    privateKeyAlgorithm       AlgorithmIdentifier,
//	    privateKey                OCTET STRING,
//	    attributes            [0] IMPLICIT Attributes OPTIONAL,
//	    publicKey             [1] IMPLICIT BIT STRING OPTIONAL }
//
// The version is not held against the presence of a public key.
func readPKCS8(_ []byte, version uint64, body cryptobyte.String) (*PrivateKey, error) {
	malformed := &KeyError{Detail: "not one OneAsymmetricKey"}
	id, ok := ReadIdentifier(&body)
	var octets cryptobyte.String
	if !ok || version > 1 || !body.ReadASN1(&octets, asn1.OCTET_STRING) ||
		!body.SkipOptionalASN1(asn1.Tag(0).Constructed().ContextSpecific()) {
		return nil, malformed
	}
	var public []byte
	implicit := asn1.Tag(1).ContextSpecific()
	if body.PeekASN1Tag(implicit) {
		if public, ok = readBitString(&body, implicit); !ok {
			return nil, malformed
		}
	} else if body.PeekASN1Tag(implicit.Constructed()) {
		// QUIRK: ring before 0.17 (Rust) tagged the public key explicitly.
		var explicit cryptobyte.String
		if !body.ReadASN1(&explicit, implicit.Constructed()) {
			return nil, malformed
		}
		if public, ok = readBitString(&explicit, asn1.BIT_STRING); !ok || !explicit.Empty() {
			return nil, malformed
		}
	}
	if !body.Empty() {
		return nil, malformed
	}
	return newPrivateKey(id, octets, public)
}

// newPrivateKey reads the key with the row of its OID and joins it with its
// public key; public, if not nil, must be that one.
func newPrivateKey(id Identifier, octets, public []byte) (*PrivateKey, error) {
	row, err := findKeyKind(id.OID)
	if err != nil {
		return nil, err
	}
	if row.private == nil {
		return nil, &UnsupportedError{Kind: "key", OID: id.OID, Detail: "private key"}
	}
	soft, err := row.private(id, octets)
	if err != nil {
		return nil, err
	}
	if soft.identifier.OID != "" {
		id = soft.identifier
	}
	own, err := ParsePublicKey(encodeSPKI(id, soft.public))
	if err != nil {
		return nil, err
	}
	if public != nil {
		if beside, err := newPublicKey(id, public); err != nil || !beside.Equal(own) {
			return nil, errWrongPublicKey(own.Kind)
		}
	}
	key := &PrivateKey{Public: own, software: soft.key}
	if own.CanSign {
		key.Signer = soft.signer
	}
	if own.CanTransport {
		key.Decrypter = soft.decrypter
	}
	if own.CanAgree {
		key.Agreement = soft.agreement
	}
	if own.CanEncapsulate {
		key.Decapsulator = soft.decapsulator
	}
	return key, nil
}

// PrivateKeyOf returns the private key that one of Go's types holds:
// *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey or *ecdh.PrivateKey,
// among others.
func PrivateKeyOf(key any) (*PrivateKey, error) {
	for kind := range keyKinds.rows() {
		if kind.encodePrivate == nil {
			continue
		}
		if id, octets, ok := kind.encodePrivate(key); ok {
			return newPrivateKey(id, octets, nil)
		}
	}
	return nil, &UnsupportedError{Kind: "key", Detail: "no private key of a known type"}
}

// PKCS8 returns the key as PrivateKeyInfo, version 1 of RFC 5958, unencrypted, which
// every program reads. It fails for a key that is not in this process.
func (k *PrivateKey) PKCS8() ([]byte, error) {
	for kind := range keyKinds.rows() {
		if kind.encodePrivate == nil || k.software == nil {
			continue
		}
		_, octets, ok := kind.encodePrivate(k.software)
		if !ok {
			continue
		}
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(0)
			k.Public.Identifier.AddTo(b)
			b.AddASN1OctetString(octets)
		})
		return bytes.Clone(b.BytesOrPanic()), nil
	}
	return nil, &UnsupportedError{Kind: "key", Detail: "the private key is held elsewhere"}
}
