package mimewrap

import (
	"io"

	"smimectl/internal/stage"
)

// passing gives the first part of a multipart to somebody while the boundary after it is looked for, so that a large one
// is read once. Nobody knows yet whether what comes after it is as it should be.
type passing struct {
	form   canonicalForm
	dst    io.Writer
	ring   stage.Ring // buffers of the scanner: of what is lent the next one must not take the place
	window int        // their size
	at     int64      // where what was not given yet begins; -1 outside of the part
	lent   bool       // something of the present buffer

	begun bool // there was a boundary
	all   bool // the part was given to its end
}

// passingWindow is how much is scanned at a time: a piece, and what is kept of the one before.
const passingWindow = stage.Size + 8<<10

func newPassing(dst io.Writer) *passing {
	if dst == nil {
		return nil
	}
	return &passing{dst: dst, window: passingWindow, at: -1}
}

// boundary begins with the part after the first boundary, and ends with the next one.
func (p *passing) boundary(s *boundaryScanner, d delimiter) error {
	switch {
	case p == nil:
		return nil
	case !p.begun:
		p.begun = true
		// An entity that is encoded as binary has no lines, and no canonical form but its own. Where the header that is
		// read here goes on behind the part, the part is all header, and that has lines in any case.
		if part, err := readPart(s.src, span{d.end, s.body.end}); err != nil || !part.hasLines() {
			return err
		}
		p.at = d.end
	case p.at >= 0:
		err := p.upTo(s, d.start)
		p.all = err == nil
		p.at = -1
		return err
	}
	return nil
}

// upTo gives what lies before end in the scanner's buffer.
func (p *passing) upTo(s *boundaryScanner, end int64) error {
	if p.at < 0 || end <= p.at {
		return nil
	}
	piece := s.buf[p.at-s.base : end-s.base]
	p.at, p.lent = end, true
	return stage.Lend(p.dst, p.form.of(piece, nil))
}

// next returns the buffer that the scanner is to go on in: another one where something of this one is lent.
func (p *passing) next(buf []byte) []byte {
	if !p.lent && buf != nil {
		return buf
	}
	p.lent = false
	return p.ring.Next(p.window)
}

// passed reports whether all of the part was given. Nothing is read any more of what was lent.
func (p *passing) passed() (bool, error) {
	err := p.settle()
	return p != nil && p.all && err == nil, err
}

// settle returns when nothing is read any more of what was lent, whatever else there is.
func (p *passing) settle() error {
	if p == nil {
		return nil
	}
	return stage.Settle(p.dst)
}

// hasLines reports whether the canonical form of an entity is that of a text, header and body.
func (e *Entity) hasLines() bool {
	enc, err := e.TransferEncoding()
	return err != nil || enc != "binary" || e.broken != nil
}
