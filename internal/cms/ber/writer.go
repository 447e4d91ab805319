package ber

import (
	"errors"
	"io"
)

// pendingSize is how many octets of headers and small elements a Writer
// gathers before it hands them on.
const pendingSize = 4 << 10

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
