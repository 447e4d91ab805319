package message

import (
	"slices"
	"strings"

	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

// checkLabel notes a smime-type that says something else than the CMS content
// type, which decides (RFC 8551, Section 3.2.2).
func (w *walk) checkLabel(l *mimewrap.Layer, form string) {
	if l.SMIMEType == "" || equalFold(l.SMIMEType, form) || l.Kind != mimewrap.PKCS7 {
		return
	}
	w.facts.Notes = append(w.facts.Notes, verdict.Note{
		Code: verdict.SMIMETypeDiffers,
		Text: "labelled smime-type=" + l.SMIMEType + ", the content is " + form,
	})
}

// checkDigestLabel notes a micalg that does not name the digest of each signer.
// The digests that count are those of the signers (RFC 8551, Section 3.5.3.2).
func (w *walk) checkDigestLabel(l *mimewrap.Layer, signers []*cms.SignerInfo) {
	if l.MICAlg == "" {
		return
	}
	label := strings.Split(plainDigest(l.MICAlg), ",")
	if slices.Contains(label, "unknown") {
		return
	}
	for _, s := range signers {
		if s.Digest != nil && !slices.Contains(label, plainDigest(strings.ToLower(s.Digest.Name))) {
			w.facts.Notes = append(w.facts.Notes, verdict.Note{
				Code: verdict.SMIMETypeDiffers,
				Text: "labelled micalg=" + l.MICAlg + ", the digest is " + s.Digest.Name,
			})
			return
		}
	}
}

// plainDigest leaves out of a digest's name what is written in one place and not in
// another: "sha-256", "rsa-sha256".
func plainDigest(name string) string {
	if strings.IndexByte(name, '-') < 0 && strings.IndexByte(name, ' ') < 0 && !strings.Contains(name, "rsa") {
		return name
	}
	return strings.NewReplacer("-", "", "rsa", "", " ", "").Replace(name)
}
