package mailroots

import (
	"bytes"
	"cmp"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"smimectl/internal/cert"
)

// Encode writes a list. The roots are put in order by their fingerprints, so that
// the same roots give the same file; one that is there twice is written once, with
// the earlier day of distrust. Certificates that are no roots are refused.
func Encode(source string, date time.Time, roots []Root) ([]byte, error) {
	if !cleanSource(source) {
		return nil, malformed(0, "the source is no line of plain text")
	}
	roots = merged(roots)
	switch {
	case len(roots) == 0:
		return nil, &EmptyError{Format: formatOfOwn}
	case len(roots) > maxRoots:
		return nil, &LimitError{What: fmt.Sprintf("roots, at most %d", maxRoots)}
	}
	var body bytes.Buffer
	for _, r := range roots {
		if why := unfit(r.Certificate); why != "" {
			return nil, malformed(0, r.Certificate.Subject.String()+": "+why)
		}
		fmt.Fprintf(&body, "\n# %s\n", plainName(r.Certificate))
		if !r.DistrustAfter.IsZero() {
			fmt.Fprintf(&body, "%s%s\n", afterLine, r.DistrustAfter.UTC().Format(time.RFC3339))
		}
		if err := pem.Encode(&body, &pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate.Raw}); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	out.WriteString(title)
	fmt.Fprintf(&out, "%s%s\n%s%s\n%s%d\n", sourceLine, source, dateLine, date.Format(time.DateOnly), countLine, len(roots))
	fmt.Fprintf(&out, "%s%x\n", sumLine, checksum(source, date, len(roots), body.String()))
	out.Write(body.Bytes())
	return out.Bytes(), nil
}

// merged sorts and removes what is there twice.
func merged(roots []Root) []Root {
	roots = slices.Clone(roots)
	slices.SortStableFunc(roots, func(a, b Root) int {
		return cmp.Compare(a.Certificate.Fingerprint(), b.Certificate.Fingerprint())
	})
	var out []Root
	for _, r := range roots {
		if n := len(out); n > 0 && out[n-1].Certificate.Equal(r.Certificate) {
			if last := &out[n-1]; last.DistrustAfter.IsZero() || (!r.DistrustAfter.IsZero() && r.DistrustAfter.Before(last.DistrustAfter)) {
				last.DistrustAfter = r.DistrustAfter
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// unfit says why a certificate cannot be a root, "" when it can.
//
// QUIRK: roots of the 1990s are certificates of version 1, which cannot say that
// they are CAs; a self-issued one is taken (Verisign).
func unfit(c *cert.Certificate) string {
	ca, _, present := c.BasicConstraints()
	usage, limited := c.KeyUsage()
	switch {
	case len(c.Raw) > maxCertificate:
		return "it is too large"
	case !c.SelfIssued():
		return "it is no root: another one has issued it"
	case c.Subject.Empty():
		return "it has no subject"
	case !ca && (present || c.Version >= 3):
		return "it is no CA"
	case limited && usage&cert.UsageKeyCertSign == 0:
		return "its key may not sign certificates"
	}
	return ""
}

// plainName is a name for a comment: ASCII without control characters.
func plainName(c *cert.Certificate) string {
	name := c.DisplayName()
	if len(name) > maxSource {
		name = name[:maxSource]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, strings.ReplaceAll(name, "-----", "?"))
}
