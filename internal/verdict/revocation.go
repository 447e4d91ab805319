package verdict

import (
	"fmt"
	"slices"
	"strings"

	"smimectl/internal/certpath"
)

// revocations says what the lists tell of the certificates of a path. That nobody knows counts only where it is
// required to know.
func (p Policy) revocations(path *certpath.Path, add func(trust string, code Code, text string)) {
	if p.NoRevocation {
		return
	}
	list := p.believed(path)
	for i := range list {
		r := &list[i]
		switch {
		case r.Status == certpath.Revoked:
			add("revoked", Revoked, revokedText(r))
		case r.Status == certpath.NotRevoked || !p.RequireRevocation:
		default:
			if r.Misused {
				add("untrusted", PathInvalid, "the chain breaks a rule: "+r.Detail)
			}
			add("revocation-unknown", RevocationUnknown, unknownText(r))
		}
	}
}

// believed is what is known of the certificates of a path by lists and OCSP answers that are strong enough: one that
// anybody may have made shows of no certificate that it was not revoked.
func (p Policy) believed(path *certpath.Path) []certpath.Revocation {
	out := slices.Clone(path.Revocation)
	for i := range out {
		r := &out[i]
		if r.Status != certpath.NotRevoked {
			continue
		}
		if weak := p.weakEvidence(r); weak != "" {
			r.Status, r.Detail = certpath.Unknown, fmt.Sprintf("the %s of %s is %s", evidenceText(r.Source), day(r.Issued), weak)
		}
	}
	return out
}

// weakEvidence says why a list or an OCSP answer may have been made by anybody; nothing when it may not.
func (p Policy) weakEvidence(r *certpath.Revocation) string {
	weak := ""
	for _, d := range r.Digests {
		if d != nil && !p.Allows(d.Name, d.Status) {
			weak = "signed over " + digestTitle(d)
		}
	}
	for _, k := range r.Keys {
		if k != nil && !p.AllowsKey(k) {
			weak = "signed with a key of " + k.Title
		}
	}
	return weak
}

// sourceText says where a list or an OCSP answer is from.
func sourceText(source string) string {
	switch source {
	case "message", "ocsp: message":
		return "in the mail"
	case "file":
		return "from --crl"
	case "ocsp: file":
		return "from --ocsp"
	case "store":
		return "in your store"
	case "online", "ocsp: online":
		return "fetched"
	}
	return "from " + source
}

// evidenceText names what the source is.
func evidenceText(source string) string {
	if strings.HasPrefix(source, "ocsp: ") {
		return "OCSP answer"
	}
	return "list"
}

func revokedText(r *certpath.Revocation) string {
	why := ""
	if name := r.Reason.String(); name != "" && r.Reason != 0 {
		why = " (" + name + ")"
	}
	return fmt.Sprintf("the certificate of %s was revoked on %s%s, by the %s of %s (%s)",
		quote(shownName(r.Certificate.Subject)), day(r.Revoked), why, evidenceText(r.Source), day(r.Issued), sourceText(r.Source))
}

func unknownText(r *certpath.Revocation) string {
	return fmt.Sprintf("nobody knows whether the certificate of %s was revoked: %s", quote(shownName(r.Certificate.Subject)), r.Detail)
}

// revocation reports what is known of the path that was judged. An anchor is believed for its own sake: there is
// nothing to be known about it.
func (w *witness) revocation(a assessment) {
	out := &w.report.Revocation
	required := w.j.p.RequireRevocation
	worst, anchorOnly := (*certpath.Revocation)(nil), false
	if a.path != nil && !w.j.p.NoRevocation {
		anchorOnly = a.path.Anchor != nil && len(a.path.Certificates) == 1
		worst = worstRevocation(w.j.p.believed(a.path))
	}
	switch {
	case a.says("revoked"):
		out.Status = "revoked"
	case anchorOnly:
	case worst != nil && worst.Status == certpath.NotRevoked:
		out.Status = "good"
	case worst != nil || required:
		out.Status = "unknown"
	}
	if worst != nil {
		out.tell(worst)
	}
	if out.Status == "unknown" && required && !a.says("revocation-unknown") {
		w.add(RevocationUnknown, Fail, WordUntrusted, "")
		w.worsen("revocation-unknown")
	}
	switch {
	case out.Status == "good":
		w.check("not revoked", "passed")
	case out.Status == "revoked", out.Status == "unknown" && required:
		w.check("not revoked", "failed")
	default:
		w.check("not revoked", "not checked")
	}
}

// worstRevocation returns the first that is revoked, else the first that is unknown, else the first: the signer's.
func worstRevocation(list []certpath.Revocation) *certpath.Revocation {
	for _, status := range []certpath.RevocationStatus{certpath.Revoked, certpath.Unknown, certpath.NotRevoked} {
		for i := range list {
			if list[i].Status == status {
				return &list[i]
			}
		}
	}
	return nil
}

// tell takes over what is known of one certificate.
func (out *RevocationReport) tell(r *certpath.Revocation) {
	out.Source, out.ListOf = orNil(r.Source), timeOrNil(r.Issued)
	if r.Status != certpath.Unknown && !r.Revoked.IsZero() {
		out.RevokedAt, out.Reason = timeOrNil(r.Revoked), r.Reason.String()
	}
	if r.Status == certpath.Unknown {
		out.Detail = r.Detail
	}
}

// revokedRow is the line of the screen.
func (r *Report) revokedRow(s *SignerReport) row {
	v := s.Revocation
	switch v.Status {
	case "not-checked":
		x := row{Label: "Revoked?", Value: "not checked", Narrow: []string{"not checked"}}
		switch {
		case slices.Contains(r.Exceptions, "--no-revocation"):
			x.Remark = "as asked for"
		case len(s.Chain) == 1 && s.Certificate != nil && s.Chain[0].SHA256 == s.Certificate.SHA256:
			x.Remark = "an anchor is believed for its own sake"
		default:
			x.Remark = "no list at hand: --crl FILE or --online"
		}
		return x
	case "good":
		x := row{Label: "Revoked?", Value: "no", Narrow: []string{"no"}}
		if v.RevokedAt != nil { // after the proven time
			later := "revoked on " + day(v.RevokedAt.Time)
			if v.Reason != "" {
				later += " (" + v.Reason + ")"
			}
			return row{Label: "Revoked?", Value: "not when signed", Remark: later + ", after the proven time", Narrow: []string{"not when signed,", later}}
		}
		if v.ListOf != nil && v.Source != nil {
			what := evidenceText(*v.Source)
			x.Remark = fmt.Sprintf("by the %s of %s (%s)", what, day(v.ListOf.Time), sourceText(*v.Source))
			x.Narrow = []string{"no, by the " + what, "of " + day(v.ListOf.Time)}
		}
		return x
	case "unknown":
		return row{Label: "Revoked?", Value: "not known", Remark: v.Detail, Narrow: []string{"not known"}}
	}
	return row{Label: "Revoked?", Value: v.Status}
}
