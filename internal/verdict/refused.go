package verdict

import (
	"fmt"
	"strings"
)

// refusedRows explain a word that is a no, and say what to do next.
func (r *Report) refusedRows(s Style) []row {
	l, signer := r.subject()
	m := r.mainReason()
	if m == nil {
		return nil
	}
	do := row{Label: "Do"}
	switch {
	case m.Code == ContentChanged && l != nil:
		cause, advice := causeRow(l.Cause)
		rows := []row{{Label: "Changed", Value: m.Text}}
		if cause.Label != "" {
			rows = append(rows, cause)
		}
		return append(rows, row{Label: "Do", Value: advice})
	case m.Code == IssuerUnknown && signer != nil:
		rows := []row{{Label: "Why", Value: m.Text}}
		if signer.Certificate != nil {
			rows = append(rows, row{Label: "Says", Value: signer.Certificate.says})
		}
		do.Value = "if you know this CA, compare its fingerprint with one from its own site:"
		top := ""
		if n := len(signer.Chain); n > 0 {
			top = signer.Chain[n-1].SHA256
		} else if signer.Certificate != nil {
			top = signer.Certificate.SHA256
		}
		do.Lines = append(do.Lines, s.fingerprint(top)...)
		for i, hint := range m.hints {
			do.Lines = append(do.Lines, s.advise([]string{"then", "or, for once,"}[min(i, 1)], hint)...)
		}
		return append(rows, do)
	case r.Verdict == WordMismatch:
		return r.mismatchRows(s, m, signer)
	case r.Verdict == WordExpired && signer != nil:
		return r.expiredRows(s, m, signer)
	}
	var rows []row
	if r.Verdict != WordUnreadable { // whose reason stands in the first line
		rows = append(rows, row{Label: "Why", Value: m.Text})
	}
	if signer != nil && signer.Certificate != nil {
		rows = append(rows, row{Label: "Says", Value: signer.Certificate.says})
	}
	info, _ := Explain(string(m.Code))
	hints := m.hints
	switch {
	case len(hints) == 0:
		do.Value = asAdvice(info.Do)
	default:
		for i, hint := range hints {
			if leads := leadsOf(m.Code, hints); i < len(leads) {
				do.Lines = append(do.Lines, s.advise(leads[i], hint)...)
				continue
			}
			do.Lines = append(do.Lines, hint)
		}
		do.Value, do.Lines = do.Lines[0], do.Lines[1:]
	}
	if do.Value != "" {
		rows = append(rows, do)
	}
	return rows
}

func (r *Report) mismatchRows(s Style, m *Reason, signer *SignerReport) []row {
	var rows []row
	if r.Mail != nil {
		var from []string
		for i, a := range r.Mail.From {
			if i < len(r.Mail.FromNames) && r.Mail.FromNames[i] != "" {
				a = fmt.Sprintf("%s <%s>", quote(clip(r.Mail.FromNames[i])), a)
			}
			from = append(from, a)
		}
		if len(from) == 0 {
			from = []string{"none"}
		}
		rows = append(rows, row{Label: "From", Value: strings.Join(from, ", ")})
	}
	if signer != nil {
		rows = append(rows, r.signerRow(signer))
		if signer.Integrity == "ok" {
			rows = append(rows, row{Label: "Content", Value: "intact"})
		}
	}
	if m.Code != FromMismatch {
		rows = append(rows, row{Label: "Why", Value: titleOf(m.Code)})
	}
	do := row{Label: "Do", Value: "take it as a mail from " + r.short(signer)}
	for _, hint := range m.hints {
		do.Lines = append(do.Lines, s.advise("if that is right (a list, an assistant):", hint)...)
	}
	return append(rows, do)
}

func (r *Report) signerRow(s *SignerReport) row {
	text := r.who(s)
	if n := len(s.Chain); n > 0 {
		text += ", " + s.Chain[0].name
		anchor := s.Chain[n-1]
		anchor.Added = nil // stands in the row that is about it
		if long, _ := anchorText(anchor); long != "" {
			text += " (" + long + ")"
		}
	}
	return row{Label: "Signer", Value: text}
}

func (r *Report) expiredRows(s Style, m *Reason, signer *SignerReport) []row {
	rows := []row{r.signerRow(signer)}
	if c := signer.Certificate; c != nil {
		rows = append(rows, row{Label: "Valid", Value: day(c.NotBefore.Time) + " to " + day(c.NotAfter.Time)})
	}
	if !r.ownEnd(signer) {
		rows = append(rows, row{Label: "Why", Value: m.Text})
	}
	if signer.SignedAt != nil {
		by := "by the signer's clock, which nobody else confirms"
		if signer.SignedAtSource != nil && *signer.SignedAtSource == "timestamp" {
			by = "proven by a time stamp"
		}
		rows = append(rows, row{Label: "Signed", Value: s.time(signer.SignedAt.Time) + " " + by})
	}
	if t := signer.Timestamp; t != nil && t.Integrity == "ok" && t.Trust == "untrusted" {
		for _, x := range r.Reasons {
			if x.Code == TimestampUntrusted && len(x.hints) > 0 {
				lines := s.advise("if you trust who stamped it:", x.hints[0])
				rows = append(rows, row{Label: "Do", Value: lines[0], Lines: lines[1:]})
				break
			}
		}
	}
	for _, hint := range m.hints {
		lines := s.advise("for old mail:", hint)
		rows = append(rows, row{Label: "Do", Value: lines[0], Lines: lines[1:]})
	}
	return rows
}

// ownEnd says whether it is the signer's own certificate that has ended, and not that of a CA above it.
func (r *Report) ownEnd(s *SignerReport) bool {
	return s.Certificate != nil && r.JudgedAt != nil && s.Certificate.NotAfter.Before(r.JudgedAt.Time.Time)
}

// asAdvice makes the text of a code what follows "Do".
func asAdvice(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + strings.TrimSuffix(text[1:], ".")
}

// leadsOf say beside each hint of a code what it is good for. Where nothing names a server, there is no hint to ask one.
func leadsOf(code Code, hints []string) []string {
	asks := false
	if len(hints) > 0 {
		_, flags, _ := strings.Cut(hints[0], " --")
		asks = strings.HasPrefix(flags, "online") // further on it is what the user said
	}
	switch code {
	case IssuerMissing:
		if len(hints) == 1 {
			return []string{"if you know this CA:"}
		}
		if !asks {
			return []string{"if you have it:", "or, if you know this CA:"}
		}
		return []string{"to look for it on the network:", "or, if you have it:", "or, if you know this CA:"}
	case Malformed, UnsupportedAlg:
		switch {
		case len(hints) == 0:
		case strings.HasPrefix(hints[0], "smimectl inspect"):
			return []string{"see what it is:"}
		case strings.HasPrefix(hints[0], "smimectl verify --content"):
			return []string{"name the file that was signed:"}
		default:
			return []string{"put it into a file, and name that:"}
		}
	case CertificateMissing:
		return []string{"if you have it:", "or take it from another mail of the signer:"}
	case ExpiredNow:
		return []string{"for an earlier time:"}
	case NotYetValid:
		return []string{"is this computer's clock right? for another time:"}
	case WrongPurpose, WeakDigest, WeakKey:
		return []string{"if you know better, for once:"}
	case RevocationUnknown:
		if !asks {
			return []string{"with the revocation list of the CA:"}
		}
		return []string{"to ask the CA:", "or, with its revocation list:"}
	}
	return nil
}

// advise puts what can be pasted behind its lead, or on a line of its own where it would be broken.
func (s Style) advise(lead, hint string) []string {
	room := s.columns() - narrowLabel
	if s.wide() {
		room = s.columns() - 2 - wideLabel
	}
	if line := lead + "  " + hint; columnsOf(s.escape(line)) <= room {
		return []string{line}
	}
	return []string{lead, "  " + hint}
}
