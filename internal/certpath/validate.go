package certpath

import (
	"slices"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

const oidDistributionPoints = algorithm.OID("\x55\x1d\x1f") // 2.5.29.31

// handled are the extensions whose meaning is taken into account here or
// later in the validation, so that they may be critical (RFC 5280,
// Section 4.2). issuerAltName has nothing to be taken into account.
var handled = []algorithm.OID{
	algorithm.OID("\x55\x1d\x0e"), /* 2.5.29.14 */ // subjectKeyIdentifier
	algorithm.OID("\x55\x1d\x0f"), /* 2.5.29.15 */ // keyUsage
	algorithm.OID("\x55\x1d\x11"), /* 2.5.29.17 */ // subjectAltName
	algorithm.OID("\x55\x1d\x12"), /* 2.5.29.18 */ // issuerAltName
	algorithm.OID("\x55\x1d\x13"), /* 2.5.29.19 */ // basicConstraints
	oidNameConstraints,
	oidDistributionPoints,
	oidCertificatePolicies,
	oidPolicyMappings,
	algorithm.OID("\x55\x1d\x23"), /* 2.5.29.35 */ // authorityKeyIdentifier
	oidPolicyConstraints,
	oidExtKeyUsage,
	oidInhibitAnyPolicy,
	algorithm.OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x05"), /* 1.3.6.1.5.5.7.48.1.5 */ // id-pkix-ocsp-nocheck
}

// outside says whether t is outside the validity of c, both ends included
// (RFC 5280, Section 4.1.2.5): the code of the problem and its words, or
// nothing.
func outside(c *cert.Certificate, t time.Time) (code, detail string) {
	t = t.Truncate(time.Second) // what certificates can express
	switch {
	case t.Before(c.NotBefore):
		return CodeNotYetValid, "it is valid from " + c.NotBefore.Format(time.RFC3339) + " on"
	case t.After(c.NotAfter):
		return CodeExpired, "it was valid until " + c.NotAfter.Format(time.RFC3339)
	}
	return "", ""
}

// walk is one validation from the anchor down to the leaf.
type walk struct {
	b           *builder
	path        *Path
	constraints []*constraints // of the certificates above the present one
	length      int            // max_path_length
	work        int            // comparisons of names left
}

func (w *walk) problem(code string, c *cert.Certificate, detail string) {
	w.path.Problems = append(w.path.Problems, Problem{Code: code, Certificate: c, Detail: detail})
}

// validate does what RFC 5280, Section 6.1 asks for apart from signatures and
// the chaining of names, which hold for every path that was built, and from
// revocation. Without an anchor it says what can be said about what is there.
func (b *builder) validate(p *Path) {
	w := &walk{b: b, path: p, length: maxPathLength, work: maxNameWork}
	top := len(p.Certificates) - 1
	if p.Anchor != nil && top > 0 {
		w.anchor(p.Certificates[top])
		top--
	}
	for i := top; i >= 0; i-- {
		c := p.Certificates[i]
		w.each(c, i == 0)
		if i > 0 {
			w.issuing(c)
		}
	}
	w.leaf(p.Certificates[0])
	if p.Anchor != nil {
		w.policies(p.Certificates[:len(p.Certificates)-1])
	}
}

// anchor takes over what limits an anchor puts on paths. Its name and key are
// all that RFC 5280, Section 6.1.1 (d) knows of it; that a certificate which
// is no CA's cannot issue others, and the constraints a root puts on itself
// (RFC 5937) or its purposes, hold here as well.
func (w *walk) anchor(c *cert.Certificate) {
	if _, detail := outside(c, w.b.req.At); detail != "" {
		w.path.Notes = append(w.path.Notes, Problem{Code: NoteAnchorExpired, Certificate: c, Detail: detail})
	}
	usage, hasUsage := c.KeyUsage()
	ca, pathLen, hasConstraints := c.BasicConstraints()
	// QUIRK: roots of version 1, and those of version 3 from the 1990s which
	// say in the key usage alone that they are a CA.
	if c.Version == 3 && !ca && (hasConstraints || !hasUsage) {
		w.problem(CodePathInvalid, c, "it is an anchor, but not the certificate of a CA: it vouches for itself only")
	}
	if hasUsage && usage&cert.UsageKeyCertSign == 0 {
		w.problem(CodePathInvalid, c, "its key usage does not allow it to sign certificates")
	}
	if w.b.req.Purpose != PurposeAny && !meantFor(c, w.b.req.Purpose) {
		w.problem(CodeWrongPurpose, c, notMeant(c, w.b.req.Purpose))
	}
	if len(c.Malformed()) > 0 {
		w.problem(CodePathInvalid, c, "extension "+c.Malformed()[0].String()+" is malformed")
	}
	if pathLen >= 0 {
		w.length = min(w.length, pathLen)
	}
	w.addConstraints(c)
}

// each is Section 6.1.3 and the check of critical extensions.
func (w *walk) each(c *cert.Certificate, leaf bool) {
	for _, oid := range c.Malformed() {
		w.problem(CodePathInvalid, c, "extension "+oid.String()+" is malformed")
	}
	if code, detail := outside(c, w.b.req.At); code != "" {
		w.problem(code, c, detail)
	}
	for _, oid := range UnknownCritical(c) {
		w.problem(CodePathInvalid, c, "critical extension "+oid.String()+" is not known")
	}
	for _, e := range c.Extensions {
		if e.Critical && !readable(c, e.OID) {
			w.problem(CodePathInvalid, c, "critical extension "+e.OID.String()+" is malformed")
		}
	}
	// Steps (b) and (c); self-issued certificates within the path are exempt.
	if len(w.constraints) > 0 && (leaf || !c.SelfIssued()) {
		names := w.b.limits.namesOf(c)
		for _, l := range w.constraints {
			if detail := l.violation(names, &w.work, &w.b.limits.work); detail != "" {
				w.problem(CodePathInvalid, c, detail)
				break
			}
		}
	}
}

// readable reports whether a known extension can be processed, of those that
// are not read on every path (RFC 5280, Section 4.2).
func readable(c *cert.Certificate, oid algorithm.OID) bool {
	if oid != oidDistributionPoints {
		return true
	}
	_, ok := c.DistributionPoints()
	return ok
}

// UnknownCritical returns the critical extensions of a certificate that are not
// taken into account. One that has such is not to be used (RFC 5280, Section 4.2).
func UnknownCritical(c *cert.Certificate) []algorithm.OID {
	var out []algorithm.OID
	for _, e := range c.Extensions {
		if e.Critical && !slices.Contains(handled, e.OID) {
			out = append(out, e.OID)
		}
	}
	return out
}

// issuing is Section 6.1.4, steps (g) and (k) to (n), for a certificate that
// issued the next one.
func (w *walk) issuing(c *cert.Certificate) {
	ca, pathLen, _ := c.BasicConstraints()
	if c.Version != 3 || !ca {
		w.problem(CodePathInvalid, c, "it issued a certificate, but it is not the certificate of a CA")
	}
	if !c.SelfIssued() {
		if w.length <= 0 {
			w.problem(CodePathInvalid, c, "it is one CA more than the path length of those above it allows")
		}
		w.length--
	}
	if pathLen >= 0 {
		w.length = min(w.length, pathLen)
	}
	if usage, present := c.KeyUsage(); present && usage&cert.UsageKeyCertSign == 0 {
		w.problem(CodePathInvalid, c, "its key usage does not allow it to sign certificates")
	}
	// RFC 5280 does not chain extended key usages; the CAs and their users do
	// (CA/Browser Forum S/MIME Baseline Requirements, Section 7.1.2.2).
	if w.b.req.Purpose != PurposeAny && !meantFor(c, w.b.req.Purpose) {
		w.problem(CodeWrongPurpose, c, notMeant(c, w.b.req.Purpose))
	}
	w.addConstraints(c)
}

func (w *walk) addConstraints(c *cert.Certificate) {
	l, detail := w.b.limits.constraintsOf(c)
	if detail != "" {
		w.problem(CodePathInvalid, c, detail)
	}
	if l != nil {
		w.constraints = append(w.constraints, l)
	}
}

// leaf checks the purpose of the end entity. Name constraints limit nothing
// here, but critical ones have to be understood.
func (w *walk) leaf(c *cert.Certificate) {
	if e := c.Extension(oidNameConstraints); e != nil && e.Critical {
		if _, detail := w.b.limits.constraintsOf(c); detail != "" {
			w.problem(CodePathInvalid, c, detail)
		}
	}
	if err := Fits(c, w.b.req.Purpose); err != nil {
		detail := err.Error()
		if unfit, ok := err.(*UnfitError); ok {
			detail = unfit.Detail
		}
		w.path.Problems = append(w.path.Problems, Problem{Code: CodeWrongPurpose, Certificate: c, Detail: detail, Err: err})
	}
	if ca, _, _ := c.BasicConstraints(); ca {
		w.path.Notes = append(w.path.Notes, Problem{Code: NoteCALeaf, Certificate: c, Detail: "it is the certificate of a CA"})
	}
}
