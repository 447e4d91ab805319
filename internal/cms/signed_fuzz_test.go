package cms

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// FuzzReadSignedData: no input panics; what is good stays good in another
// encoding; what is released is what was digested.
func FuzzReadSignedData(f *testing.F) {
	signer := signerOf(f, "ed25519")
	for _, size := range []int64{30, -1} {
		f.Add(signedBy(f, text(30), SignedDataOptions{ContentSize: size}, signer))
		f.Add(signedBy(f, text(30), SignedDataOptions{ContentSize: size, Detached: true}, signer))
	}
	two := cmstest.ParseSigned(opaque(f, text(30), signer, signerOf(f, "p-256")))
	f.Add(two.Encode())
	f.Add(two.AllIndefinite().Encode())
	f.Add([]byte("0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\xa0\x800\x80"))
	content := text(30)
	f.Fuzz(func(t *testing.T, message []byte) {
		lim := Limits{Certificates: 4, Signers: 4}
		var unverified bytes.Buffer
		sd, err := ReadSignedData(bytes.NewReader(message), &unverified, lim)
		if err != nil {
			switch word(err) {
			case "malformed", "limit":
			default:
				t.Fatalf("error of another type: %v", err)
			}
			return
		}
		if sd.Detached {
			if err := sd.DigestContent(bytes.NewReader(content), &unverified); err != nil {
				t.Fatal(err)
			}
		}
		if sd.ContentSize != int64(unverified.Len()) {
			t.Fatalf("%d octets digested, %d released", sd.ContentSize, unverified.Len())
		}
		good := 0
		for _, si := range sd.Signers {
			si.SigningTime()
			si.Capabilities()
			err := sd.Verify(si, signer.Certificate)
			if err != nil && word(err)[0] == 'e' {
				t.Fatalf("error of another type: %v", err)
			}
			if err == nil {
				good++
				if !bytes.Equal(unverified.Bytes(), content) {
					t.Fatal("other content is good")
				}
			}
		}
		der, err := ber.ToDER(message, ber.Limits{})
		if err != nil || good == 0 {
			return
		}
		again, err := ReadSignedData(bytes.NewReader(der), nil, lim)
		if err != nil || len(again.Signers) != len(sd.Signers) {
			t.Fatalf("in DER: %v", err)
		}
	})
}

// FuzzSignRoundTrip: any content, in any pieces, comes back, and is good.
func FuzzSignRoundTrip(f *testing.F) {
	for i, kind := range signerKinds {
		signerOf(f, kind)
		f.Add([]byte("hello"), uint8(i), uint16(3))
	}
	f.Add([]byte{}, uint8(0x11), uint16(0))
	f.Add(text(70000), uint8(0x21), uint16(1000))
	f.Fuzz(func(t *testing.T, content []byte, how uint8, piece uint16) {
		kind := []string{"p-256", "ed25519"}[how&1]
		opt := SignedDataOptions{ContentSize: int64(len(content)), Detached: how&0x20 != 0, Time: signTime}
		if how&0x10 != 0 {
			opt.ContentSize = -1
		}
		var out bytes.Buffer
		w, err := NewSignedDataWriter(&out, []Signer{signerOf(t, kind)}, opt)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{bytes.NewReader(content)}, make([]byte, int(piece)+1)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		var outside []byte
		if opt.Detached {
			outside = append([]byte{}, content...)
		}
		_, got, results, err := verifyAll(out.Bytes(), outside)
		if err != nil || len(results) != 1 || results[0] != nil || !bytes.Equal(got, content) {
			t.Fatalf("not good: %v, %v", results, err)
		}
	})
}

func BenchmarkSignedData(b *testing.B) {
	for _, kind := range []string{"rsa-2048", "p-256", "ed25519"} {
		for _, size := range []int{1 << 10, 1 << 20, 64 << 20} {
			content := make([]byte, size)
			message := opaque(b, content, signerOf(b, kind))
			b.Run(fmt.Sprintf("Sign/%s/%d", kind, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					w, err := NewSignedDataWriter(io.Discard, []Signer{signerOf(b, kind)}, SignedDataOptions{ContentSize: int64(size), Time: signTime})
					if err == nil {
						_, err = w.Write(content)
					}
					if err == nil {
						err = w.Close()
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(fmt.Sprintf("Verify/%s/%d", kind, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					sd, err := ReadSignedData(bytes.NewReader(message), nil, Limits{})
					if err == nil {
						err = sd.Verify(sd.Signers[0], signerOf(b, kind).Certificate)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
