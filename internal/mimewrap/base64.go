package mimewrap

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
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

// base64Reader decodes base64 strictly: the alphabet of RFC 2045, Section 6.8, and blanks and line ends;
// groups of four with their padding and no bits left over; nothing after the padding. Readers that skip what
// they do not know (RFC 2045 lets them) see different octets in one text.
//
// Lines of the same width as the one before go through decodeRun without being searched for their end;
// everything else goes through step, octet by octet, which also finds the words for what is wrong.
type base64Reader struct {
	src    io.Reader
	t      *base64Tables
	in     []byte
	r, w   int
	eof    bool
	srcErr error
	offset int64 // of in[0]
	width  int   // of the line before
	acc    uint32
	have   int // characters in acc
	pad    int // '=' still to come
	padded bool
	out    []byte // decoded and not yet handed out
	small  []byte
	err    error
}

const base64Window = 128 << 10

// newBase64Reader reads src, which holds size octets, as far as that is known.
func newBase64Reader(src io.Reader, size int64) *base64Reader {
	return &base64Reader{src: src, t: tables(), in: make([]byte, min(base64Window, max(256, size+1)))}
}

func (b *base64Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(b.out) == 0 && b.err == nil {
		if len(p) >= 4096 {
			n, err := b.decode(p)
			b.err = err
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		if b.small == nil {
			b.small = make([]byte, 8192)
		}
		var n int
		n, b.err = b.decode(b.small)
		b.out = b.small[:n]
	}
	if len(b.out) > 0 {
		n := copy(p, b.out)
		b.out = b.out[n:]
		return n, nil
	}
	return 0, b.err
}

// WriteTo hands out what is decoded in large pieces.
func (b *base64Reader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	buf := make([]byte, 96<<10)
	for {
		n, err := b.Read(buf)
		if n > 0 {
			k, werr := w.Write(buf[:n])
			total += int64(k)
			if werr != nil {
				return total, werr
			}
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// fill keeps what is not yet decoded and reads on.
func (b *base64Reader) fill() error {
	b.offset += int64(b.r)
	b.w = copy(b.in, b.in[b.r:b.w])
	b.r = 0
	for tries := 0; b.w < len(b.in) && !b.eof; {
		n, err := b.src.Read(b.in[b.w:])
		b.w += n
		switch {
		case err == io.EOF:
			b.eof = true
		case err != nil:
			return err
		case n > 0 && b.w > len(b.in)/2:
			return nil
		case n == 0:
			if tries++; tries > 100 {
				return io.ErrNoProgress
			}
		}
	}
	return nil
}

// decode fills dst as far as the window allows.
func (b *base64Reader) decode(dst []byte) (n int, err error) {
	for len(dst)-n >= 16 {
		if b.r == b.w {
			if b.eof {
				return n, b.end()
			}
			if n > 0 {
				return n, nil
			}
			if err := b.fill(); err != nil {
				return n, err
			}
			continue
		}
		if b.have == 0 && !b.padded {
			if k := b.lines(dst[n:]); k > 0 {
				n += k
				continue
			}
		}
		k, err := b.step(dst[n:])
		n += k
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// lines decodes whole lines, and the whole groups of a line whose end is not in the window.
func (b *base64Reader) lines(dst []byte) int {
	n := 0
	for {
		avail := b.in[b.r:b.w]
		k := b.width
		if k == 0 || len(avail) <= k || avail[k] != '\n' && avail[k] != '\r' {
			if k = bytes.IndexByte(avail, '\n'); k < 0 {
				k = len(avail)
			} else if k > 0 && avail[k-1] == '\r' {
				k--
			}
			b.width = k
		}
		k &^= 3
		if room := (len(dst) - n - 8) / 3 * 4; k > room {
			k = room
		}
		if k <= 0 || !b.t.decodeRun(dst[n:], avail[:k]) {
			return n
		}
		n += k / 4 * 3
		b.r += k
		b.r += lineBreak(b.in[b.r:b.w])
	}
}

// step decodes octet by octet to the end of the line, of the window or of dst.
func (b *base64Reader) step(dst []byte) (n int, err error) {
	for b.r < b.w && len(dst)-n >= 4 {
		c := b.in[b.r]
		b.r++
		v := b.t.single[c]
		switch {
		case v != 0xff && b.padded:
			return n, b.fail("data after the padding")
		case v != 0xff:
			b.acc = b.acc<<6 | uint32(v)
			if b.have++; b.have == 4 {
				dst[n], dst[n+1], dst[n+2] = byte(b.acc>>16), byte(b.acc>>8), byte(b.acc)
				n, b.acc, b.have = n+3, 0, 0
			}
		case c == '\n':
			return n, nil
		case c == ' ' || c == '\t' || c == '\r':
		case c == '=' && b.pad > 0:
			b.pad--
		case c == '=' && b.have >= 2:
			// Two characters hold one octet and four bits, three hold two octets and two bits.
			if b.acc&(1<<(2*(4-b.have))-1) != 0 {
				return n, b.fail("bits left over before the padding")
			}
			b.pad, b.padded = 3-b.have, true
			for shift := 6*b.have - 8; shift >= 0; shift -= 8 {
				dst[n] = byte(b.acc >> shift)
				n++
			}
			b.acc, b.have = 0, 0
		case c == '=':
			return n, b.fail("padding where none belongs")
		default:
			return n, b.fail("octet 0x" + strconv.FormatUint(uint64(c), 16))
		}
	}
	return n, nil
}

func (b *base64Reader) end() error {
	if b.have > 0 || b.pad > 0 {
		return b.fail("ends within a group of four")
	}
	return io.EOF
}

func (b *base64Reader) fail(detail string) error {
	return malformed("base64: " + detail + " at offset " + strconv.FormatInt(b.offset+int64(max(b.r-1, 0)), 10))
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
