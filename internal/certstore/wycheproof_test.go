package certstore

import (
	"bytes"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/algorithm/vectortest"
)

// TestWycheproofPBES2 opens what the vectors encrypt, through parameters as a file
// would have them.
func TestWycheproofPBES2(t *testing.T) {
	t.Parallel()
	type group struct {
		Tests []struct {
			TcID, IterationCount        int
			Password, Salt, IV, Msg, CT vectortest.Hex
			Result                      string
		}
	}
	prf := map[string]string{"hmacsha1": "1.2.840.113549.2.7", "hmacsha256": "1.2.840.113549.2.9", "hmacsha512": "1.2.840.113549.2.11"}
	cipher := map[string]string{"128": dottedAES + "2", "256": dottedAES + "42"}
	for hmac, prfOID := range prf {
		for size, cipherOID := range cipher {
			name := "pbes2_" + hmac + "_aes_" + size
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				ran := 0
				for _, g := range vectortest.Wycheproof[group](t, name) {
					for _, v := range g.Tests {
						if testing.Short() && v.IterationCount > 10_000 {
							continue
						}
						p, err := readPBES2(pbes2Parameters(prfOID, cipherOID, v.Salt, v.IV, v.IterationCount))
						if err != nil {
							t.Fatalf("%d: %v", v.TcID, err)
						}
						plain := make([]byte, len(v.CT))
						p.decrypter(password{octets: v.Password}).CryptBlocks(plain, v.CT)
						got, ok := unpad(plain, p.size)
						if ok = ok && bytes.Equal(got, v.Msg); ok != (v.Result == "valid") {
							t.Errorf("%d: %s, got %x, want %x", v.TcID, v.Result, got, v.Msg)
						}
						ran++
					}
				}
				if ran == 0 {
					t.Error("no vectors")
				}
			})
		}
	}
}

func pbes2Parameters(prf, cipher string, salt, iv []byte, iterations int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			algorithm.MustOID("1.2.840.113549.1.5.12").AddTo(b)
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(salt)
				b.AddASN1Int64(int64(iterations))
				algorithm.Identifier{OID: algorithm.MustOID(prf), Parameters: []byte{5, 0}}.AddTo(b)
			})
		})
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			algorithm.MustOID(cipher).AddTo(b)
			b.AddASN1OctetString(iv)
		})
	})
	return b.BytesOrPanic()
}
