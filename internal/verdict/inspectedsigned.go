package verdict

import (
	"fmt"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
)

// signerRows describe one signer of a layer, as the message and the certificate have it.
func (r *Report) signerRows(s Style, l *LayerReport, k int) []row {
	signer := &l.Signers[k]
	look := signer.Look
	if look == nil {
		look = &SignerLook{}
	}
	label := "Signer"
	if len(l.Signers) > 1 {
		label = fmt.Sprintf("Signer %d", k+1)
	}
	first := row{Label: label, Value: r.who(signer)}
	if signer.Certificate == nil {
		first.Lines = []string{namedBy(look)}
	} else if signer.Certificate.Subject != "" && s.Verbose {
		first.Lines = []string{signer.Certificate.Subject}
	} else if says := signer.Certificate.says; signer.Name == nil {
		first.Lines = []string{says}
	} else if more, ok := strings.CutPrefix(says, *signer.Name+", "); ok {
		first.Lines = []string{more}
	} else if says != *signer.Name {
		first.Lines = []string{says}
	}
	rows := []row{first, {Label: "Algorithm", Value: algorithmTitle(signer)}}
	if signer.SignedAt != nil {
		rows = append(rows, row{Label: "Signed", Value: s.time(signer.SignedAt.Time), Remark: "by the signer's clock"})
	} else {
		rows = append(rows, row{Label: "Signed", Value: "no time claimed"})
	}
	if ciphers := ciphersOf(signer.Capabilities); len(ciphers) > 0 {
		rows = append(rows, row{Label: "Reads", Value: strings.Join(ciphers, ", ")})
	}
	if c := signer.Certificate; c != nil {
		rows = append(rows, row{Label: "Certificate", Value: fmt.Sprintf("%s, %s to %s%s", fingerprint(c.SHA256[:16]), day(c.NotBefore.Time), day(c.NotAfter.Time), usesOf(c)),
			Lines: []string{"serial " + c.Serial + ", " + originText(look.Source)}})
		rows = append(rows, row{Label: "Chain", Value: chainText(signer)})
	}
	rows = append(rows, attributeRows(s, "Attributes", look.Attributes)...)
	rows = append(rows, attributeRows(s, "Unsigned", look.Unsigned)...)
	rows = append(rows, stampRows(s, signer)...)
	rows = append(rows, r.counterRows(s, signer)...)
	if s.Verbose {
		rows = append(rows, row{Label: "Version", Value: fmt.Sprint(look.Version)}, row{Label: "Named by", Value: namedBy(look)})
		if c := signer.Certificate; c != nil {
			rows = append(rows, row{Label: "SHA-256", Value: fingerprint(c.SHA256)})
		}
		if len(signer.Capabilities) > 0 {
			rows = append(rows, row{Label: "Can", Value: strings.Join(signer.Capabilities, ", ")})
		}
		rows = append(rows, s.besideRows(signer)...)
	}
	return append(rows, weakRows(look.Weak)...)
}

// namedBy says how the message names the signer.
func namedBy(look *SignerLook) string {
	switch {
	case look.Issuer != nil && look.Serial != nil:
		return "issuer " + *look.Issuer + ", serial " + *look.Serial
	case look.KeyID != nil:
		return "key identifier " + *look.KeyID
	}
	return "not named"
}

// algorithmTitle is how a signature was made, with the key.
func algorithmTitle(s *SignerReport) string {
	var out []string
	for _, text := range []string{schemeTitle(s.Signature), s.digestTitle, s.keyTitle} {
		if text != "" && (len(out) == 0 || out[len(out)-1] != text) {
			out = append(out, text)
		}
	}
	if s.digestTitle == "" && s.Digest != "" {
		out = append(out, "digest "+s.Digest)
	}
	return strings.Join(out, ", ")
}

// oaepTitle names RSAES-OAEP with its hash, and with the hash of the mask where that is another.
func oaepTitle(parameters string) string {
	hash, mask, other := strings.Cut(parameters, "-mgf1-")
	title := "RSA-OAEP " + hashTitle(hash)
	if other {
		title += ", mask " + hashTitle(mask)
	}
	return title
}

// hashTitle names a digest as people do.
func hashTitle(name string) string {
	if d, err := algorithm.DigestByName(name); err == nil {
		return digestTitle(d)
	}
	return strings.ToUpper(name)
}

// schemeTitle names a signature or an encryption of keys as people do.
func schemeTitle(name string) string {
	switch name {
	case "rsa-pkcs1v15":
		return "RSA PKCS#1 v1.5"
	case "ed25519":
		return "Ed25519"
	case "ed448":
		return "Ed448"
	}
	if parameters, ok := strings.CutPrefix(name, "rsa-oaep-"); ok {
		return oaepTitle(parameters)
	}
	if name != "" && name[0] >= '0' && name[0] <= '2' && strings.Trim(name, "0123456789.") == "" {
		if known := nameOfOID(name); known != "" {
			return known + ", not supported here, " + name
		}
		return "an algorithm that is not known here, " + name
	}
	return strings.ToUpper(name)
}

// nameOfOID is what an algorithm that is not computed here is called, "" where that is not known.
func nameOfOID(dotted string) string {
	oid, err := algorithm.ParseOID(dotted)
	if err != nil {
		return ""
	}
	return (&algorithm.UnsupportedError{OID: oid}).Name()
}

// usesOf says what a certificate is made for, after a comma.
func usesOf(c *CertificateReport) string {
	if c.For == nil {
		return ""
	}
	words := map[string]string{"emailProtection": "mail", "clientAuth": "TLS client", "serverAuth": "TLS server", "codeSigning": "code",
		"timeStamping": "time stamps", "OCSPSigning": "OCSP", "anyExtendedKeyUsage": "anything"}
	var out []string
	for _, name := range c.For {
		if w := words[name]; w != "" {
			name = w
		}
		out = append(out, name)
	}
	if len(out) > 1 {
		return ", for " + strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1]
	}
	return ", for " + strings.Join(out, "")
}

// originText says where a certificate is from.
func originText(source string) string {
	switch source {
	case "message":
		return "in the message"
	case "chain":
		return "given by --chain"
	case "store":
		return "in your store"
	case "online":
		return "fetched"
	}
	if name, ok := strings.CutPrefix(source, "anchor:"); ok {
		return "anchor " + quote(name)
	}
	return "found elsewhere"
}

// chainText lists the issuers above a signer, each with where it is from. Nothing says that they may be believed.
func chainText(s *SignerReport) string {
	var out []string
	for i := range s.Chain {
		link := &s.Chain[i]
		where := originText(link.Source)
		if _, short := anchorText(*link); short != "" {
			where = short
			if name, ok := strings.CutPrefix(link.Source, "anchor:"); ok && link.Kind != "builtin" && link.Kind != "system" && link.Kind != "file" {
				where += " " + quote(name)
			}
		}
		out = append(out, link.name+" ("+where+")")
	}
	switch {
	case s.Look != nil && s.Look.MissingIssuer != nil:
		out = append(out, "issued by "+*s.Look.MissingIssuer+", which is not at hand")
	case len(out) == 0:
		out = append(out, "signed by itself")
	}
	return strings.Join(out, ", ")
}

// signedRows are what belongs to the layer and to no single signer.
func (r *Report) signedRows(s Style, l *LayerReport, i int) []row {
	look := l.Look
	if look == nil {
		return nil
	}
	var rows []row
	if look.Headers != nil {
		rows = append(rows, headerRows(look.Headers)...)
	} else if r.Mail != nil && len(l.Signers) > 0 && i == 0 {
		rows = append(rows, row{Label: "Headers", Value: "not signed", Remark: "Subject, From, To and Date can be changed on the way", Narrow: []string{"not signed"}})
	}
	if look.ContentType != "" && look.ContentType != "data" {
		rows = append(rows, row{Label: "Content", Value: look.ContentType})
	}
	if look.ContentSize != nil && len(r.Parts) == 0 {
		rows = append(rows, row{Label: "Size", Value: sizeText(*look.ContentSize)})
	}
	if s.Verbose {
		rows = append(rows, row{Label: "CMS", Value: fmt.Sprintf("SignedData version %d", look.Version), Remark: "digests " + strings.Join(look.DigestAlgorithms, ", ")})
	}
	return append(rows, weakRows(look.Weak)...)
}

// headerRows compare the header fields inside with those outside.
func headerRows(h *HeadersReport) []row {
	var same, lines []string
	for _, f := range h.Fields {
		outside, inside := strings.Join(f.Outside, ", "), strings.Join(f.Inside, ", ")
		switch f.State {
		case "same":
			same = append(same, f.Name)
		case "differs":
			lines = append(lines, f.Name+" differs: outside "+quote(outside)+", inside "+quote(inside))
		case "inside-only":
			lines = append(lines, f.Name+" only inside: "+quote(inside))
		case "outside-only":
			lines = append(lines, f.Name+" only outside: "+quote(outside))
		}
	}
	first := row{Label: "Headers", Value: "inside too (" + h.Form + ")"}
	if len(same) > 0 {
		first.Remark = strings.Join(same, ", ") + ": the same"
	}
	first.Lines = lines
	return []row{first}
}

// ciphersOf are those of the capabilities that a person wants to know: with what
// the signer can be written to. QUIRK: NSS (Thunderbird) names RC2-CBC once for each of its
// key sizes; a cipher stands here once, where it is named first.
func ciphersOf(capabilities []string) []string {
	var out []string
	for _, name := range capabilities {
		for _, c := range algorithm.ContentCiphers() {
			if c.Name == name && !slices.Contains(out, c.Title) {
				out = append(out, c.Title)
			}
		}
	}
	return out
}

// carriedRows name what a message carries besides the signers' own certificates and their issuers.
func (r *Report) carriedRows() []row {
	shown := map[string]bool{}
	var rows []row
	for i := range r.Layers {
		l := &r.Layers[i]
		if l.SignedReport == nil {
			continue
		}
		for _, s := range l.Signers {
			if s.Certificate != nil {
				shown[s.Certificate.SHA256] = true
			}
			for _, link := range s.Chain {
				shown[link.SHA256] = true
			}
		}
	}
	for i := range r.Certificates {
		if c := &r.Certificates[i]; !shown[c.SHA256] {
			rows = append(rows, row{Label: "Carries", Value: c.Subject, Remark: day(c.NotBefore.Time) + " to " + day(c.NotAfter.Time), Lines: []string{fingerprint(c.SHA256[:16])}})
		}
	}
	for i := range r.Layers {
		look := r.Layers[i].Look
		if look == nil || look.Carries == nil {
			continue
		}
		if n := look.Carries.Unreadable; n > 0 {
			rows = append(rows, row{Label: "Carries", Value: plural(n, "certificate") + " that cannot be read"})
		}
		for k := range look.Carries.Lists {
			rows = append(rows, row{Label: "Carries", Value: "revocation list of " + listText(&look.Carries.Lists[k])})
		}
		if n := look.Carries.Responses; n > 0 {
			rows = append(rows, row{Label: "Carries", Value: plural(n, "OCSP response")})
		}
		if n := look.Carries.Other; n > 0 {
			rows = append(rows, row{Label: "Carries", Value: fmt.Sprintf("revocation information of another kind (%d)", n)})
		}
	}
	return rows
}

func listText(l *ListReport) string {
	text := l.Issuer + ", " + day(l.ThisUpdate.Time)
	if l.NextUpdate != nil {
		text += " to " + day(l.NextUpdate.Time)
	}
	return text + ", " + plural(l.Entries, "revoked certificate")
}
