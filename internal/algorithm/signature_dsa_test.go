package algorithm

import (
	"crypto/dsa"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

func TestDSAKey(t *testing.T) {
	t.Parallel()
	for name, bits := range map[string]int{"1024-160": 1024, "2048-224": 2048, "2048-256": 2048} {
		key := opensslKey(t, "dsa "+name)
		if key.Kind != "dsa" || key.Bits != bits || !key.CanSign || key.CanTransport || key.CanAgree {
			t.Errorf("%s: got %+v", name, key)
		}
		again, err := PublicKeyOf(key.Key)
		if err != nil || !again.Equal(key) || string(again.SPKI) != string(key.SPKI) {
			t.Errorf("%s: written again: %v", name, err)
		}
		var unsupported *UnsupportedError
		if _, err := SignatureFor(key, SignOptions{}); !errors.As(err, &unsupported) {
			t.Errorf("%s: signs: %v", name, err)
		}
	}
	if opensslKey(t, "dsa 2048-224").Equal(opensslKey(t, "dsa 2048-256")) {
		t.Error("two keys are equal")
	}
	for _, key := range []*dsa.PublicKey{nil, {}, {Y: big.NewInt(1)}} {
		if got, err := PublicKeyOf(key); err == nil {
			t.Errorf("got %s", got.Name)
		}
	}
}

// The same y under other parameters is another key.
func TestDSAParametersAreOfTheKey(t *testing.T) {
	t.Parallel()
	key := opensslKey(t, "dsa 1024-160")
	k := *key.Key.(*dsa.PublicKey)
	k.G = new(big.Int).Exp(k.G, big.NewInt(2), k.P)
	other, err := PublicKeyOf(&k)
	if err != nil {
		t.Fatal(err)
	}
	if other.Equal(key) {
		t.Error("equal")
	}
}

func TestDSAKeyRefuses(t *testing.T) {
	t.Parallel()
	good := opensslKey(t, "dsa 1024-160")
	numbers := func(change func(k *dsa.PublicKey)) []byte {
		k := *good.Key.(*dsa.PublicKey)
		for _, x := range []**big.Int{&k.P, &k.Q, &k.G, &k.Y} {
			*x = new(big.Int).Set(*x)
		}
		change(&k)
		id, bits, _ := encodeDSAPublicKey(&k)
		return encodeSPKI(id, bits)
	}
	id := good.Identifier
	shift := func(x *big.Int, bits uint) { x.Lsh(x, bits).SetBit(x, 0, 1) }
	tests := map[string][]byte{
		"no numbers":          encodeSPKI(Identifier{oidDSA, []byte{0x30, 0}}, good.bits),
		"NULL":                encodeSPKI(Identifier{oidDSA, nullParameters()}, good.bits),
		"four parameters":     encodeSPKI(Identifier{oidDSA, append([]byte{0x30, 0x82, 1, 0x22}, append(slices.Clone(id.Parameters[4:]), 2, 1, 1)...)}, good.bits),
		"no y":                encodeSPKI(id, nil),
		"something follows y": encodeSPKI(id, append(slices.Clone(good.bits), 0)),
		"p is even":           numbers(func(k *dsa.PublicKey) { k.P.SetBit(k.P, 0, 0) }),
		"p of 511 bits":       numbers(func(k *dsa.PublicKey) { k.P.Rsh(k.P, 513).SetBit(k.P, 0, 1) }),
		"p of 4097 bits":      numbers(func(k *dsa.PublicKey) { shift(k.P, 4097-1024) }),
		"p of a million bits": numbers(func(k *dsa.PublicKey) { shift(k.P, 1_000_000) }),
		"p is negative":       numbers(func(k *dsa.PublicKey) { k.P.Neg(k.P) }),
		"q of 161 bits":       numbers(func(k *dsa.PublicKey) { shift(k.Q, 1) }),
		"q is negative":       numbers(func(k *dsa.PublicKey) { k.Q.Neg(k.Q) }),
		"q is 0":              numbers(func(k *dsa.PublicKey) { k.Q.SetInt64(0) }),
		"q does not divide":   numbers(func(k *dsa.PublicKey) { k.Q.Sub(k.Q, big.NewInt(2)) }),
		"g is 1":              numbers(func(k *dsa.PublicKey) { k.G.SetInt64(1) }),
		"g is p":              numbers(func(k *dsa.PublicKey) { k.G.Set(k.P) }),
		"g of another order":  numbers(func(k *dsa.PublicKey) { k.G.SetInt64(2) }),
		"g is -1":             numbers(func(k *dsa.PublicKey) { k.G.Sub(k.P, big.NewInt(1)) }),
		"y is 1":              numbers(func(k *dsa.PublicKey) { k.Y.SetInt64(1) }),
		"y is 0":              numbers(func(k *dsa.PublicKey) { k.Y.SetInt64(0) }),
		"y is negative":       numbers(func(k *dsa.PublicKey) { k.Y.Neg(k.Y) }),
		"y is above p":        numbers(func(k *dsa.PublicKey) { k.Y.Add(k.Y, k.P) }),
		"y of another order":  numbers(func(k *dsa.PublicKey) { k.Y.SetInt64(2) }),
	}
	for name, der := range tests {
		var malformed *KeyError
		if key, err := ParsePublicKey(der); !errors.As(err, &malformed) {
			t.Errorf("%s: got %v, %v, want a KeyError", name, key, err)
		} else if strings.HasPrefix(name, "p of ") || name == "p is even" {
			// Before anything is computed with it.
			if !strings.HasPrefix(malformed.Detail, "p is no odd number") {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
	var unsupported *UnsupportedError
	if _, err := ParsePublicKey(encodeSPKI(Identifier{OID: oidDSA}, good.bits)); !errors.As(err, &unsupported) {
		t.Errorf("inherited parameters: got %v, want an UnsupportedError", err)
	}
	if _, err := ParsePrivateKey(oneAsymmetricKey(0, id, []byte{2, 1, 5}, nil)); !errors.As(err, &unsupported) {
		t.Errorf("private key: got %v, want an UnsupportedError", err)
	}
}

// r and s out of range or not in strict DER (A35).
func TestDSAForms(t *testing.T) {
	t.Parallel()
	key := dsaKey(t)
	message := Message{Bytes: []byte("message")}
	s, err := FindSignature(Identifier{OID: MustOID("1.2.840.10040.4.3")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	sig := cryptobyte.String(signDSA(t, key.Public, sha1Digest.sum(message.Bytes)))
	var body cryptobyte.String
	var r, sv big.Int
	if !sig.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Integer(&r) || !body.ReadASN1Integer(&sv) {
		t.Fatal("signature is not read")
	}
	sequence := func(numbers ...*big.Int) []byte {
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, x := range numbers {
				b.AddASN1BigInt(x)
			}
		})
		return b.BytesOrPanic()
	}
	q := key.Public.Key.(*dsa.PublicKey).Q
	if err := s.Verify(key.Public, message, sequence(&r, &sv)); err != nil {
		t.Fatal(err)
	}
	wrong := map[string][]byte{
		"r is 0":        sequence(new(big.Int), &sv),
		"s is 0":        sequence(&r, new(big.Int)),
		"r is q":        sequence(q, &sv),
		"s is q":        sequence(&r, q),
		"r plus q":      sequence(new(big.Int).Add(&r, q), &sv),
		"s plus q":      sequence(&r, new(big.Int).Add(&sv, q)),
		"r is negative": sequence(new(big.Int).Sub(&r, q), &sv),
		"s is negative": sequence(&r, new(big.Int).Neg(&sv)),
		"one number":    sequence(&r),
		"three numbers": sequence(&r, &sv, &sv),
		"raw r and s":   append(r.FillBytes(make([]byte, 20)), sv.FillBytes(make([]byte, 20))...),
	}
	for name, sig := range wrong {
		if err := s.Verify(key.Public, message, sig); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got %v, want ErrSignature", name, err)
		}
	}
}
