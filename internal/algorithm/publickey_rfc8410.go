package algorithm

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

const (
	oidX25519  = OID("\x2b\x65\x6e") // 1.3.101.110
	oidEd25519 = OID("\x2b\x65\x70") // 1.3.101.112
)

// Keys of RFC 8410: the OID says all, parameters are absent, public and private
// keys are raw octets, the private ones in an OCTET STRING of their own.
var rfc8410KeyKinds = []*keyKind{
	{oid: oidEd25519, name: "ed25519", standard: "RFC 8410, Section 3", strength: strengthOf(128, false), public: readEd25519PublicKey, private: readEd25519PrivateKey,
		encodePublic: encodeEd25519PublicKey, encodePrivate: encodeEd25519PrivateKey,
		signature: ed25519SignatureFor,
		generate: []keyGenerator{{"ed25519", func() (any, error) {
			_, key, err := ed25519.GenerateKey(rand.Reader)
			return key, err
		}}}},
	{oid: oidX25519, name: "x25519", standard: "RFC 8410, Section 3", strength: strengthOf(128, false), public: readX25519PublicKey, private: readX25519PrivateKey,
		encodePublic: encodeX25519PublicKey, encodePrivate: encodeX25519PrivateKey,
		generate: []keyGenerator{{"x25519", func() (any, error) { return ecdh.X25519().GenerateKey(rand.Reader) }}}},
}

// absentParameters demands what RFC 8410, Section 3 does: no NULL either.
func absentParameters(name string, id Identifier) error {
	if len(id.Parameters) > 0 {
		return &ParameterError{Name: name, Detail: "present"}
	}
	return nil
}

func readEd25519PublicKey(id Identifier, bits []byte) (*PublicKey, error) {
	if err := absentParameters("ed25519", id); err != nil {
		return nil, err
	}
	if len(bits) != ed25519.PublicKeySize {
		return nil, &KeyError{Kind: "ed25519", Detail: "public key is not of 32 octets"}
	}
	return &PublicKey{Kind: "ed25519", Name: "ed25519", Title: "Ed25519", Bits: 256,
		Key: ed25519.PublicKey(bits), CanSign: true}, nil
}

func readX25519PublicKey(id Identifier, bits []byte) (*PublicKey, error) {
	if err := absentParameters("x25519", id); err != nil {
		return nil, err
	}
	key, err := ecdh.X25519().NewPublicKey(bits)
	if err != nil {
		return nil, &KeyError{Kind: "x25519", Detail: "public key is not of 32 octets"}
	}
	return &PublicKey{Kind: "x25519", Name: "x25519", Title: "X25519", Bits: 256, Key: key, CanAgree: true}, nil
}

// readCurvePrivateKey reads CurvePrivateKey ::= OCTET STRING, RFC 8410,
// Section 7.
func readCurvePrivateKey(id Identifier, octets []byte, kind string, size int) ([]byte, error) {
	if err := absentParameters(kind, id); err != nil {
		return nil, err
	}
	s := cryptobyte.String(octets)
	var raw cryptobyte.String
	if !s.ReadASN1(&raw, asn1.OCTET_STRING) || !s.Empty() || len(raw) != size {
		return nil, &KeyError{Kind: kind, Detail: "not one OCTET STRING of the right length"}
	}
	return raw, nil
}

func encodeCurvePrivateKey(raw []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1OctetString(raw)
	return b.BytesOrPanic()
}

func readEd25519PrivateKey(id Identifier, octets []byte) (*softKey, error) {
	seed, err := readCurvePrivateKey(id, octets, "ed25519", ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	key := ed25519.NewKeyFromSeed(seed)
	return &softKey{public: key.Public().(ed25519.PublicKey), key: key, signer: key}, nil
}

func readX25519PrivateKey(id Identifier, octets []byte) (*softKey, error) {
	raw, err := readCurvePrivateKey(id, octets, "x25519", 32)
	if err != nil {
		return nil, err
	}
	key, err := ecdh.X25519().NewPrivateKey(raw)
	if err != nil {
		return nil, &KeyError{Kind: "x25519", Detail: "private key is not of 32 octets"}
	}
	return &softKey{public: key.PublicKey().Bytes(), key: key, agreement: key}, nil
}

func encodeEd25519PublicKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(ed25519.PublicKey)
	return Identifier{OID: oidEd25519}, k, ok
}

func encodeX25519PublicKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(*ecdh.PublicKey)
	if !ok || k == nil || k.Curve() != ecdh.X25519() {
		return Identifier{}, nil, false
	}
	return Identifier{OID: oidX25519}, k.Bytes(), true
}

func encodeEd25519PrivateKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(ed25519.PrivateKey)
	if !ok || len(k) != ed25519.PrivateKeySize {
		return Identifier{}, nil, false
	}
	return Identifier{OID: oidEd25519}, encodeCurvePrivateKey(k.Seed()), true
}

func encodeX25519PrivateKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(*ecdh.PrivateKey)
	if !ok || k == nil || k.Curve() != ecdh.X25519() {
		return Identifier{}, nil, false
	}
	return Identifier{OID: oidX25519}, encodeCurvePrivateKey(k.Bytes()), true
}
