package progress

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// How many columns the bar itself has.
const (
	barWide   = 20
	barNarrow = 10
)

// bar is the line for a terminal of so many columns: what is done, how much of it,
// and how long it will take. What does not fit is left out, the least important
// first; without a known size there is no bar.
func (s *moment) bar(width int, ascii bool) string {
	between := " / "
	if ascii {
		between = "/"
	}
	name, count := s.label(), s.count(between)
	if s.size <= 0 {
		return fitting(width, []string{name, count, s.speed()}, []string{name, count}, []string{string(s.name)})
	}
	percent := fmt.Sprintf("%4s", s.percent())
	wide, narrow := name+s.drawn(barWide, ascii), name+s.drawn(barNarrow, ascii)
	if ascii { // with room for the brackets
		narrow = name + s.drawn(barNarrow-2, ascii)
	}
	return fitting(width,
		[]string{wide, count, percent, s.speed(), s.left()},
		[]string{narrow, count, percent, s.speed(), s.left()},
		[]string{narrow, count, percent, s.left()},
		[]string{narrow, percent, s.left()},
		[]string{narrow, percent},
		[]string{string(s.name), s.percent()})
}

// heldLine says where the text is that does not come out yet.
func (s *moment) heldLine(width int) string {
	size := octetsIn(s.held).amount(s.held)
	return fitting(width,
		[]string{fmt.Sprintf("holding back %s %s (%s in a temporary file)", s.what, s.until, size)},
		[]string{fmt.Sprintf("holding back %s %s (%s)", s.what, s.until, size)},
		[]string{fmt.Sprintf("holding back %s (%s)", s.what, size)})
}

// log is the line of a log.
func (s *moment) log() string {
	if s.waits() {
		return s.waiting()
	}
	list := []string{string(s.name) + " " + strings.TrimSpace(s.count(" of "))}
	if s.size > 0 {
		list = append(list, s.percent())
	}
	list = append(list, strings.TrimSpace(s.speed()), s.left())
	if s.held > 0 {
		list = append(list, "held back: "+octetsIn(s.held).amount(s.held))
	}
	return joined(list, ", ")
}

// waits reports whether the mail has not begun to come.
func (s *moment) waits() bool { return s.input && s.done == 0 }

func (s *moment) waiting() string {
	if s.from == "" {
		return "waiting for a mail"
	}
	return "waiting for a mail on " + s.from
}

// label names the stage, as wide as the widest of those with a bar.
func (s *moment) label() string { return fmt.Sprintf("%-11s", s.name) }

func (s *moment) percent() string { return fmt.Sprintf("%d%%", s.done*100/s.size) }

func (s *moment) drawn(width int, ascii bool) string {
	full := int(s.done * int64(width) / s.size)
	if ascii {
		return "[" + strings.Repeat("#", full) + strings.Repeat("-", width-full) + "]"
	}
	return strings.Repeat("\u2588", full) + strings.Repeat("\u2591", width-full)
}

// count is "127 / 203 MB", or "127 MB" where the size is not known.
func (s *moment) count(between string) string {
	switch {
	case s.name == Saving:
		return "waiting for the disk"
	case s.size < 0:
		return s.in(s.done).amount(s.done)
	}
	unit := s.in(s.size)
	total := unit.number(s.size)
	return fmt.Sprintf("%*s%s%s %s", len(total), unit.number(s.done), between, total, unit.name)
}

// speed is empty as long as there is nothing to tell it by.
func (s *moment) speed() string {
	switch {
	case s.mails && s.rate > 0:
		return fmt.Sprintf("%.3g/s", s.rate)
	case s.rate < 1:
		return ""
	}
	rate := int64(s.rate)
	return fmt.Sprintf("%8s", octetsIn(rate).amount(rate)+"/s")
}

// left is how long the stage will take at the rate it has had so far.
func (s *moment) left() string {
	if s.size < 0 || s.speed() == "" {
		return ""
	}
	return clockTime(time.Duration(min(float64(s.size-s.done)/s.rate, 1e6)*float64(time.Second))) + " left"
}

// fitting joins the first of several lists of words that fits into width, and cuts
// the last one if none does. Narrow lines have narrow gaps.
func fitting(width int, lists ...[]string) string {
	text := ""
	for _, list := range lists {
		for _, gap := range []string{"   ", "  "} {
			text = joined(list, gap)
			if utf8.RuneCountInString(text) <= width {
				return text
			}
		}
	}
	return cut(text, width)
}

// joined joins those words that are not empty.
func joined(list []string, gap string) string {
	var b strings.Builder
	for _, word := range list {
		if word == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(gap)
		}
		b.WriteString(word)
	}
	return b.String()
}

// cut leaves as many characters, each of one column, as there are columns.
func cut(text string, width int) string {
	list := []rune(text)
	return string(list[:max(0, min(width, len(list)))])
}
