// Package spool holds back bytes that must not be released yet, and watches
// over input that is read twice.
//
// A [Buffer] keeps what is written to it in memory up to a limit, and above
// that in a file without a name that is readable by this user alone and
// encrypted under a key that never leaves this process: what is held back may
// be the plaintext of an encrypted message (RFC 8551, Section 6), and a crash
// must not leave it behind. [Watch] makes sure that a second pass over a file
// sees what the first pass saw.
//
// The package does not know what the bytes are, sets no limit on how many there
// are, and never gives its files a lasting name.
package spool

import (
	"bytes"
	"errors"
	"io"

	"smimectl/internal/stage"
)

// Source is a fixed sequence of octets that can be read at any place, any
// number of times, and by several goroutines at once.
type Source interface {
	io.ReaderAt
	// Size returns the number of octets.
	Size() int64
}

// Error is trouble with the disk: no space, no permission, a failing device. It
// says nothing about the bytes themselves.
type Error struct {
	Op  string // "create", "write", "read" or "close"
	Err error
}

// Error returns the operation and its cause.
func (e *Error) Error() string { return "spool: " + e.Op + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

var (
	errSealed   = errors.New("spool: write after the end")
	errNegative = errors.New("spool: negative offset")
)

// Bytes returns b as a Source. The caller must not change b afterwards.
func Bytes(b []byte) Source { return byteSource(b) }

type byteSource []byte

func (s byteSource) Size() int64 { return int64(len(s)) }

func (s byteSource) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errNegative
	}
	if off >= int64(len(s)) {
		return 0, io.EOF
	}
	n := copy(p, s[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Section returns n octets of s from the offset off on. A range that leaves s
// is clipped to what is there.
func Section(s Source, off, n int64) Source {
	size := s.Size()
	off = min(max(off, 0), size)
	n = min(max(n, 0), size-off)
	switch s := s.(type) {
	case byteSource:
		return s[off : off+n : off+n]
	case *section:
		return &section{base: s.base, off: s.off + off, size: n}
	}
	return &section{base: s, off: off, size: n}
}

type section struct {
	base      Source
	off, size int64
}

func (s *section) Size() int64 { return s.size }

func (s *section) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errNegative
	}
	if off >= s.size {
		return 0, io.EOF
	}
	rest := s.size - off
	if int64(len(p)) <= rest {
		return s.base.ReadAt(p, s.off+off)
	}
	n, err := s.base.ReadAt(p[:rest], s.off+off)
	if err == nil {
		err = io.EOF
	}
	return n, err
}

// NewReader returns a reader of s from its start. It reads s in large pieces,
// whatever size it is asked for, and it is independent of every other reader of
// s.
func NewReader(s Source) io.Reader {
	if s.Size() <= chunkSize {
		if b, ok := View(s, 0, s.Size()); ok {
			return bytes.NewReader(b)
		}
	}
	if b, ok := s.(byteSource); ok {
		return bytes.NewReader(b)
	}
	r := &reader{src: s}
	if part, ok := s.(*section); ok {
		r.base = part.off
	}
	return r
}

// readerSize is a multiple of the chunks of Watch, so that its readers need no copy.
const readerSize = 2 * chunkSize

type reader struct {
	src  Source
	base int64 // of src in what it is a section of
	off  int64 // of the octet after buf
	buf  []byte
	own  []byte
	fail error
}

// Read implements io.Reader. Large reads go past the reader's own buffer.
func (r *reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.buf) == 0 {
		if len(p) >= chunkSize {
			return r.fetch(p)
		}
		if r.own == nil {
			r.own = make([]byte, min(readerSize, max(r.src.Size(), 1)))
		}
		n, err := r.fetch(r.own)
		if n == 0 {
			return 0, err
		}
		r.buf = r.own[:n]
	}
	n := copy(p, r.buf)
	r.buf = r.buf[n:]
	return n, nil
}

// Skip passes n octets, or as many as there are, and reads none of them.
func (r *reader) Skip(n int64) (int64, error) {
	if r.fail != nil && r.fail != io.EOF {
		return 0, r.fail
	}
	have := int64(len(r.buf))
	n = min(n, max(r.src.Size()-r.off, 0)+have)
	if n <= have {
		r.buf = r.buf[n:]
		return n, nil
	}
	r.buf = nil
	r.off += n - have
	return n, nil
}

// WriteTo implements io.WriterTo. It lends its buffers.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	n, err := r.lendTo(w)
	if failed := stage.Settle(w); failed != nil {
		err = failed // it was there first
	}
	return n, err
}

func (r *reader) lendTo(w io.Writer) (int64, error) {
	var done int64
	if len(r.buf) > 0 {
		n, err := w.Write(r.buf)
		r.buf = r.buf[n:]
		done += int64(n)
		if err != nil {
			return done, err
		}
	}
	room := int(min(readerSize, max(r.src.Size(), 1)))
	_, lends := w.(stage.Writer)
	var ring stage.Ring
	for p := r.own; ; {
		if p == nil || lends {
			p = ring.Next(room)[:room]
		}
		n, err := r.fetch(p)
		if n > 0 {
			if werr := stage.Lend(w, p[:n]); werr != nil {
				return done, werr
			}
			done += int64(n)
		}
		if err == io.EOF {
			return done, nil
		}
		if err != nil {
			return done, err
		}
	}
}

// fetch reads the next octets of the source; the error of a short read is kept
// for the next call.
func (r *reader) fetch(p []byte) (int, error) {
	if r.fail != nil {
		return 0, r.fail
	}
	if len(p) > Whole { // the next one begins where a piece of the source does
		if over := (r.base + r.off + int64(len(p))) % Whole; over < int64(len(p)) {
			p = p[:int64(len(p))-over]
		}
	}
	n, err := r.src.ReadAt(p, r.off)
	r.off += int64(n)
	r.fail = err
	if n > 0 {
		return n, nil
	}
	return n, err
}
