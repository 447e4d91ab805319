package message

import (
	"strings"
	"testing"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// TestProtectHeaders compares fields only where the signer meant them so, From by its addresses, and what was made
// obscure on purpose not at all.
func TestProtectHeaders(t *testing.T) {
	t.Parallel()
	const outer = "From: Alice <alice@example.test>\r\nTo: bob@example.test\r\nSubject: hello\r\nMIME-Version: 1.0\r\n\r\n"
	for _, test := range []struct {
		name, fields, hp  string
		protected, differ string
	}{
		{"none inside", "", `; hp="clear"`, "", ""},
		{"not meant so", "From: eve@example.test\r\n", "", "", ""},
		{"of a form that nobody knows", "From: eve@example.test\r\n", `; hp="other"`, "", ""},
		{"the same", "From: Alice <alice@example.test>\r\nSubject: hello\r\n", `; hp="clear"`, "From,Subject", ""},
		{"encoded and folded otherwise", "From: Alice\r\n <alice@example.test>\r\nSubject: =?utf-8?q?hello?=\r\n", `; hp="clear"`, "From,Subject", ""},
		{"another name", "From: A. L. <ALICE@example.test>\r\n", `; hp="clear"`, "From", ""},
		{"another sender", "From: eve@example.test\r\n", `; hp="clear"`, "From", "From"},
		{"one sender more", "From: alice@example.test, eve@example.test\r\n", `; hp="clear"`, "From", "From"},
		{"a sender that cannot be read", "From: alice\r\n", `; hp="clear"`, "From", "From"},
		{"another subject", "Subject: goodbye\r\n", `; hp="clear"`, "Subject", "Subject"},
		{"an obscured subject", "Subject: goodbye\r\n", `; hp="cipher"`, "Subject", ""},
		{"another sender of an obscured mail", "From: eve@example.test\r\n", `; HP=Cipher`, "From", "From"},
		{"a field that is not outside", "Cc: carol@example.test\r\n", `; hp="clear"`, "Cc", ""},
	} {
		mail, err := mimewrap.ReadMail(spool.Bytes([]byte(outer + "x\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		inner, err := mimewrap.ReadEntity(spool.Bytes([]byte(test.fields + "Content-Type: text/plain" + test.hp + "\r\n\r\nx\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		w := &walk{ex: &Examination{outer: mail}}
		w.facts.IsMail = true
		protected, differ := w.protectHeaders(inner)
		if got := strings.Join(protected, ","); got != test.protected {
			t.Errorf("%s: protected %q, want %q", test.name, got, test.protected)
		}
		if got := strings.Join(differ, ","); got != test.differ {
			t.Errorf("%s: differ %q, want %q", test.name, got, test.differ)
		}
		if w.facts.IsMail = false; len(test.differ) > 0 {
			if _, differ := w.protectHeaders(inner); differ != nil {
				t.Errorf("%s: compared with what is no mail", test.name)
			}
		}
	}
}
