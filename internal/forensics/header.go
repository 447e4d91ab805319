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

// headerOrder undoes fields and parameters in another order.
func headerOrder(s *search, f *form) {
	for i := range f.all(s) {
		p := &f.parts[i]
		if n := len(p.fields); n < 2 || n > 5 {
			continue
		}
		from, to := p.fields[0].start, p.fields[len(p.fields)-1].end
		if permutations(len(p.fields), func(order []int) bool {
			var with []byte
			for _, k := range order {
				with = append(with, f.octets[p.fields[k].start:p.fields[k].end]...)
			}
			return s.edits(f, []edit{{at: from, n: to - from, with: with}})
		}) {
			return
		}
	}
	f.headerFields(s, func(_ *part, x field) bool {
		p := f.pieces(x)
		if n := len(p.segments) - 1; n < 2 || n > 4 {
			return false
		}
		return permutations(len(p.segments)-1, func(order []int) bool {
			q := p
			q.segments = [][]byte{p.segments[0]}
			for _, k := range order {
				q.segments = append(q.segments, p.segments[k+1])
			}
			with := q.write(string(p.lead), func(i, column, next int) string { return string(p.gaps[i]) })
			if s.edits(f, []edit{{at: x.start, n: x.end - x.start, with: with}}) {
				return true
			}
			return false
		})
	})
}

// headerOrderRest moves single fields of long headers, and lets all parts follow one order.
func headerOrderRest(s *search, f *form) {
	for _, first := range [][]string{
		{"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}, {"Content-Type", "Content-Transfer-Encoding"},
		{"Content-Transfer-Encoding", "Content-Type"}, {"Content-Type", "Content-Disposition"}, {"Content-Disposition", "Content-Type"},
		{"Content-Transfer-Encoding", "Content-Disposition", "Content-Type"}, {"Content-Type", "Content-Disposition", "Content-Transfer-Encoding"},
	} {
		var list []edit
		for i := range f.all(s) {
			p := &f.parts[i]
			if len(p.fields) < 2 {
				continue
			}
			var with []byte
			taken := map[int]bool{}
			for _, name := range first {
				for k, x := range p.fields {
					if strings.EqualFold(x.name, name) && !taken[k] {
						taken[k] = true
						with = append(with, f.octets[x.start:x.end]...)
					}
				}
			}
			for k, x := range p.fields {
				if !taken[k] {
					with = append(with, f.octets[x.start:x.end]...)
				}
			}
			from, to := p.fields[0].start, p.fields[len(p.fields)-1].end
			list = append(list, edit{at: from, n: to - from, with: with})
		}
		if s.edits(f, list) {
			return
		}
	}
	for i := range f.all(s) {
		p := &f.parts[i]
		if len(p.fields) <= 5 {
			continue
		}
		for _, x := range p.fields {
			for _, y := range p.fields {
				moved := edit{at: y.start, with: f.octets[x.start:x.end]}
				gone := edit{at: x.start, n: x.end - x.start}
				list := []edit{moved, gone}
				if y.start > x.start {
					moved.at = y.end
					list = []edit{gone, moved}
				}
				if x != y && s.edits(f, list) {
					return
				}
			}
		}
	}
}

// permutations calls try for every order of n things but the one they have.
func permutations(n int, try func(order []int) bool) bool {
	order, count := make([]int, n), make([]int, n)
	for i := range order {
		order[i] = i
	}
	for i := 1; i < n; { // Heap's algorithm
		if count[i] < i {
			k := 0
			if i%2 == 1 {
				k = count[i]
			}
			order[k], order[i] = order[i], order[k]
			if try(order) {
				return true
			}
			count[i]++
			i = 1
		} else {
			count[i] = 0
			i++
		}
	}
	return false
}

// spelling is a place in a header with the other ways to write what stands there.
type spelling struct {
	at, n int
	ways  [][]byte
}

// spellings lists names of fields, values of parameters with and without quotes, and words without case.
func (f *form) spellings(s *search) []spelling {
	var out []spelling
	add := func(at int, is []byte, ways ...string) {
		w := spelling{at: at, n: len(is)}
		for _, way := range ways {
			w.ways = append(w.ways, []byte(way))
		}
		out = append(out, w)
	}
	f.headerFields(s, func(_ *part, x field) bool {
		if len(out) > 100 {
			return true
		}
		name := f.octets[x.start : x.start+len(x.name)]
		add(x.start, name, title(name), first(name), strings.ToLower(x.name), strings.ToUpper(x.name))
		p := f.pieces(x)
		at := x.start + len(p.name) + len(p.lead)
		lower := strings.ToLower(x.name)
		if lower == "content-type" || lower == "content-disposition" || lower == "content-transfer-encoding" {
			word := p.segments[0]
			add(at, word, word1(word, strings.ToLower), word1(word, titles), word1(word, strings.ToUpper), word1(word, func(w string) string { return w }))
		}
		for i, segment := range p.segments {
			if i > 0 {
				if name, value, ok := bytes.Cut(segment, []byte("=")); ok {
					add(at, name, strings.ToLower(string(name)), titles(string(name)), strings.ToUpper(string(name)))
					bare := bytes.Trim(value, "\"")
					if !bytes.ContainsAny(bare, "\"\\") {
						if len(bare) < len(value) {
							add(at+len(name)+1, value, string(bare))
						} else {
							add(at+len(name)+1, value, `"`+string(bare)+`"`)
						}
					}
				}
			}
			at += len(segment)
			if i < len(p.gaps) {
				at += 1 + len(p.gaps[i])
			}
		}
		return false
	})
	return out
}

func word1(word []byte, how func(string) string) string { return how(string(word)) }

// title is a name as MIME writes it: Content-Type. MIME itself is in capitals.
func title(name []byte) string {
	words := strings.Split(strings.ToLower(string(name)), "-")
	for i, w := range words {
		words[i] = titles(w)
		if w == "mime" || w == "id" || w == "md5" {
			words[i] = strings.ToUpper(w)
		}
	}
	return strings.Join(words, "-")
}

// first is a name as older programs write it: Content-type.
func first(name []byte) string { return titles(strings.ToLower(string(name))) }

func titles(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + strings.ToLower(word[1:])
}

func headerSpelling(s *search, f *form) {
	places := f.spellings(s)
	// All places of one kind in one style: names by number of the way, then quotes.
	for way := 0; way < 4; way++ {
		for _, kind := range []func(spelling) bool{
			func(p spelling) bool { return len(p.ways) == 4 },
			func(p spelling) bool { return len(p.ways) == 3 },
			func(p spelling) bool { return len(p.ways) == 1 },
			func(p spelling) bool { return len(p.ways) > 1 },
		} {
			if s.edits(f, s.spelled(f, places, way, kind)) {
				return
			}
		}
	}
	quotes := func(add bool) func(spelling) bool {
		return func(p spelling) bool { return len(p.ways) == 1 && (len(p.ways[0]) > p.n) == add }
	}
	if s.edits(f, s.spelled(f, places, 0, quotes(true))) || s.edits(f, s.spelled(f, places, 0, quotes(false))) {
		return
	}
	for i := range places {
		for way := range places[i].ways {
			if s.edits(f, s.spelled(f, places[i:i+1], way, func(spelling) bool { return true })) {
				return
			}
		}
	}
}

// spelled lists the edits for one way at the places that are meant.
func (s *search) spelled(f *form, places []spelling, way int, meant func(spelling) bool) []edit {
	list := s.list[s.level][:0]
	for _, p := range places {
		if meant(p) && way < len(p.ways) && !bytes.Equal(p.ways[way], f.octets[p.at:p.at+p.n]) {
			list = append(list, edit{at: p.at, n: p.n, with: p.ways[way]})
		}
	}
	s.list[s.level] = list
	return list
}

func headerSpellingSome(s *search, f *form) {
	var list []edit
	for _, p := range f.spellings(s) {
		for _, way := range p.ways {
			if !bytes.Equal(way, f.octets[p.at:p.at+p.n]) {
				list = append(list, edit{at: p.at, n: p.n, with: way})
				break
			}
		}
	}
	if len(list) <= 10 {
		s.some(f, list)
		return
	}
	// Quotes among several parameters.
	var quotes []edit
	for _, p := range f.spellings(s) {
		if len(p.ways) == 1 && len(quotes) < 10 {
			quotes = append(quotes, edit{at: p.at, n: p.n, with: p.ways[0]})
		}
	}
	s.some(f, quotes)
}
