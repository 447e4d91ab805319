package main

import (
	"fmt"
	"strings"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/message"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// newSendingRules puts together what certificates are held to before something is
// sent, and what is at hand about revocation.
func (a *app) newSendingRules(t *trustFlags, least minValidity, now time.Time) (*sending.Rules, error) {
	c, err := a.configKept(t)
	if err != nil {
		return nil, err
	}
	least.configure(c)
	guard, err := a.newGuard(t, now)
	if err != nil {
		return nil, err
	}
	return &sending.Rules{Now: now, Least: least.span, ByLeast: "--min-validity " + least.text, Guard: guard}, nil
}

// newGuard is nil when nobody is to look, or there is nothing to look at.
func (a *app) newGuard(t *trustFlags, now time.Time) (*sending.Guard, error) {
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
	complete := a.completer(t)
	return &sending.Guard{
		Request:  certpath.Request{At: now, Evidence: evidence, Known: material.known, Anchors: grounds.anchors, Candidates: grounds.further},
		Stored:   func(issuers []cert.Name) []*cert.Certificate { return grounds.stored(message.Wanted{Issuers: issuers}) },
		Complete: func(r *certpath.Request) certpath.Result { return complete(r, grounds.find) },
		Proven:   storeSource,
		Required: t.required,
	}, nil
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

// choiceRule is the rule of sending.Rules.Choose, for the help of sign and encrypt.
const choiceRule = `Of several certificates of one address the one is taken that may be used now (valid, made for this, no CA's, not weak, not
revoked as far as is known, not about to expire by --min-validity); of several such, the one issued last, then the one
valid longest, then the one with the smaller fingerprint. -v says which was taken, and why not the others.`

// explainChoice says with -v which certificate serves somebody, and why.
func (a *app) explainChoice(who string, use sendingUse, c sending.Choice) {
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
	if c.Taken != nil {
		a.inform("%s: %s has certificate %s: %s", purpose, who, show(c.Taken.Certificate), c.Why)
	}
	for _, p := range c.Passed {
		a.inform("%s: %s not with %s: %s", purpose, who, show(p.Certificate), p.Why)
	}
}
