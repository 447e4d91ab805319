package certpath

import (
	"bytes"
	"slices"

	"smimectl/internal/cert"
)

// SourceOnline is the source of what a Fetcher brought.
const SourceOnline = "online"

// Fetcher gets what is not at hand: from the addresses that certificates name.
// What it brings is a candidate or evidence like any other, is checked like any
// other, and is never an anchor. One that cannot get something brings less; what
// it says about that is its own.
type Fetcher interface {
	// Issuers returns certificates that may have issued c, which leads to nobody:
	// whoever made it chose the addresses (RFC 5280, Section 4.2.2.1).
	Issuers(c *cert.Certificate) []*cert.Certificate
	// Responses asks the responders of c, a certificate of issuer on a path to
	// the anchor (RFC 6960).
	Responses(c, issuer *cert.Certificate, anchor *Anchor) []Response
	// Lists returns the lists of the distribution points of c, a certificate on
	// a path to the anchor, and certificates of who issued them
	// (RFC 5280, Sections 4.2.1.13 and 5.2.7).
	Lists(c *cert.Certificate, anchor *Anchor) ([]List, []*cert.Certificate)
}

// Complete is Validate, and asks f for what is missing: first for issuers, as
// long as no path leads to an anchor, then for evidence about the certificates
// of the best path of which it is not known whether they were revoked, or known
// only from what the sender of a message chose to put into it (RFC 8550,
// Section 6). Evidence of others that is current is not asked for again.
//
// A responder is asked before a list is fetched: its answer is some kilobytes, is
// bound to the question and is younger than lists are, which may have megabytes.
// The price is that the responder learns which certificate somebody looks at.
//
// What was brought is added to req. anchors, if not nil, gives further anchors
// for the candidates there are, as the request had them before.
func Complete(req *Request, f Fetcher, anchors func(candidates []*cert.Certificate) []Anchor) Result {
	validate := func() Result {
		if anchors != nil {
			req.Anchors = anchors(req.Candidates)
		}
		return Validate(*req)
	}
	result := validate()
	if f == nil {
		return result
	}
	asked := map[string]bool{}
	for range maxPathLength {
		if !req.fetchIssuers(f, &result, asked) {
			break
		}
		result = validate()
	}
	if req.Evidence == nil {
		return result
	}
	for _, kind := range []func(*Request, Fetcher, *Path, int) bool{(*Request).fetchResponses, (*Request).fetchLists} {
		if req.fetchEvidence(f, &result, kind) {
			result = validate()
		}
	}
	return result
}

// fetchIssuers asks for the issuers of those certificates at which paths break
// off, each once. It is false when there is nothing to be asked or nothing came.
func (req *Request) fetchIssuers(f Fetcher, result *Result, asked map[string]bool) bool {
	grown := false
	for i := range result.Paths {
		p := &result.Paths[i]
		if p.Anchor != nil {
			return false // they are all of this kind, or none
		}
		last := p.Certificates[len(p.Certificates)-1]
		if last.SelfIssued() || len(p.Certificates) == maxPathLength || asked[last.Fingerprint()] {
			continue
		}
		asked[last.Fingerprint()] = true
		grown = req.addCandidates(f.Issuers(last)) || grown
	}
	return grown
}

func (req *Request) addCandidates(list []*cert.Certificate) bool {
	grown := false
	for _, c := range list {
		if c == nil || slices.ContainsFunc(req.Candidates, c.Equal) {
			continue
		}
		req.Candidates = append(slices.Clip(req.Candidates), c)
		if req.Sources != nil {
			req.Sources[c.Fingerprint()] = SourceOnline
		}
		grown = true
	}
	return grown
}

// fetchEvidence asks for evidence of one kind about every certificate of the
// best path that needs it. It is false when none came.
func (req *Request) fetchEvidence(f Fetcher, result *Result, kind func(*Request, Fetcher, *Path, int) bool) bool {
	if len(result.Paths) == 0 {
		return false
	}
	p, grown := &result.Paths[0], false
	for _, i := range p.wanting() {
		grown = kind(req, f, p, i) || grown
	}
	return grown
}

// wanting returns which certificates of a path need further evidence; none when
// the path is not to be relied on whatever is said of them.
func (p *Path) wanting() []int {
	for _, problem := range p.Problems {
		if problem.Code == CodePathInvalid {
			return nil
		}
	}
	var out []int
	for i, r := range p.Revocation {
		switch {
		case r.Status == Revoked:
			return nil
		case r.Status == Unknown, r.Source == "message", r.Source == "ocsp: message":
			out = append(out, i)
		}
	}
	return out
}

// Wanting reports whether Complete would have liked to have more: a path to an
// anchor, or evidence that no sender chose.
func (r *Result) Wanting() bool {
	return len(r.Paths) > 0 && (r.Paths[0].Anchor == nil || len(r.Paths[0].wanting()) > 0)
}

func (req *Request) fetchResponses(f Fetcher, p *Path, i int) bool {
	return req.Evidence.grow(nil, f.Responses(p.Certificates[i], p.Certificates[i+1], p.Anchor))
}

func (req *Request) fetchLists(f Fetcher, p *Path, i int) bool {
	lists, issuers := f.Lists(p.Certificates[i], p.Anchor)
	grown := req.addCandidates(issuers)
	return req.Evidence.grow(lists, nil) || grown
}

// grow adds to evidence that has served already. What was found out about
// octets and keys stays; what rests on what was at hand is found out again. It
// is false when there was nothing new: what the sender of a message had sent too
// is confirmed by that, and counts as fetched from then on.
func (e *Evidence) grow(lists []List, responses []Response) bool {
	grown := false
	for _, l := range lists {
		switch held := e.held(l.CRL); {
		case l.CRL == nil:
		case held == nil:
			e.add(&entryList{CRL: l.CRL, source: l.Source})
			grown = true
		case held.source == "message":
			held.source = l.Source
			grown = true
		}
	}
	for _, r := range responses {
		switch heard := e.heard(r.OCSP); {
		case r.OCSP == nil:
		case heard == nil:
			e.AddResponses(r)
			grown = true
		default:
			for _, a := range heard {
				if a.source == "ocsp: message" {
					a.source = "ocsp: " + r.Source
					grown = true
				}
			}
		}
	}
	if grown {
		clear(e.issuers)
		clear(e.responders)
		e.paths = maxIssuers
	}
	return grown
}

// held returns the list if the evidence has it.
func (e *Evidence) held(l *cert.CRL) *entryList {
	if l == nil {
		return nil
	}
	for _, s := range e.of(l.Issuer.Key()) {
		for _, o := range slices.Concat(s.completes, s.deltas) {
			if o.Equal(l) {
				return o
			}
		}
	}
	return nil
}

// heard returns the answers of the response if the evidence has it.
func (e *Evidence) heard(r *cert.OCSP) []*answer {
	if r == nil {
		return nil
	}
	var out []*answer
	for i := range r.Answers {
		for _, a := range e.answers[r.Answers[i].ID.SerialKey()] {
			if a.response == r || bytes.Equal(a.response.Raw, r.Raw) {
				out = append(out, a)
			}
		}
	}
	return out
}
