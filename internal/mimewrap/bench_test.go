package mimewrap

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

const benchSize = 16 << 20

func lines(n, width int, ending string) []byte {
	line := strings.Repeat("x", width) + ending
	return []byte(strings.Repeat(line, n/len(line)+1))[:n/len(line)*len(line)]
}

func BenchmarkCanonical(b *testing.B) {
	for _, c := range []struct{ name, ending string }{{"CRLF", "\r\n"}, {"LF", "\n"}} {
		b.Run(c.name, func(b *testing.B) {
			body := lines(benchSize, 72, c.ending)
			src := spool.Bytes(body)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := newCanonicalReader(src, span{0, src.Size()}).WriteTo(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBase64Decode(b *testing.B) {
	for _, c := range []struct {
		name    string
		columns int
		ending  string
	}{{"64LF", 64, "\n"}, {"64CRLF", 64, "\r\n"}, {"76CRLF", 76, "\r\n"}, {"OneLine", 1 << 24, "\n"}} {
		b.Run(c.name, func(b *testing.B) {
			text := encode64(make([]byte, benchSize), c.columns, c.ending)
			src := spool.Bytes(text)
			b.SetBytes(benchSize)
			buf := make([]byte, 64<<10)
			for b.Loop() {
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{newBase64Reader(spool.NewReader(src), src.Size())}, buf)
				if n != benchSize || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func encode64(p []byte, columns int, ending string) []byte {
	var out bytes.Buffer
	if columns > len(p)*2 {
		columns = (len(p) + 2) / 3 * 4
	}
	w := newBase64Writer(&out, columns, ending)
	w.Write(p)
	w.Close()
	return out.Bytes()
}

func BenchmarkBase64Encode(b *testing.B) {
	p := make([]byte, benchSize)
	w := newBase64Writer(io.Discard, 64, "\r\n")
	b.SetBytes(benchSize)
	for b.Loop() {
		if _, err := w.Write(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBoundary(b *testing.B) {
	body := append(lines(benchSize, 72, "\r\n"), "\r\n--=_boundary--\r\n"...)
	src := spool.Bytes(body)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		s, err := slice(src, span{0, src.Size()}, "=_boundary", 2, nil)
		if err != nil || !s.closed {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	body := lines(benchSize, 72, "\r\n")
	src := spool.Bytes(body)
	window := &windows{size: stage.Size}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := scan(src, span{0, src.Size()}, window); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPrepare(b *testing.B) {
	head := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	body := append([]byte(head), lines(benchSize, 76, "\r\n")...)
	body = append(body, "--b--\r\n"...)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		e, err := ReadEntity(spool.Bytes(body))
		if err != nil {
			b.Fatal(err)
		}
		p, err := Prepare(e, PrepareOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuotedPrintable(b *testing.B) {
	body := bytes.Repeat([]byte("Gr\xc3\xbc\xc3\x9fe aus M\xc3\xbcnchen, wo die Sonne scheint und alles gut ist.\r\n"), benchSize/64)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		w := newQuotedWriter(io.Discard)
		w.Write(body)
		w.Close()
	}
}

// BenchmarkAtOnce makes the canonical form and looks at it.
func BenchmarkAtOnce(b *testing.B) {
	for _, c := range []struct{ name, ending string }{{"CRLF", "\r\n"}, {"LF", "\n"}} {
		b.Run(c.name, func(b *testing.B) {
			body := lines(benchSize, 72, c.ending)
			src := spool.Bytes(body)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				r := newCanonicalReader(src, span{0, src.Size()})
				r.looker = newLooker([]look{{span: span{0, src.Size()}, longest: 76}})
				if _, err := r.WriteTo(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkQuotedPrintableLines(b *testing.B) {
	body := bytes.Repeat([]byte("a line of seventy-two characters of plain text, as mail has it, 0123456\r\n"), benchSize/73)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		w := newQuotedWriter(io.Discard)
		w.Write(body)
		w.Close()
	}
}
