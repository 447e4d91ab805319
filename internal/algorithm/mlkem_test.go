package algorithm

import (
	"bytes"
	"crypto"
	"crypto/mlkem"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// mlkemFile wraps the content of PrivateKeyInfo's OCTET STRING.
func mlkemFile(row *kemRow, octets []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		Identifier{OID: row.oid}.AddTo(b)
		b.AddASN1OctetString(octets)
	})
	return b.BytesOrPanic()
}

func tlv(tag byte, parts ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.Tag(tag), func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(parts, nil)) })
	return b.BytesOrPanic()
}

// expandedOf returns the two halves of the pair that a seed gives.
func expandedOf(row *kemRow, seed []byte) (public, expanded []byte) {
	pk, sk := row.scheme.DeriveKeyPair(seed)
	public, _ = pk.MarshalBinary()
	expanded, _ = sk.MarshalBinary()
	return public, expanded
}

func TestMLKEMPrivateKeyForms(t *testing.T) {
	t.Parallel()
	for _, row := range mlkemSets {
		seed := randomBytes(64)
		public, expanded := expandedOf(row, seed)
		otherPublic, _ := expandedOf(row, randomBytes(64))
		change := func(b []byte, at int) []byte { b = bytes.Clone(b); b[at] ^= 1; return b }
		hash := len(expanded) - 64
		for _, test := range []struct {
			name   string
			octets []byte
			good   bool
		}{
			{"seed", tlv(0x80, seed), true},
			{"expanded", tlv(4, expanded), true},
			{"both", tlv(0x30, tlv(4, seed), tlv(4, expanded)), true},
			{"bare seed", seed, true},
			{"bare expanded", expanded, true},
			{"oqskeypair", tlv(4, expanded, public), true},
			{"oqskeypair with another public key", tlv(4, expanded, otherPublic), false},
			{"both, the seed is another", tlv(0x30, tlv(4, change(seed, 0)), tlv(4, expanded)), false},
			{"both, only z differs", tlv(0x30, tlv(4, change(seed, 63)), tlv(4, expanded)), false},
			{"both, something behind", tlv(0x30, tlv(4, seed), tlv(4, expanded), []byte{5, 0}), false},
			{"expanded, wrong hash", tlv(4, change(expanded, hash)), false},
			{"expanded, wrong public half", tlv(4, change(expanded, hash-1)), false},
			{"expanded, wrong secret vector", tlv(4, change(expanded, 3)), false},
			{"expanded, cut", tlv(4, expanded[1:]), false},
			{"seed, cut", tlv(0x80, seed[1:]), false},
			{"seed, something behind", append(tlv(0x80, seed), 0), false},
			{"nothing", nil, false},
			{"NULL", []byte{5, 0}, false},
		} {
			key, err := ParsePrivateKey(mlkemFile(row, test.octets))
			if !test.good {
				if _, malformed := errors.AsType[*KeyError](err); !malformed {
					t.Errorf("%s, %s: %v", row.name, test.name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %s: %v", row.name, test.name, err)
				continue
			}
			if !bytes.Equal(key.Public.bits, public) || key.Public.Name != row.name || !key.Public.CanEncapsulate || key.Public.CanSign || key.Signer != nil {
				t.Errorf("%s, %s: not the public key", row.name, test.name)
			}
			// What is written is read again, and is the seed where it is known.
			der, err := key.PKCS8()
			if err != nil {
				t.Errorf("%s, %s: %v", row.name, test.name, err)
				continue
			}
			if seedForm := len(der) < 100; seedForm != bytes.Contains(test.octets, seed) {
				t.Errorf("%s, %s: written in %d octets", row.name, test.name, len(der))
			}
			if again, err := ParsePrivateKey(der); err != nil || !again.Public.Equal(key.Public) {
				t.Errorf("%s, %s: not read again: %v", row.name, test.name, err)
			}
		}
	}
}

func TestMLKEMPublicKey(t *testing.T) {
	t.Parallel()
	for _, row := range mlkemSets {
		public, _ := expandedOf(row, make([]byte, 64))
		good, err := ParsePublicKey(encodeSPKI(Identifier{OID: row.oid}, public))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := PublicKeyOf(good.Key); err != nil || !again.Equal(good) {
			t.Errorf("%s: %v", row.name, err)
		}
		large := bytes.Clone(public)
		large[0], large[1] = 0xff, large[1]|0x0f // the first number is 4095, above q
		for name, bits := range map[string][]byte{"short": public[1:], "long": append(bytes.Clone(public), 0), "out of range": large, "empty": nil} {
			_, err := ParsePublicKey(encodeSPKI(Identifier{OID: row.oid}, bits))
			if _, malformed := errors.AsType[*KeyError](err); !malformed {
				t.Errorf("%s, %s: %v", row.name, name, err)
			}
		}
		_, err = ParsePublicKey(encodeSPKI(Identifier{row.oid, nullParameters()}, public))
		if _, malformed := errors.AsType[*ParameterError](err); !malformed {
			t.Errorf("%s, NULL: %v", row.name, err)
		}
	}
	var _ crypto.Decapsulator = (*mlkem.DecapsulationKey768)(nil)
}

// TestKeyEncapsulation goes through all there is to read, and what of it is written.
func TestKeyEncapsulation(t *testing.T) {
	t.Parallel()
	for _, row := range mlkemSets {
		key, err := GenerateKey(row.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{16, 24, 32} {
			e, err := KeyEncapsulationFor(key.Public, size)
			if err != nil {
				t.Fatal(err)
			}
			want := 32
			if row.name == "ml-kem-512" && size == 16 {
				want = 16
			}
			if e.Wrap.KeySize != want || e.KDF.OID != oidHKDFSHA256 {
				t.Errorf("%s for %d octets: %s, %s", row.name, size, e.Wrap.Name, e.KDF.OID)
			}
		}
		for _, d := range kemDerivations {
			for _, w := range aesWraps {
				for _, ukm := range [][]byte{nil, {}, {1, 2, 3}} {
					e, err := FindKeyEncapsulation(Identifier{OID: row.oid}, Identifier{OID: d.oid}, w.Identifier(), w.KeySize)
					if err != nil {
						t.Fatal(err)
					}
					cek := randomBytes(16)
					ciphertext, wrapped, err := e.Encrypt(key.Public, ukm, cek)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := e.Decrypt(key.Decapsulator, key.Public, ciphertext, ukm, wrapped); err != nil || !bytes.Equal(got, cek) {
						t.Fatalf("%s: %x, %v", row.name, got, err)
					}
					if _, err := e.Decrypt(key.Decapsulator, key.Public, ciphertext, []byte{9}, wrapped); err != ErrUnwrap {
						t.Errorf("%s, another ukm: %v", row.name, err)
					}
				}
			}
		}
	}
}

// brokenKEM is a key outside this process.
type brokenKEM struct{ err error }

func (brokenKEM) Encapsulator() crypto.Encapsulator    { return nil }
func (b brokenKEM) Decapsulate([]byte) ([]byte, error) { return nil, b.err }

func TestKeyEncapsulationRefuses(t *testing.T) {
	t.Parallel()
	key, err := GenerateKey("ml-kem-768")
	if err != nil {
		t.Fatal(err)
	}
	other, err := GenerateKey("ml-kem-768")
	if err != nil {
		t.Fatal(err)
	}
	large, err := GenerateKey("ml-kem-1024")
	if err != nil {
		t.Fatal(err)
	}
	e, err := KeyEncapsulationFor(key.Public, 32)
	if err != nil {
		t.Fatal(err)
	}
	ciphertext, wrapped, err := e.Encrypt(key.Public, nil, randomBytes(32))
	if err != nil {
		t.Fatal(err)
	}
	flip := func(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 4; return b }
	parameter, unsupported := new(*ParameterError), new(*UnsupportedError)
	for _, test := range []struct {
		name                string
		key                 crypto.Decapsulator
		own                 *PublicKey
		ciphertext, wrapped []byte
		want                any // nil is ErrUnwrap
	}{
		{"another key", other.Decapsulator, other.Public, ciphertext, wrapped, nil},
		{"ciphertext changed", key.Decapsulator, key.Public, flip(ciphertext), wrapped, nil},
		{"key changed", key.Decapsulator, key.Public, ciphertext, flip(wrapped), nil},
		{"key cut", key.Decapsulator, key.Public, ciphertext, wrapped[:16], nil},
		{"failure", brokenKEM{errors.New("x")}, key.Public, ciphertext, wrapped, nil},
		{"ciphertext cut", key.Decapsulator, key.Public, ciphertext[1:], wrapped, parameter},
		{"no ciphertext", key.Decapsulator, key.Public, nil, wrapped, parameter},
		{"another set", large.Decapsulator, large.Public, ciphertext, wrapped, parameter},
		{"no key", nil, key.Public, ciphertext, wrapped, unsupported},
	} {
		_, err := e.Decrypt(test.key, test.own, test.ciphertext, nil, test.wrapped)
		if test.want == nil && err != ErrUnwrap || test.want != nil && !errors.As(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := e.Decrypt(brokenKEM{ErrKeyUnavailable}, key.Public, ciphertext, nil, wrapped); !errors.Is(err, ErrKeyUnavailable) {
		t.Errorf("key out of reach: %v", err)
	}
	if _, _, err := e.Encrypt(large.Public, nil, randomBytes(32)); err == nil {
		t.Error("encrypted to a key of another set")
	}
	kem, kdf, wrap := Identifier{OID: key.Public.Identifier.OID}, Identifier{OID: oidHKDFSHA256}, aesWraps[0].Identifier()
	for _, test := range []struct {
		name           string
		kem, kdf, wrap Identifier
		size           int
		want           any
	}{
		{"unknown KEM", Identifier{OID: MustOID("1.0.18033.2.2.4")}, kdf, wrap, 32, unsupported},
		{"KEM with NULL", Identifier{kem.OID, nullParameters()}, kdf, wrap, 32, parameter},
		{"KDF3", kem, Identifier{OID: MustOID("1.3.133.16.840.9.44.1.2")}, wrap, 32, unsupported},
		{"HKDF with NULL", kem, Identifier{kdf.OID, nullParameters()}, wrap, 32, parameter},
		{"unknown wrap", kem, kdf, Identifier{OID: MustOID("1.2.3")}, 32, unsupported},
		{"length of another wrap", kem, kdf, wrap, 16, parameter},
		{"no length", kem, kdf, wrap, 0, parameter},
	} {
		if _, err := FindKeyEncapsulation(test.kem, test.kdf, test.wrap, test.size); !errors.As(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestKeyEncapsulationInfo pins the input of the key derivation (RFC 9936, Section
// 2.2.1).
func TestKeyEncapsulationInfo(t *testing.T) {
	t.Parallel()
	for info, make := range map[string]struct {
		wrap int
		ukm  []byte
	}{
		"3010300b0609608648016503040105020110":                         {16, nil},
		"3010300b060960864801650304012d020120":                         {32, nil},
		"301c300b060960864801650304012d020120a00a04080102030405060708": {32, []byte{1, 2, 3, 4, 5, 6, 7, 8}},
	} {
		wrap, err := KeyWrapFor(make.wrap)
		if err != nil {
			t.Fatal(err)
		}
		e, err := FindKeyEncapsulation(Identifier{OID: mlkemSets[0].oid}, Identifier{OID: oidHKDFSHA256}, wrap.Identifier(), make.wrap)
		if err != nil {
			t.Fatal(err)
		}
		secret := randomBytes(32)
		want, err := deriveHKDF(sha256Digest.New, secret, nil, decodeHex(t, info), make.wrap)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.kek(secret, make.ukm); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: other input", info)
		}
	}
}
