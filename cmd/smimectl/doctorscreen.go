package main

import (
	"fmt"
	"strings"

	"smimectl/internal/verdict"
)

// text is the screen: a line for each finding and what to do below it.
func (x *examination) text() string {
	_, width := x.a.env.terminal(x.a.env.stdout)
	var b strings.Builder
	indent, column := "                  ", 18
	if width <= 72 {
		indent, column = "      ", 6
	}
	count := map[string]int{}
	for _, f := range x.findings {
		count[f.Level]++
		if x.a.global.quiet && f.Level != "fail" {
			continue
		}
		level := f.Level
		if level == "none" {
			level = "--"
		}
		room := max(width-column, 20)
		lines := strings.Split(wrap(x.a.plainly(f.Text), room), "\n")
		if width <= 72 {
			fmt.Fprintf(&b, "%-4s  %s\n%s%s\n", level, f.About, indent, lines[0])
		} else {
			fmt.Fprintf(&b, "%-4s  %-10s  %s\n", level, f.About, lines[0])
		}
		for _, line := range lines[1:] {
			fmt.Fprintf(&b, "%s%s\n", indent, line)
		}
		for _, hint := range f.Hints {
			for _, line := range hintLines(x.a.plainly(hint), room) {
				fmt.Fprintf(&b, "%s%s\n", indent, line)
			}
		}
	}
	if !x.a.global.quiet {
		fmt.Fprintf(&b, "%s, %s\n", plural(count["fail"], "failure"), plural(count["warn"], "warning"))
	}
	return b.String()
}

// hintLines breaks a hint, but not the commands in it, which stand between two
// blanks: they are to be pasted.
func hintLines(hint string, room int) []string {
	lines := []string{""}
	for _, piece := range strings.Split(hint, "  ") {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = piece
		case verdict.Columns(*last+"  "+piece) <= room:
			*last += "  " + piece
		default:
			lines = append(lines, piece)
		}
	}
	var out []string
	for _, line := range lines {
		if isCommand(line) {
			out = append(out, line)
			continue
		}
		out = append(out, verdict.Wrap(line, room)...)
	}
	return out
}

// isCommand reports whether a line of a hint is one to be pasted.
func isCommand(line string) bool {
	for _, name := range []string{"smimectl ", "chmod ", "rm ", "cat ", "date ", "export "} {
		if strings.HasPrefix(line, name) {
			return true
		}
	}
	return false
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func pluralIdentity(n int) string {
	if n == 1 {
		return "1 identity"
	}
	return fmt.Sprintf("%d identities", n)
}
