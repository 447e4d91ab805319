package main

import (
	"fmt"
	"strings"
	"time"
)

// barWidth is how many columns the bar itself has at most, and at least.
const (
	barWidth  = 20
	barNarrow = 10
)

// bar is the line for a terminal of so many columns: what is done, how much of it,
// and how long it will take. What does not fit is left out, the least important
// first; without a known size there is no bar.
func (s *progressNow) bar(width int, ascii bool) string {
	between := " / "
	if ascii {
		between = "/"
	}
	count := s.count(between)
	if s.size <= 0 {
		return fitting(width, []string{s.label(), count, s.speed()}, []string{s.label(), count}, []string{s.name})
	}
	percent := fmt.Sprintf("%3d%%", s.done*100/s.size)
	wide, narrow := s.drawn(barWidth, ascii), s.drawn(barNarrow, ascii)
	if ascii { // with room for the brackets
		narrow = s.drawn(barNarrow-2, ascii)
	}
	return fitting(width,
		[]string{s.label() + wide, count, percent, s.speed(), s.left()},
		[]string{s.label() + narrow, count, percent, s.speed(), s.left()},
		[]string{s.label() + narrow, count, percent, s.left()},
		[]string{s.label() + narrow, percent, s.left()},
		[]string{s.label() + narrow, percent},
		[]string{s.name, strings.TrimSpace(percent)})
}

// fitting joins the first of several lists of words that fits into width, and cuts
// the last one if none does. Narrow lines have narrow gaps.
func fitting(width int, lists ...[]string) string {
	text := ""
	for _, list := range lists {
		for _, gap := range []string{"   ", "  "} {
			text = strings.Join(present(list), gap)
			if columnsOf(text) <= width {
				return text
			}
		}
	}
	return cutTo(text, width)
}

func present(list []string) []string {
	var out []string
	for _, word := range list {
		if word != "" {
			out = append(out, word)
		}
	}
	return out
}

// columnsOf counts the columns of a text that is made of the characters used here.
func columnsOf(text string) int { return len([]rune(text)) }

func cutTo(text string, width int) string {
	if list := []rune(text); len(list) > width {
		return string(list[:max(width, 0)])
	}
	return text
}

// label names the stage, as wide as the widest of those with a bar.
func (s *progressNow) label() string { return fmt.Sprintf("%-11s", s.name) }

func (s *progressNow) drawn(width int, ascii bool) string {
	full := int(s.done * int64(width) / s.size)
	if ascii {
		return "[" + strings.Repeat("#", full) + strings.Repeat("-", width-full) + "]"
	}
	return strings.Repeat("\u2588", full) + strings.Repeat("\u2591", width-full)
}

// count is "127 / 203 MB", or "127 MB" where the size is not known.
func (s *progressNow) count(between string) string {
	switch {
	case s.name == stageDisk:
		return "waiting for the disk"
	case s.size < 0:
		unit := s.unitFor(s.done)
		return unit.number(s.done) + " " + unit.name
	}
	unit := s.unitFor(s.size)
	total := unit.number(s.size)
	return fmt.Sprintf("%*s%s%s %s", len(total), unit.number(s.done), between, total, unit.name)
}

// speed is empty as long as there is nothing to tell it by.
func (s *progressNow) speed() string {
	switch {
	case s.mails && s.rate > 0:
		return fmt.Sprintf("%.3g/s", s.rate)
	case s.rate < 1:
		return ""
	}
	unit := s.unitFor(int64(s.rate))
	return fmt.Sprintf("%8s", unit.number(int64(s.rate))+" "+unit.name+"/s")
}

// left is how long the stage will take at the rate it has had so far.
func (s *progressNow) left() string {
	if s.rate <= 0 || s.rate < 1 && !s.mails || s.size < 0 {
		return ""
	}
	return clockTime(time.Duration(min(float64(s.size-s.done)/s.rate, 1e6)*float64(time.Second))) + " left"
}

// clockTime is minutes and seconds, and hours where there are any.
func clockTime(d time.Duration) string {
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if hours > 0 {
		return fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
	}
	return fmt.Sprintf("%d:%02d", minutes, seconds)
}

// heldLine says where the text is that does not come out yet.
func (s *progressNow) heldLine(width int) string {
	unit := unitFor(s.held)
	size := unit.number(s.held) + " " + unit.name
	return fitting(width,
		[]string{fmt.Sprintf("holding back %s %s (%s in a temporary file)", s.why.what, s.why.why, size)},
		[]string{fmt.Sprintf("holding back %s %s (%s)", s.why.what, s.why.why, size)},
		[]string{fmt.Sprintf("holding back %s (%s)", s.why.what, size)})
}

// waits reports whether the mail has not begun to come.
func (s *progressNow) waits() bool { return s.input && s.done == 0 }

func (s *progressNow) waiting() string { return "waiting for a mail" + s.from }

// log is the line of a log.
func (s *progressNow) log() string {
	if s.waits() {
		return s.waiting()
	}
	list := []string{strings.TrimSpace(s.name + " " + s.count(" of "))}
	if s.size > 0 {
		list = append(list, fmt.Sprintf("%d%%", s.done*100/s.size))
	}
	list = append(list, strings.TrimSpace(s.speed()), s.left())
	if s.held > 0 {
		unit := unitFor(s.held)
		list = append(list, "held back: "+unit.number(s.held)+" "+unit.name)
	}
	return strings.Join(present(list), ", ")
}

// unit is what sizes are counted in.
type unit struct {
	name   string
	octets int64
	part   bool // one digit behind the point
}

// unit is what done and size count.
func (s *progressNow) unit() string {
	if s.mails {
		return "mails"
	}
	return "octets"
}

func (s *progressNow) unitFor(size int64) unit {
	switch {
	case s.mails && size == 1:
		return unit{"mail", 1, false}
	case s.mails:
		return unit{"mails", 1, false}
	}
	return unitFor(size)
}

// unitFor chooses the unit in which a size has three digits or so.
func unitFor(size int64) unit {
	switch {
	case size < 1e3:
		return unit{"B", 1, false}
	case size < 1e6:
		return unit{"kB", 1e3, false}
	case size < 10e6:
		return unit{"MB", 1e6, true}
	case size < 10e9:
		return unit{"MB", 1e6, false}
	}
	return unit{"GB", 1e9, true}
}

func (u unit) number(size int64) string {
	if u.part {
		return fmt.Sprintf("%d.%d", size/u.octets, size%u.octets/(u.octets/10))
	}
	return fmt.Sprint(size / u.octets)
}
