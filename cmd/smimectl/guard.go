package main

import (
	"errors"
	"slices"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

// guard keeps certificates that were revoked from being used. It goes by what is
// at hand; whom nobody vouches for it says nothing about, unless it has to be
// known.
type guard struct {
	request  certpath.Request
	stored   func(message.Wanted) []*cert.Certificate
	find     finder
	required bool
	complete func(*certpath.Request, finder) certpath.Result
}

// newGuard is nil when nobody is to look, or there is nothing to look at.
func (a *app) newGuard(t *trustFlags, now time.Time) (*guard, error) {
	material, err := a.revocationKept(t)
	if err != nil {
		return nil, err
	}
	if len(material.lists)+len(material.responses) == 0 && !t.required && !t.online { // evidence of nothing takes memory too
		return nil, nil
	}
	evidence := material.evidence()
	if evidence == nil || evidence.Empty() && !t.required && !t.online {
		return nil, nil
	}
	grounds, err := a.groundsKept(t)
	if err != nil {
		return nil, err
	}
	request := certpath.Request{At: now, Evidence: evidence, Known: material.known, Anchors: grounds.anchors, Candidates: grounds.further}
	return &guard{required: t.required, request: request, stored: grounds.stored, find: grounds.find, complete: a.completer(t)}, nil
}

func (a *app) guardGrounds(t *trustFlags) (*guardGrounds, error) {
	g := &guardGrounds{}
	var err error
	if g.anchors, g.find, err = a.anchors(t); err != nil {
		return nil, err
	}
	if g.further, err = furtherCertificates(t); err != nil {
		return nil, err
	}
	catalogue, err := t.kept.catalogue(a)
	g.stored = a.storedCertificates(catalogue)
	return g, err
}

// refuses says that a certificate was revoked, or one of its issuers; and, where it
// is required to know, that nobody does. nil when the certificate may be used.
func (g *guard) refuses(c *cert.Certificate, chain []*cert.Certificate, purpose certpath.Purpose) *refusal {
	if g == nil {
		return nil
	}
	request := g.request
	request.Leaf, request.Purpose = c, purpose
	request.Candidates = append(slices.Clip(request.Candidates), chain...)
	request.Candidates = append(request.Candidates, g.stored(message.Wanted{Issuers: request.IssuerNames()})...)
	found := certpath.Revocation{Detail: "none of your anchors vouches for it"}
	paths := g.complete(&request, g.find).Paths
	if err := request.Evidence.Err(); err != nil {
		unread := &refusal{why: "it cannot be found out whether it was revoked: " + reasonOf(err)}
		if e, ok := errors.AsType[*cliError](err); ok {
			unread.why, unread.hints = "it cannot be found out whether it was revoked: "+e.text, e.hints
		}
		return unread
	}
	for _, p := range paths {
		if p.Anchor == nil {
			continue
		}
		worst := worstOf(&p)
		if worst.Status == certpath.NotRevoked {
			return nil
		}
		// An issuer that was revoked may have another certificate, of which nobody
		// knows; the certificate itself has no other.
		itself := found.Status == certpath.Revoked && found.Certificate.Equal(c)
		if found.Certificate == nil || found.Status == certpath.Revoked && !itself || worst.Status == certpath.Revoked && worst.Certificate.Equal(c) {
			found = worst
		}
	}
	whose := "the certificate"
	if found.Certificate != nil && !found.Certificate.Equal(c) {
		whose = "the certificate of its issuer " + verdict.Escape(found.Certificate.DisplayName())
	}
	switch {
	case found.Status == certpath.Revoked:
		why := ""
		if name := found.Reason.String(); name != "" && found.Reason != cert.ReasonUnspecified {
			why = " (" + name + ")"
		}
		return &refusal{why: whose + " was revoked on " + found.Revoked.UTC().Format(time.DateOnly) + why, renew: true}
	case g.required:
		return &refusal{why: "nobody knows whether " + whose + " was revoked: " + verdict.Escape(found.Detail),
			hints: []string{"give what tells it:  --crl FILE or --ocsp FILE", "or leave out --require-revocation"}}
	}
	return nil
}

// worstOf is what counts of a path: a certificate that was revoked, else one of
// which it is not known. A path that is not to be relied on tells nothing good.
func worstOf(p *certpath.Path) certpath.Revocation {
	out := certpath.Revocation{Certificate: p.Certificates[0], Status: certpath.NotRevoked}
	if !p.Good() {
		out.Status, out.Detail = certpath.Unknown, p.Problems[0].Detail
	}
	for _, r := range p.Revocation {
		if r.Status == certpath.Revoked {
			return r
		}
		if r.Status == certpath.Unknown && out.Status == certpath.NotRevoked {
			out = r
		}
	}
	return out
}
