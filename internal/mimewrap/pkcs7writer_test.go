package mimewrap

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// overwritable is what was written, which can be written over.
type overwritable struct{ bytes.Buffer }

func (o *overwritable) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off+int64(len(p)) > int64(o.Len()) {
		return 0, io.ErrShortWrite
	}
	return copy(o.Bytes()[off:], p), nil
}

// TestWriteHead: an object whose head is written over is the mail that it would be with that head from the beginning,
// wherever in a line the head ends and however much follows.
func TestWriteHead(t *testing.T) {
	t.Parallel()
	octets := func(n int, seed byte) []byte {
		p := make([]byte, n)
		for i := range p {
			p[i] = byte(i*7+i>>8) ^ seed
		}
		return p
	}
	heads := []int{200_000, 200_001, base64Block, base64Block / 4 * 3, base64Block/4*3 + 1}
	for n := range 2*48 + 3 {
		heads = append(heads, n)
	}
	for _, ending := range []string{"\n", "\r\n"} {
		outer := Outer{Fields: []Field{{Name: "From", Raw: []byte("From: a\n")}}, Ending: ending}
		for _, n := range heads {
			for _, behind := range []int{0, 1, 2, 3, 46, 47, 48, 49, 1000, 300_000} {
				for _, piece := range []int{1, 7, 1 << 20} {
					if piece == 1 && n+behind > 1000 || behind > 1000 && n%16 != 15 {
						continue
					}
					mail := func(head []byte, again []byte) string {
						var dst overwritable
						w, err := NewPKCS7Writer(&dst, outer, "signed-data")
						if err != nil {
							t.Fatal(err)
						}
						w.Write(head[:n/2])
						w.Write(head[n/2:])
						if again != nil {
							w.HeadEnds()
						}
						for rest := octets(behind, 0); len(rest) > 0; {
							k := min(piece, len(rest))
							w.Write(rest[:k])
							rest = rest[k:]
						}
						if err := w.Close(); err != nil {
							t.Fatal(err)
						}
						if again != nil {
							if err := w.WriteHead(&dst, again); err != nil {
								t.Fatal(err)
							}
						}
						return dst.String()
					}
					guessed, right := octets(n, 0x55), octets(n, 0xaa)
					if got, want := mail(guessed, right), mail(right, nil); got != want {
						t.Fatalf("head of %d octets, %d behind it in pieces of %d: %d octets of mail, want %d, or others", n, behind, piece, len(got), len(want))
					}
				}
			}
		}
	}
}

// TestWriteHeadRefuses: another head has to be as long as the first, and trouble is told.
func TestWriteHeadRefuses(t *testing.T) {
	t.Parallel()
	var dst overwritable
	w, err := NewPKCS7Writer(&dst, Outer{}, "signed-data")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "the head")
	w.HeadEnds()
	io.WriteString(w, "and the rest")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	before := dst.String()
	for _, head := range []string{"", "a head", "a long head"} {
		if err := w.WriteHead(&dst, []byte(head)); err == nil || dst.String() != before {
			t.Errorf("%q: written over a head of 8 octets, %v", head, err)
		}
	}
	trouble := errors.New("trouble")
	if err := w.WriteHead(failingAt{trouble}, []byte("new head")); err != trouble {
		t.Error(err)
	}
}

type failingAt struct{ err error }

func (f failingAt) WriteAt([]byte, int64) (int, error) { return 0, f.err }
