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
			do.Lines = append(do.Lines, []string{"then  ", "or, for once,  "}[min(i, 1)]+hint)
		}
		return append(rows, do)
	case r.Verdict == WordMismatch:
		return r.mismatchRows(m, signer)
	case r.Verdict == WordExpired && signer != nil:
		return r.expiredRows(s, m, signer)
	}
	rows := []row{{Label: "Why", Value: m.Text}}
	if signer != nil && signer.Certificate != nil {
		rows = append(rows, row{Label: "Says", Value: signer.Certificate.Subject})
	}
	info, _ := Explain(string(m.Code))
	hints := m.hints
	switch {
	case len(hints) == 0:
		do.Value = firstSentence(info.Do)
	default:
		do.Value, do.Lines = hints[0], hints[1:]
	}
	if do.Value != "" {
		rows = append(rows, do)
	}
	return rows
}

// causeRow words what explains a changed content, and what to do about it.
func causeRow(c *CauseReport) (row, string) {
	const suspect = "do not act on it; ask the sender by another way"
	again := "fetch the mail again as it is on the server and verify that copy"
	if c == nil {
		return row{}, suspect
	}
	if c.Kind == nil {
		return row{Label: "Cause", Value: "not a known accident (line endings, trailing blanks, From-quoting, re-encoding, an added footer were tried)"}, suspect
	}
	cause := row{Label: "Cause"}
	if c.Line > 0 {
		cause.Value = fmt.Sprintf("line %d %q was %q", c.Line, excerpt(c.Is), excerpt(c.Before))
	}
	fits := "undoing this makes the signature fit: "
	switch *c.Kind {
	case "mbox-from":
		fits += "an mbox file quotes such lines"
	case "line-endings":
		fits += "the line endings were changed on the way"
	case "trailing-blanks":
		fits += "blanks at the ends of lines were cut on the way"
	case "re-encoded":
		fits += "a server has re-encoded the text"
	case "footer":
		fits = "without a footer that was added on the way the signature fits"
		again = "ask whoever added the footer (a mailing list?) for the mail without it"
	default:
		fits += "it was changed on the way"
	}
	if cause.Value == "" {
		cause.Value = fits
	} else {
		cause.Lines = []string{fits}
	}
	return cause, again
}

// shortCause is the cause in a line of a list.
func shortCause(c *CauseReport) string {
	if c == nil || c.Kind == nil {
		return ""
	}
	switch *c.Kind {
	case "mbox-from":
		return ": mbox From-quoting"
	case "line-endings", "trailing-blanks", "footer":
		return ": " + strings.ReplaceAll(*c.Kind, "-", " ")
	}
	return ": on the way"
}

func excerpt(line string) string {
	runes := []rune(Escape(line))
	if len(runes) > 24 {
		return string(runes[:21]) + "..."
	}
	return string(runes)
}

func (r *Report) mismatchRows(m *Reason, signer *SignerReport) []row {
	var rows []row
	if r.Mail != nil {
		var from []string
		for i, a := range r.Mail.From {
			if i < len(r.Mail.FromNames) && r.Mail.FromNames[i] != "" {
				a = fmt.Sprintf("%q <%s>", Escape(r.Mail.FromNames[i]), a)
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
		do.Lines = append(do.Lines, "if that is right (a list, an assistant):  "+hint)
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
		rows = append(rows, row{Label: "Do", Value: "for old mail:  " + hint})
	}
	return rows
}

// partialRows writes the parts of a mail that is only partly protected, and returns what follows them.
func (r *Report) partialRows(out *screen) []row {
	label, kind := 7, 13
	if !out.style.wide() {
		label, kind = 6, 0
	}
	if len(r.Parts) > 0 {
		out.blank()
	}
	for _, p := range r.Parts {
		state := p.Protected
		if state == "none" {
			state = "NOT SIGNED"
			if m := r.mainReason(); m != nil && m.Code == PartlyEncrypted {
				state = "NOT ENCRYPTED"
			}
		}
		about := p.FileName
		if about == "" && p.Excerpt != "" {
			about = fmt.Sprintf("%q", excerptOf(p.Excerpt))
		}
		if s := r.signerOf(p.Number); s != nil {
			about = r.short(s) + ", " + signerState(s)
		}
		if kind > 0 {
			out.block(p.Number, label, 2, []string{strings.TrimRight(pad(state, max(kind, len(state)+2))+pad(out.style.escape(p.MediaType), 18)+about, " ")})
			continue
		}
		lines := []string{state + " " + p.MediaType}
		if about != "" {
			lines = append(lines, about)
		}
		out.block(p.Number, label, 0, lines)
	}
	m := r.mainReason()
	if m == nil || len(m.hints) == 0 {
		return nil
	}
	what := "read the signed part alone:  "
	if m.Code == PartlyEncrypted {
		what = "look at it first:  "
	}
	return []row{{Label: "Do", Value: what + m.hints[0]}}
}

func excerptOf(text string) string {
	runes := []rune(Escape(text))
	if len(runes) > 48 {
		return string(runes[:45]) + "..."
	}
	return string(runes)
}

// signerOf is the first signer of the layer that is a part.
func (r *Report) signerOf(part string) *SignerReport {
	for i := range r.Layers {
		if l := &r.Layers[i]; l.Part == part && l.SignedReport != nil && len(l.Signers) > 0 {
			return &l.Signers[0]
		}
	}
	return nil
}

func signerState(s *SignerReport) string {
	switch {
	case s.Integrity != "ok":
		return s.Integrity
	case s.Trust != "ok":
		return s.Trust
	case s.Address == "mismatch" || s.Address == "missing":
		return "not in From"
	}
	return "good"
}

func firstSentence(text string) string {
	before, _, _ := strings.Cut(text, ". ")
	before = strings.TrimSuffix(before, ".")
	if before == "" {
		return ""
	}
	return strings.ToLower(before[:1]) + before[1:]
}

// fingerprint groups hex digits for comparing by eye.
func fingerprint(hex string) string {
	var groups []string
	for hex = strings.ToUpper(hex); len(hex) > 4; hex = hex[4:] {
		groups = append(groups, hex[:4])
	}
	return strings.Join(append(groups, hex), " ")
}

// verboseRows say everything that was looked at, of every layer.
func (r *Report) verboseRows(s Style) []row {
	var rows []row
	for i := range r.Layers {
		l := &r.Layers[i]
		rows = append(rows, row{Label: "Layer", Value: fmt.Sprintf("%d, %s", i+1, l.Kind), Remark: l.Form})
		if l.EncryptedReport != nil {
			rows = append(rows, row{Label: "Cipher", Value: l.Cipher})
		}
		if l.SignedReport == nil {
			continue
		}
		for k := range l.Signers {
			signer := &l.Signers[k]
			rows = append(rows, row{Label: "Signer", Value: r.who(signer)})
			if c := signer.Certificate; c != nil {
				rows = append(rows, row{Label: "Fingerprint", Value: fingerprint(c.SHA256)},
					row{Label: "Serial", Value: c.Serial}, row{Label: "Subject", Value: c.Subject}, row{Label: "Issued by", Value: c.Issuer})
			}
			for _, link := range signer.Chain {
				rows = append(rows, row{Label: "Chain", Value: link.Subject + " (" + link.Source + ")", Lines: []string{fingerprint(link.SHA256)}})
			}
			for _, check := range signer.Checks {
				rows = append(rows, row{Label: "Check", Value: check.Name, Remark: check.Result, Narrow: []string{check.Name + ": " + check.Result}})
			}
		}
	}
	for i := range rows {
		if !s.wide() && len(rows[i].Label) >= narrowLabel {
			rows[i].Label = "SHA-256"
		}
	}
	return rows
}
