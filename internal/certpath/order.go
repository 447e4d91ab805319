package certpath

import (
	"cmp"
	"slices"
)

// results returns what was found, best first.
func (b *builder) results() []Path {
	list := b.anchored
	better := func(x, y Path) int { return cmp.Or(severity(&x)-severity(&y), len(x.Certificates)-len(y.Certificates)) }
	if len(list) == 0 {
		list = b.open
		// Of those without an anchor the one that says most: a chain up to a
		// root nobody trusts rather than one that breaks off.
		better = func(x, y Path) int { return cmp.Or(openness(&x)-openness(&y), len(y.Certificates)-len(x.Certificates)) }
	}
	slices.SortStableFunc(list, better)
	return list[:min(len(list), maxPaths)]
}

// severity orders paths to anchors: what is only a matter of time comes before
// what can never be good, a revocation among it. Of equals those come first of
// which it is known that nothing was revoked.
func severity(p *Path) int {
	worst := 0
	for _, problem := range p.Problems {
		s := 5
		switch problem.Code {
		case CodeExpired:
			s = 1
		case CodeNotYetValid:
			s = 2
		case CodeWrongPurpose:
			s = 3
		}
		worst = max(worst, s)
	}
	unknown := 0
	for _, r := range p.Revocation {
		switch r.Status {
		case Revoked:
			worst = max(worst, 4)
		case Unknown:
			unknown = 1
		}
	}
	return worst*100_000 + len(p.Problems)*10 + unknown
}

// openness orders paths without an anchor.
func openness(p *Path) int {
	for i, code := range []string{CodeIssuerUnknown, CodeIssuerMissing} {
		if p.Problems[0].Code == code {
			return i
		}
	}
	return 2
}
