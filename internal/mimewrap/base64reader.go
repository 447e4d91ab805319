package mimewrap

import (
	"bytes"
	"io"
	"strconv"

	"smimectl/internal/spool"
)

// base64Reader decodes base64 strictly: the alphabet of RFC 2045, Section 6.8, and blanks and line ends;
// groups of four with their padding and no bits left over; nothing after the padding. Readers that skip what
// they do not know (RFC 2045 lets them) see different octets in one text.
//
// Lines of the same width as the one before are decoded many at a time, or go through decodeRun without being
// searched for their end; everything else goes through step, octet by octet, which also finds the words for what is wrong.
type base64Reader struct {
	src    io.Reader
	t      *base64Tables
	in     []byte
	r, w   int
	eof    bool
	srcErr error
	offset int64 // of in[0]
	width  int   // of the line before
	many   bool  // there is enough of it for lines to be decoded together
	block  []byte
	slow   int64 // up to here lines are not decoded together, because one of them did not go through
	acc    uint32
	have   int // characters in acc
	pad    int // '=' still to come
	padded bool
	out    []byte // decoded and not yet handed out
	small  []byte
	err    error
}

const base64Window = 128 << 10

// decodeSlack is the room that decode wants behind what it decodes.
const decodeSlack = 32

// newBase64Reader reads src, which holds size octets, as far as that is known.
func newBase64Reader(src io.Reader, size int64) *base64Reader {
	in := make([]byte, min(base64Window, max(256, size+1)))
	return &base64Reader{src: src, t: tablesFor(len(in)), in: in, many: len(in) >= manyText}
}

// newBase64Source reads src from its start. What is in memory is decoded where it
// lies.
func newBase64Source(src spool.Source) *base64Reader {
	if src.Size() <= base64Window {
		if all, ok := spool.View(src, 0, src.Size()); ok {
			return &base64Reader{t: tablesFor(len(all)), in: all, w: len(all), eof: true}
		}
	}
	return newBase64Reader(spool.NewReader(src), src.Size())
}

// Len returns how many octets are left at most, where that is known; else -1.
func (b *base64Reader) Len() int {
	if !b.eof || b.src != nil {
		return -1
	}
	return len(b.out) + (b.w-b.r)/4*3 + 6
}

func (b *base64Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(b.out) == 0 && b.err == nil {
		if len(p) >= 4096 || b.Len() >= 0 && len(p) >= b.Len()+decodeSlack {
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
		if k := b.linesTogether(dst[n:]); k > 0 {
			n += k
			continue
		}
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
		if k <= 0 || !b.t.decode(dst[n:], avail[:k]) {
			return n
		}
		n += k / 4 * 3
		b.r += k
		b.r += lineBreak(b.in[b.r:b.w])
	}
}

// linesTogether decodes lines of the same width as the one before, if there are enough of them in the window.
func (b *base64Reader) linesTogether(dst []byte) int {
	width, avail := b.width, b.in[b.r:b.w]
	if !b.many || !b.t.vector || width == 0 || width > maxColumns || width&3 != 0 || len(avail) <= width*blockLines || b.offset+int64(b.r) < b.slow {
		return 0
	}
	brk := lineBreak(avail[width:])
	most := min(len(avail)/(width+brk), base64Block/width, len(dst)/(width/4*3))
	if brk == 0 || most < blockLines {
		return 0
	}
	if b.block == nil {
		b.block = make([]byte, base64Block)
	}
	lines := packLines(b.block[:most*width], avail, width, brk)
	if lines < blockLines {
		return 0
	}
	if !decodeVector(dst, b.block[:lines*width]) {
		b.slow = b.offset + int64(b.r+lines*(width+brk)) // where the trouble is, is found out line by line
		return 0
	}
	b.r += lines * (width + brk)
	return lines * width / 4 * 3
}

// step decodes octet by octet to the end of the line, of the window or of dst, or of a group that begins in the
// window before.
func (b *base64Reader) step(dst []byte) (n int, err error) {
	begun := b.have > 0
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
				if begun {
					return n, nil
				}
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
