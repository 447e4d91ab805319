package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/verdict"
)

func (a *app) explainCommand() *cobra.Command {
	cmd := newVerb("explain [CODE | TEXT]", "what a reason in a report means, or what openssl or gpgsm said",
		`Explain says what a reason code means and what to do. Without CODE it lists them all. It also takes what openssl or
gpgsm printed, in quotation marks or with - from standard input, and finds the reason that it stands for.`,
		`  smimectl explain content-changed
  smimectl explain
  smimectl explain --json
  smimectl explain "Verify error:unable to get local issuer certificate"`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return a.listCodes()
		case len(args) == 1 && args[0] == "-":
			text, err := io.ReadAll(io.LimitReader(a.env.stdin, maxForeign))
			if err != nil {
				return readError(displayName("-"), err)
			}
			return a.explain(string(text))
		}
		return a.explain(strings.Join(args, " "))
	}
	return cmd
}

// maxForeign is far above what a program says in one go.
const maxForeign = 1 << 20

// explain looks for a code of ours first, then for what others say.
func (a *app) explain(text string) error {
	info, ours := verdict.Explain(text)
	other := foreignText{}
	if !ours {
		var ok bool
		if other, ok = explainForeign(text); !ok {
			return usageErrorf("there is no reason code %s", quoted(text)).withHint("all of them:  smimectl explain").
				withHint("what openssl or gpgsm said goes in quotation marks, or from a pipe:  ... 2>&1 | smimectl explain -")
		}
		info, _ = verdict.Explain(string(other.code))
	}
	if a.global.json {
		return a.codesAsJSON(explained(info))
	}
	_, width := a.env.terminal(a.env.stdout)
	about := ""
	if !ours {
		about = "\"" + other.says + "\" is said for:  " + string(info.Code)
		if other.why != "" {
			about += "\n" + other.why
		}
		about = wrap(about, min(width, 76)) + "\n\n"
	}
	_, err := fmt.Fprintf(a.env.stdout, "%s%s: %s\n\n%s\n", about, info.Code, info.Title, wrap(info.Explain+"\n\n"+info.Do, min(width, 76)))
	return stdoutError(err)
}

// explainedCode is a reason code in JSON.
type explainedCode struct {
	Code    verdict.Code `json:"code"`
	Title   string       `json:"title"`
	Explain string       `json:"explain"`
	Do      string       `json:"do"`
	Verdict *string      `json:"verdict"` // when this is what ended the work; null for what only colours a judgement
}

func explained(info verdict.CodeInfo) explainedCode {
	out := explainedCode{Code: info.Code, Title: info.Title, Explain: info.Explain, Do: info.Do}
	if word := string(info.Word); word != "" {
		out.Verdict = &word
	}
	return out
}

func (a *app) codesAsJSON(value any) error {
	encoder := json.NewEncoder(a.env.stdout)
	encoder.SetEscapeHTML(false)
	return stdoutError(encoder.Encode(value))
}

func (a *app) listCodes() error {
	if a.global.json {
		list := []explainedCode{}
		for _, info := range verdict.Codes() {
			list = append(list, explained(info))
		}
		return a.codesAsJSON(list)
	}
	var b strings.Builder
	_, width := a.env.terminal(a.env.stdout)
	column := 0
	for _, info := range verdict.Codes() {
		column = max(column, len(info.Code)+2)
	}
	for _, info := range verdict.Codes() {
		if width > 72 {
			fmt.Fprintf(&b, "%-*s%s\n", column, info.Code, info.Title)
			continue
		}
		fmt.Fprintf(&b, "%s\n  %s\n", info.Code, strings.Join(verdict.Wrap(info.Title, width-2), "\n  "))
	}
	_, err := a.env.stdout.Write([]byte(b.String()))
	return stdoutError(err)
}

// wrap breaks text at blanks alone, so that a path stays whole; a line of its own
// stays one.
func wrap(text string, width int) string {
	var out []string
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && verdict.Columns(line)+1+verdict.Columns(word) > width {
				out = append(out, line)
				line = ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
