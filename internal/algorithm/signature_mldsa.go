package algorithm

import (
	"crypto"
	"crypto/rand"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"
)

// mldsaSet is one parameter set of ML-DSA (FIPS 204): one OID for its keys and
// its signatures (RFC 9881, Section 2).
type mldsaSet struct {
	name, title string
	oid         OID
	bits        int // of the collision search on its digests it resists
	parameters  mldsa.Parameters
	digests     []*Digest // strong enough beside it (RFC 9882, Section 3.3, Table 1)
	expandedKey mldsaExpander
}

var mldsaSets = []*mldsaSet{
	{"ml-dsa-44", "ML-DSA-44", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x11") /* 2.16.840.1.101.3.4.3.17 */, 128, mldsa.MLDSA44(),
		[]*Digest{sha512Digest, sha384Digest, sha256Digest, sha3512Digest, sha3384Digest, sha3256Digest, shake256Digest, shake128Digest},
		mldsaExpander{mldsa44.PrivateKeySize, mldsa44.Scheme(), unpack44}},
	{"ml-dsa-65", "ML-DSA-65", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x12") /* 2.16.840.1.101.3.4.3.18 */, 192, mldsa.MLDSA65(),
		[]*Digest{sha512Digest, sha384Digest, sha3512Digest, sha3384Digest, shake256Digest},
		mldsaExpander{mldsa65.PrivateKeySize, mldsa65.Scheme(), unpack65}},
	{"ml-dsa-87", "ML-DSA-87", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x13") /* 2.16.840.1.101.3.4.3.19 */, 256, mldsa.MLDSA87(),
		[]*Digest{sha512Digest, sha3512Digest, shake256Digest},
		mldsaExpander{mldsa87.PrivateKeySize, mldsa87.Scheme(), unpack87}},
}

func mldsaRows(sets []*mldsaSet) []*signatureRow {
	var rows []*signatureRow
	for _, set := range sets {
		rows = append(rows, &signatureRow{oid: set.oid, standard: "RFC 9882, Section 3.3", read: func(id Identifier, declared *Digest) (*Signature, error) {
			if err := absentParameters(set.name, id); err != nil {
				return nil, err
			}
			return set.with(declared), nil
		}})
	}
	return rows
}

func mldsaKeys(sets []*mldsaSet) []*keyKind {
	var kinds []*keyKind
	for _, set := range sets {
		kinds = append(kinds, &keyKind{oid: set.oid, name: set.name, standard: "RFC 9881, Section 2", strength: strengthOf(set.bits, true), public: set.readPublic, private: set.readPrivate,
			encodePublic: set.encodePublic, encodePrivate: set.encodePrivate, signature: set.signatureFor,
			generate: []keyGenerator{{set.name, func() (any, error) { return mldsa.GenerateKey(set.parameters) }}}})
	}
	return kinds
}

// with returns the pure form with an empty context (RFC 9882, Sections 3.1 and
// 3.2) and the digest that signers declare, SHA-512 for those who do not. A
// weaker one than the parameter set deserves may be refused; it is read as old.
func (set *mldsaSet) with(declared *Digest) *Signature {
	d := declared
	if d == nil {
		d = sha512Digest
	}
	s := &Signature{
		Name: set.name, Digest: d, Pure: true, AnyDigest: true, Status: d.Status, Identifier: Identifier{OID: set.oid}, kind: set.name,
		verify: func(key *PublicKey, message, sig []byte) bool {
			public, ok := key.Key.(*mldsa.PublicKey)
			return ok && mldsa.Verify(public, message, sig, nil) == nil
		},
		sign: func(key crypto.Signer, message []byte) ([]byte, error) {
			return key.Sign(rand.Reader, message, crypto.Hash(0))
		},
		size: func(*PublicKey) int { return set.parameters.SignatureSize() },
	}
	if s.Status == Current && !d.oneOf(set.digests) {
		s.Status = Legacy
	}
	return s
}

func (set *mldsaSet) signatureFor(_ *PublicKey, opt SignOptions) (*Signature, error) {
	s := set.with(opt.Digest)
	if s.Status != Current {
		return nil, &UnsupportedError{Kind: "signature", OID: set.oid, Detail: s.Digest.Name + " is too weak beside " + set.title}
	}
	return s, nil
}

func (set *mldsaSet) readPublic(id Identifier, bits []byte) (*PublicKey, error) {
	if err := absentParameters(set.name, id); err != nil {
		return nil, err
	}
	key, err := mldsa.NewPublicKey(set.parameters, bits)
	if err != nil {
		return nil, &KeyError{Kind: set.name, Detail: "public key has the wrong length"}
	}
	return &PublicKey{Kind: set.name, Name: set.name, Title: set.title, Bits: set.bits, Key: key, CanSign: true}, nil
}

func (set *mldsaSet) encodePublic(key any) (Identifier, []byte, bool) {
	k, ok := key.(*mldsa.PublicKey)
	if !ok || k == nil || k.Parameters() != set.parameters {
		return Identifier{}, nil, false
	}
	return Identifier{OID: set.oid}, k.Bytes(), true
}
