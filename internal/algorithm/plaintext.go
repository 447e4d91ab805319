package algorithm

import (
	"crypto/cipher"
	"encoding/binary"
	"io"
	"sync"

	"smimectl/internal/stage"
)

// anywhere is a mode of operation in which every part of a content can be
// decrypted by itself.
type anywhere interface {
	// plaintext returns the content, and how many octets it has.
	plaintext(p *CipherParameters, key []byte, ciphertext io.ReaderAt, size int64, serial bool) (io.ReaderAt, int64, error)
}

// Anywhere reports whether Plaintext can be asked for.
func (c *ContentCipher) Anywhere() bool {
	_, ok := c.mode.(anywhere)
	return ok
}

// Plaintext returns the content of a ciphertext of size octets, which is read and
// decrypted where and whenever the content is read: nobody has to keep the
// content itself. Several goroutines may read, and ciphertext has to bear with two at
// a time unless it is serial. What is returned is unverified, as
// with a [Decrypter]; that the padding is right is looked at before (ErrPadding).
func (c *ContentCipher) Plaintext(p *CipherParameters, key []byte, ciphertext io.ReaderAt, size int64, serial bool) (*io.SectionReader, error) {
	m, ok := c.mode.(anywhere)
	if !ok {
		return nil, &UnsupportedError{Kind: "cipher", OID: c.OID, Detail: c.Title + " decrypts from the beginning only"}
	}
	if err := c.check(p, key); err != nil {
		return nil, err
	}
	if most := c.MaxSizeWith(p); most > 0 && size > most {
		return nil, &TooLongError{Name: c.Title, Max: most}
	}
	r, n, err := m.plaintext(p, key, ciphertext, size, serial)
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(r, 0, n), nil // which lets no read go beyond the end
}

func (gcm) plaintext(p *CipherParameters, key []byte, ciphertext io.ReaderAt, size int64, _ bool) (io.ReaderAt, int64, error) {
	s, err := newGCMState(key, p.IV, nil)
	if err != nil {
		return nil, 0, err
	}
	return &gcmPlaintext{state: s, src: ciphertext}, size, nil
}

// gcmPlaintext is counter mode from any place on. Who reads on where the reading
// before ended goes on with its key stream.
type gcmPlaintext struct {
	state *gcmState
	src   io.ReaderAt

	mu   sync.Mutex
	last *gcmCounter // nil: nothing was read
	next int64       // where last goes on
}

func (g *gcmPlaintext) ReadAt(p []byte, off int64) (int, error) {
	n, err := g.src.ReadAt(p, off)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.last == nil || g.next != off {
		g.last = g.state.counterAt(uint64(off))
	}
	g.last.xor(p[:n], p[:n])
	g.next = off + int64(n)
	if n == len(p) {
		err = nil
	}
	return n, err
}

// counterAt is counter from an octet on.
func (s *gcmState) counterAt(off uint64) *gcmCounter {
	c := &gcmCounter{block: s.block, next: s.j0}
	size := uint64(s.block.BlockSize())
	binary.BigEndian.PutUint32(c.next[12:], binary.BigEndian.Uint32(c.next[12:])+1+uint32(off/size))
	c.restart()
	var passed [maxBlock]byte
	c.xor(passed[:off%size], passed[:off%size])
	return c
}

func (m cbc) plaintext(p *CipherParameters, key []byte, ciphertext io.ReaderAt, size int64, serial bool) (io.ReaderAt, int64, error) {
	b, err := m.block(key)
	if err != nil {
		return nil, 0, err
	}
	if size <= 0 || size%int64(m.size) != 0 {
		return nil, 0, ErrPadding
	}
	r := &cbcPlaintext{block: b, iv: p.IV, src: ciphertext, serial: serial}
	last := make([]byte, m.size)
	defer clear(last)
	if _, err := r.ReadAt(last, size-int64(m.size)); err != nil {
		return nil, 0, err
	}
	n, good := unpadded(last)
	if !good {
		return nil, 0, ErrPadding
	}
	return r, size - int64(m.size) + int64(n), nil
}

// cbcPart is how much ciphertext is read at a time: some kilobytes that stay in the
// cache.
const cbcPart = 64 << 10

// cbcPlaintext is CBC mode from any place on: to decrypt a block takes the
// ciphertext of the block before, and no more.
type cbcPlaintext struct {
	block  cipher.Block
	iv     []byte
	src    io.ReaderAt
	serial bool

	mu    sync.Mutex
	lanes [2]cbcLane
}

// cbcLane is what one processor works with.
type cbcLane struct {
	*cbcPlaintext
	mode cipher.BlockMode // used again where it can be given another IV
	buf  []byte           // ciphertext: a block, and those that are decrypted
}

// ReadAt decrypts the two halves of a large piece at the same time.
func (c *cbcPlaintext) ReadAt(p []byte, off int64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lanes[0].cbcPlaintext, c.lanes[1].cbcPlaintext = c, c
	if len(p) < 2*cbcPart || c.serial {
		return c.lanes[0].decrypt(p, off)
	}
	half := len(p) / 2
	var n, m int
	var err, late error
	stage.Both(false, func() { n, err = c.lanes[0].decrypt(p[:half], off) }, func() { m, late = c.lanes[1].decrypt(p[half:], off+int64(half)) })
	if err != nil {
		clear(p[n:])
		return n, err
	}
	return n + m, late
}

func (c *cbcLane) decrypt(p []byte, off int64) (int, error) {
	size := len(c.iv)
	done := 0
	for done < len(p) {
		at, want := off+int64(done), p[done:]
		skip := int(at % int64(size))
		n := min(len(want), cbcPart) / size * size
		if skip != 0 || n == 0 {
			n = size
		}
		text, err := c.read(at-int64(skip), n)
		if err != nil {
			return done, err
		}
		mode := c.from(text[:size])
		if skip == 0 && len(want) >= n {
			mode.CryptBlocks(want[:n], text[size:])
			done += n
			continue
		}
		var one [maxBlock]byte
		mode.CryptBlocks(one[:size], text[size:])
		done += copy(want, one[skip:size])
		clear(one[:])
	}
	return done, nil
}

// from returns CBC mode after the given block of ciphertext.
func (c *cbcLane) from(iv []byte) cipher.BlockMode {
	c.mode = after(c.mode, c.block, iv)
	return c.mode
}

// read returns n octets of whole blocks, and the block before.
func (c *cbcLane) read(off int64, n int) ([]byte, error) {
	size := len(c.iv)
	if len(c.buf) < size+n {
		c.buf = make([]byte, size+n)
	}
	text := c.buf[:size+n]
	into := text
	if off == 0 {
		copy(text, c.iv)
		into = text[size:]
	} else {
		off -= int64(size)
	}
	if m, err := c.src.ReadAt(into, off); m < len(into) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return text, nil
}
