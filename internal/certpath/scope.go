package certpath

import (
	"smimectl/internal/cert"
)

// point is a distribution point of a certificate made ready for comparison.
type point struct {
	issuers  []cert.Name        // that its lists may have
	indirect bool               // a cRLIssuer is named: its lists are indirect ones
	names    []cert.GeneralName // where its lists are; for a point without any, the cRLIssuer
	reasons  cert.Reasons
}

// pointsOf returns the distribution points of a certificate, and after them
// the one that RFC 5280, Section 6.3.3 assumes for lists which the issuer
// issues beside. It is false when the extension is malformed.
func pointsOf(c *cert.Certificate) ([]point, bool) {
	list, ok := c.DistributionPoints()
	var out []point
	for _, d := range list {
		p := point{issuers: []cert.Name{c.Issuer}, reasons: d.Reasons}
		if d.Issuer != nil {
			p.issuers, p.indirect = directoryNames(d.Issuer), true
		}
		switch {
		case !d.Name.Present():
			p.names = d.Issuer
		case d.Name.Relative != nil && len(p.issuers) != 1:
			continue // Section 4.2.1.13: not with several issuers, nor with none
		default:
			var whole bool
			if p.names, whole = d.Name.Names(p.firstIssuer()); !whole {
				continue
			}
		}
		out = append(out, p)
	}
	return append(out, point{
		issuers: []cert.Name{c.Issuer},
		names:   []cert.GeneralName{{Kind: cert.KindDirectoryName, Value: c.Issuer.Raw}},
		reasons: cert.AllReasons,
	}), ok
}

func (p *point) firstIssuer() cert.Name {
	if len(p.issuers) == 0 {
		return cert.Name{}
	}
	return p.issuers[0]
}

func directoryNames(list []cert.GeneralName) []cert.Name {
	var out []cert.Name
	for _, g := range list {
		if g.Kind != cert.KindDirectoryName {
			continue
		}
		if name, err := cert.ParseName(g.Value); err == nil {
			out = append(out, name)
		}
	}
	return out
}

// covers reports whether the lists of s, whose issuer is that of the point,
// are about the certificate (RFC 5280, Section 6.3.3 (b)).
func (e *Evidence) covers(s *scope, p *point, ca bool) bool {
	if s.point == nil {
		// None, or one that cannot be read: then its lists say of no certificate
		// that it was not revoked, which each of them is looked at for.
		return !p.indirect
	}
	switch {
	case p.indirect && !s.point.Indirect,
		s.point.OnlyUsers && ca,
		s.point.OnlyCAs && !ca,
		s.point.OnlyAttributes,
		s.badName:
		return false
	}
	if !s.point.Name.Present() {
		return true
	}
	for _, a := range s.names {
		for _, b := range p.names {
			if !e.spend(nameWork) {
				return false
			}
			if a.Equal(b) {
				return true
			}
		}
	}
	return false
}

// reasons returns what the lists of s tell for this point (RFC 5280,
// Section 6.3.3 (d)).
func (s *scope) reasons(p *point) cert.Reasons {
	if s.point == nil {
		return p.reasons
	}
	return s.point.Reasons & p.reasons
}
