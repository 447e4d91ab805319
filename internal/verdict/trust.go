package verdict

import (
	"fmt"
	"strings"

	"smimectl/internal/certpath"
)

// trust says what the certificates are worth at the time of the policy.
func (w *witness) trust() {
	s, p := w.s, w.j.p
	if s.Certificate == nil {
		return
	}
	now, then := p.assess(s.Certificate, s.Now), p.assess(s.Certificate, s.Then)
	byClaim := p.AtSigned && s.HasClaimedTime && !w.future()
	effective := now
	if byClaim {
		effective = then
	}
	signed, signedWord := then, "claimed"
	hasSigned := s.HasClaimedTime
	if w.proven != nil {
		// What is good at a proven time stays so, but a time stamp makes nothing worse: it says when a signature was
		// there, not when it was made.
		proven := p.assessProven(s, w.proven)
		if trustRank(proven.trust()) > trustRank(effective.trust()) {
			effective = proven
		}
		signed, signedWord, hasSigned = proven, "proven", true
	}
	w.chain(effective)
	w.report.Validity.Now = now.validity()
	if hasSigned {
		w.report.Validity.WhenSigned = signed.validity()
	}
	if effective.path != nil {
		for _, n := range effective.path.Notes {
			if n.Certificate != nil {
				w.add(Tolerated, Info, "", fmt.Sprintf("the certificate of %s: %s", quote(n.Certificate.DisplayName()), n.Detail))
			}
		}
	}
	for i := range effective.later {
		w.add(Revoked, Info, "", revokedText(&effective.later[i])+", after the proven time")
	}
	for _, f := range effective.findings {
		code, word := f.code, f.word
		if code == ExpiredNow {
			if s.HasClaimedTime && then.standing() {
				word = WordExpired
			} else {
				code = ExpiredWhenSigned
			}
		}
		w.add(code, Fail, word, f.text)
		w.worsen(f.trust)
	}
	if hasSigned && now.validity() == "ok" && signed.path != nil && signed.validity() != "ok" && !byClaim {
		w.add(ClockDiffers, Warn, "", "at the "+signedWord+" signing time the certificate was "+strings.ReplaceAll(signed.validity(), "-", " "))
	}
	passed := func(bad bool) string {
		if bad {
			return "failed"
		}
		return "passed"
	}
	w.check("chain to an anchor", passed(effective.says("untrusted")))
	w.check("valid at the time judged for", passed(effective.says("expired") || effective.says("not-yet-valid")))
	if s.HasClaimedTime && then.path != nil {
		w.check("valid at the claimed time", passed(then.validity() != "ok"))
	} else {
		w.check("valid at the claimed time", "not checked")
	}
	if w.proven != nil {
		w.check("valid at the proven time", passed(signed.validity() != "ok"))
	}
	if p.PurposeAny {
		w.check("made for mail", "not checked")
	} else {
		w.check("made for mail", passed(effective.says("wrong-purpose")))
	}
	w.revocation(effective)
	if w.report.Trust == "" {
		w.report.Trust = "ok"
	}
}

// chain shows the path that was judged, above the signer.
func (w *witness) chain(a assessment) {
	w.report.Chain = chainReport(a.path, w.s.Sources)
}

func chainReport(path *certpath.Path, sources map[string]string) []ChainReport {
	out := []ChainReport{}
	if path == nil {
		return out
	}
	for i, c := range path.Certificates {
		if c == nil {
			continue
		}
		anchor := path.Anchor != nil && i == len(path.Certificates)-1
		if i == 0 && !anchor {
			continue
		}
		link := ChainReport{Subject: c.Subject.String(), Source: sources[c.Fingerprint()], SHA256: c.Fingerprint(), name: shownName(c.Subject)}
		if link.Source == "" {
			link.Source = "store"
		}
		if anchor {
			link.Source, link.Kind, link.Added = "anchor:"+path.Anchor.Name, path.Anchor.Kind, timeOrNil(path.Anchor.Added)
		}
		out = append(out, link)
	}
	return out
}
