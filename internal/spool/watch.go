package spool

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// ErrChanged says that a watched file does not hold any more what was read from
// it before.
var ErrChanged = errors.New("spool: the input changed while it was in use")

// Whole is what an offset and a length should be multiples of, where much is read:
// of a piece that is not read whole a copy is made.
const Whole = chunkSize

const (
	chunkSize  = 64 << 10
	largest    = 1 << 20 // chunks of the largest files
	tagSize    = 16
	pageChunks = 1024
	mostChunks = 64 * pageChunks // about a megabyte of tags, for as long as chunks can grow
)

// chunkFor returns how large the pieces of a file of size octets are: such that their
// tags take no more memory in a larger file.
func chunkFor(size int64) int64 {
	chunk := int64(chunkSize)
	for chunk < largest && size/chunk > mostChunks {
		chunk *= 2
	}
	return chunk
}

// Watch returns the first size octets of f. The first time a piece of 64 KiB (more
// above 4 GiB, at most 1 MiB) is read its GMAC under a random key is noted; whenever
// the piece is read again it must be the same, else the read fails with ErrChanged
// and gives nothing of the piece. A file that has become shorter than size has
// changed, too. Any other failure of f is an *Error. What has but one piece is read
// once and kept.
func Watch(f io.ReaderAt, size int64) Source {
	w := &watched{file: f, size: max(size, 0), piece: chunkFor(size), held: -1}
	if w.size > w.piece {
		w.mac = newMAC()
		w.pages = make(map[int64]*page)
	}
	return w
}

func newMAC() cipher.AEAD {
	key := make([]byte, 16)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	if err == nil {
		var mac cipher.AEAD
		if mac, err = cipher.NewGCM(block); err == nil {
			return mac
		}
	}
	panic("spool: internal error: " + err.Error())
}

type watched struct {
	file  io.ReaderAt
	last  atomic.Bool // what is read from now on is not read again
	size  int64
	piece int64 // size of a chunk
	mac   cipher.AEAD
	spare atomic.Pointer[tagging]

	mu    sync.Mutex
	pages map[int64]*page // by chunk number / pageChunks; made when first needed, so that a huge sparse file costs nothing

	hold  sync.Mutex // for reads of less than a chunk
	held  int64      // number of the chunk in chunk; -1 none
	chunk []byte
}

type page struct {
	seen [pageChunks]sight
	tags [pageChunks][tagSize]byte
}

// sight is what is known of a chunk.
type sight uint8

const (
	unseen sight = iota
	noted        // its tag is known
	spent        // it was read for the last time
)

func (w *watched) Size() int64 { return w.size }

// ReadAt implements io.ReaderAt. Whole chunks are read straight into p, parts
// of chunks through the chunk held last.
func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errNegative
	}
	if off >= w.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > w.size-off
	if short {
		p = p[:w.size-off]
	}
	n := 0
	for n < len(p) {
		number, within := (off+int64(n))/w.piece, int((off+int64(n))%w.piece)
		var m int
		var err error
		if whole := w.wholeChunks(p[n:], number); within == 0 && whole > 0 && w.mac != nil {
			m, err = w.readWhole(p[n:n+whole], number)
		} else {
			m, err = w.readPart(p[n:], number, within)
		}
		n += m
		if err != nil {
			clear(p[n:])
			return n, err
		}
	}
	if short {
		return n, io.EOF
	}
	return n, nil
}

// length returns the size of a chunk: smaller for the last one.
func (w *watched) length(number int64) int {
	return int(min(w.piece, w.size-number*w.piece))
}

// wholeChunks returns how much of p, which begins with the given chunk, is whole chunks.
func (w *watched) wholeChunks(p []byte, number int64) int {
	if int64(len(p)) == w.size-number*w.piece {
		return len(p)
	}
	return len(p) - len(p)%int(w.piece)
}

func (w *watched) readWhole(p []byte, number int64) (int, error) {
	if err := w.fill(p, number*w.piece); err != nil {
		return 0, err
	}
	for n := 0; n < len(p); {
		m := w.length(number)
		if err := w.check(p[n:n+m], number); err != nil {
			return n, err
		}
		n += m
		number++
	}
	return len(p), nil
}

func (w *watched) readPart(p []byte, number int64, within int) (int, error) {
	w.hold.Lock()
	defer w.hold.Unlock()
	if err := w.load(number); err != nil {
		return 0, err
	}
	return copy(p, w.chunk[within:]), nil
}

// load makes a chunk the one that is held.
func (w *watched) load(number int64) error {
	if w.held == number {
		return nil
	}
	w.held = -1
	if w.chunk == nil {
		w.chunk = make([]byte, min(w.piece, w.size))
	}
	w.chunk = w.chunk[:w.length(number)]
	if err := w.readChunk(number); err != nil {
		return err
	}
	w.held = number
	return nil
}

// readChunk reads the chunk that is held. The only one there is is never read
// again, so that nothing has to be compared.
func (w *watched) readChunk(number int64) error {
	if w.mac == nil {
		return w.fill(w.chunk, 0)
	}
	_, err := w.readWhole(w.chunk, number)
	return err
}

func (w *watched) fill(p []byte, off int64) error {
	n, err := w.file.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return ErrChanged
	}
	return &Error{Op: "read", Err: err}
}

// tagging is what the GMAC of a piece is made of and into. One is kept for the next
// piece: it would be made anew for each otherwise.
type tagging struct {
	nonce [12]byte
	tag   [tagSize]byte
}

// check compares a chunk with what it was before. The number is the nonce; that
// it serves again for the second look at a chunk is no harm, because the tags
// are shown to nobody: what remains is equality under a secret universal hash.
func (w *watched) check(chunk []byte, number int64) error {
	if w.last.Load() {
		if first, err := w.spend(number); first || err != nil {
			return err
		}
	}
	t := w.spare.Swap(nil) // nil also while another piece is looked at
	if t == nil {
		t = new(tagging)
	}
	defer w.spare.Store(t)
	binary.BigEndian.PutUint64(t.nonce[4:], uint64(number))
	w.mac.Seal(t.tag[:0], t.nonce[:], nil, chunk)

	w.mu.Lock()
	defer w.mu.Unlock()
	seen, noted := w.chunkAt(number)
	return seen.compare(noted, &t.tag)
}

// compare notes the tag of a chunk that is seen for the first time.
func (s *sight) compare(known, tag *[tagSize]byte) error {
	switch {
	case *s == unseen:
		*s, *known = noted, *tag
	case *known != *tag:
		return ErrChanged
	}
	return nil
}

// spend marks a chunk that was not read before as read for the last time, and reports whether it is one.
func (w *watched) spend(number int64) (first bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch seen, _ := w.chunkAt(number); *seen {
	case unseen:
		*seen = spent
		return true, nil
	case spent:
		return false, errSpent
	}
	return false, nil
}

// chunkAt is what is known of a chunk. The caller holds mu.
func (w *watched) chunkAt(number int64) (*sight, *[tagSize]byte) {
	pg := w.pages[number/pageChunks]
	if pg == nil {
		pg = new(page)
		w.pages[number/pageChunks] = pg
	}
	i := number % pageChunks
	return &pg.seen[i], &pg.tags[i]
}
