package forensics

import (
	"bytes"
	"strings"
)

// boundary undoes boundaries inside that were written anew. The old one is gone, unless a line of it was left
// somewhere, or only its case was changed.
func boundary(s *search, f *form) {
	var left []string // what looks like a line of a boundary and is none
	now := map[string]bool{}
	for i := range f.all(s) {
		if b, ok := f.parts[i].media.Parameter("boundary"); ok {
			now[b] = true
		}
	}
	if len(now) == 0 {
		return
	}
	f.lines(s, f.body(s), func(start, end, next int) {
		line, ok := bytes.CutPrefix(f.octets[start:end], []byte("--"))
		if !ok || len(line) > 80 || len(left) > 20 {
			return
		}
		for _, b := range []string{string(bytes.TrimRight(line, " \t")), string(bytes.TrimSuffix(bytes.TrimRight(line, " \t"), []byte("--")))} {
			if b != "" && !now[b] && !now[strings.TrimSuffix(b, "--")] && !strings.ContainsAny(b, " \"") {
				left = append(left, b)
			}
		}
	})
	for i := range f.all(s) {
		b, ok := f.parts[i].media.Parameter("boundary")
		if !ok || b == "" || len(f.parts[i].children) == 0 {
			continue
		}
		others := append(append([]string{}, left...), strings.ToLower(b), strings.ToUpper(b), strings.TrimLeft(b, "-=_"))
		for _, other := range others {
			if other != b && other != "" && s.edits(f, f.rebound(s, &f.parts[i], b, other)) {
				return
			}
		}
	}
}

// rebound lists what has to be changed for another boundary of a multipart: the parameter and the lines.
func (f *form) rebound(s *search, p *part, is, other string) []edit {
	list := []edit{}
	for _, x := range p.fields {
		if !strings.EqualFold(x.name, "Content-Type") {
			continue
		}
		raw := f.octets[x.start:x.end]
		from, to, _ := parameter(raw, "boundary")
		if from < 0 {
			return nil
		}
		if k := bytes.Index(raw[from:to], []byte(is)); k >= 0 {
			list = append(list, edit{at: x.start + from + k, n: len(is), with: []byte(other)})
		}
	}
	line := []byte("--" + is)
	f.lines(s, p.body, func(start, end, next int) {
		rest, ok := bytes.CutPrefix(f.octets[start:end], line)
		if ok && start < p.end && len(list) <= maxEdits && len(bytes.Trim(rest, "- \t")) == 0 {
			list = append(list, edit{at: start + 2, n: len(is), with: []byte(other)})
		}
	})
	return list
}

// preamble undoes the text around the parts of a multipart, which nobody is shown, cut or put in.
func preamble(s *search, f *form) {
	for i := range f.all(s) {
		p := &f.parts[i]
		b, ok := p.media.Parameter("boundary")
		if !ok || len(p.children) == 0 {
			continue
		}
		first, last := f.parts[p.children[0]].start, f.parts[p.children[len(p.children)-1]].end
		open := bytes.LastIndex(f.octets[p.body:first], []byte("--"+b))
		if open < 0 {
			continue
		}
		open += p.body
		if open > p.body && s.edits(f, []edit{{at: p.body, n: open - p.body}}) {
			return
		}
		for _, text := range []string{"\r\n", "This is a multi-part message in MIME format.\r\n", "This is a multi-part message in MIME format.\r\n\r\n", "This is a multipart message in MIME format.\r\n\r\n", "This is a multi-part message in MIME format...\r\n\r\n", "This is a multi-part message in MIME format\r\n\r\n"} {
			if s.edits(f, []edit{{at: p.body, n: open - p.body, with: []byte(text)}}) {
				return
			}
		}
		if k := bytes.Index(f.octets[last:p.end], []byte("--"+b+"--")); k >= 0 {
			at := last + k + len(b) + 4
			for _, text := range []string{"", "\r\n", "\r\n\r\n"} {
				if s.edits(f, []edit{{at: at, n: p.end - at, with: []byte(text)}}) {
					return
				}
			}
		}
	}
}
