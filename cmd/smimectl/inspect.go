package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

type inspectOptions struct {
	passphrase passphraseFlags
	asn1       bool
	certs      bool
	output     string
	trust      trustFlags // --ca and --chain alone: where certificates are looked for
	many       manyFlags
}

func (a *app) inspectCommand() *cobra.Command {
	o := &inspectOptions{}
	cmd := newVerb("inspect [flags] [FILE...]", "what is in a mail or file, without judging it",
		`Inspect says what is there: what is signed and encrypted, by whom, for whom and with what, the parts of the mail, the
header fields outside and inside, and weak spots. It needs no key, checks nothing and says so. It reads mails, CMS files
(.p7m, .p7s, .p7c, .p7b in DER, PEM or base64), certificates, revocation lists, OCSP responses, certificate requests,
private keys (which it never shows) and PKCS#12.

Several files, a folder, a Maildir, an mbox file of several mails or a list of names get a line each: what is there, by
whom or for whom, the file, and how. With -v each has its whole screen, with --json its report. What cannot be read is
one of the lines. Nobody is asked for the passphrases of several files; those given are tried.

--asn1 shows the structure instead: every element with its offset, lengths, tag, the name it has in the standard, and its
value; of a mail, that of its signatures and encrypted parts, which are not decrypted. A structure that is damaged is
shown up to the fault, exit code 1; a mail without any is exit code 4. --certs writes the certificates as PEM, none
twice and no revocation lists, for --chain and cert import; nobody vouches for them. Both take several mails too.`,
		`  smimectl inspect secret.eml
  smimectl inspect me.p12
  smimectl inspect --json mail.eml
  smimectl inspect -j 0 Maildir/
  smimectl inspect --asn1 smime.p7m
  smimectl inspect --certs -o certs.pem mail.eml`)
	o.passphrase.add(cmd, a.env)
	f := cmd.Flags()
	f.BoolVar(&o.asn1, "asn1", false, "the structure, with offsets and names")
	f.BoolVar(&o.certs, "certs", false, "write the certificates as PEM")
	f.VarP(once(&o.output, "FILE"), "output", "o", "with --asn1 and --certs: write to FILE; - is standard output")
	f.Var(many(&o.trust.ca, "FILE"), "ca", "name the certificates of FILE as anchors, and no others; none: nobody (repeatable)")
	f.Var(many(&o.trust.chain, "FILE"), "chain", "further certificates to look in (repeatable)")
	o.many.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runInspect(o, args) }
	cmd.PreRunE = a.sparesInputs
	return cmd
}

func (a *app) runInspect(o *inspectOptions, args []string) error {
	switch {
	case o.asn1 && o.certs:
		return usageErrorf("--asn1 and --certs exclude each other")
	case o.certs && a.global.json:
		return usageErrorf("--certs writes PEM, not JSON").withHint("the certificates in words are in  smimectl inspect --json")
	case o.output != "" && !o.asn1 && !o.certs:
		return usageErrorf("-o goes with --asn1 or --certs").withHint("smimectl inspect FILE > report.txt")
	case a.global.report != "" && (o.asn1 || o.certs):
		return usageErrorf("--report goes without --asn1 and --certs")
	}
	name, single := o.many.one(args, &outputsFlags{})
	if !single {
		if err := named(args); err != nil {
			return err
		}
		return a.inspectSeveral(o, args)
	}
	if o.many.skipDone {
		return usageErrorf("--skip-done is for several mails")
	}
	if err := a.reportApart(name, o.output); err != nil {
		return err
	}
	if f, ok := a.env.stdout.(*os.File); !o.asn1 || !ok || !a.env.isTerminal(f) { // what is listed comes bit by bit
		a.startMeter(o.many.progress)
	}
	switch {
	case o.asn1:
		return a.inspectASN1(o, name)
	case o.certs:
		return a.inspectCerts(o, name)
	}
	return a.inspectAll(o, name)
}

// inspectAll shows what a file holds: a screen or a report, and for each mail of an mbox file on standard input.
func (a *app) inspectAll(o *inspectOptions, name string) error {
	show := &inspectView{app: a, codes: map[int]bool{}}
	if a.global.report != "" {
		out, err := newOutput(a.env, a.global.report, false)
		if err != nil {
			return err
		}
		out.flag = "--report"
		show.file = out
	}
	err := a.inspectOne(o, name, show.outcome)
	if show.file != nil {
		if err != nil {
			show.file.discard()
			return err
		}
		err = show.file.commit()
	}
	a.exit = worstExit(show.codes)
	return err
}

// inspectView shows one outcome after the other.
type inspectView struct {
	app   *app
	shown int
	codes map[int]bool
	file  *output // of --report
}

func (v *inspectView) outcome(out *outcome) error {
	a := v.app
	defer a.env.meter.Pause()()
	v.codes[out.exit()] = true
	if out.report != nil && v.file != nil {
		if err := writeJSON(v.file, out.report); err != nil {
			return err
		}
	}
	if out.report != nil && a.global.json {
		return stdoutError(writeJSON(a.env.stdout, out.report))
	}
	if out.err != nil {
		a.fail(out.err)
		return nil
	}
	r := out.report
	w := a.env.stdout
	text := r.Text(a.style(w))
	if r.Verdict != "" && (a.global.quiet || len(r.Layers)+len(r.Parts) == 0) {
		w = a.env.stderr // an error alone
		text = r.Text(a.style(w))
	} else if text != "" {
		if v.shown++; v.shown > 1 {
			text = "\n" + text
		}
	}
	_, err := io.WriteString(w, text)
	return stdoutError(err)
}

// inspectOne describes a file: what it holds, or every mail of an mbox file.
func (a *app) inspectOne(o *inspectOptions, name string, show func(*outcome) error) error {
	in, err := a.openInput(name)
	if err != nil {
		return a.tell("inspect", name, err, show)
	}
	defer in.close()
	x, err := a.inspector(o)
	if err != nil {
		return a.tell("inspect", name, err, show)
	}
	if !isMessage(in.source) {
		return show(a.inspectFile(o, in))
	}
	return eachMail(in.source, func(mail spool.Source, number int, offset int64) error {
		return show(a.inspectMail(x, name, mail, number, offset))
	})
}

// inspectMail describes a mail, which is one of an mbox file when it has a number.
func (a *app) inspectMail(x *message.Examiner, name string, mail spool.Source, number int, offset int64) *outcome {
	input := message.Input{Name: name, Source: mail}
	if number == 0 { // else the whole mbox file is what is read
		input.Observer = a.env.observer()
	}
	ex := x.Inspect(input)
	defer ex.Close()
	size := mail.Size()
	ex.Report.FileLook = &verdict.FileLook{Size: &size, MailNumber: number}
	if number > 0 {
		ex.Report.MailOffset = &offset
	}
	return &outcome{report: ex.Report}
}

// tell shows an error as an outcome. A wrong command line ends the run.
func (a *app) tell(command, name string, err error, show func(*outcome) error) error {
	out := a.failed(command, name, err)
	if out.report == nil {
		return out.err
	}
	return show(out)
}

// eachMail calls do for every mail of an mbox file that has several, numbered
// from 1, and for any other file once, with number 0.
func eachMail(source spool.Source, do func(mail spool.Source, number int, offset int64) error) error {
	box, ok := mimewrap.OpenMailbox(source)
	if !ok {
		return do(source, 0, 0)
	}
	mail, offset, err := box.Next()
	for number := 1; err == nil && mail != nil; number++ {
		next, after, failed := box.Next()
		if number == 1 && next == nil {
			number = 0 // one mail
		}
		if err := do(mail, number, offset); err != nil || number == 0 {
			return err
		}
		mail, offset, err = next, after, failed
	}
	if err != nil {
		return machineError("cannot read the mailbox", "", err)
	}
	return nil
}

// inspector looks for certificates where verify does, and fails where it is told
// to look somewhere it cannot. A store that cannot be read is no reason to say
// nothing of a mail.
func (a *app) inspector(o *inspectOptions) (*message.Examiner, error) {
	x := &message.Examiner{Store: a.storedCertificates(a.env.store().Catalogue()), Policy: verdict.Policy{Now: a.env.now().UTC()}, Spool: a.env.spoolOptions()}
	anchors, find, err := a.anchors(&o.trust)
	switch {
	case err == nil:
		x.Anchors, x.AnchorsFor = anchors, find
	case len(o.trust.ca) > 0:
		return nil, err
	}
	if x.Chain, err = furtherCertificates(&o.trust); err != nil {
		return nil, err
	}
	if ids, err := a.env.store().Identities(); err == nil {
		for _, id := range ids {
			x.Keys = append(x.Keys, message.Key{Certificate: id.Certificate, Who: id.Who()})
		}
	}
	return x, nil
}

// isMessage tells mails and CMS messages from files of certificates and keys.
func isMessage(source spool.Source) bool {
	form := mimewrap.Detect(source)
	switch form {
	case mimewrap.FormMail, mimewrap.FormEntity:
		return true
	case mimewrap.FormCMS, mimewrap.FormPEM, mimewrap.FormBase64:
	default:
		return false
	}
	open, err := mimewrap.OpenCMS(source, form)
	if err != nil {
		return false
	}
	r, err := open()
	if err != nil {
		return false
	}
	_, err = cms.PeekType(r)
	return err == nil
}

// readWhole reads a file that has to be small.
func readWhole(in *input) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(spool.NewReader(in.source), maxSmall+1))
	if err != nil {
		return nil, readError(in.name, err)
	}
	if len(data) > maxSmall {
		return nil, messageErrorf(verdict.TooLarge, "%s is too large for keys or certificates (over %d MiB)", inWords(displayName(in.name)), maxSmall>>20)
	}
	return data, nil
}

// nothingErrorf is for what is not in the file: exit code 4.
func nothingErrorf(format string, args ...any) *cliError {
	return &cliError{exit: exitNothing, text: fmt.Sprintf(format, args...)}
}
