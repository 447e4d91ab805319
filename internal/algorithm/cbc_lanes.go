package algorithm

import (
	"crypto/cipher"

	"smimectl/internal/stage"
)

// leastLane is how much ciphertext in CBC mode is worth another processor, in octets.
const leastLane = 32 << 10

// Spread has d work on large pieces with two processors where that is possible: in CBC
// mode, where to decrypt a block takes the ciphertext of the block before and no more.
// It is to be called before the first Update.
func Spread(d Decrypter) {
	if c, ok := d.(*cbcDecrypter); ok {
		l := &cbcLanes{first: c.mode, block: c.block, size: c.size}
		l.both = stage.NewPair(l.firstHalf, l.secondHalf)
		c.mode = l
	}
}

// cbcLanes is CBC mode, of which two processors decrypt a half of a large piece each.
type cbcLanes struct {
	block         cipher.Block
	first, second cipher.BlockMode // second is nil before it is needed
	size          int
	both          *stage.Pair

	// the piece that is decrypted
	dst, src []byte
	half     int
	before   [maxBlock]byte // of the second half
}

func (l *cbcLanes) BlockSize() int { return l.size }

// CryptBlocks implements [cipher.BlockMode].
func (l *cbcLanes) CryptBlocks(dst, src []byte) {
	if len(src) < 2*leastLane {
		l.first.CryptBlocks(dst, src)
		return
	}
	l.dst, l.src, l.half = dst, src, len(src)/2/l.size*l.size
	// dst may lie where src does: what stands before either half is saved first.
	var last [maxBlock]byte
	copy(l.before[:], src[l.half-l.size:l.half])
	copy(last[:], src[len(src)-l.size:])
	l.both.Do()
	l.dst, l.src = nil, nil
	l.first = after(l.first, l.block, last[:l.size])
}

func (l *cbcLanes) firstHalf() { l.first.CryptBlocks(l.dst[:l.half], l.src[:l.half]) }

func (l *cbcLanes) secondHalf() {
	l.second = after(l.second, l.block, l.before[:l.size])
	l.second.CryptBlocks(l.dst[l.half:], l.src[l.half:])
}

// after returns CBC mode after the given block of ciphertext: mode itself where it can be
// given another IV.
func after(mode cipher.BlockMode, block cipher.Block, ciphertext []byte) cipher.BlockMode {
	if again, ok := mode.(interface{ SetIV(iv []byte) }); ok {
		again.SetIV(ciphertext)
		return mode
	}
	return cipher.NewCBCDecrypter(block, ciphertext)
}
