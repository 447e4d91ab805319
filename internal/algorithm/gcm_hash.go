package algorithm

import (
	"crypto/cipher"
	"encoding/binary"
	"slices"
)

// fieldElement is an element of GF(2^128) as GCM writes it: the coefficient of
// x^0 is the first bit of the block (NIST SP 800-38D, Section 6.3).
type fieldElement struct{ hi, lo uint64 }

func loadElement(block []byte) fieldElement {
	return fieldElement{binary.BigEndian.Uint64(block), binary.BigEndian.Uint64(block[8:])}
}

func (x fieldElement) store(block []byte) {
	binary.BigEndian.PutUint64(block, x.hi)
	binary.BigEndian.PutUint64(block[8:], x.lo)
}

func (x fieldElement) add(y fieldElement) fieldElement {
	return fieldElement{x.hi ^ y.hi, x.lo ^ y.lo}
}

// mul multiplies as NIST SP 800-38D, Section 6.3 does, bit by bit, with masks
// instead of branches and tables: both factors are secret.
func (x fieldElement) mul(y fieldElement) fieldElement {
	var z fieldElement
	for _, word := range [2]uint64{x.hi, x.lo} {
		for range 64 {
			mask := -(word >> 63)
			word <<= 1
			z.hi ^= y.hi & mask
			z.lo ^= y.lo & mask
			carry := -(y.lo & 1)
			y.lo = y.lo>>1 | y.hi<<63
			y.hi = y.hi>>1 ^ 0xe1<<56&carry
		}
	}
	return z
}

// pow returns x^n. The exponent is a length, which is public.
func (x fieldElement) pow(n uint64) fieldElement {
	out := fieldElement{hi: 1 << 63} // one
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			out = out.mul(x)
		}
		x = x.mul(x)
	}
	return out
}

// ghashSegment is how many octets one call of the assembly hashes; of the sizes
// that stay in the second-level cache it is the one with no measurable cost for
// the multiplication per segment.
const ghashSegment = 64 << 10

// ghash is the hash of GCM (NIST SP 800-38D, Section 6.4) as a stream, at the
// speed of the standard library's assembly.
//
// That is reached through [cipher.AEAD] by sealing nothing with a segment as
// additional data: the tag is E + (Y + L)*H, with Y the hash of the segment, L
// the block of its lengths and E the encrypted counter block of the nonce. E
// and L*H are known, so Y*H is. Segments are joined by
//
//	(Y1 || Y2)*H = (Y1*H)*H^n + Y2*H, n the blocks of the second.
//
// No tag made on the way leaves this type.
type ghash struct {
	aead cipher.AEAD
	h    fieldElement // the hash key
	mask fieldElement // E for the nonce used within
	sum  fieldElement // Y*H of all segments so far
	used bool         // sum holds a segment

	blocks uint64 // in sum

	// H^n and L*H of a full segment, computed when the second one comes.
	fullPower, fullLength fieldElement
	haveFull              bool

	pending []byte // less than a segment
	nonce   [12]byte
	tag     [16]byte
}

func newGHASH(block cipher.Block) (*ghash, error) {
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	g := &ghash{aead: aead}
	block.Encrypt(g.tag[:], g.tag[:]) // zeros so far
	g.h = loadElement(g.tag[:])
	g.tag = [16]byte{15: 1} // the counter block of the nonce of zeros
	block.Encrypt(g.tag[:], g.tag[:])
	g.mask = loadElement(g.tag[:])
	return g, nil
}

// write hashes p.
func (g *ghash) write(p []byte) {
	for len(p) > 0 {
		if len(g.pending) == 0 && len(p) >= ghashSegment {
			g.segment(p[:ghashSegment])
			p = p[ghashSegment:]
			continue
		}
		n := min(ghashSegment-len(g.pending), len(p))
		if have := len(g.pending); have > 0 && have+n > cap(g.pending) {
			g.pending = slices.Grow(g.pending, ghashSegment-have) // once, not by doubling
		}
		g.pending = append(g.pending, p[:n]...)
		p = p[n:]
		if len(g.pending) == ghashSegment {
			g.segment(g.pending)
			g.pending = g.pending[:0]
		}
	}
}

// pad fills the last block with zeros.
func (g *ghash) pad() {
	if len(g.pending) > 0 {
		g.segment(g.pending)
		g.pending = g.pending[:0]
	}
}

func (g *ghash) segment(p []byte) {
	var power, length fieldElement
	if len(p) == ghashSegment && g.used {
		if !g.haveFull {
			g.fullPower, g.fullLength, g.haveFull = g.h.pow(ghashSegment/16), g.lengthTimesH(ghashSegment, 0), true
		}
		power, length = g.fullPower, g.fullLength
	} else {
		length = g.lengthTimesH(uint64(len(p)), 0)
		if g.used {
			power = g.h.pow(uint64(len(p)+15) / 16)
		}
	}
	g.aead.Seal(g.tag[:0], g.nonce[:], nil, p)
	y := loadElement(g.tag[:]).add(g.mask).add(length)
	if g.used {
		y = y.add(g.sum.mul(power))
	}
	g.sum, g.used = y, true
	g.blocks += uint64(len(p)+15) / 16
}

// prepend makes the hash that of p, padded, and what was written so far.
func (g *ghash) prepend(p []byte) {
	g.pad()
	before := ghash{aead: g.aead, h: g.h, mask: g.mask}
	before.write(p)
	before.pad()
	g.sum, g.used = before.sum.mul(g.h.pow(g.blocks)).add(g.sum), true
}

// lengthTimesH is the contribution of the block that ends a GHASH input: the
// lengths of additional data and ciphertext in bits.
func (g *ghash) lengthTimesH(aad, text uint64) fieldElement {
	return fieldElement{aad * 8, text * 8}.mul(g.h)
}

// finish returns the hash of all that was written, and of the lengths.
func (g *ghash) finish(aad, text uint64) fieldElement {
	g.pad()
	return g.sum.add(g.lengthTimesH(aad, text))
}

// reset forgets what was written.
func (g *ghash) reset() { g.sum, g.used, g.blocks, g.pending = fieldElement{}, false, 0, g.pending[:0] }
