package cert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert"
)

// show writes mailboxes as name|address, those of groups with a star.
func show(list []cert.Mailbox) string {
	var out []string
	for _, m := range list {
		star := ""
		if m.Group {
			star = "*"
		}
		out = append(out, fmt.Sprintf("%s%s|%s", star, m.Name, m.Address))
	}
	return strings.Join(out, " & ")
}

func TestParseMailboxes(t *testing.T) {
	t.Parallel()
	const bad = "error"
	for _, c := range []struct{ name, in, want string }{
		{"bare", "alice@example.org", "|alice@example.org"},
		{"bare with space", "  alice@example.org\t", "|alice@example.org"},
		{"angle", "<alice@example.org>", "|alice@example.org"},
		{"name", "Alice <alice@example.org>", "Alice|alice@example.org"},
		{"name of two words", "Alice  Example <alice@example.org>", "Alice Example|alice@example.org"},
		{"no space before angle", "Alice<alice@example.org>", "Alice|alice@example.org"},
		{"quoted name", `"Example, Alice" <alice@example.org>`, "Example, Alice|alice@example.org"},
		{"escapes in a quoted name", `"A \"B\" \\ C" <alice@example.org>`, `A "B" \ C|alice@example.org`},
		{"QUIRK full stop in a name", "John Q. Public <jqp@example.org>", "John Q. Public|jqp@example.org"},
		{"name outside ASCII", "\u00c5sa <asa@example.org>", "\u00c5sa|asa@example.org"},
		{"name in ISO 8859-1 without any coding", "\xc5sa <asa@example.org>", "\xc5sa|asa@example.org"},
		{"QUIRK quoted name in ISO 8859-1", "\"\xc5sa\" <asa@example.org>", "\xc5sa|asa@example.org"},
		{"quoted local part in angles not UTF-8", "<\"\xff\"@example.org>", bad},
		{"encoded name", "=?utf-8?q?=C3=85sa_B?= <asa@example.org>", "\u00c5sa B|asa@example.org"},
		{"encoded name in two words", "=?utf-8?b?w4U=?= =?iso-8859-1?q?s=E5?= <asa@example.org>", "\u00c5s\u00e5|asa@example.org"},
		{"QUIRK encoded word in quotes", `"=?utf-8?q?a=40b?=" <asa@example.org>`, "a@b|asa@example.org"},
		{"QUIRK comma in an encoded word", "=?utf-8?q?B,_A?= <asa@example.org>", "B, A|asa@example.org"},
		{"unknown charset", "=?x-none?q?A=40B=E5?= <asa@example.org>", "A@B\ufffd|asa@example.org"},
		{"UTF-7 stays hidden", "=?utf-7?q?A+AEA-B?= <asa@example.org>", "A+AEA-B|asa@example.org"},
		{"known charset beside an unknown one", "=?utf-8?q?a=40b?= =?x-none?q?c?= <asa@example.org>", "a@bc|asa@example.org"},
		{"known charset beside a malformed word", "=?utf-8?q?a=40b?= =?utf-8?b?%?= <asa@example.org>", "a@b =?utf-8?b?%?=|asa@example.org"},
		{"QUIRK base64 without padding", "=?utf-8?b?YUBiYg?= =?utf-8?B?YUBiYmI?= <asa@example.org>", "a@bba@bbb|asa@example.org"},
		{"QUIRK base64 with too much padding", "=?utf-8?b?YUBiYg===?= =?utf-8?B?YUBi=?= =?utf-8?B?YUBi?= <asa@example.org>", "a@bba@ba@b|asa@example.org"},
		{"charset that is not decoded", "=?hz-gb-2312?q?A=40B?= <asa@example.org>", "A@B|asa@example.org"},
		{"address in the name", `"alice@example.org" <mallory@example.net>`, "alice@example.org|mallory@example.net"},
		{"address in an encoded name", "=?utf-8?q?alice=40example=2Eorg?= <mallory@example.net>", "alice@example.org|mallory@example.net"},
		{"brackets in an encoded name", "=?utf-8?q?=3Calice=40example=2Eorg=3E?= <mallory@example.net>", "<alice@example.org>|mallory@example.net"},
		{"comment after", "alice@example.org (Alice)", "Alice|alice@example.org"},
		{"comment before", "(Alice) alice@example.org", "|alice@example.org"},
		{"comment with an address", "mallory@example.net (alice@example.org)", "alice@example.org|mallory@example.net"},
		{"comment with an angle", "(<alice@example.org>) <mallory@example.net>", "|mallory@example.net"},
		{"comment in the name", "Alice (x, <y@z>) B <alice@example.org>", "Alice B|alice@example.org"},
		{"comments around at", "alice(x) @ (y)example.org", "x|alice@example.org"},
		{"comments in the angle", "Alice <(a)alice@example.org(b)>", "Alice|alice@example.org"},
		{"nested comment", `alice@example.org (a (b \) c) d)`, "a (b ) c) d|alice@example.org"},
		{"quoted local part", `"a b"@example.org`, `|"a b"@example.org`},
		{"quoted local part in the angle", `X <"a,b"@example.org>`, `X|"a,b"@example.org`},
		{"encoded word as local part stays", "=?utf-8?q?alice?=@example.org", "|=?utf-8?q?alice?=@example.org"},
		{"literal", "a@[192.0.2.1]", "|a@[192.0.2.1]"},
		{"domain outside ASCII", "a@b\u00fccher.example", "|a@xn--bcher-kva.example"},
		{"folded", "Alice\r\n <alice@example.org>", "Alice|alice@example.org"},
		{"folded in quotes", "\"Alice\r\n B\" <alice@example.org>", "Alice B|alice@example.org"},
		{"two", "a@x.example, B <b@x.example>", "|a@x.example & B|b@x.example"},
		{"QUIRK empty elements", ", a@x.example,, b@x.example,", "|a@x.example & |b@x.example"},
		{"group", "Friends: a@x.example, B <b@x.example>; c@x.example", bad},
		{"group and more", "Friends: a@x.example, B <b@x.example>;, c@x.example", "*|a@x.example & *B|b@x.example & |c@x.example"},
		{"empty group", "undisclosed-recipients:;", ""},

		{"empty", "", bad},
		{"only commas", ",,", bad},
		{"name only", "Alice", bad},
		{"empty angle", "<>", bad},
		{"name and empty angle", "Alice <>", bad},
		{"unquoted address before the angle", "a@b <c@d>", bad},
		{"two angles", "<a@b><c@d>", bad},
		{"angle in angle", "<<a@b>>", bad},
		{"angle and rest", "<a@b> c", bad},
		{"angle and address", "<a@b> c@d", bad},
		{"address and rest", "a@b c", bad},
		{"two ats", "a@b@c", bad},
		{"unquoted comma in a name", "Example, Alice <alice@example.org>", bad},
		{"unquoted colon without end", "Re: alice@example.org", bad},
		{"group without end", "F: a@b", bad},
		{"group in group", "F: G: a@b;;", bad},
		{"group in group, one end", "F: G: a@b;", bad},
		{"semicolon", "a@b; c@d", bad},
		{"route", "<@a.example,@b.example:c@d.example>", bad},
		{"dots apart", "alice . b@example.org", bad},
		{"domain dots apart", "alice@example . org", bad},
		{"unquoted brackets", "[A] <a@b>", bad},
		{"angle without end", "Alice <alice@example.org", bad},
		{"quote without end", `"Alice <alice@example.org>`, bad},
		{"quote ends in an escape", `"Alice\`, bad},
		{"comment without end", "alice@example.org (x", bad},
		{"comment not begun", "alice@example.org )", bad},
		{"comment in an encoded word", "=?utf-8?q?x(a?= <c@d>", bad},
		{"NUL", "alice@example.org\x00", bad},
		{"NUL in name", "Al\x00ice <alice@example.org>", bad},
		{"NUL in quotes", "\"Al\x00ice\" <alice@example.org>", bad},
		{"NUL in comment", "alice@example.org (\x00)", bad},
		{"bare line end", "a@b\n", bad},
		{"line end and another field", "a@b\nBcc: c@d", bad},
		{"escaped line end", "\"a\\\nb\" <a@b>", bad},
		{"local part and word", "x a@b", bad},
		{"quoted and word", `"x" a@b`, bad},
		{"wrong domain", "alice@exam_ple-.org", bad},
		{"quotes not UTF-8", "\"\xff\"@example.org", bad},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list, err := cert.ParseMailboxes(c.in)
			got := show(list)
			if err != nil {
				if got = bad; list != nil {
					t.Errorf("mailboxes beside an error: %v", list)
				}
			}
			if got != c.want {
				t.Errorf("got %q (%v), want %q", got, err, c.want)
			}
		})
	}
}

// TestCommentsOfMailboxes: comments belong to the mailbox they stand beside.
func TestCommentsOfMailboxes(t *testing.T) {
	t.Parallel()
	list, err := cert.ParseMailboxes("(a) Alice (b) <(c) alice@example.org> (d), bob@example.org (e (f)), (g) carol@example.org, dave@example.org")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range list {
		got = append(got, strings.Join(m.Comments, "+"))
	}
	if want := "a+b+c+d|e (f)|g|"; strings.Join(got, "|") != want {
		t.Errorf("got %q", got)
	}
}

func TestParseMailboxesLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		ok       bool
	}{
		{"4,096", strings.Repeat("a@b,", 4096), true},
		{"4,097", strings.Repeat("a@b,", 4097), false},
		{"too long", strings.Repeat(" ", 256<<10) + "a@b", false},
		{"comments 32 deep", strings.Repeat("(", 32) + strings.Repeat(")", 32) + "a@b", true},
		{"comments 33 deep", strings.Repeat("(", 33) + strings.Repeat(")", 33) + "a@b", false},
		{"many commas", strings.Repeat(",", 200<<10) + "a@b", true},
		{"many comments", strings.Repeat("()", 100<<10) + "a@b", true},
		{"many encoded words", strings.Repeat("=?utf-8?q?a?= ", 15<<10) + "<a@b>", true},
		{"beginnings of encoded words", strings.Repeat("=?", 100<<10) + " <a@b>", true},
		{"beginnings apart", strings.Repeat("=?u?q? ", 30<<10) + " <a@b>", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			if _, err := cert.ParseMailboxes(c.in); (err == nil) != c.ok {
				t.Errorf("got %v, want ok %v", err, c.ok)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("got %v, want less than 3 s", took)
			}
		})
	}
}

func FuzzMailboxes(f *testing.F) {
	for _, s := range []string{
		`"Example, Alice" <alice@example.org>`, "a@b <c@d>", "F: a@b, (x (y)) c@d;", "=?utf-8?q?a,b?= <c@d>", `"a\"b"@[192.0.2.1]`, "\u00e4@\u00e4.example", ",,a@b\r\n ,",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, field string) {
		list, err := cert.ParseMailboxes(field)
		if err != nil {
			if list != nil {
				t.Fatal("mailboxes beside an error")
			}
			return
		}
		for _, m := range list {
			again, err := cert.ParseAddress(m.Address.String())
			if err != nil || again != m.Address {
				t.Fatalf("%q does not read back: %+v, %v", m.Address.String(), again, err)
			}
			if strings.ContainsAny(m.Address.String(), "\x00\r\n\x1b") {
				t.Fatalf("control characters in %q", m.Address)
			}
		}
	})
}
