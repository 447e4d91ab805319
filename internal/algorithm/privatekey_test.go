package algorithm

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// standardKey says whether crypto/x509 knows keys of that name.
func standardKey(name string) bool {
	return strings.HasPrefix(name, "rsa-") || strings.HasPrefix(name, "p-") || strings.HasSuffix(name, "25519")
}

func againstX509(t *testing.T, made *PrivateKey, der []byte) {
	t.Helper()
	theirs, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatalf("crypto/x509: %v", err)
	}
	if x25519, ok := theirs.(*ecdh.PrivateKey); ok {
		if !x25519.Equal(made.software) {
			t.Error("crypto/x509 reads another key")
		}
	} else if pub, err := PublicKeyOf(theirs.(crypto.Signer).Public()); err != nil || !pub.Equal(made.Public) {
		t.Errorf("crypto/x509 reads another key (%v)", err)
	}
	if own, err := PrivateKeyOf(theirs); err != nil || !own.Public.Equal(made.Public) {
		t.Errorf("PrivateKeyOf: %v", err)
	}
}

func TestPrivateKeyRoundTrip(t *testing.T) {
	t.Parallel()
	for _, name := range KeyNames() {
		if name == "rsa-3072" || name == "rsa-4096" {
			continue // seconds to make, and the same row
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made := testKey(t, name)
			if made.Public.Name != name {
				t.Errorf("got a key named %s", made.Public.Name)
			}
			der, err := made.PKCS8()
			if err != nil {
				t.Fatal(err)
			}
			key, err := ParsePrivateKey(der)
			if err != nil {
				t.Fatal(err)
			}
			if !key.Public.Equal(made.Public) {
				t.Error("another key came back")
			}
			if again, err := key.PKCS8(); err != nil || !bytes.Equal(again, der) {
				t.Errorf("written differently the second time (%v)", err)
			}
			if own, err := PrivateKeyOf(made.software); err != nil || !own.Public.Equal(made.Public) {
				t.Errorf("PrivateKeyOf: %v", err)
			}
			if standardKey(name) {
				againstX509(t, made, der)
			}
			for cut := range der {
				if _, err := ParsePrivateKey(der[:cut]); err == nil {
					t.Fatalf("read from its first %d octets", cut)
				}
			}
			if _, err := ParsePrivateKey(append(slices.Clone(der), 0)); err == nil {
				t.Error("read with an octet behind it")
			}
		})
	}
}

func TestGenerateKeyRefuses(t *testing.T) {
	t.Parallel()
	var unsupported *UnsupportedError
	for _, name := range []string{"", "rsa-1024", "rsa", "P-256", "dsa"} {
		if _, err := GenerateKey(name); !errors.As(err, &unsupported) {
			t.Errorf("GenerateKey(%q): got %v, want an UnsupportedError", name, err)
		}
	}
}

func TestOldKeyForms(t *testing.T) {
	t.Parallel()
	rsaKey, ecKey := testKey(t, "rsa-2048"), testKey(t, "p-384")
	sec1, err := x509.MarshalECPrivateKey(ecKey.software.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		der  []byte
		want *PublicKey
	}{
		"PKCS#1": {x509.MarshalPKCS1PrivateKey(rsaKey.software.(*rsa.PrivateKey)), rsaKey.Public},
		"SEC 1":  {sec1, ecKey.Public},
	} {
		key, err := ParsePrivateKey(tt.der)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(key.Public.SPKI, tt.want.SPKI) {
			t.Errorf("%s: got another public key", name)
		}
	}
}

// RFC 8410, Section 10.3.
func TestRFC8410Keys(t *testing.T) {
	t.Parallel()
	decode := func(s string) []byte {
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	public, err := ParsePublicKey(decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="))
	if err != nil {
		t.Fatal(err)
	}
	v2 := decode("MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhCoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
	for name, der := range map[string][]byte{
		"without public key": decode("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"),
		"with public key":    v2,
	} {
		key, err := ParsePrivateKey(der)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !key.Public.Equal(public) {
			t.Errorf("%s: got another public key", name)
		}
	}
	wrong := slices.Clone(v2)
	wrong[len(wrong)-1] ^= 1
	if _, err := ParsePrivateKey(wrong); err == nil {
		t.Error("a wrong public key beside it was taken")
	}
}

func TestPublicKeyInPKCS8(t *testing.T) {
	t.Parallel()
	key, other := testKey(t, "ed25519"), testKey(t, "p-256")
	_, octets, _ := encodeEd25519PrivateKey(key.software)
	id := key.Public.Identifier
	implicit := asn1.Tag(1).ContextSpecific()
	bitString := func(tag asn1.Tag, bits []byte) func(b *cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) {
			b.AddASN1(tag, func(b *cryptobyte.Builder) {
				b.AddUint8(0)
				b.AddBytes(bits)
			})
		}
	}
	tests := []struct {
		name    string
		version int64
		rest    func(b *cryptobyte.Builder)
		ok      bool
	}{
		{"right", 1, bitString(implicit, key.Public.bits), true},
		{"right, version 0", 0, bitString(implicit, key.Public.bits), true},
		{"none, version 1", 1, nil, true},
		{"version 2", 2, nil, false},
		{"of another kind", 1, bitString(implicit, other.Public.bits), false},
		{"empty", 1, bitString(implicit, nil), false},
		{"unused bits", 1, func(b *cryptobyte.Builder) { b.AddBytes([]byte{0x81, 2, 1, 0}) }, false},
		{"explicit, as ring writes it", 1, func(b *cryptobyte.Builder) {
			b.AddASN1(implicit.Constructed(), bitString(asn1.BIT_STRING, key.Public.bits))
		}, true},
		{"explicit and wrong", 1, func(b *cryptobyte.Builder) {
			b.AddASN1(implicit.Constructed(), bitString(asn1.BIT_STRING, make([]byte, 32)))
		}, false},
		{"explicit and empty", 1, func(b *cryptobyte.Builder) { b.AddBytes([]byte{0xa1, 0}) }, false},
		{"something follows", 1, func(b *cryptobyte.Builder) { b.AddASN1NULL() }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParsePrivateKey(oneAsymmetricKey(tt.version, id, octets, tt.rest))
			if (err == nil) != tt.ok {
				t.Fatalf("got %v, want ok %v", err, tt.ok)
			}
			if err == nil && !got.Public.Equal(key.Public) {
				t.Error("got another key")
			}
		})
	}
}

func TestRSAPrivateKeys(t *testing.T) {
	t.Parallel()
	k := rawOf(testKey(t, "rsa-2048"))
	set := func(i int, x *big.Int) func([]*big.Int) {
		return func(numbers []*big.Int) { numbers[i] = x }
	}
	add := func(x *big.Int, n int64) *big.Int { return new(big.Int).Add(x, big.NewInt(n)) }
	tests := []struct {
		name string
		der  []byte
		ok   bool
	}{
		{"good", k.pkcs1(nil), true},
		{"primes in the other order", k.pkcs1(func(x []*big.Int) { x[3], x[4] = x[4], x[3] }), true},
		{"CRT numbers that are wrong are computed again", k.pkcs1(set(5, big.NewInt(7))), true},
		{"modulus is not p*q", k.pkcs1(set(0, add(k.n, 2))), false},
		{"wrong private exponent", k.pkcs1(set(2, add(k.d, 2))), false},
		{"private exponent 0", k.pkcs1(set(2, new(big.Int))), false},
		{"huge private exponent", k.pkcs1(set(2, new(big.Int).Lsh(k.d, 100))), false},
		{"other public exponent", k.pkcs1(set(1, big.NewInt(3))), false},
		{"no primes", k.pkcs1(func(x []*big.Int) { x[3], x[4] = new(big.Int), new(big.Int) }), false},
		{"1 and n as primes", k.pkcs1(func(x []*big.Int) { x[3], x[4] = big.NewInt(1), k.n }), false},
		{"negative prime", k.pkcs1(set(3, new(big.Int).Neg(k.primes[0]))), false},
		{"modulus of 512 bits", smallRSA().pkcs1(nil), true},
		{"three primes", newRawRSA(t, 1024, big.NewInt(65537), 3).pkcs1(nil), true},
		{"1 as the third prime", (&rawRSA{k.n, k.e, k.d, []*big.Int{k.primes[0], k.primes[1], big.NewInt(1)}}).pkcs1(nil), false},
		{"six primes", newRawRSA(t, 1024, big.NewInt(65537), 6).pkcs1(nil), false},
		{"exponent of 33 bits", newRawRSA(t, 512, big.NewInt(1<<32+15), 2).pkcs1(nil), false},
		{"version 2", bytes.Replace(k.pkcs1(nil), []byte{2, 1, 0, 2}, []byte{2, 1, 2, 2}, 1), false},
		{"version 1 without other primes", bytes.Replace(k.pkcs1(nil), []byte{2, 1, 0, 2}, []byte{2, 1, 1, 2}, 1), false},
		{"empty", []byte{0x30, 6, 2, 1, 0, 2, 1, 0}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			key, err := ParsePrivateKey(tt.der)
			if (err == nil) != tt.ok {
				t.Fatalf("got %v, want ok %v", err, tt.ok)
			}
			if err != nil {
				return
			}
			der, err := key.PKCS8()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ParsePrivateKey(der); err != nil || !again.Public.Equal(key.Public) {
				t.Errorf("does not come back from PKCS#8: %v", err)
			}
		})
	}
}

// Numbers beyond the modulus are refused before they are multiplied.
func TestRSAPrivateKeySizesComeFirst(t *testing.T) {
	t.Parallel()
	k := smallRSA()
	huge := new(big.Int).Lsh(big.NewInt(1), 1_000_000)
	for i, want := range map[int]string{2: "private exponent is larger than the modulus", 3: "a prime is missing or too large", 4: "a prime is missing or too large"} {
		_, err := ParsePrivateKey(k.pkcs1(func(numbers []*big.Int) { numbers[i] = huge }))
		var malformed *KeyError
		if !errors.As(err, &malformed) || malformed.Detail != want {
			t.Errorf("number %d: got %v, want %s", i, err, want)
		}
	}
}

// Three primes: the private exponent must fit each of them.
func TestMultiPrimeKeyIsChecked(t *testing.T) {
	t.Parallel()
	k := newRawRSA(t, 1024, big.NewInt(65537), 3)
	key, err := ParsePrivateKey(k.pkcs1(nil))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256Digest.sum([]byte("message"))
	sig, err := key.Signer.Sign(rand.Reader, sum, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if err := newPKCS1v15(sha256Digest).Verify(key.Public, Message{Sum: sum}, sig); err != nil {
		t.Error(err)
	}
	if _, err := ParsePrivateKey(k.pkcs1(func(x []*big.Int) { x[2] = new(big.Int).Add(k.d, big.NewInt(2)) })); err == nil {
		t.Error("a wrong private exponent was taken")
	}
}

// Old recipients' keys below 1024 bits decrypt where the program allows
// crypto/rsa to use them.
func TestSmallRSAKeyDecrypts(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := ParsePrivateKey(smallRSA().pkcs1(nil))
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 this is what old mail is encrypted with
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, key.Public.Key.(*rsa.PublicKey), []byte("content key"))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := key.Decrypter.Decrypt(rand.Reader, sealed, nil)
	if err != nil || string(opened) != "content key" {
		t.Errorf("got %q, %v", opened, err)
	}
}

func TestRestrictedRSAPrivateKey(t *testing.T) {
	t.Parallel()
	plain := testKey(t, "rsa-2048")
	octets := rawOf(plain).pkcs1(nil)
	pss := (&pssParameters{hash: sha256Digest, mgf: sha256Digest, salt: 32}).identifier()
	for name, id := range map[string]Identifier{"pss": pss, "oaep": {OID: oidRSAESOAEP}} {
		der := oneAsymmetricKey(0, id, octets, nil)
		key, err := ParsePrivateKey(der)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if (key.Signer != nil) != (name == "pss") || (key.Decrypter != nil) != (name == "oaep") {
			t.Errorf("%s: signer %v, decrypter %v", name, key.Signer != nil, key.Decrypter != nil)
		}
		if !key.Public.Equal(plain.Public) {
			t.Errorf("%s: not the same key any more", name)
		}
		// The restriction is kept when the key is written again.
		if again, err := key.PKCS8(); err != nil || !bytes.Contains(again, id.DER()) {
			t.Errorf("%s: restriction is lost (%v)", name, err)
		}
	}
}

func TestECPrivateKeys(t *testing.T) {
	t.Parallel()
	key, other := testKey(t, "p-256"), testKey(t, "p-384")
	scalar, err := key.software.(*ecdsa.PrivateKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	p256, p384 := key.Public.Identifier, other.Public.Identifier
	order := key.Public.Key.(*ecdsa.PublicKey).Params().N.Bytes()
	build := func(version int64, scalar, curve, public []byte) []byte {
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(version)
			b.AddASN1OctetString(scalar)
			if curve != nil {
				b.AddASN1(asn1.Tag(0).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(curve) })
			}
			if public != nil {
				b.AddASN1(asn1.Tag(1).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddASN1BitString(public) })
			}
		})
		return b.BytesOrPanic()
	}
	oldBitString := func(unused byte) []byte {
		der := build(1, scalar, p256.Parameters, key.Public.bits)
		der[len(der)-len(key.Public.bits)-1] = unused
		return der
	}
	wrap := func(octets []byte) []byte { return oneAsymmetricKey(0, p256, octets, nil) }
	tests := []struct {
		name string
		der  []byte
		ok   bool
	}{
		{"PKCS#8", wrap(build(1, scalar, nil, nil)), true},
		{"PKCS#8 with all inside", wrap(build(1, scalar, p256.Parameters, key.Public.bits)), true},
		{"SEC 1", build(1, scalar, p256.Parameters, key.Public.bits), true},
		{"SEC 1 without public key", build(1, scalar, p256.Parameters, nil), true},
		{"leading zero", build(1, append([]byte{0}, scalar...), p256.Parameters, key.Public.bits), true},
		{"unused bits in the public key, as Bouncy Castle wrote", oldBitString(2), true},
		{"eight unused bits in the public key", oldBitString(8), false},
		{"SEC 1 without a curve", build(1, scalar, nil, nil), false},
		{"another curve inside", wrap(build(1, scalar, p384.Parameters, nil)), false},
		{"no curve at all", oneAsymmetricKey(0, Identifier{OID: oidECPublicKey}, build(1, scalar, nil, nil), nil), false},
		{"explicit curve", build(1, scalar, []byte{0x30, 0}, nil), false},
		{"wrong public key", build(1, scalar, p256.Parameters, testKeyOther(t).bits), false},
		{"public key of another curve", build(1, scalar, p256.Parameters, other.Public.bits), false},
		{"no point as public key", build(1, scalar, p256.Parameters, []byte{4, 1}), false},
		{"scalar 0", build(1, make([]byte, 32), p256.Parameters, nil), false},
		{"scalar is the order", build(1, order, p256.Parameters, nil), false},
		{"scalar too long", build(1, append([]byte{1}, scalar...), p256.Parameters, nil), false},
		{"no scalar", build(1, nil, p256.Parameters, nil), false},
		{"version 0", build(0, scalar, p256.Parameters, nil), false},
		{"version 2", build(2, scalar, p256.Parameters, nil), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParsePrivateKey(tt.der)
			if (err == nil) != tt.ok {
				t.Fatalf("got %v, want ok %v", err, tt.ok)
			}
			if err == nil && !bytes.Equal(got.Public.SPKI, key.Public.SPKI) {
				t.Error("got another key")
			}
		})
	}
	// Leading zeros that were left out: the private key 1.
	short, err := ParsePrivateKey(build(1, []byte{1}, p256.Parameters, nil))
	if err != nil {
		t.Fatal(err)
	}
	g := key.Public.Key.(*ecdsa.PublicKey).Params()
	if k := short.Public.Key.(*ecdsa.PublicKey); k.X.Cmp(g.Gx) != 0 || k.Y.Cmp(g.Gy) != 0 {
		t.Error("the private key 1 does not give the base point")
	}
}

func testKeyOther(t *testing.T) *PublicKey {
	t.Helper()
	key, err := GenerateKey("p-256")
	if err != nil {
		t.Fatal(err)
	}
	return key.Public
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	t.Parallel()
	null := nullParameters()
	seed := encodeCurvePrivateKey(make([]byte, 32))
	var unsupported *UnsupportedError
	var malformed *KeyError
	var parameter *ParameterError
	tests := []struct {
		name string
		der  []byte
		want any
	}{
		{"nothing", nil, &malformed},
		{"empty SEQUENCE", []byte{0x30, 0}, &malformed},
		{"encrypted", []byte{0x30, 8, 0x30, 4, 6, 2, 0x2a, 3, 4, 0}, &malformed},
		{"only a version", []byte{0x30, 3, 2, 1, 0}, &malformed},
		{"version and NULL", []byte{0x30, 5, 2, 1, 0, 5, 0}, &malformed},
		{"DSA of five numbers", []byte{0x30, 18, 2, 1, 0, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1}, &malformed},
		{"unknown algorithm", oneAsymmetricKey(0, Identifier{OID: MustOID("1.2.3")}, seed, nil), &unsupported},
		{"Ed25519 with NULL", oneAsymmetricKey(0, Identifier{oidEd25519, null}, seed, nil), &parameter},
		{"Ed25519 without inner OCTET STRING", oneAsymmetricKey(0, Identifier{OID: oidEd25519}, make([]byte, 32), nil), &malformed},
		{"Ed25519 of 64 octets", oneAsymmetricKey(0, Identifier{OID: oidEd25519}, encodeCurvePrivateKey(make([]byte, 64)), nil), &malformed},
		{"X25519 of 31 octets", oneAsymmetricKey(0, Identifier{OID: oidX25519}, encodeCurvePrivateKey(make([]byte, 31)), nil), &malformed},
		{"X25519 with NULL", oneAsymmetricKey(0, Identifier{oidX25519, null}, seed, nil), &parameter},
		{"RSA with parameters", oneAsymmetricKey(0, Identifier{oidRSAEncryption, []byte{0x30, 0}}, smallRSA().pkcs1(nil), nil), &parameter},
		{"RSA with something behind", oneAsymmetricKey(0, Identifier{oidRSAEncryption, null}, append(smallRSA().pkcs1(nil), 0), nil), &malformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParsePrivateKey(tt.der)
			if !errors.As(err, tt.want) {
				t.Errorf("got %T %v, want a %T", err, err, tt.want)
			}
		})
	}
	var noRSA *rsa.PrivateKey
	var noEC *ecdsa.PrivateKey
	var noECDH *ecdh.PrivateKey
	for _, key := range []any{nil, 1, noRSA, noEC, noECDH, &rsa.PrivateKey{}, &ecdsa.PrivateKey{}, ed25519.PrivateKey{1}} {
		if _, err := PrivateKeyOf(key); err == nil {
			t.Errorf("PrivateKeyOf(%T): got a key", key)
		}
	}
}

func TestPKCS8OfAKeyElsewhere(t *testing.T) {
	t.Parallel()
	soft := testKey(t, "p-256")
	token := &PrivateKey{Public: soft.Public, Signer: soft.Signer}
	var unsupported *UnsupportedError
	if _, err := token.PKCS8(); !errors.As(err, &unsupported) {
		t.Errorf("got %v, want an UnsupportedError", err)
	}
}

func TestECDHKeyOfNISTCurve(t *testing.T) {
	t.Parallel()
	k, err := ecdh.P384().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := PrivateKeyOf(k)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(key.Public.bits, k.PublicKey().Bytes()) || key.Agreement == nil || key.Signer == nil {
		t.Error("not the same key")
	}
}

// A file whose numbers for the Chinese remainder theorem are wrong has a key all
// the same: it must sign what its public key verifies.
func TestRSAWrongCRTNumbers(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der := x509.MarshalPKCS1PrivateKey(key)
	dq := key.Precomputed.Dq.Bytes()
	at := bytes.LastIndex(der, dq)
	if at < 0 {
		t.Fatal("no dQ in the file")
	}
	der[at+len(dq)-1] ^= 2
	read, err := ParsePrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := SignatureFor(read.Public, SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	message := Message{Bytes: []byte("text")}
	sig, err := scheme.Sign(read.Signer, message)
	if err != nil {
		t.Fatal(err)
	}
	if err := scheme.Verify(read.Public, message, sig); err != nil {
		t.Error(err)
	}
}
