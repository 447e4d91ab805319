package verdict

import (
	"fmt"
	"strings"
	"testing"
)

// TestCompareScreens shows the first difference below every verdict, and changes none.
func TestCompareScreens(t *testing.T) {
	t.Parallel()
	hostile := "GOOD\x1b[2J\u202eline \xff" + strings.Repeat("x", 300)
	var out strings.Builder
	for _, c := range []struct {
		kinds   string
		compare CompareReport
	}{
		{"a", CompareReport{File: "sent.eml", Verdict: WordGood, Same: true}},
		{"b", CompareReport{File: "sent.eml", Verdict: WordGood, Line: 14, SentLine: 12, Offset: 120, Is: ">From here", Sent: "From here"}},
		{"b", CompareReport{File: "draft.eml", Verdict: WordUnsigned, Line: 20, SentLine: 20, Is: "Alice", Sent: "Alice"}},
		{"", CompareReport{File: "a b\n.eml", Verdict: WordBad, Line: 1, SentLine: 1, Is: Escape(hostile), Sent: ""}},
	} {
		f, p := good(t)
		f.Layers = stack(t, c.kinds)
		r := Judge(f, p)
		word, exit := r.Verdict, r.Exit()
		r.Compare = &c.compare
		if r.Verdict != word || r.Exit() != exit {
			t.Errorf("%s: the verdict has changed", c.kinds)
		}
		for _, s := range []Style{{Width: 40}, {Width: 80}, {Width: 80, ASCII: true}, {Quiet: true}} {
			text := r.Text(s)
			safeText(t, text, s)
			fmt.Fprintf(&out, "--- width %d ascii %v quiet %v\n%s", s.Width, s.ASCII, s.Quiet, text)
		}
		b, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(b), `"compare":`)
		object, _, _ := strings.Cut(rest, "}")
		out.WriteString(object + "}\n")
	}
	golden(t, "compare.txt", out.String())
}

// TestCausesAreWorded: every kind has its own words, an addition is never put down to an accident, and no text of the
// mail gets out as it is.
func TestCausesAreWorded(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, kind := range CauseKinds() {
		for _, also := range []string{"", "mbox-from", "footer"} {
			r := causeReport(&Cause{Kind: kind, Also: also, Line: 3, Is: "a\x1b\nb", Before: "\u202ec", Added: 2})
			row, advice := causeRow(r)
			text := row.Value + strings.Join(row.Lines, " ")
			if strings.Contains(text, "\x1b") || strings.Contains(text, "\u202e") || strings.Contains(r.Is+r.Before, "\x1b") {
				t.Errorf("%s: %q", kind, text)
			}
			addition := causeOf(kind).addition || also == "footer"
			if r.Addition != addition || strings.Contains(advice, "do not take") != addition || strings.Contains(text, "undoing") == addition {
				t.Errorf("%s and %q: addition %v, %q, %q", kind, also, r.Addition, text, advice)
			}
			if strings.Contains(strings.ToLower(text+advice), "harmless") {
				t.Errorf("%s: nothing is said to be harmless", kind)
			}
		}
		short := shortCause(&CauseReport{Kind: &kind})
		if seen[short] || short == ": on the way" || short == "" {
			t.Errorf("%s: %q is no name of its own", kind, short)
		}
		seen[short] = true
	}
}
