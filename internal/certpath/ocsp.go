package certpath

import (
	"time"

	"smimectl/internal/cert"
)

// ocspSkew is how far the clocks of responders may be wrong, ocspLasting how
// long an answer holds that does not say when the next one comes.
const (
	ocspSkew    = 5 * time.Minute
	ocspLasting = 7 * 24 * time.Hour
)

// Response is an OCSP response that was handed in.
type Response struct {
	OCSP   *cert.OCSP
	Source string // "file", "message"
}

// answer is what one response says of one certificate.
type answer struct {
	*cert.OCSPAnswer
	response *cert.OCSP
	source   string
}

// AddResponses adds OCSP responses (RFC 6960) to the evidence. It must not be
// called once the evidence has served a request.
func (e *Evidence) AddResponses(list ...Response) {
	for _, r := range list {
		if r.OCSP == nil {
			continue
		}
		for i := range r.OCSP.Answers {
			a := &r.OCSP.Answers[i]
			key := a.ID.SerialKey()
			e.answers[key] = append(e.answers[key], &answer{OCSPAnswer: a, response: r.OCSP, source: "ocsp: " + r.Source})
		}
	}
}

// Empty reports whether there is nothing that could tell anything.
func (e *Evidence) Empty() bool { return len(e.byIssuer)+len(e.promised)+len(e.answers) == 0 }

// answered finds out whether a certificate was revoked by what responders say.
// It is false when none of them was asked about it.
func (k *checker) answered(c *cert.Certificate, above []*cert.Certificate) (Revocation, bool) {
	out, asked := Revocation{Certificate: c}, false
	issuer := above[0]
	var good, held *answer
	var goodBy, heldBy responder
	for _, a := range k.evidence.answers[c.SerialKey()] {
		if !k.evidence.spend(nameWork) || !a.ID.Matches(c, issuer) {
			continue
		}
		asked = true
		unfit := ""
		by := responder{detail: "it is not read"}
		if oid, found := a.response.UnknownCritical(a.OCSPAnswer); found {
			unfit = "it has the critical extension " + oid.String() + ", which is not known"
		} else if by = k.responder(a.response, issuer, above); !by.believed {
			unfit = by.detail
		}
		switch {
		case unfit != "":
		case a.Status == cert.OCSPRevoked:
			// What was revoked stays revoked, however old the answer is. Only a
			// hold may end, which a later answer says.
			if a.Reason != cert.ReasonHold {
				return a.revocation(c, Revoked).restsOn(a.response.SignatureAlgorithm, by.path), true
			}
			if held == nil || a.ThisUpdate.After(held.ThisUpdate) {
				held, heldBy = a, by
			}
			continue
		case a.Status != cert.OCSPGood:
			unfit = "the responder does not know the certificate"
		case by.outside != "":
			unfit = by.outside
		default:
			unfit = a.age(k.req.At)
			if unfit == "" && a.ThisUpdate.After(c.NotAfter) {
				// A responder may forget a certificate that has expired.
				unfit = "it was made after the certificate had expired"
			}
		}
		switch {
		case unfit == "":
			if good == nil || a.ThisUpdate.After(good.ThisUpdate) {
				good, goodBy = a, by
			}
		case out.Detail == "":
			out.Detail = "the OCSP answer of " + a.ThisUpdate.Format(time.DateOnly) + " does not tell: " + unfit
		}
	}
	switch {
	case held != nil && (good == nil || !good.ThisUpdate.After(held.ThisUpdate)):
		return held.revocation(c, Revoked).restsOn(held.response.SignatureAlgorithm, heldBy.path), true
	case good != nil:
		return good.revocation(c, NotRevoked).restsOn(good.response.SignatureAlgorithm, goodBy.path), true
	}
	return out, asked
}

func (a *answer) revocation(c *cert.Certificate, status RevocationStatus) Revocation {
	r := Revocation{Certificate: c, Status: status, Source: a.source, Issued: a.ThisUpdate}
	if status == Revoked {
		r.Revoked, r.Reason = a.Revoked, a.Reason
	}
	return r
}

// age says why the answer is not the present one (RFC 6960, Section 3.2 and
// 4.2.2.1). Without nextUpdate newer ones are to be had at any time.
func (a *answer) age(at time.Time) string {
	next := a.NextUpdate
	if next.IsZero() {
		next = a.ThisUpdate.Add(ocspLasting)
	}
	switch {
	case a.ThisUpdate.After(at.Add(ocspSkew)):
		return "it was made later, on " + a.ThisUpdate.Format(time.DateOnly)
	case !at.Add(-ocspSkew).Before(next):
		return "it held until " + next.Format(time.RFC3339)
	}
	return ""
}
