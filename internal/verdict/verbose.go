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
