package forensics

import (
	"strings"
)

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
