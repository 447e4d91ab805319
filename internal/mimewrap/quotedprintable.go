package mimewrap

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/bits"

	"smimectl/internal/stage"
)

// quotedReader decodes quoted-printable, RFC 2045, Section 6.7. Blanks at the end of a line are dropped, as
// the RFC says, because a transport put them there; line ends come out as CRLF. An equals sign with anything
// but two hexadecimal digits or a line end behind it is an error.
type quotedReader struct {
	src       io.Reader
	in        []byte
	r, w      int
	eof       bool
	out       []byte
	given     int
	blanks    []byte // blanks that may be at the end of a line
	dropFinal bool   // line ends at the very end are no data
	breaks    int    // line ends held back for that
	err       error
}

const maxBlanks = 64 << 10

func newQuotedReader(src io.Reader) *quotedReader {
	return &quotedReader{src: src, in: make([]byte, 32<<10)}
}

func (q *quotedReader) Read(p []byte) (int, error) {
	for q.given == len(q.out) {
		if q.err != nil {
			return 0, q.err
		}
		q.out, q.given = q.out[:0], 0
		q.err = q.decode()
	}
	n := copy(p, q.out[q.given:])
	q.given += n
	return n, nil
}

func (q *quotedReader) fill() error {
	q.w = copy(q.in, q.in[q.r:q.w])
	q.r = 0
	n, err := q.src.Read(q.in[q.w:])
	q.w += n
	if err == io.EOF {
		q.eof, err = true, nil
	}
	return err
}

func (q *quotedReader) emit(p ...byte) {
	for ; q.breaks > 0; q.breaks-- {
		q.out = append(q.out, '\r', '\n')
	}
	q.out = append(append(q.out, q.blanks...), p...)
	q.blanks = q.blanks[:0]
}

// decode decodes one window.
func (q *quotedReader) decode() error {
	for len(q.out) < 16<<10 {
		// Nothing looks further ahead than "=" and one blank, CR LF or two digits.
		if q.w-q.r < 4 && !q.eof {
			if err := q.fill(); err != nil {
				return err
			}
			continue
		}
		if q.r == q.w {
			return io.EOF
		}
		rest := q.in[q.r:q.w]
		switch c := rest[0]; {
		case lineBreak(rest) > 0:
			q.r += lineBreak(rest)
			q.blanks = q.blanks[:0]
			if q.breaks++; !q.dropFinal {
				q.emit()
			} else if q.breaks > maxBlanks {
				return &LimitError{What: "quoted-printable text has more than 65,536 empty lines in a row"}
			}
		case c == ' ' || c == '\t':
			if q.r++; len(q.blanks) == maxBlanks {
				return &LimitError{What: "quoted-printable text has more than 65,536 blanks in a row"}
			}
			q.blanks = append(q.blanks, c)
		case c == '=':
			if err := q.escape(rest); err != nil {
				return err
			}
		default:
			n := 1
			for n < len(rest) && rest[n] != '=' && rest[n] > ' ' {
				n++
			}
			q.emit(rest[:n]...)
			q.r += n
		}
	}
	return nil
}

func (q *quotedReader) escape(rest []byte) error {
	if len(rest) >= 3 {
		if hi, lo := hexDigit(rest[1]), hexDigit(rest[2]); hi < 16 && lo < 16 {
			q.emit(hi<<4 | lo)
			q.r += 3
			return nil
		}
	}
	// A soft line break; blanks that a transport appended to it do not count.
	for n := 1; ; n++ {
		if n >= maxPadding {
			return malformed("quoted-printable: odd equals sign")
		}
		for q.r+n+1 >= q.w && !q.eof {
			if err := q.fill(); err != nil {
				return err
			}
		}
		rest = q.in[q.r+min(n, q.w-q.r) : q.w]
		if br := lineBreak(rest); br > 0 || len(rest) == 0 {
			q.emit()
			q.r += n + br
			return nil
		}
		if rest[0] != ' ' && rest[0] != '\t' {
			return malformed("quoted-printable: odd equals sign")
		}
	}
}

// quotedWriter encodes text as quoted-printable that survives transport (RFC 2049, Section 3, and RFC 8551,
// Section 3.1.4): lines of at most 76 octets, no blank at the end of one, none that begins with "From " or a
// dot, and none that a soft line break could make look like a boundary. CRLF and LF are line ends; a CR alone
// is data.
type quotedWriter struct {
	dst  io.Writer
	in   []byte // looked ahead at
	out  []byte
	col  int
	soft bool       // the line begins after a soft line break
	room stage.Ring // of which out is one
}

const lookAhead = 8

func newQuotedWriter(dst io.Writer) *quotedWriter {
	return &quotedWriter{dst: dst}
}

// quotedRoom is how much is encoded before it is written, at most.
const quotedRoom = 64 << 10

func (q *quotedWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		k := min(len(p), 16<<10)
		q.in = append(q.in, p[:k]...)
		p = p[k:]
		if q.out == nil { // a small text is often the only one
			q.out = q.room.Next(min(quotedRoom, k+k/8+64) + quotedStep)
		}
		if len(q.in) > lookAhead {
			used := q.encode(q.in, len(q.in)-lookAhead)
			q.in = q.in[:copy(q.in, q.in[used:])]
		}
		if len(q.out) > 32<<10 {
			if err := q.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (q *quotedWriter) flush() error {
	q.room.Keep(q.out)
	err := stage.Lend(q.dst, q.out)
	if _, lent := q.dst.(stage.Writer); lent {
		q.out = q.room.Next(quotedRoom + quotedStep)
	} else {
		q.out = q.out[:0]
	}
	return err
}

// Close writes what is left. It adds no line end.
func (q *quotedWriter) Close() error {
	q.encode(q.in, len(q.in))
	q.in = nil
	err := q.flush()
	q.out = nil
	return err
}

// encode encodes at least the first n octets of p and returns how many it took.
func (q *quotedWriter) encode(p []byte, n int) int {
	const hex = "0123456789ABCDEF"
	out, w, col, soft := q.out[:cap(q.out)], len(q.out), q.col, q.soft
	i := 0
	for i < n {
		if len(out)-w < quotedStep {
			out = grown(out, w, quotedStep)
		}
		if col > 0 { // in the middle of a line little thought is needed
			took, wrote := quoteRun(out[w:w+quotedStep], p[i:], min(n-i, quotedStep), col)
			if i, w, col = i+took, w+wrote, col+wrote; took > 0 {
				continue
			}
		}
		rest := p[i:]
		if br := lineBreak(rest); br > 0 {
			out[w], out[w+1] = '\r', '\n'
			w += 2
			col, soft = 0, false
			i += br
			continue
		}
		c := rest[0]
		plain := c > ' ' && c < 0x7f && c != '=' || (c == ' ' || c == '\t') && len(rest) > 1 && lineBreak(rest[1:]) == 0
		size := 3
		if plain {
			size = 1
		}
		if col+size > 75 {
			w += copy(out[w:], "=\r\n")
			col, soft = 0, true
		}
		if col == 0 && plain {
			plain = c != '.' && !(c == 'F' && bytes.HasPrefix(rest, []byte("From "))) && !(soft && c == '-')
		}
		i++
		if plain {
			out[w] = c
			w++
			col++
			continue
		}
		out[w], out[w+1], out[w+2] = '=', hex[c>>4], hex[c&15]
		w += 3
		col += 3
	}
	q.out, q.col, q.soft = out[:w], col, soft
	return i
}

// quotedStep is more than one step of encode writes: a soft line break and what a line holds, and what is written
// over afterwards.
const quotedStep = 128

// quoteRun encodes, of the first n octets of p, those up to one that may need a line break: soft, or before it. The
// line is col octets long. What is written stays within it.
func quoteRun(dst, p []byte, n, col int) (took, wrote int) {
	const hex = "0123456789ABCDEF"
	dst = dst[:quotedStep]
	i, w, room := 0, 0, 75-col
run:
	for i < n {
		if n-i >= 8 && room-w >= 8 {
			x := binary.LittleEndian.Uint64(p[i:])
			binary.LittleEndian.PutUint64(dst[w:], x)
			odd := notPlain(x)
			if odd == 0 {
				i, w = i+8, w+8
				continue
			}
			k := bits.TrailingZeros64(odd) / 8
			i, w = i+k, w+k
		}
		switch c := p[i]; {
		case c >= ' ' && c <= '~' && c != '=' || c == '\t':
			if w == room {
				break run
			}
			dst[w] = c
			w++
		case c == '\n' || c == '\r':
			break run
		default:
			if room-w < 3 {
				break run
			}
			binary.LittleEndian.PutUint32(dst[w:], '='|uint32(hex[c>>4])<<8|uint32(hex[c&15])<<16)
			w += 3
		}
		i++
	}
	if w > 0 && (dst[w-1] == ' ' || dst[w-1] == '\t') && (i == len(p) || p[i] == '\n' || p[i] == '\r') {
		return i - 1, w - 1
	}
	return i, w
}

// notPlain marks, of eight octets as they lie in memory, the first that is not printable or is an equals sign by its
// highest bit; 0 says that there is none.
func notPlain(x uint64) uint64 {
	const ones = 0x0101010101010101
	// Each term has the highest bit of an octet set if the octet is above 126, below 32, or '=', and only octets
	// behind such a one can be taken for one wrongly.
	equals := x ^ ('=' * ones)
	return (x | (x + ones) | (x - ' '*ones) | (equals - ones)) & (0x80 * ones)
}
