package algorithm

import (
	"crypto"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// KeyEncapsulation is a key encapsulation mechanism, a key derivation function and
// a key wrap in one (RFC 9629): the sender makes a shared secret and its
// ciphertext with the recipient's public key, a key-encryption key is derived of
// the secret, and wraps the content-encryption key.
type KeyEncapsulation struct {
	Name       string     // "ml-kem-768"
	Identifier Identifier // kem
	KDF        Identifier
	WrapID     Identifier // wrap, as in the message
	Wrap       *KeyWrap
	Status     Status // the worst one of the three

	kem *kemRow
	kdf kdf
}

// derivationRow is a key derivation function for a KEM.
type derivationRow struct {
	oid OID
	kdf kdf
}

// hkdfDerivations are HKDF (RFC 8619). RFC 9936, Section 2.1 wants SHA-256 of
// everybody; it is what is written.
var hkdfDerivations = []derivationRow{
	{oidHKDFSHA256, hkdfWith(sha256Digest)},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x1d") /* 1.2.840.113549.1.9.16.3.29 */, hkdfWith(sha384Digest)},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x1e") /* 1.2.840.113549.1.9.16.3.30 */, hkdfWith(sha512Digest)},
}

const oidHKDFSHA256 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x1c") // 1.2.840.113549.1.9.16.3.28

// FindKEM returns the name and status of the mechanism that id names; its
// parameters are absent (RFC 9936, Section 2.1).
func FindKEM(id Identifier) (string, Status, error) {
	row, err := findKEM(id)
	if err != nil {
		return "", Current, err
	}
	return row.name, row.status, nil
}

func findKEM(id Identifier) (*kemRow, error) {
	for _, row := range keyKEMs {
		if row.oid == id.OID {
			return row, absentParameters(row.name, id)
		}
	}
	return nil, unsupported("key encapsulation", id.OID)
}

// FindKeyEncapsulation returns what kem, kdf and wrap of a KEMRecipientInfo name.
// kekLength stands beside them and must be the size of the wrap's keys in octets
// (RFC 9629, Section 3).
func FindKeyEncapsulation(kem, kdf, wrap Identifier, kekLength int) (*KeyEncapsulation, error) {
	row, err := findKEM(kem)
	if err != nil {
		return nil, err
	}
	w, err := FindKeyWrap(wrap)
	if err != nil {
		return nil, err
	}
	if kekLength != w.KeySize {
		return nil, &ParameterError{Name: row.name, Detail: fmt.Sprintf("a key-encryption key of %d octets for %s", kekLength, w.Name)}
	}
	for _, d := range kemDerivations {
		if d.oid != kdf.OID {
			continue
		}
		if len(kdf.Parameters) > 0 { // RFC 8619, Section 2
			return nil, &ParameterError{Name: "HKDF", Detail: "present"}
		}
		return &KeyEncapsulation{Name: row.name, Identifier: kem, KDF: kdf, WrapID: wrap, Wrap: w,
			Status: max(row.status, w.Status), kem: row, kdf: d.kdf}, nil
	}
	return nil, unsupported("key derivation", kdf.OID)
}

// KeyEncapsulationFor returns what is to be written for a recipient's key and a
// content-encryption key of cekSize octets (RFC 9936, Section 2.1).
func KeyEncapsulationFor(pub *PublicKey, cekSize int) (*KeyEncapsulation, error) {
	if !pub.CanEncapsulate {
		return nil, noEncapsulation(pub)
	}
	row, err := findKEM(pub.Identifier)
	if err != nil {
		return nil, err
	}
	size := 32
	if row.smallWrap && cekSize == 16 {
		size = 16
	}
	wrap, err := KeyWrapFor(size)
	if err != nil {
		return nil, err
	}
	return FindKeyEncapsulation(pub.Identifier, Identifier{OID: oidHKDFSHA256}, wrap.Identifier(), size)
}

func noEncapsulation(pub *PublicKey) error {
	return &UnsupportedError{Kind: "key encapsulation", OID: pub.Identifier.OID, Detail: "with a key of this kind"}
}

// Encrypt returns cek encrypted to pub, and the ciphertext of the secret that was
// made for it. A nil ukm is absent; an empty one is a value.
func (e *KeyEncapsulation) Encrypt(pub *PublicKey, ukm, cek []byte) (ciphertext, encryptedKey []byte, err error) {
	key, ok := pub.Key.(crypto.Encapsulator)
	if !ok || pub.Identifier.OID != e.Identifier.OID {
		return nil, nil, noEncapsulation(pub)
	}
	secret, ciphertext := key.Encapsulate()
	defer clear(secret)
	kek, err := e.kek(secret, ukm)
	if err != nil {
		return nil, nil, err
	}
	defer clear(kek)
	encryptedKey, err = e.Wrap.Wrap(kek, cek)
	return ciphertext, encryptedKey, err
}

// Decrypt recovers the content-encryption key that was encrypted to own, whose
// private half is key. A ciphertext that cannot be one of own is a
// *ParameterError. Everything else is [ErrUnwrap]: a wrong key or an altered
// ciphertext gives some other secret, as ML-KEM wants it (implicit rejection),
// and the wrap does not open with it.
func (e *KeyEncapsulation) Decrypt(key crypto.Decapsulator, own *PublicKey, ciphertext, ukm, encryptedKey []byte) ([]byte, error) {
	if key == nil {
		return nil, &UnsupportedError{Kind: "key encapsulation", OID: e.Identifier.OID, Detail: "the private key cannot decapsulate"}
	}
	if own.Identifier.OID != e.Identifier.OID {
		return nil, &ParameterError{Name: "KEMRecipientInfo", Detail: "not of the recipient's kind"}
	}
	if len(ciphertext) != e.kem.size {
		return nil, &ParameterError{Name: "KEMRecipientInfo", Detail: "wrong length of the ciphertext"}
	}
	secret, err := key.Decapsulate(ciphertext)
	if err != nil {
		return nil, unwrapFailure(err)
	}
	defer clear(secret)
	kek, err := e.kek(secret, ukm)
	if err != nil {
		return nil, err
	}
	defer clear(kek)
	return e.Wrap.Unwrap(kek, encryptedKey)
}

// kek derives the key-encryption key: no salt, and as info (RFC 9629, Section 5)
//
//	CMSORIforKEMOtherInfo ::= SEQUENCE {
//	    wrap       KeyEncryptionAlgorithmIdentifier,
//	    kekLength  INTEGER (1..65535),
//	    ukm    [0] EXPLICIT UserKeyingMaterial OPTIONAL }
func (e *KeyEncapsulation) kek(secret, ukm []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		e.WrapID.AddTo(b)
		b.AddASN1Int64(int64(e.Wrap.KeySize))
		if ukm != nil {
			b.AddASN1(asn1.Tag(0).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddASN1OctetString(ukm) })
		}
	})
	return e.kdf.derive(e.kdf.hash.New, secret, nil, b.BytesOrPanic(), e.Wrap.KeySize)
}
