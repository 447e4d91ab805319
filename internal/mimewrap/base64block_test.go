package mimewrap

import (
	"bytes"
	"encoding/base64"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// noise is n octets that are always the same.
func noise(n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(p)
	return p
}

// TestBase64Vector holds the vector instructions against encoding/base64 at every length around their steps.
func TestBase64Vector(t *testing.T) {
	t.Parallel()
	p := noise(3 * 2000)
	for n := 0; n <= len(p); n += 3 {
		if n > 600 && n < len(p)-300 {
			continue
		}
		src := bytes.Clone(p[:n]) // of its own, so that a read beyond its end shows under the race detector
		text := make([]byte, n/3*4+32)
		encodeVector(text[:n/3*4], src)
		want := base64.StdEncoding.AppendEncode(nil, src)
		if !bytes.Equal(text[:len(want)], want) {
			t.Fatalf("%d octets: encoded as %q", n, text)
		}
		if !bytes.Equal(text[len(want):], make([]byte, 32)) {
			t.Fatalf("%d octets: written beyond the end", n)
		}
		back := make([]byte, n+32)
		if !decodeVector(back[:n], want) || !bytes.Equal(back[:n], src) || !bytes.Equal(back[n:], make([]byte, 32)) {
			t.Fatalf("%d octets: decoded as %x", n, back)
		}
	}
}

// TestBase64VectorAlphabet puts every octet at every place of a vector, and of what is left behind the last one.
func TestBase64VectorAlphabet(t *testing.T) {
	t.Parallel()
	text := base64.StdEncoding.AppendEncode(nil, noise(96))
	dst := make([]byte, 96)
	for i := range text {
		was := text[i]
		for c := range 256 {
			text[i] = byte(c)
			good := strings.IndexByte(base64Alphabet, byte(c)) >= 0
			if decodeVector(dst, text) != good {
				t.Fatalf("octet 0x%02x at %d: taken for good: %v", c, i, !good)
			}
			if want, _ := base64.StdEncoding.DecodeString(string(text)); good && !bytes.Equal(dst, want) {
				t.Fatalf("octet 0x%02x at %d: decoded as %x, want %x", c, i, dst, want)
			}
		}
		text[i] = was
	}
}

// TestBase64Seams encodes and decodes at the sizes where the paths meet: a line, the fewest lines that are
// taken together, a block, the window.
func TestBase64Seams(t *testing.T) {
	t.Parallel()
	p := noise(base64Window + 2000)
	for _, columns := range []int{4, 64, 76, 1024, 1028} {
		line := columns / 4 * 3
		for _, ending := range []string{"\n", "\r\n"} {
			for _, seam := range []int{0, line, blockLines * line, base64Block / 4 * 3, base64Block / columns * line, base64Window / 4 * 3, base64Window} {
				for _, n := range []int{seam - line, seam - 1, seam, seam + 1, seam + line} {
					if n < 0 || n > len(p) {
						continue
					}
					text := encoded(p[:n], columns, ending)
					if want := wrapped(p[:n], columns, ending); !bytes.Equal(text, want) {
						t.Fatalf("%d octets, %d columns, %q: encoded otherwise than by encoding/base64", n, columns, ending)
					}
					for _, piece := range []int{64 << 10, 4096, 1 << 20} {
						var got bytes.Buffer
						_, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{together(text)}, make([]byte, piece))
						if err != nil || !bytes.Equal(got.Bytes(), p[:n]) {
							t.Fatalf("%d octets, %d columns, %q, pieces of %d: decoded otherwise (%v)", n, columns, ending, piece, err)
						}
					}
				}
			}
		}
	}
}

// together reads lines together, however few there are.
func together(text []byte) *base64Reader {
	r := newBase64Reader(bytes.NewReader(text), int64(len(text)))
	r.many = true
	return r
}

// encoded is what base64Writer makes.
func encoded(p []byte, columns int, ending string) []byte {
	var out bytes.Buffer
	w := newBase64Writer(&out, columns, ending)
	w.many = 0
	w.Write(p)
	w.Close()
	return out.Bytes()
}

// wrapped is what encoding/base64 makes, in lines.
func wrapped(p []byte, columns int, ending string) []byte {
	text := base64.StdEncoding.AppendEncode(nil, p)
	var out []byte
	for len(text) > 0 {
		n := min(columns, len(text))
		out = append(append(out, text[:n]...), ending...)
		text = text[n:]
	}
	return out
}

// TestBase64Damaged damages one octet of long texts: where lines are decoded together, nothing else may be
// found out than octet by octet.
func TestBase64Damaged(t *testing.T) {
	t.Parallel()
	p := noise(40_000)
	for _, ending := range []string{"\n", "\r\n"} {
		text := encoded(p, 64, ending)
		for at := 0; at < len(text); at += 1 + len(text)/150 {
			for _, c := range []byte("=\x00-\xff \t\r\nA") {
				damaged := bytes.Clone(text)
				damaged[at] = c
				got, err := io.ReadAll(together(damaged))
				slow := together(damaged)
				slow.slow = 1 << 62
				want, wantErr := io.ReadAll(slow)
				if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() || !bytes.Equal(got, want) {
					t.Fatalf("octet 0x%02x at %d: %d octets, %v; line by line %d octets, %v", c, at, len(got), err, len(want), wantErr)
				}
			}
		}
	}
}

// TestBase64DamagedOften: in each block that is decoded together there is a line that has to be decoded by itself.
func TestBase64DamagedOften(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("QUJD", 16)
	blank := line[:60] + "   D" // blanks within a group: neither path may lose its place
	text := strings.Repeat(strings.Repeat(line+"\n", 30)+blank+"\n"+blank+"\n"+blank+"\n"+blank+"\n", 200)
	got, err := io.ReadAll(together([]byte(text)))
	want, wantErr := base64.StdEncoding.DecodeString(strings.NewReplacer(" ", "", "\n", "").Replace(text))
	if err != nil || wantErr != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d octets, %v, want %d, %v", len(got), err, len(want), wantErr)
	}
}

// FuzzBase64Differential holds the codec against encoding/base64: the text of any octets in lines, and one octet
// of it changed.
func FuzzBase64Differential(f *testing.F) {
	f.Add([]byte("abc"), 64, false, 5, byte('='))
	f.Add(noise(5000), 76, true, 4000, byte('\n'))
	f.Add(noise(20000), 4, false, 9999, byte('-'))
	f.Fuzz(func(t *testing.T, p []byte, width int, crlf bool, at int, c byte) {
		columns := 4 * (1 + width&0xff)
		ending := "\n"
		if crlf {
			ending = "\r\n"
		}
		for len(p) > 0 && len(p) < 3000 { // long enough for lines to be taken together
			p = append(p, p...)
		}
		text := encoded(p, columns, ending)
		if !bytes.Equal(text, wrapped(p, columns, ending)) {
			t.Fatalf("%d octets in %d columns: encoded otherwise", len(p), columns)
		}
		if len(text) > 0 {
			text[uint(at)%uint(len(text))] = c
		}
		got, err := io.ReadAll(together(text))
		want, wantErr := base64.StdEncoding.Strict().DecodeString(strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "").Replace(string(text)))
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("%d octets in %d columns, 0x%02x at %d: %d octets, %v, want %d, %v", len(p), columns, c, at, len(got), err, len(want), wantErr)
		}
	})
}
