package ber

import (
	"errors"
	"io"
)

// bufferSize is the size of a Reader's buffer: large enough that a read from
// the source costs nothing, small enough to stay in a processor's cache. It
// begins with firstSize, which most messages do not exceed.
const (
	bufferSize = 64 << 10
	firstSize  = 8 << 10
	sizeSlack  = 128
)

// DefaultDepth is the nesting accepted where Limits.Depth is zero.
const DefaultDepth = 64

// Limits bounds what a Reader and ToDER accept. Zero values mean the defaults.
type Limits struct {
	Depth int // containers within each other, DefaultDepth
}

func (l Limits) depth() int {
	if l.Depth <= 0 {
		return DefaultDepth
	}
	return l.Depth
}

// Reader reads elements one after the other. The first error is kept and
// returned by every later call.
type Reader struct {
	src    io.Reader // nil when all input is in buf
	buf    []byte
	lo, hi int   // unread octets are buf[lo:hi]
	size   int   // that buf grows to
	base   int64 // position of buf[0] in the input
	eof    bool  // the source has ended
	whole  bool  // buf is the caller's input and must not be overwritten

	depth  int
	stack  []container
	peeked Header // Size 0: nothing peeked
	open   bool   // an OctetReader has not been read to its end
	err    error
}

// NewReader returns a Reader of src. It reads ahead, up to 64 KiB.
func NewReader(src io.Reader, lim Limits) *Reader {
	return NewReaderSize(src, lim, bufferSize)
}

// NewReaderSize is NewReader with a buffer of another size, for callers that
// want a look at the beginning of src only.
func NewReaderSize(src io.Reader, lim Limits, size int) *Reader {
	size = max(size, 2*maxHeader)
	first := min(size, firstSize)
	if known, ok := src.(interface{ Len() int }); ok {
		// Room for all there is, and for a read that finds the end.
		if n := known.Len(); n >= 0 && n < first {
			first = min(first, n+sizeSlack)
		}
	}
	return &Reader{src: src, buf: make([]byte, first), size: size, depth: lim.depth()}
}

// NewBytesReader returns a Reader of b. Elements it returns are parts of b.
func NewBytesReader(b []byte, lim Limits) *Reader {
	return &Reader{buf: b, hi: len(b), eof: true, whole: true, depth: lim.depth()}
}

// Offset returns the position of the next unread octet.
func (r *Reader) Offset() int64 { return r.base + int64(r.lo) }

// Depth returns how many containers have been entered and not left.
func (r *Reader) Depth() int { return len(r.stack) }

func (r *Reader) fail(err error) error {
	if r.err == nil {
		r.err = err
	}
	return r.err
}

func (r *Reader) syntax(detail string) error {
	return r.fail(&SyntaxError{r.Offset(), detail})
}

// fill reads until n octets, at most the buffer's size, are unread in it, or the
// source ends. It fails only with errors of the source.
func (r *Reader) fill(n int) error {
	for r.hi-r.lo < n && !r.eof {
		if r.lo == r.hi || len(r.buf)-r.lo < n {
			r.base += int64(r.lo)
			unread := r.buf[r.lo:r.hi]
			if len(r.buf) < r.size && (r.hi == len(r.buf) || r.base >= int64(len(r.buf))) {
				r.buf = make([]byte, r.size)
			}
			r.hi = copy(r.buf, unread)
			r.lo = 0
		}
		m, err := readSome(r.src, r.buf[r.hi:])
		r.hi += m
		if err == io.EOF {
			r.eof = true
		} else if err != nil {
			return r.fail(err)
		}
	}
	return nil
}

// readSome reads at least one octet or returns an error.
func readSome(src io.Reader, p []byte) (int, error) {
	for range 100 {
		n, err := src.Read(p)
		if n > 0 && err == io.EOF {
			// Asked again the next time.
			return n, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// next makes r.peeked the header of the next element of the container. It
// reports false at the end of the container (or, outside of all, of the input).
func (r *Reader) next() (bool, error) {
	if r.err != nil {
		return false, r.err
	}
	if r.open {
		return false, r.fail(errors.New("ber: internal error: octet string not read to its end"))
	}
	if r.peeked.Size == 0 {
		end := r.end()
		definite := len(r.stack) > 0 && !r.stack[len(r.stack)-1].indefinite
		if definite && r.Offset() == end {
			return false, nil
		}
		if r.hi-r.lo < maxHeader {
			if err := r.fill(maxHeader); err != nil {
				return false, err
			}
		}
		window := r.buf[r.lo:r.hi]
		h, err := parseHeader(window, r.Offset())
		if err != nil {
			return false, r.fail(err)
		}
		if h.Size == 0 {
			if len(window) == 0 && len(r.stack) == 0 {
				return false, nil
			}
			return false, r.syntax("input is cut off")
		}
		if err := r.checkExtent(h, end); err != nil {
			return false, err
		}
		r.peeked = h
	}
	if r.peeked.endOfContents() {
		indefinite := len(r.stack) > 0 && r.stack[len(r.stack)-1].indefinite
		if !indefinite {
			return false, r.syntax("end-of-contents outside of an indefinite length")
		}
		if r.peeked.Length != 0 || r.peeked.Size != 2 {
			return false, r.syntax("end-of-contents with contents")
		}
		return false, nil
	}
	return true, nil
}

// More reports whether the present container holds another element; outside of
// all containers, whether the input does.
func (r *Reader) More() (bool, error) { return r.next() }

// Peek returns the header of the next element without consuming it. It fails
// at the end of the container.
func (r *Reader) Peek() (Header, error) {
	ok, err := r.next()
	if err != nil {
		return Header{}, err
	}
	if !ok {
		return Header{}, r.syntax("an element is missing")
	}
	return r.peeked, nil
}

// Is reports whether there is a next element and it has the given tag: what a
// parser asks of an OPTIONAL field.
func (r *Reader) Is(tag Tag) (bool, error) {
	ok, err := r.next()
	return ok && r.peeked.Tag == tag, err
}

// expect is Peek with a check of the tag.
func (r *Reader) expect(tag Tag) (Header, error) {
	ok, err := r.next()
	if err != nil {
		return Header{}, err
	}
	if !ok {
		return Header{}, r.syntax(tag.String() + " is missing")
	}
	if r.peeked.Tag != tag {
		return Header{}, r.syntax(r.peeked.Tag.String() + " where " + tag.String() + " was expected")
	}
	return r.peeked, nil
}

// consume passes the peeked header.
func (r *Reader) consume() {
	r.lo += r.peeked.Size
	r.peeked = Header{}
}
