package verdict

import (
	"fmt"
	"strings"
)

// inspected is the screen of inspect: what is there. It judges nothing, and says so in its first line.
func (r *Report) inspected(s Style) string {
	plain := s
	plain.Color = false
	out := &screen{style: plain}
	what, text := r.inspectedHead()
	if r.Verdict != "" {
		what, text = r.Verdict, "only in part; what follows is what was found before"
		if m := r.mainReason(); m != nil {
			text = m.Text
		}
	}
	out.head(what, text)
	var rows []row
	if f := r.FileLook; f != nil && f.MailNumber > 0 && f.Size != nil && f.MailOffset != nil {
		rows = append(rows, row{Label: "Mail", Value: fmt.Sprintf("%d of the file", f.MailNumber), Remark: fmt.Sprintf("%s from octet %d on", sizeText(*f.Size), *f.MailOffset)})
	}
	if r.Mail != nil {
		rows = append(rows, r.envelopeRows()...)
	}
	out.section(rows)
	if len(r.Parts) > 0 {
		out.blank()
		r.partTree(out)
	}
	for i := range r.Layers {
		if len(r.Layers) > 1 {
			out.section([]row{{Label: "Layer", Value: fmt.Sprintf("%d of %d: %s", i+1, len(r.Layers), r.Layers[i].Kind), Remark: "part " + r.Layers[i].Part}})
			out.continued(r.layerRows(s, i))
			continue
		}
		out.section(r.layerRows(s, i))
	}
	if len(r.Layers) > 0 {
		out.section(r.carriedRows())
	} else {
		for i := range r.Certificates {
			out.section(certificateRows(&r.Certificates[i]))
		}
	}
	if r.FileLook != nil {
		r.FileLook.show(out)
	}
	if notes := r.noteRows(); len(notes) > 0 {
		out.section(notes)
	}
	return coloured(out.out.String(), s, what)
}

// coloured colours the first word: it is no verdict, so that only what could not be read is red.
func coloured(text string, s Style, word Word) string {
	if !s.Color {
		return text
	}
	code := "\x1b[33m"
	if word == WordUnreadable || word == WordError {
		code = "\x1b[31m"
	}
	return code + text[:len(word)] + "\x1b[0m" + text[len(word):]
}

// narrowLabels are for labels that are too long for a narrow screen.
var narrowLabels = map[string]string{"Time stamp": "Stamp", "Certificate": "Cert", "Attributes": "Attr", "Unprotected": "Unprot", "Private key": "Private"}

// section writes rows below an empty line; nothing when there are none.
func (s *screen) section(rows []row) {
	if len(rows) > 0 {
		s.blank()
		s.continued(rows)
	}
}

// continued writes rows, with labels that fit.
func (s *screen) continued(rows []row) {
	if !s.style.wide() {
		for i := range rows {
			if short := narrowLabels[rows[i].Label]; short != "" {
				rows[i].Label = short
			}
		}
	}
	s.rows(rows)
}

// inspectedHead is the first word and what stands beside it.
func (r *Report) inspectedHead() (Word, string) {
	if len(r.Layers) == 0 {
		return r.fileHead()
	}
	l := &r.Layers[0]
	where := ""
	if l.SignedReport != nil && !l.Covers.WholeBody || r.beside() {
		where = "in part " + l.Part + " "
	}
	switch {
	case l.SignedReport != nil && len(l.Signers) == 0:
		return "certificates", "without any signer, not checked"
	case l.SignedReport != nil:
		var who []string
		for i := range l.Signers {
			who = append(who, r.short(&l.Signers[i]))
		}
		return "signed", where + "by " + strings.Join(who, " and ") + ", not checked (smimectl verify)"
	case l.EncryptedReport != nil:
		text := where + "for " + plural(len(l.Recipients), "recipient")
		for _, recipient := range l.Recipients {
			if recipient.Here == "key" && recipient.Address != nil {
				return "encrypted", text + ", you can read it as " + *recipient.Address
			}
		}
		return "encrypted", text
	case l.Kind == "compressed":
		return "compressed", "not checked"
	}
	return "other", "a CMS object of the type " + l.Kind + ", which is not taken off here"
}

// beside reports parts that nothing protects.
func (r *Report) beside() bool {
	protected := false
	for _, p := range r.Parts {
		protected = protected || p.Protected != "none"
	}
	return protected && len(r.Layers) > 0 && r.Layers[0].Part != "1"
}

func (r *Report) envelopeRows() []row {
	var rows []row
	add := func(label, value string) {
		if value != "" {
			rows = append(rows, row{Label: label, Value: value})
		}
	}
	var from []string
	for i, address := range r.Mail.From {
		if i < len(r.Mail.FromNames) && r.Mail.FromNames[i] != "" {
			address = fmt.Sprintf("%s <%s>", quote(clip(r.Mail.FromNames[i])), address)
		}
		from = append(from, address)
	}
	add("From", strings.Join(from, ", "))
	if r.Mail.Sender != nil {
		add("Sender", *r.Mail.Sender)
	}
	add("To", strings.Join(r.Mail.To, ", "))
	if r.Mail.Subject != nil {
		add("Subject", *r.Mail.Subject)
	}
	if r.Mail.Date != nil {
		add("Date", r.Mail.Date.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return rows
}

// layerRows describe one layer: its signers, or its recipients.
func (r *Report) layerRows(s Style, i int) []row {
	l := &r.Layers[i]
	var rows []row
	switch {
	case l.SignedReport != nil:
		for k := range l.Signers {
			if k > 0 {
				rows = append(rows, row{})
			}
			rows = append(rows, r.signerRows(s, l, k)...)
		}
		if weakest := l.Weakest.row(); weakest.Label != "" {
			rows = append(rows, weakest)
		}
		rows = append(rows, r.signedRows(s, l, i)...)
	case l.EncryptedReport != nil:
		rows = r.encryptedRows(s, l, i)
	case l.Look != nil:
		rows = append(rows, row{Label: "Holds", Value: l.Kind, Remark: "to see the structure: --asn1"})
	}
	return rows
}

// sizeText is a number of octets for people.
func sizeText(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 999_950:
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	case n < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// weakRows are the weak spots.
func weakRows(weak []string) []row {
	var rows []row
	for i, text := range weak {
		rows = append(rows, row{Label: map[bool]string{true: "Weak"}[i == 0], Value: text})
	}
	return rows
}

// attributeRows name attributes, with what they say.
func attributeRows(s Style, label string, list []AttributeReport) []row {
	var lines, usual []string
	for _, a := range list {
		if !s.Verbose && usualAttribute(a.Name) {
			usual = append(usual, a.Name)
			continue
		}
		text := a.Name
		if len(a.Values) > 0 {
			text += ": " + strings.Join(a.Values, "; ")
		}
		lines = append(lines, text)
	}
	if len(usual) > 0 {
		lines = append([]string{strings.Join(usual, ", ")}, lines...)
	}
	if len(lines) == 0 {
		return nil
	}
	return []row{{Label: label, Value: lines[0], Lines: lines[1:]}}
}

// usualAttribute says whether nearly every signature has the attribute: what is in it stands elsewhere, or says a
// person nothing.
func usualAttribute(name string) bool {
	switch name {
	case "contentType", "messageDigest", "signingTime", "CMSAlgorithmProtection", "signingCertificate", "signingCertificateV2", "smimeCapabilities":
		return true
	}
	return false
}
