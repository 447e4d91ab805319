package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// manualCommand writes the man pages, for packagers. It is not among the verbs
// that help lists.
func (a *app) manualCommand() *cobra.Command {
	cmd := newVerb("manual FOLDER", "write the manual pages",
		`Manual writes a page for man(1) for each verb into FOLDER. SOURCE_DATE_EPOCH is the date they bear.`,
		`  smimectl manual man/man1`)
	cmd.Hidden = true
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageErrorf("manual needs a FOLDER").withHint("smimectl manual man/man1")
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.writeManual(cmd.Root(), args[0]) }
	return cmd
}

func (a *app) writeManual(root *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return machineError("cannot make", folder, err)
	}
	date := a.env.now().UTC()
	if seconds, err := strconv.ParseInt(a.env.getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		date = time.Unix(seconds, 0).UTC()
	}
	for _, cmd := range verbsBelow(root) {
		out, err := newOutput(a.env, filepath.Join(folder, pageName(cmd)+".1"), false)
		if err != nil {
			return err
		}
		manualPage(out, cmd, date.Format(time.DateOnly))
		if err := out.commit(); err != nil {
			return err
		}
	}
	return nil
}

// verbsBelow are a command and all below it that help lists, from above to below.
func verbsBelow(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for i := 0; i < len(out); i++ {
		for _, sub := range out[i].Commands() {
			if sub.IsAvailableCommand() && !sub.Hidden {
				out = append(out, sub)
			}
		}
	}
	return out
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manualPage writes a page in the man macros of roff. Errors of w come back when
// it is committed.
func manualPage(w io.Writer, cmd *cobra.Command, date string) {
	p := &roff{w}
	p.macro("TH", strings.ToUpper(pageName(cmd)), "1", date, "smimectl", "smimectl")
	p.section("NAME")
	p.text(pageName(cmd) + " - " + cmd.Short)
	p.section("SYNOPSIS")
	if cmd.HasAvailableSubCommands() {
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				p.macro("B", synopsis(sub))
				p.macro("br")
			}
		}
	} else {
		p.macro("B", synopsis(cmd))
	}
	about, _, _ := strings.Cut(cmd.Long, exitStatus)
	p.section("DESCRIPTION")
	if cmd.HasParent() {
		p.text(strings.TrimSpace(about))
	} else {
		p.text("smimectl signs, verifies, encrypts, decrypts and inspects mail with S/MIME 4.0 (RFC 8551). The mail goes to standard output, or to FILE with -o FILE; without a file it is read from standard input.")
	}
	if cmd.HasAvailableSubCommands() {
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				p.entry(sub.Name(), sub.Short)
			}
		}
	}
	p.section("OPTIONS")
	for _, g := range flagsOf(cmd) {
		p.macro("SS", g.title)
		for _, f := range g.list {
			p.entry(strings.TrimSpace(flagTerm(f)), flagText(f))
		}
	}
	if !cmd.HasParent() {
		p.section("ENVIRONMENT")
		for _, v := range variables {
			p.entry(v[0], v[1])
		}
		p.section("FILES")
		p.text(configName + " in the folder of the configuration may have these lines:")
		for _, s := range settingLines() {
			p.entry(s[0], s[1])
		}
	}
	p.section("EXIT STATUS")
	for _, e := range exitCodes() {
		p.entry(e[0], e[1])
	}
	if cmd.Example != "" {
		p.section("EXAMPLES")
		p.macro("EX")
		for _, line := range strings.Split(cmd.Example, "\n") {
			p.line(strings.TrimPrefix(line, "  "))
		}
		p.macro("EE")
	}
	p.section("SEE ALSO")
	var others []string
	if cmd.HasParent() {
		others = append(others, pageName(cmd.Parent())+"(1)")
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			others = append(others, pageName(sub)+"(1)")
		}
	}
	p.text(strings.Join(append(others, "openssl-cms(1ssl)", "gpgsm(1)"), ", "))
}

func synopsis(cmd *cobra.Command) string {
	if parent := cmd.Parent(); parent != nil {
		return parent.CommandPath() + " " + cmd.Use
	}
	return cmd.Use
}

// roff writes the few macros that a page needs; what stands in a text cannot be
// taken for one.
type roff struct{ w io.Writer }

// plainRoff escapes what roff reads as its own.
var plainRoff = strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

func (p *roff) macro(name string, words ...string) {
	fmt.Fprint(p.w, "."+name)
	for _, word := range words {
		fmt.Fprint(p.w, ` "`+plainRoff.Replace(word)+`"`)
	}
	fmt.Fprintln(p.w)
}

func (p *roff) section(title string) { p.macro("SH", title) }

func (p *roff) line(text string) {
	text = plainRoff.Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	fmt.Fprintln(p.w, text)
}

func (p *roff) text(text string) {
	for _, line := range strings.Split(text, "\n") {
		p.line(line)
	}
}

func (p *roff) entry(term, text string) {
	p.macro("TP")
	p.macro("B", term)
	p.text(text)
}
