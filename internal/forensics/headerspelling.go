package forensics

import (
	"bytes"
	"strings"
)

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
			word := string(p.segments[0])
			add(at, p.segments[0], strings.ToLower(word), titles(word), strings.ToUpper(word), word)
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
