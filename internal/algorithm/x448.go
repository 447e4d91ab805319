package algorithm

import (
	"crypto/ecdh"
	"crypto/rand"
	"errors"

	"github.com/cloudflare/circl/dh/x448"
)

const oidX448 = OID("\x2b\x65\x6f") // 1.3.101.111

// x448KeyKinds holds X448 (RFC 8410), read as X25519 is.
var x448KeyKinds = []*keyKind{
	{oid: oidX448, name: "x448", standard: "RFC 8410, Section 3", strength: strengthOf(224, false), public: readX448PublicKey, private: readX448PrivateKey,
		encodePublic: encodeX448PublicKey, encodePrivate: encodeX448PrivateKey,
		generate: []keyGenerator{{"x448", func() (any, error) { return generateX448() }}}},
}

// x448Originators is the ephemeral key for recipients with X448 (RFC 8418,
// Section 3.2).
var x448Originators = []originatorRow{
	{kind: "x448", oid: oidX448, nonzero: true, send: sendX448, receive: receiveX448},
}

// X448PublicKey is a public key for X448, 56 octets (RFC 7748, Section 5).
type X448PublicKey []byte

// X448Agreement is an [Agreement] on X448, which crypto/ecdh does not have.
type X448Agreement interface {
	Agreement
	// X448 returns the shared secret with another's public key. It fails when
	// that is of small order.
	X448(remote X448PublicKey) ([]byte, error)
}

// x448PrivateKey keeps the octets as they are: clamping is part of the function.
type x448PrivateKey struct{ secret, public x448.Key }

func newX448(secret []byte) *x448PrivateKey {
	k := &x448PrivateKey{}
	copy(k.secret[:], secret)
	x448.KeyGen(&k.public, &k.secret)
	return k
}

func generateX448() (*x448PrivateKey, error) {
	secret := make([]byte, x448.Size)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	defer clear(secret)
	return newX448(secret), nil
}

var errSmallOrder = errors.New("algorithm: public key of small order")

// X448 implements [X448Agreement].
func (k *x448PrivateKey) X448(remote X448PublicKey) ([]byte, error) {
	if len(remote) != x448.Size {
		return nil, &KeyError{Kind: "x448", Detail: "public key is not of 56 octets"}
	}
	var shared, public x448.Key
	copy(public[:], remote)
	if !x448.Shared(&shared, &k.secret, &public) {
		return nil, errSmallOrder
	}
	return shared[:], nil
}

// ECDH fails: no curve of crypto/ecdh is this one.
func (*x448PrivateKey) ECDH(*ecdh.PublicKey) ([]byte, error) {
	return nil, &KeyError{Kind: "x448", Detail: "key of another curve"}
}

func sendX448(row *originatorRow, own *PublicKey) (ephemeral, secret []byte, err error) {
	remote, ok := own.Key.(X448PublicKey)
	if !ok {
		return nil, nil, noAgreement(own)
	}
	key, err := generateX448()
	if err != nil {
		return nil, nil, err
	}
	defer clear(key.secret[:])
	secret, err = key.X448(remote)
	secret, err = row.checked(secret, err)
	return key.public[:], secret, err
}

func receiveX448(row *originatorRow, key Agreement, own *PublicKey, from OriginatorKey) ([]byte, error) {
	if !from.Identifier.hasNone() {
		return nil, &ParameterError{Name: "originatorKey", Detail: "parameters that should be absent"}
	}
	if len(from.Key) != x448.Size {
		return nil, &ParameterError{Name: "originatorKey", Detail: "wrong length"}
	}
	k, ok := key.(X448Agreement)
	if !ok {
		return nil, noAgreement(own)
	}
	secret, err := k.X448(from.Key)
	return row.checked(secret, err)
}

func readX448PublicKey(id Identifier, bits []byte) (*PublicKey, error) {
	if err := absentParameters("x448", id); err != nil {
		return nil, err
	}
	if len(bits) != x448.Size {
		return nil, &KeyError{Kind: "x448", Detail: "public key is not of 56 octets"}
	}
	return &PublicKey{Kind: "x448", Name: "x448", Title: "X448", Bits: 448, Key: X448PublicKey(bits), CanAgree: true}, nil
}

func readX448PrivateKey(id Identifier, octets []byte) (*softKey, error) {
	raw, err := readCurvePrivateKey(id, octets, "x448", x448.Size)
	if err != nil {
		return nil, err
	}
	key := newX448(raw)
	return &softKey{public: key.public[:], key: key, agreement: key}, nil
}

func encodeX448PublicKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(X448PublicKey)
	return Identifier{OID: oidX448}, k, ok
}

func encodeX448PrivateKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(*x448PrivateKey)
	if !ok || k == nil {
		return Identifier{}, nil, false
	}
	return Identifier{OID: oidX448}, encodeCurvePrivateKey(k.secret[:]), true
}
