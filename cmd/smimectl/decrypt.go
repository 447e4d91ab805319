package main

import (
	"errors"

	"github.com/spf13/cobra"

	"smimectl/internal/message"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

type decryptOptions struct {
	judge            judgeFlags
	identity         identityFlags
	requireSigned    bool
	requireIntegrity bool
	raw              bool
	many             manyFlags
	outputs          outputsFlags
	shared           secretFlags
}

func (a *app) decryptCommand() *cobra.Command {
	o := &decryptOptions{}
	cmd := newVerb("decrypt [flags] [FILE...]", "open a mail, and judge what is inside",
		`Decrypt takes every layer off a mail: encrypted, signed, compressed. The mail that comes out has one header block
again. Nothing is written until all of it is known to be good; what does not decrypt is never written. What is signed
inside is judged; an unknown signer is reported and the mail is written all the same, unless --require-signed.`,
		`  smimectl decrypt secret.eml
  smimectl decrypt --require-signed -o clear.eml secret.eml
  smimectl decrypt -i me.p12 --passphrase-file pw secret.eml`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runDecrypt(o, args) }
	cmd.PreRunE = a.sparesInputs
	o.judge.add(cmd)
	o.identity.add(cmd, a.env, "open as this identity: address, fingerprint, or a file (repeatable); default: every identity of the store")
	f := cmd.Flags()
	f.BoolVar(&o.requireSigned, "require-signed", false, "write nothing unless what is inside is GOOD")
	f.BoolVar(&o.requireIntegrity, "require-integrity", false, "refuse ciphers that do not show changes (CBC), before the key is used")
	f.BoolVar(&o.raw, "raw", false, "the content may be any bytes, and is written as it is")
	o.shared.add(cmd)
	o.many.add(cmd)
	o.outputs.add(cmd)
	return cmd
}

func (a *app) runDecrypt(o *decryptOptions, args []string) error {
	name, single := o.many.one(args, &o.outputs)
	if !single {
		if err := named(args); err != nil {
			return err
		}
		return a.decryptSeveral(o, args)
	}
	if err := o.many.onlyOne(&o.outputs); err != nil {
		return err
	}
	if err := a.reportApart(name, o.judge.output); err != nil {
		return err
	}
	toFile := o.judge.output != "" && o.judge.output != "-"
	a.startMeter(o.many.progress)
	x, err := o.examiner(a)
	if err != nil {
		a.finishEarly("decrypt", name, err, toFile)
		return nil
	}
	in, err := a.openInput(name)
	if err != nil {
		a.finishEarly("decrypt", name, err, toFile && a.global.json)
		return nil
	}
	a.finish(a.decryptOne(x, o, in, o.judge.output), toFile && a.global.json)
	return nil
}

// decryptSeveral opens several mails, each into a file of its own.
func (a *app) decryptSeveral(o *decryptOptions, operands []string) error {
	if err := o.many.notTogether(a, o.judge.output); err != nil {
		return err
	}
	if err := a.passphrasesFirst(&o.many.mails, &o.identity.passphrase); err != nil {
		return err
	}
	x, err := o.examiner(a)
	if err != nil {
		return err
	}
	s := &several{verb: "decrypt", flags: &o.many, outputs: &o.outputs, suffix: ".clear.eml", writes: true, secret: true, do: func(a *app, m *mail, target string) *outcome {
		in, err := a.openMail(m)
		if err != nil {
			return a.failed("decrypt", m.Name, err)
		}
		return a.decryptOne(x, o, in, target)
	}}
	return s.run(a, operands)
}

func (o *decryptOptions) examiner(a *app) (*message.Examiner, error) {
	x, err := o.judge.examiner(a)
	if err != nil {
		return nil, err
	}
	x.Policy.RequireSigned = o.requireSigned
	x.Policy.RequireIntegrity = o.requireIntegrity
	x.Policy.Grounds = append(x.Policy.Grounds, o.grounds()...)
	if x.Secrets, err = o.shared.read(); err != nil {
		return nil, err
	}
	if x.Secrets.Password != nil || x.Secrets.KEK != nil {
		if len(o.identity.who)+len(o.identity.keys) == 0 {
			return x, nil
		}
	}
	x.Keys, err = a.decryptionKeys(&o.identity)
	return x, err
}

// grounds are the flags that say who opens, and what is asked of what is inside.
func (o *decryptOptions) grounds() []verdict.Flag {
	var out []verdict.Flag
	for _, x := range []struct {
		name   string
		values []string
	}{
		{"-i", o.identity.who}, {"--key", o.identity.keys}, {"--passphrase-file", o.identity.passphrase.files},
		{"--recipient-password-file", []string{o.shared.passwordFile}}, {"--kek-file", []string{o.shared.kekFile}}, {"--kek-id", []string{o.shared.kekID}},
	} {
		for _, value := range x.values {
			if value != "" {
				out = append(out, verdict.Flag{Name: x.name, Value: value})
			}
		}
	}
	for _, x := range []struct {
		set  bool
		name string
	}{{o.requireSigned, "--require-signed"}, {o.requireIntegrity, "--require-integrity"}, {o.raw, "--raw"}} {
		if x.set {
			out = append(out, verdict.Flag{Name: x.name})
		}
	}
	return out
}

// decryptOne opens a mail, closes it, and writes what was inside to target if all
// of it is known to be good.
func (a *app) decryptOne(x *message.Examiner, o *decryptOptions, in *input, target string) *outcome {
	defer in.close()
	name := in.name
	opt := message.ReleaseOptions{Entity: o.judge.entity, Raw: o.raw}
	ahead := &outputAhead{env: a.env, target: target, secret: true}
	defer ahead.discard()
	ex := x.Examine(message.Input{Command: "decrypt", Name: name, Source: in.source, Changed: in.changed, Once: true, Want: true, Open: true, Raw: o.raw, Serial: a.env.serial(), Observer: a.env.observer(),
		Early: &message.Early{Open: ahead.open, Options: opt}, Large: a.env.large})
	defer ex.Close()
	if !ex.Report.Release() {
		return &outcome{report: ex.Report}
	}
	if err := a.release(ex, ahead.take(ex), target, opt, true); err != nil {
		return a.failed("decrypt", name, err)
	}
	return &outcome{report: ex.Report}
}

// releaseError words what went wrong between the verdict and the output.
func releaseError(err error) error {
	var e *cliError
	var disk *spool.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, spool.ErrChanged):
		e := &cliError{exit: exitMachine, code: verdict.InputOutput, text: "the input changed while it was read"}
		return e.because(err).withHint("nothing was written; run it again on a copy")
	case errors.As(err, &disk):
		return machineError("cannot hold back the text in a temporary file", "", err)
	}
	return machineError("could not finish", "", err)
}
