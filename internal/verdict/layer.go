package verdict

import (
	"fmt"
	"strings"

	"smimectl/internal/algorithm"
)

// layer judges one layer. gives says that this layer gives the word, so that its signers are compared with From.
func (j *judge) layer(i int, gives bool) (LayerReport, []Reason) {
	l := &j.f.Layers[i]
	report := LayerReport{Kind: l.Kind, Form: l.Form, Part: l.Part}
	switch l.Kind {
	case "signed":
		signed, reasons := j.signed(i, l, gives)
		report.SignedReport = signed
		if l.Signed != nil {
			report.Weakest = weakestSigner(l.Signed.Signers)
		}
		return report, reasons
	case "encrypted":
		encrypted, reasons := j.encrypted(i, l)
		report.EncryptedReport = encrypted
		if l.Encrypted != nil {
			report.Weakest = weakestRecipient(l.Encrypted)
		}
		return report, reasons
	}
	return report, nil
}

func (j *judge) signed(i int, l *Layer, gives bool) (*SignedReport, []Reason) {
	report := &SignedReport{
		Covers: CoversReport{
			WholeBody: l.WholeBody, Parts: list(l.Covered), NotCovered: list(l.NotCovered),
			HeadersProtected: list(l.HeadersProtected), HeadersDiffer: list(l.HeadersDiffer), Attachments: list(l.Attachments),
		},
		Signers: []SignerReport{},
	}
	var reasons []Reason
	if l.Signed == nil && j.f.Stop != nil && j.f.Stop.Layer == i {
		return report, reasons // it could not be read; who signed it is not known
	}
	if l.Signed == nil || len(l.Signed.Signers) == 0 {
		return report, append(reasons, newReason(&i, nil, NoSigners, Fail, WordUnsigned, "there is no signer in the signature", nil))
	}
	if c := l.Signed.Cause; c != nil {
		report.Cause = causeReport(c)
	}
	for k := range l.Signed.Signers {
		signer, why := j.signer(i, k, gives)
		report.Signers = append(report.Signers, signer)
		reasons = append(reasons, why...)
	}
	if gives {
		if j.from.code != "" {
			reasons = append(reasons, newReason(&i, nil, j.from.code, Fail, WordMismatch, j.from.text, j.hintsFor(j.from.code, l.Signed.Signers[0].Certificate)))
		}
		if len(l.NotCovered) > 0 || !l.WholeBody || j.partial("signed") {
			level := Fail
			if j.p.AllowPartial {
				level = Warn
			}
			reasons = append(reasons, newReason(&i, nil, PartlySigned, level, WordPartial, "", j.hints(PartlySigned)))
		}
		if len(l.HeadersDiffer) > 0 {
			level := Warn
			for _, name := range l.HeadersDiffer {
				if strings.EqualFold(name, "From") && !j.p.AnyFrom && len(j.p.ExpectFrom) == 0 {
					level = Fail // another From outside than the one that was signed
				}
			}
			reasons = append(reasons, newReason(&i, nil, HeadersDiffer, level, WordMismatch, "outside differs from what was signed: "+strings.Join(l.HeadersDiffer, ", "), nil))
		}
	}
	return report, reasons
}

func (j *judge) encrypted(i int, l *Layer) (*EncryptedReport, []Reason) {
	report := &EncryptedReport{Recipients: []RecipientReport{}}
	e := l.Encrypted
	if e == nil {
		e = &Encrypted{}
	}
	report.Cipher, report.title = e.Cipher, e.CipherTitle
	report.Authenticated, report.Decrypted, report.DecryptedWith = e.Authenticated, e.Decrypted, orNil(e.With)
	for _, r := range e.Recipients {
		here := r.Here
		if here == "" {
			here = "unknown"
		}
		report.Recipients = append(report.Recipients, RecipientReport{
			Type: r.Type, Algorithm: r.Algorithm, Issuer: orNil(r.Issuer), Serial: orNil(r.Serial), KeyID: orNil(r.KeyID),
			Address: orNil(r.Address), Here: here, KeyTitle: r.KeyTitle,
		})
	}
	return report, j.opening(i, e)
}

// opening says what is to be said of the way a layer is encrypted. For verify, which does not go into it, that is
// nothing.
func (j *judge) opening(i int, e *Encrypted) []Reason {
	if j.f.Command != "decrypt" && j.f.Command != "encrypt" {
		return nil
	}
	var reasons []Reason
	add := func(code Code, level Level, word Word, text string) {
		reasons = append(reasons, newReason(&i, nil, code, level, word, text, j.hints(code)))
	}
	title := e.CipherTitle
	if title == "" {
		title = e.Cipher
	}
	switch {
	case e.Unsupported != nil && !e.Decrypted:
		add(UnsupportedAlg, Fail, WordUnreadable, WithoutFloor(e.Unsupported))
	case !e.Decrypted && j.f.Command == "decrypt" && j.f.Stop == nil && !j.beside():
		add(DecryptFailed, Fail, WordBad, "")
	}
	switch {
	case !j.p.Allows(e.Cipher, e.CipherStatus):
		add(WeakCipher, Fail, WordUnreadable, fmt.Sprintf("%s is broken and was not allowed", title))
	case e.CipherStatus != algorithm.Current:
		add(WeakCipher, Warn, "", fmt.Sprintf("%s is out of date", title))
	}
	if !e.Authenticated && (j.f.Command == "decrypt" && e.Decrypted || j.f.Command == "encrypt" && !j.signs()) {
		switch {
		case j.p.RequireIntegrity && j.f.Command == "decrypt":
			add(NoIntegrity, Fail, WordBad, fmt.Sprintf("%s does not show changes", title))
		default:
			add(NoIntegrity, Warn, "", fmt.Sprintf("%s does not show changes", title))
		}
	}
	for _, r := range e.Recipients {
		if r.Status == algorithm.Current || j.f.Command == "decrypt" && !r.Used {
			continue
		}
		what := r.Outdated
		if what == "" {
			what = r.KeyTitle
		}
		if what == "" {
			what = r.Algorithm
		}
		add(WeakKey, Warn, "", fmt.Sprintf("the key is encrypted by outdated means (%s)", what))
	}
	return reasons
}

// signs says whether what is encrypted was signed before, so that changes show.
func (j *judge) signs() bool {
	for _, l := range j.f.Layers {
		if l.Kind == "signed" {
			return true
		}
	}
	return false
}

// beside says whether the mail has an encrypted part beside others, which is left closed on purpose.
func (j *judge) beside() bool { return j.partial("encrypted") }
