package forensics

import (
	"bytes"
	"io"
)

// Difference is the first line in which two texts differ.
type Difference struct {
	Line   int    // counted from 1
	Offset int64  // of the first octet that differs
	Is     string // the line, from a little before the difference on, without its line end
	Before string
}

// shownOctets is how much of a line is kept; shownBefore of it stands before the difference.
const (
	shownOctets = 200
	shownBefore = 40
)

// difference finds the first line in which two texts differ.
func difference(is, before []byte) Difference {
	n := min(len(is), len(before))
	at := 0
	for at < n && is[at] == before[at] {
		at++
	}
	return locate(is, before, at, 1, 0)
}

// locate describes a difference at a place of two texts whose beginnings are alike; line and offset are those
// of their first octet.
func locate(is, before []byte, at, line int, offset int64) Difference {
	start := bytes.LastIndexByte(is[:at], '\n') + 1
	d := Difference{Line: line + bytes.Count(is[:start], lineFeed), Offset: offset + int64(at)}
	from := max(start, at-shownBefore)
	d.Is, d.Before = shown(is, from), shown(before, from)
	return d
}

// shown is a line from a place on, shortened. A CR that is not its end stays, to be seen.
func shown(text []byte, from int) string {
	line := text[min(from, len(text)):]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = bytes.TrimSuffix(line[:i], []byte{'\r'})
	}
	return string(line[:min(len(line), shownOctets)])
}

// Compare reads two texts and returns the first difference, or nil when there is none.
func Compare(is, before io.Reader) (*Difference, error) {
	const window = 64 << 10
	a, b := make([]byte, 0, 2*window), make([]byte, 0, 2*window)
	line, offset := 1, int64(0)
	for {
		var err error
		more := func(p []byte, r io.Reader) []byte {
			if err != nil {
				return p
			}
			n, e := io.ReadFull(r, p[len(p):len(p)+window])
			if e != nil && e != io.EOF && e != io.ErrUnexpectedEOF {
				err = e
			}
			return p[:len(p)+n]
		}
		had := len(a)
		if a, b = more(a, is), more(b, before); err != nil {
			return nil, err
		}
		n := min(len(a), len(b))
		at := had
		for at < n && a[at] == b[at] {
			at++
		}
		if at < n || len(a) != len(b) {
			d := locate(a, b, at, line, offset)
			return &d, nil
		}
		if n == had {
			return nil, nil
		}
		// What stays is the line at hand, to be shown from its beginning, or the end of it.
		keep := bytes.LastIndexByte(a, '\n') + 1
		keep = max(keep, len(a)-shownBefore)
		line += bytes.Count(a[:keep], lineFeed)
		offset += int64(keep)
		a = a[:copy(a, a[keep:])]
		b = b[:copy(b, b[keep:])]
	}
}
