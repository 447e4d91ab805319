package verdict

import (
	"slices"
	"strings"
)

// partialRows writes the parts of a mail that is only partly protected, and returns what follows them.
func (r *Report) partialRows(out *screen) []row {
	parts := r.tellingParts()
	label, kind, media, indent := 7, 13, 18, 2
	if !out.style.wide() {
		label, kind, indent = 6, 0, 0
	}
	if len(parts) > 0 {
		out.blank()
	}
	states := make([]string, len(parts))
	for i, p := range parts {
		states[i] = p.Protected
		if p.Protected == "none" {
			states[i] = "NOT SIGNED"
			if m := r.mainReason(); m != nil && m.Code == PartlyEncrypted {
				states[i] = "NOT ENCRYPTED"
			}
		}
		label = min(max(label, len(p.Number)+2), 16) // as deep as layers go
		if kind > 0 {
			kind = max(kind, len(states[i])+2)
			media = min(max(media, columnsOf(out.style.escape(p.MediaType))+2), 34)
		}
	}
	for i, p := range parts {
		about := p.FileName
		if about == "" && p.Excerpt != "" {
			about = quote(excerptOf(p.Excerpt))
		}
		if s := r.signerOf(p.Number); s != nil {
			about = r.short(s) + ", " + signerState(s)
		}
		if kind > 0 {
			left := strings.Repeat(" ", indent) + pad(p.Number, label) + pad(states[i], kind) + pad(cutTo(out.style.escape(p.MediaType), media-2), media)
			room := out.style.columns() - columnsOf(left)
			for _, piece := range wrap(out.style.escape(about), room, room) {
				out.out.WriteString(strings.TrimRight(left+piece, " ") + "\n")
				left = strings.Repeat(" ", columnsOf(left))
			}
			continue
		}
		lines := []string{states[i] + " " + p.MediaType}
		if about != "" {
			lines = append(lines, about)
		}
		out.block(p.Number, label, indent, lines)
	}
	m := r.mainReason()
	if m == nil || len(m.hints) == 0 {
		return nil
	}
	what := "read the signed part alone:"
	if m.Code == PartlyEncrypted {
		what = "look at it first:"
	}
	out.block("Do", label, indent, out.style.advise(what, m.hints[0]))
	return nil
}

// tellingParts are the parts that say what is protected and what is not: neither one that only holds others of which
// some are, nor the signature itself.
func (r *Report) tellingParts() []PartReport {
	var out []PartReport
	for i, p := range r.Parts {
		holds := strings.HasPrefix(p.MediaType, "multipart/") && p.Protected == "none" &&
			slices.ContainsFunc(r.Parts, func(q PartReport) bool { return strings.HasPrefix(q.Number, p.Number+".") && q.Protected != "none" })
		signature := i > 0 && p.Protected == "signed" && (p.MediaType == "application/pkcs7-signature" || p.MediaType == "application/x-pkcs7-signature") &&
			slices.ContainsFunc(r.Layers, func(l LayerReport) bool { return l.Part+".2" == p.Number })
		if !holds && !signature {
			out = append(out, p)
		}
	}
	return out
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
