package main

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/message"
	"smimectl/internal/mimewrap"
	"smimectl/internal/verdict"
)

type certImportOptions struct {
	judge     judgeFlags
	identity  identityFlags
	untrusted bool
	force     bool
}

func (a *app) certImportCommand() *cobra.Command {
	o := &certImportOptions{}
	cmd := newVerb("import FILE...", "import certificates from a file or a signed mail",
		`Import takes certificate files (PEM, DER, .p7b) and signed mails. A mail's signer is taken only if the mail verifies;
--untrusted overrides that. A signature inside an encrypted mail counts as one outside, if you can open the mail. Of somebody who signs with one certificate and reads with another the mail brings the second
too, if it is for the same address and somebody vouches for it. What the signer says he can read is kept with the
certificate, and the time of signing: a mail signed earlier changes nothing of it later, unless --force is given.`,
		`  smimectl cert import colleague.eml
  smimectl cert import bob.pem`)
	o.judge.trust.add(cmd)
	cmd.Flags().Var(many(&o.judge.from, "ADDR"), "from", "expect this sender instead of the one in From (repeatable)")
	cmd.Flags().BoolVar(&o.judge.anyFrom, "any-from", false, "do not compare From with the signer")
	cmd.Flags().Var(once(&o.judge.at, "TIME"), "at", "judge certificates for this moment")
	cmd.Flags().BoolVar(&o.untrusted, "untrusted", false, "take the signer of a mail although nobody vouches for him")
	cmd.Flags().BoolVar(&o.force, "force", false, "write over a certificate that is there")
	o.identity.add(cmd, a.env, "open encrypted mails as this identity: address, fingerprint, or a file (repeatable); default: every identity of the store")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageErrorf("cert import needs a FILE").withHint("smimectl cert import colleague.eml")
		}
		store := a.env.store()
		defer a.updateIndex(store)
		for _, name := range args {
			if err := a.importCertificate(o, store, name); err != nil {
				return err
			}
			if a.exit != exitYes {
				return nil
			}
		}
		return nil
	}
	return cmd
}

func (a *app) importCertificate(o *certImportOptions, store *certstore.Store, name string) error {
	in, err := a.openInput(name)
	if err != nil {
		return err
	}
	defer in.close()
	if form := mimewrap.Detect(in.source); form == mimewrap.FormMail || form == mimewrap.FormEntity {
		return a.importFromMail(o, store, in)
	}
	list, err := readCertificates(name)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := a.keepCertificate(store, c, name, o.force || len(list) > 1); err != nil {
			return err
		}
	}
	return nil
}

// importFromMail takes the signers of a mail that verifies.
func (a *app) importFromMail(o *certImportOptions, store *certstore.Store, in *input) error {
	x, err := o.judge.examiner(a)
	if err != nil {
		return err
	}
	ex := x.Examine(message.Input{Command: "verify", Name: in.name, Source: in.source})
	defer func() { ex.Close() }()
	if ex.Report.Verdict == verdict.WordEncrypted {
		y, err := a.openingExaminer(o)
		if err != nil {
			return err
		}
		if y != nil {
			ex.Close()
			x, ex = y, y.Examine(message.Input{Command: "decrypt", Name: in.name, Source: in.source, Changed: in.changed, Open: true})
		}
	}
	if !signsAllBelow(ex.Report) || !ex.Report.Good() && !(o.untrusted && onlyTrustMissing(ex)) {
		a.finish(&outcome{report: ex.Report}, true)
		a.inform("nothing was imported from %s", quoted(in.name))
		return nil
	}
	for _, c := range correspondents(x, ex, !o.untrusted) {
		if err := a.keepCorrespondent(store, &c, in.name, o.force); err != nil {
			return err
		}
	}
	return nil
}

// openingExaminer opens mails, and finds only those good that are signed well inside. nil: there is
// nothing to open them with.
func (a *app) openingExaminer(o *certImportOptions) (*message.Examiner, error) {
	keys, err := a.decryptionKeys(&o.identity)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	x, err := o.judge.examiner(a)
	if err != nil {
		return nil, err
	}
	x.Policy.RequireSigned = true
	x.Keys = keys
	return x, nil
}

// signsAllBelow reports whether nothing is encrypted below the outermost signature: else the word of the
// report is that of a signature further inside, and not of those whose certificates are taken.
func signsAllBelow(r *verdict.Report) bool {
	signed := slices.IndexFunc(r.Layers, func(l verdict.LayerReport) bool { return l.Kind == "signed" })
	return signed < 0 || r.Command == "verify" || !slices.ContainsFunc(r.Layers[signed:], func(l verdict.LayerReport) bool { return l.Kind == "encrypted" })
}

// onlyTrustMissing reports whether every signature of a mail fits, so that only
// trust in the signer is missing. That much is never waived.
func onlyTrustMissing(ex *message.Examination) bool {
	signers := ex.Signers()
	for _, s := range signers {
		if !s.Checked || s.Check != nil || s.Certificate == nil {
			return false
		}
	}
	return len(signers) > 0 && ex.Report.Verdict != verdict.WordBad && ex.Report.Verdict != verdict.WordUnreadable
}

// announced is what a signer says that he can read, and when he said it.
func announced(s *verdict.Signer) *certstore.Announced {
	said := &certstore.Announced{Capabilities: s.Capabilities}
	if s.HasClaimedTime {
		said.Signed = s.ClaimedTime
	}
	return said
}

func (a *app) keepCertificate(store *certstore.Store, c *cert.Certificate, file string, force bool) error {
	_, err := store.AddCertificate(c, filepath.Base(displayName(file)), a.env.now(), nil, force)
	switch {
	case knownToStore(err):
		a.inform("%s is in the store already", verdict.Escape(addressOf(c)))
		return nil
	case err != nil:
		return addError(addressOf(c), err)
	}
	a.imported(c)
	return nil
}

// keepCorrespondent keeps a certificate of a signer and what he says he can read; an older
// mail than the one that is known changes nothing, unless it is forced.
func (a *app) keepCorrespondent(store *certstore.Store, who *correspondent, file string, force bool) error {
	c, said, source, now := who.certificate, who.said, filepath.Base(displayName(file)), a.env.now()
	defer func() {
		for _, note := range who.notes {
			a.inform("note: %s", note)
		}
	}()
	if force {
		if _, err := store.AddCertificate(c, source, now, said, true); err != nil {
			return addError(addressOf(c), err)
		}
		a.imported(c)
		return nil
	}
	e, written, err := store.UpdateCertificate(c, source, now, said)
	if err != nil {
		return addError(addressOf(c), err)
	}
	a.imported(c)
	if reads := certstore.KeptCapabilities(said.Capabilities); !written && len(reads) > 0 && !slices.Equal(reads, e.Capabilities) {
		since := ""
		if !e.Signed.IsZero() {
			since = ", signed on " + e.Signed.Format(time.DateOnly)
		}
		a.inform("note: what %s can read stays as another mail said it%s: this one is not known to be newer", verdict.Escape(addressOf(c)), since)
	}
	return nil
}

func (a *app) imported(c *cert.Certificate) {
	a.inform("imported %s, %s, %s, issued by %s", verdict.Escape(addressOf(c)), keyTitle(c), untilOf(c, a.env.now()), verdict.Escape(issuerOf(c)))
}
