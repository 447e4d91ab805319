package forensics

import (
	"bytes"
	"strings"
)

// encodings are the transfer encodings that a part may have had, RFC 2045, Section 6.1.
var encodings = [...]string{"8bit", "7bit", "quoted-printable", "base64", "binary"}

// reEncoded undoes another transfer encoding: servers make quoted-printable or base64 of 8bit text for a
// neighbour that takes none, and 8bit of what was encoded to save room (RFC 6152, Section 3).
func reEncoded(s *search, f *form)     { s.transfer(f, false) }
func reEncodedRest(s *search, f *form) { s.transfer(f, true) }

func (s *search) transfer(f *form, all bool) {
	leaves := f.leaves(s)
	for _, encoding := range encodings {
		// All parts of one encoding together, as a server treats them; then each alone.
		groups := map[string][]*part{}
		var order []string
		for _, p := range leaves {
			if p.encoding != encoding {
				if groups[p.encoding] == nil {
					order = append(order, p.encoding)
				}
				groups[p.encoding] = append(groups[p.encoding], p)
			}
		}
		for _, was := range order {
			group := groups[was]
			if s.converted(f, group, encoding, all) {
				return
			}
			if len(group) > 1 {
				for i := range group {
					if s.converted(f, group[i:i+1], encoding, all) {
						return
					}
				}
			}
		}
	}
	if all {
		s.labels(f)
	}
}

// converted tries parts in another encoding.
func (s *search) converted(f *form, group []*part, encoding string, all bool) bool {
	var texts [][]byte
	for _, p := range group {
		text, ok := p.plain(s, f)
		if !ok || !isIdentity(encoding) && encoding != "base64" && bytes.IndexByte(text, 0) >= 0 {
			return false
		}
		if (encoding == "7bit" || encoding == "8bit") && (bytes.IndexByte(text, 0) >= 0 || encoding == "7bit" && highBit(text)) {
			return false
		}
		texts = append(texts, text)
	}
	return s.bodies(f, texts, encoding, all, func(write func(dst, text []byte) []byte) bool {
		if s.spent() {
			return true
		}
		var bodies [][]byte
		for _, text := range texts {
			s.left -= int64(len(text))
			bodies = append(bodies, write(make([]byte, 0, len(text)+len(text)/2+8), text))
		}
		for n := 0; ; n++ {
			var list []edit
			more := false
			for i, p := range group {
				forms := f.relabelled(s, p, encoding, all)
				if len(forms) == 0 {
					return false
				}
				more = more || n < len(forms)
				list = append(list, forms[min(n, len(forms)-1)]...)
				list = append(list, edit{at: p.body, n: p.end - p.body, with: bodies[i]})
			}
			if !more {
				return false
			}
			if s.edits(f, list) || encoding == "8bit" && s.edits(f, f.withContainers(s, list, "8bit")) {
				return true
			}
		}
	})
}

func highBit(text []byte) bool {
	for _, c := range text {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

// bodies calls try for the ways in which texts may have been written in an encoding, until it says stop.
func (s *search) bodies(f *form, texts [][]byte, encoding string, all bool, try func(write func(dst, text []byte) []byte) bool) bool {
	switch encoding {
	case "quoted-printable":
		longest := texts[0]
		for _, t := range texts[1:] {
			if len(t) > len(longest) {
				longest = t
			}
		}
		return quotings(longest, all, func(q quoting) bool {
			return try(func(dst, text []byte) []byte { return q.append(dst, text) }) ||
				all && try(func(dst, text []byte) []byte { return append(q.append(dst, text), '\r', '\n') }) ||
				all && try(func(dst, text []byte) []byte { return q.append(dst, bytes.TrimSuffix(text, []byte("\r\n"))) })
		})
	case "base64":
		widths := []int{76, 72, 64, 60}
		if all {
			widths = []int{76, 72, 64, 60, 0, 80, 68, 56, 52, 48, 44, 40, 100, 128, 256, 512, 996}
		}
		for _, ending := range []string{"\r\n", "", "\r\n\r\n"} {
			for _, width := range widths {
				if try(func(dst, text []byte) []byte { return append(appendBase64(dst, text, width), ending...) }) {
					return true
				}
			}
		}
		return false
	}
	same := func(dst, text []byte) []byte { return append(dst, text...) }
	lines := func(dst, text []byte) []byte {
		return append(dst, bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), lineFeed), lineFeed, []byte("\r\n"))...)
	}
	return try(same) || try(lines) ||
		try(func(dst, text []byte) []byte { return append(lines(dst, text), '\r', '\n') }) ||
		try(func(dst, text []byte) []byte { return bytes.TrimSuffix(lines(dst, text), []byte("\r\n")) })
}

// relabelled lists the ways in which the header of a part may have named an encoding: each is a list of edits.
// Servers that re-encode put their label where the old one stood, or delete that and put theirs last.
func (f *form) relabelled(s *search, p *part, encoding string, all bool) [][]edit {
	const name = "Content-Transfer-Encoding"
	at := -1
	for i, x := range p.fields {
		if strings.EqualFold(x.name, name) {
			at = i
		}
	}
	end := p.body
	if n := len(p.fields); n > 0 {
		end = p.fields[n-1].end
	} else {
		end = p.start
	}
	var forms [][]edit
	var drop []edit // of the label as it is, and of what sendmail leaves behind
	words := []string{encoding}
	if all {
		words = append(words, strings.ToUpper(encoding))
	}
	if at >= 0 {
		x := p.fields[at]
		drop = []edit{{at: x.start, n: x.end - x.start}}
		for _, word := range words {
			forms = append(forms, []edit{{at: x.start, n: x.end - x.start, with: []byte(x.name + ": " + word + "\r\n")}})
		}
		if all && x.name != name {
			forms = append(forms, []edit{{at: x.start, n: x.end - x.start, with: []byte(name + ": " + encoding + "\r\n")}})
		}
	}
	if isIdentity(encoding) && encoding != "binary" {
		if len(drop) > 0 {
			forms = append(forms, drop)
		} else {
			forms = append(forms, []edit{})
		}
	}
	for i := 0; i <= len(p.fields); i++ {
		if i == at || at >= 0 && i == at+1 {
			continue
		}
		if !all && i < len(p.fields) && i > 0 {
			continue
		}
		place := end
		if i < len(p.fields) {
			place = p.fields[i].start
		}
		for _, word := range words {
			label := edit{at: place, with: []byte(name + ": " + word + "\r\n")}
			switch {
			case at < 0:
				forms = append(forms, []edit{label})
			case i < at:
				forms = append(forms, append([]edit{label}, drop...))
			default:
				forms = append(forms, append(append([]edit{}, drop...), label))
			}
		}
	}
	return forms
}

// withContainers adds to edits, which ascend, the label of multiparts around: what holds 8bit is 8bit.
func (f *form) withContainers(s *search, list []edit, label string) []edit {
	var out []edit
	changed := false
	for i := range f.all(s) {
		p := &f.parts[i]
		if len(p.children) == 0 {
			continue
		}
		for _, x := range p.fields {
			if strings.EqualFold(x.name, "Content-Transfer-Encoding") && isIdentity(p.encoding) && p.encoding != label {
				out = append(out, edit{at: x.start, n: x.end - x.start, with: []byte(x.name + ": " + label + "\r\n")})
				changed = true
			}
		}
	}
	if !changed {
		return nil
	}
	return merged(out, list)
}

// merged is two lists of edits as one, ascending.
func merged(a, b []edit) []edit {
	var out []edit
	for len(a) > 0 && len(b) > 0 {
		if a[0].at <= b[0].at {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// labels tries labels alone: a server that says 7bit of what is, or decodes and leaves the label.
func (s *search) labels(f *form) {
	for i := range f.all(s) {
		p := &f.parts[i]
		for _, encoding := range encodings {
			if encoding == p.encoding || !isIdentity(encoding) || !isIdentity(p.encoding) {
				continue // what is decoded otherwise is another text
			}
			for _, list := range f.relabelled(s, p, encoding, true) {
				if s.edits(f, list) {
					return
				}
			}
		}
		// The body was decoded and the label stayed.
		if !isIdentity(p.encoding) && len(p.children) == 0 {
			text := f.octets[p.body:p.end]
			if s.bodies(f, [][]byte{text}, p.encoding, false, func(write func(dst, text []byte) []byte) bool {
				s.left -= int64(len(text))
				return s.spent() || s.edits(f, []edit{{at: p.body, n: p.end - p.body, with: write(nil, text)}})
			}) {
				return
			}
		}
	}
}

// rewrapped undoes other lines in the same encoding: quoted-printable with soft line breaks elsewhere, base64 in
// lines of another length.
func rewrapped(s *search, f *form)     { s.rewrap(f, false) }
func rewrappedRest(s *search, f *form) { s.rewrap(f, true) }

func (s *search) rewrap(f *form, all bool) {
	for _, encoding := range []string{"quoted-printable", "base64"} {
		var group []*part
		var texts [][]byte
		for _, p := range f.leaves(s) {
			if text, ok := p.plain(s, f); ok && p.encoding == encoding {
				group, texts = append(group, p), append(texts, text)
			}
		}
		one := func(group []*part, texts [][]byte) bool {
			return s.bodies(f, texts, encoding, all, func(write func(dst, text []byte) []byte) bool {
				if s.spent() {
					return true
				}
				var list []edit
				for i, p := range group {
					s.left -= int64(len(texts[i]))
					list = append(list, edit{at: p.body, n: p.end - p.body, with: write(nil, texts[i])})
				}
				return s.edits(f, list)
			})
		}
		if len(group) == 0 {
			continue
		}
		if one(group, texts) {
			return
		}
		if len(group) > 1 {
			for i := range group {
				if one(group[i:i+1], texts[i:i+1]) {
					return
				}
			}
		}
	}
}

// reencoded tries another text for a part in its own encoding, in the lines it has and in customary ones.
func (s *search) reencoded(f *form, p *part, text []byte) bool {
	return s.reencodedWith(f, p, text, nil)
}

func (s *search) reencodedWith(f *form, p *part, text []byte, header []edit) bool {
	body := f.octets[p.body:p.end]
	put := func(with []byte) bool {
		return s.edits(f, append(header[:len(header):len(header)], edit{at: p.body, n: p.end - p.body, with: with}))
	}
	if isIdentity(p.encoding) {
		return put(text)
	}
	if p.encoding == "base64" {
		out := appendBase64(nil, text, widthOf(body))
		for n := 0; n <= 2; n++ {
			if put(out) {
				return true
			}
			out = append(out, '\r', '\n')
		}
	}
	return s.bodies(f, [][]byte{text}, p.encoding, false, func(write func(dst, text []byte) []byte) bool {
		s.left -= int64(len(text))
		return s.spent() || put(write(nil, text))
	})
}
