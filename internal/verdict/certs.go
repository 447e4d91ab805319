package verdict

import (
	"smimectl/internal/cert"
)

func mailReport(m *Mail) *MailReport {
	if m == nil {
		return nil
	}
	r := &MailReport{From: list(m.From), To: list(m.To), FromNames: list(m.FromNames), Date: timeOrNil(m.Date), MessageID: orNil(m.MessageID)}
	if len(m.Sender) > 0 {
		r.Sender = &m.Sender[0]
	}
	if m.HasSubject {
		subject := m.Subject
		r.Subject = &subject
	}
	return r
}

func judgedAt(p Policy) *JudgedAt {
	t := timeOrNil(p.time())
	if t == nil {
		return nil
	}
	source := "clock"
	switch {
	case p.AtSigned:
		source = "signer"
	case !p.At.IsZero():
		source = "given"
	}
	return &JudgedAt{*t, source}
}

func certificateReport(c *cert.Certificate) CertificateReport {
	r := CertificateReport{
		SHA256: c.Fingerprint(), Serial: c.SerialHex(), Subject: c.Subject.String(), Issuer: c.Issuer.String(),
		NotBefore: Time{c.NotBefore}, NotAfter: Time{c.NotAfter},
	}
	if usage, ok := c.KeyUsage(); ok {
		r.Usage = list(usage.Names())
	}
	if _, ok := c.ExtKeyUsage(); ok {
		r.For = list(c.Purposes())
	}
	return r
}

// listCertificates shows certificates as cert and inspect do.
func (j *judge) listCertificates() {
	for _, f := range j.f.Certs {
		c := f.Certificate
		if c == nil {
			continue
		}
		r := certificateReport(c)
		r.Addresses, r.PrivateKey = addresses(c), f.PrivateKey
		if key, err := c.PublicKey(); err == nil && key != nil {
			r.Key = key.Name
		}
		j.r.Certificates = append(j.r.Certificates, r)
	}
}

// certificates judges for cert check: every certificate by the same rules as a signer's, without a signature.
func (j *judge) certificates() Word {
	stop := j.stop()
	j.listCertificates()
	word := Word("")
	k, looked := 0, false
	for _, f := range j.f.Certs {
		if f.Certificate == nil {
			continue
		}
		s := &Signer{Certificate: f.Certificate, Now: f.Now, Sources: f.Sources}
		w := &witness{j: j, s: s}
		w.trust()
		w.strength()
		own := WordGood
		for _, r := range w.reasons {
			r.Layer, r.Signer = nil, nil
			if r.Code == ExpiredWhenSigned { // nothing was signed: it has expired, no more
				r.Code, r.word = ExpiredNow, WordExpired
			}
			if r.Level == Fail {
				own = worse(own, r.word)
			}
			j.r.Reasons = append(j.r.Reasons, r)
		}
		j.r.Certificates[k].Trust = w.report.Trust
		k++
		looked = looked || w.report.Revocation.Status != "not-checked"
		word = worse(word, own)
	}
	if !looked {
		j.r.NotChecked = append(j.r.NotChecked, "revocation")
	}
	if word = worse(word, stop); word == "" {
		j.add(nil, CertificateMissing, Fail, WordNoKey, "there is no certificate to judge")
		return WordNoKey
	}
	return word
}
