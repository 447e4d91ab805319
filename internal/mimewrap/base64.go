package mimewrap

import (
	"encoding/binary"
	"io"
	"sync"

	"smimectl/internal/stage"
)

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// base64Tables hold two characters a step: of the 128 KiB for decoding only the rows of the alphabet are
// ever touched, so that they stay in the first-level cache.
type base64Tables struct {
	single [256]byte      // value, or 0xff
	pair   *[65536]uint16 // index: two octets as they lie in memory; 12 bits, or 0x8000. Nil: one character a step
	chars  [4096]uint16   // 12 bits to two characters as they lie in memory
	vector bool           // for many groups there is something faster
}

// tablesFor gives the tables for text of a size. To make room for pairs takes longer than to decode a small mail.
func tablesFor(size int) *base64Tables {
	if size < manyText {
		return smallTables()
	}
	return largeTables()
}

var smallTables = sync.OnceValue(func() *base64Tables {
	t := &base64Tables{vector: hasVector()}
	for i := range t.single {
		t.single[i] = 0xff
	}
	for i := range base64Alphabet {
		t.single[base64Alphabet[i]] = byte(i)
		for k := range base64Alphabet {
			t.chars[i<<6|k] = uint16(base64Alphabet[i]) | uint16(base64Alphabet[k])<<8
		}
	}
	return t
})

var largeTables = sync.OnceValue(func() *base64Tables {
	t := *smallTables()
	t.pair = new([65536]uint16)
	for i := range t.pair {
		t.pair[i] = 0x8000
	}
	for i, chars := range t.chars {
		t.pair[chars] = uint16(i)
	}
	return &t
})

// decodeRun decodes whole groups of four characters. dst has room for len(src)/4*3+2 octets. It reports
// whether all of src was of the alphabet.
func (t *base64Tables) decodeRun(dst, src []byte) bool {
	if t.pair == nil {
		return t.decodeSingly(dst, src)
	}
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

// decodeSingly is decodeRun without pairs.
func (t *base64Tables) decodeSingly(dst, src []byte) bool {
	var bad byte
	for len(src) >= 4 {
		a, b, c, d := t.single[src[0]], t.single[src[1]], t.single[src[2]], t.single[src[3]]
		bad |= a | b | c | d
		x := uint32(a)<<18 | uint32(b)<<12 | uint32(c)<<6 | uint32(d)
		dst[0], dst[1], dst[2] = byte(x>>16), byte(x>>8), byte(x)
		src, dst = src[4:], dst[3:]
	}
	return bad&0x80 == 0
}

// decode is decodeRun, in the fastest way there is.
func (t *base64Tables) decode(dst, src []byte) bool {
	if t.vector && len(src) >= 128 {
		return decodeVector(dst, src)
	}
	return t.decodeRun(dst, src)
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
	room   stage.Ring // of which out is one
	size   int        // that out is to have
	many   int        // room in out from which on lines are encoded together
	block  []byte
}

func newBase64Writer(dst io.Writer, columns int, ending string) *base64Writer {
	return &base64Writer{dst: dst, t: smallTables(), ending: ending, line: columns / 4 * 3, many: manyText}
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
	// And one for what is left at the end.
	if want := min(stage.Size, max(len(p)/b.line+1, 8)*width); b.size < want {
		if err := b.flush(); err != nil {
			return err
		}
		b.size, b.out = want, nil
	}
	for len(p) > 0 {
		if err := b.need(width); err != nil {
			return err
		}
		at := len(b.out)
		if n := min(len(p)/b.line, (cap(b.out)-at)/width); n >= blockLines && cap(b.out) >= b.many && b.t.vector {
			columns := width - len(b.ending)
			if want := min(base64Block/columns, n) * columns; len(b.block) < want {
				b.block = make([]byte, want)
			}
			b.out = b.out[:at+n*width]
			encodeLines(b.out[at:], p[:n*b.line], b.block, b.line, b.ending)
			p = p[n*b.line:]
			continue
		}
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
	err := stage.Lend(b.dst, b.out)
	if _, lent := b.dst.(stage.Writer); lent {
		b.out = nil
	} else {
		b.out = b.out[:0]
	}
	return err
}

// need makes room for n characters.
func (b *base64Writer) need(n int) error {
	if cap(b.out)-len(b.out) >= n {
		return nil
	}
	if err := b.flush(); err != nil {
		return err
	}
	if cap(b.out) < n {
		b.out = b.room.Next(max(b.size, n))
	}
	return nil
}

func (b *base64Writer) Close() error {
	if n := len(b.carry); n > 0 {
		if err := b.need(b.line/3*4 + len(b.ending)); err != nil {
			return err
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
