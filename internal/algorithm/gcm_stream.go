package algorithm

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"slices"
)

// maxGCM is how many octets one content has less than: 2^39-256 bits, after
// which the 32-bit counter would come round (NIST SP 800-38D, Section 5.2.1.1).
const maxGCM = 1<<36 - 32

// gcmState is GCM (NIST SP 800-38D, Section 7) as a stream in constant memory:
// counter mode and GHASH apart, so that a ciphertext can be authenticated
// without being decrypted.
type gcmState struct {
	block cipher.Block
	hash  *ghash
	j0    [16]byte // the pre-counter block
	aad   uint64   // octets
	text  uint64   // octets
	over  bool     // text has reached maxGCM
}

// newGCMState computes J0 (NIST SP 800-38D, Section 7.1, steps 1 and 2) and
// hashes the additional authenticated data.
func newGCMState(key, nonce, aad []byte) (*gcmState, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	hash, err := newGHASH(block)
	if err != nil {
		return nil, err
	}
	s := &gcmState{block: block, hash: hash, aad: uint64(len(aad))}
	if len(nonce) == 12 {
		copy(s.j0[:], nonce)
		s.j0[15] = 1
	} else {
		hash.write(nonce)
		hash.finish(0, uint64(len(nonce))).store(s.j0[:])
		hash.reset()
	}
	hash.write(aad)
	hash.pad()
	return s, nil
}

// take accounts for n more octets and reports whether they are allowed.
func (s *gcmState) take(n int) bool {
	s.over = s.over || uint64(n) >= maxGCM-s.text
	if !s.over {
		s.text += uint64(n)
	}
	return !s.over
}

// tag returns the tag of what was hashed, 16 octets.
func (s *gcmState) tag() []byte {
	var mask, out [16]byte
	s.block.Encrypt(mask[:], s.j0[:])
	s.hash.finish(s.aad, s.text).add(loadElement(mask[:])).store(out[:])
	return out[:]
}

// gcmCounter is the counter mode of GCM. It differs from [cipher.NewCTR] in
// that only the last 32 bits count (NIST SP 800-38D, Section 6.2); with nonces
// of other lengths than 12 octets they can come round in any content.
type gcmCounter struct {
	block  cipher.Block
	next   [16]byte // the counter block at which the next stream begins
	stream cipher.Stream
	left   uint64 // octets before the counter comes round
}

func (s *gcmState) counter() *gcmCounter {
	c := &gcmCounter{block: s.block, next: s.j0}
	first := binary.BigEndian.Uint32(c.next[12:]) + 1
	binary.BigEndian.PutUint32(c.next[12:], first)
	c.restart()
	return c
}

func (c *gcmCounter) restart() {
	c.stream = cipher.NewCTR(c.block, c.next[:])
	c.left = (1<<32 - uint64(binary.BigEndian.Uint32(c.next[12:]))) * aes.BlockSize
	clear(c.next[12:])
}

func (c *gcmCounter) xor(dst, src []byte) {
	for len(src) > 0 {
		if c.left == 0 {
			c.restart()
		}
		n := min(c.left, uint64(len(src)))
		c.stream.XORKeyStream(dst[:n], src[:n])
		dst, src, c.left = dst[n:], src[n:], c.left-n
	}
}

// gcmEncrypter encrypts and hashes segment by segment, while the segment is in
// the cache.
type gcmEncrypter struct {
	*gcmState
	counter *gcmCounter
	tagSize int
}

func (e *gcmEncrypter) Update(dst, src []byte) []byte {
	if !e.take(len(src)) {
		return dst
	}
	start := len(dst)
	dst = slices.Grow(dst, len(src))[:start+len(src)]
	for out := dst[start:]; len(src) > 0; {
		n := min(ghashSegment, len(src))
		e.counter.xor(out[:n], src[:n])
		e.hash.write(out[:n])
		out, src = out[n:], src[n:]
	}
	return dst
}

func (e *gcmEncrypter) Final(dst []byte) (out, tag []byte) {
	if e.over {
		return dst, nil
	}
	return dst, e.tag()[:e.tagSize]
}

// gcmAuthenticator hashes a ciphertext.
type gcmAuthenticator struct {
	*gcmState
	name    string
	tagSize int
}

func (a *gcmAuthenticator) Write(p []byte) (int, error) {
	if !a.take(len(p)) {
		return 0, &TooLongError{Name: a.name, Max: maxGCM - 1}
	}
	a.hash.write(p)
	return len(p), nil
}

// Append implements [LateAuthenticator].
func (a *gcmAuthenticator) Append(aad []byte) {
	if len(aad) == 0 {
		return
	}
	a.aad = uint64(len(aad))
	a.hash.prepend(aad)
}

func (a *gcmAuthenticator) Check(tag []byte) bool {
	want := a.tag()[:a.tagSize]
	return subtle.ConstantTimeCompare(want, tag) == 1 && !a.over
}

// gcmDecrypter is counter mode: the tag was checked before, by an
// authenticator.
type gcmDecrypter struct {
	*gcmState
	counter *gcmCounter
	name    string
}

func (d *gcmDecrypter) Update(dst, src []byte) []byte {
	if !d.take(len(src)) {
		return dst
	}
	start := len(dst)
	dst = slices.Grow(dst, len(src))[:start+len(src)]
	d.counter.xor(dst[start:], src)
	return dst
}

func (d *gcmDecrypter) Final(dst []byte) ([]byte, error) {
	if d.over {
		return dst, &TooLongError{Name: d.name, Max: maxGCM - 1}
	}
	return dst, nil
}
