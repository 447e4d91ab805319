package algorithm

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"testing"
)

// The key pairs and the secret of RFC 7748, Section 6.2.
const (
	x448Alice  = "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b"
	x448AliceP = "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0"
	x448Bob    = "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d"
	x448BobP   = "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609"
	x448Secret = "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d"
)

func TestX448Vector(t *testing.T) {
	t.Parallel()
	for _, pair := range [][3]string{{x448Alice, x448AliceP, x448BobP}, {x448Bob, x448BobP, x448AliceP}} {
		key, err := ParsePrivateKey(decodeHex(t, "3046020100300506032b656f043a0438"+pair[0]))
		if err != nil {
			t.Fatal(err)
		}
		if want := decodeHex(t, "3042300506032b656f033900"+pair[1]); !bytes.Equal(key.Public.SPKI, want) {
			t.Errorf("public key %x, want %x", key.Public.SPKI, want)
		}
		secret, err := key.Agreement.(X448Agreement).X448(decodeHex(t, pair[2]))
		if err != nil || !bytes.Equal(secret, decodeHex(t, x448Secret)) {
			t.Errorf("secret %x, %v", secret, err)
		}
	}
}

// otherAgreement is a key outside this process that knows nothing of X448.
type otherAgreement struct{}

func (otherAgreement) ECDH(*ecdh.PublicKey) ([]byte, error) { return make([]byte, 56), nil }

// lazyX448 computes without looking at the result.
type lazyX448 struct {
	otherAgreement
	err error
}

func (l lazyX448) X448(X448PublicKey) ([]byte, error) { return make([]byte, 56), l.err }

func TestX448Refuses(t *testing.T) {
	t.Parallel()
	key, err := GenerateKey("x448")
	if err != nil {
		t.Fatal(err)
	}
	a, err := KeyAgreementFor(key.Public, 32)
	if err != nil || a.SendsUKM() {
		t.Fatalf("sends a ukm, %v", err)
	}
	cek := randomBytes(32)
	from, wrapped, err := a.Encrypt(key.Public, nil, cek)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Decrypt(key.Agreement, key.Public, from, nil, wrapped); err != nil || !bytes.Equal(got, cek) {
		t.Fatalf("%x, %v", got, err)
	}
	another, err := GenerateKey("x448")
	if err != nil {
		t.Fatal(err)
	}
	p256, err := GenerateKey("p-256")
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(wrapped)
	changed[3] ^= 1
	one := append([]byte{1}, make([]byte, 55)...)
	parameter, unsupported := new(*ParameterError), new(*UnsupportedError)
	for _, test := range []struct {
		name    string
		key     Agreement
		from    OriginatorKey
		wrapped []byte
		want    any // nil is ErrUnwrap
	}{
		{"another key", another.Agreement, from, wrapped, nil},
		{"changed", key.Agreement, from, changed, nil},
		{"cut", key.Agreement, from, wrapped[:32], nil},
		{"zero", key.Agreement, OriginatorKey{from.Identifier, make([]byte, 56)}, wrapped, nil},
		{"one", key.Agreement, OriginatorKey{from.Identifier, one}, wrapped, nil},
		{"zero secret", lazyX448{}, from, wrapped, nil},
		{"failure", lazyX448{err: errors.New("x")}, from, wrapped, nil},
		{"too short", key.Agreement, OriginatorKey{from.Identifier, from.Key[:55]}, wrapped, parameter},
		{"X25519", key.Agreement, OriginatorKey{Identifier{OID: oidX25519}, make([]byte, 32)}, wrapped, parameter},
		{"parameters", key.Agreement, OriginatorKey{Identifier{oidX448, []byte{4, 0}}, from.Key}, wrapped, parameter},
		{"a key of another kind", otherAgreement{}, from, wrapped, unsupported},
		{"P-256", p256.Agreement, from, wrapped, unsupported},
		{"none", nil, from, wrapped, unsupported},
	} {
		_, err := a.Decrypt(test.key, key.Public, test.from, nil, test.wrapped)
		if test.want == nil && err != ErrUnwrap || test.want != nil && !errors.As(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := key.Agreement.ECDH(nil); err == nil {
		t.Error("agrees with a key of another curve")
	}
	for _, bits := range []int{0, 55, 57} {
		if _, err := ParsePublicKey(encodeSPKI(Identifier{OID: oidX448}, make([]byte, bits))); err == nil {
			t.Errorf("public key of %d octets", bits)
		}
	}
	zero, err := ParsePublicKey(encodeSPKI(Identifier{OID: oidX448}, make([]byte, 56)))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Encrypt(zero, nil, cek); err == nil {
		t.Error("encrypted to a key of small order")
	}
}
