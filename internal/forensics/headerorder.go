package forensics

import (
	"strings"
)

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
