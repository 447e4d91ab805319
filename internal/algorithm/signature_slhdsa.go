package algorithm

import (
	"crypto"
	"crypto/rand"

	"github.com/cloudflare/circl/sign/slhdsa"
)

// slhdsaSet is one parameter set of SLH-DSA (FIPS 205): one OID for its keys
// and its signatures (RFC 9909, Section 3).
type slhdsaSet struct {
	name, title string
	oid         OID
	n           int     // octets of a node of its trees
	digest      *Digest // the hash of its trees, which is declared beside it
	id          slhdsa.ID
	signature   int // octets
}

var slhdsaSets = []*slhdsaSet{
	{"slh-dsa-sha2-128s", "SLH-DSA-SHA2-128s", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x14") /* 2.16.840.1.101.3.4.3.20 */, 16, sha256Digest, slhdsa.SHA2_128s, 7856},
	{"slh-dsa-sha2-128f", "SLH-DSA-SHA2-128f", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x15") /* 2.16.840.1.101.3.4.3.21 */, 16, sha256Digest, slhdsa.SHA2_128f, 17088},
	{"slh-dsa-sha2-192s", "SLH-DSA-SHA2-192s", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x16") /* 2.16.840.1.101.3.4.3.22 */, 24, sha512Digest, slhdsa.SHA2_192s, 16224},
	{"slh-dsa-sha2-192f", "SLH-DSA-SHA2-192f", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x17") /* 2.16.840.1.101.3.4.3.23 */, 24, sha512Digest, slhdsa.SHA2_192f, 35664},
	{"slh-dsa-sha2-256s", "SLH-DSA-SHA2-256s", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x18") /* 2.16.840.1.101.3.4.3.24 */, 32, sha512Digest, slhdsa.SHA2_256s, 29792},
	{"slh-dsa-sha2-256f", "SLH-DSA-SHA2-256f", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x19") /* 2.16.840.1.101.3.4.3.25 */, 32, sha512Digest, slhdsa.SHA2_256f, 49856},
	{"slh-dsa-shake-128s", "SLH-DSA-SHAKE-128s", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1a") /* 2.16.840.1.101.3.4.3.26 */, 16, shake128Digest, slhdsa.SHAKE_128s, 7856},
	{"slh-dsa-shake-128f", "SLH-DSA-SHAKE-128f", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1b") /* 2.16.840.1.101.3.4.3.27 */, 16, shake128Digest, slhdsa.SHAKE_128f, 17088},
	{"slh-dsa-shake-192s", "SLH-DSA-SHAKE-192s", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1c") /* 2.16.840.1.101.3.4.3.28 */, 24, shake256Digest, slhdsa.SHAKE_192s, 16224},
	{"slh-dsa-shake-192f", "SLH-DSA-SHAKE-192f", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1d") /* 2.16.840.1.101.3.4.3.29 */, 24, shake256Digest, slhdsa.SHAKE_192f, 35664},
	{"slh-dsa-shake-256s", "SLH-DSA-SHAKE-256s", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1e") /* 2.16.840.1.101.3.4.3.30 */, 32, shake256Digest, slhdsa.SHAKE_256s, 29792},
	{"slh-dsa-shake-256f", "SLH-DSA-SHAKE-256f", OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1f") /* 2.16.840.1.101.3.4.3.31 */, 32, shake256Digest, slhdsa.SHAKE_256f, 49856},
}

func slhdsaRows(sets []*slhdsaSet) []*signatureRow {
	var rows []*signatureRow
	for _, set := range sets {
		rows = append(rows, &signatureRow{oid: set.oid, standard: "RFC 9814, Section 4", read: func(id Identifier, declared *Digest) (*Signature, error) {
			if err := absentParameters(set.name, id); err != nil {
				return nil, err
			}
			return set.with(declared), nil
		}})
	}
	return rows
}

func slhdsaKeys(sets []*slhdsaSet) []*keyKind {
	var kinds []*keyKind
	for _, set := range sets {
		kinds = append(kinds, &keyKind{oid: set.oid, name: set.name, standard: "RFC 9909, Section 3", strength: strengthOf(8*set.n, true), public: set.readPublic, private: set.readPrivate,
			encodePublic: set.encodePublic, encodePrivate: set.encodePrivate, signature: set.signatureFor,
			generate: []keyGenerator{{set.name, func() (any, error) {
				_, key, err := slhdsa.GenerateKey(rand.Reader, set.id)
				return key, err
			}}}})
	}
	return kinds
}

// with returns the pure form with an empty context and the digest that signers
// declare (RFC 9814, Section 4): any that is twice as long as a node of the trees,
// their own for those who do not. A shorter one is read as old.
func (set *slhdsaSet) with(declared *Digest) *Signature {
	d := declared
	if d == nil {
		d = set.digest
	}
	s := &Signature{
		Name: set.name, Digest: d, Pure: true, AnyDigest: true, Status: d.Status, Identifier: Identifier{OID: set.oid}, kind: set.name,
		verify: func(key *PublicKey, message, sig []byte) bool {
			public, ok := key.Key.(slhdsa.PublicKey)
			return ok && slhdsa.Verify(&public, slhdsa.NewMessage(message), sig, nil)
		},
		sign: func(key crypto.Signer, message []byte) ([]byte, error) {
			return key.Sign(rand.Reader, message, crypto.Hash(0))
		},
		size: func(*PublicKey) int { return set.signature },
	}
	if s.Status == Current && d.Size < 2*set.n {
		s.Status = Legacy
	}
	return s
}

// signatureFor takes the hash of the trees only: there are readers that know
// no other.
func (set *slhdsaSet) signatureFor(_ *PublicKey, opt SignOptions) (*Signature, error) {
	if opt.Digest != nil && opt.Digest.OID != set.digest.OID {
		return nil, &UnsupportedError{Kind: "signature", OID: set.oid, Detail: set.title + " goes with " + set.digest.Name + " only"}
	}
	return set.with(nil), nil
}

func (set *slhdsaSet) readPublic(id Identifier, bits []byte) (*PublicKey, error) {
	if err := absentParameters(set.name, id); err != nil {
		return nil, err
	}
	key := slhdsa.PublicKey{ID: set.id}
	if key.UnmarshalBinary(bits) != nil {
		return nil, &KeyError{Kind: set.name, Detail: "public key has the wrong length"}
	}
	return &PublicKey{Kind: set.name, Name: set.name, Title: set.title, Bits: 8 * set.n, Key: key, CanSign: true}, nil
}

// readPrivate reads the octets of SK.seed, SK.prf, PK.seed and PK.root, which
// have no tag (RFC 9909, Section 6). Whether the root is that of the seeds shows
// in the first signature: to compute it may take a third of a second.
func (set *slhdsaSet) readPrivate(_ Identifier, octets []byte) (*softKey, error) {
	key := slhdsa.PrivateKey{ID: set.id}
	if key.UnmarshalBinary(octets) != nil {
		return nil, &KeyError{Kind: set.name, Detail: "private key has the wrong length"}
	}
	bits, err := key.PublicKey().MarshalBinary()
	if err != nil {
		return nil, &KeyError{Kind: set.name, Detail: "public key"}
	}
	return &softKey{public: bits, key: key, signer: key}, nil
}

func (set *slhdsaSet) encodePublic(key any) (Identifier, []byte, bool) {
	k, ok := key.(slhdsa.PublicKey)
	if !ok || k.ID != set.id {
		return Identifier{}, nil, false
	}
	bits, err := k.MarshalBinary()
	return Identifier{OID: set.oid}, bits, err == nil
}

func (set *slhdsaSet) encodePrivate(key any) (Identifier, []byte, bool) {
	k, ok := key.(slhdsa.PrivateKey)
	if !ok || k.ID != set.id {
		return Identifier{}, nil, false
	}
	octets, err := k.MarshalBinary()
	return Identifier{OID: set.oid}, octets, err == nil
}
