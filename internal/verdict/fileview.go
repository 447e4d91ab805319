package verdict

import (
	"encoding/hex"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// List puts a revocation list into the form of the report.
func List(l *cert.CRL) ListReport {
	r := ListReport{Issuer: l.Issuer.String(), ThisUpdate: Time{l.ThisUpdate}, NextUpdate: timeOrNil(l.NextUpdate), Delta: l.IsDelta(),
		Entries: l.Count(), Signature: signatureName(l.SignatureAlgorithm)}
	if n := l.Number(); n != nil {
		r.Number = n.String()
	}
	return r
}

// OCSPStatus puts an OCSP response into the form of the report.
func OCSPStatus(o *cert.OCSP) StatusReport {
	r := StatusReport{ProducedAt: Time{o.ProducedAt}, Signature: signatureName(o.SignatureAlgorithm), Answers: []AnswerReport{}}
	if o.ResponderName != nil {
		r.Responder = o.ResponderName.String()
	} else {
		r.Responder = "key identifier " + hex.EncodeToString(o.ResponderKey)
	}
	words := map[cert.OCSPStatus]string{cert.OCSPGood: "good", cert.OCSPRevoked: "revoked", cert.OCSPUnknown: "unknown"}
	for _, a := range o.Answers {
		answer := AnswerReport{Serial: hex.EncodeToString(a.ID.Serial), Status: words[a.Status], ThisUpdate: Time{a.ThisUpdate}, NextUpdate: timeOrNil(a.NextUpdate)}
		if a.Status == cert.OCSPRevoked {
			answer.RevokedAt, answer.Reason = timeOrNil(a.Revoked), a.Reason.String()
		}
		r.Answers = append(r.Answers, answer)
	}
	return r
}

// signatureName names an algorithm that signs a certificate or a list.
func signatureName(id algorithm.Identifier) string {
	s, err := algorithm.FindSignature(id, nil)
	if err != nil {
		return id.OID.String()
	}
	if s.Digest != nil && !s.Pure {
		return s.Name + "-" + s.Digest.Name
	}
	return s.Name
}
