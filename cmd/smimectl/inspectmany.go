package main

import (
	"errors"

	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

// inspectSeveral describes several mails and files, a line each.
func (a *app) inspectSeveral(o *inspectOptions, operands []string) error {
	if a.global.report == "-" {
		return a.reportApart()
	}
	switch {
	case o.asn1:
		return a.inspectASN1Several(o, operands)
	case o.certs && o.many.skipDone:
		return usageErrorf("--skip-done goes without --certs")
	}
	if err := a.passphrasesFirst(&o.many.mails, &o.passphrase); err != nil {
		return err
	}
	o.passphrase.silent = true
	x, err := a.inspector(o)
	if err != nil {
		return err
	}
	if o.certs {
		return a.inspectCertsSeveral(o, x, operands)
	}
	s := &several{verb: "inspect", flags: &o.many, outputs: &outputsFlags{}, screens: true, do: func(a *app, m *mail, _ string) *outcome {
		return a.inspectOneOf(o, x, m)
	}}
	return s.run(a, operands)
}

// inspectOneOf describes one of several mails and files.
func (a *app) inspectOneOf(o *inspectOptions, x *message.Examiner, m *mail) *outcome {
	in, err := a.openMail(m)
	if err != nil {
		return a.failed("inspect", m.Name, err)
	}
	defer in.close()
	if !isMessage(in.source) {
		out := a.inspectFile(o, in)
		if out.err != nil && out.err.code == verdict.PassphraseMissing { // and not because there is no terminal
			return a.failed("inspect", m.Name, keyErrorf(verdict.PassphraseMissing, "it needs a passphrase").withHint("--passphrase-file FILE"))
		}
		return out
	}
	return a.inspectMail(x, m.Name, in.source, m.Number, m.Offset)
}

// inspectASN1Several lists the structures of several mails and files, one after the
// other as they are read.
func (a *app) inspectASN1Several(o *inspectOptions, operands []string) error {
	if o.many.jobs != "" || o.many.skipDone {
		return usageErrorf("-j and --skip-done go without --asn1").withHint("a part of the mails for each process:  --shard 1/4")
	}
	out, err := a.listingOutput(o.output)
	if err != nil {
		return err
	}
	codes := map[int]bool{}
	shown := 0
	for m := range a.mails(&o.many.mails, operands) {
		err := func() error {
			in, err := a.openMail(m)
			if err != nil {
				return err
			}
			defer in.close()
			return a.structures(out, in, true, &shown)
		}()
		if err == nil {
			continue
		}
		if err := out.Flush(); err != nil { // it is the output that fails
			out.discard()
			return stdoutError(err)
		}
		codes[a.failLine(err)] = true
	}
	if err := out.commit(); err != nil {
		return err
	}
	a.exit = worstExit(codes)
	return nil
}

// failLine is fail in one line, for one of several.
func (a *app) failLine(err error) int {
	var e *cliError
	if !errors.As(err, &e) {
		e = machineError("could not finish", "", err)
	}
	a.say("error: %s", e.text)
	return e.exit
}

// inspectCertsSeveral writes the certificates of several mails and files as PEM, none
// twice.
func (a *app) inspectCertsSeveral(o *inspectOptions, x *message.Examiner, operands []string) error {
	workers, err := o.many.workers()
	if err != nil {
		return err
	}
	if a.env.many != nil {
		a.env.many(workers)
	}
	out, err := newOutput(a.env, o.output, false)
	if err != nil {
		return err
	}
	codes := map[int]bool{}
	seen := map[string]bool{}
	a.startMailsMeter(o.many.progress, "inspect", o.many.total(operands))
	defer a.endMeter()
	err = a.each(a.mails(&o.many.mails, operands), workers, func(a *app, m *mail) *outcome {
		return a.certificatesOfOne(o, x, m)
	}, a.beside(func(f *finished) error {
		for _, c := range f.certificates {
			if fingerprint := c.Fingerprint(); !seen[fingerprint] {
				seen[fingerprint] = true
				if _, err := out.Write(commentedPEM(c)); err != nil {
					return err
				}
			}
		}
		if f.outcome.err != nil {
			codes[a.failLine(f.outcome.err)] = true
		}
		return nil
	}))
	a.endMeter()
	if err != nil {
		out.discard()
		return err
	}
	if len(seen) == 0 {
		out.discard()
		if len(codes) > 0 {
			a.exit = worstExit(codes)
			return nil
		}
		return nothingErrorf("there is no certificate in these mails").withHint("what else is in them:  smimectl inspect FILE...")
	}
	if err := out.commit(); err != nil {
		return err
	}
	a.exit = worstExit(codes)
	return nil
}

// certificatesOfOne gives the certificates of one of several mails and files.
func (a *app) certificatesOfOne(o *inspectOptions, x *message.Examiner, m *mail) *outcome {
	failed := func(err error) *outcome {
		var e *cliError
		if !errors.As(err, &e) {
			e = machineError("could not finish", "", err)
		}
		return &outcome{err: e}
	}
	in, err := a.openMail(m)
	if err != nil {
		return failed(err)
	}
	defer in.close()
	if !isMessage(in.source) {
		held, err := a.readFile(o, in)
		if err != nil {
			return failed(err)
		}
		return &outcome{certificates: held.certificates}
	}
	return a.certificatesOfMail(x, m.Name, in.source)
}
