package mimewrap

import (
	"encoding/binary"
	"io"
	"sync"
)

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// base64Tables hold two characters a step: of the 128 KiB for decoding only the rows of the alphabet are
// ever touched, so that they stay in the first-level cache.
type base64Tables struct {
	single [256]byte     // value, or 0xff
	pair   [65536]uint16 // index: two octets as they lie in memory; 12 bits, or 0x8000
	chars  [4096]uint16  // 12 bits to two characters as they lie in memory
}

var tables = sync.OnceValue(func() *base64Tables {
	t := new(base64Tables)
	for i := range t.single {
		t.single[i] = 0xff
	}
	for i := range base64Alphabet {
		t.single[base64Alphabet[i]] = byte(i)
	}
	for i := range t.pair {
		t.pair[i] = 0x8000
	}
	for i := range base64Alphabet {
		for k := range base64Alphabet {
			a, b := base64Alphabet[i], base64Alphabet[k]
			t.pair[uint16(a)|uint16(b)<<8] = uint16(i<<6 | k)
			t.chars[i<<6|k] = uint16(a) | uint16(b)<<8
		}
	}
	return t
})

// decodeRun decodes whole groups of four characters. dst has room for len(src)/4*3+2 octets. It reports
// whether all of src was of the alphabet.
func (t *base64Tables) decodeRun(dst, src []byte) bool {
	var bad uint16
	for len(src) >= 8 && len(dst) >= 8 {
		x := binary.LittleEndian.Uint64(src)
		a, b, c, d := t.pair[x&0xffff], t.pair[x>>16&0xffff], t.pair[x>>32&0xffff], t.pair[x>>48]
		bad |= a | b | c | d
		binary.BigEndian.PutUint64(dst, uint64(a)<<52|uint64(b)<<40|uint64(c)<<28|uint64(d)<<16)
		src, dst = src[8:], dst[6:]
	}
	for len(src) >= 4 {
		a, b := t.pair[binary.LittleEndian.Uint16(src)], t.pair[binary.LittleEndian.Uint16(src[2:])]
		bad |= a | b
		x := uint32(a)<<12 | uint32(b)
		dst[0], dst[1], dst[2] = byte(x>>16), byte(x>>8), byte(x)
		src, dst = src[4:], dst[3:]
	}
	return bad&0x8000 == 0
}

// encodeRun encodes whole groups of three octets.
func (t *base64Tables) encodeRun(dst, src []byte) {
	for len(src) >= 8 && len(dst) >= 8 {
		x := binary.BigEndian.Uint64(src)
		binary.LittleEndian.PutUint64(dst, uint64(t.chars[x>>52])|uint64(t.chars[x>>40&0xfff])<<16|
			uint64(t.chars[x>>28&0xfff])<<32|uint64(t.chars[x>>16&0xfff])<<48)
		src, dst = src[6:], dst[8:]
	}
	for len(src) >= 3 {
		x := uint32(src[0])<<16 | uint32(src[1])<<8 | uint32(src[2])
		binary.LittleEndian.PutUint16(dst, t.chars[x>>12])
		binary.LittleEndian.PutUint16(dst[2:], t.chars[x&0xfff])
		src, dst = src[3:], dst[4:]
	}
}

// base64Writer encodes in lines of a fixed width. Close writes what is left and a last line end.
type base64Writer struct {
	dst    io.Writer
	t      *base64Tables
	ending string
	line   int // octets in a line, a multiple of 3
	carry  []byte
	out    []byte
}

func newBase64Writer(dst io.Writer, columns int, ending string) *base64Writer {
	return &base64Writer{dst: dst, t: tables(), ending: ending, line: columns / 4 * 3}
}

func (b *base64Writer) Write(p []byte) (int, error) {
	n := len(p)
	if len(b.carry) > 0 {
		k := min(b.line-len(b.carry), len(p))
		b.carry = append(b.carry, p[:k]...)
		if p = p[k:]; len(b.carry) < b.line {
			return n, nil
		}
		if err := b.lines(b.carry); err != nil {
			return 0, err
		}
		b.carry = b.carry[:0]
	}
	whole := len(p) / b.line * b.line
	if err := b.lines(p[:whole]); err != nil {
		return 0, err
	}
	b.carry = append(b.carry, p[whole:]...)
	return n, nil
}

// lines encodes whole lines.
func (b *base64Writer) lines(p []byte) error {
	width := b.line/3*4 + len(b.ending)
	if want := min(base64Window, max(len(p)/b.line, 8)*width); cap(b.out) < want {
		if err := b.flush(); err != nil {
			return err
		}
		b.out = make([]byte, 0, max(want, width))
	}
	for len(p) > 0 {
		if cap(b.out)-len(b.out) < width {
			if err := b.flush(); err != nil {
				return err
			}
		}
		at := len(b.out)
		b.out = b.out[:at+width]
		// The slice of the source may reach into the next line: encodeRun loads eight octets for six.
		b.t.encodeRun(b.out[at:at+width-len(b.ending)], p[:b.line])
		copy(b.out[at+width-len(b.ending):], b.ending)
		p = p[b.line:]
	}
	return nil
}

func (b *base64Writer) flush() error {
	if len(b.out) == 0 {
		return nil
	}
	_, err := b.dst.Write(b.out)
	b.out = b.out[:0]
	return err
}

func (b *base64Writer) Close() error {
	if n := len(b.carry); n > 0 {
		if need := b.line/3*4 + len(b.ending); cap(b.out)-len(b.out) < need {
			if err := b.flush(); err != nil {
				return err
			}
			if cap(b.out) < need {
				b.out = make([]byte, 0, need)
			}
		}
		pad := (3 - n%3) % 3
		b.carry = append(b.carry, 0, 0)[:n+pad]
		at := len(b.out)
		b.out = b.out[:at+len(b.carry)/3*4]
		b.t.encodeRun(b.out[at:], b.carry)
		copy(b.out[len(b.out)-pad:], "==")
		b.out = append(b.out, b.ending...)
		b.carry = nil
	}
	return b.flush()
}

// base64Size is what base64Writer makes of n octets.
func base64Size(n int64, columns int, ending string) int64 {
	chars := (n + 2) / 3 * 4
	return chars + (chars+int64(columns)-1)/int64(columns)*int64(len(ending))
}
