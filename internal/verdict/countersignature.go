package verdict

import (
	"errors"

	"smimectl/internal/cms"
)

// CountersignatureReport is the judgement of one countersignature (RFC 5652, Section 11.4). It changes nothing about the
// signer whose signature is signed.
type CountersignatureReport struct {
	Over        *int               `json:"over"`      // index of the countersignature it is over; null: the signer's own signature
	Integrity   string             `json:"integrity"` // as of a signer
	Trust       string             `json:"trust"`
	Name        *string            `json:"name"`
	Addresses   []string           `json:"addresses"`
	SignedAt    *Time              `json:"signed_at"` // by the countersigner's clock
	Digest      string             `json:"digest,omitempty"`
	Signature   string             `json:"signature,omitempty"`
	Key         string             `json:"key,omitempty"`
	Certificate *CertificateReport `json:"certificate"`
	Chain       []ChainReport      `json:"chain"`
	Revocation  RevocationReport   `json:"revocation"`
	Why         *string            `json:"why"` // why it does not count
}

// countersignatures judges those who signed the signature.
func (w *witness) countersignatures() {
	for i := range w.s.Countersignatures {
		r := w.countersignature(&w.s.Countersignatures[i])
		w.report.Countersignatures = append(w.report.Countersignatures, r)
		if r.Why != nil {
			text := "the countersignature"
			if r.Certificate != nil {
				text += " by " + r.who()
			}
			w.add(CountersignatureInvalid, Info, "", text+" does not count: "+*r.Why)
		}
	}
}

// who names the countersigner for people.
func (r *CountersignatureReport) who() string {
	switch {
	case r.Certificate == nil:
		return "somebody whose certificate is not to be had"
	case len(r.Addresses) > 0:
		return r.Addresses[0]
	case r.Name != nil:
		return quote(*r.Name)
	}
	return nameless
}

// nameless is somebody whose certificate has neither subject nor address.
const nameless = "somebody whose certificate has no name"

func (w *witness) countersignature(c *Countersignature) CountersignatureReport {
	r := CountersignatureReport{Integrity: "not-checked", Trust: "not-checked", Addresses: []string{}, Chain: []ChainReport{}, Revocation: RevocationReport{Status: "not-checked"}}
	if c.Over >= 0 {
		r.Over = ptr(c.Over)
	}
	if c.By.Info == nil {
		r.Integrity, r.Why = "bad", ptr(stampFault(c.Err))
		return r
	}
	by := w.apart(w.j.p, &c.By)
	s := &by.report
	r.Name, r.Addresses, r.SignedAt, r.Certificate = s.Name, s.Addresses, s.SignedAt, s.Certificate
	r.Digest, r.Signature, r.Key = s.Digest, s.Signature, s.Key
	if w.j.f.Command == "inspect" {
		return r
	}
	by.integrity(true)
	if s.Integrity == "ok" || c.By.Certificate == nil {
		by.trust()
		by.strength()
		r.Trust = s.Trust
	}
	r.Integrity, r.Chain, r.Revocation = s.Integrity, s.Chain, s.Revocation
	if text := by.firstFault(); text != "" {
		r.Why = &text
	}
	if e, ok := errors.AsType[*cms.SignatureError](c.By.Check); ok && e.Kind == cms.ContentChanged {
		r.Why = ptr("it is over another signature value than this one") // which is what it signs; the body is not
	}
	return r
}

func (s Style) counterLabel() string {
	if s.wide() {
		return "Countersign"
	}
	return "Counter"
}

// counterRows are the lines of a screen below a signer.
func (r *Report) counterRows(s Style, signer *SignerReport) []row {
	label := s.counterLabel()
	var rows []row
	for i := range signer.Countersignatures {
		c := &signer.Countersignatures[i]
		var remark string
		switch {
		case c.Integrity == "ok" && c.Why == nil:
			remark = "good"
		case c.Integrity == "ok":
			remark = "intact, not believed"
		case c.Integrity == "bad":
			remark = "bad"
		default:
			remark = "not checked"
		}
		if c.SignedAt != nil {
			remark += ", " + s.time(c.SignedAt.Time) + " by their clock"
		}
		if c.Over != nil {
			remark += ", over another countersignature"
		}
		rows = append(rows, row{Label: label, Value: "by " + c.who(), Remark: remark})
	}
	return rows
}
