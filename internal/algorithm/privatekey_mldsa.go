package algorithm

import (
	"bytes"
	"crypto"
	"crypto/subtle"
	"encoding"
	"errors"
	"io"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign"
	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// readPrivate reads the forms of RFC 9881, Section 6:
//
//	ML-DSA-PrivateKey ::= CHOICE {
//	    seed [0]     OCTET STRING (SIZE (32)),
//	    expandedKey  OCTET STRING,
//	    both         SEQUENCE {
//	        seed         OCTET STRING (SIZE (32)),
//	        expandedKey  OCTET STRING } }
//
// QUIRK: drafts before it, and the OQS provider of OpenSSL 3, put the seed, the
// expanded key, or the expanded and the public key there without a tag, or the last
// pair in an OCTET STRING. Their lengths tell them apart.
func (set *mldsaSet) readPrivate(_ Identifier, octets []byte) (*softKey, error) {
	seed, expanded, public, ok := set.splitPrivate(octets)
	if !ok {
		return nil, &KeyError{Kind: set.name, Detail: "neither a seed, an expanded key nor both"}
	}
	var soft *softKey
	var err error
	if seed != nil {
		soft, err = set.fromSeed(seed, expanded)
	} else {
		soft, err = set.fromExpanded(expanded)
	}
	if err == nil && public != nil && !bytes.Equal(public, soft.public) {
		err = errWrongPublicKey(set.name)
	}
	if err != nil {
		return nil, err
	}
	return soft, nil
}

// splitPrivate finds the parts; those not there are nil. The lengths of tagged
// parts are not looked at.
func (set *mldsaSet) splitPrivate(octets []byte) (seed, expanded, public []byte, ok bool) {
	size := set.expandedKey.size
	whole := func(b []byte) ([]byte, []byte, []byte, bool) {
		switch len(b) {
		case mldsa.PrivateKeySize:
			return b, nil, nil, true
		case size:
			return nil, b, nil, true
		case size + set.parameters.PublicKeySize():
			return nil, b[:size], b[size:], true
		}
		return nil, nil, nil, false
	}
	if seed, expanded, public, ok = whole(octets); ok {
		return seed, expanded, public, true
	}
	s := cryptobyte.String(octets)
	var body cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&body, &tag) || !s.Empty() {
		return nil, nil, nil, false
	}
	switch tag {
	case asn1.Tag(0).ContextSpecific():
		return body, nil, nil, true
	case asn1.OCTET_STRING:
		if len(body) == mldsa.PrivateKeySize {
			return nil, nil, nil, false // the seed has a tag of its own
		}
		return whole(body)
	case asn1.SEQUENCE:
		var first, second cryptobyte.String
		ok = body.ReadASN1(&first, asn1.OCTET_STRING) && body.ReadASN1(&second, asn1.OCTET_STRING) && body.Empty()
		return first, second, nil, ok
	}
	return nil, nil, nil, false
}

// fromSeed makes the key. An expanded key beside the seed must be the one it
// gives, in all its octets (RFC 9881, Section 6 and 8.2).
func (set *mldsaSet) fromSeed(seed, expanded []byte) (*softKey, error) {
	key, err := mldsa.NewPrivateKey(set.parameters, seed)
	if err != nil {
		return nil, &KeyError{Kind: set.name, Detail: "seed"}
	}
	if expanded != nil {
		_, private := set.expandedKey.scheme.DeriveKey(seed)
		want, err := private.MarshalBinary()
		if err != nil || subtle.ConstantTimeCompare(want, expanded) != 1 {
			return nil, &KeyError{Kind: set.name, Detail: "the expanded key is not that of the seed"}
		}
	}
	return &softKey{public: key.PublicKey().Bytes(), key: key, signer: key}, nil
}

// fromExpanded reads a key whose seed is not known. Its parts fit each other if
// signatures verify with the public key that its secrets give: they are made
// with the hash of the public key that it carries. A t0 that is wrong in a few
// places does not show in each of them. The trials are without randomness, so
// that a key is always read or never.
func (set *mldsaSet) fromExpanded(expanded []byte) (*softKey, error) {
	private, err := set.expandedKey.unpack(bytes.Clone(expanded))
	if err != nil {
		return nil, &KeyError{Kind: set.name, Detail: "expanded key"}
	}
	if private.key, err = mldsa.NewPublicKey(set.parameters, private.public); err != nil {
		return nil, &KeyError{Kind: set.name, Detail: "expanded key"}
	}
	sig := make([]byte, set.parameters.SignatureSize())
	for trial := range byte(4) {
		message := []byte{trial}
		if err := private.sign(message, false, sig); err != nil || mldsa.Verify(private.key, message, sig, nil) != nil {
			return nil, &KeyError{Kind: set.name, Detail: "the expanded key makes no good signatures"}
		}
	}
	return &softKey{public: private.public, key: private, signer: private}, nil
}

// encodePrivate writes the seed where it is known, as RFC 9881, Section 6
// recommends.
func (set *mldsaSet) encodePrivate(key any) (Identifier, []byte, bool) {
	var b cryptobyte.Builder
	switch k := key.(type) {
	case *mldsa.PrivateKey:
		if k == nil || k.PublicKey().Parameters() != set.parameters {
			return Identifier{}, nil, false
		}
		b.AddASN1(asn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(k.Bytes()) })
	case *mldsaExpandedKey:
		if k == nil || k.key.Parameters() != set.parameters {
			return Identifier{}, nil, false
		}
		b.AddASN1OctetString(k.octets)
	default:
		return Identifier{}, nil, false
	}
	return Identifier{OID: set.oid}, b.BytesOrPanic(), true
}

// mldsaExpander is what a parameter set does with expanded keys.
type mldsaExpander struct {
	size   int
	scheme sign.Scheme
	unpack func(octets []byte) (*mldsaExpandedKey, error)
}

// mldsaExpandedKey is a private key without its seed. It is a crypto.Signer.
type mldsaExpandedKey struct {
	octets, public []byte
	key            *mldsa.PublicKey
	sign           func(message []byte, hedged bool, sig []byte) error
}

// Public returns a *mldsa.PublicKey.
func (k *mldsaExpandedKey) Public() crypto.PublicKey { return k.key }

// Sign signs the message itself, hedged, with an empty context (RFC 9882,
// Section 4).
func (k *mldsaExpandedKey) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts != nil && opts.HashFunc() != 0 {
		return nil, errors.New("algorithm: ML-DSA signs no digests")
	}
	sig := make([]byte, k.key.Parameters().SignatureSize())
	if err := k.sign(message, true, sig); err != nil {
		return nil, err
	}
	return sig, nil
}

func unpack44(octets []byte) (*mldsaExpandedKey, error) {
	var k mldsa44.PrivateKey
	return unpackMLDSA(octets, &k, func(message []byte, hedged bool, sig []byte) error {
		return mldsa44.SignTo(&k, message, nil, hedged, sig)
	})
}

func unpack65(octets []byte) (*mldsaExpandedKey, error) {
	var k mldsa65.PrivateKey
	return unpackMLDSA(octets, &k, func(message []byte, hedged bool, sig []byte) error {
		return mldsa65.SignTo(&k, message, nil, hedged, sig)
	})
}

func unpack87(octets []byte) (*mldsaExpandedKey, error) {
	var k mldsa87.PrivateKey
	return unpackMLDSA(octets, &k, func(message []byte, hedged bool, sig []byte) error {
		return mldsa87.SignTo(&k, message, nil, hedged, sig)
	})
}

// unpackMLDSA reads octets into k, which sign uses.
func unpackMLDSA(octets []byte, k interface {
	encoding.BinaryUnmarshaler
	Public() crypto.PublicKey
}, sign func(message []byte, hedged bool, sig []byte) error) (*mldsaExpandedKey, error) {
	if err := k.UnmarshalBinary(octets); err != nil {
		return nil, err
	}
	public, ok := k.Public().(encoding.BinaryMarshaler)
	if !ok {
		return nil, errors.New("algorithm: ML-DSA key without a public key")
	}
	bits, err := public.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return &mldsaExpandedKey{octets: octets, public: bits, sign: sign}, nil
}
