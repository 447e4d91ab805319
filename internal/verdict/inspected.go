package verdict

import (
	"fmt"
	"strings"

	"smimectl/internal/algorithm"
)

// inspected is the screen of inspect: what is there. It judges nothing, and says so in its first line.
func (r *Report) inspected(s Style) string {
	out := &screen{style: s}
	what, text := r.inspectedHead()
	out.head(what, text)
	var rows []row
	if r.Mail != nil {
		rows = append(rows, r.envelopeRows()...)
	}
	if len(rows) > 0 {
		out.blank()
		out.rows(rows)
	}
	if len(r.Parts) > 0 {
		out.blank()
		r.partTree(out)
	}
	for i := range r.Layers {
		if more := r.layerRows(s, &r.Layers[i]); len(more) > 0 {
			out.blank()
			out.rows(more)
		}
	}
	if len(r.Layers) > 0 {
		if rows := r.carriedRows(); len(rows) > 0 {
			out.blank()
			out.rows(rows)
		}
	} else {
		for i := range r.Certificates {
			out.blank()
			out.rows(certificateRows(&r.Certificates[i]))
		}
	}
	if notes := r.noteRows(); len(notes) > 0 {
		out.rows(notes)
	}
	return out.out.String()
}

// inspectedHead is the first word and what stands beside it.
func (r *Report) inspectedHead() (Word, string) {
	if len(r.Layers) == 0 {
		if n := len(r.Certificates); n > 0 {
			return "certificates", plural(n, "certificate") + ", not checked"
		}
		return "plain", "no S/MIME in this mail"
	}
	l := &r.Layers[0]
	switch {
	case l.SignedReport != nil && len(l.Signers) == 0:
		return "certificates", "without any signer, not checked"
	case l.SignedReport != nil:
		var who []string
		for i := range l.Signers {
			who = append(who, r.short(&l.Signers[i]))
		}
		return "signed", "by " + strings.Join(who, " and ") + ", not checked (smimectl verify)"
	case l.EncryptedReport != nil:
		text := "for " + plural(len(l.Recipients), "recipient")
		for _, recipient := range l.Recipients {
			if recipient.Here == "key" && recipient.Address != nil {
				return "encrypted", text + ", you can read it as " + *recipient.Address
			}
		}
		return "encrypted", text
	}
	return Word(l.Kind), "not checked"
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
	add("To", strings.Join(r.Mail.To, ", "))
	if r.Mail.Subject != nil {
		add("Subject", *r.Mail.Subject)
	}
	if r.Mail.Date != nil {
		add("Date", r.Mail.Date.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return rows
}

// partTree lists the parts, indented by their depth.
func (r *Report) partTree(out *screen) {
	for _, p := range r.Parts {
		depth := strings.Count(p.Number, ".")
		about := p.MediaType
		if p.Protected != "none" {
			about += "   " + p.Protected
		}
		if p.FileName != "" {
			about += "   " + p.FileName
		}
		label := p.Number
		if out.style.wide() {
			out.block(label, max(8, len(label)+1), 2, []string{strings.Repeat("  ", min(depth, 1)) + about})
			continue
		}
		out.block(label, max(6, len(label)+1), 0, []string{about})
	}
}

// layerRows describe one layer: its signers, or its recipients.
func (r *Report) layerRows(s Style, l *LayerReport) []row {
	var rows []row
	switch {
	case l.SignedReport != nil:
		for i := range l.Signers {
			rows = append(rows, r.signerRows(s, &l.Signers[i])...)
		}
	case l.EncryptedReport != nil:
		remark := "does not show changes"
		if l.Authenticated {
			remark = "protected against changes"
		}
		rows = append(rows, row{Label: "Cipher", Value: l.cipherTitle(), Remark: remark})
		for i := range l.Recipients {
			rows = append(rows, recipientRow(i+1, &l.Recipients[i]))
		}
		if r.Mail != nil {
			rows = append(rows, row{Label: "Outside", Value: "the header, Subject too, is readable by anyone"})
		}
	}
	return rows
}

func (r *Report) signerRows(s Style, signer *SignerReport) []row {
	rows := []row{{Label: "Signer", Value: r.who(signer)}}
	algorithm := signer.Signature
	if signer.Digest != "" {
		algorithm += ", " + signer.Digest
	}
	if algorithm != "" {
		rows = append(rows, row{Label: "Algorithm", Value: algorithm})
	}
	if signer.SignedAt != nil {
		rows = append(rows, row{Label: "Signed", Value: s.time(signer.SignedAt.Time), Remark: "by the signer's clock"})
	}
	if ciphers := ciphersOf(signer.Capabilities); len(ciphers) > 0 {
		rows = append(rows, row{Label: "Reads", Value: strings.Join(ciphers, ", ")})
	}
	if signer.Certificate != nil {
		rows = append(rows, certificateRows(signer.Certificate)...)
	}
	return rows
}

// ciphersOf are those of the capabilities that a person wants to know: with what
// the signer can be written to.
func ciphersOf(capabilities []string) []string {
	var out []string
	for _, name := range capabilities {
		for _, c := range algorithm.ContentCiphers() {
			if c.Name == name {
				out = append(out, c.Title)
			}
		}
	}
	return out
}

func certificateRows(c *CertificateReport) []row {
	rows := []row{{Label: "Holder", Value: c.Subject}, {Label: "Issuer", Value: c.Issuer}, {Label: "Serial", Value: c.Serial},
		{Label: "Valid", Value: day(c.NotBefore.Time) + " to " + day(c.NotAfter.Time)}}
	if c.Key != "" {
		rows = append(rows, row{Label: "Key", Value: c.Key})
	}
	if len(c.Addresses) > 0 {
		rows = append(rows, row{Label: "Addresses", Value: strings.Join(c.Addresses, ", ")})
	}
	if len(c.For) > 0 {
		rows = append(rows, row{Label: "For", Value: strings.Join(c.For, ", ")})
	}
	if c.PrivateKey != nil && *c.PrivateKey {
		rows = append(rows, row{Label: "Private key", Value: "in the file"})
	}
	return append(rows, row{Label: "SHA-256", Value: fingerprint(c.SHA256)})
}

// carriedRows name the certificates that a message carries besides the signers' own.
func (r *Report) carriedRows() []row {
	shown := map[string]bool{}
	for i := range r.Layers {
		if l := &r.Layers[i]; l.SignedReport != nil {
			for _, s := range l.Signers {
				if s.Certificate != nil {
					shown[s.Certificate.SHA256] = true
				}
			}
		}
	}
	var rows []row
	for _, c := range r.Certificates {
		if !shown[c.SHA256] {
			rows = append(rows, row{Label: "Carries", Value: c.Subject, Remark: day(c.NotBefore.Time) + " to " + day(c.NotAfter.Time), Lines: []string{fingerprint(c.SHA256[:16])}})
		}
	}
	return rows
}

func recipientRow(n int, rec *RecipientReport) row {
	who := "unknown"
	switch {
	case rec.Address != nil:
		who = *rec.Address
	case rec.Issuer != nil && rec.Serial != nil:
		who = *rec.Issuer + ", serial " + *rec.Serial
	case rec.KeyID != nil:
		who = "key identifier " + *rec.KeyID
	}
	about := rec.Algorithm
	if rec.KeyTitle != "" {
		about = rec.KeyTitle + ", " + about
	}
	switch rec.Here {
	case "key":
		about += "; your identity, key here"
	case "certificate":
		about += "; certificate known"
	}
	return row{Label: fmt.Sprint(n), Value: who, Lines: []string{about}}
}
