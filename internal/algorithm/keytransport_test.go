package algorithm

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

const (
	oaepSHA256Hex = "302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500"
	rsaOID        = "1.2.840.113549.1.1.1"
	oaepOID       = "1.2.840.113549.1.1.7"
)

func TestKeyTransportWritten(t *testing.T) {
	t.Parallel()
	pub := testKey(t, "rsa-2048").Public
	for _, test := range []struct {
		oaep             bool
		name, parameters string
	}{{false, "rsa-pkcs1v15", "0500"}, {true, "rsa-oaep", oaepSHA256Hex}} {
		tr, err := KeyTransportFor(pub, test.oaep)
		if err != nil {
			t.Fatal(err)
		}
		if tr.Name != test.name || hex.EncodeToString(tr.Identifier.Parameters) != test.parameters || tr.Status != Current || tr.Implicit() == test.oaep {
			t.Errorf("got %s %x", tr.Name, tr.Identifier.Parameters)
		}
	}
	for _, other := range []string{"p-256", "ed25519", "x25519"} {
		var unsupported *UnsupportedError
		if _, err := KeyTransportFor(testKey(t, other).Public, false); !errors.As(err, &unsupported) {
			t.Errorf("key transport for %s: %v", other, err)
		}
	}
}

func TestFindKeyTransport(t *testing.T) {
	t.Parallel()
	const sha1, sha256 = "300906052b0e03021a0500", "300d06096086480165030402010500"
	mgf := func(hash string) string {
		return fmt.Sprintf("30%02x06092a864886f70d010108%s", 11+len(hash)/2, hash)
	}
	tagged := func(tag int, content string) string { return fmt.Sprintf("a%d%02x%s", tag, len(content)/2, content) }
	sequence := func(content string) string { return fmt.Sprintf("30%02x%s", len(content)/2, content) }
	const malformed, unsupported = "malformed", "unsupported"
	for _, test := range []struct{ name, oid, parameters, want string }{
		{"PKCS#1 with NULL", rsaOID, "0500", "rsa-pkcs1v15"},
		{"PKCS#1 absent", rsaOID, "", "rsa-pkcs1v15"}, // QUIRK
		{"PKCS#1 with OAEP parameters", rsaOID, oaepSHA256Hex, malformed},
		{"OAEP default", oaepOID, "3000", "rsa-oaep sha1"},
		{"OAEP SHA-256", oaepOID, oaepSHA256Hex, "rsa-oaep sha256"},
		{"OAEP SHA-256 without NULLs", oaepOID, sequence(tagged(0, "300b0609608648016503040201") + tagged(1, mgf("300b0609608648016503040201"))), "rsa-oaep sha256"},
		{"OAEP SHA-256, MGF1 SHA-1", oaepOID, "3011a00f300d06096086480165030402010500", "rsa-oaep sha256, mgf1-sha1"},
		{"OAEP SHA-1 written out", oaepOID, sequence(tagged(0, sha1) + tagged(1, mgf(sha1))), "rsa-oaep sha1"},
		{"OAEP SHA-1, MGF1 SHA-256", oaepOID, sequence(tagged(1, mgf(sha256))), "rsa-oaep sha1, mgf1-sha256"},
		{"OAEP label", oaepOID, sequence(tagged(2, "301006092a864886f70d010109"+"0403616263")), "rsa-oaep sha1, label"},
		{"OAEP empty label written out", oaepOID, sequence(tagged(2, "300d06092a864886f70d010109"+"0400")), "rsa-oaep sha1"},
		{"OAEP absent", oaepOID, "", malformed},
		{"OAEP NULL", oaepOID, "0500", malformed},
		{"OAEP garbage", oaepOID, "04020102", malformed},
		{"OAEP cut", oaepOID, "3002a00f", malformed},
		{"OAEP something behind", oaepOID, "30000500", malformed},
		{"OAEP something inside", oaepOID, "30020500", malformed},
		{"OAEP wrong order", oaepOID, sequence(tagged(1, mgf(sha256)) + tagged(0, sha256)), malformed},
		{"OAEP two hashes", oaepOID, sequence(tagged(0, sha256) + tagged(0, sha256)), malformed},
		{"OAEP MGF1 without hash", oaepOID, sequence(tagged(1, "300b06092a864886f70d010108")), malformed},
		{"OAEP label is no OCTET STRING", oaepOID, sequence(tagged(2, "300d06092a864886f70d0101090500")), malformed},
		{"OAEP label absent", oaepOID, sequence(tagged(2, "300b06092a864886f70d010109")), malformed},
		{"OAEP hash parameters", oaepOID, sequence(tagged(0, "300d06096086480165030402010400")), malformed},
		{"OAEP unknown hash", oaepOID, sequence(tagged(0, "300306012a")), unsupported},
		{"OAEP unknown MGF", oaepOID, sequence(tagged(1, "300306012a")), unsupported},
		{"OAEP unknown label source", oaepOID, sequence(tagged(2, "300306012a")), unsupported},
		{"unknown", "1.2.840.113549.1.1.9", "", unsupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			id := Identifier{OID: MustOID(test.oid), Parameters: decodeHex(t, test.parameters)}
			tr, err := FindKeyTransport(id)
			var parameterError *ParameterError
			var unsupportedError *UnsupportedError
			switch test.want {
			case malformed:
				if !errors.As(err, &parameterError) || tr != nil {
					t.Errorf("got %+v, %v; want *ParameterError", tr, err)
				}
			case unsupported:
				if !errors.As(err, &unsupportedError) || tr != nil {
					t.Errorf("got %+v, %v; want *UnsupportedError", tr, err)
				}
			default:
				if err != nil {
					t.Fatal(err)
				}
				got := tr.Name
				if full := tr.FullName(); full != strings.NewReplacer(" ", "-", ",", "").Replace(test.want) {
					t.Errorf("full name %s", full)
				}
				if tr.Detail != "" {
					got += " " + tr.Detail
				}
				if got != test.want || !tr.Identifier.Equal(id) {
					t.Errorf("got %s", got)
				}
			}
		})
	}
}

func TestKeyTransportRoundTrip(t *testing.T) {
	t.Parallel()
	key := testKey(t, "rsa-2048")
	other, err := GenerateKey("rsa-2048")
	if err != nil {
		t.Fatal(err)
	}
	transports := []*KeyTransport{pkcs1v15Transport()}
	for _, hash := range []*Digest{sha1Digest, sha224Digest, sha256Digest, sha384Digest, sha512Digest} {
		for _, mgf := range []*Digest{hash, sha1Digest, sha256Digest} {
			transports = append(transports, oaepTransport(oaepParameters{hash: hash, mgf: mgf, label: []byte("label")}))
		}
	}
	for _, written := range transports {
		tr, err := FindKeyTransport(written.Identifier)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{16, 24, 32} {
			cek := randomBytes(size)
			sealed, err := tr.Encrypt(key.Public, cek)
			if err != nil {
				t.Fatal(err)
			}
			before := bytes.Clone(sealed)
			if got, err := tr.Decrypt(key.Decrypter, sealed, size); err != nil || !bytes.Equal(got, cek) {
				t.Errorf("%s %s: got %x, %v; want %x", tr.Name, tr.Detail, got, err, cek)
			}
			if !bytes.Equal(sealed, before) {
				t.Errorf("%s: Decrypt changed its input", tr.Name)
			}
			// Everything that can be wrong: one outcome.
			instead := map[string]string{}
			for name, try := range map[string]func() ([]byte, error){
				"changed":    func() ([]byte, error) { return tr.Decrypt(key.Decrypter, flipLast(sealed), size) },
				"other key":  func() ([]byte, error) { return tr.Decrypt(other.Decrypter, sealed, size) },
				"other size": func() ([]byte, error) { return tr.Decrypt(key.Decrypter, sealed, size-8) },
				"empty":      func() ([]byte, error) { return tr.Decrypt(key.Decrypter, nil, size) },
				"short":      func() ([]byte, error) { return tr.Decrypt(key.Decrypter, sealed[:255], size) },
				"long":       func() ([]byte, error) { return tr.Decrypt(key.Decrypter, append(before, 0), size) },
				"zero in front": func() ([]byte, error) {
					return tr.Decrypt(key.Decrypter, append([]byte{0}, sealed...), size)
				},
				"above modulus": func() ([]byte, error) { return tr.Decrypt(key.Decrypter, bytes.Repeat([]byte{0xff}, 256), size) },
				"zero":          func() ([]byte, error) { return tr.Decrypt(key.Decrypter, make([]byte, 256), size) },
			} {
				got, err := try()
				if tr.Name == "rsa-oaep" {
					if got != nil || err != ErrUnwrap {
						t.Errorf("%s, %s: got %x, %v; want ErrUnwrap itself", tr.Name, name, got, err)
					}
					continue
				}
				want := size
				if name == "other size" {
					want -= 8
				}
				if err != nil || len(got) != want || bytes.Equal(got, cek) {
					t.Errorf("%s, %s: got %x, %v; want a key that nobody knows", tr.Name, name, got, err)
				}
				if again, err := try(); err != nil || !bytes.Equal(again, got) {
					t.Errorf("%s, %s: another key the second time", tr.Name, name)
				}
				if other := instead[string(got)]; other != "" {
					t.Errorf("%s: the same key for %s and %s", tr.Name, name, other)
				}
				instead[string(got)] = name
			}
		}
	}
}

func flipLast(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)-1] ^= 1
	return b
}

func TestKeyTransportRefuses(t *testing.T) {
	t.Parallel()
	key := testKey(t, "rsa-2048")
	for _, oaep := range []bool{false, true} {
		tr, err := KeyTransportFor(key.Public, oaep)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{-1, 0, maxCEK + 1} {
			if _, err := tr.Decrypt(key.Decrypter, make([]byte, 256), size); err == nil {
				t.Errorf("%s: a key of %d octets", tr.Name, size)
			}
		}
		if _, err := tr.Decrypt(nil, make([]byte, 256), 16); err == nil {
			t.Errorf("%s: decrypts without a key", tr.Name)
		}
		if _, err := tr.Encrypt(key.Public, nil); err == nil {
			t.Errorf("%s: encrypts no key", tr.Name)
		}
		if _, err := tr.Encrypt(key.Public, make([]byte, 250)); err == nil {
			t.Errorf("%s: encrypts a key that does not fit", tr.Name)
		}
		var unsupported *UnsupportedError
		if _, err := tr.Encrypt(testKey(t, "p-256").Public, make([]byte, 16)); !errors.As(err, &unsupported) {
			t.Errorf("%s to P-256: %v", tr.Name, err)
		}
		if _, err := tr.Decrypt(elsewhere{Decrypter: key.Decrypter, public: testKey(t, "p-256").Public.Key}, make([]byte, 256), 16); !errors.As(err, &unsupported) {
			t.Errorf("%s with a P-256 key: %v", tr.Name, err)
		}
		small := smallRSA().public(t, Identifier{OID: oidRSAEncryption, Parameters: nullParameters()})
		if _, err := tr.Encrypt(small, make([]byte, 16)); !errors.As(err, &unsupported) {
			t.Errorf("%s to a small key: %v", tr.Name, err)
		}
		if err := tr.CheckKey(small); err != nil {
			t.Errorf("%s: reading with a small key: %v", tr.Name, err)
		}
		if _, err := tr.Decrypt(elsewhere{Decrypter: key.Decrypter, public: small.Key}, make([]byte, 64), 16); !errors.As(err, &unsupported) {
			t.Errorf("%s with a key too small for crypto/rsa: %v", tr.Name, err)
		}
	}
}

// elsewhere is a private key outside this process, with habits of its own.
type elsewhere struct {
	crypto.Decrypter
	public crypto.PublicKey
	answer []byte
	err    error
}

func (k elsewhere) Public() crypto.PublicKey {
	if k.public != nil {
		return k.public
	}
	return k.Decrypter.Public()
}

func (k elsewhere) Decrypt(io.Reader, []byte, crypto.DecrypterOpts) ([]byte, error) {
	return k.answer, k.err
}

// TestKeyTransportOpaqueKeys: a token that knows no implicit rejection must not
// become an oracle, and one that is gone must not look like a bad message.
func TestKeyTransportOpaqueKeys(t *testing.T) {
	t.Parallel()
	key := testKey(t, "rsa-2048")
	gone := fmt.Errorf("the card was pulled out: %w", ErrKeyUnavailable)
	for _, oaep := range []bool{false, true} {
		tr, _ := KeyTransportFor(key.Public, oaep)
		for name, token := range map[string]elsewhere{
			"error":  {err: rsa.ErrDecryption},
			"other":  {err: errors.New("CKR_ENCRYPTED_DATA_INVALID")},
			"short":  {answer: make([]byte, 8)},
			"long":   {answer: make([]byte, 32)},
			"silent": {},
		} {
			token.Decrypter = key.Decrypter
			got, err := tr.Decrypt(token, make([]byte, 256), 16)
			if oaep && (err != ErrUnwrap || got != nil) {
				t.Errorf("OAEP, %s: got %x, %v", name, got, err)
			}
			if !oaep && (err != nil || len(got) != 16 || bytes.Equal(got, make([]byte, 16))) {
				t.Errorf("v1.5, %s: got %x, %v", name, got, err)
			}
		}
		if _, err := tr.Decrypt(elsewhere{Decrypter: key.Decrypter, err: gone}, make([]byte, 256), 16); !errors.Is(err, ErrKeyUnavailable) {
			t.Errorf("oaep %v: %v, want ErrKeyUnavailable", oaep, err)
		}
	}
}

// TestOAEPOnlyKey: RFC 4055, Section 4.1.
func TestOAEPOnlyKey(t *testing.T) {
	t.Parallel()
	plain := testKey(t, "rsa-2048").Public
	restricted := func(parameters []byte) *PublicKey {
		pub, err := ParsePublicKey(encodeSPKI(Identifier{OID: oidRSAESOAEP, Parameters: parameters}, plain.bits))
		if err != nil {
			t.Fatal(err)
		}
		return pub
	}
	any, sha1 := restricted(nil), restricted([]byte{0x30, 0})
	for _, test := range []struct {
		name       string
		pub        *PublicKey
		parameters string
	}{{"any parameters", any, oaepSHA256Hex}, {"SHA-1", sha1, "3000"}} {
		for _, oaep := range []bool{false, true} {
			tr, err := KeyTransportFor(test.pub, oaep)
			if err != nil || tr.Name != "rsa-oaep" || hex.EncodeToString(tr.Identifier.Parameters) != test.parameters {
				t.Errorf("%s, oaep %v: got %+v, %v", test.name, oaep, tr, err)
			}
		}
	}
	sha256 := oaepTransport(oaepParameters{hash: sha256Digest, mgf: sha256Digest})
	for _, test := range []struct {
		name string
		tr   *KeyTransport
		pub  *PublicKey
		fits bool
	}{
		{"v1.5 to an OAEP key", pkcs1v15Transport(), any, false},
		{"SHA-256 to a key without parameters", sha256, any, true},
		{"SHA-256 to a SHA-1 key", sha256, sha1, false},
		{"SHA-256 to a plain key", sha256, plain, true},
		{"v1.5 to a plain key", pkcs1v15Transport(), plain, true},
	} {
		if err := test.tr.CheckKey(test.pub); (err == nil) != test.fits {
			t.Errorf("%s: %v", test.name, err)
		}
		if _, err := test.tr.Encrypt(test.pub, make([]byte, 16)); (err == nil) != test.fits {
			t.Errorf("%s: Encrypt: %v", test.name, err)
		}
	}
}

// TestOAEPTakesNoPKCS1Block: a v1.5 block under the OAEP identifier is no key.
func TestOAEPTakesNoPKCS1Block(t *testing.T) {
	t.Parallel()
	key := testKey(t, "rsa-2048")
	//lint:ignore SA1019 the block under test
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, key.Public.Key.(*rsa.PublicKey), make([]byte, 16))
	if err != nil {
		t.Fatal(err)
	}
	tr, _ := KeyTransportFor(key.Public, true)
	if got, err := tr.Decrypt(key.Decrypter, sealed, 16); err != ErrUnwrap {
		t.Errorf("got %x, %v", got, err)
	}
}
