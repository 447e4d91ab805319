package sending

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// Candidate is one of the certificates that a person could be served with.
type Candidate struct {
	Certificate *cert.Certificate
	Chain       []*cert.Certificate
	Reads       Reads
}

// PostQuantum says that no quantum computer breaks the key.
func (c Candidate) PostQuantum() bool {
	key, err := c.Certificate.PublicKey()
	return err == nil && key.Strength().PostQuantum
}

// Choice is what was chosen, and why not the others.
type Choice struct {
	Taken   *Candidate // nil when none may be used
	Why     string
	Passed  []PassedOver
	Refusal *Refusal          // of the best one, when none is taken
	Refused *cert.Certificate // that one
}

// PassedOver is a certificate that was not chosen.
type PassedOver struct {
	Certificate *cert.Certificate
	Why         string
}

// Choose takes one of the certificates of one person. Everything that looks for
// a certificate by address goes through here, so that sign, encrypt and the copy
// that is kept agree (P105). The rule:
//
//  1. What may be used comes before what may not: valid now and long enough, made
//     for this use, no CA's, strong enough, not revoked as far as is known.
//  2. Then the one issued last (notBefore): after a renewal it holds the key that
//     its owner has today; the older one may be the one that was lost.
//  3. Then the one valid longest (notAfter).
//  4. Then the smaller fingerprint, so that the same certificates always give the
//     same answer, whatever the order they are found in.
//
// Revocation is looked at in this order until one stands. What is refused names
// the best of what was there.
func (r *Rules) Choose(list []Candidate, purpose certpath.Purpose) Choice {
	all := r.ranked(list, purpose)
	var out Choice
	var rest []entry
	for i, e := range all {
		if e.refused == nil && out.Taken == nil {
			e.refused = r.Guard.Refuses(e.Certificate, e.Chain, purpose)
			if e.refused == nil {
				out.Taken = &all[i].Candidate
				continue
			}
		}
		if e.refused != nil {
			out.Passed = append(out.Passed, PassedOver{e.Certificate, e.refused.Why})
			if out.Refusal == nil {
				out.Refusal, out.Refused = e.refused, e.Certificate
			}
			continue
		}
		rest = append(rest, e)
	}
	if out.Taken == nil {
		return out
	}
	out.Refusal, out.Refused = nil, nil
	switch {
	case len(all) == 1:
		out.Why = "the only one"
	case len(rest) == 0:
		out.Why = fmt.Sprintf("the only one of %d that may be used", len(all))
	default:
		out.Why = fmt.Sprintf("%s of %d that may be used", better(out.Taken.Certificate, rest[0].Certificate), len(rest)+1)
	}
	for _, e := range rest {
		out.Passed = append(out.Passed, PassedOver{e.Certificate, lesser(e.Certificate, out.Taken.Certificate)})
	}
	return out
}

// entry is a candidate, and what is wrong with it by itself.
type entry struct {
	Candidate
	refused *Refusal
}

// ranked has each certificate once, the best first.
func (r *Rules) ranked(list []Candidate, purpose certpath.Purpose) []entry {
	var all []entry
	for _, c := range list {
		if !slices.ContainsFunc(all, func(e entry) bool { return e.Certificate.Equal(c.Certificate) }) {
			all = append(all, entry{c, r.Refuses(c.Certificate, purpose)})
		}
	}
	// What was made for this tells more than what never was.
	rank := func(e entry) int {
		switch {
		case e.refused == nil:
			return 0
		case !e.refused.Ground.NeverMeant():
			return 1
		}
		return 2
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(rank(a)-rank(b), b.Certificate.NotBefore.Compare(a.Certificate.NotBefore), b.Certificate.NotAfter.Compare(a.Certificate.NotAfter),
			strings.Compare(a.Certificate.Fingerprint(), b.Certificate.Fingerprint()))
	})
	return all
}

// better names the step of the rule by which one certificate comes before another.
func better(c, other *cert.Certificate) string {
	switch {
	case !c.NotBefore.Equal(other.NotBefore):
		return "the one issued last"
	case !c.NotAfter.Equal(other.NotAfter):
		return "the one valid longest"
	}
	return "the one with the smallest fingerprint"
}

// lesser says the same of the one that comes after.
func lesser(c, taken *cert.Certificate) string {
	switch {
	case !c.NotBefore.Equal(taken.NotBefore):
		return "it was issued earlier, on " + day(c.NotBefore)
	case !c.NotAfter.Equal(taken.NotAfter):
		return "it is valid only until " + day(c.NotAfter)
	}
	return "it is as good, but has the larger fingerprint"
}
