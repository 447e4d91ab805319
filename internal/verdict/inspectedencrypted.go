package verdict

import (
	"fmt"
	"strings"
)

// encryptedRows describe an encrypted layer: how, and for whom.
func (r *Report) encryptedRows(s Style, l *LayerReport, i int) []row {
	remark := "does not show changes"
	if l.Authenticated {
		remark = "protected against changes"
	}
	cipher := l.cipherTitle()
	if l.title == "" {
		cipher, remark = schemeTitle(cipher), ""
	}
	rows := []row{{Label: "Cipher", Value: cipher, Remark: remark}}
	for k := range l.Recipients {
		rows = append(rows, recipientRow(k+1, &l.Recipients[k]))
	}
	if weakest := l.Weakest.row(); weakest.Label != "" {
		weakest.Lines, weakest.Remark = []string{weakest.Remark}, "" // below: beside it the recipients would lose their room
		rows = append(rows, weakest)
	}
	if r.Mail != nil && i == 0 && l.Part == "1" {
		rows = append(rows, row{Label: "Outside", Value: r.outside()})
	}
	look := l.Look
	if look == nil {
		return rows
	}
	if look.ContentType != "" && look.ContentType != "data" {
		rows = append(rows, row{Label: "Content", Value: look.ContentType})
	}
	if look.ContentSize != nil {
		rows = append(rows, row{Label: "Size", Value: sizeText(*look.ContentSize)})
	}
	rows = append(rows, attributeRows(s, "Attributes", look.Attributes)...)
	rows = append(rows, attributeRows(s, "Unprotected", look.Unprotected)...)
	var weak []string
	for _, text := range look.Weak {
		if !strings.HasSuffix(text, changesHidden) { // the cipher's own line says so
			weak = append(weak, text)
		}
	}
	for k := range l.Recipients {
		if rec := l.Recipients[k].Look; rec != nil {
			for _, text := range rec.Weak {
				weak = append(weak, fmt.Sprintf("recipient %d: %s", k+1, text))
			}
		}
	}
	return append(rows, weakRows(weak)...)
}

// outside names the header fields that anybody can read.
func (r *Report) outside() string {
	var names []string
	add := func(is bool, name string) {
		if is {
			names = append(names, name)
		}
	}
	add(len(r.Mail.From) > 0, "From")
	add(len(r.Mail.To) > 0, "To")
	add(r.Mail.Date != nil, "Date")
	if r.Mail.Subject != nil {
		names = append(names, "Subject "+quote(clip(*r.Mail.Subject)))
	}
	if len(names) == 0 {
		return "the header is readable by anyone"
	}
	return strings.Join(names, ", ") + map[bool]string{true: " is", false: " are"}[len(names) == 1] + " readable by anyone"
}

// recipientRow is one recipient: who, with what kind of key, and whether that key is here.
func recipientRow(n int, rec *RecipientReport) row {
	who, named := "unknown", ""
	switch {
	case rec.Issuer != nil && rec.Serial != nil:
		named = *rec.Issuer + ", serial " + *rec.Serial
	case rec.KeyID != nil:
		named = "key identifier " + *rec.KeyID
	}
	if rec.Address != nil {
		who = *rec.Address
	} else if rec.Here != "unknown" && named != "" {
		who = "a certificate without an address"
	} else if rec.Type == "password" {
		who = "whoever knows the password"
	} else if rec.Type == "key-encryption-key" {
		who = "whoever has the key"
	}
	key := rec.KeyTitle
	var how []string
	if look := rec.Look; look != nil {
		if key == "" {
			key = look.Key
		}
		how = append(how, look.Derive, look.Wrap)
	}
	scheme := schemeTitle(rec.Algorithm)
	if rec.Type == "key-encryption-key" || rec.Type == "password" {
		scheme = "" // how the key is wrapped says it
	}
	var about []string
	for _, text := range append([]string{key, scheme}, how...) {
		if text != "" && (len(about) == 0 || about[len(about)-1] != text) {
			about = append(about, text)
		}
	}
	text := strings.Join(about, ", ")
	state := ""
	switch rec.Here {
	case "key":
		state = "your identity, key here"
	case "certificate":
		state = "certificate known"
	default:
		state = named
		named = ""
	}
	out := row{Label: fmt.Sprint(n), Value: who, Remark: text}
	switch {
	case rec.Here != "unknown":
		out.Remark += "; " + state
	case state != "":
		out.Lines = append(out.Lines, state)
	}
	if rec.Address == nil && named != "" {
		out.Lines = append(out.Lines, named)
	}
	if rec.Type == "other" {
		out.Remark = "recipient of a kind that is not known here, " + rec.Algorithm
	}
	return out
}
