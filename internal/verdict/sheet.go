package verdict

import "strings"

// Field is one line of a [Sheet]: a label of ours, and text from anywhere.
type Field struct {
	Label, Value string
	Lines        []string // further lines below the value
}

// Sheet shows what is known of one thing: a first line, and fields below it as in the screens of verify. All text is
// escaped, and broken where the terminal ends.
func Sheet(s Style, title string, fields []Field) string {
	out := &screen{style: s}
	for i, line := range wrap(s.escape(title), s.columns(), s.columns()-2) {
		out.out.WriteString(strings.Repeat(" ", min(2*i, 2)) + line + "\n")
	}
	out.blank()
	indent, label := 2, wideLabel
	if !s.wide() {
		indent, label = 0, narrowLabel
	}
	for _, f := range fields {
		out.block(f.Label, label, indent, append([]string{f.Value}, f.Lines...))
	}
	return out.out.String()
}

// Fingerprint shows a SHA-256 in groups, in lines of equal length that fit beside a label.
func (s Style) Fingerprint(hex string) []string { return unindented(s.fingerprint(hex)) }

// Columns counts the columns that a terminal gives to escaped text: two to a wide letter, none to a mark on another.
func Columns(text string) int { return columnsOf(text) }

// Wrap breaks escaped text at blanks, and inside a word that is longer than a line.
func Wrap(text string, columns int) []string { return wrap(text, columns, columns) }
