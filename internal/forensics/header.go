package forensics

import (
	"bytes"
	"strings"
)

// The MIME header inside of a signed part is signed too, and gateways that write it anew fold, order and spell
// it their own way: nothing of that changes what it means (RFC 5322, Section 2.2.3; RFC 2045, Section 5.1).

// pieces is a field cut at the semicolons between its parameters.
type pieces struct {
	name     []byte   // with the colon
	lead     []byte   // blanks behind the colon
	segments [][]byte // without the semicolons and the blanks around
	gaps     [][]byte // blanks behind each semicolon; one less than segments
}

func (f *form) pieces(x field) pieces {
	raw := bytes.TrimSuffix(f.octets[x.start:x.end], []byte("\r\n"))
	i := bytes.IndexByte(raw, ':') + 1
	p := pieces{name: raw[:i]}
	raw = raw[i:]
	blanks := func() []byte {
		n := 0
		for n < len(raw) && (raw[n] == ' ' || raw[n] == '\t' || raw[n] == '\r' || raw[n] == '\n') {
			n++
		}
		out := raw[:n]
		raw = raw[n:]
		return out
	}
	p.lead = blanks()
	for {
		n, quoted := 0, false
		for n < len(raw) && (quoted || raw[n] != ';') {
			if raw[n] == '"' {
				quoted = !quoted
			}
			n++
		}
		p.segments = append(p.segments, raw[:n])
		if n == len(raw) || len(p.segments) > 12 {
			if n < len(raw) { // too many: the rest is one
				p.segments[len(p.segments)-1] = raw
			}
			return p
		}
		raw = raw[n+1:]
		p.gaps = append(p.gaps, blanks())
	}
}

// write writes the field with other blanks behind its semicolons.
func (p *pieces) write(lead string, gap func(i, column, next int) string) []byte {
	out := append(append([]byte{}, p.name...), lead...)
	column := len(out)
	for i, segment := range p.segments {
		if i > 0 {
			out = append(out, ';')
			g := gap(i-1, column+1, len(segment))
			if out = append(out, g...); strings.Contains(g, "\n") {
				column = len(g) - 2
			} else {
				column += 1 + len(g)
			}
		}
		out = append(out, segment...)
		column += len(segment)
	}
	return append(out, '\r', '\n')
}

// headerFields calls do for every field of every part.
func (f *form) headerFields(s *search, do func(p *part, x field) bool) bool {
	for i := range f.all(s) {
		for _, x := range f.parts[i].fields {
			if do(&f.parts[i], x) {
				return true
			}
		}
	}
	return false
}
