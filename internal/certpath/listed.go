package certpath

import (
	"bytes"
	"slices"

	"smimectl/internal/cert"
)

// Listed gives the entry by which lists from a source say that a certificate was
// revoked, although no path leads from it to an anchor, nor from who signed the
// lists; nil: none does, which tells nothing. It is for who would rather not use a
// certificate that may have been revoked, of a source that takes in only what its
// issuer signed. Lists whose authority key identifier is not that of the
// certificate are of another CA of that name, or of another key of it (RFC 5280,
// Section 5.2.1).
func (e *Evidence) Listed(c *cert.Certificate, source string) *cert.Entry {
	if e == nil {
		return nil
	}
	for _, s := range e.scopesOf(c) {
		if entry := e.listedIn(s, c, source); entry != nil {
			return entry
		}
	}
	return nil
}

// scopesOf are the lists that may be about a certificate.
func (e *Evidence) scopesOf(c *cert.Certificate) []*scope {
	var out []*scope
	ca, _, _ := c.BasicConstraints()
	points, _ := pointsOf(c)
	for i := range points {
		for _, name := range points[i].issuers {
			for _, s := range e.of(name.Key()) {
				if e.covers(s, &points[i], ca) {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// LookFor looks for many certificates at once, each list through only once, so that Listed has
// no more to look for.
func (e *Evidence) LookFor(list []*cert.Certificate) {
	if e == nil {
		return
	}
	type question struct {
		list   *entryList
		issuer string
	}
	asked := map[question][]*cert.Certificate{}
	for _, c := range list {
		for _, s := range e.scopesOf(c) {
			for _, l := range slices.Concat(s.completes, s.deltas) {
				q := question{l, c.Issuer.Key()}
				asked[q] = append(asked[q], c)
			}
		}
	}
	for q, certificates := range asked {
		if !e.spend(len(q.list.RawEntries)) {
			continue
		}
		serials := make([][]byte, len(certificates))
		for i, c := range certificates {
			serials[i] = c.Serial
		}
		for i, found := range q.list.FindAll(certificates[0].Issuer, serials) {
			e.listings[listingPair{q.list, certificates[i].Fingerprint()}] = found
		}
	}
}

// listedIn is Listed for the lists of one scope: the newest complete one of each key, and the
// delta lists after it, which alone can take a certificate off again.
func (e *Evidence) listedIn(s *scope, c *cert.Certificate, source string) *cert.Entry {
	newest := map[string]*entryList{}
	for _, list := range [][]*entryList{s.completes, s.deltas} {
		for _, l := range list {
			own, others := c.AuthorityKeyID(), l.AuthorityKeyID()
			// An indirect list has the identifier of another CA, of which the certificate knows nothing.
			if l.source != source || l.Issuer.Equal(c.Issuer) && own != nil && others != nil && !bytes.Equal(own, others) {
				continue
			}
			listing := e.find(l, c)
			if l.IsDelta() && listing.Entry == nil { // it says only what has changed
				continue
			}
			key := string(l.RawAuthority())
			if n := newest[key]; n == nil || !l.ThisUpdate.Before(n.ThisUpdate) { // of one moment the delta list, which comes later here
				newest[key] = l
			}
		}
	}
	for _, l := range newest {
		if entry := e.find(l, c).Entry; entry != nil && entry.Reason != cert.ReasonRemoveFromCRL {
			return entry
		}
	}
	return nil
}
