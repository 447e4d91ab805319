package algorithm

import (
	"bytes"
	"crypto/pbkdf2"
	"testing"
)

// TestWycheproofAEAD: parameters that S/MIME does not have are refused, and all
// others give what the vectors say.
func TestWycheproofAEAD(t *testing.T) {
	t.Parallel()
	type group struct {
		KeySize, TagSize int
		Tests            []struct {
			TcID                       int
			Key, IV, AAD, Msg, CT, Tag hexBytes
			Result                     string
		}
	}
	for file, ciphers := range map[string][]*ContentCipher{"aes_ccm": ccmCiphers, "chacha20_poly1305": chachaCiphers} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			ran, refused := 0, 0
			for _, g := range wycheproof[group](t, file) {
				for _, v := range g.Tests {
					var c *ContentCipher
					for _, x := range ciphers {
						if x.KeySize == len(v.Key) {
							c = x
						}
					}
					if c == nil {
						t.Fatalf("%d: no cipher for a key of %d octets", v.TcID, len(v.Key))
					}
					p := &CipherParameters{IV: v.IV, TagSize: g.TagSize / 8, ContentSize: int64(len(v.CT))}
					a, err := c.NewAuthenticator(p, v.Key, v.AAD)
					if err != nil {
						refused++
						if v.Result == "valid" && p.TagSize >= ccmMinTag {
							t.Errorf("%d: %v", v.TcID, err)
						}
						continue
					}
					ran++
					a.Write(v.CT)
					if got, want := a.Check(v.Tag), v.Result == "valid"; got != want {
						t.Errorf("%d: Check is %v, want %v", v.TcID, got, want)
					}
					if v.Result == "valid" {
						aeadStreams(t, c, p, v.Key, v.AAD, v.Msg, v.CT, v.Tag, 11)
						covers(t, rowOfCipher(c), wycheproofSource(file))
					}
				}
			}
			t.Logf("%d vectors, %d more refused by their parameters", ran, refused)
			if ran < 100 {
				t.Error("too few")
			}
		})
	}
}

func TestWycheproofAESKWP(t *testing.T) {
	t.Parallel()
	type group struct {
		KeySize int
		Tests   []struct {
			TcID         int
			Key, Msg, CT hexBytes
			Result       string
			Flags        []string
		}
	}
	ran := 0
	for _, g := range wycheproof[group](t, "aes_kwp") {
		for _, w := range paddedWraps {
			if w.KeySize != g.KeySize/8 {
				continue
			}
			for _, v := range g.Tests {
				got, err := w.Unwrap(v.Key, v.CT)
				ran++
				if v.Result == "valid" && (err != nil || !bytes.Equal(got, v.Msg)) {
					t.Errorf("%d: %x, %v; want %x", v.TcID, got, err, v.Msg)
				}
				if v.Result == "valid" {
					covers(t, row{"key-wrap", w.Name, w.OID}, wycheproofSource("aes_kwp"))
				}
				if v.Result == "invalid" && err != ErrUnwrap {
					t.Errorf("%d (%v): %x, %v", v.TcID, v.Flags, got, err)
				}
			}
		}
	}
	t.Logf("%d vectors", ran)
}

func TestWycheproofMLKEM(t *testing.T) {
	t.Parallel()
	type group struct {
		ParameterSet string
		Tests        []struct {
			TcID           int
			Seed, EK, C, K hexBytes
			Result         string
		}
	}
	for i, file := range []string{"mlkem_768", "mlkem_1024"} {
		set := mlkemSets[i]
		ran := map[string]int{}
		for _, g := range wycheproof[group](t, file) {
			for _, v := range g.Tests {
				ran[v.Result]++
				if len(v.Seed) != mlkemSeed {
					if _, err := ParsePrivateKey(mlkemFile(set, tlv(0x80, v.Seed))); err == nil {
						t.Errorf("%s %d: seed of %d octets", file, v.TcID, len(v.Seed))
					}
					continue
				}
				_, expanded := expandedOf(set, v.Seed)
				for _, octets := range [][]byte{tlv(0x80, v.Seed), tlv(4, expanded)} {
					key, err := ParsePrivateKey(mlkemFile(set, octets))
					if err != nil {
						t.Fatalf("%s %d: %v", file, v.TcID, err)
					}
					if len(v.EK) > 0 && v.Result == "valid" && !bytes.Equal(key.Decapsulator.Encapsulator().Bytes(), v.EK) {
						t.Errorf("%s %d: another public key", file, v.TcID)
					}
					got, err := key.Decapsulator.Decapsulate(v.C)
					if v.Result == "valid" && (err != nil || !bytes.Equal(got, v.K)) {
						t.Errorf("%s %d: %x, %v", file, v.TcID, got, err)
					}
					if v.Result == "invalid" && err == nil && bytes.Equal(got, v.K) {
						t.Errorf("%s %d: accepted", file, v.TcID)
					}
					if v.Result == "valid" {
						covers(t, row{"key-encapsulation", set.name, set.oid}, wycheproofSource(file))
						coversKey(t, key.Public, wycheproofSource(file))
					}
				}
			}
		}
		t.Logf("%s: %v", file, ran)
	}
}

func TestWycheproofHKDF(t *testing.T) {
	t.Parallel()
	type group struct {
		Tests []struct {
			TcID, Size           int
			IKM, Salt, Info, OKM hexBytes
			Result               string
		}
	}
	for _, g := range wycheproof[group](t, "hkdf_sha256") {
		for _, v := range g.Tests {
			got, err := deriveHKDF(sha256Digest.New, v.IKM, v.Salt, v.Info, v.Size)
			if ok := err == nil && bytes.Equal(got, v.OKM); ok != (v.Result == "valid") {
				t.Errorf("%d: %v, %v", v.TcID, v.Result, err)
			}
		}
	}
	covers(t, row{"key-derivation", "hkdf-sha256", oidHKDFSHA256}, wycheproofSource("hkdf_sha256"))
}

// TestWycheproofPBKDF2 computes as content-encryption keys for passwords are made.
func TestWycheproofPBKDF2(t *testing.T) {
	t.Parallel()
	type group struct {
		Tests []struct {
			TcID, IterationCount, DKLen int
			Password, Salt, DK          hexBytes
			Result                      string
		}
	}
	prf := WrittenPRF()
	ran := 0
	for _, g := range wycheproof[group](t, "pbkdf2_hmacsha256") {
		for _, v := range g.Tests {
			if testing.Short() && v.IterationCount > 10_000 {
				continue
			}
			got, err := pbkdf2.Key(prf.New, string(v.Password), v.Salt, v.IterationCount, v.DKLen)
			if ok := err == nil && bytes.Equal(got, v.DK); ok != (v.Result == "valid") {
				t.Errorf("%d: %s, got %x, %v", v.TcID, v.Result, got, err)
			}
			ran++
		}
	}
	if ran == 0 {
		t.Error("no vectors")
	}
	covers(t, row{"key-derivation", "pbkdf2-" + prf.Name, prf.OID}, wycheproofSource("pbkdf2_hmacsha256"))
}
