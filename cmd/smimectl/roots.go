package main

import (
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/mailroots"
	"smimectl/internal/verdict"
)

// finder gives further anchors by name: those that may have issued the leaf or
// one of the others, at a moment.
type finder func(leaf *cert.Certificate, others []*cert.Certificate, at time.Time) []certpath.Anchor

// mailRoots are the public e-mail roots: the list of the store if it is newer than
// the one of the program. A stored list that is damaged is an error even where
// the other would do: nobody knows what it took away.
func (a *app) mailRoots() (*mailroots.List, error) {
	builtin, err := mailroots.Builtin()
	if err != nil {
		return nil, machineError("cannot read the built-in e-mail roots", "", err)
	}
	stored, err := a.storedRoots()
	if err != nil {
		return nil, err
	}
	if stored != nil && stored.Date.After(builtin.Date) {
		return stored, nil
	}
	return builtin, nil
}

// storedRoots is the list that ca update has put into the store, nil when there is
// none.
func (a *app) storedRoots() (*mailroots.List, error) {
	data, path, err := a.env.store().MailRoots()
	if err == nil && data == nil {
		return nil, nil
	}
	var list *mailroots.List
	if err == nil {
		if list, err = mailroots.Parse(data); err == nil {
			return list, nil
		}
		err = &certstore.DamagedError{Path: path, Err: err}
	}
	if isDamaged(err) {
		return nil, keyErrorf(verdict.CertificateUnfit, "the stored list of e-mail roots is damaged: %s: %s", quoted(path), reasonOf(unwrapDamage(err))).
			withHint("put it there anew:  smimectl ca update --from certdata.txt").
			withHint("or go back to the built-in list:  rm %s", quoted(path))
	}
	return nil, storeError(err)
}

// rootFinder looks in a list, and offers a root only for what it may vouch for: a
// certificate from before the day after which its CA is distrusted, while the root
// itself is valid.
func rootFinder(list *mailroots.List) finder {
	return func(leaf *cert.Certificate, others []*cert.Certificate, at time.Time) []certpath.Anchor {
		names := []cert.Name{leaf.Issuer}
		for _, c := range others {
			names = append(names, c.Issuer)
		}
		var out []certpath.Anchor
		for _, r := range list.Find(names...) {
			c := r.Certificate
			if !r.VouchesFor(leaf.NotBefore) || at.Before(c.NotBefore) || at.After(c.NotAfter) {
				continue
			}
			out = append(out, certpath.Anchor{Certificate: c, Name: c.DisplayName(), Kind: "builtin", Added: list.Date})
		}
		return out
	}
}

// isMailRoot reports whether a certificate is one of the public e-mail roots.
func (a *app) isMailRoot(c *cert.Certificate) bool {
	list, err := a.mailRoots()
	if err != nil {
		return false
	}
	for _, r := range list.Find(c.Subject) {
		if r.Certificate.Equal(c) {
			return true
		}
	}
	return false
}
