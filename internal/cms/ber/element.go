package ber

import (
	"errors"
	"math"
)

// Skip passes the next element with all it holds.
func (r *Reader) Skip() error {
	if _, err := r.Peek(); err != nil {
		return err
	}
	return r.walk(nil, 0)
}

// Element consumes the next element whole and returns its octets as they
// stand, header and end-of-contents included. An element of more than limit
// octets is a LimitError, which leaves the Reader before the element if its
// length is definite. The octets stay valid: they are copied, or parts of the
// slice given to NewBytesReader.
func (r *Reader) Element(limit int64) ([]byte, error) {
	h, err := r.Peek()
	if err != nil {
		return nil, err
	}
	if h.Length > uint64(math.MaxInt64-maxHeader) || int64(h.Length)+int64(h.Size) > limit {
		return nil, &LimitError{h.Tag.String() + " is too large"}
	}
	if r.whole {
		start := r.lo
		if err := r.walk(nil, limit); err != nil {
			return nil, err
		}
		return r.buf[start:r.lo:r.lo], nil
	}
	var out []byte
	if err := r.walk(&out, limit); err != nil {
		return nil, err
	}
	return out, nil
}

// DER is Element followed by ToDER.
func (r *Reader) DER(limit int64) ([]byte, error) {
	offset := r.Offset()
	raw, err := r.Element(limit)
	if err != nil {
		return nil, err
	}
	der, err := ToDER(raw, Limits{Depth: r.depth})
	if err != nil {
		if s, ok := errors.AsType[*SyntaxError](err); ok {
			err = &SyntaxError{offset + s.Offset, s.Detail}
		}
		return nil, r.fail(err)
	}
	return der, nil
}

// walk passes the peeked element. With out it keeps the octets, up to limit of
// them; with a limit and without out it only counts. The inside of definite
// lengths is not looked at.
func (r *Reader) walk(out *[]byte, limit int64) error {
	bottom := len(r.stack)
	start := r.Offset()
	for {
		h := r.peeked
		if limit > 0 && r.Offset()-start+int64(h.Size) > limit {
			return r.fail(&LimitError{"an element is too large"})
		}
		r.keep(out, h.Size)
		if h.Indefinite {
			if err := r.push(); err != nil {
				return err
			}
		} else {
			r.consume()
			if limit > 0 && h.Length > uint64(limit-(r.Offset()-start)) {
				return r.fail(&LimitError{"an element is too large"})
			}
			if err := r.pass(out, h.Length); err != nil {
				return err
			}
		}
		for len(r.stack) > bottom {
			ok, err := r.next()
			if err != nil {
				return err
			}
			if ok {
				break
			}
			r.keep(out, 2)
			if err := r.pop(); err != nil {
				return err
			}
			if limit > 0 && r.Offset()-start > limit {
				return r.fail(&LimitError{"an element is too large"})
			}
		}
		if len(r.stack) == bottom {
			return nil
		}
	}
}

// keep appends the next n octets, which are in the buffer, to out.
func (r *Reader) keep(out *[]byte, n int) {
	if out != nil {
		*out = append(*out, r.buf[r.lo:r.lo+n]...)
	}
}

// pass passes n octets. Memory grows with what was read, not with n.
func (r *Reader) pass(out *[]byte, n uint64) error {
	for n > 0 {
		if r.lo == r.hi {
			if err := r.fill(1); err != nil {
				return err
			}
			if r.lo == r.hi {
				return r.syntax("input is cut off")
			}
		}
		m := int(min(n, uint64(r.hi-r.lo)))
		r.keep(out, m)
		r.lo += m
		n -= uint64(m)
	}
	return nil
}
