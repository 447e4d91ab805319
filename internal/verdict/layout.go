package verdict

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
)

// Style is how a report is shown.
type Style struct {
	Width    int // columns; 0: 80. Over 72 there are three columns, else two
	Color    bool
	ASCII    bool
	Verbose  bool
	Quiet    bool
	Location *time.Location // nil: UTC
}

const (
	defaultWidth = 80
	wideFrom     = 73
	wideLabel    = 12
	narrowLabel  = 10
	leastWidth   = 20
	mostValue    = 44
)

func (s Style) columns() int {
	switch {
	case s.Width <= 0:
		return defaultWidth
	case s.Width < leastWidth:
		return leastWidth
	}
	return s.Width
}

func (s Style) wide() bool { return s.columns() >= wideFrom }

// escape makes foreign text safe in this style.
func (s Style) escape(text string) string {
	if s.ASCII {
		return EscapeASCII(text)
	}
	return Escape(text)
}

// escapePasted makes what is to be pasted safe in this style, at full length.
func (s Style) escapePasted(text string) string {
	if s.ASCII {
		return escape(text, printableASCII, maxPasted)
	}
	return escape(text, printable, maxPasted)
}

// time shows a moment: to the second where there is room.
func (s Style) time(t time.Time) string {
	loc := s.Location
	if loc == nil {
		loc = time.UTC
	}
	if s.wide() {
		return t.In(loc).Format("2006-01-02 15:04:05 MST")
	}
	return t.In(loc).Format("2006-01-02 15:04 MST")
}

// row is one line of a screen: a label, what it is, and a remark beside it. Where the screen is narrow, a row says
// Narrow instead, if that is set.
type row struct {
	Label, Value, Remark string
	Narrow               []string
	Lines                []string // further lines below the value
}

// empty says that the row is a blank line.
func (r row) empty() bool { return r.Label == "" && r.Value == "" }

// screen puts a report together line by line. Every piece of text goes through the escaper of the style, and no line
// begins with text of a message: what is too long is broken and indented.
type screen struct {
	style Style
	out   strings.Builder
}

// head writes the word and what follows it.
func (s *screen) head(word Word, text string) {
	shown := strings.ToUpper(string(word))
	if s.style.Color {
		shown = colour(word) + shown + "\x1b[0m"
	}
	s.out.WriteString(shown)
	text = s.style.escape(text)
	if !s.style.wide() {
		s.out.WriteString("\n")
		s.hang("", text, 2)
		return
	}
	s.hang(strings.Repeat(" ", len(word)+2), text, 2)
}

// hang writes text behind a prefix that counts in the first line only (as written blanks, when the prefix is already on
// the line by other means), the others indented.
func (s *screen) hang(prefix, text string, indent int) {
	first := s.style.columns() - len(prefix)
	lines := wrap(text, first, s.style.columns()-indent)
	for i, line := range lines {
		switch {
		case i > 0:
			s.out.WriteString(strings.Repeat(" ", indent))
		case prefix != "":
			s.out.WriteString("  ")
		}
		s.out.WriteString(line + "\n")
	}
}

// colour is that of the first word.
func colour(word Word) string {
	switch word {
	case WordGood, WordDone:
		return "\x1b[32m"
	case WordPartial, WordExpired, WordUnsigned, WordUnencrypted, WordEncrypted, WordNoKey:
		return "\x1b[33m"
	}
	return "\x1b[31m"
}

func (s *screen) rows(rows []row) {
	if s.style.wide() {
		s.wideRows(rows)
		return
	}
	for _, r := range rows {
		if r.empty() {
			s.blank()
			continue
		}
		lines := r.Narrow
		if lines == nil {
			for _, text := range append([]string{r.Value, r.Remark}, r.Lines...) {
				if text != "" {
					lines = append(lines, text)
				}
			}
		}
		s.block(r.Label, narrowLabel, 0, lines)
	}
}

func (s *screen) wideRows(rows []row) {
	value := 0
	for _, r := range rows {
		if n := columnsOf(s.style.escape(r.Value)); r.Remark != "" && n <= mostValue {
			value = max(value, n)
		}
	}
	const left = 2 + wideLabel
	for _, r := range rows {
		if r.empty() {
			s.blank()
			continue
		}
		text, remark := s.style.escape(r.Value), s.style.escape(r.Remark)
		room := s.style.columns() - left - value - 2
		beside := remark != "" && columnsOf(text) <= value && (columnsOf(remark) <= room || room >= 24)
		if !beside {
			lines := []string{r.Value}
			if r.Remark != "" {
				lines = append(lines, r.Remark)
			}
			s.block(r.Label, wideLabel, 2, append(lines, r.Lines...))
			continue
		}
		s.out.WriteString("  " + pad(r.Label, wideLabel) + pad(text, value+2))
		for i, line := range wrap(remark, room, room) {
			if i > 0 {
				s.out.WriteString(strings.Repeat(" ", left+value+2))
			}
			s.out.WriteString(line + "\n")
		}
		if len(r.Lines) > 0 {
			s.block("", wideLabel, 2, r.Lines)
		}
	}
}

// pastedFrom is how what can be pasted begins.
const pastedFrom = "smimectl "

// block writes a label and lines beside it.
func (s *screen) block(label string, labelWidth, indent int, lines []string) {
	left := strings.Repeat(" ", indent) + pad(label, labelWidth)
	for _, line := range lines {
		more := 0
		for more < 2 && strings.HasPrefix(line[more:], " ") { // two blanks are our own indentation
			more++
		}
		room := s.style.columns() - indent - labelWidth - more
		var pieces []string
		if strings.HasPrefix(line[more:], pastedFrom) {
			pieces = []string{s.style.escapePasted(line[more:])}
		} else {
			pieces = wrap(s.style.escape(line[more:]), room, room)
		}
		for _, piece := range pieces {
			s.out.WriteString(strings.TrimRight(left+strings.Repeat(" ", more)+piece, " ") + "\n")
			left = strings.Repeat(" ", indent+labelWidth)
		}
	}
}

func (s *screen) blank() { s.out.WriteString("\n") }

// pad fills text up to a number of columns.
func pad(text string, n int) string {
	return text + strings.Repeat(" ", max(0, n-columnsOf(text)))
}

// columnsOf counts the columns a terminal gives to escaped text.
func columnsOf(text string) int {
	n := 0
	for _, c := range text {
		n += runeColumns(c)
	}
	return n
}

func runeColumns(c rune) int {
	switch {
	case c < 0x300:
		return 1
	case unicode.In(c, unicode.Mn, unicode.Me):
		return 0 // it stands on the letter before
	}
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// wrap breaks escaped text at blanks, and inside a word that is longer than a line. The first line has its own room.
func wrap(text string, first, room int) []string {
	first, room = max(first, 8), max(room, 8)
	var lines []string
	var line strings.Builder
	used, limit := 0, first
	flush := func() {
		lines = append(lines, strings.TrimRight(line.String(), " "))
		line.Reset()
		used, limit = 0, room
	}
	for _, word := range strings.SplitAfter(text, " ") {
		n := columnsOf(strings.TrimRight(word, " "))
		if used > 0 && used+n > limit {
			flush()
		}
		for _, c := range word {
			k := runeColumns(c)
			if used+k > limit && c != ' ' {
				flush()
			}
			line.WriteRune(c)
			used += k
		}
	}
	if used > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}
