package verdict

import (
	"strings"
)

// fileHead is the first line about a file that is no message, or a mail without S/MIME.
func (r *Report) fileHead() (Word, string) {
	var what []string
	word := Word("")
	count := func(n int, w Word, name string) {
		if n == 0 {
			return
		}
		if word == "" {
			word = w
		}
		what = append(what, plural(n, name))
	}
	f := r.FileLook
	if f == nil {
		f = &FileLook{}
	}
	count(len(f.Responses), "OCSP response", "OCSP response")
	count(len(r.Certificates), "certificates", "certificate")
	count(len(f.Keys), "private key", "private key")
	count(len(f.Lists), "revocation list", "revocation list")
	count(len(f.Requests), "certificate request", "certificate request")
	if word != "" {
		text := strings.Join(what, ", ") + ", not checked"
		return word, text
	}
	for _, p := range r.Parts {
		if p.Protected != "none" {
			return Word(p.Protected), "in part " + p.Number + " alone, not checked"
		}
	}
	return "plain", "no S/MIME in this mail"
}

// show writes what a file holds besides certificates.
func (f *FileLook) show(out *screen) {
	for i := range f.Keys {
		out.section(keyRows(&f.Keys[i]))
	}
	for i := range f.Lists {
		l := &f.Lists[i]
		rows := []row{{Label: "Issuer", Value: l.Issuer}, {Label: "Of", Value: day(l.ThisUpdate.Time), Remark: nextText(l.NextUpdate)}}
		if l.Number != "" {
			rows = append(rows, row{Label: "Number", Value: l.Number, Remark: map[bool]string{true: "only what changed"}[l.Delta]})
		}
		rows = append(rows, row{Label: "Revoked", Value: plural(l.Entries, "certificate")}, row{Label: "Signature", Value: l.Signature})
		out.section(rows)
	}
	for i := range f.Responses {
		o := &f.Responses[i]
		rows := []row{{Label: "Responder", Value: o.Responder}, {Label: "Of", Value: out.style.time(o.ProducedAt.Time)}, {Label: "Signature", Value: o.Signature}}
		for _, a := range o.Answers {
			text := a.Status
			if a.RevokedAt != nil {
				text += " on " + day(a.RevokedAt.Time) + ", " + a.Reason
			}
			rows = append(rows, row{Label: "Says", Value: text, Lines: []string{"of serial " + a.Serial, "as of " + day(a.ThisUpdate.Time) + ", " + nextText(a.NextUpdate)}})
		}
		out.section(rows)
	}
	for i := range f.Requests {
		q := &f.Requests[i]
		rows := []row{{Label: "Wants", Value: q.Subject}, {Label: "Key", Value: q.Key}}
		if len(q.Addresses) > 0 {
			rows = append(rows, row{Label: "Addresses", Value: strings.Join(q.Addresses, ", ")})
		}
		out.section(append(rows, row{Label: "Signature", Value: q.Signature}))
	}
	if f.Format != "" {
		out.section([]row{{Label: "Format", Value: f.Format}})
	}
}

func nextText(t *Time) string {
	if t == nil {
		return "no next one announced"
	}
	return "next one by " + day(t.Time)
}

// keyRows say what kind of key it is, never anything of the key.
func keyRows(k *KeyReport) []row {
	what := k.Title
	if what == "" {
		what = "private key"
	} else {
		what += " private key"
	}
	state := "not encrypted: whoever has the file has the key"
	if k.Encrypted {
		state = "encrypted"
	}
	rows := []row{{Label: "Key", Value: what, Remark: state, Lines: []string{k.Format}}}
	if k.FriendlyName != "" {
		rows = append(rows, row{Label: "Name", Value: k.FriendlyName})
	}
	if k.Fits != "" {
		rows = append(rows, row{Label: "Fits", Value: fingerprint(k.Fits[:16])})
	}
	return rows
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
	if len(c.Usage) > 0 {
		rows = append(rows, row{Label: "Usage", Value: strings.Join(c.Usage, ", ")})
	}
	if len(c.For) > 0 {
		rows = append(rows, row{Label: "For", Value: strings.Join(c.For, ", ")})
	}
	if c.PrivateKey != nil && *c.PrivateKey {
		rows = append(rows, row{Label: "Private key", Value: "in the file"})
	}
	return append(rows, row{Label: "SHA-256", Value: fingerprint(c.SHA256)})
}
