package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/verdict"
)

// keptList says what became of a list: "new", "updated" or "unchanged".
type keptList struct{ state, name string }

// keepList puts a list whose signature was checked into the store, beside those
// that are held or in the place of the one it follows. An older one is refused: who can answer for a server, or
// hand over a file, could take revocations back with it.
func (a *app) keepList(l *cert.CRL, held []heldList) (keptList, error) {
	shown := verdict.Escape(l.Issuer.String())
	now := a.env.now()
	switch {
	case l.ThisUpdate.After(now.Add(24 * time.Hour)):
		return keptList{}, keyErrorf(verdict.CertificateUnfit, "the list of %s is of %s, a day to come", shown, l.ThisUpdate.Format(time.DateOnly)).
			withHint("is the clock right?  date")
	case base64.StdEncoding.EncodedLen(len(l.Raw))*65/64+100 > maxSmall:
		return keptList{}, keyErrorf(verdict.TooLarge, "the list of %s is too large for the store (%d MiB)", shown, len(l.Raw)>>20).
			withHint("hand it in each time:  --crl FILE")
	}
	store := a.env.store()
	state, name, old := "new", listName(l), (*heldList)(nil)
	for i := range held {
		h := &held[i]
		if scopeOf(h.crl) != scopeOf(l) {
			continue
		}
		if h.crl.Equal(l) {
			return keptList{"unchanged", h.Name}, nil
		}
		if precedes(l, h.crl) {
			return keptList{}, keyErrorf(verdict.CertificateUnfit, "the list of %s of %s is older than the one of %s in the store, which stays", shown,
				l.ThisUpdate.UTC().Format(time.RFC3339), h.crl.ThisUpdate.UTC().Format(time.RFC3339)).
				withHint("if that is meant:  smimectl crl remove %s", quoted(h.Name))
		}
		state = "updated"
		if h.alone {
			name, old = h.Name, h
		}
	}
	added, err := store.AddList(name, l.Raw, true)
	if err != nil {
		return keptList{}, storeError(err)
	}
	if old != nil && old.Path != added.Path {
		if err := store.RemoveList(old.List); err != nil {
			return keptList{}, storeError(err)
		}
	}
	return keptList{state, added.Name}, nil
}

// precedes reports whether a list is older than another of its scope: by date, or
// by number (RFC 5280, Section 5.2.3: it grows from list to list).
func precedes(l, other *cert.CRL) bool {
	if l.ThisUpdate.Before(other.ThisUpdate) {
		return true
	}
	return l.Number() != nil && other.Number() != nil && l.Number().Cmp(other.Number()) < 0
}

// scopeOf is what a list is about: lists of one scope follow each other. A CA
// that has changed its key issues one of each.
func scopeOf(l *cert.CRL) string {
	kind := "complete"
	if l.IsDelta() {
		kind = "delta"
	}
	var b strings.Builder
	for _, part := range []string{kind, l.Issuer.Key(), string(l.RawIssuingPoint()), string(l.RawAuthority())} {
		sum := sha256.Sum256([]byte(part))
		b.Write(sum[:])
	}
	return b.String()
}

func listName(l *cert.CRL) string {
	name := plainName(l.Issuer.CommonName())
	if name == "" {
		name = "list"
	}
	sum := sha256.Sum256([]byte(scopeOf(l)))
	return name[:min(len(name), 80)] + "-" + hex.EncodeToString(sum[:4])
}

// knownIssuers gives the certificates with the name of the issuer of a list:
// further ones, those of the store, and public e-mail roots.
func (a *app) knownIssuers(further []*cert.Certificate) (func(*cert.CRL) []*cert.Certificate, error) {
	all, err := a.everyCertificate()
	if err != nil {
		return nil, err
	}
	roots, err := a.mailRoots()
	if err != nil {
		return nil, err
	}
	all = append(all, further...)
	return func(l *cert.CRL) []*cert.Certificate {
		var out []*cert.Certificate
		for _, c := range all {
			if c.Subject.Equal(l.Issuer) {
				out = append(out, c)
			}
		}
		for _, r := range roots.Find(l.Issuer) {
			out = append(out, r.Certificate)
		}
		return out
	}, nil
}

// signedByOne reports whether one of the certificates signed the list, and may
// sign lists (RFC 5280, Section 6.3.3 (f)).
func signedByOne(l *cert.CRL, list []*cert.Certificate) bool {
	for _, c := range list {
		if usage, present := c.KeyUsage(); present && usage&cert.UsageCRLSign == 0 || !c.Subject.Equal(l.Issuer) {
			continue
		}
		if key, err := c.PublicKey(); err == nil && l.CheckSignedBy(key) == nil {
			return true
		}
	}
	return false
}
