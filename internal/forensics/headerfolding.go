package forensics

// gapStyles are the blanks that mail programs put between parameters.
func gapStyles() []string {
	return []string{" ", "\r\n\t", "\r\n ", "\r\n  ", "\r\n    ", "\r\n        ", "", "\r\n      ", "  ", "\t"}
}

// folding is a way to fold a field: blanks behind the colon, and behind every semicolon, or a fold there where the
// line would grow longer than a width.
type folding struct {
	lead, gap string
	width     int
	kept      bool // the blanks behind the colon stay
}

// foldings lists them, the customary ones first.
func foldings() []folding {
	var out []folding
	for _, gap := range gapStyles() {
		out = append(out, folding{gap: gap, kept: true})
	}
	for _, width := range []int{76, 78, 72, 64, 70} {
		for _, gap := range []string{"\r\n\t", "\r\n ", "\r\n    "} {
			out = append(out, folding{gap: gap, width: width, kept: true})
		}
	}
	for _, lead := range []string{" ", "", "\r\n ", "\r\n\t", "\t"} {
		for _, gap := range gapStyles() {
			out = append(out, folding{lead: lead, gap: gap})
		}
	}
	return out
}

func (p *pieces) fold(how folding) []byte {
	lead := how.lead
	if how.kept {
		lead = string(p.lead)
	}
	return p.write(lead, func(_, column, next int) string {
		if how.width > 0 && column+2+next <= how.width {
			return " "
		}
		return how.gap
	})
}

func headerFolding(s *search, f *form) {
	// Every field in one style, as a gateway writes them; then each field alone.
	for _, how := range foldings()[:25] {
		if s.spent() {
			return
		}
		var list []edit
		f.headerFields(s, func(_ *part, x field) bool {
			if p := f.pieces(x); len(p.gaps) > 0 {
				list = append(list, edit{at: x.start, n: x.end - x.start, with: p.fold(how)})
			}
			return false
		})
		if s.edits(f, list) {
			return
		}
	}
	for _, lead := range []string{" ", "", "  ", "\t", "\r\n ", "\r\n\t"} {
		var list []edit
		f.headerFields(s, func(q *part, x field) bool {
			p := f.pieces(x)
			list = append(list, edit{at: x.start + len(p.name), n: len(p.lead), with: []byte(lead)})
			return false
		})
		if s.edits(f, list) || len(f.parts[0].fields) < len(list) && s.edits(f, list[:len(f.parts[0].fields)]) {
			return
		}
	}
	f.headerFields(s, func(_ *part, x field) bool {
		p := f.pieces(x)
		if len(p.gaps) == 0 && len(p.segments[0]) < 60 && string(p.lead) == " " {
			return false
		}
		for i, how := range foldings() {
			if len(p.gaps) == 0 && (how.kept || i%len(gapStyles()) != 0) {
				continue
			}
			if s.edits(f, []edit{{at: x.start, n: x.end - x.start, with: p.fold(how)}}) {
				return true
			}
		}
		return s.spent()
	})
}

// mixed tries every field with parameters in a style of its own.
func (s *search) mixed(f *form) bool {
	var fields []field
	f.headerFields(s, func(_ *part, x field) bool {
		if p := f.pieces(x); len(p.gaps) > 0 {
			fields = append(fields, x)
		}
		return false
	})
	styles := gapStyles()[:3]
	if len(fields) < 2 || len(fields) > 7 {
		return false
	}
	total := 1
	for range fields {
		total *= len(styles)
	}
	for n := range total {
		var list []edit
		for _, x := range fields {
			style := styles[n%len(styles)]
			n /= len(styles)
			p := f.pieces(x)
			list = append(list, edit{at: x.start, n: x.end - x.start, with: p.write(string(p.lead), func(int, int, int) string { return style })})
		}
		if s.edits(f, list) {
			return true
		}
	}
	return false
}

func headerFoldingSome(s *search, f *form) {
	if s.mixed(f) {
		return
	}
	// Folds at some semicolons only.
	if f.headerFields(s, func(_ *part, x field) bool {
		p := f.pieces(x)
		n := len(p.gaps)
		if n == 0 || n > 5 {
			return false
		}
		for _, style := range gapStyles()[1:6] {
			for set := 1; set < 1<<n; set++ {
				with := p.write(string(p.lead), func(i, column, next int) string {
					if set>>i&1 != 0 {
						return style
					}
					return " "
				})
				if s.edits(f, []edit{{at: x.start, n: x.end - x.start, with: with}}) {
					return true
				}
			}
		}
		return false
	}) {
		return
	}
	// Folds at blanks: taken out, or put in where the line grows long.
	var list []edit
	for _, style := range []string{" ", "\t", "\r\n ", "\r\n\t"} {
		list = list[:0]
		f.headerFields(s, func(_ *part, x field) bool {
			for i := x.start; i+2 < x.end; i++ {
				if f.octets[i] == '\r' && f.octets[i+1] == '\n' {
					k := i + 2
					for k < x.end && (f.octets[k] == ' ' || f.octets[k] == '\t') {
						k++
					}
					list = append(list, edit{at: i, n: k - i, with: []byte(style)})
					i = k - 1
				}
			}
			return false
		})
		if s.edits(f, list) || len(list) <= 8 && s.some(f, list) {
			return
		}
	}
	for _, style := range []string{"\r\n", "\r\n\t"} {
		list = list[:0]
		f.headerFields(s, func(_ *part, x field) bool {
			for i := x.start + 1; i < x.end-1 && len(list) < 60; i++ {
				if f.octets[i] != ' ' {
					continue
				}
				if style == "\r\n" {
					list = append(list, edit{at: i, with: []byte(style)})
				} else {
					list = append(list, edit{at: i, n: 1, with: []byte(style)})
				}
			}
			return false
		})
		if s.upToTwo(f, list) {
			return
		}
	}
}
