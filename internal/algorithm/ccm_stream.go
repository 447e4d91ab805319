package algorithm

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"slices"
)

// ccmSegment is how much is encrypted and hashed in one go, octets.
const ccmSegment = 4 << 10

// ccmState is CCM (NIST SP 800-38C; RFC 3610) as a stream in constant memory. The
// length of the content is part of what is authenticated first, so it has to be
// known. What is authenticated is the plaintext: whoever checks a ciphertext
// decrypts it, and forgets what came out.
type ccmState struct {
	stream cipher.Stream    // counter mode from the first counter on
	mac    cipher.BlockMode // CBC-MAC is the last block of CBC with an IV of zeros
	held   [aes.BlockSize]byte
	n      int                 // octets in held
	last   [aes.BlockSize]byte // the CBC-MAC so far
	mask   [aes.BlockSize]byte // the counter 0 encrypted, for the tag
	left   int64               // octets of the content still to come; negative: too many came
	size   int                 // octets of the tag
	work   []byte              // of the CBC encryption
}

// newCCMState formats the first block and the additional authenticated data (NIST
// SP 800-38C, Appendix A.2).
func newCCMState(key []byte, p *CipherParameters, aad []byte) (*ccmState, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	s := &ccmState{
		stream: ccmCounter(block, p.IV),
		mac:    cipher.NewCBCEncrypter(block, make([]byte, aes.BlockSize)),
		left:   p.ContentSize,
		size:   p.TagSize,
		work:   make([]byte, ccmSegment),
	}
	counter := ccmBlock(p.IV)
	block.Encrypt(s.mask[:], counter[:])

	first := ccmBlock(p.IV)
	first[0] |= byte((p.TagSize-2)/2) << 3
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(p.ContentSize))
	copy(first[1+len(p.IV):], length[8-(15-len(p.IV)):])
	if len(aad) > 0 {
		first[0] |= 1 << 6
	}
	s.hash(first[:])
	switch n := len(aad); {
	case n == 0:
	case n < 0xff00:
		s.hash(binary.BigEndian.AppendUint16(nil, uint16(n)))
	default: // attributes are far below 2^32 octets
		s.hash(binary.BigEndian.AppendUint32([]byte{0xff, 0xfe}, uint32(n)))
	}
	s.hash(aad)
	s.pad()
	return s, nil
}

// ccmBlock returns the counter block 0: what the first block is made of, too.
func ccmBlock(nonce []byte) (b [aes.BlockSize]byte) {
	b[0] = byte(15 - len(nonce) - 1)
	copy(b[1:], nonce)
	return b
}

// ccmCounter is the counter mode of the content, which begins with 1. The
// counter cannot come round: the length of the content is bounded by the same
// octets.
func ccmCounter(block cipher.Block, nonce []byte) cipher.Stream {
	counter := ccmBlock(nonce)
	counter[aes.BlockSize-1] = 1
	return cipher.NewCTR(block, counter[:])
}

// hash takes octets into the CBC-MAC.
func (s *ccmState) hash(p []byte) {
	if s.n > 0 {
		n := copy(s.held[s.n:], p)
		s.n += n
		if p = p[n:]; s.n < aes.BlockSize {
			return
		}
		s.blocks(s.held[:])
		s.n = 0
	}
	whole := len(p) / aes.BlockSize * aes.BlockSize
	for q := p[:whole]; len(q) > 0; {
		n := min(len(q), len(s.work))
		s.blocks(q[:n])
		q = q[n:]
	}
	s.n = copy(s.held[:], p[whole:])
}

func (s *ccmState) blocks(p []byte) {
	work := s.work[:len(p)]
	s.mac.CryptBlocks(work, p)
	copy(s.last[:], work[len(work)-aes.BlockSize:])
}

// pad fills the last block with zeros.
func (s *ccmState) pad() {
	if s.n > 0 {
		clear(s.held[s.n:])
		s.blocks(s.held[:])
		s.n = 0
	}
}

// take accounts for n more octets and reports whether they were announced.
func (s *ccmState) take(n int) bool {
	if s.left >= 0 {
		s.left = max(-1, s.left-int64(n))
	}
	return s.left >= 0
}

// tag returns the tag, or nil when the content had not the announced size.
func (s *ccmState) tag() []byte {
	if s.left != 0 {
		return nil
	}
	s.pad()
	out := make([]byte, aes.BlockSize)
	subtle.XORBytes(out, s.last[:], s.mask[:])
	return out[:s.size]
}

type ccmEncrypter struct{ *ccmState }

func (e *ccmEncrypter) Update(dst, src []byte) []byte {
	if !e.take(len(src)) {
		return dst
	}
	start := len(dst)
	dst = slices.Grow(dst, len(src))[:start+len(src)]
	for out := dst[start:]; len(src) > 0; {
		n := min(ccmSegment, len(src))
		e.hash(src[:n])
		e.stream.XORKeyStream(out[:n], src[:n])
		out, src = out[n:], src[n:]
	}
	return dst
}

func (e *ccmEncrypter) Final(dst []byte) (out, tag []byte) { return dst, e.tag() }

// ccmAuthenticator decrypts what it hashes, piece by piece, for itself alone.
type ccmAuthenticator struct {
	*ccmState
	name  string
	plain []byte
}

func (a *ccmAuthenticator) Write(p []byte) (int, error) {
	announced := a.left
	if !a.take(len(p)) {
		return 0, &TooLongError{Name: a.name, Max: max(announced, 0)}
	}
	for q := p; len(q) > 0; {
		n := min(len(a.plain), len(q))
		a.stream.XORKeyStream(a.plain[:n], q[:n])
		a.hash(a.plain[:n])
		q = q[n:]
	}
	return len(p), nil
}

func (a *ccmAuthenticator) Check(tag []byte) bool {
	want := a.tag()
	clear(a.plain)
	return want != nil && subtle.ConstantTimeCompare(want, tag) == 1
}

// ccmDecrypter is counter mode: the tag was checked before, by an authenticator.
type ccmDecrypter struct {
	stream    cipher.Stream
	left, max int64
	name      string
}

func (d *ccmDecrypter) Update(dst, src []byte) []byte {
	if d.left < int64(len(src)) {
		d.left = -1
		return dst
	}
	d.left -= int64(len(src))
	start := len(dst)
	dst = slices.Grow(dst, len(src))[:start+len(src)]
	d.stream.XORKeyStream(dst[start:], src)
	return dst
}

func (d *ccmDecrypter) Final(dst []byte) ([]byte, error) {
	if d.left < 0 {
		return dst, &TooLongError{Name: d.name, Max: d.max}
	}
	return dst, nil
}
