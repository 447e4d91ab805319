package verdict

import "strings"

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
			about = quote(excerptOf(p.Excerpt))
		}
		if s := r.signerOf(p.Number); s != nil {
			about = r.short(s) + ", " + signerState(s)
		}
		if kind > 0 {
			out.block(p.Number, label, 2, []string{strings.TrimRight(pad(state, max(kind, len(state)+2))+pad(out.style.escape(p.MediaType), max(18, columnsOf(out.style.escape(p.MediaType))+2))+about, " ")})
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
	what := "read the signed part alone:"
	if m.Code == PartlyEncrypted {
		what = "look at it first:"
	}
	if kind > 0 {
		out.block("Do", label, 2, out.style.advise(what, m.hints[0]))
	} else {
		out.block("Do", label, 0, out.style.advise(what, m.hints[0]))
	}
	return nil
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
