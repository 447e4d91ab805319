package message

import (
	"strings"
	"testing"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
)

// TestProtectHeaders compares fields only where the signer meant them so, From by its addresses, and what was made
// obscure on purpose with what he says of it.
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
		{"another subject of the same sender", "From: alice@example.test\r\nSubject: goodbye\r\n", `; hp="clear"`, "From,Subject", "Subject"},
		{"in a field that cannot be read", "Subject: goodbye\r\n", `; hp="clear"; hp*="clear"`, "", ""},
		{"obscured as another field", "Subject: goodbye\r\nHP-Outer: Comments: hello\r\n", `; hp="cipher"`, "Subject", "Subject"},
		{"obscured, in a field without a name", "Subject: goodbye\r\nHP-Outer: Subject\r\nHP-Outer: Subject: hello\r\n", `; hp="cipher"`, "Subject", ""},
		{"an obscured subject", "Subject: goodbye\r\nHP-Outer: Subject: hello\r\n", `; hp="cipher"`, "Subject", ""},
		{"an obscured subject, encoded", "Subject: goodbye\r\nhp-outer: SUBJECT:\r\n =?utf-8?q?hello?=\r\n", `; hp="cipher"`, "Subject", ""},
		{"an obscured subject that was changed", "Subject: goodbye\r\nHP-Outer: Subject: [...]\r\n", `; hp="cipher"`, "Subject", "Subject"},
		{"an obscured subject that was not there", "Subject: goodbye\r\nHP-Outer: To: bob@example.test\r\n", `; hp="cipher"`, "Subject", "Subject"},
		{"an obscured subject, and nobody says how", "Subject: goodbye\r\n", `; hp="cipher"`, "Subject", "Subject"},
		{"recipients changed in an obscured mail", "To: carol@example.test\r\nHP-Outer: To: carol@example.test\r\n", `; hp="cipher"`, "To", "To"},
		{"made obscure in a mail that hides nothing", "Subject: goodbye\r\nHP-Outer: Subject: hello\r\n", `; hp="clear"`, "Subject", "Subject"},
		{"another sender of an obscured mail, said", "From: eve@example.test\r\nHP-Outer: From: Alice <alice@example.test>\r\n", `; hp="cipher"`, "From", "From"},
		{"another sender of an obscured mail", "From: eve@example.test\r\n", `; HP=Cipher`, "From", "From"},
		{"before the RFC, the same", "From: Alice <alice@example.test>\r\nSubject: hello\r\n", `; protected-headers=V1`, "From,Subject", ""},
		{"before the RFC, another sender", "From: eve@example.test\r\n", `; protected-headers="v1"`, "From", "From"},
		{"before the RFC, another subject", "Subject: goodbye\r\n", `; protected-headers="v1"`, "Subject", "Subject"},
		{"before the RFC, of a form that nobody knows", "From: eve@example.test\r\n", `; protected-headers="v2"`, "", ""},
		{"before the RFC, and of a form that nobody knows", "From: eve@example.test\r\n", `; protected-headers="v1"; hp="other"`, "", ""},
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

// TestHiddenSubject takes what programs put outside for a Subject without saying so.
func TestHiddenSubject(t *testing.T) {
	t.Parallel()
	var inners []*mimewrap.Entity
	for _, parameter := range []string{"hp=cipher", "protected-headers=v1"} {
		inner, err := mimewrap.ReadEntity(spool.Bytes([]byte("Subject: goodbye\r\nTo: bob@example.test\r\nContent-Type: text/plain; " + parameter + "\r\n\r\nx\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		inners = append(inners, inner)
	}
	for outer, want := range map[string]string{
		"Subject: [...]\r\n": "", "Subject: ...\r\n": "", "Subject: pay\r\n": "Subject", "Subject: ...\r\nSubject: ...\r\n": "Subject",
		"Subject: ...\r\nTo: [...]\r\n": "To",
	} {
		mail, err := mimewrap.ReadMail(spool.Bytes([]byte(outer + "From: alice@example.test\r\n\r\nx\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		w := &walk{ex: &Examination{outer: mail}}
		w.facts.IsMail = true
		for i, inner := range inners {
			if _, differ := w.protectHeaders(inner); strings.Join(differ, ",") != want {
				t.Errorf("%q, %d: differ %q, want %q", outer, i, differ, want)
			}
		}
	}
}

// TestSubjectFromInside takes the Subject from inside where the sender hid it, whatever somebody wrote outside since.
func TestSubjectFromInside(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ outer, hp, want string }{
		{"[...]", "", "real"},
		{"...", "", "real"},
		{"[...]", "; hp=cipher", "real"},
		{"pay 10000 EUR", "; hp=cipher", "real"},
		{"pay 10000 EUR", "; hp=clear", ""},
		{"[list] real", "; protected-headers=v1", ""},
		{"pay 10000 EUR", "; hp=other", ""},
		{"pay 10000 EUR", "", ""},
	} {
		mail, err := mimewrap.ReadMail(spool.Bytes([]byte("From: alice@example.test\r\nSubject: " + test.outer + "\r\n\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		inner, err := mimewrap.ReadEntity(spool.Bytes([]byte("To: x@example.test\r\nSubject: real\r\nContent-Type: text/plain" + test.hp + "\r\n\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range (&Examination{outer: mail}).fromInside(inner) {
			got += f.Value()
		}
		if got != test.want {
			t.Errorf("Subject %q outside, %q: got %q, want %q", test.outer, test.hp, got, test.want)
		}
	}
}
