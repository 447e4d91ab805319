package forensics

import (
	"bytes"
)

// Blanks at the ends of lines are cut by many transports (RFC 2045, Section 6.7 (3) warns of it). What was cut
// cannot be seen any more, but there are few reasons for a blank at the end of a line: the separator before a
// signature "-- ", and the soft line breaks of format=flowed (RFC 3676, Section 4.2), which stand where the next
// word would not have fitted.

func trailingBlanks(s *search, f *form) {
	if s.edits(f, s.flowed(f, func(int, int) bool { return false })) { // separators alone
		return
	}
	for _, width := range []int{72, 76, 78, 66, 74, 79, 80} {
		if s.edits(f, s.flowed(f, func(line, word int) bool { return line+1+word > width })) {
			return
		}
	}
	s.edits(f, s.flowed(f, func(int, int) bool { return true }))
}

func trailingBlanksSome(s *search, f *form) {
	for width := 60; width <= 82; width++ {
		for _, more := range []int{1, 0} {
			if s.edits(f, s.flowed(f, func(line, word int) bool { return line+more+word >= width })) {
				return
			}
		}
	}
	empty := func(line []byte) bool { return len(line) == 0 }
	every := func(line []byte) bool { return true }
	for _, which := range []func([]byte) bool{empty, every} {
		if s.edits(f, s.atEnds(f, which, " ")) {
			return
		}
	}
	separators := append([]edit(nil), s.flowed(f, func(int, int) bool { return false })...)
	for _, blanks := range []string{" ", "  ", "   ", "    ", "\t"} {
		list := s.atEnds(f, every, blanks)
		for i := range list {
			if s.edits(f, list[i:i+1]) || len(separators) > 0 && s.edits(f, with(separators, list[i])) {
				return
			}
		}
	}
	list := s.atEnds(f, every, " ")
	if n := len(list); n <= 12 {
		s.some(f, list)
	} else {
		s.upToTwo(f, list)
	}
}

// with is a list of edits with one more in its place.
func with(list []edit, e edit) []edit {
	for _, x := range list {
		if x.at == e.at {
			return nil
		}
	}
	return merged(list, []edit{e})
}

// atEnds lists a blank for the end of every line that it is for.
func (s *search) atEnds(f *form, want func(line []byte) bool, blanks string) []edit {
	list := s.list[s.level][:0]
	with := []byte(blanks)
	f.lines(s, f.body(s), func(start, end, next int) {
		if len(list) <= maxEdits && want(f.octets[start:end]) {
			list = append(list, edit{at: end, with: with})
		}
	})
	s.list[s.level] = list
	return list
}

// flowed lists the blanks of a flowed text. soft says from the length of a line and of the first word of the
// next whether the break between them is a soft one.
func (s *search) flowed(f *form, soft func(line, word int) bool) []edit {
	list := s.list[s.level][:0]
	f.lines(s, f.body(s), func(start, end, next int) {
		line := f.octets[start:end]
		depth := len(line) - len(bytes.TrimLeft(line, ">"))
		text := bytes.TrimPrefix(line[depth:], []byte{' '})
		if len(list) > maxEdits || len(text) == 0 || line[len(line)-1] == ' ' {
			return
		}
		if string(text) == "--" {
			list = append(list, edit{at: end, with: space})
			return
		}
		following := f.octets[next:]
		if i := bytes.IndexByte(following, '\n'); i >= 0 {
			following = bytes.TrimSuffix(following[:i], []byte{'\r'})
		}
		same := len(following) - len(bytes.TrimLeft(following, ">"))
		words := bytes.TrimPrefix(following[same:], space)
		if same != depth || len(words) == 0 || words[0] == ' ' || string(words) == "--" || string(words) == "-- " || bytes.HasPrefix(words, []byte("--")) && depth == 0 && len(words) > 20 {
			return
		}
		word := bytes.IndexByte(words, ' ')
		if word < 0 {
			word = len(words)
		}
		if soft(end-start, word) {
			list = append(list, edit{at: end, with: space})
		}
	})
	s.list[s.level] = list
	return list
}

var space = []byte{' '}

// blanksAdded undoes blanks that fill up lines (hosts with records of fixed length) or were put into empty ones.
// Those that belonged there are gone with them, as if they had been cut.
func blanksAdded(s *search, f *form) {
	all := func(text, blanks int) int { return blanks }
	for _, from := range []int{f.body(s), 0} {
		if s.edits(f, s.padding(f, from, all)) {
			return
		}
	}
	for _, take := range []func(text, blanks int) int{
		func(text, blanks int) int { return 1 },
		func(text, blanks int) int {
			if text == 0 {
				return blanks
			}
			return 0
		},
	} {
		if s.edits(f, s.padding(f, f.body(s), take)) {
			return
		}
	}
	if bare := s.stripped(f); bare != nil {
		trailingBlanks(s, bare)
	}
}

func blanksAddedSome(s *search, f *form) {
	if s.some(f, s.padding(f, f.body(s), func(text, blanks int) int { return blanks })) {
		return
	}
	if bare := s.stripped(f); bare != nil {
		trailingBlanksSome(s, bare)
	}
}

// stripped is a form without blanks at the ends of lines; nil where none, or only a few lines, have any.
func (s *search) stripped(f *form) *form {
	list := s.padding(f, f.body(s), func(text, blanks int) int { return blanks })
	if len(list) < 3 || len(f.octets) > wholePairs {
		return nil
	}
	var out []byte
	at := 0
	for _, e := range list {
		out = append(out, f.octets[at:e.at]...)
		at = e.at + e.n
	}
	return newForm(append(out, f.octets[at:]...))
}

// padding lists the blanks at the ends of lines; take says how many of them go.
func (s *search) padding(f *form, from int, take func(text, blanks int) int) []edit {
	list := s.list[s.level][:0]
	f.lines(s, from, func(start, end, next int) {
		text := start + len(bytes.TrimRight(f.octets[start:end], " \t"))
		if text == end || len(list) > maxEdits {
			return
		}
		if n := take(text-start, end-text); n > 0 {
			list = append(list, edit{at: end - n, n: n})
		}
	})
	s.list[s.level] = list
	return list
}
