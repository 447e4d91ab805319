package main

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// help writes the help of a verb: with -h what most people need, with --help and
// the verb help everything.
func (a *app) help(cmd *cobra.Command, args []string) {
	_, width := a.env.terminal(a.env.stdout)
	io.WriteString(cmd.OutOrStdout(), helpText(cmd, min(width, widestHelp), shortHelp(args))) // the writer remembers an error
}

// widestHelp is how wide text is still read well.
const widestHelp = 100

// shortHelp reports whether a command line asks for the short help.
func shortHelp(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	short := false
	for _, arg := range args {
		if arg == "--help" {
			return false
		}
		short = short || len(arg) > 1 && arg[0] == '-' && arg[1] != '-' && strings.ContainsRune(arg, 'h')
	}
	return short
}

// helpText is the help of a verb in lines of at most width columns; examples are
// left as they are, so that they can be pasted.
func helpText(cmd *cobra.Command, width int, short bool) string {
	h := &helpPage{width: width}
	if !cmd.HasParent() {
		h.screen(cmd, short)
		return h.String()
	}
	use := synopsis(cmd)
	if cmd.HasAvailableSubCommands() {
		use += " VERB"
	}
	h.wrapped("Usage: ", use, 7)
	h.line("")
	about, _, _ := strings.Cut(cmd.Long, exitStatus)
	if short {
		about = strings.ToUpper(cmd.Short[:1]) + cmd.Short[1:] + "."
	}
	h.paragraphs(about)
	if cmd.Example != "" {
		h.heading("Examples")
		for _, line := range strings.Split(cmd.Example, "\n") {
			h.line(line)
		}
	}
	h.verbs(cmd)
	h.flags(cmd, short)
	if short {
		h.line("")
		h.paragraphs("Every flag, and the exit codes:  " + cmd.CommandPath() + " --help")
		return h.String()
	}
	h.exitCodes()
	return h.String()
}

// helpPage is a text in the making.
type helpPage struct {
	strings.Builder
	width int
}

// screen is the help of the program itself: the first screen, and with all of it
// every verb and the exit codes.
func (h *helpPage) screen(cmd *cobra.Command, short bool) {
	h.WriteString(firstScreen(h.width))
	if short {
		return
	}
	h.verbs(cmd)
	h.flags(cmd, false)
	h.heading("Environment")
	h.entries(variables, flagColumn)
	h.heading("Lines of " + configName)
	h.entries(settingLines(), flagColumn)
	h.exitCodes()
}

func (h *helpPage) line(text string) { h.WriteString(strings.TrimRight(text, " ") + "\n") }

func (h *helpPage) heading(title string) { h.line("\n" + title + ":") }

// paragraphs writes text that is separated by empty lines; lines that are indented
// stay as they are.
func (h *helpPage) paragraphs(text string) {
	var words []string
	flush := func() {
		if len(words) > 0 {
			h.wrapped("", strings.Join(words, " "), 0)
		}
		words = nil
	}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		switch {
		case line == "":
			flush()
			h.line("")
		case line[0] == ' ' || line[0] == '\t':
			flush()
			h.line(strings.ReplaceAll(line, "\t", "  "))
		default:
			words = append(words, line)
		}
	}
	flush()
}

// wrapped writes text behind a head, further lines indented by hang.
func (h *helpPage) wrapped(head, text string, hang int) {
	line, begun := head, false
	for _, word := range wordsOf(text) {
		if begun && columnsOf(line)+1+columnsOf(word) > h.width {
			h.line(line)
			line, begun = strings.Repeat(" ", hang), false
		}
		if begun {
			line += " "
		}
		line += word
		begun = true
	}
	h.line(line)
}

// wordsOf splits a text where it may be broken: two blanks, as before something to
// paste, stay together with what follows.
func wordsOf(text string) []string {
	var out []string
	for _, word := range strings.Split(text, " ") {
		if n := len(out); word == "" && n > 0 {
			out[n-1] += " "
			continue
		}
		out = append(out, word)
	}
	return out
}

// entries writes terms with what they mean: beside each other where there is room,
// else below each other.
func (h *helpPage) entries(list [][2]string, column int) {
	for _, e := range list {
		term, text := "  "+e[0], e[1]
		if h.width < 60 {
			h.line(term)
			h.wrapped("      ", text, 6)
			continue
		}
		if columnsOf(term) > column-2 {
			h.line(term)
			term = ""
		}
		h.wrapped(term+strings.Repeat(" ", column-columnsOf(term)), text, column)
	}
}

func (h *helpPage) verbs(cmd *cobra.Command) {
	var list [][2]string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			list = append(list, [2]string{sub.Name(), sub.Short})
		}
	}
	if len(list) > 0 {
		h.heading("Verbs")
		h.entries(list, 14)
	}
}

// flagColumn is where what a flag means begins at the latest.
const flagColumn = 30

func (h *helpPage) flags(cmd *cobra.Command, short bool) {
	groups := flagsOf(cmd)
	column := 0
	for _, g := range groups {
		for _, f := range g.list {
			if n := columnsOf(flagTerm(f)) + 4; n <= flagColumn {
				column = max(column, n)
			}
		}
	}
	for _, g := range groups {
		if short && !g.common {
			continue
		}
		h.heading(g.title)
		var list [][2]string
		for _, f := range g.list {
			list = append(list, [2]string{flagTerm(f), flagText(f)})
		}
		h.entries(list, column)
	}
}

// flagTerm is a flag with its value: "-o, --output FILE".
func flagTerm(f *pflag.Flag) string {
	term := "    --" + f.Name
	if f.Shorthand != "" {
		term = "-" + f.Shorthand + ", --" + f.Name
	}
	if name, _ := pflag.UnquoteUsage(f); name != "" {
		term += " " + name
	}
	return term
}

// flagText is what a flag means, with the word that counts where none is given.
func flagText(f *pflag.Flag) string {
	_, text := pflag.UnquoteUsage(f)
	if f.Name == "help" {
		return "all of this; -h gives what is needed most"
	}
	if v, ok := f.Value.(*onceValue); ok && len(v.allowed) > 0 && f.DefValue != "" && !strings.Contains(text, "default") {
		text += " (default " + f.DefValue + ")"
	}
	return text
}

func (h *helpPage) exitCodes() {
	h.heading("Exit status")
	h.entries(exitCodes(), 5)
}

// exitCodes are the exit codes with what they mean.
func exitCodes() [][2]string {
	var list [][2]string
	for _, line := range strings.Split(strings.TrimSpace(exitStatus), "\n")[1:] {
		code, text, _ := strings.Cut(strings.TrimSpace(line), "  ")
		list = append(list, [2]string{code, text})
	}
	return list
}

// columnsOf counts the columns of a text of which every character has one.
func columnsOf(text string) int { return utf8.RuneCountInString(text) }
