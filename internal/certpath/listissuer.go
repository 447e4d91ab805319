package certpath

import (
	"bytes"
	"cmp"
	"slices"

	"smimectl/internal/cert"
)

// standing is what is known of the key that signed a list.
type standing int

const (
	stranger standing = iota // no path to the anchor, not allowed to sign lists, or revoked
	doubtful                 // whether it was revoked is not known
	believed
)

// listSigner is who signed a list.
type listSigner struct {
	standing
	path *Path // to the anchor; nil for a certificate of the path that is validated
}

// checker finds out whether certificates of paths to one anchor were revoked.
type checker struct {
	req      *Request
	evidence *Evidence
	anchor   *Anchor
	pending  []*cert.Certificate // issuers of lists whose own status is being found out
}

// maySignLists is the second half of RFC 5280, Section 6.3.3 (f). A certificate
// without key usage may where it is a CA's or an anchor.
func (k *checker) maySignLists(c *cert.Certificate) bool {
	if usage, present := c.KeyUsage(); present {
		return usage&cert.UsageCRLSign != 0
	}
	ca, _, _ := c.BasicConstraints()
	return ca || c.Equal(k.anchor.Certificate)
}

// issuerOf says what the key is worth that signed the list: that of a
// certificate above, or of another one with the name of the issuer that has a
// path to the same anchor. misused reports that a certificate above signed it
// against its key usage, which is of interest where the key is a stranger's.
func (k *checker) issuerOf(l *entryList, above []*cert.Certificate) (best listSigner, misused bool) {
	for _, c := range above {
		if !c.Subject.Equal(l.Issuer) || !k.evidence.signed(l, c) {
			continue
		}
		if k.maySignLists(c) {
			return listSigner{standing: believed}, false // its own status is part of that of the path
		}
		misused = true
	}
	for _, c := range k.others(l, above) {
		if k.maySignLists(c) && k.evidence.signed(l, c) {
			if s := k.standingOf(c, above); s.standing > best.standing {
				best = s
			}
			if best.standing == believed {
				break
			}
		}
	}
	return best, misused
}

// others returns the candidates that have the name of the issuer of a list, the
// likeliest first.
func (k *checker) others(l *entryList, above []*cert.Certificate) []*cert.Certificate {
	var out []*cert.Certificate
	if !k.evidence.spend(lookWork * len(k.req.Candidates)) {
		return nil
	}
	for _, c := range k.req.Candidates {
		if c != nil && c.Subject.Equal(l.Issuer) && !slices.ContainsFunc(above, c.Equal) && !slices.ContainsFunc(out, c.Equal) {
			out = append(out, c)
		}
	}
	unlike := func(c *cert.Certificate) int {
		if id := l.AuthorityKeyID(); id != nil && bytes.Equal(id, c.SubjectKeyID()) {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(x, y *cert.Certificate) int {
		return cmp.Or(cmp.Compare(unlike(x), unlike(y)), cmp.Compare(x.Fingerprint(), y.Fingerprint()))
	})
	if len(out) > maxIssuerKeys {
		k.evidence.exhausted = true
		out = out[:maxIssuerKeys]
	}
	return out
}

// standingOf validates a path from the certificate of an issuer of lists to
// the anchor (RFC 5280, Section 6.3.3 (f)), its revocation included.
func (k *checker) standingOf(c *cert.Certificate, above []*cert.Certificate) listSigner {
	if slices.ContainsFunc(k.pending, c.Equal) {
		// The CA had the list that tells whether this key was revoked be signed
		// with this key: there is nothing else to go by.
		return listSigner{standing: believed}
	}
	if len(k.pending) == maxIssuerDeep {
		return listSigner{standing: doubtful}
	}
	id := issuerPair{c.Fingerprint(), k.anchor.Certificate.Fingerprint(), k.req.At.Unix()}
	if len(k.pending) == 0 {
		if s, ok := k.evidence.issuers[id]; ok {
			return s
		}
	}
	if k.evidence.paths == 0 {
		k.evidence.exhausted = true
		return listSigner{}
	}
	k.evidence.paths--
	b := newBuilder(&Request{Leaf: c, Candidates: k.req.Candidates, Anchors: []Anchor{*k.anchor}, At: k.req.At, Purpose: PurposeAny, Known: k.req.Known})
	b.search()
	deeper := &checker{req: k.req, evidence: k.evidence, anchor: k.anchor, pending: append(slices.Clone(k.pending), c)}
	best := listSigner{}
	for _, p := range b.results() {
		if !p.Good() {
			continue
		}
		if s := deeper.worth(&p); s > best.standing {
			best = listSigner{s, &p}
		}
	}
	if len(k.pending) == 0 {
		// Deeper down the answer may rest on what is pending.
		k.evidence.issuers[id] = best
	}
	return best
}

// worth is the standing that the revocation of the certificates of a path
// allows.
func (k *checker) worth(p *Path) standing {
	worst := believed
	for i, c := range p.Certificates[:len(p.Certificates)-1] {
		switch k.status(c, p.Certificates[i+1:]).Status {
		case Revoked:
			return stranger
		case Unknown:
			worst = doubtful
		}
	}
	return worst
}
