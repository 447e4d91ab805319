package algorithm

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestWycheproofAESGCM(t *testing.T) {
	t.Parallel()
	type group struct {
		KeySize, IVSize, TagSize int
		Tests                    []struct {
			TcID                       int
			Key, IV, AAD, Msg, CT, Tag hexBytes
			Result                     string
		}
	}
	ran := 0
	for _, g := range wycheproof[group](t, "aes_gcm") {
		for _, v := range g.Tests {
			if len(v.IV) == 0 {
				continue // no nonce at all never passes the parameters
			}
			// Below the parameters, so that every length of nonce runs.
			s, err := newGCMState(v.Key, v.IV, v.AAD)
			if err != nil {
				t.Fatalf("%d: %v", v.TcID, err)
			}
			a := &gcmAuthenticator{gcmState: s, tagSize: 16}
			a.Write(v.CT)
			if got, want := a.Check(v.Tag), v.Result == "valid"; got != want {
				t.Errorf("%d: Check is %v, want %v", v.TcID, got, want)
			}
			s, _ = newGCMState(v.Key, v.IV, nil)
			d := &gcmDecrypter{gcmState: s, counter: s.counter()}
			if got := d.Update(nil, v.CT); v.Result == "valid" && !bytes.Equal(got, v.Msg) {
				t.Errorf("%d: decrypted %x, want %x", v.TcID, got, v.Msg)
			}
			s, _ = newGCMState(v.Key, v.IV, v.AAD)
			e := &gcmEncrypter{gcmState: s, counter: s.counter(), tagSize: 16}
			got, tag := e.Final(e.Update(nil, v.Msg))
			if v.Result == "valid" && (!bytes.Equal(got, v.CT) || !bytes.Equal(tag, v.Tag)) {
				t.Errorf("%d: encrypted %x %x, want %x %x", v.TcID, got, tag, v.CT, v.Tag)
			}
			for _, c := range gcmCiphers {
				if v.Result == "valid" && c.KeySize == len(v.Key) {
					covers(t, rowOfCipher(c), wycheproofSource("aes_gcm"))
				}
			}
			ran++
		}
	}
	t.Logf("%d vectors", ran)
}

func TestWycheproofAESWrap(t *testing.T) {
	t.Parallel()
	type group struct {
		KeySize int
		Tests   []struct {
			TcID         int
			Key, Msg, CT hexBytes
			Result       string
		}
	}
	ran := 0
	for _, g := range wycheproof[group](t, "aes_wrap") {
		w, err := KeyWrapFor(g.KeySize / 8)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range g.Tests {
			got, err := w.Unwrap(v.Key, v.CT)
			if v.Result != "valid" {
				// Keys of 8 octets ("acceptable") are below what RFC 3394 wraps.
				if !errors.Is(err, ErrUnwrap) {
					t.Errorf("%d: unwrapped to %x, %v; want ErrUnwrap", v.TcID, got, err)
				}
				continue
			}
			if err != nil || !bytes.Equal(got, v.Msg) {
				t.Errorf("%d: unwrapped to %x, %v; want %x", v.TcID, got, err, v.Msg)
			}
			if got, err := w.Wrap(v.Key, v.Msg); err != nil || !bytes.Equal(got, v.CT) {
				t.Errorf("%d: wrapped to %x, %v; want %x", v.TcID, got, err, v.CT)
			}
			covers(t, row{"key-wrap", w.Name, w.OID}, wycheproofSource("aes_wrap"))
			ran++
		}
	}
	t.Logf("%d vectors", ran)
}

func TestWycheproofRSAOAEP(t *testing.T) {
	t.Parallel()
	type group struct {
		SHA, MGFSHA     string
		PrivateKeyPkcs8 hexBytes
		Tests           []struct {
			TcID           int
			Msg, CT, Label hexBytes
			Result         string
		}
	}
	for _, name := range []string{
		"rsa_oaep_2048_sha1_mgf1sha1", "rsa_oaep_2048_sha256_mgf1sha256", "rsa_oaep_2048_sha384_mgf1sha384", "rsa_oaep_misc",
		"rsa_three_primes_oaep_2048_sha1_mgf1sha1", "rsa_three_primes_oaep_3072_sha224_mgf1sha224", "rsa_three_primes_oaep_4096_sha256_mgf1sha256",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ran, noKey := 0, 0
			for _, g := range wycheproof[group](t, name) {
				digest := func(name string) *Digest {
					d, err := DigestByName(strings.ToLower(strings.ReplaceAll(name, "-", "")))
					if err != nil {
						t.Fatal(err)
					}
					return d
				}
				key, err := ParsePrivateKey(g.PrivateKeyPkcs8)
				if err != nil { // three primes, or odd sizes
					noKey++
					continue
				}
				for _, v := range g.Tests {
					if len(v.Msg) == 0 { // no key is empty
						continue
					}
					if testing.Short() && len(v.CT) > 512 { // slow private keys
						continue
					}
					// Through the written parameters, so that they are read back.
					tr, err := FindKeyTransport(oaepTransport(oaepParameters{digest(g.SHA), digest(g.MGFSHA), v.Label}).Identifier)
					if err != nil {
						t.Fatal(err)
					}
					got, err := tr.Decrypt(key.Decrypter, v.CT, len(v.Msg))
					switch {
					case v.Result == "invalid" && !errors.Is(err, ErrUnwrap):
						t.Errorf("%d: got %x, %v; want ErrUnwrap", v.TcID, got, err)
					case v.Result != "invalid" && (err != nil || !bytes.Equal(got, v.Msg)):
						t.Errorf("%d: got %x, %v; want %x", v.TcID, got, err, v.Msg)
					case v.Result != "invalid" && g.SHA == g.MGFSHA:
						covers(t, row{"key-transport", tr.Name + "-" + tr.Detail, tr.Identifier.OID}, wycheproofSource(name))
					}
					ran++
				}
			}
			t.Logf("%d vectors, %d groups without a key for them", ran, noKey)
			if ran == 0 {
				t.Error("no key of this file is read")
			}
		})
	}
}

func TestWycheproofRSAPKCS1(t *testing.T) {
	t.Parallel()
	type group struct {
		PrivateKeyPkcs8 hexBytes
		Tests           []struct {
			TcID            int
			Msg, CT         hexBytes
			Comment, Result string
		}
	}
	ran := 0
	for _, g := range wycheproof[group](t, "rsa_pkcs1_2048") {
		key, err := ParsePrivateKey(g.PrivateKeyPkcs8)
		if err != nil {
			t.Fatal(err)
		}
		tr := pkcs1v15Transport()
		for _, v := range g.Tests {
			size := len(v.Msg)
			if size == 0 {
				continue
			}
			first, err := tr.Decrypt(key.Decrypter, v.CT, size)
			if err != nil || len(first) != size {
				t.Errorf("%d (%s): got %x, %v; want %d octets", v.TcID, v.Comment, first, err, size)
				continue
			}
			if got, want := bytes.Equal(first, v.Msg), v.Result == "valid"; got != want {
				t.Errorf("%d (%s): got %x, want %x: %v", v.TcID, v.Comment, first, v.Msg, want)
			}
			if v.Result == "valid" {
				covers(t, row{"key-transport", tr.Name, tr.Identifier.OID}, wycheproofSource("rsa_pkcs1_2048"))
			}
			if second, _ := tr.Decrypt(key.Decrypter, v.CT, size); !bytes.Equal(first, second) {
				t.Errorf("%d (%s): another key the second time", v.TcID, v.Comment)
			}
			// Another length than the one asked for is a failure like all others.
			if other, err := tr.Decrypt(key.Decrypter, v.CT, size+1); err != nil || len(other) != size+1 {
				t.Errorf("%d: other length: got %x, %v", v.TcID, other, err)
			}
			ran++
		}
	}
	t.Logf("%d vectors", ran)
}

// TestWycheproofECDH runs the agreement itself with the points of the vectors
// as originator keys.
func TestWycheproofECDH(t *testing.T) {
	t.Parallel()
	type group struct {
		Tests []struct {
			TcID                     int
			Public, Private, Comment string
			Shared                   hexBytes
			Result                   string
			Flags                    []string
		}
	}
	for _, name := range []string{"ecdh_secp256r1_pem", "ecdh_secp384r1_pem", "ecdh_secp521r1_pem", "x25519_pem", "x448_pem", "x25519_asn", "x448_asn"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ran := map[string]int{}
			for _, g := range wycheproof[group](t, name) {
				for _, v := range g.Tests {
					decode := pemBlock
					if strings.HasSuffix(name, "_asn") {
						decode = func(text string) []byte { return decodeHex(t, text) }
					}
					key, err := ParsePrivateKey(decode(v.Private))
					if err != nil {
						ran["no key"]++
						continue
					}
					from, ok := originatorOf(decode(v.Public))
					if !ok {
						ran["no point"]++
						continue
					}
					row, err := findOriginator(key.Public)
					if err != nil {
						t.Fatal(err)
					}
					var secret []byte
					if from.Identifier.OID == row.oid {
						secret, err = row.receive(row, key.Agreement, key.Public, from)
					} else {
						err = errors.New("other kind")
					}
					ran[v.Result]++
					switch {
					case err == nil && !bytes.Equal(secret, v.Shared):
						t.Errorf("%d (%s): got %x, want %x", v.TcID, v.Comment, secret, v.Shared)
					case err == nil && v.Result == "invalid":
						t.Errorf("%d (%s): accepted", v.TcID, v.Comment)
					case err != nil && v.Result == "valid":
						t.Errorf("%d (%s): %v", v.TcID, v.Comment, err)
					}
					if err == nil {
						coversKey(t, key.Public, wycheproofSource(name))
					}
				}
			}
			t.Log(ran)
			if ran["valid"] < 30 {
				t.Errorf("only %d valid vectors ran", ran["valid"])
			}
		})
	}
}

// originatorOf takes a SubjectPublicKeyInfo apart without looking at the key.
func originatorOf(spki []byte) (OriginatorKey, bool) {
	s := cryptobyteString(spki)
	if s == nil {
		return OriginatorKey{}, false
	}
	id, ok := ReadIdentifier(s)
	if !ok {
		return OriginatorKey{}, false
	}
	bits, ok := readBitString(s, bitStringTag)
	return OriginatorKey{Identifier: id, Key: bits}, ok
}
