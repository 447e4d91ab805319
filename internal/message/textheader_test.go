package message

import (
	"bytes"
	"strings"
	"testing"
)

// TestTextBringsNoHeader releases text that a lenient reader takes for a header block: the one of the mail, whose
// From was judged, stands before it.
func TestTextBringsNoHeader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, text := range map[string]string{
		"a line without a colon": "From: boss@example.org\r\nSubject: pay\r\nnothing\r\n\r\npay\r\n",
		"a fold first":           " x\r\nFrom: boss@example.org\r\n\r\npay\r\n",
		"NUL":                    "From: boss@example.org\r\nX: \x00\r\n\r\npay\r\n",
		"a bare CR":              "From: boss@example.org\r\nX: a\rb\r\n\r\npay\r\n",
		"like an mbox line":      "From our side all is well\r\n\r\npay\r\n",
	} {
		for form, entity := range map[string]string{"signed": w.opaque(text, w.alice), "encrypted": w.encrypted(text, "aes-256-gcm", w.bob)} {
			in := verifyInput(mailOf(fromAlice, entity))
			if form == "encrypted" {
				in = decryptInput(mailOf(fromAlice, entity))
			}
			ex := examine(t, w.examiner(keyOf(w.bob)), in)
			var out bytes.Buffer
			if err := ex.Release(&out, ReleaseOptions{}); err != nil {
				t.Errorf("%s, %s: %s %q, %v", name, form, ex.Report.Verdict, codes(ex.Report), err)
				continue
			}
			header, rest, _ := strings.Cut(out.String(), "\r\n\r\n")
			if !strings.Contains(header, "alice@example.org") || strings.Contains(header, "boss") || rest != text {
				t.Errorf("%s, %s: released %q", name, form, out.String())
			}
		}
	}
}
