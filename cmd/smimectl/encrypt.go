package main

import (
	"cmp"
	"slices"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/cms"
	"smimectl/internal/message"
	"smimectl/internal/mimewrap"
	"smimectl/internal/sending"
)

type encryptOptions struct {
	signing signOptions
	sign    bool
	trust   trustFlags
	shared  secretFlags
	output  string
	to      []string
	only    bool
	skip    []string
	noSelf  bool
	dropBcc bool
	cipher  string
	oaep    bool

	keyEncryption []string
	profile       *sending.Profile // by flag or configuration; one that decides nothing when there is none
	bound         bool             // the key may be bound to the cipher (RFC 9709)
	entity        bool
	raw           bool
	many          manyFlags
	outputs       outputsFlags
}

func (a *app) encryptCommand() *cobra.Command {
	o := &encryptOptions{}
	cmd := newVerb("encrypt [flags] [FILE...]", "encrypt a mail for everyone in To and Cc, and yourself",
		`Encrypt takes a mail and writes it encrypted for the addresses in To and Cc and for the sender. Certificates come
from the store or from files. If one recipient has no usable certificate, nothing is written. The cipher is
AES-256-GCM when every recipient is known to read it, else AES-256-CBC.

With --sign --tsa the signature inside gets a time stamp while it is made, as with sign; the authority sees a digest of the
signature and nothing of the mail.

`+choiceRule,
		`  smimectl encrypt mail.eml > secret.eml
  smimectl encrypt --sign -o secret.eml mail.eml
  smimectl encrypt --to bob.pem --no-self mail.eml
  smimectl encrypt --raw --only --to bob.pem -o report.p7m report.pdf`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runEncrypt(o, args) }
	cmd.PreRunE = a.sparesInputs
	f := cmd.Flags()
	f.VarP(once(&o.output, "FILE"), "output", "o", "write the mail to FILE; - is standard output")
	f.Var(many(&o.to, "WHO"), "to", "one more recipient: address, fingerprint or certificate file (repeatable)")
	f.BoolVar(&o.only, "only", false, "nobody but those of --to")
	f.Var(many(&o.skip, "ADDR"), "skip", "leave this recipient out (repeatable)")
	f.BoolVarP(&o.sign, "sign", "s", false, "sign first, then encrypt")
	f.BoolVar(&o.noSelf, "no-self", false, "do not add yourself")
	f.BoolVar(&o.dropBcc, "drop-bcc", false, "write no Bcc and no Resent-Bcc, and nothing for those who stand there")
	f.Var(once(&o.cipher, "NAME"), "cipher", "auto, aes-256-gcm, aes-256-cbc, ... (see algorithms cipher)")
	f.BoolVar(&o.oaep, "oaep", false, "RSAES-OAEP for every RSA recipient, known to read it or not")
	f.Var(many(&o.keyEncryption, "NAME"), "key-encryption", "rsa-oaep, rsa-pkcs1v15, ecdh-sha256kdf, ...: for recipients with such keys (repeatable)")
	f.BoolVar(&o.entity, "entity", false, "the input is a bare MIME entity without a mail's header")
	f.BoolVar(&o.raw, "raw", false, "encrypt plain bytes: a CMS file in DER")
	f.BoolVar(&o.signing.anyFrom, "any-from", false, "sign although From is not an address of the certificate")
	o.signing.addShared(cmd, a.env)
	o.signing.stamp.addURL(cmd)
	o.trust.add(cmd)
	o.shared.add(cmd)
	o.many.add(cmd)
	o.outputs.add(cmd)
	return cmd
}

func (a *app) runEncrypt(o *encryptOptions, args []string) error {
	if err := o.signing.stamp.checkURL(); err != nil {
		return err
	}
	name, single := o.many.one(args, &o.outputs)
	if !single {
		if err := named(args); err != nil {
			return err
		}
		return a.encryptSeveral(o, args)
	}
	if err := o.many.onlyOne(&o.outputs); err != nil {
		return err
	}
	if err := a.reportApart(name, o.output); err != nil {
		return err
	}
	toFile := o.output != "" && o.output != "-"
	a.startMeter(o.many.progress)
	a.finish(a.encryptNamed(o, name), toFile && a.global.json)
	return nil
}

func (a *app) encryptNamed(o *encryptOptions, name string) *outcome {
	if err := o.prepare(a); err != nil {
		return a.failed("encrypt", name, err)
	}
	in, err := a.openDraft(name)
	if err != nil {
		return a.failed("encrypt", name, err)
	}
	return a.encryptOne(o, in, o.output)
}

// encryptSeveral encrypts several mails, each into a file of its own.
func (a *app) encryptSeveral(o *encryptOptions, operands []string) error {
	if err := o.many.notTogether(a, o.output); err != nil {
		return err
	}
	if err := o.prepare(a); err != nil {
		return err
	}
	if o.signing.stamp.url != "" {
		a.client() // before there are others who would make one
	}
	if err := a.passphrasesFirst(&o.many.mails, &o.signing.identity.passphrase); err != nil {
		return err
	}
	s := &several{verb: "encrypt", flags: &o.many, outputs: &o.outputs, suffix: ".secret.eml", writes: true, do: func(a *app, m *mail, target string) *outcome {
		in, err := a.openMailDraft(m)
		if err != nil {
			return a.failed("encrypt", m.Name, err)
		}
		own := *o // others are at work with it
		return a.encryptOne(&own, in, target)
	}}
	return s.run(a, operands)
}

// prepare fills in what no flag decided, and refuses flags that do not go together.
func (o *encryptOptions) prepare(a *app) error {
	if err := o.configure(a); err != nil {
		return err
	}
	return o.check(a)
}

// configure fills in what no flag decided.
func (o *encryptOptions) configure(a *app) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	if o.profile, err = profileNamed(cmp.Or(o.signing.profile, c.Profile)); err != nil {
		return err
	}
	// A flag counts more than the file, and a name more than the profile beside it.
	named := o.cipher
	if o.signing.profile == "" {
		named = cmp.Or(o.cipher, c.Cipher)
	}
	o.cipher = cmp.Or(named, o.profile.Cipher, "auto")
	o.bound = o.cipher == "auto" || named == "" && o.profile.Bound
	if o.cipher != "auto" && !slices.Contains(cipherNames(), o.cipher) {
		return notWritten("--cipher", o.cipher, "cipher", cipherNames())
	}
	if _, err := o.keyEncryptions(); err != nil {
		return err
	}
	o.sign = o.sign || c.SignEncrypted && !o.raw
	o.noSelf = o.noSelf || c.Self != nil && !*c.Self
	return nil
}

// encryptOne encrypts a mail, closes it, and writes it to target.
func (a *app) encryptOne(o *encryptOptions, in *input, target string) *outcome {
	defer in.close()
	name := in.name
	fail := func(err error) *outcome { return a.failed("encrypt", name, err) }
	var err error
	now := a.env.now().UTC()
	var entity *mimewrap.Entity
	var from []cert.Address
	if !o.raw {
		if entity, from, err = readDraft(in, o.entity); err != nil {
			return fail(err)
		}
	}
	operand := name
	if name == "-" || a.oneOf { // a mail of an mbox file has no name that could be typed
		operand = ""
	}
	recipients, err := a.recipients(o, entity, from, operand, now)
	if err != nil {
		return fail(err)
	}
	sharing, holders, err := o.shared.recipients()
	if err != nil {
		return fail(err)
	}
	for _, who := range holders {
		recipients = append(recipients, sending.Recipient{Who: who})
	}
	cipher, note, err := chooseCipher(o.cipher, o.bound, recipients)
	if err != nil {
		return fail(err)
	}
	by, err := o.keyEncryptionFor(recipients, o.profile)
	if err != nil {
		return fail(err)
	}
	opt := message.EncryptOptions{Cipher: cipher, DropBcc: o.dropBcc, Compress: o.signing.compress, Recipients: sharing, Serial: a.env.serial(), Observer: a.env.observer()}
	for i := range recipients {
		if r := &recipients[i]; r.Certificate != nil {
			opt.Recipients = append(opt.Recipients, cms.Recipient{Certificate: r.Certificate, By: by[r]})
		}
	}
	var signedAs []*identity
	if o.sign {
		o.signing.trust = o.trust
		signers, ids, err := a.signers(&o.signing, from, entity != nil && !o.entity, now)
		if err != nil {
			return fail(err)
		}
		opt.Sign = &message.SignOptions{Signers: signers, Time: now, TimeStamp: a.timeStamper(&o.signing.stamp, stampBefore), Opaque: o.signing.opaque, AsIs: o.signing.asIs, Serial: opt.Serial, Kept: o.trust.signersKept()}
		signedAs = ids
	}
	out, err := newOutput(a.env, target, false)
	if err != nil {
		return fail(err)
	}
	composed := &message.Composed{}
	if o.raw {
		err = message.EncryptRaw(out, in.source, opt)
	} else {
		composed, err = message.Encrypt(out, entity, opt)
	}
	if err != nil {
		return fail(composeError(name, out.fail(err)))
	}
	if err := out.commit(); err != nil {
		out.discard()
		return fail(err)
	}
	a.env.meter.End()
	for _, id := range signedAs {
		a.informSigned(id, from)
		a.warnOfExpiry(id, from, now)
	}
	if !a.oneOf {
		a.inform("encrypted for %s, %s", names(recipients), cipher.Title)
	}
	if note != "" && !o.sign {
		composed.Warnings = append(composed.Warnings, note)
	}
	return a.done("encrypt", name, entity, composed, weakestNote(recipients)...)
}

func (o *encryptOptions) check(a *app) error {
	if err := a.checkTrust(&o.trust); err != nil {
		return err
	}
	switch {
	case o.only && len(o.to) == 0 && !o.shared.given():
		return usageErrorf("--only without --to leaves nobody").withHint("--only --to bob@example.org")
	case o.raw && o.sign:
		return usageErrorf("--raw and --sign exclude each other").withHint("sign first:  smimectl sign --raw --opaque FILE | smimectl encrypt --raw --to WHO")
	case !o.sign && o.signing.stamp.url != "":
		return usageErrorf("--tsa stamps a signature, and nothing is signed").withHint("did you mean --sign?")
	case o.raw && o.signing.compress:
		return usageErrorf("--compress is for mail, not for --raw").withHint("compress the file itself:  gzip FILE")
	case o.raw && len(o.to) == 0 && !o.shared.given():
		return usageErrorf("plain bytes name no recipients").withHint("--raw --to bob@example.org")
	case !o.sign && len(o.signing.identity.who)+len(o.signing.identity.keys) > 0 && o.noSelf:
		return usageErrorf("-i without --sign means yourself as recipient, and --no-self leaves you out").withHint("did you mean --sign?")
	}
	return nil
}
