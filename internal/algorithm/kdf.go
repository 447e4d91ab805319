package algorithm

import (
	"crypto/hkdf"
	"encoding/binary"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// kdf makes a key-encryption key of a shared secret.
type kdf struct {
	hash *Digest
	// salted says that the ukm is a salt besides being part of the info.
	salted bool
	derive func(h func() hash.Hash, secret, salt, info []byte, size int) ([]byte, error)
}

// deriveX963 is the ANSI X9.63 key derivation function (SEC 1, Section 3.6.1),
// as RFC 5753, Section 7.1.4 uses it. It knows no salt.
func deriveX963(h func() hash.Hash, secret, _, info []byte, size int) ([]byte, error) {
	digest := h()
	out := make([]byte, 0, size+digest.Size())
	for counter := uint32(1); len(out) < size; counter++ {
		digest.Reset()
		digest.Write(secret)
		digest.Write(binary.BigEndian.AppendUint32(nil, counter))
		digest.Write(info)
		out = digest.Sum(out)
	}
	return out[:size], nil
}

// deriveHKDF is HKDF (RFC 5869) as RFC 8418, Section 2.2 uses it.
func deriveHKDF(h func() hash.Hash, secret, salt, info []byte, size int) ([]byte, error) {
	return hkdf.Key(h, secret, salt, string(info), size)
}

// eccSharedInfo returns the encoding of
//
//	ECC-CMS-SharedInfo ::= SEQUENCE {
//	    keyInfo     AlgorithmIdentifier,
//	    entityUInfo [0] EXPLICIT OCTET STRING OPTIONAL,
//	    suppPubInfo [2] EXPLICIT OCTET STRING }
//
// (RFC 5753, Section 7.2): the key wrap as it stands in the message, the ukm
// where there is one, and the size of the key-encryption key in bits.
func eccSharedInfo(keyInfo Identifier, ukm []byte, kekSize int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		keyInfo.AddTo(b)
		if ukm != nil {
			b.AddASN1(asn1.Tag(0).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddASN1OctetString(ukm) })
		}
		b.AddASN1(asn1.Tag(2).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) {
			b.AddASN1OctetString(binary.BigEndian.AppendUint32(nil, uint32(kekSize)*8))
		})
	})
	return b.BytesOrPanic()
}
