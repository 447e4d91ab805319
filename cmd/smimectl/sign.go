package main

import (
	"errors"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

type signOptions struct {
	identity identityFlags
	trust    trustFlags
	output   string
	opaque   bool
	add      bool
	asIs     bool
	anyFrom  bool
	entity   bool
	raw      bool
	pss      bool
	digest   string
	// signature and profile, as compress, are for sign and for encrypt --sign alike.
	signature string
	profile   string
	compress  bool
	stamp     stampFlags
	least     minValidity
	code      bool // a commit or a tag
	many      manyFlags
	outputs   outputsFlags
}

func (a *app) signCommand() *cobra.Command {
	o := &signOptions{}
	cmd := newVerb("sign [flags] [FILE...]", "sign a mail as the address in From",
		`Sign takes a mail and writes it signed: multipart/signed, or one opaque part with --opaque. The header outside
stays byte for byte. Parts that would not survive transport are re-encoded, with a note. The signer is the identity
whose address is in From; a certificate that has expired or was revoked, one that is not for mail, that of a CA, or one
without that address is refused. Who signs with one certificate and reads with another tells the receivers of the other,
where the store has it.

A time stamp proves that the signature existed at its time, so that it is good after the certificate has expired. --tsa
gets one while signing; --timestamp-query and --timestamp-file take a mail that is signed, so that the question can be
answered elsewhere.

`+choiceRule,
		`  smimectl sign mail.eml > signed.eml
  smimectl sign -i alice@example.org -o signed.eml mail.eml
  smimectl sign -i me.p12 --passphrase-file pw mail.eml
  smimectl sign --raw -i me.p12 --passphrase-file pw -o a.p7s report.pdf
  smimectl sign --timestamp-query query.tsq signed.eml
  smimectl sign --timestamp-file reply.tsr -o stamped.eml signed.eml`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runSign(o, args) }
	cmd.PreRunE = a.sparesInputs
	o.addShared(cmd, a.env)
	f := cmd.Flags()
	f.VarP(once(&o.output, "FILE"), "output", "o", "write the mail to FILE; - is standard output")
	f.BoolVar(&o.add, "add", false, "add a signer to a signed mail")
	f.BoolVar(&o.entity, "entity", false, "the input is a bare MIME entity without a mail's header")
	f.BoolVar(&o.raw, "raw", false, "sign plain bytes: a CMS file in DER, detached unless --opaque")
	f.BoolVar(&o.anyFrom, "any-from", false, "sign although From is not an address of the certificate")
	o.stamp.add(cmd)
	o.trust.add(cmd)
	o.many.add(cmd)
	o.outputs.add(cmd)
	return cmd
}

// addShared adds what encrypt --sign has too.
func (o *signOptions) addShared(cmd *cobra.Command, env *environment) {
	o.identity.sign = true
	o.identity.add(cmd, env, "sign as this identity: address, fingerprint, or a file (repeatable)")
	f := cmd.Flags()
	f.BoolVar(&o.opaque, "opaque", false, "one signed-data part instead of multipart/signed")
	f.BoolVar(&o.asIs, "as-is", false, "do not re-encode parts that would break in transport")
	f.BoolVar(&o.pss, "pss", false, "RSASSA-PSS instead of PKCS#1 v1.5, for RSA keys")
	f.Var(once(&o.digest, "NAME"), "digest", "sha256, sha384, sha512, ...; default: what suits the key (see algorithms)")
	f.Var(once(&o.signature, "NAME"), "signature", "rsa-pkcs1v15, rsa-pss, ...: refuse keys that do not make it")
	f.Var(once(&o.profile, "NAME"), "profile", "compat, modern or pq: algorithms for those receivers")
	f.BoolVar(&o.compress, "compress", false, "compress the content first (RFC 3274); not every receiver reads it")
	o.least.add(cmd, "refuse certificates that expire within SPAN: 7d, 24h, 2w")
}

func (a *app) runSign(o *signOptions, args []string) error {
	if err := o.stamp.checkURL(); err != nil {
		return err
	}
	name, single := o.many.one(args, &o.outputs)
	if !single {
		if err := named(args); err != nil {
			return err
		}
		return a.signSeveral(o, args)
	}
	if err := o.many.onlyOne(&o.outputs); err != nil {
		return err
	}
	if err := a.reportApart(name, o.output); err != nil {
		return err
	}
	toFile := o.output != "" && o.output != "-"
	if o.stamp.later() {
		a.finish(a.stampLater(o, name), toFile && a.global.json)
		return nil
	}
	a.startMeter(o.many.progress)
	a.finish(a.signNamed(o, name), toFile && a.global.json)
	return nil
}

func (a *app) signNamed(o *signOptions, name string) *outcome {
	if err := a.checkTrust(&o.trust); err != nil {
		return a.failed("sign", name, err)
	}
	in, err := a.openDraft(name)
	if err != nil {
		return a.failed("sign", name, err)
	}
	return a.signOne(o, in, o.output)
}

// signSeveral signs several mails, each into a file of its own.
func (a *app) signSeveral(o *signOptions, operands []string) error {
	if err := o.many.notTogether(a, o.output); err != nil {
		return err
	}
	if o.stamp.later() {
		return usageErrorf("--timestamp-query and --timestamp-file go with one FILE")
	}
	if o.stamp.url != "" {
		a.client() // before there are others who would make one
	}
	if err := a.checkTrust(&o.trust); err != nil {
		return err
	}
	if err := a.passphrasesFirst(&o.many.mails, &o.identity.passphrase); err != nil {
		return err
	}
	s := &several{verb: "sign", flags: &o.many, outputs: &o.outputs, suffix: ".signed.eml", writes: true, do: func(a *app, m *mail, target string) *outcome {
		in, err := a.openMailDraft(m)
		if err != nil {
			return a.failed("sign", m.Name, err)
		}
		own := *o // others are at work with it
		return a.signOne(&own, in, target)
	}}
	return s.run(a, operands)
}

// signOne signs a mail, closes it, and writes it to target.
func (a *app) signOne(o *signOptions, in *input, target string) *outcome {
	defer in.close()
	name := in.name
	fail := func(err error) *outcome { return a.failed("sign", name, err) }
	if o.compress && (o.raw || o.add) {
		return fail(usageErrorf("--compress goes neither with --raw nor with --add").withHint("sign a mail:  smimectl sign --compress FILE"))
	}
	var err error
	now := a.env.now().UTC()
	var entity *mimewrap.Entity
	var from []cert.Address
	if !o.raw {
		if entity, from, err = readDraft(in, o.entity); err != nil {
			return fail(err)
		}
	}
	signers, ids, err := a.signers(o, from, entity != nil && !o.entity, now)
	if err != nil {
		return fail(err)
	}
	out, err := newOutput(a.env, target, false)
	if err != nil {
		return fail(err)
	}
	opt := message.SignOptions{Signers: signers, Time: now, TimeStamp: a.timeStamper(&o.stamp, stampAfterwards), Opaque: o.opaque, AsIs: o.asIs, Compress: o.compress, Serial: a.env.serial(),
		Kept: o.trust.signersKept(), Observer: a.env.observer()}
	composed := &message.Composed{}
	switch {
	case o.raw:
		err = message.SignRaw(out, in.source, opt)
	case o.add:
		err = message.Add(out, entity, cms.Limits{}, a.env.spoolOptions(), opt)
	default:
		composed, err = message.Sign(out, entity, opt)
	}
	if err != nil {
		return fail(composeError(name, out.fail(err)))
	}
	if err := out.commit(); err != nil {
		out.discard()
		return fail(err)
	}
	a.env.meter.End()
	for _, id := range ids {
		a.informSigned(id, from)
		a.warnOfExpiry(id, from, now)
	}
	return a.done("sign", name, entity, composed)
}

func (a *app) informSigned(id *identity, from []cert.Address) {
	if a.oneOf {
		return
	}
	issuer := id.certificate.Issuer.CommonName()
	if id.certificate.SelfIssued() {
		issuer = "self-signed"
	}
	a.inform("signed as %s (%s, until %s)", verdict.Escape(id.inFrom(from)), verdict.Escape(issuer), id.certificate.NotAfter.UTC().Format("2006-01-02"))
}

// done is the outcome of a mail that was written; its notes go to standard error.
func (a *app) done(command, name string, entity *mimewrap.Entity, composed *message.Composed, notes ...verdict.Note) *outcome {
	facts := verdict.Facts{Command: command, File: name, Done: true, Notes: notes}
	for _, n := range notes {
		a.inform("note: %s", n.Text)
	}
	if entity != nil && (a.global.json || a.global.report != "") { // a person knows the mail
		facts.Mail, facts.IsMail = message.MailFacts(entity)
	}
	for _, text := range composed.Notes {
		a.inform("note: %s", verdict.Escape(text))
		facts.Notes = append(facts.Notes, verdict.Note{Text: text})
	}
	for _, text := range composed.Warnings {
		a.inform("warning: %s", verdict.Escape(text))
	}
	return &outcome{report: verdict.Judge(facts, verdict.Policy{Now: a.env.now().UTC()}), told: true}
}

// readDraft reads a mail that is to be sent, and who it is from.
func readDraft(in *input, bare bool) (*mimewrap.Entity, []cert.Address, error) {
	form, entity, err := mimewrap.Open(in.source)
	switch form {
	case mimewrap.FormMail, mimewrap.FormEntity:
	default:
		if limit, ok := errors.AsType[*mimewrap.LimitError](err); ok {
			return nil, nil, composeError(in.name, limit)
		}
		return nil, nil, messageErrorf(verdict.Malformed, "%s is no mail", inWords(displayName(in.name))).
			withHint("a mail begins with header lines such as From: and Subject:").
			withHint("plain bytes are taken with --raw, a bare MIME part with --entity")
	}
	if err != nil {
		return nil, nil, composeError(in.name, err)
	}
	if bare {
		return entity, nil, nil
	}
	var from []cert.Address
	for _, value := range entity.Header.Values("From") {
		boxes, err := cert.ParseMailboxes(value)
		if err != nil {
			return nil, nil, messageErrorf(verdict.FromMissing, "the From line is no mail address: %s", quoted(value)).
				withHint("From: Alice <alice@example.org>")
		}
		for _, b := range boxes {
			from = append(from, b.Address)
		}
	}
	return entity, from, nil
}
