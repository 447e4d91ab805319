package certstore

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"strings"

	"smimectl/internal/cert"
)

// A query is a WHO of the command line, read.
type query struct {
	address *cert.Address // or
	digits  string        // of a fingerprint or key identifier
}

// parseQuery tells addresses from fingerprints: only addresses have an @.
func parseQuery(who string) (query, error) {
	if strings.Contains(who, "@") {
		if a, err := cert.ParseAddress(strings.TrimSpace(who)); err == nil {
			return query{address: &a}, nil
		}
		boxes, err := cert.ParseMailboxes(who)
		if err != nil || len(boxes) != 1 {
			return query{}, &QueryError{Who: who}
		}
		return query{address: &boxes[0].Address}, nil
	}
	digits, ok := parseFingerprint(who)
	if !ok {
		return query{}, &QueryError{Who: who}
	}
	return query{digits: digits}, nil
}

// matches reports whether c is meant: the beginning of its SHA-256 fingerprint, or
// all of its SHA-1 fingerprint (as gpgsm and git write it) or of its key
// identifier.
func (q query) matches(c *cert.Certificate) bool {
	if q.address != nil {
		return hasAddress(c, *q.address)
	}
	if strings.HasPrefix(c.Fingerprint(), q.digits) {
		return true
	}
	raw, err := hex.DecodeString(q.digits)
	if err != nil {
		return false
	}
	sum := sha1.Sum(c.Raw)
	return bytes.Equal(raw, sum[:]) || hasKeyID(c, raw)
}

// hasKeyID reports whether keyID is the subjectKeyIdentifier of c, or the hash of
// its key where c has none (RFC 5280, Section 4.2.1.2).
func hasKeyID(c *cert.Certificate, keyID []byte) bool {
	if len(keyID) == 0 {
		return false
	}
	if own := c.SubjectKeyID(); own != nil {
		return bytes.Equal(own, keyID)
	}
	public, err := c.PublicKey()
	return err == nil && bytes.Equal(public.KeyID(), keyID)
}
