package stage

import "io"

// Ring is the buffers of who lends. They are made when they are needed.
type Ring struct {
	// Twice says that a piece is lent twice: who gets it lends it to another one.
	Twice   bool
	buffers [2 * Buffers][]byte
	at      int
}

// Next returns the buffer that was lent longest ago, empty and with room for n
// octets. It stays the present one until Next is called again.
func (r *Ring) Next(n int) []byte {
	all := Buffers
	if r.Twice { // when a piece was handed over, Buffers-1 may not have been lent to the second one yet
		all *= 2
	}
	r.at = (r.at + 1) % all
	if cap(r.buffers[r.at]) < n {
		r.buffers[r.at] = make([]byte, 0, n)
	}
	return r.buffers[r.at][:0]
}

// Keep makes p, which appending to the present buffer may have made a new one, the
// present buffer.
func (r *Ring) Keep(p []byte) { r.buffers[r.at] = p }

// Clear wipes all buffers. Nothing of them must be lent any more.
func (r *Ring) Clear() {
	for _, b := range r.buffers {
		clear(b[:cap(b)])
	}
}

// Copy copies r, which holds size octets as far as that is known, and lends w the
// pieces. It returns when nothing of them is read any more.
func Copy(w io.Writer, r io.Reader, size int64) (n int64, err error) {
	lender, lends := w.(Writer)
	if lends {
		defer func() {
			if failed := lender.Settle(); failed != nil {
				err = failed // it was there first
			}
		}()
	}
	var ring Ring
	room := Size
	if size >= 0 && size < Size {
		room = int(size) + 1 // and one to find the end
	}
	var p []byte
	for {
		if p == nil || lends {
			p = ring.Next(room)[:room]
		}
		m, err := readFull(r, p)
		if m > 0 {
			if werr := Lend(w, p[:m]); werr != nil {
				return n, werr
			}
			n += int64(m)
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// readFull fills p as far as r goes. io.ReadFull would make an end of an error that
// says that there should be more.
func readFull(r io.Reader, p []byte) (n int, err error) {
	for tries := 0; n < len(p) && err == nil; {
		var m int
		m, err = r.Read(p[n:])
		n += m
		if m > 0 {
			tries = 0
		} else if tries++; tries > 100 && err == nil {
			err = io.ErrNoProgress
		}
	}
	return n, err
}
