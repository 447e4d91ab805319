package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"smimectl/internal/certstore"
	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

func (a *app) inspectCommand() *cobra.Command {
	passphrase := &passphraseFlags{}
	cmd := newVerb("inspect [flags] [FILE]", "what is in a mail or file, without judging it",
		`Inspect says what is there: what is signed and encrypted, by whom, for whom and with what. It needs no key, checks
nothing and says so. It reads mails, CMS files, certificates, key files, PKCS#12 and PKCS#7 bundles.`,
		`  smimectl inspect secret.eml
  smimectl inspect me.p12
  smimectl inspect --json mail.eml`)
	cmd.Args = atMostOne
	passphrase.add(cmd, a.env)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		a.finish(a.inspectOne(passphrase, first(args)), true)
		return nil
	}
	return cmd
}

func (a *app) inspectOne(passphrase *passphraseFlags, name string) *outcome {
	in, err := a.openInput(name)
	if err != nil {
		return a.failed("inspect", name, err)
	}
	defer in.close()
	if !isMessage(in.source) {
		return a.inspectFile(passphrase, in)
	}
	x := &message.Examiner{Store: a.storedCertificates(), Policy: verdict.Policy{Now: a.env.now().UTC()}, Spool: a.env.spoolOptions()}
	if ids, err := a.env.store().Identities(); err == nil {
		for _, id := range ids {
			x.Keys = append(x.Keys, message.Key{Certificate: id.Certificate, Who: id.Who()})
		}
	}
	ex := x.Inspect(message.Input{Name: name, Source: in.source})
	defer ex.Close()
	return &outcome{report: ex.Report}
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
	kind, err := cms.PeekType(r)
	return err == nil && kind != cms.TypeData
}

// inspectFile lists the certificates and keys of a file.
func (a *app) inspectFile(passphrase *passphraseFlags, in *input) *outcome {
	fail := func(err error) *outcome { return a.failed("inspect", in.name, err) }
	data, err := io.ReadAll(io.LimitReader(spool.NewReader(in.source), maxSmall+1))
	if err != nil {
		return fail(readError(in.name, err))
	}
	ask := passphrase.function()
	bundle, err := certstore.ReadFileUnverified(data, func(_ string, try int) ([]byte, error) { return ask(displayName(in.name), try) })
	var empty *certstore.EmptyError
	var malformed *certstore.MalformedError
	switch {
	case errors.As(err, &empty), errors.As(err, &malformed):
		return fail(messageErrorf(verdict.Malformed, "%s is no mail, no CMS file, and holds no certificate and no key", quoted(displayName(in.name))))
	case err != nil:
		return fail(fileError(displayName(in.name), err))
	}
	facts := verdict.Facts{Command: "inspect", File: in.name, Notes: []verdict.Note{{Text: "the file is " + bundle.Format}}}
	if bundle.Unverified {
		facts.Notes = append(facts.Notes, verdict.Note{Level: verdict.Warn, Text: "nothing shows that the file was not changed: its MAC does not fit or is missing"})
	}
	for _, c := range bundle.Certificates {
		facts.Certs = append(facts.Certs, verdict.Certificate{Certificate: c})
	}
	for _, k := range bundle.Keys {
		facts.Notes = append(facts.Notes, verdict.Note{Text: "private key: " + k.Format})
	}
	return &outcome{report: verdict.Judge(facts, verdict.Policy{Now: a.env.now().UTC()})}
}
