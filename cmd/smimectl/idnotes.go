package main

import (
	"strings"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// noteSigner says which addresses an imported certificate signs for from now on, and
// which ones another identity still does.
func (a *app) noteSigner(c *cert.Certificate, now time.Time) {
	var signed []string
	for _, address := range c.Addresses() {
		found, err := a.env.store().IdentitiesFor(address)
		if err != nil {
			continue
		}
		var list []sending.Candidate
		for _, x := range found {
			list = append(list, sending.Candidate{Certificate: x.Certificate, Chain: x.Chain})
		}
		chosen := (&sending.Rules{Now: now}).Choose(list, useSigner.purpose)
		if chosen.Taken == nil {
			continue
		}
		if chosen.Taken.Certificate.Equal(c) {
			signed = append(signed, verdict.Escape(address.String()))
			continue
		}
		for _, p := range chosen.Passed {
			if p.Certificate.Equal(c) {
				a.inform("mails from %s are signed with %s as before, not with this one: %s", verdict.Escape(address.String()),
					shortFingerprint(chosen.Taken.Certificate), p.Why)
			}
		}
	}
	if len(signed) > 0 {
		a.inform("mails from %s are now signed with it", strings.Join(signed, ", "))
	}
}

// pairWithStore finds the keys of certificates that came without one in the store: a CA that renews
// a certificate answers with the certificate alone.
func (a *app) pairWithStore(pairs *certstore.Paired, certificates []*cert.Certificate, ask certstore.PassphraseFunc) error {
	for _, c := range certificates {
		id, err := a.env.store().WithKeyOf(c)
		if err != nil {
			return storeError(err)
		}
		if id == nil {
			continue
		}
		key, err := id.Key(ask)
		if err != nil {
			return keyOpenError(id.Who(), err)
		}
		if !id.Certificate.Equal(c) {
			a.inform("the key is that of %s, which is in the store", shortFingerprint(id.Certificate))
		}
		pairs.Identities = append(pairs.Identities, certstore.NewIdentity(key, c, certstore.ChainOf(c, certificates)))
	}
	return nil
}

// chainOf is what the store has with the identity of a certificate.
func (a *app) chainOf(c *cert.Certificate) []*cert.Certificate {
	if found, err := a.env.store().Find(c.Fingerprint()); err == nil && len(found) == 1 {
		return found[0].Chain
	}
	return nil
}

// informChain says which issuers came with a certificate.
func (a *app) informChain(chain []*cert.Certificate, of *cert.Certificate) {
	var names []string
	for _, issuer := range chain {
		names = append(names, verdict.Escape(issuer.DisplayName()))
	}
	a.inform("imported the chain: %s", strings.Join(names, ", "))
	a.noteAnchor(chain[len(chain)-1], of)
}

// operandFor is what names the identity of c, and no other, on a command line.
func (a *app) operandFor(c *cert.Certificate) string {
	if list := c.Addresses(); len(list) > 0 {
		if found, err := a.env.store().IdentitiesFor(list[0]); err == nil && len(found) == 1 {
			return quoted(list[0].String())
		}
	}
	return shortFingerprint(c)
}

// noteAnchor says that the root of an imported chain is not trusted by that.
func (a *app) noteAnchor(root, of *cert.Certificate) {
	if !root.SelfIssued() {
		return
	}
	anchors, err := a.env.store().Anchors()
	if err != nil {
		return
	}
	for _, x := range anchors {
		if x.Certificate.Equal(root) {
			return
		}
	}
	if a.isMailRoot(root) {
		return
	}
	a.inform("note: %s is not an anchor yet; to verify under it:  smimectl ca add --from-id %s", verdict.Escape(root.DisplayName()), a.operandFor(of))
}
