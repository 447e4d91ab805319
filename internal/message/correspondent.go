package message

import (
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// EncryptionCertificates are those that mail for a signer of the outermost signed layer may
// be encrypted to, beside the one he signed with, each with the path that vouches for it:
// those that his signed attributes name, else, if his own is not made for encryption,
// those of the message in the same name that are (RFC 8551, Section 2.5.3.1). Whether one
// is good enough, and for whom, is not judged here. With an error nothing is known of them: a
// revocation list at hand cannot be read.
func (x *Examiner) EncryptionCertificates(ex *Examination, s *verdict.Signer) ([]verdict.Certificate, error) {
	if s.Certificate == nil {
		return nil, nil
	}
	w := &walk{x: x, ex: ex}
	candidates := w.encryptionCandidates(s)
	if len(candidates) == 0 {
		return nil, nil
	}
	var out []verdict.Certificate
	evidence := w.evidence(ex.signed)
	for _, c := range candidates {
		req := certpath.Request{Leaf: c, Anchors: x.Anchors, At: x.Policy.At, Purpose: certpath.PurposeEncrypt, Policy: x.Paths, Evidence: evidence}
		anchors := func(candidates []*cert.Certificate) []certpath.Anchor { return w.anchorsFor(c, candidates, req.At) }
		out = append(out, verdict.Certificate{Certificate: c, Now: w.complete(&req, anchors, false, ex.signed.Certificates), Sources: req.Sources})
	}
	if w.trouble != nil {
		return nil, w.trouble
	}
	return out, nil
}

func (w *walk) encryptionCandidates(s *verdict.Signer) []*cert.Certificate {
	var out []*cert.Certificate
	add := func(list []*cert.Certificate, fits func(*cert.Certificate) bool) {
		for _, c := range list {
			if len(out) < maxSignerCandidates && !c.Equal(s.Certificate) && !containsCertificate(out, c) && fits(c) {
				out = append(out, c)
			}
		}
	}
	id, named := s.Info.EncryptionKey()
	if named {
		add(w.ex.signed.Certificates, id.Matches)
		if len(out) == 0 && !id.Matches(s.Certificate) && w.x.Store != nil {
			add(w.x.Store(Wanted{ID: id}), id.Matches)
		}
		return out
	}
	if certpath.Fits(s.Certificate, certpath.PurposeEncrypt) != nil {
		add(w.ex.signed.Certificates, func(c *cert.Certificate) bool {
			return c.Subject.Equal(s.Certificate.Subject) && certpath.Fits(c, certpath.PurposeEncrypt) == nil
		})
	}
	return out
}
