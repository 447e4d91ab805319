package verdict

import (
	"fmt"
	"slices"
	"strings"
)

// causeInfo is a change that transports make, in words for people.
type causeInfo struct {
	kind     string
	short    string // in a line of a list
	text     string // what happened
	addition bool   // something came in that is not the signer's
}

// causes lists the kinds of changes, in the order in which they are tried.
func causes() []causeInfo {
	return []causeInfo{
		{"line-endings", "line endings", "the line endings were changed on the way", false},
		{"mbox-from", "mbox From-quoting", "an mbox file quotes such lines", false},
		{"mbox-unquoted", "mbox From-unquoting", "such a line was unquoted on the way, as if an mbox file had quoted it", false},
		{"dot-stuffing", "dots at line starts", "dots at the starts of lines were doubled or taken off on the way", false},
		{"trailing-blanks", "trailing blanks", "blanks at the ends of lines were cut on the way", false},
		{"blanks-added", "blanks at line ends", "blanks were added at the ends of lines on the way", false},
		{"last-line-end", "last line end", "line ends before or after a text were cut or added on the way", false},
		{"space-stuffing", "space-stuffing", "blanks at the starts of lines were taken off or added on the way", false},
		{"tabs", "tabs", "tabs were made blanks, or blanks tabs, on the way", false},
		{"long-lines", "long lines", "long lines were broken on the way", false},
		{"byte-order-mark", "byte order mark", "a byte order mark was put before the text or taken off on the way", false},
		{"re-encoded", "re-encoded", "a server has re-encoded the text", false},
		{"rewrapped", "wrapped anew", "a server has wrapped the encoded text anew", false},
		{"charset", "character set", "a server has rewritten the character set", false},
		{"header-folding", "header folding", "a server has folded the header of a part anew", false},
		{"header-order", "header order", "a server has put the header of a part in another order", false},
		{"header-spelling", "header spelling", "a server has spelt the header of a part anew (capitals, quotation marks)", false},
		{"header-dropped", "header dropped", "a server has dropped something from the header of a part", false},
		{"boundary", "boundary", "a server has rewritten the boundary between parts", false},
		{"preamble", "text around parts", "text around the parts, which mail programs do not show, was changed on the way", false},
		{"wrapped", "wrapped with other text", "the signed text was put into another part, with something beside it", true},
		{"part-added", "part added", "a part was added on the way", true},
		{"header-added", "header added", "something was added to the header of a part", true},
		{"footer", "footer", "text was added at the end", true},
		{"banner", "banner", "text was added at the beginning", true},
	}
}

// CauseKinds lists the kinds that a [Cause] may have.
func CauseKinds() []string {
	var out []string
	for _, c := range causes() {
		out = append(out, c.kind)
	}
	return out
}

func causeOf(kind string) causeInfo {
	for _, c := range causes() {
		if c.kind == kind {
			return c
		}
	}
	return causeInfo{kind: kind, short: "on the way", text: "it was changed on the way"}
}

func causeReport(c *Cause) *CauseReport {
	r := &CauseReport{Kind: orNil(c.Kind), Also: c.Also, Line: c.Line, Is: Escape(c.Is), Before: Escape(c.Before), Added: c.Added}
	r.Addition = causeOf(c.Kind).addition || c.Also != "" && causeOf(c.Also).addition
	return r
}

// causeRow words what explains a changed content, and what to do about it. What was added is never said to be fine.
func causeRow(c *CauseReport) (row, string) {
	const suspect = "do not act on it; ask the sender by another way"
	if c == nil {
		return row{}, suspect
	}
	if c.Kind == nil {
		return row{Label: "Cause", Value: "not a known accident (line endings, trailing blanks, From-quoting, re-encoding, an added footer were tried)"}, suspect
	}
	cause := row{Label: "Cause"}
	first, second := causeOf(*c.Kind), causeOf(c.Also)
	texts := []string{first.text}
	fits := "undoing this makes the signature fit: "
	if c.Also != "" {
		texts = append(texts, second.text)
		fits = "undoing both makes the signature fit: "
	}
	if c.Addition {
		fits = "only without it the signature fits: "
		if c.Also != "" {
			fits = "only with both undone the signature fits: "
		}
	}
	cause.Lines = []string{fits + strings.Join(texts, "; ")}
	is, before := contrast(c.Is, c.Before)
	switch {
	case c.Line <= 0:
	case c.Addition && c.Added > 0 && c.Also == "":
		cause.Value = fmt.Sprintf("%s added at line %d: %s", plural(c.Added, "line"), c.Line, is)
	case is != before:
		cause.Value = fmt.Sprintf("line %d %s was %s", c.Line, is, before)
	default:
		cause.Value = fmt.Sprintf("line %d %s", c.Line, is)
	}
	if cause.Value == "" {
		cause.Value, cause.Lines = cause.Lines[0], nil
	}
	if c.Addition {
		return cause, "do not take what was added for the signer's words; ask whoever added it (a mailing list?) for the mail without it"
	}
	return cause, "fetch the mail again as it is on the server and verify that copy"
}

// shortCause is the cause in a line of a list.
func shortCause(c *CauseReport) string {
	if c == nil || c.Kind == nil {
		return ""
	}
	text := ": " + causeOf(*c.Kind).short
	if c.Also != "" {
		text += " and " + causeOf(c.Also).short
	}
	return text
}

// contrast shows two lines, quoted and shortened such that the place where they begin to differ is seen.
func contrast(is, before string) (string, string) {
	a, b := []rune(Escape(is)), []rune(Escape(before))
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	from := 0
	if n > excerptRunes-6 {
		from = n - 6
	}
	// Where only something was put in, both end at the same place.
	longer, shorter := a, b
	if len(b) > len(a) {
		longer, shorter = b, a
	}
	more := len(longer) - len(shorter)
	if more > 0 && more <= 4 && slices.Equal(longer[n+more:], shorter[n:]) {
		return quote(excerptFrom(a, from, excerptRunes+len(a)-len(shorter))), quote(excerptFrom(b, from, excerptRunes+len(b)-len(shorter)))
	}
	return quote(excerptFrom(a, from, excerptRunes)), quote(excerptFrom(b, from, excerptRunes))
}

// excerptRunes is how much of a line is shown.
const excerptRunes = 24

func excerptFrom(line []rune, from, most int) string {
	text, lead := line[min(from, len(line)):], ""
	if from > 0 {
		lead = "..."
	}
	if len(lead)+len(text) > most {
		return lead + string(text[:most-3-len(lead)]) + "..."
	}
	return lead + string(text)
}
