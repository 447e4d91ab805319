package forensics

// edit replaces n octets of a form.
type edit struct {
	at, n int
	with  []byte
}

// maxEdits bounds the memory of a list of edits.
const maxEdits = 100_000

// edits tries the form with all edits made; they ascend and do not overlap.
func (s *search) edits(f *form, list []edit) bool {
	switch {
	case s.spent():
		return true
	case len(list) == 0 || len(list) > maxEdits:
		return false
	}
	if s.scratch[s.level] == nil {
		s.scratch[s.level] = make([]byte, 0, len(f.octets)+len(f.octets)/16+64)
	}
	out, at := s.scratch[s.level][:0], list[0].at
	for _, e := range list {
		out = append(append(out, f.octets[at:e.at]...), e.with...)
		at = e.at + e.n
	}
	out = append(out, f.octets[at:]...)
	s.scratch[s.level] = out
	return s.try(f, list[0].at, out)
}

// some tries parts of a list of edits: each alone, all but each, and every choice among a few.
func (s *search) some(f *form, list []edit) bool {
	n := len(list)
	if n < 2 || n > maxEdits {
		return false
	}
	chosen := make([]edit, 0, n)
	if n <= 10 {
		for set := 1; set < 1<<n-1; set++ {
			chosen = chosen[:0]
			for i := range list {
				if set>>i&1 != 0 {
					chosen = append(chosen, list[i])
				}
			}
			if s.edits(f, chosen) {
				return true
			}
		}
		return false
	}
	for i := range list {
		if s.edits(f, list[i:i+1]) {
			return true
		}
	}
	for i := range list {
		if s.edits(f, append(append(chosen[:0], list[:i]...), list[i+1:]...)) {
			return true
		}
	}
	return false
}

// upToTwo tries each edit alone and, where there are few, each two.
func (s *search) upToTwo(f *form, list []edit) bool {
	for i := range list {
		if s.edits(f, list[i:i+1]) {
			return true
		}
	}
	for i := range list {
		for k := i + 1; k < len(list); k++ {
			if s.edits(f, []edit{list[i], list[k]}) {
				return true
			}
		}
	}
	return false
}
