package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// candidate is one of the certificates that a person could be served with.
type candidate struct {
	certificate *cert.Certificate
	chain       []*cert.Certificate
	identity    *identity       // with the key, where it is ours
	reads       map[string]bool // capabilities by name; nil = not known
}

// choice is what was chosen, and why not the others.
type choice struct {
	taken   *candidate // nil when none may be used
	why     string
	passed  []passedOver
	refusal *refusal // of the best one, when none is taken
}

type passedOver struct {
	certificate *cert.Certificate
	why         string
}

// choiceRule is the rule of choose, for the help of sign and encrypt.
const choiceRule = `Of several certificates of one address the one is taken that may be used now (valid, made for this, no CA's, not weak, not
revoked as far as is known, not about to expire by --min-validity); of several such, the one issued last, then the one
valid longest, then the one with the smaller fingerprint. -v says which was taken, and why not the others.`

// choose takes one of the certificates of one person. Everything that looks for
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
func (r *sendingRules) choose(list []candidate, use sendingUse) choice {
	type entry struct {
		candidate
		refused *refusal
	}
	var all []entry
	for _, c := range list {
		if !slices.ContainsFunc(all, func(e entry) bool { return e.certificate.Equal(c.certificate) }) {
			all = append(all, entry{c, r.refuses(c.certificate, use.purpose)})
		}
	}
	slices.SortFunc(all, func(a, b entry) int {
		if x, y := a.refused == nil, b.refused == nil; x != y {
			return map[bool]int{true: -1, false: 1}[x]
		}
		// What was made for this tells more than what never was.
		if x, y := a.refused != nil && a.refused.purpose, b.refused != nil && b.refused.purpose; x != y {
			return map[bool]int{true: 1, false: -1}[x]
		}
		return cmp.Or(b.certificate.NotBefore.Compare(a.certificate.NotBefore), b.certificate.NotAfter.Compare(a.certificate.NotAfter),
			strings.Compare(a.certificate.Fingerprint(), b.certificate.Fingerprint()))
	})
	var out choice
	var rest []entry
	for i, e := range all {
		if e.refused == nil && out.taken == nil {
			e.refused = r.guard.refuses(e.certificate, e.chain, use.purpose)
			if e.refused == nil {
				out.taken = &all[i].candidate
				continue
			}
		}
		if e.refused != nil {
			out.passed = append(out.passed, passedOver{e.certificate, e.refused.why})
			if out.refusal == nil {
				out.refusal = e.refused
			}
			continue
		}
		rest = append(rest, e)
	}
	if out.taken == nil {
		return out
	}
	out.refusal = nil
	switch {
	case len(all) == 1:
		out.why = "the only one"
	case len(rest) == 0:
		out.why = fmt.Sprintf("the only one of %d that may be used", len(all))
	default:
		out.why = fmt.Sprintf("%s of %d that may be used", better(out.taken.certificate, rest[0].certificate), len(rest)+1)
	}
	for _, e := range rest {
		out.passed = append(out.passed, passedOver{e.certificate, lesser(e.certificate, out.taken.certificate)})
	}
	return out
}

// best is choose for those who only want to know which identity would be taken,
// whatever is known about revocation: when none may be used, the first of them.
func best(ids []*identity, purpose certpath.Purpose, now time.Time) *identity {
	var list []candidate
	for _, id := range ids {
		list = append(list, candidate{certificate: id.certificate, chain: id.chain, identity: id})
	}
	rules := &sendingRules{now: now}
	use := useSigner
	use.purpose = purpose
	if c := rules.choose(list, use); c.taken != nil {
		return c.taken.identity
	}
	return ids[0]
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
		return "it was issued earlier, on " + c.NotBefore.UTC().Format(time.DateOnly)
	case !c.NotAfter.Equal(taken.NotAfter):
		return "it is valid only until " + c.NotAfter.UTC().Format(time.DateOnly)
	}
	return "it is as good, but has the larger fingerprint"
}

// explainChoice says with -v which certificate serves somebody, and why.
func (a *app) explainChoice(who string, use sendingUse, c choice) {
	if !a.global.verbose {
		return
	}
	purpose := strings.Fields(use.doing)[0] // sign, encrypt
	show := func(x *cert.Certificate) string {
		issuer := "self-signed"
		if !x.SelfIssued() {
			issuer = "from " + verdict.Escape(x.Issuer.CommonName())
		}
		return fmt.Sprintf("%s (%s, until %s)", x.Fingerprint()[:12], issuer, x.NotAfter.UTC().Format(time.DateOnly))
	}
	who = verdict.Escape(who)
	if c.taken != nil {
		a.inform("%s: %s has certificate %s: %s", purpose, who, show(c.taken.certificate), c.why)
	}
	for _, p := range c.passed {
		a.inform("%s: %s not with %s: %s", purpose, who, show(p.certificate), p.why)
	}
}
