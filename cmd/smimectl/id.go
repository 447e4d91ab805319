package main

import (
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

func (a *app) idCommand() *cobra.Command {
	cmd := newVerb("id", "your own certificates and keys", `Id keeps your identities: certificates with their private keys.`, `  smimectl id import me.p12
  smimectl id list`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return cmd.Help() }
	cmd.AddCommand(a.idListCommand(), a.idImportCommand(), a.idNewCommand(), a.idRequestCommand(), a.idExportCommand(), a.idRemoveCommand())
	return cmd
}

func (a *app) idListCommand() *cobra.Command {
	cmd := newVerb("list", "list your identities", `List shows the identities of the store.`, `  smimectl id list`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		store := a.env.store()
		ids, err := store.Identities()
		if err != nil {
			return storeError(err)
		}
		a.reportProblems(store)
		var certificates []*cert.Certificate
		for _, id := range ids {
			certificates = append(certificates, id.Certificate)
		}
		good := a.newStanding(certificates)
		if a.global.json {
			var list []certificateLine
			for _, id := range ids {
				list = append(list, good.lineOf(id.Certificate, ""))
			}
			return a.printJSON(list)
		}
		if len(ids) == 0 {
			a.inform("no identities yet")
			a.inform("hint: import yours:  smimectl id import FILE.p12")
			a.inform("hint: or make one to try things out:  smimectl id new you@example.org")
			return nil
		}
		return a.printTable(len(ids), func(i int) []string {
			c := ids[i].Certificate
			return []string{shortFingerprint(c), addressColumn(c), keyTitle(c), usesOf(c), good.of(c), verdict.Escape(issuerOf(c))}
		})
	}
	return cmd
}

func (a *app) idImportCommand() *cobra.Command {
	var o struct {
		keys       []string
		force      bool
		clear      bool
		passphrase passphraseFlags
	}
	cmd := newVerb("import FILE...", "import a certificate with its key",
		`Import takes PKCS#12 (.p12, .pfx), PEM and DER. Certificate, chain and key may lie in one file or in several. The key is
proven to fit its certificate. It is kept encrypted under the passphrase of the file it came from. Who has renewed a certificate with
the same key needs only the new certificate: the key is taken from the store.`,
		`  smimectl id import me.p12
  smimectl id import cert.pem --key key.pem`)
	cmd.Flags().Var(many(&o.keys, "FILE"), "key", "private key in a file of its own (repeatable)")
	cmd.Flags().BoolVar(&o.force, "force", false, "write over an identity that is there")
	cmd.Flags().BoolVar(&o.clear, "no-passphrase", false, "keep the key unencrypted")
	o.passphrase.add(cmd, a.env)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args)+len(o.keys) == 0 {
			return usageErrorf("id import needs a FILE").withHint("smimectl id import me.p12")
		}
		return a.importIdentities(append(args, o.keys...), &o.passphrase, o.clear, o.force)
	}
	return cmd
}

func (a *app) importIdentities(files []string, passphrase *passphraseFlags, clear, force bool) error {
	remember := &rememberedPassphrase{}
	ask := passphrase.function()
	bundle := &certstore.Bundle{}
	for _, name := range files {
		data, err := readSmall(name)
		if err != nil {
			return err
		}
		b, err := certstore.ReadFile(data, remember.wrap(ask, filepath.Base(name)))
		if err != nil {
			return fileError(name, err)
		}
		bundle.Certificates = append(bundle.Certificates, b.Certificates...)
		bundle.Keys = append(bundle.Keys, b.Keys...)
	}
	shown := strings.Join(files, ", ")
	pairs, err := certstore.Pair(bundle, remember.wrap(ask, filepath.Base(files[0])))
	if err != nil {
		return fileError(shown, err)
	}
	inStore := false
	if len(bundle.Keys) == 0 {
		if err := a.pairWithStore(pairs, bundle.Certificates, remember.wrap(ask, filepath.Base(files[0]))); err != nil {
			return err
		}
		inStore = len(pairs.Identities) > 0
	}
	if len(pairs.Identities) == 0 {
		switch {
		case len(pairs.Keys) == 0:
			return keyErrorf(verdict.KeyMissing, "no private key in %s", quoted(shown)).
				withHint("a certificate of somebody else:  smimectl cert import %s", quoted(files[0])).
				withHint("a key in a file of its own:  --key FILE")
		case len(pairs.Certificates) == 0:
			return keyErrorf(verdict.CertificateMissing, "no certificate in %s, only a key", quoted(shown)).withHint("name its file too:  smimectl id import CERT.pem --key %s", quoted(files[0]))
		}
		return keyErrorf(verdict.CertificateUnfit, "the key in %s fits none of its certificates", quoted(shown))
	}
	secret := remember.last
	switch {
	case clear, inStore && len(secret) == 0: // the key is not sealed in the store either
		secret = []byte{}
	case len(secret) == 0:
		if secret, err = passphrase.newPassphrase(addressOf(pairs.Identities[0].Certificate)); err != nil {
			return err
		}
	}
	return a.addIdentities(pairs, secret, force)
}

func (a *app) addIdentities(pairs *certstore.Paired, secret []byte, force bool) error {
	store := a.env.store()
	now := a.env.now()
	for _, p := range pairs.Identities {
		key, err := p.Key(nil)
		if err != nil {
			return keyOpenError(p.Who(), err)
		}
		c := p.Certificate
		_, err = store.AddIdentity(key, append([]*cert.Certificate{c}, p.Chain...), secret, force)
		if knownToStore(err) { // no obstacle to the others of a file, and none to a script that runs twice
			a.inform("%s is in the store already, under the passphrase it was given then; to write over it:  --force", verdict.Escape(addressOf(c)))
			if e := asExists(err); len(e.Chain) > 0 {
				a.informChain(e.Chain, c)
			}
			continue
		}
		if err != nil {
			return addError(addressOf(c), err)
		}
		a.inform("imported %s, %s, %s, %s", verdict.Escape(addressOf(c)), keyTitle(c), usesOf(c), untilOf(c, now))
		if len(p.Chain) > 0 {
			a.informChain(p.Chain, c)
		} else if signsWith(c) && a.issuerMissing(c, a.chainOf(c)) {
			a.inform("note: the certificate of %s, the issuer of %s, is not at hand: who does not have it cannot verify what you sign", verdict.Escape(issuerOf(c)), verdict.Escape(addressOf(c)))
			a.inform("hint: get it from your CA, then  smimectl cert import ISSUER.pem")
		}
		if signsWith(c) && !now.After(c.NotAfter) {
			a.noteSigner(c, now)
		}
	}
	return nil
}

// rememberedPassphrase keeps the passphrase that was given last: the key is kept
// under the one its file had.
type rememberedPassphrase struct{ last []byte }

func (r *rememberedPassphrase) wrap(ask certstore.PassphraseFunc, what string) certstore.PassphraseFunc {
	return func(_ string, try int) ([]byte, error) {
		p, err := ask(what, try)
		if err == nil {
			r.last = append([]byte{}, p...)
		}
		return p, err
	}
}

func (a *app) idExportCommand() *cobra.Command {
	var o struct {
		output      string
		certificate bool
		passphrase  passphraseFlags
	}
	cmd := newVerb("export WHO", "write an identity as PKCS#12",
		`Export writes certificate, chain and key as PKCS#12 under a passphrase, or only the certificate as PEM.`,
		`  smimectl id export alice@example.org -o alice.p12
  smimectl id export alice@example.org --certificate > alice.pem`)
	cmd.Flags().VarP(once(&o.output, "FILE"), "output", "o", "write to FILE")
	cmd.Flags().BoolVar(&o.certificate, "certificate", false, "only the certificate and its chain, as PEM")
	o.passphrase.add(cmd, a.env)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		id, err := a.oneIdentity(args)
		if err != nil {
			return err
		}
		if o.certificate {
			return a.writeWhole(o.output, pemOf(append([]*cert.Certificate{id.Certificate}, id.Chain...)), false)
		}
		if o.output == "" || o.output == "-" {
			return usageErrorf("id export needs -o FILE: a key is not printed").withHint("-o %s.p12", "alice")
		}
		ask := o.passphrase.function()
		var secret []byte
		key, err := id.Key(func(_ string, try int) ([]byte, error) {
			p, err := ask(id.Who(), try)
			secret = append([]byte{}, p...)
			return p, err
		})
		if err != nil {
			return keyOpenError(id.Who(), err)
		}
		if len(secret) == 0 {
			if secret, err = o.passphrase.newPassphrase(o.output); err != nil {
				return err
			}
		}
		data, err := certstore.EncodePKCS12(key, append([]*cert.Certificate{id.Certificate}, id.Chain...), secret)
		if unsupported := (*certstore.UnsupportedError)(nil); errors.As(err, &unsupported) {
			return keyErrorf(verdict.CertificateUnfit, "a key of %s cannot be written as PKCS#12", keyTitle(id.Certificate)).because(err).
				withHint("the certificate alone:  smimectl id export %s --certificate", quoted(id.Who()))
		}
		if err != nil {
			return machineError("cannot write", o.output, err)
		}
		if err := a.writeWhole(o.output, data, true); err != nil {
			return err
		}
		a.inform("wrote %s with its key into %s, under its passphrase", verdict.Escape(addressOf(id.Certificate)), quoted(o.output))
		return nil
	}
	return cmd
}

func (a *app) idRemoveCommand() *cobra.Command {
	cmd := newVerb("remove WHO", "remove an identity and its key",
		`Remove deletes an identity with its key. Mail encrypted to it cannot be read any more.`, `  smimectl id remove 70dea83a1a57`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		id, err := a.oneIdentity(args)
		if err != nil {
			return err
		}
		if err := a.env.store().RemoveIdentity(id); err != nil {
			return storeError(err)
		}
		a.inform("removed %s (%s)", verdict.Escape(addressOf(id.Certificate)), shortFingerprint(id.Certificate))
		return nil
	}
	return cmd
}

// oneIdentity finds exactly one identity.
func (a *app) oneIdentity(args []string) (*certstore.Identity, error) {
	if len(args) != 1 {
		return nil, usageErrorf("name one identity: address or fingerprint").withHint("smimectl id list")
	}
	found, err := a.env.store().Find(args[0])
	if err != nil {
		return nil, queryError(args[0], err)
	}
	switch len(found) {
	case 0:
		return nil, keyErrorf(verdict.KeyMissing, "no identity %s in the store", quoted(args[0])).withHint("smimectl id list")
	case 1:
		return found[0], nil
	}
	e := usageErrorf("%s names %d identities", quoted(args[0]), len(found))
	for _, id := range found {
		e.withHint("%s  %s, until %s", shortFingerprint(id.Certificate), verdict.Escape(addressOf(id.Certificate)), id.Certificate.NotAfter.Format(time.DateOnly))
	}
	return nil, e
}

func addError(what string, err error) error {
	if e := asExists(err); e != nil {
		return keyErrorf(verdict.CertificateUnfit, "%s is in the store already", verdict.Escape(what)).withHint("to write over it:  --force")
	}
	if e := asUnfit(err); e != nil {
		return keyErrorf(verdict.CertificateUnfit, "cannot import %s: %s", verdict.Escape(what), verdict.Escape(e.Detail))
	}
	return storeError(err)
}
