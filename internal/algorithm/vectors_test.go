package algorithm

import (
	"bytes"
	"compress/zlib"
	"crypto/pbkdf2"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm/vectortest"
)

const vectorsFile = "testdata/vectors.txt"

func readID(t testing.TB, r *vectortest.Record) Identifier {
	t.Helper()
	id, err := ParseIdentifier(r.Bytes(t, "algorithm"))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// vectorText is what the records encrypt and compress.
var vectorText = strings.Repeat("Signed mail, sealed mail: ", 3)

// TestVectorSignatures checks signatures of other programs, by keys in their
// encoding; where the private key stands there too, it must be of the same pair.
func TestVectorSignatures(t *testing.T) {
	t.Parallel()
	for _, r := range vectortest.Records(t, "signature") {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			var declared *Digest
			if r.Has("declared") {
				var err error
				if declared, err = DigestByName(r.Text("declared")); err != nil {
					t.Fatal(err)
				}
			}
			s, err := FindSignature(readID(t, r), declared)
			if err != nil {
				t.Fatal(err)
			}
			key, err := ParsePublicKey(r.Bytes(t, "key"))
			if err != nil {
				t.Fatal(err)
			}
			sig := r.Bytes(t, "value")
			if err := s.Verify(key, Message{Bytes: []byte("message")}, sig); err != nil {
				t.Fatalf("made with %s: %v", r.Text("made-with"), err)
			}
			if err := s.Verify(key, Message{Bytes: []byte("massage")}, sig); !errors.Is(err, ErrSignature) {
				t.Errorf("another message: %v", err)
			}
			if err := s.Verify(key, Message{Bytes: []byte("message")}, flipLast(sig)); !errors.Is(err, ErrSignature) {
				t.Errorf("one bit of the signature: %v", err)
			}
			covers(t, rowOfSignature(s), vectorsFile)
			if r.Has("private") {
				private, err := ParsePrivateKey(r.Bytes(t, "private"))
				if err != nil || !private.Public.Equal(key) {
					t.Fatalf("the private key is not of the pair: %v", err)
				}
				coversKey(t, private.Public, vectorsFile)
			}
		})
	}
}

func TestVectorKeys(t *testing.T) {
	t.Parallel()
	for _, r := range vectortest.Records(t, "key") {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			key, err := ParsePublicKey(r.Bytes(t, "key"))
			if err != nil {
				t.Fatal(err)
			}
			private, err := ParsePrivateKey(r.Bytes(t, "private"))
			if err != nil || !private.Public.Equal(key) || !bytes.Equal(private.Public.SPKI, key.SPKI) {
				t.Fatalf("the private key is not of the pair: %v", err)
			}
			coversKey(t, key, vectorsFile)
		})
	}
}

func TestVectorEncapsulation(t *testing.T) {
	t.Parallel()
	for _, r := range vectortest.Records(t, "encapsulation") {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			private, err := ParsePrivateKey(r.Bytes(t, "private"))
			if err != nil || !bytes.Equal(private.Public.SPKI, r.Bytes(t, "key")) {
				t.Fatalf("the private key is not of the pair: %v", err)
			}
			secret, err := private.Decapsulator.Decapsulate(r.Bytes(t, "ciphertext"))
			if err != nil || !bytes.Equal(secret, r.Bytes(t, "secret")) {
				t.Fatalf("secret %x, %v", secret, err)
			}
			secret, err = private.Decapsulator.Decapsulate(flipLast(r.Bytes(t, "ciphertext")))
			if err != nil || bytes.Equal(secret, r.Bytes(t, "secret")) {
				t.Errorf("an altered ciphertext gives the secret: %v", err)
			}
			coversKey(t, private.Public, vectorsFile)
			covers(t, row{"key-encapsulation", r.Name, private.Public.Identifier.OID}, vectorsFile)
		})
	}
}

func TestVectorDerivations(t *testing.T) {
	t.Parallel()
	for _, r := range vectortest.Records(t, "hkdf") {
		id := readID(t, r)
		for _, d := range kemDerivations {
			if d.oid != id.OID {
				continue
			}
			want := r.Bytes(t, "value")
			got, err := d.kdf.derive(d.kdf.hash.New, r.Bytes(t, "secret"), nil, r.Bytes(t, "info"), len(want))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %x, %v", r.Name, got, err)
				continue
			}
			covers(t, row{"key-derivation", "hkdf-" + d.kdf.hash.Name, d.oid}, vectorsFile)
		}
	}
	for _, r := range vectortest.Records(t, "pbkdf2") {
		p, err := FindPRF(readID(t, r))
		if err != nil {
			t.Fatal(err)
		}
		want := r.Bytes(t, "value")
		got, err := pbkdf2.Key(p.New, "password", []byte("saltsalt"), 1000, len(want))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %x, %v", r.Name, got, err)
			continue
		}
		covers(t, row{"key-derivation", "pbkdf2-" + p.Name, p.OID}, vectorsFile)
	}
}

func TestVectorCiphers(t *testing.T) {
	t.Parallel()
	for _, r := range vectortest.Records(t, "cipher") {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			c, p, err := FindContentCipher(readID(t, r))
			if err != nil {
				t.Fatal(err)
			}
			key, ciphertext := r.Bytes(t, "key"), r.Bytes(t, "value")
			p.ContentSize = int64(len(vectorText))
			if c.Authenticated {
				for _, changed := range []bool{false, true} {
					a, err := c.NewAuthenticator(p, key, nil)
					if err != nil {
						t.Fatal(err)
					}
					tag := r.Bytes(t, "tag")
					if changed {
						tag = flipLast(tag)
					}
					a.Write(ciphertext)
					if a.Check(tag) == changed {
						t.Fatalf("the tag is judged wrongly; changed: %v", changed)
					}
				}
			}
			d, err := c.NewDecrypter(p, key)
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.Final(d.Update(nil, ciphertext))
			if err != nil || string(got) != vectorText {
				t.Fatalf("decrypted %q, %v", got, err)
			}
			covers(t, row{"cipher", c.Name, c.OID}, vectorsFile)
		})
	}
}

func TestVectorCompression(t *testing.T) {
	t.Parallel()
	for _, r := range vectortest.Records(t, "compression") {
		c, err := FindCompression(readID(t, r))
		if err != nil {
			t.Fatal(err)
		}
		z, err := zlib.NewReader(bytes.NewReader(r.Bytes(t, "value")))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || string(got) != vectorText {
			t.Fatalf("%q, %v", got, err)
		}
		covers(t, row{"compression", c.Name, c.OID}, vectorsFile)
	}
}

// TestVectorBrainpool goes through the tables of keys, signatures and agreements
// with the keys of the curves' own vectors.
func TestVectorBrainpool(t *testing.T) {
	t.Parallel()
	const file = "brainpool/testdata/openssl.txt"
	text, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	for paragraph := range strings.SplitSeq(string(text), "\n\n") {
		v := map[string]string{}
		for line := range strings.Lines(paragraph) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			v[name] = value
		}
		if v["curve"] == "" {
			continue
		}
		t.Run(v["curve"], func(t *testing.T) {
			t.Parallel()
			key, err := ParsePublicKey(decodeHex(t, v["public"]))
			if err != nil || key.Title != v["curve"] || !key.ReadOnly {
				t.Fatalf("%+v, %v", key, err)
			}
			compressed, err := ParsePublicKey(decodeHex(t, v["compressed"]))
			if err != nil || !compressed.Equal(key) {
				t.Errorf("compressed: %v", err)
			}
			d, err := DigestByName(v["digest"])
			if err != nil {
				t.Fatal(err)
			}
			for _, scheme := range ecdsaSHA2Schemes {
				if scheme.digest != d {
					continue
				}
				s, err := FindSignature(Identifier{OID: scheme.oid}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Verify(key, Message{Bytes: []byte("message")}, decodeHex(t, v["signature"])); err != nil {
					t.Fatal(err)
				}
				if err := s.Verify(key, Message{Bytes: []byte("massage")}, decodeHex(t, v["signature"])); !errors.Is(err, ErrSignature) {
					t.Errorf("another message: %v", err)
				}
			}
			// The private key as RFC 5915 has it, with and without its point.
			for _, point := range [][]byte{nil, tlv(0xa1, tlv(3, append([]byte{0}, key.bits...)))} {
				inner := append(append([]byte{2, 1, 1}, tlv(4, decodeHex(t, v["private"]))...), point...)
				pkcs8 := tlv(0x30, append(append([]byte{2, 1, 0}, key.Identifier.DER()...), tlv(4, tlv(0x30, inner))...))
				private, err := ParsePrivateKey(pkcs8)
				if err != nil || !private.Public.Equal(key) || private.Signer != nil {
					t.Fatalf("private key: %+v, %v", private, err)
				}
				if again, err := private.PKCS8(); err != nil {
					t.Error(err)
				} else if read, err := ParsePrivateKey(again); err != nil || !read.Public.Equal(key) {
					t.Errorf("written and read: %v", err)
				}
				other, err := ParsePublicKey(decodeHex(t, v["other-public"]))
				if err != nil {
					t.Fatal(err)
				}
				row, err := findOriginator(key)
				if err != nil {
					t.Fatal(err)
				}
				for _, parameters := range [][]byte{nil, nullParameters(), key.Identifier.Parameters} {
					from := OriginatorKey{Identifier: Identifier{OID: oidECPublicKey, Parameters: parameters}, Key: other.bits}
					secret, err := row.receive(row, private.Agreement, key, from)
					if err != nil || !bytes.Equal(secret, decodeHex(t, v["secret"])) {
						t.Errorf("secret %x, %v", secret, err)
					}
				}
				var parameter *ParameterError
				p256 := testKey(t, "p-256").Public
				for what, from := range map[string]OriginatorKey{
					"a named curve that is another": {Identifier: p256.Identifier, Key: other.bits},
					"a point of P-256":              {Identifier: Identifier{OID: oidECPublicKey}, Key: p256.bits},
					"no point":                      {Identifier: Identifier{OID: oidECPublicKey}},
				} {
					if secret, err := row.receive(row, private.Agreement, key, from); !errors.As(err, &parameter) {
						t.Errorf("%s: %x, %v, want a ParameterError", what, secret, err)
					}
				}
				if secret, err := row.receive(row, testKey(t, "p-256").Agreement, key, OriginatorKey{Identifier: Identifier{OID: oidECPublicKey}, Key: other.bits}); !errors.As(err, new(*UnsupportedError)) {
					t.Errorf("with a key of P-256: %x, %v", secret, err)
				}
				if err := ProveAgreement(private.Agreement, key); err != nil {
					t.Errorf("proof: %v", err)
				}
				if err := ProveAgreement(private.Agreement, other); err == nil {
					t.Error("it proves to be another's")
				}
				if _, err := private.Agreement.ECDH(nil); err == nil {
					t.Error("agrees with a key of crypto/ecdh")
				}
			}
			// The point beside a private key is its own.
			for what, point := range map[string][]byte{"another's": decodeHex(t, v["other-public"]), "of P-256": testKey(t, "p-256").Public.SPKI, "changed": append(decodeHex(t, v["public"])[:len(key.SPKI)-1], 1^key.bits[len(key.bits)-1])} {
				s := cryptobyte.String(point)
				var body cryptobyte.String
				if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.SkipASN1(asn1.SEQUENCE) {
					t.Fatal("no SubjectPublicKeyInfo")
				}
				inner := append(append([]byte{2, 1, 1}, tlv(4, decodeHex(t, v["private"]))...), tlv(0xa1, body)...)
				pkcs8 := tlv(0x30, append(append([]byte{2, 1, 0}, key.Identifier.DER()...), tlv(4, tlv(0x30, inner))...))
				var fault *KeyError
				if private, err := ParsePrivateKey(pkcs8); !errors.As(err, &fault) {
					t.Errorf("a private key with a point that is %s: %+v, %v", what, private, err)
				}
			}
			// Nothing is made.
			var unsupported *UnsupportedError
			if s, err := SignatureFor(key, SignOptions{}); !errors.As(err, &unsupported) {
				t.Errorf("signs: %v, %v", s, err)
			}
			if a, err := KeyAgreementFor(key, 32); !errors.As(err, &unsupported) {
				t.Errorf("is encrypted to: %v, %v", a, err)
			}
			for _, e := range KeyEncryptions() {
				if e.Fits(key) {
					t.Errorf("%s fits", e.Name)
				}
			}
			covers(t, row{"curve", key.Name, OID(key.Identifier.Parameters[2:])}, file)
		})
	}
}
