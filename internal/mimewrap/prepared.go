package mimewrap

import (
	"io"

	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// Prepared is a MIME entity ready to be signed or encrypted, as a list of pieces of the file. Nothing of it is
// held in memory but headers that were changed.
type Prepared struct {
	Notes []string // what was re-encoded, and what may break

	base    spool.Source
	pieces  []piece
	size    int64
	guessed int64 // the size, or about that
	literal int
	// keepCRLF: a file with LF line ends could not bring these octets back.
	keepCRLF bool
	looks    []look // at what is looked at while it is written
}

// piece is one run of octets of the prepared entity.
type piece struct {
	kind     pieceKind
	span     span
	text     []byte // literal
	from, to string // transfer encodings of a re-encoded body
	size     int64
	apart    bool // a header that may yet be changed: joined to nothing
}

type pieceKind int

const (
	literalPiece   pieceKind = iota
	canonicalPiece           // of the file, line ends made CRLF
	rawPiece                 // of the file, as it is
	recodedPiece             // a body in another transfer encoding
)

// Size is the exact number of octets that WriteTo writes; -1: that shows when it is written.
func (p *Prepared) Size() int64 { return p.size }

// Guess is the Size, or about as much: when that is -1.
func (p *Prepared) Guess() int64 { return p.guessed }

// WriteTo writes the entity in canonical form. It can be called again and writes the same octets.
func (p *Prepared) WriteTo(w io.Writer) (int64, error) {
	var looker *looker
	if len(p.looks) > 0 {
		looker = newLooker(p.looks)
	}
	var total int64
	for i := range p.pieces {
		n, err := p.pieces[i].writeTo(w, p.base, looker)
		total += n
		if err != nil {
			return total, err
		}
	}
	if looker != nil && len(looker.left) > 0 {
		return total, ErrWouldBreak // what was not looked at is not known to survive
	}
	if p.size >= 0 && total != p.size {
		return total, spool.ErrChanged
	}
	return total, nil
}

func (c *piece) writeTo(w io.Writer, base spool.Source, looker *looker) (int64, error) {
	switch c.kind {
	case canonicalPiece:
		r := newCanonicalReader(base, c.span)
		r.looker = looker
		return r.WriteTo(w)
	case rawPiece:
		return stage.Copy(w, spool.NewReader(c.span.of(base)), c.span.size())
	case recodedPiece:
		count := &countingWriter{dst: w}
		err := c.recode(count, base)
		return count.n, err
	}
	n, err := w.Write(c.text)
	return int64(n), err
}

type countingWriter struct {
	dst io.Writer // nil: only count
	n   int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	if c.dst == nil {
		return len(p), nil
	}
	return c.dst.Write(p)
}

// Lend implements [stage.Writer].
func (c *countingWriter) Lend(p []byte) error {
	c.n += int64(len(p))
	if c.dst == nil {
		return nil
	}
	return stage.Lend(c.dst, p)
}

// Settle implements [stage.Writer].
func (c *countingWriter) Settle() error { return stage.Settle(c.dst) }

// leafColumns is the width of base64 lines in re-encoded parts.
const leafColumns = 76

// recode decodes and encodes a body. An unencoded one is text, read in canonical form, unless from says
// "binary".
func (c *piece) recode(w io.Writer, base spool.Source) error {
	var src io.Reader
	switch c.from {
	case "7bit", "8bit":
		src = newCanonicalReader(base, c.span)
	default:
		src = decoded(c.span.of(base), c.from)
	}
	var dst io.WriteCloser
	if c.to == "base64" {
		dst = newBase64Writer(w, leafColumns, "\r\n")
	} else {
		dst = newQuotedWriter(w)
	}
	_, err := io.Copy(dst, src)
	if err == nil {
		err = dst.Close()
	}
	if failed := stage.Settle(w); failed != nil {
		err = failed // it was there first
	}
	return err
}

func (p *Prepared) addLiteral(text []byte) int {
	p.literal += len(text)
	p.pieces = append(p.pieces, piece{kind: literalPiece, text: text, size: int64(len(text))})
	return len(p.pieces) - 1
}

// addCanonical adds a span of the file that holds bareLF line ends without CR. Neighbours are joined, so that
// a mail which needs no change is read in one run.
func (p *Prepared) addCanonical(s span, bareLF int64) {
	if s.size() == 0 {
		return
	}
	if n := len(p.pieces); n > 0 {
		if last := &p.pieces[n-1]; last.kind == canonicalPiece && !last.apart && last.span.end == s.start {
			last.span.end = s.end
			last.size += s.size() + bareLF
			return
		}
	}
	p.pieces = append(p.pieces, piece{kind: canonicalPiece, span: s, size: s.size() + bareLF})
}
