package algorithm

import (
	"crypto"
	"crypto/rand"

	"github.com/cloudflare/circl/sign/ed448"
)

const oidEd448 = OID("\x2b\x65\x71") // 1.3.101.113

// Ed448 in CMS (RFC 8419): pure, with an empty context, parameters absent.
var ed448Signatures = []*signatureRow{
	{oid: oidEd448, standard: "RFC 8419, Section 3", read: func(id Identifier, declared *Digest) (*Signature, error) {
		if err := absentParameters("ed448", id); err != nil {
			return nil, err
		}
		return newEd448(declared), nil
	}},
}

// Keys of RFC 8410 for Ed448.
var ed448KeyKinds = []*keyKind{
	{oid: oidEd448, name: "ed448", standard: "RFC 8410, Section 3", strength: strengthOf(224, false), public: readEd448PublicKey, private: readEd448PrivateKey,
		encodePublic: encodeEd448PublicKey, encodePrivate: encodeEd448PrivateKey,
		signature: ed448SignatureFor,
		generate: []keyGenerator{{"ed448", func() (any, error) {
			_, key, err := ed448.GenerateKey(rand.Reader)
			return key, err
		}}}},
}

// newEd448 returns Ed448 with the digest that stands beside it: id-shake256-len
// with signed attributes, id-shake256 without (RFC 8419, Section 3). Signers take
// the one for the other, so both are read in both places.
func newEd448(declared *Digest) *Signature {
	d := shake256LenDigest
	if declared != nil && declared.OID == shake256Digest.OID {
		d = declared
	}
	return &Signature{
		Name: "ed448", Digest: d, Pure: true, Identifier: Identifier{OID: oidEd448}, kind: "ed448",
		verify: func(key *PublicKey, message, sig []byte) bool {
			public, ok := key.Key.(ed448.PublicKey)
			return ok && ed448.Verify(public, message, sig, "")
		},
		sign: func(key crypto.Signer, message []byte) ([]byte, error) {
			return key.Sign(rand.Reader, message, crypto.Hash(0))
		},
		size: func(*PublicKey) int { return ed448.SignatureSize },
	}
}

// ed448SignatureFor returns what goes with signed attributes, which are always
// written.
func ed448SignatureFor(_ *PublicKey, opt SignOptions) (*Signature, error) {
	if opt.Digest != nil && opt.Digest.OID != shake256LenDigest.OID {
		return nil, &UnsupportedError{Kind: "signature", OID: oidEd448, Detail: "Ed448 goes with " + shake256LenDigest.Name + " only"}
	}
	return newEd448(nil), nil
}

func readEd448PublicKey(id Identifier, bits []byte) (*PublicKey, error) {
	if err := absentParameters("ed448", id); err != nil {
		return nil, err
	}
	if len(bits) != ed448.PublicKeySize {
		return nil, &KeyError{Kind: "ed448", Detail: "public key is not of 57 octets"}
	}
	return &PublicKey{Kind: "ed448", Name: "ed448", Title: "Ed448", Bits: 448,
		Key: ed448.PublicKey(bits), CanSign: true}, nil
}

func readEd448PrivateKey(id Identifier, octets []byte) (*softKey, error) {
	seed, err := readCurvePrivateKey(id, octets, "ed448", ed448.SeedSize)
	if err != nil {
		return nil, err
	}
	key := ed448.NewKeyFromSeed(seed)
	return &softKey{public: key.Public().(ed448.PublicKey), key: key, signer: key}, nil
}

func encodeEd448PublicKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(ed448.PublicKey)
	return Identifier{OID: oidEd448}, k, ok
}

func encodeEd448PrivateKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(ed448.PrivateKey)
	if !ok || len(k) != ed448.PrivateKeySize {
		return Identifier{}, nil, false
	}
	return Identifier{OID: oidEd448}, encodeCurvePrivateKey(k.Seed()), true
}
