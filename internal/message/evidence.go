package message

import (
	"slices"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

// evidence gathers the revocation lists and OCSP responses that the signers of
// sd are judged by: those handed in first, then those of the message, which a
// sender may have chosen (RFC 8550, Section 6; RFC 5940). nil means that there
// are none, or that nobody is to look. What cannot be read is no evidence; it is
// passed over, as if the sender had left it out. What is fetched is added later.
// What others bring, which was told about already, comes last.
func (w *walk) evidence(sd *cms.SignedData, others ...*cms.SignedData) *certpath.Evidence {
	if w.x.Policy.NoRevocation {
		return nil
	}
	lists := slices.Clone(w.x.CRLs)
	for i := range lists {
		lists[i].Lasting = true
	}
	unreadable := 0
	for _, raw := range sd.CRLs {
		if l, err := cert.ParseCRL(raw); err == nil {
			lists = append(lists, certpath.List{CRL: l, Source: "message"})
		} else {
			unreadable++
		}
	}
	if unreadable > 0 {
		w.note([]string{"a revocation list of the message cannot be read"})
	}
	responses := slices.Clone(w.x.OCSP)
	unreadable = 0
	for _, raw := range sd.OCSPResponses() {
		if r, err := cert.ParseOCSP(raw); err == nil {
			responses = append(responses, certpath.Response{OCSP: r, Source: "message"})
		} else {
			unreadable++
		}
	}
	if unreadable > 0 {
		w.note([]string{"an OCSP response of the message cannot be read"})
	}
	for _, other := range others {
		for _, raw := range other.CRLs {
			if l, err := cert.ParseCRL(raw); err == nil {
				lists = append(lists, certpath.List{CRL: l, Source: "message"})
			}
		}
		for _, raw := range other.OCSPResponses() {
			if r, err := cert.ParseOCSP(raw); err == nil {
				responses = append(responses, certpath.Response{OCSP: r, Source: "message"})
			}
		}
	}
	if len(lists)+len(responses) == 0 && w.x.Online == nil {
		return nil
	}
	e := certpath.NewEvidence(lists...)
	e.AddResponses(responses...)
	e.Remember(w.x.Kept.paths())
	return e
}

// faultless reports whether nothing is wrong with the best path.
func faultless(r *certpath.Result) bool { return worst(r) != certpath.Revoked && noProblem(r) }

// settled reports whether further certificates cannot make the best path
// better: nothing is wrong with it, and no certificate of an issuer of
// revocation lists is missed.
func settled(r *certpath.Result) bool { return noProblem(r) && worst(r) == certpath.NotRevoked }

func noProblem(r *certpath.Result) bool { return len(r.Paths) > 0 && len(r.Paths[0].Problems) == 0 }

// worst returns the worst status of the certificates of the best path:
// NotRevoked too where nobody looked.
func worst(r *certpath.Result) certpath.RevocationStatus {
	out := certpath.NotRevoked
	if len(r.Paths) == 0 {
		return out
	}
	for _, x := range r.Paths[0].Revocation {
		if x.Status == certpath.Revoked {
			return certpath.Revoked
		}
		if x.Status == certpath.Unknown {
			out = certpath.Unknown
		}
	}
	return out
}
