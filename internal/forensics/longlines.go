package forensics

import (
	"bytes"
	"slices"
)

// longLines undoes what is done to lines of more than 998 octets (RFC 5322, Section 2.1.1): sendmail and old
// Exchange put "!", a line end and a blank into them, Postfix a line end and a blank, others a line end.
func longLines(s *search, f *form) {
	longest := 0
	f.lines(s, f.body(s), func(start, end, next int) { longest = max(longest, end-start) })
	if longest < 72 {
		return
	}
	for _, how := range []struct {
		end, begin string
	}{{"!", " "}, {"", " "}, {"", ""}, {"!", ""}, {"", "\t"}} {
		for _, least := range []int{longest, longest - len(how.begin), 900, 500} {
			if least > longest || least < 72 {
				continue
			}
			list := s.list[s.level][:0]
			f.lines(s, f.body(s), func(start, end, next int) {
				cut := f.octets[:end]
				if end-start < least || len(list) > maxEdits || next == len(f.octets) ||
					!bytes.HasSuffix(cut, []byte(how.end)) || !bytes.HasPrefix(f.octets[next:], []byte(how.begin)) {
					return
				}
				list = append(list, edit{at: end - len(how.end), n: next - end + len(how.end) + len(how.begin)})
			})
			s.list[s.level] = list
			if s.edits(f, list) {
				return
			}
		}
	}
}

// wrappedLines undoes line ends that were put for blanks where a line was longer than a width.
func wrappedLines(s *search, f *form) {
	leaves := f.leaves(s)
	inText := func(at int) bool {
		for _, p := range leaves {
			if at >= p.body && at < p.end {
				return isText(p) && isIdentity(p.encoding)
			}
		}
		return false
	}
	var widths []int
	f.lines(s, f.body(s), func(start, end, next int) {
		if n := end - start; n > 40 && n <= 998 && !slices.Contains(widths, n) && len(widths) < 100 {
			widths = append(widths, n)
		}
	})
	slices.Sort(widths)
	slices.Reverse(widths)
	for _, width := range append([]int{72, 76, 78, 80, 70, 75, 77, 79, 998}, widths...) {
		for _, join := range []string{" ", ""} {
			list, put := s.list[s.level][:0], []byte(join)
			f.lines(s, f.body(s), func(start, end, next int) {
				rest := f.octets[next:]
				if len(list) > maxEdits || len(rest) == 0 || !inText(start) || end == start || rest[0] == '\r' || rest[0] == '\n' {
					return
				}
				word := bytes.IndexAny(rest, " \r\n")
				if word < 0 {
					word = len(rest)
				}
				if end-start+1+word > width {
					list = append(list, edit{at: end, n: next - end, with: put})
				}
			})
			s.list[s.level] = list
			if s.edits(f, list) {
				return
			}
		}
	}
}
