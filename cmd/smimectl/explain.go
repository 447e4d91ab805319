package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/verdict"
)

func (a *app) explainCommand() *cobra.Command {
	cmd := newVerb("explain [CODE]", "what a reason in a report means",
		`Explain says what a reason code means and what to do. Without CODE it lists them all.`,
		`  smimectl explain content-changed
  smimectl explain`)
	cmd.Args = atMostOne
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return a.listCodes()
		}
		info, ok := verdict.Explain(args[0])
		if !ok {
			return usageErrorf("there is no reason code %s", quoted(args[0])).withHint("all of them:  smimectl explain")
		}
		if a.global.json {
			return stdoutError(json.NewEncoder(a.env.stdout).Encode(info))
		}
		_, err := fmt.Fprintf(a.env.stdout, "%s: %s\n\n%s\n", info.Code, info.Title, wrap(info.Explain+"\n\n"+info.Do, 76))
		return stdoutError(err)
	}
	return cmd
}

func (a *app) listCodes() error {
	var b strings.Builder
	for _, info := range verdict.Codes() {
		fmt.Fprintf(&b, "%-22s %s\n", info.Code, info.Title)
	}
	_, err := a.env.stdout.Write([]byte(b.String()))
	return stdoutError(err)
}

// wrap breaks text at blanks; a line of its own stays one.
func wrap(text string, width int) string {
	var out []string
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && len(line)+1+len(word) > width {
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
