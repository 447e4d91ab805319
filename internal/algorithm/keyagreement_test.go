package algorithm

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
)

// agreementVector is a paragraph of testdata/keyagreement.txt.
type agreementVector struct {
	name, key, originator, point, ukm, algorithm, encrypted string
	hasUKM                                                  bool
}

func agreementVectors(t testing.TB) []agreementVector {
	t.Helper()
	text, err := os.ReadFile("testdata/keyagreement.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []agreementVector
	for _, paragraph := range strings.Split(string(text), "\n\n") {
		var v agreementVector
		for _, line := range strings.Split(paragraph, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			if field, ok := map[string]*string{
				"name": &v.name, "key": &v.key, "originator": &v.originator, "point": &v.point,
				"ukm": &v.ukm, "algorithm": &v.algorithm, "encrypted": &v.encrypted,
			}[name]; ok {
				*field = value
				v.hasUKM = v.hasUKM || name == "ukm"
			}
		}
		if v.name != "" {
			out = append(out, v)
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %d vectors", len(out))
	}
	return out
}

func TestKeyAgreementOfOthers(t *testing.T) {
	t.Parallel()
	for _, v := range agreementVectors(t) {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			key, err := ParsePrivateKey(decodeHex(t, v.key))
			if err != nil {
				t.Fatal(err)
			}
			id, err := ParseIdentifier(decodeHex(t, v.algorithm))
			if err != nil {
				t.Fatal(err)
			}
			a, err := FindKeyAgreement(id)
			if err != nil {
				t.Fatal(err)
			}
			origin, err := ParseIdentifier(decodeHex(t, v.originator))
			if err != nil {
				t.Fatal(err)
			}
			from := OriginatorKey{Identifier: origin, Key: decodeHex(t, v.point)}
			var ukm []byte
			if v.hasUKM {
				ukm = decodeHex(t, v.ukm)
			}
			encrypted := decodeHex(t, v.encrypted)
			cek, err := a.Decrypt(key.Agreement, key.Public, from, ukm, encrypted)
			if err != nil {
				t.Fatalf("%s: %v", a.Name, err)
			}
			if want := len(encrypted) - 8; len(cek) != want && len(cek) != want-8 {
				t.Errorf("key of %d octets", len(cek))
			}
			covers(t, row{"key-agreement", a.Name, a.Identifier.OID}, "testdata/keyagreement.txt")
			for name, try := range map[string]func() ([]byte, error){
				"encrypted key": func() ([]byte, error) {
					return a.Decrypt(key.Agreement, key.Public, from, ukm, flipLast(encrypted))
				},
				"ukm": func() ([]byte, error) {
					return a.Decrypt(key.Agreement, key.Public, from, append(bytes.Clone(ukm), 1), encrypted)
				},
				"no encrypted key": func() ([]byte, error) { return a.Decrypt(key.Agreement, key.Public, from, ukm, nil) },
			} {
				if got, err := try(); err != ErrUnwrap {
					t.Errorf("%s changed: got %x, %v; want ErrUnwrap itself", name, got, err)
				}
			}
		})
	}
}

func TestKeyAgreementRoundTrip(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, name string }{
		{"p-256", "ecdh-sha256kdf"}, {"p-384", "ecdh-sha384kdf"}, {"p-521", "ecdh-sha512kdf"}, {"x25519", "x25519-hkdf-sha256"},
	} {
		t.Run(test.key, func(t *testing.T) {
			t.Parallel()
			key := testKey(t, test.key)
			for _, size := range []int{16, 24, 32} {
				for _, ukm := range [][]byte{nil, {}, randomBytes(32)} {
					a, err := KeyAgreementFor(key.Public, size)
					if err != nil {
						t.Fatal(err)
					}
					if a.Name != test.name || a.Wrap.KeySize != size || a.Status != Current {
						t.Errorf("got %s with %s", a.Name, a.Wrap.Name)
					}
					cek := randomBytes(size)
					from, sealed, err := a.Encrypt(key.Public, ukm, cek)
					if err != nil {
						t.Fatal(err)
					}
					if from.Identifier.Parameters != nil || from.Identifier.OID != key.Public.Identifier.OID {
						t.Errorf("originator %x", from.Identifier.DER())
					}
					read, err := FindKeyAgreement(a.Identifier)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := read.Decrypt(key.Agreement, key.Public, from, ukm, sealed); err != nil || !bytes.Equal(got, cek) {
						t.Errorf("got %x, %v; want %x", got, err, cek)
					}
					again, _, err := a.Encrypt(key.Public, ukm, cek)
					if err != nil || bytes.Equal(again.Key, from.Key) {
						t.Error("the ephemeral key is not fresh")
					}
				}
			}
		})
	}
}

// TestKeyAgreementEveryRow computes every agreement with every kind of key and
// every key wrap that is written.
func TestKeyAgreementEveryRow(t *testing.T) {
	t.Parallel()
	for row := range keyAgreements.rows() {
		for _, w := range keyWraps {
			a, err := row.with(Identifier{OID: row.oid, Parameters: w.Identifier().DER()})
			if err != nil {
				t.Fatal(err)
			}
			if a.Status != max(row.status, w.Status) {
				t.Errorf("%s with %s: status %v", a.Name, w.Name, a.Status)
			}
			if w.wrap == nil {
				continue
			}
			for _, name := range []string{"p-256", "p-384", "p-521", "x25519"} {
				key := testKey(t, name)
				cek := randomBytes(16)
				from, sealed, err := a.Encrypt(key.Public, []byte("ukm"), cek)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := a.Decrypt(key.Agreement, key.Public, from, []byte("ukm"), sealed); err != nil || !bytes.Equal(got, cek) {
					t.Errorf("%s, %s, %s: %x, %v", a.Name, w.Name, name, got, err)
				}
			}
		}
	}
}

// sealWith encrypts as a sender with other habits does.
func sealWith(t *testing.T, a *KeyAgreement, pub *PublicKey, keyInfo Identifier, ukm, salt, cek []byte) (OriginatorKey, []byte) {
	t.Helper()
	row, err := findOriginator(pub)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := ecdhKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	ephemeral, err := remote.Curve().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := ephemeral.ECDH(remote)
	if err != nil {
		t.Fatal(err)
	}
	kek, err := a.kek(secret, keyInfo, ukm, salt)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := a.Wrap.Wrap(kek, cek)
	if err != nil {
		t.Fatal(err)
	}
	return OriginatorKey{Identifier: Identifier{OID: row.oid}, Key: ephemeral.PublicKey().Bytes()}, wrapped
}

func TestKeyAgreementQuirks(t *testing.T) {
	t.Parallel()
	absent := aesWraps[1].Identifier()
	null := Identifier{OID: absent.OID, Parameters: nullParameters()}
	ukm := []byte("user keying material")
	for _, test := range []struct {
		name, key, agreement string
		message, keyInfo     Identifier
		salt                 []byte
	}{
		{"as written", "p-256", "1.3.132.1.11.1", absent, absent, ukm},
		{"NULL in both", "p-256", "1.3.132.1.11.1", null, null, ukm},
		{"NULL in the message", "p-256", "1.3.132.1.11.1", null, absent, ukm},
		{"NULL in keyInfo", "p-256", "1.3.132.1.11.1", absent, null, ukm},
		{"HKDF as written", "x25519", "1.2.840.113549.1.9.16.3.19", absent, absent, ukm},
		{"HKDF without salt", "x25519", "1.2.840.113549.1.9.16.3.19", absent, absent, nil},
		{"HKDF without salt, NULL in keyInfo", "x25519", "1.2.840.113549.1.9.16.3.19", absent, null, nil},
		{"HKDF on P-256", "p-256", "1.2.840.113549.1.9.16.3.20", absent, absent, ukm},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			key := testKey(t, test.key)
			a, err := FindKeyAgreement(Identifier{OID: MustOID(test.agreement), Parameters: test.message.DER()})
			if err != nil {
				t.Fatal(err)
			}
			cek := randomBytes(16)
			from, sealed := sealWith(t, a, key.Public, test.keyInfo, ukm, test.salt, cek)
			if got, err := a.Decrypt(key.Agreement, key.Public, from, ukm, sealed); err != nil || !bytes.Equal(got, cek) {
				t.Errorf("got %x, %v; want %x", got, err, cek)
			}
			if got, err := a.Decrypt(key.Agreement, key.Public, from, nil, sealed); err != ErrUnwrap {
				t.Errorf("without the ukm: got %x, %v", got, err)
			}
		})
	}
}

func TestOriginatorKeyForms(t *testing.T) {
	t.Parallel()
	key := testKey(t, "p-256")
	a, err := KeyAgreementFor(key.Public, 16)
	if err != nil {
		t.Fatal(err)
	}
	cek := randomBytes(16)
	from, sealed, err := a.Encrypt(key.Public, nil, cek)
	if err != nil {
		t.Fatal(err)
	}
	point, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), from.Key)
	if err != nil {
		t.Fatal(err)
	}
	compressed := elliptic.MarshalCompressed(elliptic.P256(), point.X, point.Y)
	hybrid := bytes.Clone(from.Key)
	hybrid[0] = 6 | hybrid[len(hybrid)-1]&1
	prefixed := append([]byte{4, byte(len(from.Key))}, from.Key...) // an OCTET STRING inside
	p384 := testKey(t, "p-384").Public.Key.(*ecdsa.PublicKey)
	p384Point, _ := p384.ECDH()
	big := bytes.Clone(from.Key) // x + p is no coordinate
	for i := range 32 {
		big[1+i] = 0xff
	}
	ec := func(parameters string) Identifier {
		return Identifier{OID: oidECPublicKey, Parameters: decodeHex(t, parameters)}
	}
	const p256 = "06082a8648ce3d030107"
	for _, test := range []struct {
		name  string
		id    Identifier
		point []byte
		good  bool
	}{
		{"parameters absent", ec(""), from.Key, true},
		{"parameters NULL", ec("0500"), from.Key, true}, // QUIRK
		{"curve named", ec(p256), from.Key, true},
		{"compressed", ec(""), compressed, true},
		{"compressed, curve named", ec(p256), compressed, true},
		{"another curve named", ec("06052b81040022"), from.Key, false},
		{"explicit parameters", ec("3000"), from.Key, false},
		{"a point of another curve", ec(""), p384Point.Bytes(), false},
		{"off the curve", ec(""), flipLast(from.Key), false},
		{"the sign changed", ec(""), append([]byte{compressed[0] ^ 4}, compressed[1:]...), false},
		{"hybrid", ec(""), hybrid, false},
		{"infinity", ec(""), []byte{0}, false},
		{"infinity in full", ec(""), append([]byte{4}, make([]byte, 64)...), false},
		{"empty", ec(""), nil, false},
		{"cut", ec(""), from.Key[:64], false},
		{"longer", ec(""), append(bytes.Clone(from.Key), 0), false},
		{"compressed cut", ec(""), compressed[:32], false},
		{"compressed off the field", ec(""), append([]byte{2}, bytes.Repeat([]byte{0xff}, 32)...), false},
		{"coordinate too large", ec(""), big, false},
		{"OCTET STRING inside", ec(""), prefixed, false},
		{"X25519", Identifier{OID: oidX25519}, from.Key[:32], false},
		{"RSA", Identifier{OID: oidRSAEncryption}, from.Key, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := a.Decrypt(key.Agreement, key.Public, OriginatorKey{test.id, test.point}, nil, sealed)
			var malformed *ParameterError
			if test.good && (err != nil || !bytes.Equal(got, cek)) {
				t.Errorf("got %x, %v; want %x", got, err, cek)
			}
			if !test.good && !errors.As(err, &malformed) {
				t.Errorf("got %x, %v; want *ParameterError", got, err)
			}
		})
	}
}

// weakAgreement is a key outside this process that does not test for zeros.
type weakAgreement struct{ err error }

func (w weakAgreement) ECDH(*ecdh.PublicKey) ([]byte, error) { return make([]byte, 32), w.err }

func TestX25519Originator(t *testing.T) {
	t.Parallel()
	key := testKey(t, "x25519")
	a, err := KeyAgreementFor(key.Public, 32)
	if err != nil {
		t.Fatal(err)
	}
	from, sealed, err := a.Encrypt(key.Public, nil, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range []string{ // small order, RFC 7748, Section 7 and the usual list
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		small := OriginatorKey{Identifier: from.Identifier, Key: decodeHex(t, point)}
		if got, err := a.Decrypt(key.Agreement, key.Public, small, nil, sealed); err != ErrUnwrap {
			t.Errorf("%s: got %x, %v; want ErrUnwrap", point, got, err)
		}
	}
	// The key-encryption key of a secret of zeros, as an attacker computes it.
	kek, err := a.kek(make([]byte, 32), a.wrapID, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := a.Wrap.Wrap(kek, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Decrypt(weakAgreement{}, key.Public, from, nil, forged); err != ErrUnwrap {
		t.Errorf("secret of zeros: got %x, %v", got, err)
	}
	if _, err := a.Decrypt(weakAgreement{ErrKeyUnavailable}, key.Public, from, nil, sealed); !errors.Is(err, ErrKeyUnavailable) {
		t.Errorf("a token that is gone: %v", err)
	}
	if _, err := a.Decrypt(weakAgreement{errors.New("no")}, key.Public, from, nil, sealed); err != ErrUnwrap {
		t.Errorf("a token that fails: %v", err)
	}
	var malformed *ParameterError
	for name, bad := range map[string]OriginatorKey{
		"31 octets":       {from.Identifier, from.Key[:31]},
		"33 octets":       {from.Identifier, append(bytes.Clone(from.Key), 0)},
		"empty":           {from.Identifier, nil},
		"curve named":     {Identifier{OID: oidX25519, Parameters: decodeHex(t, "06082a8648ce3d030107")}, from.Key},
		"id-ecPublicKey":  {Identifier{OID: oidECPublicKey}, from.Key},
		"no algorithm":    {Identifier{}, from.Key},
		"point of P-256":  {Identifier{OID: oidECPublicKey}, append([]byte{4}, make([]byte, 64)...)},
		"another RFC8410": {Identifier{OID: MustOID("1.3.101.111")}, make([]byte, 56)},
	} {
		if _, err := a.Decrypt(key.Agreement, key.Public, bad, nil, sealed); !errors.As(err, &malformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeyAgreementRefuses(t *testing.T) {
	t.Parallel()
	var malformed *ParameterError
	var unsupported *UnsupportedError
	const std = "1.3.132.1.11.1"
	for _, test := range []struct {
		name, oid, parameters string
		as                    any
	}{
		{"no parameters", std, "", &malformed},
		{"NULL", std, "0500", &malformed},
		{"no SEQUENCE", std, "0403010203", &malformed},
		{"something behind", std, "300b06096086480165030401050500", &malformed},
		{"parameters of the wrap", std, "300e0609608648016503040105040100", &malformed},
		{"unknown wrap", std, "300306012a", &unsupported},
		{"RC2 wrap", std, "300f060b2a864886f70d01091003070500", &unsupported},
		{"AES-CBC as wrap", std, "300b0609608648016503040102", &unsupported},
		{"unknown agreement", "1.2.3", "300b0609608648016503040105", &unsupported},
		{"X9.42", "1.2.840.113549.1.9.16.3.5", "300f060b2a864886f70d01091003060500", &unsupported},
		{"ECMQV", "1.3.132.1.15.1", "300b0609608648016503040105", &unsupported},
	} {
		if a, err := FindKeyAgreement(Identifier{OID: MustOID(test.oid), Parameters: decodeHex(t, test.parameters)}); !errors.As(err, test.as) || a != nil {
			t.Errorf("%s: got %v, %v", test.name, a, err)
		}
	}
	for _, name := range []string{"rsa-2048", "ed25519"} {
		if _, err := KeyAgreementFor(testKey(t, name).Public, 16); !errors.As(err, &unsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, size := range []int{0, 8, 15, 20, 64} {
		if _, err := KeyAgreementFor(testKey(t, "p-256").Public, size); !errors.As(err, &unsupported) {
			t.Errorf("key of %d: %v", size, err)
		}
	}
	key := testKey(t, "p-256")
	a, err := KeyAgreementFor(key.Public, 16)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Encrypt(testKey(t, "rsa-2048").Public, nil, make([]byte, 16)); !errors.As(err, &unsupported) {
		t.Errorf("to RSA: %v", err)
	}
	if _, _, err := a.Encrypt(key.Public, nil, make([]byte, 15)); err == nil {
		t.Error("a key of 15 octets was wrapped")
	}
	if _, err := a.Decrypt(nil, key.Public, OriginatorKey{}, nil, nil); !errors.As(err, &unsupported) {
		t.Errorf("without a key: %v", err)
	}
	if _, err := a.Decrypt(key.Agreement, testKey(t, "ed25519").Public, OriginatorKey{}, nil, nil); !errors.As(err, &unsupported) {
		t.Errorf("with Ed25519: %v", err)
	}
}

// TestKeyAgreementIdentifiers: the bytes of spec and capabilities.
func TestKeyAgreementIdentifiers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key  string
		size int
		want string
	}{
		{"p-256", 16, "301506062b8104010b01300b0609608648016503040105"},
		{"p-256", 32, "301506062b8104010b01300b060960864801650304012d"},
		{"x25519", 32, "301a060b2a864886f70d0109100313300b060960864801650304012d"},
	} {
		a, err := KeyAgreementFor(testKey(t, test.key).Public, test.size)
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(a.Identifier.DER()); got != test.want {
			t.Errorf("%s, %d: got %s, want %s", test.key, test.size, got, test.want)
		}
	}
}
