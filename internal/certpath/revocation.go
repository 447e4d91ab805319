package certpath

import (
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// RevocationStatus is what is known of the revocation of one certificate.
type RevocationStatus int

// The statuses. Unknown is the zero value.
const (
	Unknown RevocationStatus = iota
	NotRevoked
	Revoked
)

// Revocation is what the evidence at hand says of one certificate of a path
// (RFC 5280, Section 6.3; RFC 6960).
type Revocation struct {
	Certificate *cert.Certificate
	Status      RevocationStatus
	Source      string    // of the list that decided: "file", "store", "message"; of an OCSP response "ocsp: file"; empty when Unknown
	Issued      time.Time // thisUpdate of that list or response
	Revoked     time.Time // when it was revoked, by the list
	Invalid     time.Time // since when the key is thought to be bad; zero when nothing is said
	Reason      cert.Reason
	Detail      string // why it is Unknown
	Misused     bool   // Unknown: a CA of the path signed the list, and its key usage does not allow that

	// What NotRevoked, and the dates of Revoked, rest on besides the path: the digests and keys of the list
	// or response and of the certificates between who signed it and the anchor.
	Digests []*algorithm.Digest
	Keys    []*algorithm.PublicKey
}

// restsOn notes what a list or response is signed with. by is the path of who
// signed it, nil for a certificate of the path itself.
func (r Revocation) restsOn(id algorithm.Identifier, by *Path) Revocation {
	if scheme, err := algorithm.FindSignature(id, nil); err == nil && scheme.Digest != nil {
		r.Digests = append(r.Digests, scheme.Digest)
	}
	if by != nil {
		r.Digests, r.Keys = append(r.Digests, by.Digests...), append(r.Keys, by.Keys...)
	}
	return r
}

// revocations fills in the Revocation of every path to an anchor.
func (b *builder) revocations() {
	e := b.req.Evidence
	if e == nil {
		return
	}
	revoked := map[string]Revocation{}
	for i := range b.anchored {
		p := &b.anchored[i]
		k := &checker{req: b.req, evidence: e, anchor: p.Anchor}
		p.Revocation = []Revocation{}
		for j, c := range p.Certificates[:len(p.Certificates)-1] {
			r := k.status(c, p.Certificates[j+1:])
			if r.Status == Revoked {
				revoked[c.Fingerprint()] = r
			}
			p.Revocation = append(p.Revocation, r)
		}
	}
	for i := range b.anchored {
		p := &b.anchored[i]
		for j, r := range p.Revocation {
			// What one anchor's lists say of a certificate is not forgotten on the
			// way to another anchor, whose lists say nothing of it.
			if known, ok := revoked[r.Certificate.Fingerprint()]; ok && r.Status == Unknown {
				p.Revocation[j] = known
			}
		}
		if e.exhausted {
			p.Problems = append(p.Problems, Problem{Code: CodePathInvalid, Certificate: p.Certificates[0], Detail: "there are too many or too large revocation lists to look through"})
		}
		if e.failed != nil { // whoever asked has to ask Err too
			p.Problems = append(p.Problems, Problem{Code: CodePathInvalid, Certificate: p.Certificates[0], Detail: "a revocation list cannot be read"})
		}
	}
}

// finding is what the lists of one scope come to.
type finding struct {
	status  RevocationStatus
	by      *opinion
	detail  string
	misused bool
}

// status finds out whether a certificate was revoked, by lists and by
// responders. Whoever says that it was is believed. above are the certificates
// of its path from its issuer to the anchor.
func (k *checker) status(c *cert.Certificate, above []*cert.Certificate) Revocation {
	by := k.listed(c, above)
	if by.Status == Revoked {
		return by
	}
	answer, asked := k.answered(c, above)
	switch {
	case !asked:
	case answer.Status == Revoked, answer.Status == NotRevoked && (by.Status == Unknown || answer.Issued.After(by.Issued)):
		return answer
	case by.Status == Unknown && len(k.evidence.of(c.Issuer.Key())) == 0:
		return answer // there is no list that would be a better reason
	}
	return by
}

// listed finds out whether a certificate was revoked by a list (RFC 5280,
// Section 6.3.3).
func (k *checker) listed(c *cert.Certificate, above []*cert.Certificate) Revocation {
	out := Revocation{Certificate: c, Detail: "there is no list of " + c.Issuer.String()}
	ca, _, _ := c.BasicConstraints()
	points, wellFormed := pointsOf(c)
	found := map[*scope]finding{}
	var reasons cert.Reasons
	var good *opinion
	rank := 0
	for i := range points {
		p := &points[i]
		for _, name := range p.issuers {
			for _, s := range k.evidence.of(name.Key()) {
				if !k.evidence.covers(s, p, ca) {
					if rank == 0 {
						out.Detail, rank = "the lists of "+name.String()+" are not about this certificate", 1
					}
					continue
				}
				f, ok := found[s]
				if !ok {
					f = k.judge(s, c, above)
					found[s] = f
				}
				switch f.status {
				case Revoked:
					return Revocation{
						Certificate: c, Status: Revoked, Source: f.by.source, Issued: f.by.ThisUpdate,
						Revoked: f.by.Entry.Revoked, Invalid: f.by.Entry.Invalid, Reason: f.by.Entry.Reason,
					}.restsOn(f.by.SignatureAlgorithm, f.by.signer)
				case NotRevoked:
					reasons |= s.reasons(p)
					if good == nil || f.by.ThisUpdate.After(good.ThisUpdate) {
						good = f.by
					}
				default:
					out.Misused = out.Misused || f.misused
					if rank < 2 {
						out.Detail, rank = f.detail, 2
					}
				}
			}
		}
	}
	switch {
	case good == nil:
	case !wellFormed:
		out.Detail = "its distribution points are malformed"
	case reasons != cert.AllReasons:
		out.Detail = "the lists at hand are about some reasons only"
	default:
		return Revocation{Certificate: c, Status: NotRevoked, Source: good.source, Issued: good.ThisUpdate}.restsOn(good.SignatureAlgorithm, good.signer)
	}
	return out
}

// judge says what the lists of one scope tell of a certificate.
func (k *checker) judge(s *scope, c *cert.Certificate, above []*cert.Certificate) finding {
	out := finding{}
	collect := func(list []*entryList) (all []*opinion) {
		for _, l := range list {
			switch by, misused := k.issuerOf(l, above); {
			case by.standing != stranger:
				o := k.opinionOf(l, by.standing == believed, c)
				o.signer = by.path
				all = append(all, o)
			case misused:
				out.misused, out.detail = true, "the key usage of "+l.Issuer.String()+" does not allow it to sign revocation lists"
			case out.detail == "":
				out.detail = "the list of " + l.Issuer.String() + " is not signed with a key that leads to the same anchor"
			}
		}
		return all
	}
	completes := collect(s.completes)
	deltas := newest(collect(s.deltas), completes)
	completes = newest(completes)

	// A listed certificate is revoked, whatever else is wrong with the list;
	// only a delta list can take it off again.
	for _, d := range deltas {
		if d.Entry != nil && d.Entry.Reason != cert.ReasonRemoveFromCRL {
			return finding{status: Revoked, by: d}
		}
	}
	for _, l := range completes {
		if l.Entry != nil && !lifted(l, deltas) {
			return finding{status: Revoked, by: l}
		}
	}
	if len(completes) == 0 && len(deltas) > 0 {
		out.detail = "there is a delta list of " + s.issuer.String() + " and no complete one"
	}
	for _, l := range completes {
		by, detail := present(l, deltas, c)
		if by != nil {
			return finding{status: NotRevoked, by: by}
		}
		out.detail = "the list of " + l.ThisUpdate.Format(time.DateOnly) + " does not tell: " + detail
	}
	return out
}

// lifted reports whether a delta list takes the certificate off the list again.
func lifted(l *opinion, deltas []*opinion) bool {
	for _, d := range deltas {
		if d.updates(l) && d.stale == "" && d.Entry != nil {
			return true
		}
	}
	return false
}

// present returns the list by which the certificate is not revoked, l or a
// delta list that brings it up to date, or why there is none.
func present(l *opinion, deltas []*opinion, c *cert.Certificate) (*opinion, string) {
	switch {
	case !l.sure:
		return nil, "whether its issuer was revoked is not known"
	case l.fault != "":
		return nil, l.fault
	case l.future:
		return nil, l.stale
	}
	by := l
	for _, d := range deltas {
		if d.updates(l) && d.stale == "" {
			by = d
		}
	}
	switch {
	case by.stale != "":
		return nil, by.stale
	case by.ThisUpdate.After(c.NotAfter):
		// An entry may be dropped once the certificate has expired.
		return nil, "it was issued after the certificate had expired"
	}
	return by, ""
}
