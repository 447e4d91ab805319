package sending

import (
	"slices"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// Guard keeps certificates that were revoked from being used. It goes by what is
// at hand. Whom nobody vouches for it says nothing about, unless it has to be
// known, or a list names the certificate of which it was found out before that its
// CA signed it: the certificate of that CA need not have stayed.
type Guard struct {
	// Request holds the evidence, the anchors, further certificates and the moment.
	Request certpath.Request
	// Stored gives the certificates of who issued something in one of these names.
	Stored func(issuers []cert.Name) []*cert.Certificate
	// Complete finds paths, fetching what is missing where that is wanted.
	Complete func(*certpath.Request) certpath.Result
	// Proven is the source of lists whose signature was checked when they came in.
	Proven string
	// Required refuses whom nothing is known about.
	Required bool
}

// Refuses says that a certificate was revoked, or one of its issuers; and, where it
// is required to know, that nobody does. nil when the certificate may be used.
func (g *Guard) Refuses(c *cert.Certificate, chain []*cert.Certificate, purpose certpath.Purpose) *Refusal {
	if g == nil {
		return nil
	}
	request := g.Request
	request.Leaf, request.Purpose = c, purpose
	request.Candidates = append(slices.Clip(request.Candidates), chain...)
	request.Candidates = append(request.Candidates, g.Stored(request.IssuerNames())...)
	paths := g.Complete(&request).Paths
	found := worstOfBest(paths, c)
	if found.Status == certpath.Unknown {
		if entry := request.Evidence.Listed(c, g.Proven); entry != nil {
			found = certpath.Revocation{Certificate: c, Status: certpath.Revoked, Revoked: entry.Revoked, Reason: entry.Reason}
		}
	}
	if err := request.Evidence.Err(); err != nil {
		return &Refusal{Ground: RevocationUnread, Why: "it cannot be found out whether it was revoked: " + wordsOf(err), Err: err}
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
		return refuse(Revoked, whose+" was revoked on "+day(found.Revoked)+why)
	case g.Required && found.Status != certpath.NotRevoked:
		return refuse(RevocationUnknown, "nobody knows whether "+whose+" was revoked: "+verdict.Escape(found.Detail))
	}
	return nil
}

// worstOfBest is what counts of several paths: the best of them, and of none that
// is good the most that can be said.
func worstOfBest(paths []certpath.Path, c *cert.Certificate) certpath.Revocation {
	found := certpath.Revocation{Detail: "none of your anchors vouches for it"}
	for _, p := range paths {
		if p.Anchor == nil {
			continue
		}
		worst := worstOf(&p)
		if worst.Status == certpath.NotRevoked {
			return worst
		}
		// An issuer that was revoked may have another certificate, of which nobody
		// knows; the certificate itself has no other.
		if found.Certificate == nil || found.Status == certpath.Revoked && !found.Certificate.Equal(c) || worst.Status == certpath.Revoked && worst.Certificate.Equal(c) {
			found = worst
		}
	}
	return found
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
		if out.Status == certpath.NotRevoked {
			out = r
		}
	}
	return out
}
