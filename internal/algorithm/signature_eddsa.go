package algorithm

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
)

// Ed25519 in CMS (RFC 8419): pure, parameters absent, SHA-512 as the digest of
// the content.
var eddsaSignatures = []*signatureRow{
	{oid: OID("\x2b\x65\x70") /* 1.3.101.112 */, standard: "RFC 8419, Section 3", read: func(id Identifier, _ *Digest) (*Signature, error) {
		if err := absentParameters("ed25519", id); err != nil {
			return nil, err
		}
		return newEd25519(), nil
	}},
}

func newEd25519() *Signature {
	return &Signature{
		Name: "ed25519", Digest: sha512Digest, Pure: true, Identifier: Identifier{OID: oidEd25519}, kind: "ed25519",
		verify: func(key *PublicKey, message, sig []byte) bool {
			public, ok := key.Key.(ed25519.PublicKey)
			return ok && len(public) == ed25519.PublicKeySize && ed25519.Verify(public, message, sig)
		},
		sign: func(key crypto.Signer, message []byte) ([]byte, error) {
			return key.Sign(rand.Reader, message, crypto.Hash(0))
		},
		size: func(*PublicKey) int { return ed25519.SignatureSize },
	}
}

func ed25519SignatureFor(_ *PublicKey, opt SignOptions) (*Signature, error) {
	if opt.Digest != nil && opt.Digest.OID != sha512Digest.OID {
		return nil, &UnsupportedError{Kind: "signature", OID: oidEd25519, Detail: "Ed25519 goes with sha512 only"}
	}
	return newEd25519(), nil
}
