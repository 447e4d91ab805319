package verdict

import "testing"

// TestNameMisleads: an address in a name or a comment that is not the one the mail is from, and what is none.
func TestNameMisleads(t *testing.T) {
	t.Parallel()
	from := mustAddress(t, "mallory@example.net")
	for _, c := range []struct{ name, in, want string }{
		{"plain", "alice@example.org", "alice@example.org"},
		{"in brackets", "Alice <alice@example.org>", "alice@example.org"},
		{"blanks around at", "alice @ example.org", "alice@example.org"},
		{"blank before at", "alice @example.org", "alice@example.org"},
		{"blank behind at", "alice@ example.org", "alice@example.org"},
		{"blanks around the dot", "alice@example . org", "alice@example.org"},
		{"blank before the dot", "alice@example .org", "alice@example.org"},
		{"blanks everywhere", "alice  @\texample .\u00a0org", "alice@example.org"},
		{"full-width at", "alice＠example.org", "alice@example.org"},
		{"small at", "alice﹫example.org", "alice@example.org"},
		{"full-width full stop", "alice@example．org", "alice@example.org"},
		{"ideographic full stop", "alice@example。org", "alice@example.org"},
		{"half-width ideographic full stop", "alice@example｡org", "alice@example.org"},
		{"soft hyphen", "alice@exam\u00adple.org", "alice@example.org"},
		{"one dot leader", "alice@example\u2024org", "alice@example.org"},
		{"full-width letters", "ａｌｉｃｅ@example.org", "alice@example.org"},
		{"full-width brackets", "＜alice@example.org＞", "alice@example.org"},
		{"blank letters", "\u3164alice@example.org\u115f\uffa0\u2800Alice", "alice@example.org"},
		{"blank sign", "\u2800alice@example.org", "alice@example.org"},
		{"tab", "Alice\talice@example.org", "alice@example.org"},
		{"digits between hyphens", "-007@example.org-", "007@example.org"},
		{"behind a turning character", "\u202ealice@example.org", "alice@example.org"},
		{"hyphens around it", "-alice@example.org-", "alice@example.org"},
		{"equals signs around it", "=alice@example.org=", "alice@example.org"},
		{"turned round", "\u202egro.elpmaxe@ecila", "alice@example.org"},
		{"turned round in part", "Alice \u2067gro.elpmaxe@ecila\u2069", "alice@example.org"},
		{"turned round behind it", "alice@example.org \u202egpj", "alice@example.org"},
		{"a blank sign before it", "pay\u2800alice@example.org", "alice@example.org"},
		{"a line separator before it", "pay\u2028alice@example.org", "alice@example.org"},
		{"signs around a number", "-7alice@example.org-", "7alice@example.org"},
		{"his own turned round", "\u202eten.elpmaxe@yrollam", ""},
		{"his own between hyphens", "-mallory@example.net-", ""},
		{"not turned round", "gro.elpmaxe@ecila", ""},
		{"his own", "Mallory mallory@example.net", ""},
		{"his own in capitals", "MALLORY@EXAMPLE.NET", ""},
		{"a name", "Dr. Mallory M. Example", ""},
		{"a machine here", "root@localhost", ""},
		{"at a company", "Mallory @ Example", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := misleading(c.in, from); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestCommentMisleads: a comment in From is shown as a name by many programs.
func TestCommentMisleads(t *testing.T) {
	t.Parallel()
	f := &Facts{IsMail: true, Mail: &Mail{FromFields: 1, From: []string{"mallory@example.net"}, FromNames: []string{"Mallory"}}}
	if s := expectation(f, Policy{}); s.code != "" {
		t.Errorf("without a comment: %+v", s)
	}
	f.Mail.FromComments = []string{"here", "alice@example.org"}
	if s := expectation(f, Policy{}); s.code != FromNameMisleads {
		t.Errorf("with alice's address in a comment: %+v", s)
	}
}
