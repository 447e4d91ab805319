package verdict

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms"
)

// maxSkew is how far the signing time may be from Date and from the clock before that is said (RFC 8550, Section 4.1
// leaves the figure open).
const maxSkew = 24 * time.Hour

// signer judges one signer of a layer. compare says that the layer is the one compared with From.
func (j *judge) signer(li, si int, compare bool) (SignerReport, []Reason) {
	s := &j.f.Layers[li].Signed.Signers[si]
	w := &witness{j: j, s: s, layer: li, signer: si}
	w.report = newSignerReport(s)
	w.describe()
	w.integrity(j.f.Layers[li].Signed.Judged)
	w.timeStamps()
	w.trust()
	w.strength()
	w.report.Address = "not-checked"
	if compare {
		w.address()
		w.clock()
	}
	w.countersignatures()
	return w.report, w.reasons
}

func newSignerReport(s *Signer) SignerReport {
	return SignerReport{
		Addresses: []string{}, Chain: []ChainReport{}, Capabilities: list(s.Capabilities), Checks: []CheckReport{},
		Revocation: RevocationReport{Status: "not-checked"},
	}
}

// witness is the judgement of one signer under way.
type witness struct {
	j             *judge
	s             *Signer
	layer, signer int
	report        SignerReport
	reasons       []Reason
	proven        *TimeStamp // gives the time of the signature; nil: nobody but the signer does
}

func (w *witness) add(code Code, level Level, word Word, text string) {
	layer, signer := w.layer, w.signer
	w.reasons = append(w.reasons, newReason(&layer, &signer, code, level, word, text, w.hints(code)))
}

func (w *witness) check(name, result string) {
	w.report.Checks = append(w.report.Checks, CheckReport{name, result})
}

// worsen keeps the first trust word that holds.
func (w *witness) worsen(trust string) {
	if w.report.Trust == "" || trustRank(trust) < trustRank(w.report.Trust) {
		w.report.Trust = trust
	}
}

// describe fills in what needs no judgement.
func (w *witness) describe() {
	if w.s.HasClaimedTime {
		source := "signer"
		w.report.SignedAt, w.report.SignedAtSource = timeOrNil(w.s.ClaimedTime), &source
	}
	if info := w.s.Info; info != nil {
		w.report.Digest, w.report.Signature = info.DigestAlgorithm.OID.String(), info.SignatureAlgorithm.OID.String()
		if info.Digest != nil {
			w.report.Digest, w.report.digestTitle = info.Digest.Name, digestTitle(info.Digest)
		}
		if info.Scheme != nil {
			w.report.Signature = info.Scheme.Name
		}
		if names := unsignedNames(info.UnsignedAttributes); names != "" {
			w.add(UnsignedAttributes, Info, "", "not signed and not looked at: "+names)
		}
	}
	c := w.s.Certificate
	if c == nil {
		return
	}
	w.report.Name = orNil(c.DisplayName())
	w.report.Addresses = addresses(c)
	report := certificateReport(c)
	w.report.Certificate = &report
	if key, err := c.PublicKey(); err == nil {
		w.report.Key, w.report.keyTitle = key.Name, key.Title
	}
}

// unsignedNames lists the types of attributes that are not looked at, of which a hostile message may have many.
func unsignedNames(list []cms.Attribute) string {
	const most = 4
	var names []string
	for _, a := range list {
		name := cms.AttributeName(a.OID)
		switch {
		case a.LookedAt() && len(a.Values) > 0:
		case slices.Contains(names, name):
		case len(names) == most:
			return strings.Join(names, ", ") + ", ..."
		default:
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func addresses(c *cert.Certificate) []string {
	out := []string{}
	for _, a := range c.Addresses() {
		out = append(out, a.String())
	}
	return out
}

// integrity says whether the text is the one that was signed with this key.
func (w *witness) integrity(judged bool) {
	w.report.Integrity = "not-checked"
	s := w.s
	if s.Certificate == nil {
		w.add(CertificateMissing, Fail, WordUntrusted, "the certificate of the signer is not to be had")
		w.worsen("untrusted")
	}
	result := "not checked"
	switch {
	case s.Info == nil || !judged:
		code, word := Malformed, WordUnreadable
		if stop := w.j.f.Stop; stop != nil {
			code, word = stop.Code, w.j.stopped
		}
		w.add(code, Fail, word, "there is nothing to check the signature against")
	case s.Info.Unsupported != nil:
		w.unreadable(s.Info.Unsupported)
	case s.Certificate == nil:
		// Without a key nothing can be said.
	case !s.Checked:
		w.add(SignatureInvalid, Fail, WordBad, "the signature was not checked")
	case s.Check == nil:
		w.report.Integrity, result = "ok", "passed"
	default:
		result = w.failed(s.Check)
	}
	w.check("text and signature", result)
}

// failed says what an error of the check means: what cannot be read is not known, everything else is bad.
func (w *witness) failed(err error) string {
	if isUnsupported(err) || isUnreadable(err) {
		w.unreadable(err)
		return "not checked"
	}
	w.report.Integrity = "bad"
	if e, ok := errors.AsType[*cms.SignatureError](err); ok {
		switch e.Kind {
		case cms.ContentChanged:
			digest := w.report.digestTitle
			if digest == "" {
				digest = "digest"
			}
			w.add(ContentChanged, Fail, WordBad, fmt.Sprintf("the body does not have the %s that was signed", digest))
			return "failed"
		case cms.Attributes:
			w.add(SignatureInvalid, Fail, WordBad, "the signed attributes break a rule: "+e.Detail)
			return "failed"
		case cms.WrongCertificate:
			w.add(SignatureInvalid, Fail, WordBad, "the signature is bound to another certificate")
			return "failed"
		}
	}
	w.add(SignatureInvalid, Fail, WordBad, "")
	return "failed"
}

func isUnsupported(err error) bool {
	_, ok := errors.AsType[*algorithm.UnsupportedError](err)
	return ok
}

// isUnreadable says whether an error is about the form of a signature, not about its value.
func isUnreadable(err error) bool {
	if _, ok := errors.AsType[*cms.MalformedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*cms.LimitError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*algorithm.ParameterError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*algorithm.KeyError](err); ok {
		return true
	}
	if errors.Is(err, cms.ErrNoContent) {
		return true
	}
	_, ok := errors.AsType[*algorithm.MismatchError](err)
	return ok
}

func (w *witness) unreadable(err error) {
	if isUnsupported(err) {
		w.add(UnsupportedAlg, Fail, WordUnreadable, WithoutFloor(err))
		return
	}
	if _, ok := errors.AsType[*cms.LimitError](err); ok {
		w.add(TooLarge, Fail, WordUnreadable, WithoutFloor(err))
		return
	}
	if errors.Is(err, cms.ErrNoContent) {
		w.add(Malformed, Fail, WordUnreadable, "the signed content is not here")
		return
	}
	w.add(Malformed, Fail, WordUnreadable, WithoutFloor(err))
}

// future says whether the time the signer claims has not come yet.
func (w *witness) future() bool {
	now := w.j.p.Now
	if now.IsZero() {
		now = w.j.p.time()
	}
	return !now.IsZero() && w.s.ClaimedTime.After(now.Add(maxSkew))
}

// clock compares the claimed signing time with Date and with the clock.
func (w *witness) clock() {
	if !w.s.HasClaimedTime {
		return
	}
	if m := w.j.f.Mail; m != nil && !m.Date.IsZero() {
		if d := w.s.ClaimedTime.Sub(m.Date).Abs(); d > maxSkew {
			w.add(ClockDiffers, Warn, "", fmt.Sprintf("the claimed signing time is %s, Date says %s", day(w.s.ClaimedTime), day(m.Date)))
			return
		}
	}
	if w.future() {
		w.add(ClockDiffers, Warn, "", fmt.Sprintf("the claimed signing time lies in the future: %s", day(w.s.ClaimedTime)))
	}
}
