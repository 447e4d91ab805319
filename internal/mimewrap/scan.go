package mimewrap

import (
	"bytes"
	"cmp"
	"encoding/binary"

	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// textScan finds out what would happen to octets in transport (RFC 2049, Section 3; RFC 8551, Sections 3.1.2
// to 3.1.4). It is fed pieces of any size.
type textScan struct {
	eightBit, nul, trailing, from, dot bool
	cr, crlf, bareLF                   int64
	longest                            int64
	size                               int64

	// the line that the last piece ended in
	length int64
	head   [5]byte
	tail   [2]byte // its last two octets
}

// loneCR reports a CR that no LF follows.
func (t *textScan) loneCR() bool { return t.cr > t.crlf }

// canonicalSize is the size with CRLF for every line end.
func (t *textScan) canonicalSize() int64 { return t.size + t.bareLF }

func (t *textScan) Write(p []byte) (int, error) {
	n := len(p)
	t.octets(p)
	if bytes.IndexByte(p, '\r') >= 0 {
		t.cr += int64(bytes.Count(p, []byte{'\r'}))
	}
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			t.partial(p)
			break
		}
		if t.length > 0 {
			t.partial(p[:i])
			t.endLine(true)
		} else {
			t.line(p[:i])
		}
		p = p[i+1:]
	}
	return n, nil
}

// octets looks at what is not of lines.
func (t *textScan) octets(p []byte) {
	t.size += int64(len(p))
	t.eightBit = t.eightBit || hasHighBit(p)
	t.nul = t.nul || bytes.IndexByte(p, 0) >= 0
}

// line looks at a whole line, without its LF.
func (t *textScan) line(l []byte) {
	n := len(l)
	if n == 0 || l[n-1] != '\r' {
		t.bareLF++
	} else {
		t.crlf++
		n--
	}
	if int64(n) > t.longest {
		t.longest = int64(n)
	}
	if n == 0 {
		return
	}
	if c := l[n-1]; c == ' ' || c == '\t' {
		t.trailing = true
	}
	switch l[0] {
	case '.':
		t.dot = t.dot || n == 1
	case 'F':
		t.from = t.from || n >= 5 && string(l[:5]) == "From "
	}
}

func (t *textScan) partial(p []byte) {
	if len(p) == 0 {
		return
	}
	for k := int64(0); k < int64(len(p)) && t.length+k < int64(len(t.head)); k++ {
		t.head[t.length+k] = p[k]
	}
	t.length += int64(len(p))
	if len(p) > 1 {
		t.tail = [2]byte(p[len(p)-2:])
	} else {
		t.tail = [2]byte{t.tail[1], p[0]}
	}
}

// endLine judges a line that came in pieces. lf: it ended with LF, else with the octets.
func (t *textScan) endLine(lf bool) {
	n, last := t.length, t.tail[1]
	if lf && last == '\r' {
		t.crlf++
		n--
		last = t.tail[0]
	} else if lf {
		t.bareLF++
	}
	t.longest = max(t.longest, n)
	if n > 0 {
		t.trailing = t.trailing || last == ' ' || last == '\t'
		t.dot = t.dot || n == 1 && t.head[0] == '.'
		t.from = t.from || n >= 5 && string(t.head[:]) == "From "
	}
	t.length = 0
}

// hasHighBit reports an octet above 127.
func hasHighBit(p []byte) bool {
	const high = 0x8080808080808080
	for len(p) >= 64 {
		a := binary.LittleEndian.Uint64(p) | binary.LittleEndian.Uint64(p[8:])
		b := binary.LittleEndian.Uint64(p[16:]) | binary.LittleEndian.Uint64(p[24:])
		c := binary.LittleEndian.Uint64(p[32:]) | binary.LittleEndian.Uint64(p[40:])
		d := binary.LittleEndian.Uint64(p[48:]) | binary.LittleEndian.Uint64(p[56:])
		if (a|b|c|d)&high != 0 {
			return true
		}
		p = p[64:]
	}
	for len(p) >= 8 {
		if binary.LittleEndian.Uint64(p)&high != 0 {
			return true
		}
		p = p[8:]
	}
	for _, c := range p {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

// windows are the buffers of those who read a file piece by piece.
type windows struct {
	stage.Ring
	size   int
	serial bool   // one goroutine works on the pieces
	only   []byte // when it does
}

// next is a buffer of full size.
func (w *windows) next() []byte {
	if !w.serial {
		return w.Next(w.size)[:w.size]
	}
	if w.only == nil {
		w.only = make([]byte, w.size)
	}
	return w.only
}

// fill reads the next octets of a span, up to where a piece of the source ends.
func (w *windows) fill(window []byte, src spool.Source, at, end int64) ([]byte, error) {
	want := min(int64(len(window)), end-at)
	if over := (at + want) % spool.Whole; at+want < end && over < want {
		want -= over
	}
	n, err := readAt(src, window[:want], at)
	if err == nil && n == 0 {
		err = spool.ErrChanged
	}
	return window[:n], err
}

// scan reads a span of the file, and looks at it on another processor where that is worth it.
func scan(src spool.Source, s span, w *windows) (*textScan, error) {
	t := new(textScan)
	if p, held := spool.View(src, s.start, s.size()); held && len(p) <= w.size {
		if _, err := t.Write(p); err != nil {
			return nil, err
		}
		return t.ended(), nil
	}
	behind := stage.NewBehind(w.serial, func(piece []byte) error {
		_, err := t.Write(piece)
		return err
	})
	defer behind.Settle()
	for at := s.start; at < s.end; {
		p, err := w.fill(w.next(), src, at, s.end)
		if err != nil {
			return nil, err
		}
		behind.Lend(p)
		at += int64(len(p))
	}
	behind.Settle()
	return t.ended(), nil
}

// ended says that the text is at its end.
func (t *textScan) ended() *textScan {
	if t.length > 0 {
		t.endLine(false)
	}
	return t
}

// lineEnds are those of a run of octets.
type lineEnds struct {
	lf, crlf   int64
	head, tail byte // the first octet and the last
}

// countSource counts the LF without CR of a span: the halves of a large one at the same time.
func countSource(src spool.Source, s span, w *windows) (int64, error) {
	if w.serial || s.size() < 4*stage.From {
		n, err := countLineEnds(src, s, w, w.next())
		return n.lf - n.crlf, err
	}
	middle := s.start + s.size()/2
	middle -= middle % spool.Whole
	var halves [2]lineEnds
	var errs [2]error
	windows := [2][]byte{w.next(), w.next()}
	stage.Both(false,
		func() { halves[0], errs[0] = countLineEnds(src, span{s.start, middle}, w, windows[0]) },
		func() { halves[1], errs[1] = countLineEnds(src, span{middle, s.end}, w, windows[1]) })
	n := halves[0].lf - halves[0].crlf + halves[1].lf - halves[1].crlf
	if halves[0].tail == '\r' && halves[1].head == '\n' {
		n--
	}
	return n, cmp.Or(errs[0], errs[1])
}

func countLineEnds(src spool.Source, s span, w *windows, window []byte) (lineEnds, error) {
	var n lineEnds
	for at := s.start; at < s.end; {
		p, err := w.fill(window, src, at, s.end)
		if err != nil {
			return n, err
		}
		n.lf += int64(bytes.Count(p, []byte{'\n'}))
		if n.tail == '\r' && p[0] == '\n' {
			n.crlf++
		}
		if bytes.IndexByte(p, '\r') >= 0 {
			n.crlf += int64(bytes.Count(p, []byte("\r\n")))
		}
		if at == s.start {
			n.head = p[0]
		}
		n.tail = p[len(p)-1]
		at += int64(len(p))
	}
	return n, nil
}

// maxLine is how long lines may be (RFC 5322, Section 2.1.1).
const maxLine = 998

// breaks names what would not survive transport, when lines may be as long as longest.
func (t *textScan) breaks(longest int64) []string {
	var why []string
	add := func(is bool, what string) {
		if is {
			why = append(why, what)
		}
	}
	add(t.nul, "NUL")
	add(t.eightBit, "8bit")
	add(t.longest > longest, "long lines")
	add(t.trailing, "blanks at the end of lines")
	add(t.from, "lines that begin with \"From \"")
	add(t.dot, "lines of one dot")
	add(t.loneCR(), "CR without LF")
	return why
}
