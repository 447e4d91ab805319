package ber

import (
	"errors"
	"math"
)

// container is an element that has been entered.
type container struct {
	end        int64 // position behind it; of an indefinite one that of the nearest definite one around it
	indefinite bool
}

// push enters the element whose header is peeked.
func (r *Reader) push() error {
	h := r.peeked
	if !h.Constructed {
		return r.syntax(h.Tag.String() + " is primitive where a constructed one was expected")
	}
	if len(r.stack) >= r.depth {
		return r.fail(&LimitError{"elements are nested too deeply"})
	}
	end := r.end()
	r.consume()
	if !h.Indefinite {
		end = r.Offset() + int64(h.Length)
	}
	r.stack = append(r.stack, container{end, h.Indefinite})
	return nil
}

// Enter enters the next element, which must be constructed and have the given
// tag. Its elements follow, then Leave.
func (r *Reader) Enter(tag Tag) error {
	if _, err := r.expect(tag); err != nil {
		return err
	}
	return r.push()
}

// Leave leaves the container entered last. It fails if elements are left in
// it.
func (r *Reader) Leave() error {
	ok, err := r.next()
	if err != nil {
		return err
	}
	if ok {
		return r.syntax(r.peeked.Tag.String() + " where nothing more was expected")
	}
	return r.pop()
}

// pop leaves a container at whose end the Reader is.
func (r *Reader) pop() error {
	if len(r.stack) == 0 {
		return r.fail(errors.New("ber: internal error: Leave without Enter"))
	}
	if r.stack[len(r.stack)-1].indefinite {
		r.consume() // end-of-contents
	}
	r.stack = r.stack[:len(r.stack)-1]
	return nil
}

// End says that nothing may follow: it fails if any octet but zero is left.
// It returns how many zeros there were.
//
// QUIRK: zeros behind the last element come from senders that pad to a block
// or copy a whole buffer.
func (r *Reader) End() (padding int64, err error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(r.stack) > 0 || r.open {
		return 0, r.fail(errors.New("ber: internal error: End inside of an element"))
	}
	r.peeked = Header{}
	for {
		if r.lo == r.hi {
			if err := r.fill(1); err != nil {
				return padding, err
			}
			if r.lo == r.hi {
				return padding, nil
			}
		}
		for i, c := range r.buf[r.lo:r.hi] {
			if c != 0 {
				r.lo += i
				return padding, r.syntax("octets follow the end of the structure")
			}
		}
		padding += int64(r.hi - r.lo)
		r.lo = r.hi
	}
}

// end returns the position that nothing in the present container may pass.
func (r *Reader) end() int64 {
	if len(r.stack) == 0 {
		return math.MaxInt64
	}
	return r.stack[len(r.stack)-1].end
}

// checkExtent refuses a header whose element would pass end.
func (r *Reader) checkExtent(h Header, end int64) error {
	start := r.Offset()
	if int64(h.Size) > end-start {
		return r.syntax("element is longer than the one around it")
	}
	room := uint64(end - start - int64(h.Size))
	if h.Length > room {
		if len(r.stack) == 0 || end == math.MaxInt64 {
			return r.syntax("length is too large")
		}
		return r.syntax("element is longer than the one around it")
	}
	return nil
}
