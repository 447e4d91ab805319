package verdict

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

// stampSkew is how far the clock of an authority may be ahead of the moment that is judged for, and how far from the
// signer's own before that is said.
const stampSkew = 5 * time.Minute

// TimeStampReport is the judgement of one time stamp (RFC 3161). Only what is "ok" in integrity and trust proves a time.
type TimeStampReport struct {
	Time        *Time              `json:"time"`               // null: it cannot be read
	Accuracy    *float64           `json:"accuracy,omitempty"` // seconds, by the authority's own word
	TSA         *string            `json:"tsa"`                // by its certificate
	Integrity   string             `json:"integrity"`          // "ok", "bad", "not-checked"
	Trust       string             `json:"trust"`              // as of a signer
	Policy      string             `json:"policy,omitempty"`
	Serial      string             `json:"serial,omitempty"`
	Digest      string             `json:"digest,omitempty"` // of the imprint
	Certificate *CertificateReport `json:"certificate"`
	Chain       []ChainReport      `json:"chain"`
	Why         *string            `json:"why"` // why it proves nothing
}

// proves says whether the time may be believed.
func (t *TimeStampReport) proves() bool {
	return t.Time != nil && t.Integrity == "ok" && t.Trust == "ok" && t.Why == nil
}

// timeStamps judges the time stamps of the signature. The one that proves the earliest moment, accuracy
// counted in, gives the time of the signature, if the signature is good; without one the time stays the signer's claim, and nothing else changes.
func (w *witness) timeStamps() {
	for i := range w.s.TimeStamps {
		s := &w.s.TimeStamps[i]
		r := w.timeStamp(s)
		switch {
		case r.proves() && (w.proven == nil || s.Moment.Before(w.proven.Moment)):
			w.proven, w.report.Timestamp = s, r
		case w.report.Timestamp == nil:
			w.report.Timestamp = r
		}
		if r.Why != nil {
			code := TimestampInvalid
			if r.Integrity == "ok" && r.Trust != "ok" {
				code = TimestampUntrusted
			}
			w.add(code, Info, "", stampText(r)+" proves nothing: "+*r.Why)
		}
	}
	if w.report.Integrity != "ok" {
		w.proven = nil
	}
	if w.proven == nil {
		return
	}
	source := "timestamp"
	w.report.ClaimedAt = w.report.SignedAt
	w.report.SignedAt, w.report.SignedAtSource = w.report.Timestamp.Time, &source
	w.compareClaim(w.proven.Token.Info)
}

// stampText names a time stamp.
func stampText(r *TimeStampReport) string {
	text := "the time stamp"
	if r.Time != nil {
		text += " of " + day(r.Time.Time)
	}
	if r.TSA != nil && *r.TSA != "" {
		text += " by " + quote(*r.TSA)
	}
	return text
}

// maker names the authority for people, where its certificate is to be had.
func (r *TimeStampReport) maker() string {
	if *r.TSA == "" {
		return nameless
	}
	return clip(*r.TSA)
}

func (s Style) stampLabel() string {
	if s.wide() {
		return "Time stamp"
	}
	return narrowLabels["Time stamp"]
}

// compareClaim compares the signer's clock with the proven time. Who stamps later than he signs contradicts nothing,
// but it is worth knowing; who signs after the stamp does.
func (w *witness) compareClaim(info *cms.TSTInfo) {
	if !w.s.HasClaimedTime {
		return
	}
	off := stampSkew + info.Accuracy
	switch {
	case w.s.ClaimedTime.After(info.Time.Add(off)):
		w.add(ClockDiffers, Warn, "", fmt.Sprintf("the signer claims to have signed on %s, after the proven time %s", minute(w.s.ClaimedTime), minute(info.Time)))
	case w.s.ClaimedTime.Before(info.Time.Add(-off)):
		w.add(ClockDiffers, Info, "", fmt.Sprintf("the signer claims to have signed on %s, before the proven time %s", minute(w.s.ClaimedTime), minute(info.Time)))
	}
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// timeStamp judges one token: whether it is over this signature and made with the key of its certificate, and whether
// an anchor for time stamps vouches for that.
func (w *witness) timeStamp(s *TimeStamp) *TimeStampReport {
	r := &TimeStampReport{Integrity: "not-checked", Trust: "not-checked", Chain: []ChainReport{}}
	why := func(text string) {
		if r.Why == nil {
			r.Why = &text
		}
	}
	if s.Token == nil {
		r.Integrity = "bad"
		why(stampFault(s.Err))
		return r
	}
	info := s.Token.Info
	r.Time, r.Policy, r.Serial = timeOrNil(info.Time), info.Policy.String(), fmt.Sprintf("%x", info.Serial)
	if r.Time == nil {
		r.Integrity = "bad"
		why("its time is none")
		return r
	}
	if info.HasAccuracy {
		r.Accuracy = ptr(info.Accuracy.Seconds())
	}
	r.Digest = info.Imprint.Algorithm.OID.String()
	digest, err := info.Imprint.Digest()
	if err == nil {
		r.Digest = digest.Name
	}
	p := w.j.p
	p.PurposeAny, p.PurposeCode, p.AtSigned, p.stamps = false, false, false, true
	by := w.apart(p, &s.By)
	if c := by.report.Certificate; c != nil {
		r.TSA, r.Certificate = ptr(shownName(s.By.Certificate.Subject)), c
	}
	if w.j.f.Command == "inspect" {
		return r
	}
	by.integrity(true)
	by.trust()
	by.strength()
	r.Integrity, r.Trust, r.Chain = by.report.Integrity, by.report.Trust, by.report.Chain
	for i := range r.Chain {
		r.Chain[i].flag = "--tsa-ca"
	}
	var fault *cms.TimeStampError
	switch {
	case s.Err != nil:
		r.Integrity = "bad"
		why(stampFault(s.Err))
	case errors.As(s.By.Check, &fault):
		why(fault.Detail)
	}
	if r.Integrity == "bad" {
		r.Trust = "not-checked"
	}
	if text := by.firstFault(); text != "" {
		why(text)
	}
	switch at := p.time(); {
	case err != nil:
		why("its digest is not known here")
	case !p.Allows(digest.Name, digest.Status):
		r.Trust = "weak"
		why("it is made over " + digestTitle(digest))
	case !at.IsZero() && info.Time.After(at.Add(stampSkew)):
		why("it is of a time after the one that is judged for")
	case r.Trust == "ok" && !stoodAt(s.By.Now, info.Time):
		r.Trust = "not-yet-valid"
		why("it is of a time at which the certificate of its authority, or of one above it, was not valid")
	}
	return r
}

// stoodAt says whether there was a way to an anchor at a time already: an authority that was certified afterwards could
// otherwise give any date to a key that somebody has found since (ETSI EN 319 102-1, Section 5.6.3). The dates of
// the anchor itself do not count (RFC 5280, Section 6.1), unless it made the token.
func stoodAt(now *certpath.Result, t time.Time) bool {
	return slices.ContainsFunc(now.Paths, func(path certpath.Path) bool {
		below := path.Certificates[:max(1, len(path.Certificates)-1)]
		return path.Good() && !slices.ContainsFunc(below, func(c *cert.Certificate) bool { return t.Before(c.NotBefore) || t.After(c.NotAfter) })
	})
}

func ptr[T any](v T) *T { return &v }

// stampFault says why a token is none, or not one over this signature.
func stampFault(err error) string {
	if fault, ok := errors.AsType[*cms.TimeStampError](err); ok {
		return fault.Detail
	}
	if malformed, ok := errors.AsType[*cms.MalformedError](err); ok {
		return "it cannot be read: " + malformed.Detail
	}
	if err == nil {
		return "it cannot be read"
	}
	return "it cannot be read: " + WithoutFloor(err)
}

// apart is a witness about somebody else than the signer: what he finds is nobody's reason here.
func (w *witness) apart(p Policy, s *Signer) *witness {
	j := *w.j
	j.p = p
	other := &witness{j: &j, s: s, layer: w.layer, signer: w.signer}
	other.report = newSignerReport(s)
	other.describe()
	return other
}

// firstFault is the first reason that fails; "" when nothing does.
func (w *witness) firstFault() string {
	for _, r := range w.reasons {
		if r.Level == Fail {
			return r.Text
		}
	}
	return ""
}

// assessProven is assess for a moment that is proven: a certificate that was revoked after it was good at it (RFC 3161,
// Appendix B), unless its key is thought to have been bad before. now is the result for today, by whose evidence it may
// be known that nothing was revoked.
func (p Policy) assessProven(s *Signer, stamp *TimeStamp) assessment {
	if stamp.Then == nil {
		return p.assess(s.Certificate, nil)
	}
	var later []certpath.Revocation
	then := certpath.Result{Paths: slices.Clone(stamp.Then.Paths)}
	for i := range then.Paths {
		path := &then.Paths[i]
		path.Revocation = slices.Clone(path.Revocation)
		for k := range path.Revocation {
			r := &path.Revocation[k]
			switch {
			case r.Status == certpath.Revoked && p.revokedAfter(r, stamp.Moment):
				later = append(later, *r)
				r.Status = certpath.NotRevoked
			case r.Status == certpath.Unknown:
				if known := notRevokedNow(s.Now, r); known != nil {
					*r = *known
				}
			}
		}
	}
	a := p.assess(s.Certificate, &then)
	for _, r := range later {
		if slices.ContainsFunc(a.path.Certificates, r.Certificate.Equal) && !slices.ContainsFunc(a.later, func(o certpath.Revocation) bool { return o.Certificate.Equal(r.Certificate) }) {
			a.later = append(a.later, r)
		}
	}
	return a
}

// revokedAfter says whether a certificate was revoked after a moment: by the date of the list, and by the one from which
// its key is thought to be bad where the list knows an earlier one. Who could have made the list must not choose a date.
func (p Policy) revokedAfter(r *certpath.Revocation, moment time.Time) bool {
	return p.weakEvidence(r) == "" && r.Revoked.After(moment) && (r.Invalid.IsZero() || r.Invalid.After(moment))
}

// notRevokedNow finds what shows that a certificate is not revoked today.
func notRevokedNow(now *certpath.Result, of *certpath.Revocation) *certpath.Revocation {
	if now == nil {
		return nil
	}
	for i := range now.Paths {
		for k := range now.Paths[i].Revocation {
			r := &now.Paths[i].Revocation[k]
			if r.Status == certpath.NotRevoked && r.Certificate.Equal(of.Certificate) {
				return r
			}
		}
	}
	return nil
}

// stampRows describe a time stamp, which nobody judges here.
func stampRows(s Style, signer *SignerReport) []row {
	t := signer.Timestamp
	if t == nil {
		return nil
	}
	if t.Time == nil {
		return []row{{Label: "Time stamp", Value: *t.Why}}
	}
	x := row{Label: "Time stamp", Value: s.time(t.Time.Time), Remark: "not checked"}
	if t.TSA != nil {
		x.Remark = "by " + t.maker() + ", not checked"
	}
	line := "policy " + t.Policy + ", serial " + t.Serial + ", over " + t.Digest
	if t.Accuracy != nil {
		line += fmt.Sprintf(", to within %gs", *t.Accuracy)
	}
	x.Lines = []string{line}
	return []row{x}
}
