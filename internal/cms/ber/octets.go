package ber

import (
	"io"

	"smimectl/internal/stage"
)

// directRead is the room in a caller's buffer from which on segments are read
// into it without passing through the Reader's own.
const directRead = 16 << 10

// OctetReader reads the contents of one string of octets, with its segments
// joined (X.690, Section 8.7). Until it has returned io.EOF, or Close was
// called, the Reader it came from cannot be used.
type OctetReader struct {
	r      *Reader
	bottom int    // containers around the string
	left   uint64 // unread octets of the present segment
	done   bool
	size   int64 // octets handed out
}

// OctetString begins the next element, a string of octets with the given tag:
// OctetString, or that of an IMPLICIT field. The segments of a constructed one
// are OCTET STRINGs, themselves primitive or constructed.
func (r *Reader) OctetString(tag Tag) (*OctetReader, error) {
	h, err := r.expect(tag)
	if err != nil {
		return nil, err
	}
	o := &OctetReader{r: r, bottom: len(r.stack)}
	if h.Constructed {
		if err := r.push(); err != nil {
			return nil, err
		}
		r.open = true
		return o, nil
	}
	return o.primitive(), nil
}

// Contents begins the next element, of whatever tag, as the octets of its
// contents, uninterpreted. Its length has to be definite.
func (r *Reader) Contents() (*OctetReader, error) {
	h, err := r.Peek()
	if err != nil {
		return nil, err
	}
	if h.Indefinite {
		return nil, r.syntax("indefinite length where a definite one is needed")
	}
	return (&OctetReader{r: r, bottom: len(r.stack)}).primitive(), nil
}

// primitive begins with the peeked element as the only segment.
func (o *OctetReader) primitive() *OctetReader {
	o.left = o.r.peeked.Length
	o.r.consume()
	o.r.open = true
	return o
}

// Octets reads the next element, a string of octets with the given tag and at
// most limit octets of contents.
func (r *Reader) Octets(tag Tag, limit int64) ([]byte, error) {
	if h, err := r.expect(tag); err != nil {
		return nil, err
	} else if !h.Indefinite && (h.Length > uint64(limit) && !h.Constructed) {
		return nil, r.fail(&LimitError{tag.String() + " is too large"})
	}
	o, err := r.OctetString(tag)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(o, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, r.fail(&LimitError{tag.String() + " is too large"})
	}
	return b, o.Close()
}

// segment moves to the next octet of contents. It reports false at the end.
func (o *OctetReader) segment() (bool, error) {
	r := o.r
	for o.left == 0 {
		if o.done {
			return false, nil
		}
		if len(r.stack) == o.bottom {
			o.done = true
			r.open = false
			return false, nil
		}
		// The Reader's own methods are meant for its user, who has to
		// wait; here they serve the string.
		r.open = false
		ok, err := r.next()
		if err == nil {
			err = o.step(ok)
		}
		r.open = true
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// step takes in one header, or the end of a container.
func (o *OctetReader) step(more bool) error {
	r := o.r
	if !more {
		return r.pop()
	}
	if r.peeked.Tag != OctetString {
		return r.syntax(r.peeked.Tag.String() + " in a string of octets")
	}
	if r.peeked.Constructed {
		return r.push()
	}
	o.left = r.peeked.Length
	r.consume()
	return nil
}

// Read reads contents. Into large buffers it reads without copying.
func (o *OctetReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if ok, err := o.segment(); err != nil {
		return 0, err
	} else if !ok {
		return 0, io.EOF
	}
	r := o.r
	if r.lo == r.hi && !r.eof && len(p) >= directRead && o.left >= directRead {
		n, err := readSome(r.src, p[:min(uint64(len(p)), o.left)])
		r.base += int64(r.hi + n)
		r.lo, r.hi = 0, 0
		o.advance(n)
		if err == io.EOF {
			r.eof = true
			return n, r.syntax("input is cut off")
		}
		if err != nil {
			return n, r.fail(err)
		}
		return n, nil
	}
	w, err := o.window(1)
	if err != nil {
		return 0, err
	}
	n := copy(p, w)
	r.lo += n
	o.advance(n)
	return n, nil
}

// window returns octets of the segment that are in the buffer: at least one, and
// n unless the source ends.
func (o *OctetReader) window(n int) ([]byte, error) {
	r := o.r
	if r.hi-r.lo < n {
		if err := r.fill(n); err != nil {
			return nil, err
		}
		if r.lo == r.hi {
			return nil, r.syntax("input is cut off")
		}
	}
	return r.buf[r.lo : r.lo+int(min(uint64(r.hi-r.lo), o.left))], nil
}

func (o *OctetReader) advance(n int) {
	o.left -= uint64(n)
	o.size += int64(n)
}

// WriteTo writes all contents to w, out of the Reader's buffer; what is large it
// lends to w, if w takes loans.
func (o *OctetReader) WriteTo(w io.Writer) (int64, error) {
	start := o.size
	lender, lends := w.(stage.Writer)
	for {
		if lends && o.size-start >= stage.From {
			err := o.lendTo(lender)
			return o.size - start, err
		}
		ok, err := o.segment()
		if err != nil {
			return o.size - start, err
		}
		if !ok {
			return o.size - start, nil
		}
		// Few large writes, also when the source gives little at a time.
		p, err := o.window(int(min(o.left, uint64(len(o.r.buf)/2))))
		if err != nil {
			return o.size - start, err
		}
		n, err := w.Write(p)
		o.r.lo += n
		o.advance(n)
		if err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
		if err != nil {
			return o.size - start, o.r.fail(err)
		}
	}
}

// lendTo is WriteTo for what is left of large contents, in pieces of one size
// whatever size the segments have.
func (o *OctetReader) lendTo(w stage.Writer) error {
	_, err := stage.Copy(loan{w, o}, onlyRead{o}, -1)
	return err
}

// loan has errors of the writer stop the Reader, as those of its source do.
type loan struct {
	stage.Writer
	o *OctetReader
}

func (l loan) Lend(p []byte) error {
	err := l.Writer.Lend(p)
	if err != nil {
		l.o.r.fail(err)
	}
	return err
}

func (l loan) Settle() error {
	err := l.Writer.Settle()
	if err != nil {
		l.o.r.fail(err)
	}
	return err
}

// onlyRead hides WriteTo.
type onlyRead struct{ io.Reader }

// Size returns how many octets have been read.
func (o *OctetReader) Size() int64 { return o.size }

// Skipper is a source that can pass octets without reading them: as many as it is
// asked to, or as there are.
type Skipper interface {
	Skip(n int64) (int64, error)
}

// skipFrom is from which size on the rest of a segment is not read to be passed.
const skipFrom = 128 << 10

// Close passes what has not been read. A large segment is not read, if the source is a
// [Skipper]; that all of it is there is seen to.
func (o *OctetReader) Close() error {
	source, skips := o.r.src.(Skipper)
	for skips {
		if ok, err := o.segment(); err != nil || !ok {
			return err
		}
		if o.left < skipFrom {
			if err := o.pass(); err != nil {
				return err
			}
		} else if err := o.skip(source); err != nil {
			return err
		}
	}
	_, err := o.WriteTo(io.Discard)
	return err
}

// pass goes on behind those octets of the segment that are in the buffer next.
func (o *OctetReader) pass() error {
	p, err := o.window(1)
	if err != nil {
		return err
	}
	o.r.lo += len(p)
	o.advance(len(p))
	return nil
}

// skip goes to the end of the segment.
func (o *OctetReader) skip(source Skipper) error {
	r := o.r
	n := min(uint64(r.hi-r.lo), o.left)
	r.lo += int(n)
	o.left, o.size = o.left-n, o.size+int64(n)
	if o.left == 0 {
		return nil
	}
	skipped, err := source.Skip(int64(o.left))
	r.base += int64(r.hi) + skipped
	r.lo, r.hi = 0, 0
	o.left, o.size = o.left-uint64(skipped), o.size+skipped
	if err != nil {
		return r.fail(err)
	}
	if o.left > 0 {
		return r.syntax("input is cut off")
	}
	return nil
}
