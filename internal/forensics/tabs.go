package forensics

import (
	"bytes"
)

// Tabs are made blanks by editors and gateways, and blanks tabs (RFC 2049, Section 3 (4) warns of both).

func tabs(s *search, f *form) {
	for _, width := range []int{8, 4} {
		for _, leading := range []bool{false, true} {
			for _, least := range []int{2, 1} {
				if s.edits(f, s.toTabs(f, width, least, leading)) {
					return
				}
			}
		}
	}
	for _, width := range []int{8, 4, 1, 2} {
		for _, leading := range []bool{false, true} {
			if s.edits(f, s.toBlanks(f, width, leading)) {
				return
			}
		}
	}
}

func tabsSome(s *search, f *form) {
	// A run of one blank at a tab stop is a tab or a blank, a longer one most likely a tab.
	var sure, open []edit
	for _, e := range s.toTabs(f, 8, 1, false) {
		if e.n > 1 {
			sure = append(sure, e)
		} else {
			open = append(open, e)
		}
	}
	if len(open) <= 10 {
		for set := 1; set < 1<<len(open); set++ {
			var some []edit
			for i := range open {
				if set>>i&1 != 0 {
					some = append(some, open[i])
				}
			}
			if s.edits(f, merged(sure, some)) {
				return
			}
		}
	} else if len(open) <= 200 {
		for i := range open {
			if s.edits(f, merged(sure, open[i:i+1])) {
				return
			}
			for k := i + 1; k < len(open); k++ {
				if s.edits(f, merged(sure, []edit{open[i], open[k]})) {
					return
				}
			}
		}
	}
	if s.some(f, sure) {
		return
	}
	list := s.toBlanks(f, 8, false)
	if len(list) <= 10 && s.some(f, list) {
		return
	}
	for _, e := range append([]edit(nil), list...) {
		for n := 1; n <= 8; n++ {
			e.with = []byte("        ")[:n]
			if s.edits(f, []edit{e}) {
				return
			}
		}
	}
	if s.tabLines(f) {
		return
	}
	// Every tab has become one run of blanks, of whatever length; or a blank has become a tab.
	for _, least := range []int{2, 1} {
		list := s.runs(f, least)
		if s.edits(f, list) || len(list) <= 12 && s.some(f, list) || s.upToTwo(f, list) {
			return
		}
	}
}

var tab = []byte("\t\t\t\t\t\t\t\t\t\t\t\t")

// tabsOf is a number of tabs.
func tabsOf(n int) []byte {
	if n <= len(tab) {
		return tab[:n]
	}
	return bytes.Repeat(tab[:1], n)
}

// toTabs lists the runs of blanks that tabs may have been: those that end at a tab stop. What a run has before
// its first stop and after its last one stays blanks.
func (s *search) toTabs(f *form, width, least int, leading bool) []edit {
	list := s.list[s.level][:0]
	f.lines(s, f.body(s), func(start, end, next int) {
		line, column := f.octets[start:end], 0
		for i := 0; i < len(line); {
			if line[i] != ' ' {
				column = advance(column, line[i], width)
				if i++; leading {
					return
				}
				continue
			}
			k := i
			for k < len(line) && line[k] == ' ' {
				k++
			}
			stop := (column + k - i) / width * width // the last stop within the run
			n := stop - column
			if n >= least && len(list) <= maxEdits {
				list = append(list, edit{at: start + i, n: n, with: tabsOf((n + width - 1) / width)})
			}
			column += k - i
			i = k
		}
	})
	s.list[s.level] = list
	return list
}

// advance is the column after an octet: those of UTF-8 that continue a character take none.
func advance(column int, c byte, width int) int {
	switch {
	case c == '\t':
		return (column/width + 1) * width
	case c&0xc0 == 0x80:
		return column
	}
	return column + 1
}

// toBlanks lists the tabs, each to become blanks up to the next tab stop.
func (s *search) toBlanks(f *form, width int, leading bool) []edit {
	list := s.list[s.level][:0]
	blanks := []byte("        ")
	f.lines(s, f.body(s), func(start, end, next int) {
		column := 0
		for i := start; i < end; i++ {
			c := f.octets[i]
			after := advance(column, c, width)
			if c == '\t' && len(list) <= maxEdits {
				list = append(list, edit{at: i, n: 1, with: blanks[:after-column]})
			}
			if leading && c != '\t' && c != ' ' {
				return
			}
			column = after
		}
	})
	s.list[s.level] = list
	return list
}

// tabLines makes tabs of all blanks of one line or of several in a row: a table.
func (s *search) tabLines(f *form) bool {
	all := append([]edit(nil), s.runs(f, 1)...)
	var from []int // where each line with blanks begins in the list
	line := -1
	for i, e := range all {
		if start := bytes.LastIndexByte(f.octets[:e.at], '\n'); start != line {
			line, from = start, append(from, i)
		}
	}
	from = append(from, len(all))
	for lines := 1; lines <= 20; lines++ {
		for i := 0; i+lines < len(from); i++ {
			if s.edits(f, all[from[i]:from[i+lines]]) {
				return true
			}
		}
	}
	return false
}

// runs lists every run of blanks, each to become one tab.
func (s *search) runs(f *form, least int) []edit {
	list := s.list[s.level][:0]
	f.lines(s, f.body(s), func(start, end, next int) {
		for i := start; i < end; {
			k := i
			for k < end && f.octets[k] == ' ' {
				k++
			}
			if k-i >= least && len(list) <= maxEdits {
				list = append(list, edit{at: i, n: k - i, with: tab[:1]})
			}
			i = max(k, i+1)
		}
	})
	s.list[s.level] = list
	return list
}
