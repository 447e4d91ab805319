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
			rows = append(rows, row{Label: "Says", Value: signer.Certificate.Subject})
		}
		do.Value = "if you know this CA, compare its fingerprint with one from its own site:"
		top := ""
		if n := len(signer.Chain); n > 0 {
			top = signer.Chain[n-1].SHA256
		} else if signer.Certificate != nil {
			top = signer.Certificate.SHA256
		}
		do.Lines = append(do.Lines, "  "+fingerprint(top))
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
		rows = append(rows, row{Label: "Says", Value: signer.Certificate.Subject})
	}
	info, _ := Explain(string(m.Code))
	hints := m.hints
	switch {
	case len(hints) == 0:
		do.Value = asAdvice(info.Do)
	default:
		do.Value, do.Lines = hints[0], hints[1:]
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
		if long, _ := anchorText(s.Chain[n-1]); long != "" {
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
	rows = append(rows, row{Label: "Why", Value: m.Text})
	if signer.SignedAt != nil {
		rows = append(rows, row{Label: "Signed", Value: s.time(signer.SignedAt.Time) + " by the signer's clock, which nobody else confirms"})
	}
	for _, hint := range m.hints {
		lines := s.advise("for old mail:", hint)
		rows = append(rows, row{Label: "Do", Value: lines[0], Lines: lines[1:]})
	}
	return rows
}

// asAdvice makes the text of a code what follows "Do".
func asAdvice(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + strings.TrimSuffix(text[1:], ".")
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
