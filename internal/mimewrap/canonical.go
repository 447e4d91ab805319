package mimewrap

import (
	"bytes"
	"io"

	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// firstBareLF returns where the first LF without a CR before it is, or -1. afterCR: the octet before p was CR.
func firstBareLF(p []byte, afterCR bool) int {
	for i := 0; ; {
		k := bytes.IndexByte(p[i:], '\n')
		if k < 0 {
			return -1
		}
		i += k
		if i == 0 && !afterCR || i > 0 && p[i-1] != '\r' {
			return i
		}
		i++
	}
}

// appendCanonical appends p with CRLF for every LF without CR, and changes nothing else (RFC 8551, Section
// 3.1.1). A CR alone stays: what a transport makes of it cannot be known.
func appendCanonical(dst, p []byte, afterCR bool) []byte {
	start, i := 0, 0
	for {
		k := bytes.IndexByte(p[i:], '\n')
		if k < 0 {
			return append(dst, p[start:]...)
		}
		i += k
		if i == 0 && !afterCR || i > 0 && p[i-1] != '\r' {
			dst = append(append(dst, p[start:i]...), '\r', '\n')
			start = i + 1
		}
		i++
	}
}

// textWriter takes canonical text also in the form it came from, where that had LF for every CRLF and no CR:
// who writes it like that need not take the CRs out again. Both are lent.
type textWriter interface {
	stage.Writer
	lendText(lf, canonical []byte) error
}

// countBareLF counts the LF without CR of a piece that does not begin in the middle of a CRLF.
func countBareLF(p []byte) int64 {
	return int64(bytes.Count(p, []byte{'\n'}) - bytes.Count(p, []byte("\r\n")))
}

// canonicalForm makes the canonical form of octets that come piece by piece.
type canonicalForm struct {
	out     stage.Ring
	afterCR bool // the last piece ended with CR
	plain   bool // the last piece had LF for line ends, and no CR
}

// of returns p in canonical form: p itself where it has it already, and else octets that are lent, as those of a
// [stage.Ring]. text looks at p; nil: nobody does.
func (f *canonicalForm) of(p []byte, text *textScan) []byte {
	afterCR := f.afterCR
	f.afterCR, f.plain = p[len(p)-1] == '\r', false
	if !afterCR && bytes.IndexByte(p, '\r') < 0 && bytes.IndexByte(p, '\n') >= 0 {
		f.plain = true
		if text == nil {
			text = new(textScan) // nobody's
		} else {
			text.octets(p)
		}
		return f.made(text.appendWithCRLF(f.room(p), p))
	}
	bare := false
	if text == nil {
		bare = firstBareLF(p, afterCR) >= 0
	} else {
		before := text.bareLF
		text.Write(p)
		bare = text.bareLF > before
	}
	if !bare {
		return p
	}
	return f.made(appendCanonical(f.room(p), p, afterCR))
}

// room is where the canonical form of p is made.
func (f *canonicalForm) room(p []byte) []byte { return f.out.Next(len(p) + len(p)/8 + 2*shortLine) }

func (f *canonicalForm) made(out []byte) []byte {
	f.out.Keep(out)
	return out
}

const copyWindow = stage.Size

// canonicalReader reads a span of a source in canonical form. What is canonical already is handed on without
// being copied.
type canonicalReader struct {
	src     spool.Source
	at, end int64
	in      stage.Ring
	form    canonicalForm
	ready   []byte
	whole   int     // octets of ready when it was made
	lf      []byte  // what ready was made of, where it is without a CR; nil otherwise
	looker  *looker // looks at what is read; nil: nobody does
}

func newCanonicalReader(src spool.Source, s span) *canonicalReader {
	return &canonicalReader{src: src, at: s.start, end: s.end}
}

func (c *canonicalReader) next() error {
	if c.at >= c.end {
		return io.EOF
	}
	want := min(copyWindow, c.end-c.at)
	p, held := spool.View(c.src, c.at, want)
	if !held {
		if want == copyWindow {
			want -= c.at % spool.Whole // the next one begins where a piece of the source does
		}
		in := c.in.Next(int(want))
		n, err := readAt(c.src, in[:want], c.at)
		if err != nil {
			return err
		}
		p = in[:n]
	}
	if len(p) == 0 {
		return spool.ErrChanged
	}
	s := span{c.at, c.at + int64(len(p))}
	c.at = s.end
	return c.take(p, s)
}

// take makes ready of p, which lies at s, and has it looked at.
func (c *canonicalReader) take(p []byte, s span) error {
	var text *textScan
	if c.looker != nil {
		if text = c.looker.within(s); text == nil {
			if err := c.looker.take(p, s.start); err != nil {
				return err
			}
		}
	}
	c.ready = c.form.of(p, text)
	c.whole, c.lf = len(c.ready), nil
	if c.form.plain {
		c.lf = p
	}
	if text != nil {
		return c.looker.passed(s.end)
	}
	return nil
}

func (c *canonicalReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(c.ready) == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

// WriteTo lends the reader's own buffers.
func (c *canonicalReader) WriteTo(w io.Writer) (int64, error) {
	n, err := c.lendTo(w)
	if failed := stage.Settle(w); failed != nil {
		err = failed // it was there first
	}
	return n, err
}

func (c *canonicalReader) lendTo(w io.Writer) (int64, error) {
	var total int64
	text, takesText := w.(textWriter)
	for {
		if len(c.ready) > 0 {
			var err error
			if takesText && c.lf != nil && len(c.ready) == c.whole {
				err = text.lendText(c.lf, c.ready)
			} else {
				err = stage.Lend(w, c.ready)
			}
			if err != nil {
				return total, err
			}
			total += int64(len(c.ready))
			c.ready = nil
		}
		if err := c.next(); err == io.EOF {
			return total, nil
		} else if err != nil {
			return total, err
		}
	}
}

// Canonical reads the entity, header and body, in the canonical form that is signed: LF without CR becomes
// CRLF and nothing else changes. The body of an entity that says it is encoded as binary has no lines and
// stays as it is.
func (e *Entity) Canonical() io.Reader {
	if !e.hasLines() {
		return e.headerCanonical()
	}
	return newCanonicalReader(e.base, e.whole)
}

// headerCanonical reads the header in canonical form and the body as it is.
func (e *Entity) headerCanonical() io.Reader {
	return io.MultiReader(newCanonicalReader(e.base, span{e.whole.start, e.body.start}), spool.NewReader(e.Body))
}

// lineFeedWriter writes canonical text with LF for CRLF.
type lineFeedWriter struct {
	dst   io.Writer
	out   stage.Ring
	heldC bool // a CR at the end of the last write, not yet written
}

func (l *lineFeedWriter) Write(p []byte) (int, error) {
	n := len(p)
	out := l.out.Next(n + 1)
	if l.heldC && n > 0 {
		if p[0] != '\n' {
			out = append(out, '\r')
		}
		l.heldC = false
	}
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\r')
		if i < 0 {
			out = append(out, p...)
			break
		}
		out = append(out, p[:i]...)
		if p = p[i+1:]; len(p) == 0 {
			l.heldC = true
		} else if p[0] != '\n' {
			out = append(out, '\r')
		}
	}
	l.out.Keep(out)
	if err := stage.Lend(l.dst, out); err != nil {
		return 0, err
	}
	return n, nil
}

// flush writes a CR that no LF followed.
func (l *lineFeedWriter) flush() error {
	if !l.heldC {
		return nil
	}
	l.heldC = false
	_, err := l.dst.Write([]byte{'\r'})
	return err
}
