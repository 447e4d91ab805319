package forensics

import (
	"bytes"
	"hash"
)

// The work that is done for one entity, in octets that are digested. Every trial costs a little more than its
// octets, so that many trials of a short text come to an end too.
const (
	leastWork = 64 << 20
	mostWork  = 384 << 20
	perSize   = 256 // times the size of the entity, between the two
	perTrial  = 512
	perLine   = 32 // of a pass over the lines
)

// search is one search under way.
type search struct {
	target Target   // of the search
	others []Target // a hit must fit these too
	left   int64    // work that is left
	floor  int64    // work that must be left when the row at hand stops
	most   int      // candidates that the row at hand may try

	inner   func([]byte) bool // takes a candidate instead of digesting it: the first of two changes
	level   int               // 0: one change or the first of two, 1: the second
	scratch [2][]byte
	list    [2][]edit
	middle  []byte

	found []byte // the octets that were signed
	kinds []Kind
}

func newSearch(targets []Target, size int) *search {
	return &search{target: targets[0], others: targets[1:], left: min(max(int64(size)*perSize, leastWork), mostWork)}
}

// run tries the likely candidates of every change, then the less likely ones, then pairs.
func (s *search) run(octets []byte) {
	rows := changes()
	f := newForm(octets)
	for _, c := range rows {
		if s.row(f, c.kind, c.likely, s.left/8) {
			return
		}
	}
	for _, c := range rows {
		if s.row(f, c.kind, c.rest, s.left/6) {
			return
		}
	}
	if len(octets) > wholePairs {
		return
	}
	s.floor = 0
	for _, d := range depths {
		for _, first := range rows {
			if s.pairs(f, first, first.likely, rows, d) {
				return
			}
		}
	}
	for _, first := range rows {
		if s.pairs(f, first, first.rest, rows, depth{16, 8}) {
			return
		}
	}
}

// wholePairs is the size up to which pairs are tried: a larger entity would use up the work on a few of them.
const wholePairs = 1 << 20

// depth is how many candidates of one row are tried in pairs: of the change that is undone first, and of the other.
type depth struct{ first, second int }

// depths begin with what is likeliest, so that the work lasts for all rows.
var depths = [...]depth{{4, 8}, {8, 24}, {24, 80}}

// row runs one generator with a share of the work; true ends the search.
func (s *search) row(f *form, kind Kind, generate func(*search, *form), share int64) bool {
	if generate == nil {
		return false
	}
	s.floor, s.most = max(0, s.left-share), unlimited
	generate(s, f)
	if s.found != nil {
		s.kinds = []Kind{kind}
	}
	return s.found != nil || s.left <= 0
}

const unlimited = int(^uint(0) >> 1)

// pairs takes candidates of one row for the entity and runs the others on them.
func (s *search) pairs(f *form, first change, generate func(*search, *form), rows []change, d depth) bool {
	if generate == nil {
		return false
	}
	s.inner = func(candidate []byte) bool {
		then, most := s.inner, s.most
		s.inner, s.level = nil, 1
		between := newForm(candidate)
		for _, second := range rows {
			if second.kind == first.kind && !second.twice || !together(first.kind, second.kind) {
				continue
			}
			s.most = d.second
			second.likely(s, between)
			if s.found != nil {
				s.kinds = []Kind{first.kind, second.kind}
				if first.kind == second.kind {
					s.kinds = s.kinds[:1]
				}
			}
			if s.found != nil || s.left <= 0 {
				break
			}
		}
		s.inner, s.level, s.most = then, 0, most
		return s.found != nil || s.left <= 0
	}
	s.most = d.first
	generate(s, f)
	s.inner = nil
	return s.found != nil || s.left <= 0
}

// together reports changes that may be undone both. A line of a header that came in where another one went is no
// accident but another line.
func together(first, second Kind) bool {
	swap := func(k Kind) bool { return k == HeaderAdded || k == HeaderDropped }
	return !(swap(first) && swap(second))
}

// spent reports that the generator at hand has to stop.
func (s *search) spent() bool { return s.left <= s.floor || s.most <= 0 }

// try digests a candidate, which is a beginning of the form's octets and what follows it. It reports whether
// the generator is to stop.
func (s *search) try(f *form, shared int, rest ...[]byte) bool {
	if s.spent() {
		return true
	}
	s.most--
	if s.inner != nil {
		s.middle = append(s.middle[:0], f.octets[:shared]...)
		for _, r := range rest {
			s.middle = append(s.middle, r...)
		}
		s.left -= perTrial
		if bytes.Equal(s.middle, f.octets) {
			return false
		}
		return s.inner(s.middle)
	}
	h, from := f.digest(s, shared)
	h.Write(f.octets[from:shared])
	cost := shared - from
	for _, r := range rest {
		h.Write(r)
		cost += len(r)
	}
	s.left -= int64(cost) + perTrial
	if !bytes.Equal(h.Sum(nil), s.target.Sum) {
		return false
	}
	octets := append([]byte(nil), f.octets[:shared]...)
	for _, r := range rest {
		octets = append(octets, r...)
	}
	for i := range s.others {
		if !s.others[i].fits(octets) {
			return false
		}
	}
	s.found = octets
	return true
}

// ends tries every beginning of the form's octets that ends at one of the places, which ascend, each followed
// by the same rest.
func (s *search) ends(f *form, places []int, rest []byte) bool {
	if s.inner != nil {
		for _, end := range places {
			if s.try(f, end, rest) {
				return true
			}
		}
		return false
	}
	var h hash.Hash
	at := 0
	for _, end := range places {
		if s.spent() {
			return true
		}
		if h == nil {
			h, at = f.digest(s, end)
		}
		h.Write(f.octets[at:end])
		s.left -= int64(end - at + len(rest) + perTrial)
		at = end
		branch := clone(h, s.target.New, f.octets[:at])
		branch.Write(rest)
		if bytes.Equal(branch.Sum(nil), s.target.Sum) {
			return s.try(f, end, rest)
		}
	}
	return false
}

// clone copies a digest that has taken octets.
func clone(h hash.Hash, fresh func() hash.Hash, octets []byte) hash.Hash {
	if c, ok := h.(hash.Cloner); ok {
		if d, err := c.Clone(); err == nil {
			return d
		}
	}
	d := fresh()
	d.Write(octets)
	return d
}

// describe says what was found.
func describe(kinds []Kind, is, before []byte) *Finding {
	f := &Finding{Kinds: kinds, Difference: difference(is, before)}
	for _, k := range kinds {
		if k.Addition() {
			f.Added = max(1, bytes.Count(is, lineFeed)-bytes.Count(before, lineFeed))
		}
	}
	return f
}

var lineFeed = []byte{'\n'}
