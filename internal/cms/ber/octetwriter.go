package ber

import (
	"errors"
	"io"
)

// SegmentSize is the length of the segments in which strings of octets of
// unknown length are written.
const SegmentSize = 64 << 10

// OctetString begins a string of octets of unknown length: constructed, of
// indefinite length, with segments of SegmentSize octets. Close of what is
// returned ends the element.
func (w *Writer) OctetString(tag Tag) io.WriteCloser {
	w.Open(tag)
	return &segmentWriter{w: w}
}

// OctetStringDefinite begins a primitive string of exactly length octets.
// Close of what is returned fails if it did not get as many.
func (w *Writer) OctetStringDefinite(tag Tag, length uint64) io.WriteCloser {
	w.header(tag, false, length)
	return &definiteWriter{w, length}
}

// segmentHeader is the header of a full segment.
var segmentHeader = string(AppendHeader(nil, OctetString, false, SegmentSize))

// segmentWriter writes the segments of a string. The room for the header of a
// full segment stands before the gathered octets, so that one is one write.
type segmentWriter struct {
	w      *Writer
	buf    []byte // header room, then octets
	closed bool
}

func (s *segmentWriter) Write(p []byte) (int, error) {
	if s.closed {
		return 0, s.w.fail(errors.New("ber: internal error: write after Close"))
	}
	total := len(p)
	room := len(segmentHeader)
	for len(p) > 0 {
		if len(s.buf) <= room && len(p) >= SegmentSize {
			s.w.Raw([]byte(segmentHeader))
			if err := s.w.Raw(p[:SegmentSize]); err != nil {
				return total - len(p), err
			}
			p = p[SegmentSize:]
			continue
		}
		if s.buf == nil {
			s.buf = append(make([]byte, 0, min(room+SegmentSize, 2*len(p)+room+512)), segmentHeader...)
		}
		n := min(len(p), room+SegmentSize-len(s.buf))
		s.buf = append(s.buf, p[:n]...)
		p = p[n:]
		if len(s.buf) == room+SegmentSize {
			if err := s.w.Raw(s.buf); err != nil {
				return total - len(p), err
			}
			s.buf = s.buf[:room]
		}
	}
	return total, s.w.err
}

// Close writes the last segment and ends the string.
func (s *segmentWriter) Close() error {
	if s.closed {
		return s.w.err
	}
	s.closed = true
	if room := len(segmentHeader); len(s.buf) > room {
		s.w.Primitive(OctetString, s.buf[room:])
	}
	return s.w.Close()
}

// OctetStringGuessed is OctetStringDefinite when length is only a guess: what is
// returned takes any number of octets, and its Close lets the definite lengths
// around it be more or less by as much as the guess was wrong. All that was written
// of them has to be written over then, by who can.
func (w *Writer) OctetStringGuessed(tag Tag, length uint64) io.WriteCloser {
	var b [maxHeader]byte
	w.Raw(AppendHeader(b[:0], tag, false, length))
	return &guessedWriter{w, length}
}

type guessedWriter struct {
	w    *Writer
	left uint64 // of the guess; less than nothing, as two's complement, behind it
}

func (g *guessedWriter) Write(p []byte) (int, error) {
	if err := g.w.Raw(p); err != nil {
		return 0, err
	}
	g.left -= uint64(len(p))
	return len(p), nil
}

func (g *guessedWriter) Close() error {
	for i := range g.w.stack {
		g.w.stack[i].end -= g.left
	}
	g.left = 0
	return g.w.err
}

type definiteWriter struct {
	w    *Writer
	left uint64
}

func (d *definiteWriter) Write(p []byte) (int, error) {
	if uint64(len(p)) > d.left {
		return 0, d.w.fail(errLength)
	}
	d.left -= uint64(len(p))
	if err := d.w.Raw(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close checks that all octets were written.
func (d *definiteWriter) Close() error {
	if d.left != 0 {
		return d.w.fail(errLength)
	}
	return d.w.err
}
