package mimewrap

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"testing"
	"testing/iotest"

	"smimectl/internal/spool"
)

func all(t testing.TB, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	return string(data)
}

func TestBase64(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
		ok               bool
	}{
		{"empty", "", "", true},
		{"three", "QUJD", "ABC", true},
		{"one", "QQ==", "A", true},
		{"two", "QUI=\r\n", "AB", true},
		{"blanks", " Q U\tJ\r\nD\n\n", "ABC", true},
		{"odd line widths", "Q\nUJ\nDQUJ\nD", "ABCABC", true},
		{"padding over lines", "QQ=\n=\n", "A", true},
		{"junk", "QUJ*", "", false},
		{"dash", "QU-_", "", false},
		{"missing pad", "QQ", "", false},
		{"half a pad", "QQ=", "", false},
		{"missing pad of two", "QUI", "", false},
		{"data after pad", "QQ==QUJD", "", false},
		{"pad after pad", "QQ===", "", false},
		{"pad alone", "====", "", false},
		{"pad after one", "Q===", "", false},
		{"pad after four", "QUJD=", "", false},
		{"left over bits", "QR==", "", false},
		{"left over bits of two", "QUJ=", "", false},
		{"footer", "QUJD\n-- \nlist", "", false},
		{"NUL", "QUJD\x00", "", false},
		{"high bit", "QUJ\xc4", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, wrap := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
				got, err := io.ReadAll(newBase64Reader(wrap(strings.NewReader(test.text)), 0))
				var m *MalformedError
				if test.ok && (err != nil || string(got) != test.want) || !test.ok && !errors.As(err, &m) {
					t.Errorf("got %q, %v, want %q", got, err, test.want)
				}
			}
		})
	}
}

func TestBase64ReadError(t *testing.T) {
	t.Parallel()
	trouble := errors.New("disk")
	_, err := io.ReadAll(newBase64Reader(io.MultiReader(strings.NewReader("QUJD"), iotest.ErrReader(trouble)), 4))
	if !errors.Is(err, trouble) {
		t.Errorf("error = %v", err)
	}
	_, err = io.ReadAll(newQuotedReader(io.MultiReader(strings.NewReader("QUJD"), iotest.ErrReader(trouble))))
	if !errors.Is(err, trouble) {
		t.Errorf("error = %v", err)
	}
}

// TestBase64Lines encodes at every width and line end, and decodes with every size of read.
func TestBase64Lines(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, columns := range []int{4, 60, 64, 76, 1000, 4096} {
		for _, ending := range []string{"\n", "\r\n"} {
			for _, size := range []int{0, 1, 2, 3, 47, 48, 49, 57, 58, 5000, 300_001} {
				p := make([]byte, size)
				for i := range p {
					p[i] = byte(random.Uint32())
				}
				var text bytes.Buffer
				w := newBase64Writer(&text, columns, ending)
				for rest := p; len(rest) > 0; {
					n := min(len(rest), 1+random.IntN(10_000))
					if _, err := w.Write(rest[:n]); err != nil {
						t.Fatal(err)
					}
					rest = rest[n:]
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if int64(text.Len()) != base64Size(int64(size), columns, ending) {
					t.Fatalf("%d octets in %d columns: size %d, base64Size %d", size, columns, text.Len(), base64Size(int64(size), columns, ending))
				}
				if flat := strings.ReplaceAll(text.String(), ending, ""); flat != base64.StdEncoding.EncodeToString(p) {
					t.Fatalf("%d octets in %d columns: wrong text", size, columns)
				}
				for _, line := range strings.Split(text.String(), ending) {
					if len(line) > columns {
						t.Fatalf("line of %d", len(line))
					}
				}
				for _, piece := range []int{1, 100, 4096, 70_000} {
					if size > 5000 && piece == 1 {
						continue
					}
					var got bytes.Buffer
					_, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{newBase64Reader(bytes.NewReader(text.Bytes()), int64(text.Len()))}, make([]byte, piece))
					if err != nil || !bytes.Equal(got.Bytes(), p) {
						t.Fatalf("%d octets in %d columns, reads of %d: %v", size, columns, piece, err)
					}
				}
			}
		}
	}
}

// strictBase64 is the reference: blanks away, then the standard library's strict decoder.
func strictBase64(text []byte) ([]byte, error) {
	var flat []byte
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			flat = append(flat, c)
		}
	}
	return base64.StdEncoding.Strict().DecodeString(string(flat))
}

func FuzzBase64(f *testing.F) {
	long := encode64(bytes.Repeat([]byte("abcdefg"), 100), 64, "\n")
	for _, s := range []string{"", "QUJD", "QQ==\n", "QUI=\r\n\r\n", " Q U J D ", "QUJDQUJD\nQUJDQUJD\nQUJ\n", string(long), string(long[:100]) + "*", "QR=="} {
		f.Add([]byte(s), 7)
	}
	f.Fuzz(func(t *testing.T, text []byte, piece int) {
		want, wantErr := strictBase64(text)
		var src io.Reader = bytes.NewReader(text)
		if piece&1 == 1 {
			src = iotest.HalfReader(src)
		}
		var got bytes.Buffer
		_, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{newBase64Reader(src, int64(piece))}, make([]byte, 1+piece&0x3fff))
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%q: got %q, %v, want %q, %v", text, got.Bytes(), err, want, wantErr)
		}
	})
}

func TestQuotedPrintable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
		ok               bool
	}{
		{"plain", "abc\r\ndef", "abc\r\ndef", true},
		{"LF", "abc\ndef\n", "abc\r\ndef\r\n", true},
		{"escape", "=41=4a=4B", "AJK", true},
		{"soft", "ab=\r\ncd=\nef", "abcdef", true},
		{"soft padded", "ab= \t \r\ncd", "abcd", true},
		{"soft at end", "ab=", "ab", true},
		{"trailing blanks", "ab \t\r\n c \n", "ab\r\n c\r\n", true},
		{"blanks at end", "ab  ", "ab", true},
		{"inner blanks", "a  b", "a  b", true},
		{"odd", "a=4g", "", false},
		{"odd at end", "a=4", "", false},
		{"odd blank", "a= x", "", false},
		{"lone CR", "a\rb", "a\rb", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, wrap := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
				got, err := io.ReadAll(newQuotedReader(wrap(strings.NewReader(test.text))))
				var m *MalformedError
				if test.ok && (err != nil || string(got) != test.want) || !test.ok && !errors.As(err, &m) {
					t.Errorf("got %q, %v, want %q", got, err, test.want)
				}
			}
		})
	}
	for _, endless := range []string{" ", "\n"} {
		r := newQuotedReader(strings.NewReader(strings.Repeat(endless, maxBlanks+10) + "x"))
		r.dropFinal = true
		var l *LimitError
		if _, err := io.ReadAll(r); !errors.As(err, &l) {
			t.Errorf("endless %q: %v", endless, err)
		}
	}
}

func FuzzQuotedPrintable(f *testing.F) {
	for _, s := range []string{"a\nFrom b\n.\n\n \t\n", "Gr\xc3\xbc\xc3\x9fe =41", strings.Repeat("x", 74) + "--b", strings.Repeat("y", 200) + " ", "\r\r\n"} {
		f.Add(s, 5)
	}
	f.Fuzz(func(t *testing.T, text string, piece int) {
		var out bytes.Buffer
		w := newQuotedWriter(&out)
		for rest := text; len(rest) > 0; {
			n := min(len(rest), 1+piece&0xff)
			w.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		w.Close()
		scanned, err := scan(spool.Bytes(out.Bytes()), span{0, int64(out.Len())}, &windows{size: 1 + int(piece)&0xff})
		if err != nil || len(scanned.breaks(76)) > 0 {
			t.Errorf("%q breaks: %q", out.String(), scanned.breaks(76))
		}
		want := string(appendCanonical(nil, []byte(text), false))
		if got := all(t, newQuotedReader(bytes.NewReader(out.Bytes()))); got != want {
			t.Errorf("comes back as %q, want %q", got, want)
		}
		if got, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(out.Bytes()))); err != nil || string(got) != want {
			t.Errorf("standard library reads %q, %v, want %q", got, err, want)
		}
	})
}

func naiveCanonical(p string) string {
	var out strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] == '\n' && (i == 0 || p[i-1] != '\r') {
			out.WriteByte('\r')
		}
		out.WriteByte(p[i])
	}
	return out.String()
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"", "\n", "a\nb\r\nc\rd\r\r\n\n", "a\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := all(t, newCanonicalReader(spool.Bytes([]byte(s)), span{0, int64(len(s))})), naiveCanonical(s); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for cut := 0; cut <= len(s) && cut < 20; cut++ {
			got := string(appendCanonical(appendCanonical(nil, []byte(s[:cut]), false), []byte(s[cut:]), cut > 0 && s[cut-1] == '\r'))
			if got != naiveCanonical(s) {
				t.Errorf("cut at %d: got %q", cut, got)
			}
		}
		// To LF and back: the same, but where CR stands before CRLF.
		var lf bytes.Buffer
		w := &lineFeedWriter{dst: &lf}
		for _, c := range []byte(naiveCanonical(s)) {
			w.Write([]byte{c})
		}
		w.flush()
		if want := strings.ReplaceAll(naiveCanonical(s), "\r\n", "\n"); lf.String() != want {
			t.Errorf("LF: got %q, want %q", lf.String(), want)
		}
	})
}

func TestCanonicalLarge(t *testing.T) {
	t.Parallel()
	// Line ends fall on every offset around the edge of the window.
	for shift := 0; shift < 5; shift++ {
		s := strings.Repeat("x", copyWindow-3+shift) + "\r\n\n\r\n\n" + strings.Repeat("y\r\nz\n", 60_000)
		if all(t, newCanonicalReader(spool.Bytes([]byte(s)), span{0, int64(len(s))})) != naiveCanonical(s) {
			t.Errorf("shift %d: wrong", shift)
		}
	}
}

func TestEntityCanonical(t *testing.T) {
	t.Parallel()
	if got := all(t, read(t, "A: b\n\nc\r\nd\ne\rf").Canonical()); got != "A: b\r\n\r\nc\r\nd\r\ne\rf" {
		t.Errorf("got %q", got)
	}
	if got := all(t, read(t, "A: b\nContent-Transfer-Encoding: Binary\n\nc\nd").Canonical()); got != "A: b\r\nContent-Transfer-Encoding: Binary\r\n\r\nc\nd" {
		t.Errorf("binary: got %q", got)
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"plain\r\ntext\n", ""},
		{"\xe4", "8bit"},
		{"a\x00b", "NUL"},
		{"a \r\nb", "blanks at the end of lines"},
		{"a\t\n", "blanks at the end of lines"},
		{"a ", "blanks at the end of lines"},
		{"From me", `lines that begin with "From "`},
		{"x\nFrom me\n", `lines that begin with "From "`},
		{"From\nxFrom \n.x\n..\n", "blanks at the end of lines"},
		{".", "lines of one dot"},
		{"x\r\n.\r\ny", "lines of one dot"},
		{"a\rb", "CR without LF"},
		{"a\r\r\n", "CR without LF"},
		{"a\r", "CR without LF"},
		{strings.Repeat("x", 76) + "\r\n" + strings.Repeat("x", 76), ""},
		{strings.Repeat("x", 77), "long lines"},
		{"\n" + strings.Repeat("x", 77) + "\r\n", "long lines"},
	}
	for _, test := range tests {
		for _, window := range []int{1, 2, 3, 1000} {
			s, err := scan(spool.Bytes([]byte(test.text)), span{0, int64(len(test.text))}, &windows{size: window})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.breaks(76), "|"); got != test.want {
				t.Errorf("%q by %d: got %q, want %q", test.text, window, got, test.want)
			}
			if want := int64(len(naiveCanonical(test.text))); s.canonicalSize() != want {
				t.Errorf("%q by %d: size %d, want %d", test.text, window, s.canonicalSize(), want)
			}
		}
	}
}
