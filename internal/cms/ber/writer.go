package ber

import (
	"errors"
	"io"
	"math/bits"
)

// SegmentSize is the length of the segments in which strings of octets of
// unknown length are written.
const SegmentSize = 64 << 10

// pendingSize is how many octets of headers and small elements a Writer
// gathers before it hands them on.
const pendingSize = 4 << 10

// HeaderSize returns the octets of a header with a definite length.
func HeaderSize(tag Tag, length uint64) int {
	n := 2
	if tag.Number >= 0x1f {
		n += (bits.Len32(tag.Number) + 6) / 7
	}
	if length >= 0x80 {
		n += (bits.Len64(length) + 7) / 8
	}
	return n
}

// Size returns the octets of an element with length octets of contents.
func Size(tag Tag, length uint64) uint64 {
	return uint64(HeaderSize(tag, length)) + length
}

// appendIdentifier appends the identifier octets.
func appendIdentifier(b []byte, tag Tag, constructed bool) []byte {
	first := byte(tag.Class) << 6
	if constructed {
		first |= 0x20
	}
	if tag.Number < 0x1f {
		return append(b, first|byte(tag.Number))
	}
	b = append(b, first|0x1f)
	shift := 0
	for tag.Number>>(shift+7) != 0 {
		shift += 7
	}
	for ; shift > 0; shift -= 7 {
		b = append(b, 0x80|byte(tag.Number>>shift))
	}
	return append(b, byte(tag.Number)&0x7f)
}

// AppendHeader appends a header with a definite length in its shortest form.
func AppendHeader(b []byte, tag Tag, constructed bool, length uint64) []byte {
	b = appendIdentifier(b, tag, constructed)
	if length < 0x80 {
		return append(b, byte(length))
	}
	n := 1
	for length>>(8*n) != 0 && n < 8 {
		n++
	}
	b = append(b, 0x80|byte(n))
	for n--; n >= 0; n-- {
		b = append(b, byte(length>>(8*n)))
	}
	return b
}

// Wrap returns the constructed element with the given tag around the parts.
func Wrap(tag Tag, parts ...[]byte) []byte {
	var n int
	for _, p := range parts {
		n += len(p)
	}
	out := AppendHeader(make([]byte, 0, n+maxHeader), tag, true, uint64(n))
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// opened is a container that is being written.
type opened struct {
	indefinite bool
	end        uint64 // position behind it, of a definite one
}

// Writer writes elements. The first error is kept and returned by every later
// call. Small pieces are gathered; they are out when the outermost container is
// closed, or after Flush.
type Writer struct {
	dst     io.Writer
	pending []byte
	likely  int // how much room is made for them next
	written uint64
	stack   []opened
	err     error
}

// NewWriter returns a Writer to dst.
func NewWriter(dst io.Writer) *Writer {
	return &Writer{dst: dst, likely: pendingSize}
}

// room makes room for n octets more among the pending ones, if they are few.
func (w *Writer) room(n int) bool {
	if n > cap(w.pending)-len(w.pending) {
		if len(w.pending)+n > pendingSize {
			return false
		}
		grown := make([]byte, len(w.pending), min(pendingSize, max(w.likely, len(w.pending)+n)))
		copy(grown, w.pending)
		w.pending, w.likely = grown, pendingSize
	}
	return true
}

var errLength = errors.New("ber: contents do not have the length that was announced")

func (w *Writer) fail(err error) error {
	if w.err == nil {
		w.err = err
	}
	return w.err
}

// Flush hands on what was gathered.
func (w *Writer) Flush() error {
	if w.err != nil {
		return w.err
	}
	if len(w.pending) > 0 {
		n, err := w.dst.Write(w.pending)
		if err == nil && n < len(w.pending) {
			err = io.ErrShortWrite
		}
		w.pending = w.pending[:0]
		if err != nil {
			return w.fail(err)
		}
	}
	return nil
}

// Written is how many octets were written so far, those included that are gathered.
func (w *Writer) Written() uint64 { return w.written }

// Raw writes octets as they stand: whole elements, made elsewhere.
func (w *Writer) Raw(b []byte) error {
	if w.err != nil {
		return w.err
	}
	w.written += uint64(len(b))
	if w.room(len(b)) {
		w.pending = append(w.pending, b...)
		return nil
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(b) <= pendingSize/2 && w.room(len(b)) {
		w.pending = append(w.pending, b...)
		return nil
	}
	n, err := w.dst.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return w.fail(err)
	}
	return nil
}

// header writes a header with a definite length.
func (w *Writer) header(tag Tag, constructed bool, length uint64) error {
	if w.err == nil && w.room(maxHeader) {
		before := len(w.pending)
		w.pending = AppendHeader(w.pending, tag, constructed, length)
		w.written += uint64(len(w.pending) - before)
		return nil
	}
	var b [maxHeader]byte
	return w.Raw(AppendHeader(b[:0], tag, constructed, length))
}

// Open begins a constructed element of indefinite length.
func (w *Writer) Open(tag Tag) error {
	var b [maxHeader]byte
	w.stack = append(w.stack, opened{indefinite: true})
	return w.Raw(append(appendIdentifier(b[:0], tag, true), 0x80))
}

// OpenDefinite begins a constructed element with length octets of contents.
func (w *Writer) OpenDefinite(tag Tag, length uint64) error {
	if w.pending == nil && length < pendingSize { // of what is written no more is gathered than there is
		w.likely = HeaderSize(tag, length) + int(length) + maxHeader
	}
	err := w.header(tag, true, length)
	w.stack = append(w.stack, opened{end: w.written + length})
	return err
}

// Close ends the container opened last. It fails if a definite length does not
// agree with what was written.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if len(w.stack) == 0 {
		return w.fail(errors.New("ber: internal error: Close without Open"))
	}
	top := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	if top.indefinite {
		if err := w.Raw([]byte{0, 0}); err != nil {
			return err
		}
	} else if top.end != w.written {
		return w.fail(errLength)
	}
	if len(w.stack) == 0 {
		return w.Flush()
	}
	return nil
}

// Primitive writes a primitive element.
func (w *Writer) Primitive(tag Tag, contents []byte) error {
	w.header(tag, false, uint64(len(contents)))
	return w.Raw(contents)
}

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
