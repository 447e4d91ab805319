package main

import (
	"slices"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// guard keeps certificates that were revoked from being used. It goes by what is
// at hand; whom nobody vouches for it says nothing about, unless it has to be
// known.
type guard struct {
	request  certpath.Request
	find     finder
	required bool
}

// newGuard is nil when nobody is to look, or there is nothing to look at.
func (a *app) newGuard(t *trustFlags, now time.Time) (*guard, error) {
	evidence, err := a.evidence(t)
	if err != nil {
		return nil, err
	}
	if evidence == nil || evidence.Empty() && !t.required {
		return nil, nil
	}
	g := &guard{required: t.required, request: certpath.Request{At: now, Evidence: evidence}}
	if g.request.Anchors, g.find, err = a.anchors(t); err != nil {
		return nil, err
	}
	if g.request.Candidates, err = furtherCertificates(t); err != nil {
		return nil, err
	}
	g.request.Candidates = append(g.request.Candidates, a.storedCertificates()()...)
	return g, nil
}

// admits refuses a certificate that was revoked, or that one of its issuers was;
// and one of which that is not known where it is required.
func (g *guard) admits(c *cert.Certificate, chain []*cert.Certificate, who, doing string, purpose certpath.Purpose) error {
	if g == nil {
		return nil
	}
	request := g.request
	request.Leaf, request.Purpose = c, purpose
	request.Candidates = append(slices.Clip(request.Candidates), chain...)
	request.Anchors = append(slices.Clip(request.Anchors), g.find(c, request.Candidates, request.At)...)
	found := certpath.Revocation{Detail: "none of your anchors vouches for it"}
	for _, p := range certpath.Validate(request).Paths {
		if p.Anchor == nil {
			continue
		}
		worst := worstOf(&p)
		if worst.Status == certpath.NotRevoked {
			return nil
		}
		if found.Certificate == nil || found.Status == certpath.Revoked {
			found = worst
		}
	}
	who = verdict.Escape(who)
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
		return keyErrorf(verdict.CertificateUnfit, "will not %s %s: %s was revoked on %s%s", doing, who, whose, found.Revoked.UTC().Format(time.DateOnly), why).
			withHint("get the one that takes its place:  smimectl cert import FILE")
	case g.required:
		return keyErrorf(verdict.CertificateUnfit, "will not %s %s: nobody knows whether %s was revoked: %s", doing, who, whose, verdict.Escape(found.Detail)).
			withHint("give what tells it:  --crl FILE or --ocsp FILE").
			withHint("or leave out --require-revocation")
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

// guardRecipients looks at everyone a mail is encrypted for.
func (a *app) guardRecipients(t *trustFlags, list []recipient, now time.Time) error {
	g, err := a.newGuard(t, now)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.certificate == nil {
			continue
		}
		if err := g.admits(r.certificate, nil, r.who, "encrypt for", certpath.PurposeEncrypt); err != nil {
			return err
		}
	}
	return nil
}
