package main

import (
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

// standing says of certificates of the store until when they are good: they expire, or
// a list of the store names them. It builds no paths, and goes through each list once, so that
// many certificates cost little.
type standing struct {
	now      time.Time
	evidence *certpath.Evidence // nil: none
}

// newStanding looks for certificates on the lists that there are. When that is not to be had, dates
// alone are shown, with a warning.
func (a *app) newStanding(list []*cert.Certificate) *standing {
	s := &standing{now: a.env.now()}
	material, err := a.revocationMaterial(&trustFlags{})
	if err == nil {
		s.evidence = material.evidence()
		s.evidence.LookFor(list)
		err = s.evidence.Err()
	}
	if err != nil {
		a.inform("warning: what was revoked is not shown: %s", verdict.Escape(err.Error()))
		s.evidence = nil
	}
	return s
}

func certificatesOf(entries []*certstore.Entry) []*cert.Certificate {
	var list []*cert.Certificate
	for _, e := range entries {
		list = append(list, e.Certificate)
	}
	return list
}

// revoked is the entry of a list of the store that names a certificate; nil: none is known.
func (s *standing) revoked(c *cert.Certificate) *cert.Entry {
	return s.evidence.Listed(c, storeSource)
}

// of is the column that says until when a certificate is good.
func (s *standing) of(c *cert.Certificate) string {
	if entry := s.revoked(c); entry != nil {
		return "revoked " + entry.Revoked.UTC().Format(time.DateOnly)
	}
	return untilOf(c, s.now)
}

// lineOf is lineOf with what is known of revocation.
func (s *standing) lineOf(c *cert.Certificate, source string) certificateLine {
	l := lineOf(c, source)
	if entry := s.revoked(c); entry != nil {
		l.Revoked = entry.Revoked.UTC().Format(time.RFC3339)
	}
	return l
}
