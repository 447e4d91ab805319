package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"smimectl/internal/message"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

type verifyOptions struct {
	judge   judgeFlags
	content string
}

func (a *app) verifyCommand() *cobra.Command {
	o := &verifyOptions{}
	cmd := newVerb("verify [flags] [FILE...]", "who signed it, is it intact, may I believe it",
		`Verify takes signed and compressed layers off a mail and says, apart from each other: is it intact, who signed it,
does From match, who vouches for the signer, then and now, how strong is it, what does it cover. The first word is
the verdict. Nothing is imported and no network is used. With -o the verified mail is written, if the verdict is good.`,
		`  smimectl verify mail.eml
  smimectl verify --ca root.pem mail.eml
  smimectl verify -o clean.eml mail.eml
  smimectl verify -q < mail.eml && echo believe it
  smimectl verify --content report.pdf report.pdf.p7s`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runVerify(o, args) }
	o.judge.add(cmd)
	cmd.Flags().Var(once(&o.content, "FILE"), "content", "the content of a detached signature that is no mail")
	return cmd
}

func (a *app) runVerify(o *verifyOptions, args []string) error {
	if len(args) == 0 {
		args = []string{"-"}
	}
	if len(args) > 1 && (o.judge.output != "" || o.content != "" || a.global.report != "") {
		return usageErrorf("-o, --content and --report go with one FILE, got %d", len(args)).withHint("for f in *.eml; do smimectl verify -o \"out/$f\" \"$f\"; done")
	}
	if err := a.reportApart(args[0], o.judge.output, o.content); err != nil {
		return err
	}
	x, err := o.judge.examiner(a)
	if err != nil {
		a.finishEarly("verify", args[0], err, o.judge.output != "-")
		return nil
	}
	if len(args) == 1 {
		a.finish(a.verifyOne(x, o, args[0]), o.judge.output != "-")
		return nil
	}
	return a.verifyMany(x, o, args)
}

// finishEarly ends a verb whose flags could not be used. A wrong command line
// has no report; everything else has one.
func (a *app) finishEarly(command, file string, err error, toStdout bool) {
	o := a.failed(command, file, err)
	if o.report == nil {
		a.exit = a.fail(o.err)
		return
	}
	a.finish(o, toStdout)
}

func (a *app) verifyOne(x *message.Examiner, o *verifyOptions, name string) *outcome {
	in, err := a.openInput(name)
	if err != nil {
		return a.failed("verify", name, err)
	}
	defer in.close()
	var content spool.Source
	if o.content != "" {
		c, err := a.openInput(o.content)
		if err != nil {
			return a.failed("verify", name, err)
		}
		defer c.close()
		content = c.source
	}
	ex := x.Examine(message.Input{Command: "verify", Name: name, Source: in.source, Content: content, Want: o.judge.output != ""})
	defer ex.Close()
	if o.judge.output == "" || !ex.Report.Release() {
		return &outcome{report: ex.Report}
	}
	if err := a.release(ex, o.judge.output, message.ReleaseOptions{Entity: o.judge.entity}, false); err != nil {
		return a.failed("verify", name, err)
	}
	return &outcome{report: ex.Report}
}

// release writes what an examination allowed to be written: whole or not at all.
func (a *app) release(ex *message.Examination, target string, opt message.ReleaseOptions, secret bool) error {
	if !ex.Content() && !ex.Report.Good() {
		return nil // --anyway, and there is nothing
	}
	out, err := newOutput(a.env, target, secret)
	if err != nil {
		return err
	}
	if err := ex.Release(out, opt); err != nil {
		out.discard()
		return releaseError(err)
	}
	if err := out.commit(); err != nil {
		out.discard()
		return err
	}
	return nil
}

// verifyMany prints a line for each file and a sum.
func (a *app) verifyMany(x *message.Examiner, o *verifyOptions, names []string) error {
	counts := map[verdict.Word]int{}
	var order []verdict.Word
	codes := map[int]bool{}
	for _, name := range names {
		result := a.verifyOne(x, o, name)
		if result.report == nil {
			a.exit = a.fail(result.err)
			return nil
		}
		codes[result.exit()] = true
		word := result.report.Verdict
		if counts[word] == 0 {
			order = append(order, word)
		}
		counts[word]++
		var err error
		switch {
		case a.global.json:
			err = writeJSON(a.env.stdout, result.report)
		case !a.global.quiet:
			_, err = fmt.Fprintln(a.env.stdout, verdict.OneLine(result.report))
		}
		if err != nil {
			return stdoutError(err)
		}
	}
	a.exit = worstExit(codes)
	if a.global.json || a.global.quiet {
		return nil
	}
	line := fmt.Sprintf("%d mails:", len(names))
	for i, word := range order {
		if i > 0 {
			line += ","
		}
		line += fmt.Sprintf(" %d %s", counts[word], word)
	}
	_, err := io.WriteString(a.env.stdout, line+"\n")
	return stdoutError(err)
}

// worstExit is the first that occurs of 3, 5, 1, 4, 0.
func worstExit(codes map[int]bool) int {
	for _, code := range []int{exitMachine, exitKey, exitNo, exitNothing} {
		if codes[code] {
			return code
		}
	}
	return exitYes
}
