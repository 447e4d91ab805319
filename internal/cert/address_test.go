package cert_test

import (
	"strings"
	"testing"

	"smimectl/internal/cert"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     string // empty: an error
		utf8     bool
	}{
		{"plain", "alice@example.org", "alice@example.org", false},
		{"domain in capitals", "Alice@Example.ORG", "Alice@example.org", false},
		{"atext", "a!#$%&'*+-/=?^_`{|}~b.c@example.org", "a!#$%&'*+-/=?^_`{|}~b.c@example.org", false},
		{"one label", "root@localhost", "root@localhost", false},
		{"needless quotes", `"alice"@example.org`, "alice@example.org", false},
		{"quoted", `"a b\"c"@example.org`, `"a b\"c"@example.org`, false},
		{"quoted at", `"a@b"@example.org`, `"a@b"@example.org`, false},
		{"U-label", "alice@b\u00fccher.example", "alice@xn--bcher-kva.example", false},
		{"U-label, decomposed and in capitals", "alice@BU\u0308CHER.example", "alice@xn--bcher-kva.example", false},
		{"A-label", "alice@XN--bcher-kva.example", "alice@xn--bcher-kva.example", false},
		{"local part outside ASCII", "\u533b\u751f@example.org", "\u533b\u751f@example.org", true},
		{"address literal", "alice@[192.0.2.1]", "alice@[192.0.2.1]", false},
		{"IPv6 literal", "alice@[IPv6:2001:DB8::1]", "alice@[ipv6:2001:db8::1]", false},
		{"underscore", "alice@mail_1.example.org", "alice@mail_1.example.org", false},

		{"empty", "", "", false},
		{"no at", "alice", "", false},
		{"no domain", "local@", "", false},
		{"no local part", "@dom", "", false},
		{"two ats", "a@b@c", "", false},
		{"trailing dot", "alice@example.org.", "", false},
		{"leading dot in domain", "alice@.example.org", "", false},
		{"two dots in domain", "alice@example..org", "", false},
		{"dot at end of local part", "alice.@example.org", "", false},
		{"dot at start of local part", ".alice@example.org", "", false},
		{"two dots in local part", "a..b@example.org", "", false},
		{"leading space", " alice@example.org", "", false},
		{"trailing space", "alice@example.org ", "", false},
		{"space within", "al ice@example.org", "", false},
		{"brackets", "<alice@example.org>", "", false},
		{"comment", "alice(x)@example.org", "", false},
		{"NUL", "u@good.test\x00.evil.test", "", false},
		{"NUL in local part", "u\x00@good.test", "", false},
		{"NUL in quotes", "\"u\x00\"@good.test", "", false},
		{"escape", "u\x1b[31m@good.test", "", false},
		{"line end", "u@good.test\n[GNUPG:] GOODSIG x", "", false},
		{"carriage return", "u@good.test\r", "", false},
		{"delete", "u\x7f@good.test", "", false},
		{"hyphen first", "u@-good.test", "", false},
		{"hyphen last", "u@good-.test", "", false},
		{"wildcard", "u@*.good.test", "", false},
		{"long label", "u@" + strings.Repeat("a", 64) + ".test", "", false},
		{"300 octets", strings.Repeat("a", 288) + "@example.org", "", false},
		{"255 octets", strings.Repeat("a", 243) + "@example.org", "", false},
		{"254 octets", strings.Repeat("a", 242) + "@example.org", strings.Repeat("a", 242) + "@example.org", false},
		{"not UTF-8", "\xff@example.org", "", false},
		{"domain not UTF-8", "alice@\xff.org", "", false},
		{"byte order mark", "\ufeffalice@example.org", "", false},
		{"right-to-left override", "al\u202eice@example.org", "", false},
		{"zero width space in domain", "alice@exam\u200bple.org", "", false},
		{"soft hyphen in domain", "alice@exam\u00adple.org", "", false},
		{"full-width full stop", "alice@example\uff0eorg", "", false},
		{"Kelvin sign in domain", "alice@\u212ailo.example", "", false},
		{"capital I with a dot in domain", "alice@k\u0130lo.example", "", false},
		{"Kelvin sign in a label of its own", "alice@\u212a.b\u00fccher.example", "", false},
		{"literal of something else", "alice@[x:y]", "", false},
		{"literal without end", "alice@[192.0.2.1", "", false},
		{"IPv6 without its tag", "alice@[2001:db8::1]", "", false},
		{"empty quotes", `""@example.org`, "", false},
		{"unterminated quotes", `"a@example.org`, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, err := cert.ParseAddress(c.in)
			if got := a.String(); got != c.want || a.UTF8 != c.utf8 || (err == nil) != (c.want != "") {
				t.Errorf("got %q, UTF8 %v, error %v, want %q, %v", got, a.UTF8, err, c.want, c.utf8)
			}
			if c.want != "" {
				if again, err := cert.ParseAddress(a.String()); err != nil || again != a {
					t.Errorf("what is written does not read back: got %+v, %v", again, err)
				}
			}
		})
	}
}

func TestAddressEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, a, b string
		want       bool
	}{
		{"same", "alice@example.org", "alice@example.org", true},
		{"letter case of the domain", "alice@example.org", "alice@EXAMPLE.org", true},
		{"letter case of an ASCII local part", "alice@example.org", "Alice@example.org", true},
		{"U-label and A-label", "alice@b\u00fccher.example", "alice@xn--bcher-kva.example", true},
		{"quoted and not", `"alice"@example.org`, "alice@example.org", true},
		{"other local part", "alice@example.org", "bob@example.org", false},
		{"other domain", "alice@example.org", "alice@example.net", false},
		{"subdomain", "alice@example.org", "alice@mail.example.org", false},
		{"homograph domain", "alice@example.org", "alice@\u0435xample.org", false},
		{"homograph local part", "alice@example.org", "\u0430lice@example.org", false},
		{"letter case outside ASCII", "\u00e4@example.org", "\u00c4@example.org", false},
		{"composed and decomposed", "\u00e4@example.org", "a\u0308@example.org", false},
		{"Kelvin sign", "kim@example.org", "\u212aim@example.org", false},
		{"same outside ASCII", "\u00e4@example.org", "\u00e4@EXAMPLE.org", true},
		{"subaddress", "alice@example.org", "alice+x@example.org", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, errA := cert.ParseAddress(c.a)
			b, errB := cert.ParseAddress(c.b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if a.Equal(b) != c.want || b.Equal(a) != c.want {
				t.Errorf("got %v, want %v", a.Equal(b), c.want)
			}
		})
	}
	if (cert.Address{}).Equal(cert.Address{}) {
		t.Error("the zero address equals itself")
	}
}
