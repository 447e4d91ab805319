package forensics

import (
	"bytes"
)

// atLines lists the same edit for every line of the body that it is for.
func (s *search) atLines(f *form, want func(line []byte) bool, n int, with string) []edit {
	list := s.list[s.level][:0]
	put := []byte(with)
	f.lines(s, f.body(s), func(start, end, next int) {
		if len(list) <= maxEdits && want(f.octets[start:end]) {
			list = append(list, edit{at: start, n: n, with: put})
		}
	})
	s.list[s.level] = list
	return list
}

// quotedFrom reports a line that mbox files write for one that begins with From; RFC 4155, Appendix A, and the
// "mboxrd" form that quotes quoted ones once more.
func quotedFrom(line []byte) bool {
	rest := bytes.TrimLeft(line, ">")
	return len(rest) < len(line) && bytes.HasPrefix(rest, []byte("From "))
}

func mboxFrom(s *search, f *form) {
	all := s.atLines(f, quotedFrom, 1, "")
	if s.edits(f, all) {
		return
	}
	once := s.atLines(f, func(line []byte) bool { return bytes.HasPrefix(line, []byte(">From ")) }, 1, "")
	if len(once) < len(all) {
		s.edits(f, once)
	}
}

func mboxFromSome(s *search, f *form) { s.some(f, s.atLines(f, quotedFrom, 1, "")) }

func mboxUnquoted(s *search, f *form) {
	if s.edits(f, s.atLines(f, func(line []byte) bool { return quotedFrom(line) || bytes.HasPrefix(line, []byte("From ")) }, 0, ">")) {
		return
	}
	s.edits(f, s.atLines(f, func(line []byte) bool { return bytes.HasPrefix(line, []byte("From ")) }, 0, ">"))
}

func mboxUnquotedSome(s *search, f *form) {
	s.some(f, s.atLines(f, func(line []byte) bool { return quotedFrom(line) || bytes.HasPrefix(line, []byte("From ")) }, 0, ">"))
}

// begins makes a test for lines that begin with a text.
func begins(with string) func([]byte) bool {
	return func(line []byte) bool { return bytes.HasPrefix(line, []byte(with)) }
}

// dots undoes dots that a transport added to lines that begin with one and nobody took off again, or that were
// taken off twice; RFC 5321, Section 4.5.2.
func dots(s *search, f *form) {
	if s.edits(f, s.atLines(f, begins(".."), 1, "")) {
		return
	}
	if s.edits(f, s.atLines(f, begins("."), 1, "")) {
		return
	}
	s.edits(f, s.atLines(f, begins("."), 0, "."))
}

func dotsSome(s *search, f *form) {
	if s.some(f, s.atLines(f, begins(".."), 1, "")) || s.some(f, s.atLines(f, begins("."), 0, ".")) {
		return
	}
	// A dot that is gone leaves no trace: every line may have had one.
	s.upToTwo(f, s.atLines(f, func(line []byte) bool { return len(line) > 0 }, 0, "."))
}

// stuffed reports lines that format=flowed puts a blank before, RFC 3676, Section 4.4.
func stuffed(line []byte) bool {
	return len(line) > 0 && (line[0] == ' ' || line[0] == '>') || bytes.HasPrefix(line, []byte("From "))
}

func spaceStuffing(s *search, f *form) {
	if s.edits(f, s.atLines(f, begins(" From "), 1, "")) || s.edits(f, s.atLines(f, begins("From "), 0, " ")) {
		return
	}
	if s.edits(f, s.atLines(f, stuffed, 0, " ")) {
		return
	}
	taken := func(line []byte) bool { return len(line) > 1 && line[0] == ' ' && stuffed(line[1:]) }
	if s.edits(f, s.atLines(f, taken, 1, "")) {
		return
	}
	s.edits(f, s.atLines(f, begins(" "), 1, ""))
}

func spaceStuffingSome(s *search, f *form) {
	if s.some(f, s.atLines(f, stuffed, 0, " ")) {
		return
	}
	s.some(f, s.atLines(f, begins(" "), 1, ""))
}

// lineEndings undoes what is left of line ends after the canonical form: a CR too many, lines that are doubled,
// and content that was signed, or is labelled binary and was sent, with other line ends.
func lineEndings(s *search, f *form) {
	o := f.octets
	list := s.list[s.level][:0]
	for i := 0; i < len(o) && len(list) <= maxEdits; {
		k := bytes.Index(o[i:], []byte("\r\r"))
		if k < 0 {
			break
		}
		start := i + k
		end := start
		for end < len(o) && o[end] == '\r' {
			end++
		}
		if end < len(o) && o[end] == '\n' {
			list = append(list, edit{at: start, n: end - start - 1})
		}
		i = end
	}
	s.list[s.level] = list
	if s.edits(f, list) {
		return
	}
	body := f.body(s)
	for _, from := range []int{body, 0} {
		// Every line end twice: each second line is empty.
		list, odd := s.list[s.level][:0], 0
		f.lines(s, from, func(start, end, next int) {
			if odd++; odd%2 == 0 && start == end && len(list) <= maxEdits {
				list = append(list, edit{at: start, n: next - start})
			}
		})
		s.list[s.level] = list
		if 2*len(list) >= odd-1 && s.edits(f, list) {
			return
		}
	}
	for _, from := range []int{body, 0} {
		if s.try(f, from, replaced(s, o[from:], "\r\n", "\n")) || s.try(f, from, withCRLF(s, o[from:], true)) {
			return
		}
	}
	s.try(f, body, withCRLF(s, o[body:], false))
}

// replaced is text with a word put for another, in the scratch memory.
func replaced(s *search, text []byte, old, word string) []byte {
	s.left -= int64(2 * len(text))
	out := s.scratch[s.level][:0]
	for {
		i := bytes.Index(text, []byte(old))
		if i < 0 {
			break
		}
		out = append(append(out, text[:i]...), word...)
		text = text[i+len(old):]
	}
	s.scratch[s.level] = append(out, text...)
	return s.scratch[s.level]
}

// withCRLF makes CRLF of every LF alone and, when carriageReturn is set, of every CR alone.
func withCRLF(s *search, text []byte, carriageReturn bool) []byte {
	s.left -= int64(2 * len(text))
	out := s.scratch[s.level][:0]
	for i, c := range text {
		switch {
		case c == '\n' && (i == 0 || text[i-1] != '\r'):
			out = append(out, '\r', '\n')
		case c == '\r' && carriageReturn && (i+1 == len(text) || text[i+1] != '\n'):
			out = append(out, '\r', '\n')
		default:
			out = append(out, c)
		}
	}
	s.scratch[s.level] = out
	return out
}

// lineEndingsEncoded undoes line ends that were changed inside a text that is in base64.
func lineEndingsEncoded(s *search, f *form) {
	for _, p := range f.leaves(s) {
		text, ok := p.plain(s, f)
		if !ok || p.encoding != "base64" || !isText(p) {
			continue
		}
		for _, other := range [][]byte{
			bytes.ReplaceAll(text, []byte("\r\n"), lineFeed),
			bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), lineFeed), lineFeed, []byte("\r\n")),
		} {
			if s.reencoded(f, p, other) {
				return
			}
		}
	}
}

// lastLineEnd undoes line ends at the beginning and at the end of bodies, cut or added.
func lastLineEnd(s *search, f *form) {
	if s.endOf(f, &f.all(s)[0], 2) {
		return
	}
	for _, p := range f.leaves(s) {
		if s.endOf(f, p, 2) {
			return
		}
	}
}

func lastLineEndRest(s *search, f *form) {
	for i := range f.all(s) {
		if s.endOf(f, &f.parts[i], 20) {
			return
		}
	}
}

func (s *search) endOf(f *form, p *part, most int) bool {
	for n := 1; n <= most; n++ {
		if s.edits(f, []edit{{at: p.end, with: bytes.Repeat([]byte("\r\n"), n)}}) {
			return true
		}
	}
	for end, n := p.end, 0; n < most && end-2 >= p.body && bytes.HasSuffix(f.octets[p.body:end], []byte("\r\n")); n++ {
		end -= 2
		if s.edits(f, []edit{{at: end, n: p.end - end}}) {
			return true
		}
	}
	for n := 1; n <= most; n++ {
		if s.edits(f, []edit{{at: p.body, with: bytes.Repeat([]byte("\r\n"), n)}}) {
			return true
		}
	}
	for from, n := p.body, 0; n < most && from+2 <= p.end && bytes.HasPrefix(f.octets[from:p.end], []byte("\r\n")); n++ {
		from += 2
		if s.edits(f, []edit{{at: p.body, n: from - p.body}}) {
			return true
		}
	}
	return false
}

// byteOrderMark undoes a U+FEFF that was put before a text or taken from it.
func byteOrderMark(s *search, f *form) {
	for _, p := range f.leaves(s) {
		if isIdentity(p.encoding) && s.edits(f, []edit{markEdit(f.octets[p.body:p.end], p.body)}) {
			return
		}
	}
	// Before the header, too.
	s.edits(f, []edit{markEdit(f.octets, 0)})
}

var bom = []byte("\xef\xbb\xbf")

func markEdit(text []byte, at int) edit {
	if bytes.HasPrefix(text, bom) {
		return edit{at: at, n: len(bom)}
	}
	return edit{at: at, with: bom}
}

func byteOrderMarkEncoded(s *search, f *form) {
	for _, p := range f.leaves(s) {
		text, ok := p.plain(s, f)
		if !ok || isIdentity(p.encoding) {
			continue
		}
		without, had := bytes.CutPrefix(text, bom)
		if !had {
			without = append(append([]byte(nil), bom...), text...)
		}
		if s.reencoded(f, p, without) {
			return
		}
	}
}
