package online

import (
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// oldest is how old an answer may be that was made in advance and does not say
// how long it holds: who leaves that out has newer ones at any time (RFC 6960,
// Section 4.2.2.1).
const oldest = time.Hour

// Responses asks the responders that c names, until one knows the certificate.
// The request has a nonce; an answer with another one is to somebody else's
// question. Most responders make their answers in advance and leave it out:
// then how long the answer holds has to do (RFC 5019, Section 4). Who signed
// the answer is not looked at here.
func (s *Session) Responses(c, issuer *cert.Certificate, anchor *certpath.Anchor) []certpath.Response {
	addresses := c.InfoAccess().OCSP
	var out []certpath.Response
	for _, address := range addresses[:min(len(addresses), maxAddresses)] {
		r, err := s.response(address, c, issuer, ofUser(anchor))
		if err != nil {
			s.tell("the OCSP responder at", address, err)
			continue
		}
		out = append(out, certpath.Response{OCSP: r, Source: certpath.SourceOnline})
		if slices.ContainsFunc(r.Answers, func(a cert.OCSPAnswer) bool { return a.Status != cert.OCSPUnknown && a.ID.Matches(c, issuer) }) {
			break
		}
	}
	return out
}

func (s *Session) response(address string, c, issuer *cert.Certificate, own bool) (*cert.OCSP, error) {
	nonce := make([]byte, cert.OCSPNonceSize)
	rand.Read(nonce) // never fails
	body, err := cert.NewOCSPRequest(c, issuer, nonce)
	if err != nil {
		return nil, err
	}
	r := request{address: address, body: body, kind: "application/ocsp-request", accept: "application/ocsp-response", max: s.client.limits.Response, own: own}
	value, err := s.fetch("response "+c.Fingerprint()+" "+issuer.Fingerprint(), r, func(data []byte) (any, int64, error) {
		answer, err := s.client.readResponse(data, nonce, c, issuer)
		return answer, 0, err
	})
	if err != nil {
		return nil, err
	}
	return value.(*cert.OCSP), nil
}

// readResponse reads what a responder said, and refuses what does not belong to
// the question.
func (c *Client) readResponse(data, nonce []byte, of, issuer *cert.Certificate) (*cert.OCSP, error) {
	r, err := cert.ParseOCSP(data)
	if err != nil {
		return nil, unreadable("OCSP response", err)
	}
	i := slices.IndexFunc(r.Answers, func(a cert.OCSPAnswer) bool { return a.ID.Matches(of, issuer) })
	if i < 0 {
		return nil, errors.New("it answers about another certificate")
	}
	switch r.AnswersNonce(nonce) {
	case cert.NonceOurs:
	case cert.NonceAbsent:
		if a := &r.Answers[i]; a.NextUpdate.IsZero() && c.now().Sub(a.ThisUpdate) > oldest {
			return nil, errors.New("its answer is old, and it does not say that it still holds")
		}
	default:
		return nil, errors.New("it answers to another question (nonce)")
	}
	return r, nil
}
