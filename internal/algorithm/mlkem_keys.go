package algorithm

import (
	"bytes"
	"crypto"
	"crypto/mlkem"
	"crypto/rand"
	"crypto/subtle"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// mlkemSeed is the size of d and z together, octets.
const mlkemSeed = mlkem.SeedSize

// mlkemKeyKinds are the keys of RFC 9935: raw octets in the certificate, no
// parameters, and a CHOICE of three forms in PrivateKeyInfo.
func mlkemKinds(sets []*kemRow) []*keyKind {
	var kinds []*keyKind
	for _, row := range sets {
		kinds = append(kinds, &keyKind{
			oid:           row.oid,
			name:          row.name,
			standard:      "RFC 9935, Section 3",
			strength:      strengthOf(row.bits, true),
			public:        row.readPublic,
			private:       row.readPrivate,
			encodePublic:  row.encodePublic,
			encodePrivate: row.encodePrivate,
			generate: []keyGenerator{{row.name, func() (any, error) {
				seed := make([]byte, mlkemSeed)
				if _, err := rand.Read(seed); err != nil {
					return nil, err
				}
				return row.newPrivate(seed, nil)
			}}},
		})
	}
	return kinds
}

// mlkemPrivate is a decapsulation key with the octets it is written as.
type mlkemPrivate struct {
	crypto.Decapsulator
	row      *kemRow
	seed     []byte // nil where only the expanded form is known
	expanded []byte
}

// newPrivate makes a key of its seed, or else of its expanded form. What came
// out is tried with a fresh secret: an expanded key can hold a secret vector that
// is not that of its public half, and no other check would find it.
func (row *kemRow) newPrivate(seed, expanded []byte) (*mlkemPrivate, error) {
	wrong := &KeyError{Kind: "ml-kem", Detail: "the private key contradicts itself"}
	k := &mlkemPrivate{row: row, seed: bytes.Clone(seed), expanded: bytes.Clone(expanded)}
	var err error
	if seed != nil {
		k.Decapsulator, err = row.fromSeed(k.seed)
	} else {
		k.Decapsulator, err = row.fromExpanded(k.expanded)
	}
	if err != nil {
		return nil, wrong
	}
	secret, ciphertext := k.Encapsulator().Encapsulate()
	again, err := k.Decapsulate(ciphertext)
	if err != nil || subtle.ConstantTimeCompare(secret, again) != 1 {
		return nil, wrong
	}
	return k, nil
}

func (row *kemRow) readPublic(id Identifier, bits []byte) (*PublicKey, error) {
	if err := absentParameters(row.name, id); err != nil {
		return nil, err
	}
	key, err := row.encapsulator(bits)
	if err != nil {
		return nil, &KeyError{Kind: "ml-kem", Detail: "public key of a wrong length, or with numbers out of range"}
	}
	return &PublicKey{Kind: "ml-kem", Name: row.name, Title: row.title, Key: key, CanEncapsulate: true}, nil
}

// readPrivate reads (RFC 9935, Section 6)
//
//	ML-KEM-PrivateKey ::= CHOICE {
//	    seed        [0] OCTET STRING,
//	    expandedKey     OCTET STRING,
//	    both            SEQUENCE { seed OCTET STRING, expandedKey OCTET STRING } }
//
// In both forms together the seed has to give the expanded key, octet by octet.
//
// QUIRK: programs older than the RFC wrote the seed or the expanded key without
// a tag, or the expanded key and the public key in one OCTET STRING (oqsprovider).
// No length of these is that of another form.
func (row *kemRow) readPrivate(id Identifier, octets []byte) (*softKey, error) {
	if err := absentParameters(row.name, id); err != nil {
		return nil, err
	}
	seed, expanded, public, ok := row.split(octets)
	if !ok {
		return nil, &KeyError{Kind: "ml-kem", Detail: "neither a seed nor an expanded key of the right length"}
	}
	if seed != nil && expanded != nil {
		_, private := row.scheme.DeriveKeyPair(seed)
		whole, err := private.MarshalBinary()
		if err != nil || subtle.ConstantTimeCompare(whole, expanded) != 1 {
			return nil, &KeyError{Kind: "ml-kem", Detail: "the seed gives another key than the one beside it"}
		}
	}
	key, err := row.newPrivate(seed, expanded)
	if err != nil {
		return nil, err
	}
	own := key.Encapsulator().Bytes()
	if public != nil && !bytes.Equal(public, own) {
		return nil, errWrongPublicKey("ml-kem")
	}
	return &softKey{public: own, key: key, decapsulator: key}, nil
}

// split takes the forms apart.
func (row *kemRow) split(octets []byte) (seed, expanded, public []byte, ok bool) {
	large := row.scheme.PrivateKeySize()
	switch len(octets) {
	case mlkemSeed:
		return octets, nil, nil, true
	case large:
		return nil, octets, nil, true
	}
	s := cryptobyte.String(octets)
	var a, b, body cryptobyte.String
	switch {
	case s.PeekASN1Tag(asn1.Tag(0).ContextSpecific()):
		ok = s.ReadASN1(&a, asn1.Tag(0).ContextSpecific()) && s.Empty() && len(a) == mlkemSeed
		return a, nil, nil, ok
	case s.PeekASN1Tag(asn1.OCTET_STRING):
		ok = s.ReadASN1(&a, asn1.OCTET_STRING) && s.Empty()
		if ok && len(a) == large+row.scheme.PublicKeySize() {
			return nil, a[:large], a[large:], true
		}
		return nil, a, nil, ok && len(a) == large
	}
	ok = s.ReadASN1(&body, asn1.SEQUENCE) && s.Empty() &&
		body.ReadASN1(&a, asn1.OCTET_STRING) && body.ReadASN1(&b, asn1.OCTET_STRING) && body.Empty() &&
		len(a) == mlkemSeed && len(b) == large
	return a, b, nil, ok
}

// encodePublic takes an encapsulation key of this set.
func (row *kemRow) encodePublic(key any) (Identifier, []byte, bool) {
	k, ok := key.(crypto.Encapsulator)
	if !ok {
		return Identifier{}, nil, false
	}
	b := k.Bytes()
	if len(b) != row.scheme.PublicKeySize() {
		return Identifier{}, nil, false
	}
	return Identifier{OID: row.oid}, b, true
}

// encodePrivate writes the seed, as RFC 9935, Section 6 recommends, where it is
// known.
func (row *kemRow) encodePrivate(key any) (Identifier, []byte, bool) {
	k, ok := key.(*mlkemPrivate)
	if !ok || k == nil || k.row != row {
		return Identifier{}, nil, false
	}
	tag, octets := asn1.Tag(0).ContextSpecific(), k.seed
	if octets == nil {
		tag, octets = asn1.OCTET_STRING, k.expanded
	}
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(octets) })
	return Identifier{OID: row.oid}, b.BytesOrPanic(), true
}
