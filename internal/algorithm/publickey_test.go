package algorithm

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"
)

// every row's key, through x509's encoding and back.
func TestPublicKeys(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, kind, title      string
		bits                   int
		sign, transport, agree bool
	}{
		{"rsa-2048", "rsa", "RSA 2048", 2048, true, true, false},
		{"p-256", "ec", "P-256", 256, true, false, true},
		{"p-384", "ec", "P-384", 384, true, false, true},
		{"p-521", "ec", "P-521", 521, true, false, true},
		{"ed25519", "ed25519", "Ed25519", 256, true, false, false},
		{"x25519", "x25519", "X25519", 256, false, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			made := testKey(t, tt.name)
			spki, err := x509.MarshalPKIXPublicKey(made.Public.Key)
			if err != nil {
				t.Fatal(err)
			}
			key, err := ParsePublicKey(spki)
			if err != nil {
				t.Fatal(err)
			}
			if key.Name != tt.name || key.Kind != tt.kind || key.Title != tt.title || key.Bits != tt.bits {
				t.Errorf("got %s %s %q %d", key.Name, key.Kind, key.Title, key.Bits)
			}
			if key.CanSign != tt.sign || key.CanTransport != tt.transport || key.CanAgree != tt.agree {
				t.Errorf("got sign %v transport %v agree %v", key.CanSign, key.CanTransport, key.CanAgree)
			}
			if (made.Signer != nil) != tt.sign || (made.Decrypter != nil) != tt.transport || (made.Agreement != nil) != tt.agree {
				t.Error("the private key can something else")
			}
			if !bytes.Equal(key.SPKI, spki) || !bytes.Equal(made.Public.SPKI, spki) {
				t.Error("SPKI is not what crypto/x509 writes")
			}
			if !key.Equal(made.Public) || !made.Public.Equal(key) {
				t.Error("not equal to itself")
			}
			if other, err := GenerateKey(tt.name); err != nil || key.Equal(other.Public) {
				t.Errorf("equal to another key (%v)", err)
			}
			sum := sha1.Sum(key.bits)
			if !bytes.Equal(key.KeyID(), sum[:]) || !bytes.HasSuffix(spki, key.bits) {
				t.Error("KeyID is not the SHA-1 of the BIT STRING")
			}
			for cut := range spki {
				if _, err := ParsePublicKey(spki[:cut]); err == nil {
					t.Fatalf("read from its first %d octets", cut)
				}
			}
			if _, err := ParsePublicKey(append(slices.Clone(spki), 0)); err == nil {
				t.Error("read with an octet behind it")
			}
		})
	}
}

func TestPublicKeyEqualNil(t *testing.T) {
	t.Parallel()
	var none *PublicKey
	key := testKey(t, "p-256").Public
	if key.Equal(none) || none.Equal(key) || !none.Equal(none) {
		t.Error("nil is equal to a key or not to itself")
	}
	if key.Equal(testKey(t, "ed25519").Public) {
		t.Error("keys of two kinds are equal")
	}
}

func TestPublicKeyOfRefuses(t *testing.T) {
	t.Parallel()
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := PublicKeyOf(&p224.PublicKey); err == nil {
		t.Error("P-224: got a key")
	}
	var noRSA *rsa.PublicKey
	var noEC *ecdsa.PublicKey
	var noECDH *ecdh.PublicKey
	for _, key := range []any{nil, "key", noRSA, noEC, noECDH, &rsa.PublicKey{}, &ecdsa.PublicKey{}, ed25519.PublicKey{1, 2},
		&rsa.PublicKey{N: big.NewInt(-5), E: 3}, &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}} {
		if got, err := PublicKeyOf(key); err == nil {
			t.Errorf("PublicKeyOf(%T): got %s", key, got.Name)
		}
	}
	nist, err := ecdh.P256().NewPublicKey(testKey(t, "p-256").Public.bits)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := PublicKeyOf(nist); err != nil || key.Name != "p-256" {
		t.Errorf("P-256 as an ecdh key: got %v, %v", key, err)
	}
}

// Sizes are looked at before any arithmetic is done (P32).
func TestRSALimits(t *testing.T) {
	t.Parallel()
	odd := func(bits int) *big.Int {
		x := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
		return x.SetBit(x, 0, 1)
	}
	two := big.NewInt(2)
	var unsupported *UnsupportedError
	var malformed *KeyError
	tests := []struct {
		name string
		n, e *big.Int
		want any // nil, or a pointer to the error's type
	}{
		{"512 bits", odd(512), big.NewInt(3), nil},
		{"511 bits", odd(511), big.NewInt(3), &unsupported},
		{"16384 bits", odd(16384), big.NewInt(65537), nil},
		{"16385 bits", odd(16385), big.NewInt(65537), &unsupported},
		{"65536 bits", odd(65536), big.NewInt(65537), &unsupported},
		{"a million bits", odd(1_000_000), odd(999_999), &unsupported},
		{"even modulus", new(big.Int).Lsh(big.NewInt(1), 2047), big.NewInt(3), &malformed},
		{"modulus 0", new(big.Int), big.NewInt(3), &unsupported},
		{"negative modulus", new(big.Int).Neg(odd(2048)), big.NewInt(3), &malformed},
		{"exponent 1", odd(2048), big.NewInt(1), &malformed},
		{"exponent 0", odd(2048), new(big.Int), &malformed},
		{"exponent 2", odd(2048), two, &malformed},
		{"exponent 65536", odd(2048), big.NewInt(65536), &malformed},
		{"negative exponent", odd(2048), big.NewInt(-3), &malformed},
		{"exponent of 32 bits", odd(2048), odd(32), nil},
		{"exponent of 64 bits", odd(2048), odd(64), nil},
		{"exponent of 65 bits", odd(2048), odd(65), &unsupported},
		{"exponent of 2048 bits", odd(2048), odd(2048), &unsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			key, err := ParsePublicKey(rsaSPKI(tt.n, tt.e))
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
			if tt.want != nil {
				if !errors.As(err, tt.want) {
					t.Errorf("got %v, want a %T", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if large := tt.e.BitLen() > 31; (key.Key == nil) != large || key.CanTransport == large || !key.CanSign {
				t.Errorf("Key %v, CanTransport %v, CanSign %v", key.Key, key.CanTransport, key.CanSign)
			}
		})
	}
}

func TestParsePublicKeyRefuses(t *testing.T) {
	t.Parallel()
	rsaBits := testKey(t, "rsa-2048").Public.bits
	ecKey := testKey(t, "p-256").Public
	edBits := testKey(t, "ed25519").Public.bits
	null := nullParameters()
	hybrid := append([]byte{6 | ecKey.bits[64]&1}, ecKey.bits[1:]...)
	off := slices.Clone(ecKey.bits)
	off[40] ^= 1
	ec := func(parameters []byte) Identifier { return Identifier{oidECPublicKey, parameters} }
	named := func(oid string) []byte {
		c := curve{oid: MustOID(oid)}
		return c.parameters()
	}
	p256 := ecKey.Identifier.Parameters
	var unsupported *UnsupportedError
	var malformed *KeyError
	var parameter *ParameterError
	tests := []struct {
		name string
		der  []byte
		want any
	}{
		{"nothing", nil, &malformed},
		{"a SET", []byte{0x31, 0}, &malformed},
		{"no algorithm", []byte{0x30, 0}, &malformed},
		{"unknown algorithm", encodeSPKI(Identifier{OID: MustOID("1.2.3")}, edBits), &unsupported},
		{"HashML-DSA-65", encodeSPKI(Identifier{OID: MustOID("2.16.840.1.101.3.4.3.33")}, make([]byte, 1952)), &unsupported},
		{"unused bits", bytes.Replace(encodeSPKI(Identifier{OID: oidEd25519}, edBits), []byte{3, 33, 0}, []byte{3, 33, 1}, 1), &malformed},
		{"RSA with parameters", encodeSPKI(Identifier{oidRSAEncryption, []byte{0x30, 0}}, rsaBits), &parameter},
		{"RSA with three numbers", encodeSPKI(Identifier{oidRSAEncryption, null}, []byte{0x30, 9, 2, 1, 5, 2, 1, 3, 2, 1, 3}), &malformed},
		{"RSA with something behind", encodeSPKI(Identifier{oidRSAEncryption, null}, append(slices.Clone(rsaBits), 0)), &malformed},
		{"RSA without numbers", encodeSPKI(Identifier{oidRSAEncryption, null}, nil), &malformed},
		{"PSS with NULL", encodeSPKI(Identifier{oidRSASSAPSS, null}, rsaBits), &parameter},
		{"PSS with an unknown hash", encodeSPKI(Identifier{oidRSASSAPSS, []byte{0x30, 8, 0xa0, 6, 0x30, 4, 6, 2, 0x2a, 3}}, rsaBits), &unsupported},
		{"PSS without numbers", encodeSPKI(Identifier{OID: oidRSASSAPSS}, nil), &malformed},
		{"OAEP without numbers", encodeSPKI(Identifier{OID: oidRSAESOAEP}, nil), &malformed},
		{"EC without a curve", encodeSPKI(ec(nil), ecKey.bits), &unsupported},
		{"EC with inherited parameters", encodeSPKI(ec(null), ecKey.bits), &unsupported},
		{"EC with explicit parameters", encodeSPKI(ec([]byte{0x30, 3, 2, 1, 1}), ecKey.bits), &unsupported},
		{"EC without a point", encodeSPKI(ec(p256), nil), &malformed},
		{"P-224", encodeSPKI(ec(named("1.3.132.0.33")), ecKey.bits), &unsupported},
		{"secp256k1", encodeSPKI(ec(named("1.3.132.0.10")), ecKey.bits), &unsupported},
		{"P-384 with a point of P-256", encodeSPKI(ec(named("1.3.132.0.34")), ecKey.bits), &malformed},
		{"point off the curve", encodeSPKI(ec(p256), off), &malformed},
		{"hybrid point", encodeSPKI(ec(p256), hybrid), &malformed},
		{"point at infinity", encodeSPKI(ec(p256), []byte{0}), &malformed},
		{"compressed point off the curve", encodeSPKI(ec(p256), append([]byte{2}, bytes.Repeat([]byte{0xff}, 32)...)), &malformed},
		{"compressed point of 31 octets", encodeSPKI(ec(p256), append([]byte{2}, make([]byte, 31)...)), &malformed},
		{"Ed25519 with NULL", encodeSPKI(Identifier{oidEd25519, null}, edBits), &parameter},
		{"Ed25519 of 31 octets", encodeSPKI(Identifier{OID: oidEd25519}, edBits[:31]), &malformed},
		{"X25519 with NULL", encodeSPKI(Identifier{oidX25519, null}, edBits), &parameter},
		{"X25519 of 33 octets", encodeSPKI(Identifier{OID: oidX25519}, make([]byte, 33)), &malformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			key, err := ParsePublicKey(tt.der)
			if err == nil {
				t.Fatalf("got %s", key.Name)
			}
			if !errors.As(err, tt.want) {
				t.Errorf("got %T %v, want a %T", err, err, tt.want)
			}
		})
	}
}

func TestRestrictedRSAKeys(t *testing.T) {
	t.Parallel()
	plain := testKey(t, "rsa-2048").Public
	pss := &pssParameters{hash: sha256Digest, mgf: sha256Digest, salt: 32}
	tests := []struct {
		name            string
		id              Identifier
		sign, transport bool
		restricted      bool
	}{
		{"rsaEncryption without NULL", Identifier{OID: oidRSAEncryption}, true, true, false},
		{"PSS, anything", Identifier{OID: oidRSASSAPSS}, true, false, false},
		{"PSS, SHA-256", pss.identifier(), true, false, true},
		{"OAEP", Identifier{OID: oidRSAESOAEP}, false, true, false},
		{"OAEP with parameters", Identifier{oidRSAESOAEP, []byte{0x30, 0}}, false, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			key, err := ParsePublicKey(encodeSPKI(tt.id, plain.bits))
			if err != nil {
				t.Fatal(err)
			}
			if key.CanSign != tt.sign || key.CanTransport != tt.transport || (key.pss != nil) != tt.restricted {
				t.Errorf("got sign %v transport %v restricted %v", key.CanSign, key.CanTransport, key.pss != nil)
			}
			if !key.Equal(plain) || !bytes.Equal(key.KeyID(), plain.KeyID()) {
				t.Error("not the same key any more")
			}
		})
	}
}

func TestCompressedPoint(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"p-256", "p-384", "p-521"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := testKey(t, name).Public
			k := plain.Key.(*ecdsa.PublicKey)
			key, err := ParsePublicKey(encodeSPKI(plain.Identifier, elliptic.MarshalCompressed(k.Curve, k.X, k.Y)))
			if err != nil {
				t.Fatal(err)
			}
			if !key.Equal(plain) || !k.Equal(key.Key) {
				t.Error("not the same key any more")
			}
			if bytes.Equal(key.KeyID(), plain.KeyID()) {
				t.Error("KeyID does not go by the octets of the BIT STRING")
			}
		})
	}
}
