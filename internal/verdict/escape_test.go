package verdict

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want, ascii string }{
		{"plain", "Alice <a@b>", "Alice <a@b>", "Alice <a@b>"},
		{"letters", "Ångström", "Ångström", `\u00c5ngstr\u00f6m`},
		{"bidi", "a\u202eb\u2066c\u200f", `a\u202eb\u2066c\u200f`, `a\u202eb\u2066c\u200f`},
		{"c0 and del", "\x00\t\n\r\x1b[2J\x7f", `\u0000\u0009\u000a\u000d\u001b[2J\u007f`, `\u0000\u0009\u000a\u000d\u001b[2J\u007f`},
		{"c1", "\u009b2J\u0085", `\u009b2J\u0085`, `\u009b2J\u0085`},
		{"invalid", "a\xff\xc3", `a\xff\xc3`, `a\xff\xc3`},
		{"replacement itself", "\ufffd", `\ufffd`, `\ufffd`},
		{"no width, no ink", "a\u200b\ufeff\u00ad\u3164\u2800\ufe0f", `a\u200b\ufeff\u00ad\u3164\u2800\ufe0f`, `a\u200b\ufeff\u00ad\u3164\u2800\ufe0f`},
		{"other spaces", "a\u00a0b\u3000c\u2028", `a\u00a0b\u3000c\u2028`, `a\u00a0b\u3000c\u2028`},
		{"tags", "\U000e0041", `\U000e0041`, `\U000e0041`},
		{"private use", "\ue000", `\ue000`, `\ue000`},
		{"marks", "e\u0301 \u0301\u0301\u0301\u0301", "e\u0301 \u0301\u0301\u0301" + `\u0301`, `e\u0301 \u0301\u0301\u0301\u0301`},
		{"mark at the beginning", "\u0301a", `\u0301a`, `\u0301a`},
	} {
		if got := Escape(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if got := EscapeASCII(c.in); got != c.ascii {
			t.Errorf("%s, ASCII: got %q, want %q", c.name, got, c.ascii)
		}
	}
	for _, n := range []int{197, 198, 199, 200} {
		if got := Escape(strings.Repeat("ö", n)); got != strings.Repeat("ö", n) {
			t.Errorf("%d runes are cut", n)
		}
	}
	if got, want := Escape(strings.Repeat("ö", 201)), strings.Repeat("ö", 197)+"..."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Escape(strings.Repeat("\n", 1000)); utf8.RuneCountInString(got) > 200 || !strings.HasSuffix(got, `\u000a...`) {
		t.Errorf("got %q", got)
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b[2J", "\u202e", "\xff", "e\u0301", strings.Repeat("\x00", 300), "x\n[GNUPG:] GOODSIG", "漢字", "\U000e0041"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for i, got := range []string{Escape(s), EscapeASCII(s)} {
			if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxEscaped {
				t.Errorf("%q: %d runes", got, utf8.RuneCountInString(got))
			}
			for _, c := range got {
				if !unicode.IsPrint(c) || !printable(c) || i == 1 && c >= utf8.RuneSelf {
					t.Errorf("%U in %q", c, got)
				}
			}
			if again := []string{Escape(got), EscapeASCII(got)}[i]; again != got {
				t.Errorf("twice: %q, %q", got, again)
			}
			for _, width := range []int{20, 40, 80} {
				out := &screen{style: Style{Width: width, ASCII: i == 1}}
				out.head(WordGood, s)
				out.rows([]row{{Label: "From", Value: s, Remark: s}})
				out.line(s)
				safeText(t, out.out.String(), out.style)
			}
		}
	})
}

// TestColumns: what a terminal gives to a text.
func TestColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0}, {"Zoe", 3}, {"Zoe\u0308", 3}, {"Zoë", 3}, {"漢字", 4}, {"a🔒b", 4}, {"ﾊﾝ", 2}, {"ＡＢ", 4}, {`\u202e`, 6},
	} {
		if got := Columns(c.text); got != c.want {
			t.Errorf("%q: %d columns, want %d", c.text, got, c.want)
		}
	}
	for _, line := range Wrap("Zoe\u0308 Zoe\u0308 Zoe\u0308 漢漢漢漢漢漢", 8) {
		if Columns(line) > 8 {
			t.Errorf("%q is longer than 8 columns", line)
		}
	}
}

// TestASCII: nothing is cut, and nothing but foreign letters changes.
func TestASCII(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*maxEscaped)
	if got := ASCII("\x7f\u0080"); got != "\x7f\\u0080" {
		t.Errorf("around the border: %q", got)
	}
	if got := ASCII("Ångström 🔒 \\u202e " + long); got != `\u00c5ngstr\u00f6m \U0001f512 \u202e `+long {
		t.Errorf("%q", got)
	}
}
