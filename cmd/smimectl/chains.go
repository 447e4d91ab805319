package main

import (
	"slices"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/message"
)

// maxSteps bounds how far up a chain is looked for in the store.
const maxSteps = 8

// sendingChain gives the certificates that go into a message beside that of its signer. What
// came with the identity and with --chain is taken as it is. Where the issuer of the signer is
// not in it, those of the store are looked through: who gets the message has no other way to it.
func (a *app) sendingChain(t *trustFlags, c *cert.Certificate, given []*cert.Certificate) ([]*cert.Certificate, error) {
	if c.SelfIssued() || len(certstore.ChainOf(c, given)) > 0 {
		return given, nil
	}
	stored, err := a.storedKept(t)
	if err != nil {
		return nil, err
	}
	return append(slices.Clip(given), chainIn(stored, c)...), nil
}

// chainIn leads upwards from a certificate through those of the store.
func chainIn(stored func(message.Wanted) []*cert.Certificate, c *cert.Certificate) []*cert.Certificate {
	var chain []*cert.Certificate
	for last := c; len(chain) < maxSteps && !last.SelfIssued(); last = chain[len(chain)-1] {
		found := certstore.ChainOf(last, stored(message.Wanted{Issuers: []cert.Name{last.Issuer}}))
		if len(found) == 0 || slices.ContainsFunc(chain, found[0].Equal) {
			break
		}
		chain = append(chain, found[0])
	}
	return chain
}

// issuerMissing reports whether the certificate of the issuer of an identity is neither in its chain
// nor in the store, and no anchor either, which its receivers would have: what it signs nobody can verify who does not
// have that certificate from elsewhere.
func (a *app) issuerMissing(c *cert.Certificate, chain []*cert.Certificate) bool {
	if c.SelfIssued() || len(certstore.ChainOf(c, chain)) > 0 {
		return false
	}
	store := a.env.store()
	if len(chainIn(a.storedCertificates(store.Catalogue()), c)) > 0 {
		return false
	}
	var anchors []*cert.Certificate
	if own, err := store.Anchors(); err == nil {
		for _, x := range own {
			anchors = append(anchors, x.Certificate)
		}
	}
	if roots, err := a.mailRoots(); err == nil {
		for _, r := range roots.Find(c.Issuer) {
			anchors = append(anchors, r.Certificate)
		}
	}
	return len(certstore.ChainOf(c, anchors)) == 0
}
