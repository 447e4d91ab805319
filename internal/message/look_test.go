package message

import (
	"strings"
	"testing"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// TestCompareHeaders: fields inside beside those outside, in the forms of RFC 9788 and of RFC 8551.
func TestCompareHeaders(t *testing.T) {
	t.Parallel()
	entity := func(text string) *mimewrap.Entity {
		e, err := mimewrap.ReadEntity(spool.Bytes([]byte(strings.ReplaceAll(text, "\n", "\r\n"))))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	outer := entity("From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nDate: x\nContent-Type: text/plain\n\n")
	for name, tc := range map[string]struct{ inner, form, want string }{
		"none":       {"Content-Type: text/plain\n\ntext", "", ""},
		"MIME alone": {"Content-Type: text/plain\nMIME-Version: 1.0\nContent-Language: de\n\ntext", "", ""},
		"clear": {"Content-Type: text/plain; hp=\"clear\"\nFrom: Alice\n <alice@example.org>\nSubject: Grüße\nTo: eve@example.org\nReply-To: a@b\nX-Own: 1\n\n",
			"hp=clear", "From same, To differs, Subject same, Date outside-only, Reply-To inside-only, X-Own inside-only"},
		"wrapped":   {"Content-Type: message/rfc822\n\nFrom: Alice <alice@example.org>\nSubject: other\n\ntext", "message/rfc822", "From same, To outside-only, Subject differs, Date outside-only"},
		"unmarked":  {"Content-Type: text/plain\nSubject: Grüße\n\n", "fields inside", "From outside-only, To outside-only, Subject same, Date outside-only"},
		"HP-Outer":  {"Content-Type: text/plain; hp=\"cipher\"\nHP-Outer: Subject: [...]\nSubject: Grüße\n\n", "hp=cipher", "From outside-only, To outside-only, Subject same, Date outside-only"},
		"no header": {"Content-Type: message/rfc822\n\nno header at all", "", ""},
	} {
		got := compareHeaders(outer, entity(tc.inner))
		if tc.want == "" {
			if got != nil {
				t.Errorf("%s: got %+v", name, got)
			}
			continue
		}
		if got == nil {
			t.Errorf("%s: got nothing", name)
			continue
		}
		var list []string
		for _, f := range got.Fields {
			list = append(list, f.Name+" "+f.State)
		}
		if text := strings.Join(list, ", "); text != tc.want || got.Form != tc.form {
			t.Errorf("%s: got %s: %s, want %s: %s", name, got.Form, text, tc.form, tc.want)
		}
	}
}
