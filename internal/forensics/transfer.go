package forensics

import (
	"bytes"
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
				return all && s.mixedLabels(f, group, encoding, bodies)
			}
			if s.edits(f, list) || encoding == "8bit" && s.edits(f, f.withContainers(s, list, "8bit")) {
				return true
			}
		}
	})
}

// mixedLabels tries labels that differ from part to part: where one part had none, and another one did.
func (s *search) mixedLabels(f *form, group []*part, encoding string, bodies [][]byte) bool {
	if len(group) < 2 || len(group) > 4 || !isIdentity(encoding) {
		return false
	}
	for set := 1; set < 1<<len(group)-1; set++ {
		var list []edit
		for i, p := range group {
			forms := f.relabelled(s, p, encoding, false)
			list = append(list, forms[min(set>>i&1, len(forms)-1)]...)
			list = append(list, edit{at: p.body, n: p.end - p.body, with: bodies[i]})
		}
		if s.edits(f, list) {
			return true
		}
	}
	return false
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
