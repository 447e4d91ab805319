package cms

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

func BenchmarkEncrypt(b *testing.B) {
	for _, name := range []string{"aes-256-gcm", "aes-256-cbc"} {
		for _, size := range []int{1 << 10, 1 << 20, 64 << 20} {
			for _, announce := range []bool{true, false} {
				b.Run(fmt.Sprintf("%s/%dKiB/known=%v", name, size>>10, announce), func(b *testing.B) {
					plain := content(size)
					who := people()["p-256"]
					b.SetBytes(int64(size))
					b.ReportAllocs()
					opt := EnvelopeOptions{Cipher: cipherNamed(b, name), ContentSize: -1}
					if announce {
						opt.ContentSize = int64(size)
					}
					for b.Loop() {
						w, err := NewEnvelopeWriter(io.Discard, []Recipient{{Certificate: who.cert}}, opt)
						if err != nil {
							b.Fatal(err)
						}
						for rest := plain; len(rest) > 0; {
							n := min(len(rest), 128<<10)
							if _, err := w.Write(rest[:n]); err != nil {
								b.Fatal(err)
							}
							rest = rest[n:]
						}
						if err := w.Close(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkDecrypt does all that a reader does: the keyless pass, the key,
// authentication, decryption.
func BenchmarkDecrypt(b *testing.B) {
	for _, name := range []string{"aes-256-gcm", "aes-256-cbc"} {
		for _, size := range []int{1 << 10, 1 << 20, 64 << 20} {
			for _, announce := range []bool{true, false} {
				message := encrypted(b, content(size), name, announce, Recipient{Certificate: people()["p-256"].cert})
				b.Run(fmt.Sprintf("%s/%dKiB/known=%v", name, size>>10, announce), func(b *testing.B) {
					b.SetBytes(int64(size))
					b.ReportAllocs()
					for b.Loop() {
						e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
						if err != nil {
							b.Fatal(err)
						}
						cek, err := e.ContentKey(e.Recipients[0], people()["p-256"].key)
						if err != nil {
							b.Fatal(err)
						}
						if err := e.Decrypt(opener(message), cek, io.Discard); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
