package verdict

import (
	"fmt"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
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
	case !p.At.IsZero() && !p.At.Equal(p.Now):
		source = "given"
	}
	return &JudgedAt{*t, source}
}

func certificateReport(c *cert.Certificate) CertificateReport {
	r := CertificateReport{
		SHA256: c.Fingerprint(), Serial: c.SerialHex(), Subject: c.Subject.String(), Issuer: c.Issuer.String(),
		NotBefore: Time{c.NotBefore}, NotAfter: Time{c.NotAfter}, says: plainName(c.Subject),
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
		if key, err := c.PublicKey(); err == nil {
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
		w.report.Revocation.Status = "not-checked"
		w.describe()
		w.usable()
		w.trust()
		w.strength()
		path := j.p.assess(f.Certificate, f.Now).path
		w.lasting(path)
		own := WordGood
		for _, r := range w.reasons {
			r.Layer, r.Signer = nil, nil
			if r.Code == ExpiredWhenSigned { // nothing was signed: it has expired, no more
				r.Code, r.word, r.hints = ExpiredNow, WordExpired, j.hints(NotYetValid)
				r.Hint = &r.hints[0]
			}
			if r.Level == Fail {
				own = worse(own, r.word)
			}
			j.r.Reasons = append(j.r.Reasons, r)
		}
		c := &j.r.Certificates[k]
		c.Trust, c.Chain, c.Revocation, c.checked = w.report.Trust, w.report.Chain, &w.report.Revocation, &w.report
		c.Weaknesses = Baseline(baselinePath(f.Certificate, path))
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

// usable asks for a key that can be used: nothing else looks at it, where no signature is checked with it.
func (w *witness) usable() {
	_, err := w.s.Certificate.PublicKey()
	if err == nil {
		return
	}
	code := CertificateUnfit
	if isUnsupported(err) {
		code = UnsupportedAlg
	}
	w.add(code, Fail, WordUnreadable, "its key cannot be used: "+WithoutFloor(err))
}

// lasting asks for a certificate that stays valid for a while, with all that its path needs.
func (w *witness) lasting(path *certpath.Path) {
	least, at := w.j.p.MinValidity, w.j.p.time()
	for i, c := range baselinePath(w.s.Certificate, path) {
		anchor := i > 0 && path.Anchor != nil && i == len(path.Certificates)-1
		if !anchor && !at.After(c.NotAfter) && at.Add(least).After(c.NotAfter) {
			w.add(ExpiresSoon, Fail, WordExpired, fmt.Sprintf("the certificate of %s expires on %s, within the %s asked for", quote(c.DisplayName()), day(c.NotAfter), span(least)))
			return
		}
	}
}

// span writes a span of time in whole units.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%day == 0:
		return plural(int(d/day), "day")
	case d%time.Hour == 0:
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int((d+time.Minute-1)/time.Minute), "minute")
}

// checkedRows are what cert check says beside its word: whose the certificate is, and how it stands against the
// requirements for public CAs.
func (r *Report) checkedRows(s Style) []row {
	var rows []row
	for i := range r.Certificates {
		c := &r.Certificates[i]
		if c.checked == nil {
			continue
		}
		rows = append(rows, row{})
		for _, x := range []row{{Label: "Holder", Value: r.who(c.checked)}, r.issuerRow(c.checked),
			{Label: "Valid", Value: day(c.NotBefore.Time) + " to " + day(c.NotAfter.Time)}, r.revokedRow(c.checked), strengthRow(c.checked)} {
			if !x.empty() {
				rows = append(rows, x)
			}
		}
		if s.Verbose {
			rows = append(rows, row{Label: "SHA-256", Value: fingerprint(c.SHA256)})
			for _, link := range c.Chain {
				rows = append(rows, row{Label: "Chain", Value: link.Subject + " (" + link.Source + ")", Lines: []string{fingerprint(link.SHA256)}})
			}
		}
		rows = append(append(rows, row{}), baselineRows(s, c.Weaknesses)...)
	}
	return rows
}

// baselineRows name the weaknesses, the notes only with all details.
func baselineRows(s Style, list []Weakness) []row {
	weak, notes := 0, 0
	var rows []row
	for _, w := range list {
		label := "Weak"
		if w.Level == WeaknessNote {
			notes++
			if label = "Note"; !s.Verbose {
				continue
			}
		} else {
			weak++
		}
		text := w.Text + " [" + w.Section + "]"
		if w.whose != "" {
			text = quote(clip(w.whose)) + ": " + text
		}
		rows = append(rows, row{Label: label, Value: text})
	}
	found := "no weakness"
	switch weak {
	case 0:
	case 1:
		found = "1 weakness"
	default:
		found = fmt.Sprintf("%d weaknesses", weak)
	}
	if notes > 0 {
		found += ", " + plural(notes, "note")
		if !s.Verbose {
			found += " (-v)"
		}
	}
	head := row{Label: "Baseline", Value: found + " by the CA/B Forum's S/MIME requirements " + BaselineVersion}
	if len(list) > 0 {
		head.Value += ", which bind public CAs; no verdict hangs on them"
	}
	return append([]row{head}, rows...)
}
