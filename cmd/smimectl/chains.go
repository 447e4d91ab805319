package main

import (
	"slices"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
)

// sendingChain gives the certificates that go into a message beside that of its signer. What
// came with the identity and with --chain is taken as it is. Where the issuer of the signer is
// not in it, it is looked for in the store: who gets the message has no other way to it.
func (a *app) sendingChain(t *trustFlags, id *identity, further []*cert.Certificate) ([]*cert.Certificate, error) {
	given := slices.Concat(id.chain, further)
	if id.certificate.SelfIssued() || hasIssuer(id.certificate, given) {
		return given, nil
	}
	look := func() ([]*cert.Certificate, error) {
		catalogue, err := t.kept.catalogue(a)
		if err != nil {
			return nil, err
		}
		return a.storedChain(catalogue, id.certificate, id.named == ""), nil
	}
	if t.kept == nil {
		chain, err := look()
		return append(given, chain...), err
	}
	chain, err := t.kept.issuers.find(id.certificate.Fingerprint(), look)
	return append(given, chain...), err
}

func hasIssuer(c *cert.Certificate, list []*cert.Certificate) bool {
	return slices.ContainsFunc(list, func(x *cert.Certificate) bool { return x.Subject.Equal(c.Issuer) })
}

// storedChain leads upwards from a certificate through those of the store: of others, and where it is
// of the store itself, of those that came with one for the same address. To read all identities would take longer
// than to sign.
func (a *app) storedChain(catalogue *certstore.Catalogue, c *cert.Certificate, own bool) []*cert.Certificate {
	var list []*cert.Certificate
	if found, err := catalogue.Issuers([]cert.Name{c.Issuer}); err == nil { // a store that cannot be read is an empty one here
		for _, e := range found {
			list = append(list, e.Certificate)
		}
	}
	for _, address := range c.Addresses() {
		if !own || hasIssuer(c, list) {
			break
		}
		if found, err := a.env.store().IdentitiesFor(address); err == nil {
			for _, id := range found {
				list = append(list, id.Chain...)
			}
		}
	}
	return certstore.ChainOf(c, list)
}

// issuerMissing reports whether the certificate of the issuer of an identity is neither in its chain
// nor in the store, and no anchor either, which its receivers would have: what it signs nobody can verify who does not
// have that certificate from elsewhere.
func (a *app) issuerMissing(c *cert.Certificate, chain []*cert.Certificate) bool {
	store := a.env.store()
	if c.SelfIssued() || hasIssuer(c, chain) || len(a.storedChain(store.Catalogue(), c, true)) > 0 {
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
