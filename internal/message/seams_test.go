package message

import (
	"bytes"
	"fmt"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// seams are the sizes at which one way of working on content gives way to another: blocks, chunks, segments, what is held
// in memory, and the 16 MiB at which another program dropped octets (CVE-2025-15469).
var seams = []int{0, 1, 15, 16, 17, 4 << 10, 48 << 10, 64 << 10, 128 << 10, 192 << 10, 256 << 10, 1 << 20, 16 << 20}

// TestSizeSeams signs, verifies, encrypts and decrypts content of each size, and of one octet less and more: what comes out
// is what went in. The content has no period that a seam could hide behind.
func TestSizeSeams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := make([]byte, 16<<20+1)
	state := uint32(1)
	for i := range content {
		state = state*1664525 + 1013904223
		content[i] = " !abcdefghijklmnopqrstuvwxyz01234567890ABCDEFGHIJKLMNOPQRSTUVWXY"[state>>26]
		if i%71 == 70 { // lines of 71 octets, of which the last two end it
			content[i-1], content[i] = '\r', '\n'
		}
	}
	const header = "Content-Type: text/plain\r\n\r\n"
	sizes := map[int]bool{}
	for _, seam := range seams {
		for _, n := range []int{seam - 1, seam, seam + 1} {
			if n >= 0 && (n <= 1<<20+1 || !testing.Short()) {
				sizes[n] = true
			}
		}
	}
	for n := range sizes {
		for _, serial := range []bool{false, true} {
			if serial && n > 2<<20 { // the way of small mails
				continue
			}
			t.Run(fmt.Sprintf("%d octets, serial %v", n, serial), func(t *testing.T) {
				t.Parallel()
				body := bytes.Clone(content[:n])
				for i := max(0, n-2); i < n; i++ { // no line end that the composer would have to add or complete
					body[i] = 'x'
				}
				mail := append([]byte("From: alice@example.org\r\n"+header), body...)
				for _, kind := range []string{"sign", "sign opaque", "aes-256-gcm", "aes-256-cbc"} {
					entity, err := mimewrap.ReadMail(spool.Bytes(mail))
					if err != nil {
						t.Fatal(err)
					}
					var out bytes.Buffer
					in := Input{Command: "verify", Name: "m.eml", Want: true, Serial: serial}
					if cipher, err := algorithm.ContentCipherByName(kind); err == nil {
						in.Command, in.Open = "decrypt", true
						_, err = Encrypt(&out, entity, EncryptOptions{Recipients: []cms.Recipient{{Certificate: w.bob.Certificate}}, Cipher: cipher, Serial: serial})
						if err != nil {
							t.Fatal(err)
						}
					} else if _, err = Sign(&out, entity, SignOptions{Signers: []cms.Signer{w.signer(w.alice)}, Time: testNow, Opaque: kind == "sign opaque", Serial: serial, AsIs: true}); err != nil {
						t.Fatal(err)
					}
					in.Source = spool.Bytes(out.Bytes())
					ex := w.examiner(keyOf(w.bob)).Examine(in)
					if ex.Report.Exit() != 0 {
						t.Errorf("%s: %s %q", kind, ex.Report.Verdict, codes(ex.Report))
						ex.Close()
						continue
					}
					var back bytes.Buffer
					if err := ex.Release(&back, ReleaseOptions{Entity: true}); err != nil {
						t.Fatal(err)
					}
					ex.Close()
					_, got, ok := bytes.Cut(back.Bytes(), []byte("\r\n\r\n"))
					if !ok || !bytes.Equal(got, body) {
						t.Errorf("%s: %d octets came back of %d", kind, len(got), n)
					}
				}
			})
		}
	}
}
