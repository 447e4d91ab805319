package forensics

import (
	"bytes"
)

// What was added is not the signer's. It is looked for only at the ends of a text, where lists and gateways put
// it; a text with something in its middle is another text.

// footer leaves out lines at the end of a text: after each line the text may have been over.
func footer(s *search, f *form) {
	for _, p := range f.leaves(s) {
		if p.encoding == "base64" || !isText(p) {
			continue
		}
		if s.cutEnd(f, p, 60) || s.cutMarkup(f, p, true) {
			return
		}
	}
}

func footerRest(s *search, f *form) {
	for _, p := range f.leaves(s) {
		if p.encoding != "base64" && isText(p) && s.cutEnd(f, p, 1<<20) {
			return
		}
	}
	for _, p := range f.leaves(s) {
		text, ok := p.plain(s, f)
		if !ok || p.encoding != "base64" || !isText(p) {
			continue
		}
		places := endings(text, 0, len(text), 60)
		for i := len(places) - 1; i >= 0; i-- {
			if s.reencoded(f, p, text[:places[i]]) {
				return
			}
		}
		if end := bytes.LastIndex(bytes.ToLower(text), []byte("</body")); end >= 0 {
			for _, start := range openings(text, 0, end, 40) {
				if s.reencoded(f, p, append(append([]byte{}, text[:start]...), text[end:]...)) {
					return
				}
			}
		}
	}
}

// endings lists where a text may have ended: before and after each of its last line ends.
func endings(text []byte, from, to, most int) []int {
	var out []int
	for at := to; len(out) < 2*most && at > from; {
		i := bytes.LastIndexByte(text[from:at], '\n')
		if i < 0 {
			break
		}
		at = from + i
		if at+1 < to {
			out = append(out, at+1)
		}
		if at > from && text[at-1] == '\r' {
			at--
		}
		out = append(out, at)
	}
	if len(out) < 2*most && from < to {
		out = append(out, from)
	}
	for i, k := 0, len(out)-1; i < k; i, k = i+1, k-1 {
		out[i], out[k] = out[k], out[i]
	}
	return out
}

// cutEnd leaves out lines at the end of a part. Cuts of blank lines alone are not meant: lastLineEnd has them.
func (s *search) cutEnd(f *form, p *part, most int) bool {
	rest := f.octets[p.end:]
	if len(rest) > 0 {
		// What follows has to be digested for every cut.
		most = min(most, max(0, int((s.left-s.floor)/int64(2*(len(rest)+perTrial)))))
	}
	text := p.body + len(bytes.TrimRight(f.octets[p.body:p.end], " \t\r\n"))
	places := endings(f.octets, p.body, p.end, most)
	for len(places) > 0 && places[len(places)-1] >= text {
		places = places[:len(places)-1]
	}
	s.left -= int64(p.end - p.body)
	return s.ends(f, places, rest)
}

// cutMarkup leaves out markup before the end of the body of an HTML text, or after its beginning.
func (s *search) cutMarkup(f *form, p *part, atEnd bool) bool {
	if p.media.Type != "text/html" {
		return false
	}
	text := f.octets[p.body:p.end]
	lower := bytes.ToLower(text)
	if len(lower) != len(text) {
		return false
	}
	s.left -= int64(len(text))
	if atEnd {
		for _, word := range []string{"</body", "</html"} {
			end := bytes.LastIndex(lower, []byte(word))
			if end < 0 {
				continue
			}
			for _, start := range openings(text, 0, end, 60) {
				if s.edits(f, []edit{{at: p.body + start, n: end - start}}) {
					return true
				}
			}
		}
		return false
	}
	start := bytes.Index(lower, []byte("<body"))
	if start < 0 {
		return false
	}
	i := bytes.IndexByte(text[start:], '>')
	if i < 0 {
		return false
	}
	start += i + 1
	n := 0
	for at := start + 1; at < len(text) && n < 60; at++ {
		if text[at] == '<' || text[at-1] == '\n' || text[at] == '\r' || text[at-1] == '>' {
			n++
			if s.edits(f, []edit{{at: p.body + start, n: at - start}}) {
				return true
			}
		}
	}
	return false
}

// openings lists, from the end back, where markup that ends at a place may begin: at a tag and at the start or
// the end of a line.
func openings(text []byte, from, end, most int) []int {
	var out []int
	for at := end - 1; at > from && len(out) < most; at-- {
		if text[at] == '<' || text[at-1] == '\n' || text[at] == '\r' {
			out = append(out, at)
		}
	}
	return out
}

// banner leaves out lines at the beginning of a text.
func banner(s *search, f *form) {
	for _, p := range f.leaves(s) {
		if p.encoding == "base64" || !isText(p) {
			continue
		}
		n, at := 0, p.body
		for at < p.end && n < 30 {
			i := bytes.IndexByte(f.octets[at:p.end], '\n')
			if i < 0 {
				break
			}
			at += i + 1
			n++
			if s.edits(f, []edit{{at: p.body, n: at - p.body}}) {
				return
			}
		}
		if s.cutMarkup(f, p, false) || s.cutFirst(f, p) {
			return
		}
	}
}

// cutFirst leaves out words at the beginning of the first line: "[EXTERNAL] ".
func (s *search) cutFirst(f *form, p *part) bool {
	for at := p.body + 1; at < p.end && at < p.body+100 && f.octets[at] != '\r'; at++ {
		if f.octets[at-1] == ' ' && s.edits(f, []edit{{at: p.body, n: at - p.body}}) {
			return true
		}
	}
	return false
}

func bannerEncoded(s *search, f *form) {
	for _, p := range f.leaves(s) {
		text, ok := p.plain(s, f)
		if !ok || p.encoding != "base64" || !isText(p) {
			continue
		}
		for n, at := 0, 0; n < 15; n++ {
			i := bytes.IndexByte(text[at:], '\n')
			if i < 0 {
				break
			}
			at += i + 1
			if s.reencoded(f, p, text[at:]) {
				return
			}
		}
	}
}

// partAdded leaves out the last or the first part of a multipart.
func partAdded(s *search, f *form) {
	for i := range f.all(s) {
		p := &f.parts[i]
		n := len(p.children)
		if n < 2 {
			continue
		}
		for last := n - 2; last >= 0; last-- {
			from := f.parts[p.children[last]].end
			if s.edits(f, []edit{{at: from, n: f.parts[p.children[n-1]].end - from}}) {
				return
			}
		}
		for first := 1; first < n; first++ {
			from := f.parts[p.children[0]].start
			if s.edits(f, []edit{{at: from, n: f.parts[p.children[first]].start - from}}) {
				return
			}
		}
	}
}

// wrapped takes what was signed out of a multipart that was put around it.
func wrapped(s *search, f *form) {
	for i := range f.all(s) {
		p := &f.parts[i]
		if i > 0 && s.try(f, 0, f.octets[p.start:p.end]) {
			return
		}
	}
}
