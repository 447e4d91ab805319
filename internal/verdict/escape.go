package verdict

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxEscaped is how many runes of one foreign text are shown.
const maxEscaped = 200

// maxPasted is how many runes a command to be pasted may have: it is of no use when it is cut.
const maxPasted = 8192

// maxMarks is how many combining marks may follow one letter; more of them paint over the lines around.
const maxMarks = 3

// Escape makes text that comes from a message safe to show: control characters (C0, DEL, C1), bidirectional controls,
// characters without width or ink and invalid UTF-8 become \u202e, \xff and the like; a long text is cut. The result is
// one line of printable runes, at most 200 of them.
func Escape(s string) string { return escape(s, printable, maxEscaped) }

// EscapeASCII is Escape for terminals that show nothing but ASCII.
func EscapeASCII(s string) string {
	return escape(s, printableASCII, maxEscaped)
}

// ASCII makes text that was escaped already fit for a terminal that shows nothing but ASCII, and cuts nothing.
func ASCII(s string) string {
	var out strings.Builder
	for _, c := range s {
		if c < utf8.RuneSelf {
			out.WriteRune(c)
			continue
		}
		out.WriteString(escaped(c))
	}
	return out.String()
}

func printableASCII(c rune) bool { return c < utf8.RuneSelf && printable(c) }

// printable says whether a rune is shown as it is. Spaces other than U+0020 are not, nor are letters without ink, which
// would hide how a text goes on.
func printable(c rune) bool {
	switch c {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0, utf8.RuneError:
		return false
	}
	if unicode.Is(unicode.Variation_Selector, c) {
		return false
	}
	return unicode.IsPrint(c)
}

func escape(s string, shown func(rune) bool, most int) string {
	if len(s) <= most && isPlain(s) {
		return s
	}
	var out strings.Builder
	runes, marks := 0, maxMarks // a text that begins with a mark would join what stands before it
	const cut = "..."
	end := 0 // of what still leaves room for the cut
	for len(s) > 0 {
		c, n := utf8.DecodeRuneInString(s)
		piece := s[:n]
		switch {
		case c == utf8.RuneError && n == 1:
			piece = fmt.Sprintf(`\x%02x`, s[0])
		case unicode.IsMark(c) && marks >= maxMarks, !shown(c):
			piece = escaped(c)
		}
		marks++
		if !unicode.IsMark(c) {
			marks = 0
		}
		width := utf8.RuneCountInString(piece)
		if runes+width > most {
			return out.String()[:end] + cut
		}
		out.WriteString(piece)
		runes += width
		if runes <= most-len(cut) {
			end = out.Len()
		}
		s = s[n:]
	}
	return out.String()
}

// isPlain reports whether a text holds nothing but printable characters of ASCII: every
// form shows them as they are.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// quote puts foreign text into quotation marks, which it cannot close itself.
func quote(s string) string { return `"` + strings.ReplaceAll(Escape(s), `"`, "'") + `"` }

func escaped(c rune) string {
	if c > 0xffff {
		return fmt.Sprintf(`\U%08x`, c)
	}
	return fmt.Sprintf(`\u%04x`, c)
}
