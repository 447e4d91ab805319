package certpath

import (
	"slices"

	"smimectl/internal/cert"
)

// responder is what is known of the key that signed an OCSP response.
type responder struct {
	believed bool
	path     *Path  // of a delegate, to the CA
	detail   string // why it is not
	outside  string // believed: why its certificate is not valid at the time of the request
}

// responderPair is a response, the CA it is about, and what it is judged by.
type responderPair struct {
	response       *cert.OCSP
	issuer, anchor string
	at             int64
}

// responder says whether a response was signed by who may answer for
// certificates of the issuer: the issuer itself, or one whom it issued a
// certificate for that (RFC 6960, Section 4.2.2.2). above are the certificates
// from the issuer to the anchor.
func (k *checker) responder(r *cert.OCSP, issuer *cert.Certificate, above []*cert.Certificate) responder {
	id := responderPair{r, issuer.Fingerprint(), k.anchor.Certificate.Fingerprint(), k.req.At.Unix()}
	out, known := k.evidence.responders[id]
	if !known {
		out = k.findResponder(r, issuer, above)
		if len(k.pending) == 0 {
			// Deeper down the answer may rest on what is pending.
			k.evidence.responders[id] = out
		}
	}
	return out
}

func (k *checker) findResponder(r *cert.OCSP, issuer *cert.Certificate, above []*cert.Certificate) responder {
	if r.Fits(issuer) && k.evidence.signedResponse(r, issuer) {
		return responder{believed: true}
	}
	out := responder{detail: "it is not signed with a key of the CA, nor with one the CA lets answer"}
	if !k.evidence.spend(lookWork * len(k.req.Candidates)) {
		return out
	}
	for _, d := range slices.Concat(r.Certificates, k.req.Candidates) {
		if d == nil || !mayAnswer(d) || !d.Issuer.Equal(issuer.Subject) || !r.Fits(d) || !k.evidence.signedResponse(r, d) {
			continue
		}
		path, detail := k.delegated(d, r, issuer, above)
		if detail == "" {
			_, outside := outside(d, k.req.At)
			if outside != "" {
				outside = "the responder's certificate is not valid: " + outside
			}
			return responder{believed: true, path: path, outside: outside}
		}
		out.detail = detail
	}
	return out
}

// mayAnswer reports whether the certificate is one of a responder: the purpose
// has to be named, any purpose is not enough (RFC 6960, Section 4.2.2.2).
func mayAnswer(d *cert.Certificate) bool {
	if usage, present := d.KeyUsage(); present && usage&(cert.UsageDigitalSignature|cert.UsageNonRepudiation) == 0 {
		return false
	}
	purposes, _ := d.ExtKeyUsage()
	return slices.Contains(purposes, cert.PurposeOCSPSigning)
}

// delegated returns the path from the certificate d of a responder to the
// issuer, or why it does not speak for that. The issuer signed the certificate itself:
// there is nobody between them. It has not been revoked, if that is to be
// looked at and can be known; other responders are not asked about it.
func (k *checker) delegated(d *cert.Certificate, r *cert.OCSP, issuer *cert.Certificate, above []*cert.Certificate) (*Path, string) {
	if k.evidence.paths == 0 {
		k.evidence.exhausted = true
		return nil, "there is too much to look at"
	}
	k.evidence.paths--
	b := newBuilder(&Request{Leaf: d, Anchors: []Anchor{{Certificate: issuer}}, At: r.ProducedAt, Purpose: PurposeAny, Known: k.req.Known})
	b.search()
	paths := b.results()
	if len(paths) == 0 || !paths[0].Good() {
		return nil, "the CA did not issue the responder's certificate, or not for the time of the answer"
	}
	if !d.OCSPNoCheck() && k.listed(d, above).Status == Revoked {
		return nil, "the responder's certificate was revoked"
	}
	return &paths[0], ""
}

// signedResponse reports whether the key of a certificate signed the response.
func (e *Evidence) signedResponse(r *cert.OCSP, c *cert.Certificate) bool {
	if e.checks == 0 || !e.spend(len(r.RawTBS)) {
		e.exhausted = true
		return false
	}
	e.checks--
	key, err := c.PublicKey()
	return err == nil && r.CheckSignedBy(key) == nil
}
