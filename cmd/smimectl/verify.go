package main

import (
	"github.com/spf13/cobra"

	"smimectl/internal/message"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

type verifyOptions struct {
	judge   judgeFlags
	content string
	compare string
	many    manyFlags
	outputs outputsFlags
}

func (a *app) verifyCommand() *cobra.Command {
	o := &verifyOptions{}
	cmd := newVerb("verify [flags] [FILE...]", "who signed it, is it intact, may I believe it",
		`Verify takes signed and compressed layers off a mail and says, apart from each other: is it intact, who signed it,
does From match, who vouches for the signer, then and now, how strong is it, what does it cover. The first word is
the verdict. Nothing is imported, and no network is used unless --online. With -o the verified mail is written, if the
verdict is good.`,
		`  smimectl verify mail.eml
  smimectl verify --ca root.pem mail.eml
  smimectl verify -o clean.eml mail.eml
  smimectl verify -q < mail.eml && echo believe it
  smimectl verify --compare sent.eml received.eml
  smimectl verify --content report.pdf report.pdf.p7s
  smimectl verify -j 4 --report results.jsonl --skip-done Maildir/
  notmuch search --output=files tag:new | smimectl verify --files-from -`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runVerify(o, args) }
	cmd.PreRunE = a.sparesInputs
	o.judge.add(cmd)
	cmd.Flags().Var(once(&o.content, "FILE"), "content", "the content of a detached signature that is no mail")
	cmd.Flags().Var(once(&o.compare, "FILE"), "compare", "the mail as it was sent: show where the signed text begins to differ")
	o.many.add(cmd)
	o.outputs.add(cmd)
	return cmd
}

func (a *app) runVerify(o *verifyOptions, args []string) error {
	name, single := o.many.one(args, &o.outputs)
	if !single {
		if err := named(args); err != nil {
			return err
		}
		return a.verifySeveral(o, args)
	}
	if err := o.many.onlyOne(&o.outputs); err != nil {
		return err
	}
	if err := a.reportApart(name, o.judge.output, o.content, o.compare); err != nil {
		return err
	}
	if o.compare == "-" && name == "-" {
		return usageErrorf("--compare and FILE cannot both be standard input").withHint("smimectl verify --compare sent.eml received.eml")
	}
	a.startMeter(o.many.progress)
	x, err := o.judge.examiner(a)
	if err != nil {
		a.finishEarly("verify", name, err, o.judge.output != "-")
		return nil
	}
	if o.content != "" {
		x.Policy.Grounds = append(x.Policy.Grounds, verdict.Flag{Name: "--content", Value: o.content})
	}
	in, err := a.openInput(name)
	if err != nil {
		a.finishEarly("verify", name, err, o.judge.output != "-")
		return nil
	}
	a.finish(a.verifyOne(x, o, in, o.judge.output), o.judge.output != "-")
	return nil
}

// verifySeveral judges several mails, a line each.
func (a *app) verifySeveral(o *verifyOptions, operands []string) error {
	if o.content != "" || o.compare != "" {
		return usageErrorf("--content and --compare go with one FILE")
	}
	if err := o.many.notTogether(a, o.judge.output); err != nil {
		return err
	}
	x, err := o.judge.examiner(a)
	if err != nil {
		return err
	}
	s := &several{verb: "verify", flags: &o.many, outputs: &o.outputs, screens: true, do: func(a *app, m *mail, target string) *outcome {
		in, err := a.openMail(m)
		if err != nil {
			return a.failed("verify", m.Name, err)
		}
		return a.verifyOne(x, o, in, target)
	}}
	return s.run(a, operands)
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

// verifyOne judges a mail, closes it, and writes what it holds to target if there
// is one and the verdict allows it.
func (a *app) verifyOne(x *message.Examiner, o *verifyOptions, in *input, target string) *outcome {
	defer in.close()
	name := in.name
	var content spool.Source
	if o.content != "" {
		c, err := a.openInput(o.content)
		if err != nil {
			return a.failed("verify", name, err)
		}
		defer c.close()
		content = c.source
	}
	opt := message.ReleaseOptions{Entity: o.judge.entity}
	ahead := &outputAhead{env: a.env, target: target}
	defer ahead.discard()
	input := message.Input{Command: "verify", Name: name, Source: in.source, Changed: in.changed, Once: true, Serial: a.env.serial(), Observer: a.env.observer(), Content: content, Want: target != "" || o.compare != ""}
	if target != "" && o.compare == "" {
		input.Early = &message.Early{Open: ahead.open, Options: opt}
	}
	ex := x.Examine(input)
	defer ex.Close()
	if o.compare != "" {
		if err := a.compare(x, ex, o.compare); err != nil {
			return a.failed("verify", name, err)
		}
	}
	if target == "" || !ex.Report.Release() {
		return &outcome{report: ex.Report}
	}
	if err := a.release(ex, ahead.take(ex), target, opt, false); err != nil {
		return a.failed("verify", name, err)
	}
	return &outcome{report: ex.Report}
}

// release writes what an examination allowed to be written: whole or not at all. out
// is the output if it is written already, and otherwise nil.
func (a *app) release(ex *message.Examination, out *output, target string, opt message.ReleaseOptions, secret bool) error {
	if !ex.Content() && !ex.Report.Good() {
		return nil // --anyway, and there is nothing
	}
	if out == nil {
		var err error
		if out, err = newOutput(a.env, target, secret); err != nil {
			return err
		}
	}
	if err := ex.Release(out, opt); err != nil {
		return releaseError(out.fail(err))
	}
	if err := out.commit(); err != nil {
		out.discard()
		return err
	}
	return nil
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
