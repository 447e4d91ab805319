package verdict

import (
	"fmt"
	"strings"
)

// fingerprint groups hex digits for comparing by eye.
func fingerprint(hex string) string {
	var groups []string
	for hex = strings.ToUpper(hex); len(hex) > 4; hex = hex[4:] {
		groups = append(groups, hex[:4])
	}
	return strings.Join(append(groups, hex), " ")
}

// fingerprint shows a fingerprint below a text, in lines of equal length.
func (s Style) fingerprint(hex string) []string {
	room, indent := s.columns()-narrowLabel-2, "  "
	if s.wide() {
		room = s.columns() - 2 - wideLabel - 2
	}
	groups := strings.Split(fingerprint(hex), " ")
	line := len(groups)
	for line > 1 && 5*line-1 > room {
		line = (line + 1) / 2
	}
	var lines []string
	for ; len(groups) > line; groups = groups[line:] {
		lines = append(lines, indent+strings.Join(groups[:line], " "))
	}
	return append(lines, indent+strings.Join(groups, " "))
}

// linkText says where a certificate of a chain is from.
func linkText(link ChainReport) string {
	source := link.Source
	link.Added = nil
	if anchor, _ := anchorText(link); anchor != "" {
		return anchor
	}
	return originText(source)
}

func unindented(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimLeft(line, " ")
	}
	return out
}

// certificateRows are what is said of a certificate, and of the chain above it.
func (s Style) certificateRows(c *CertificateReport, chain []ChainReport) []row {
	var rows []row
	if c != nil {
		sha256, label := unindented(s.fingerprint(c.SHA256)), "Fingerprint"
		if !s.wide() {
			label = "SHA-256"
		}
		rows = append(rows, row{Label: label, Value: sha256[0], Lines: sha256[1:]},
			row{Label: "Serial", Value: c.Serial}, row{Label: "Subject", Value: c.Subject}, row{Label: "Issued by", Value: c.Issuer})
	}
	for _, link := range chain {
		rows = append(rows, row{Label: "Chain", Value: link.Subject + " (" + linkText(link) + ")", Lines: unindented(s.fingerprint(link.SHA256))})
	}
	return rows
}

// besideRows are about those who stamped and countersigned a signature, and their certificates.
func (s Style) besideRows(signer *SignerReport) []row {
	var rows []row
	if t := signer.Timestamp; t != nil && t.Certificate != nil {
		rows = append(rows, row{Label: s.stampLabel(), Value: "by " + t.maker()})
		rows = append(rows, s.certificateRows(t.Certificate, t.Chain)...)
	}
	for i := range signer.Countersignatures {
		c := &signer.Countersignatures[i]
		if c.Certificate == nil {
			continue
		}
		rows = append(rows, row{Label: s.counterLabel(), Value: "by " + c.who()})
		rows = append(rows, s.certificateRows(c.Certificate, c.Chain)...)
	}
	return rows
}

// verboseRows say everything that was looked at, of every layer.
func (r *Report) verboseRows(s Style) []row {
	var rows []row
	for i := range r.Layers {
		l := &r.Layers[i]
		rows = append(rows, row{}, row{Label: "Layer", Value: fmt.Sprintf("%d, %s", i+1, l.Kind), Remark: l.Form})
		if l.EncryptedReport != nil {
			rows = append(rows, row{Label: "Cipher", Value: l.Cipher})
		}
		if l.SignedReport == nil {
			continue
		}
		for k := range l.Signers {
			signer := &l.Signers[k]
			rows = append(rows, row{Label: "Signer", Value: r.who(signer)})
			rows = append(rows, s.certificateRows(signer.Certificate, signer.Chain)...)
			for _, check := range signer.Checks {
				rows = append(rows, row{Label: "Check", Value: check.Name, Remark: check.Result, Narrow: []string{check.Name + ": " + check.Result}})
			}
			rows = append(rows, s.besideRows(signer)...)
		}
	}
	return rows
}
