package mimewrap

import (
	"bytes"

	"smimectl/internal/spool"
)

// slices are the spans of a multipart body. Nothing of it is interpreted.
type slices struct {
	preamble, epilogue span
	parts              []span
	delimiters         []delimiter // one before each part, and the closing one
	closed             bool        // there is a closing delimiter
	more               bool        // there are more parts than were asked for
}

// delimiter is a boundary line with the line break before it, which belongs to it (RFC 2046, Section 5.1.1):
// a text that ends in a line break has two of them before the boundary.
type delimiter struct {
	span
	first  bool  // no line break before it: it begins the body, or follows a delimiter directly
	padded bool  // blanks after the boundary
	last   bool  // closing
	bareLF int64 // line ends in it that are no CRLF
}

// boundaryScanner finds boundary lines in one pass over a body. It keeps a window of it and compares whole
// lines, so that a boundary that begins with the one searched for is another one (RFC 2046 allows a reader
// to compare the beginning only; a reader that does finds parts that are none).
type boundaryScanner struct {
	src     spool.Source
	body    span
	pattern []byte // LF "--" boundary
	buf     []byte
	base    int64 // of buf[0]
	pos     int   // where to search on
	floor   int64 // end of the previous delimiter
	started bool
	passing *passing // takes the first part; nil: nobody does
}

const scanWindow = 256 << 10

// maxPadding is how many blanks may follow a boundary.
const maxPadding = 1024

func newBoundaryScanner(src spool.Source, body span, boundary string, window []byte) *boundaryScanner {
	s := &boundaryScanner{src: src, body: body, pattern: []byte("\n--" + boundary), base: body.start, floor: body.start}
	if view, ok := spool.View(src, body.start, body.size()); ok && body.size() <= scanWindow {
		s.buf = view // all there is: nothing is read into it
		return s
	}
	s.buf = window[:0]
	return s
}

// more drops what lies before keep and reads on; false at the end of the body.
func (s *boundaryScanner) more(keep int) (bool, error) {
	if s.base+int64(len(s.buf)) >= s.body.end {
		return false, nil
	}
	next := s.buf
	if s.passing != nil {
		if err := s.passing.upTo(s, s.base+int64(keep)); err != nil {
			return false, err
		}
		next = s.passing.next(s.buf)
	} else if next == nil {
		next = make([]byte, 0, min(scanWindow, s.body.size()+1))
	}
	s.base += int64(keep)
	s.pos -= keep
	n := copy(next[:cap(next)], s.buf[keep:])
	if n == cap(next) { // the window is smaller than a delimiter with its padding
		next = append(make([]byte, 0, 2*n+4096), next[:n]...)
	}
	s.buf = next[:n]
	at := s.base + int64(n)
	want := min(int64(cap(s.buf)-n), s.body.end-at)
	if over := (at + want) % spool.Whole; at+want < s.body.end && over < want {
		want -= over
	}
	got, err := readAt(s.src, s.buf[n:n+int(want)], at)
	s.buf = s.buf[:n+got]
	return got > 0, err
}

// next returns the next boundary line.
func (s *boundaryScanner) next() (delimiter, bool, error) {
	if !s.started {
		s.started = true
		// The start of the body counts as the start of a line.
		for len(s.buf) < len(s.pattern)+maxPadding+8 {
			ok, err := s.more(0)
			if err != nil {
				return delimiter{}, false, err
			}
			if !ok {
				break
			}
		}
		if bytes.HasPrefix(s.buf, s.pattern[1:]) {
			if d, ok, _ := s.line(0); ok {
				d.first = true
				return s.found(d), true, nil
			}
		}
	}
	for {
		i := bytes.Index(s.buf[s.pos:], s.pattern)
		if i < 0 {
			s.pos = max(s.pos, len(s.buf)-len(s.pattern)+1)
			ok, err := s.more(max(0, s.pos-2))
			if !ok || err != nil {
				return delimiter{}, false, err
			}
			continue
		}
		s.pos += i
		d, ok, short := s.line(s.pos + 1)
		if short {
			more, err := s.more(max(0, s.pos-2))
			if err != nil {
				return delimiter{}, false, err
			}
			if more {
				continue
			}
		}
		if !ok {
			s.pos++
			continue
		}
		return s.found(d), true, nil
	}
}

// line reads the candidate whose dashes are at start. short: the window may end before the line does.
func (s *boundaryScanner) line(start int) (d delimiter, ok, short bool) {
	rest := s.buf[start+len(s.pattern)-1:]
	atEnd := s.base+int64(len(s.buf)) >= s.body.end
	if !atEnd && len(rest) < maxPadding+8 {
		return d, false, true
	}
	n := 0
	if bytes.HasPrefix(rest, []byte("--")) {
		d.last, n = true, 2
	}
	unpadded := n
	for n < len(rest) && n < maxPadding && (rest[n] == ' ' || rest[n] == '\t') {
		n++
	}
	d.padded = n > unpadded
	br := lineBreak(rest[n:])
	if br == 0 && n < len(rest) {
		return d, false, false
	}
	if br == 1 {
		d.bareLF++
	}
	d.end = s.base + int64(start+len(s.pattern)-1+n+br)
	d.start = s.base + int64(start)
	if start > 0 && d.start > s.floor {
		d.start--
		if start > 1 && s.buf[start-2] == '\r' && d.start > s.floor {
			d.start--
		} else {
			d.bareLF++
		}
	} else {
		d.first = true
	}
	return d, true, false
}

func (s *boundaryScanner) found(d delimiter) delimiter {
	// The line end of this delimiter may be the line break before the next one, which is then found directly
	// behind it and starts at the floor.
	s.floor = d.end
	s.pos = max(0, int(d.end-s.base)-1)
	return d
}

// slice cuts a multipart body into at most max parts.
func slice(src spool.Source, body span, boundary string, max int, window []byte) (*slices, error) {
	return newBoundaryScanner(src, body, boundary, window).slice(max)
}

func (s *boundaryScanner) slice(max int) (*slices, error) {
	body := s.body
	m := &slices{preamble: body, epilogue: span{body.end, body.end}}
	for {
		d, ok, err := s.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if len(m.delimiters) == 0 {
			m.preamble.end = d.start
		} else {
			m.parts[len(m.parts)-1].end = d.start
		}
		m.delimiters = append(m.delimiters, d)
		if err := s.passing.boundary(s, d); err != nil {
			return nil, err
		}
		if d.last {
			m.closed = true
			m.epilogue.start = d.end
			break
		}
		if len(m.parts) == max {
			m.more = true
			break
		}
		m.parts = append(m.parts, span{d.end, body.end})
	}
	return m, nil
}

// customaryPreambles are what mail programs put before the first part of a signed
// mail, for readers without MIME. They say nothing and are no reason for a note.
//
// QUIRK: the first is ours, then openssl's, Thunderbird's and Apple Mail's.
var customaryPreambles = []string{
	ownPreamble,
	"This is an S/MIME signed message",
	"This is a cryptographically signed message in MIME format.",
	"This is a multi-part message in MIME format.",
}

// unsaid reports whether a span holds nothing but blanks, line ends and a
// customary sentence, reading at most 64 KiB of it.
func unsaid(src spool.Source, s span) (bool, error) {
	if s.size() > 64<<10 {
		return false, nil
	}
	buf, err := peek(src, s.start, s.size())
	if err != nil {
		return false, err
	}
	text := string(bytes.TrimSpace(buf))
	for _, known := range customaryPreambles {
		if text == known {
			return true, nil
		}
	}
	return text == "", nil
}
