package algorithm

import (
	"crypto/cipher"
	"crypto/subtle"
	"slices"
)

// maxBlock is the largest block of the ciphers in CBC mode, in octets.
const maxBlock = 16

// blockStream feeds a block mode with octets of any lengths.
type blockStream struct {
	mode cipher.BlockMode
	size int
	keep int // octets held back at least: 1 keeps a last block for its padding
	held [maxBlock]byte
	n    int // octets in held
}

// update appends the blocks that are complete to dst.
func (s *blockStream) update(dst, src []byte) []byte {
	whole := max(0, s.n+len(src)-s.keep) / s.size * s.size
	if whole == 0 {
		s.n += copy(s.held[s.n:], src)
		return dst
	}
	start := len(dst)
	dst = slices.Grow(dst, whole)[:start+whole]
	out := dst[start:]
	// src may lie where out does: its end is saved before it is moved, and it is
	// moved before what was held comes in front of it.
	taken := whole - s.n
	var rest [maxBlock]byte
	n := copy(rest[:], src[taken:])
	if s.n%s.size == 0 && (s.n == 0 || &out[0] != &src[0]) { // nothing has to be moved
		s.mode.CryptBlocks(out[:s.n], s.held[:s.n])
		s.mode.CryptBlocks(out[s.n:], src[:taken])
	} else {
		copy(out[s.n:], src[:taken])
		copy(out, s.held[:s.n])
		s.mode.CryptBlocks(out, out)
	}
	s.held, s.n = rest, n
	return dst
}

type cbcEncrypter struct{ blockStream }

func (e *cbcEncrypter) Update(dst, src []byte) []byte { return e.update(dst, src) }

// Final adds the padding of RFC 5652, Section 6.3: always at least one octet.
func (e *cbcEncrypter) Final(dst []byte) (out, tag []byte) {
	last := e.held[:e.size]
	for i := e.n; i < e.size; i++ {
		last[i] = byte(e.size - e.n)
	}
	e.mode.CryptBlocks(last, last)
	e.n = 0
	return append(dst, last...), nil
}

type cbcDecrypter struct {
	blockStream
	blocks *cbcBlocks
}

func newCBCDecrypter(block cipher.Block, iv []byte) *cbcDecrypter {
	blocks := newCBCBlocks(block, iv)
	return &cbcDecrypter{blockStream{mode: blocks, size: blocks.size, keep: 1}, blocks}
}

func (d *cbcDecrypter) Update(dst, src []byte) []byte { return d.update(dst, src) }

// Resume implements [Resumer]: the last block is held back, and to the one before it the next
// is added.
func (d *cbcDecrypter) Resume(before []byte) {
	last := len(before) - d.size
	d.blocks.follow(before[:last])
	d.n = copy(d.held[:], before[last:])
}

// Final takes the padding off. A ciphertext that does not end with a block, or
// has none, never reaches the cipher.
func (d *cbcDecrypter) Final(dst []byte) ([]byte, error) {
	if d.n != d.size {
		return dst, ErrPadding
	}
	last := d.held[:d.size]
	d.mode.CryptBlocks(last, last)
	d.n = 0
	n, good := unpadded(last)
	if !good {
		clear(last)
		return dst, ErrPadding
	}
	return append(dst, last[:n]...), nil
}

// unpadded returns how many octets of the last block are content, and whether
// every octet of the padding is right (RFC 5652, Section 6.3). It looks at all
// octets in the same time, whatever they are.
func unpadded(last []byte) (n int, good bool) {
	size := len(last)
	pad := int(last[size-1])
	ok := subtle.ConstantTimeLessOrEq(1, pad) & subtle.ConstantTimeLessOrEq(pad, size)
	for i := range last {
		inside := subtle.ConstantTimeLessOrEq(size-i, pad)
		ok &= subtle.ConstantTimeByteEq(last[i], byte(pad)) | (1 ^ inside)
	}
	return size - pad, ok == 1
}
