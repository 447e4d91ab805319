package hostiletest

import (
	"strings"
	"testing"

	"smimectl/internal/cms/cmstest"
)

// mimeCases are A67 to A93: the mail around what is signed and encrypted.
func mimeCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, family := range []func(testing.TB, *World) []Case{
		transportCases, partsCases, enclosedCases, labelCases, encodingCases, fieldCases, boundaryCases, headerSizeCases, layerCases, fileCases,
	} {
		out = append(out, family(tb, w)...)
	}
	return out
}

// judged is a mail for verify, whose signed entity is written when it is good.
func judged(id, name string, mail string, want Want) Case {
	return Case{ID: id, Name: name, Args: Verify("--entity"), Mail: []byte(mail), Want: want}
}

// replaced puts new in the place of the first old, which must be there.
func replaced(tb testing.TB, s, old, new string) string {
	tb.Helper()
	if !strings.Contains(s, old) {
		tb.Fatalf("there is no %q to replace", old)
	}
	return strings.Replace(s, old, new, 1)
}

// clearText is a mail that an identity signed in the clear, with CRLF.
func clearText(tb testing.TB, entity string, who *cmstest.Identity) string {
	tb.Helper()
	return string(ClearMail(entity, Detached(tb, entity, who)))
}

// opaqueText is a mail whose content is within the signature.
func opaqueText(tb testing.TB, entity string, who *cmstest.Identity) string {
	tb.Helper()
	return string(OpaqueMail("signed-data", Opaque(tb, entity, who)))
}

// opaqueEntity is its MIME entity alone, without the fields of the mail.
func opaqueEntity(tb testing.TB, entity string, who *cmstest.Identity) string {
	tb.Helper()
	return strings.TrimPrefix(opaqueText(tb, entity, who), Header)
}

// withLF has the line ends that a file has.
func withLF(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// boundaryLine delimits the parts of ClearMail, and closingLine ends them.
const (
	boundaryLine = "--catalogue-boundary\r\n"
	closingLine  = "--catalogue-boundary--\r\n"
)

// multipart puts entities beside each other.
func multipart(subtype, boundary string, entities ...string) string {
	var b strings.Builder
	b.WriteString("Content-Type: multipart/" + subtype + "; boundary=\"" + boundary + "\"\r\n\r\n")
	for _, e := range entities {
		b.WriteString("--" + boundary + "\r\n" + e + "\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")
	return b.String()
}
