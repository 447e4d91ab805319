package verdict

import (
	"strings"
)

// partTree lists the parts with what is done to them, indented by their depth.
func (r *Report) partTree(out *screen) {
	outermost := r.outermost()
	if !out.style.wide() {
		for i := range r.Parts {
			p := &r.Parts[i]
			depth := min(strings.Count(p.Number, ".")-outermost, 4)
			label := strings.Repeat(" ", depth) + p.Number
			out.block(label, len(label)+1, 0, []string{p.MediaType})
			if about := strings.Join(p.about(), ", "); about != "" {
				out.block("", len(label)+1, 0, []string{about})
			}
		}
		return
	}
	number, kind, state, size := 0, 0, 0, 0
	for i := range r.Parts {
		p := &r.Parts[i]
		number = max(number, len(p.label(outermost)))
		kind = max(kind, min(columnsOf(out.style.escape(p.MediaType)), 36))
		if p.Protected != "none" {
			state = max(state, len(p.Protected)+2)
		}
		size = max(size, len(p.size())+2)
	}
	for i := range r.Parts {
		p := &r.Parts[i]
		about := p.about()
		line := pad(cutTo(out.style.escape(p.MediaType), kind), kind+2)
		protected := ""
		if p.Protected != "none" {
			protected, about = p.Protected, about[1:]
		}
		line += pad(protected, state)
		if text := p.size(); text != "" {
			about = about[1:]
			line += strings.Repeat(" ", size-2-len(text)) + text + "  "
		} else {
			line += strings.Repeat(" ", size)
		}
		out.treeLine("  "+pad(p.label(outermost), number+2)+line, strings.Join(about, ", "))
	}
}

// treeLine writes a line of the tree. What does not fit stands below.
func (s *screen) treeLine(left, about string) {
	about = s.style.escape(about)
	const least = 24
	left = strings.TrimRight(left, " ")
	if about == "" {
		s.out.WriteString(left + "\n")
		return
	}
	at := columnsOf(left) + 2
	s.out.WriteString(left)
	below := false
	if s.style.columns()-at < least && columnsOf(about) > s.style.columns()-at {
		s.out.WriteString("\n") // too little room: all of it stands below
		at, below = least, true
	} else {
		s.out.WriteString("  ")
	}
	for i, line := range wrap(about, s.style.columns()-at, s.style.columns()-at) {
		if i > 0 || below {
			s.out.WriteString(strings.Repeat(" ", at))
		}
		s.out.WriteString(line + "\n")
	}
}

// cutTo shortens escaped text to a number of columns.
func cutTo(text string, n int) string {
	if columnsOf(text) <= n {
		return text
	}
	used := 0
	for i, c := range text {
		if used += runeColumns(c); used > n-3 {
			return text[:i] + "..."
		}
	}
	return text
}

// label is the number, indented below that of the outermost part.
func (p *PartReport) label(outermost int) string {
	return strings.Repeat("  ", min(strings.Count(p.Number, ".")-outermost, 6)) + p.Number
}

// outermost is how deep the outermost part that is listed lies.
func (r *Report) outermost() int {
	least := strings.Count(r.Parts[0].Number, ".")
	for _, p := range r.Parts {
		least = min(least, strings.Count(p.Number, "."))
	}
	return least
}

func (p *PartReport) size() string {
	if p.PartLook == nil || strings.HasPrefix(p.MediaType, "multipart/") {
		return ""
	}
	return sizeText(p.Size)
}

// about is what is known of a part: how it is protected, its size, its name, its encoding, its weak spots.
func (p *PartReport) about() []string {
	var out []string
	add := func(text string) {
		if text != "" {
			out = append(out, text)
		}
	}
	if p.Protected != "none" {
		add(p.Protected)
	}
	add(p.size())
	add(p.FileName)
	if p.PartLook == nil {
		return out
	}
	if p.MICAlg != "" {
		add("micalg " + p.MICAlg)
	}
	if p.SMIMEType != "" {
		add("smime-type " + p.SMIMEType)
	}
	if e := strings.ToLower(p.Encoding); e != "" && e != "7bit" && !(e == "8bit" && len(p.Weak) > 0) && !strings.HasPrefix(p.MediaType, "multipart/") {
		add(e)
	}
	out = append(out, p.Weak...)
	return out
}
