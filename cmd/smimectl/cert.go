package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

func (a *app) certCommand() *cobra.Command {
	cmd := newVerb("cert", "certificates of others, to encrypt to",
		`Cert keeps the certificates of the people you write to.`, `  smimectl cert import colleague.eml
  smimectl cert harvest Maildir/
  smimectl cert list`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return cmd.Help() }
	cmd.AddCommand(a.certListCommand(), a.certImportCommand(), a.certHarvestCommand(), a.certShowCommand(), a.certCheckCommand(), a.certExportCommand(), a.certRemoveCommand())
	return cmd
}

func (a *app) certListCommand() *cobra.Command {
	cmd := newVerb("list", "list the certificates of others", `List shows the certificates of the store.`, `  smimectl cert list`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		store := a.env.store()
		entries, err := store.Certificates()
		if err != nil {
			return storeError(err)
		}
		a.reportProblems(store)
		good := a.newStanding(certificatesOf(entries))
		if a.global.json {
			var list []certificateLine
			for _, e := range entries {
				l := good.lineOf(e.Certificate, e.Source)
				l.Reads = e.Capabilities
				list = append(list, l)
			}
			return a.printJSON(list)
		}
		if len(entries) == 0 {
			a.inform("no certificates yet")
			a.inform("hint: import one from any mail somebody signed:  smimectl cert import MAIL.eml")
			return nil
		}
		return a.printTable(len(entries), func(i int) []string {
			c := entries[i].Certificate
			return []string{shortFingerprint(c), addressColumn(c), keyTitle(c), good.of(c), verdict.Escape(issuerOf(c)), readsLine(c, entries[i].Capabilities)}
		})
	}
	return cmd
}

// readsLine is what of somebody's capabilities decides the cipher of a mail to him; the
// JSON has them all. To a certificate that is for signing alone nothing can be encrypted.
func readsLine(c *cert.Certificate, capabilities []string) string {
	if usesOf(c) == "signs" {
		return "signs only"
	}
	var ciphers []string
	for _, r := range algorithm.RowsOf("cipher") {
		if slices.Contains(capabilities, r.Name) {
			ciphers = append(ciphers, r.Name)
		}
	}
	if len(ciphers) == 0 {
		return ""
	}
	return "reads " + strings.Join(ciphers, " ")
}

func (a *app) certShowCommand() *cobra.Command {
	cmd := newVerb("show WHO", "show a certificate", `Show describes certificates of the store or of a file.`, `  smimectl cert show bob@example.org
  smimectl cert show bob.pem`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		list, err := a.certificatesNamed(args)
		if err != nil {
			return err
		}
		if a.global.json {
			var lines []certificateLine
			for _, c := range list {
				lines = append(lines, lineOf(c, ""))
			}
			return a.printJSON(lines)
		}
		for i, c := range list {
			text := showCertificate(c, a.env.now(), a.style(a.env.stdout))
			if i > 0 {
				text = "\n" + text
			}
			if _, err := a.env.stdout.Write([]byte(text)); err != nil {
				return stdoutError(err)
			}
		}
		return nil
	}
	return cmd
}

func (a *app) certExportCommand() *cobra.Command {
	var output string
	cmd := newVerb("export WHO", "write certificates as PEM", `Export writes certificates of the store as PEM.`, `  smimectl cert export bob@example.org > bob.pem`)
	cmd.Flags().VarP(once(&output, "FILE"), "output", "o", "write to FILE; .p7b makes a PKCS#7 bundle")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		list, err := a.certificatesNamed(args)
		if err != nil {
			return err
		}
		if ext := strings.ToLower(filepath.Ext(output)); ext == ".p7b" || ext == ".p7c" {
			data, err := certstore.EncodeP7B(list)
			if err != nil {
				return machineError("cannot write", output, err)
			}
			return a.writeWhole(output, data, false)
		}
		return a.writeWhole(output, pemOf(list), false)
	}
	return cmd
}

func (a *app) certRemoveCommand() *cobra.Command {
	cmd := newVerb("remove WHO", "remove a certificate", `Remove deletes certificates of others from the store.`, `  smimectl cert remove bob@example.org`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageErrorf("name one certificate: address or fingerprint").withHint("smimectl cert list")
		}
		store := a.env.store()
		found, err := store.FindCertificates(args[0])
		if err != nil {
			return queryError(args[0], err)
		}
		if len(found) == 0 {
			return keyErrorf(verdict.CertificateMissing, "no certificate %s in the store", quoted(args[0])).withHint("smimectl cert list")
		}
		defer a.updateIndex(store)
		for _, e := range found {
			if err := store.RemoveCertificate(e); err != nil {
				return storeError(err)
			}
			a.inform("removed %s (%s)", verdict.Escape(addressOf(e.Certificate)), shortFingerprint(e.Certificate))
		}
		return nil
	}
	return cmd
}

// certificatesNamed finds certificates by file, address or fingerprint, one's own
// among them.
func (a *app) certificatesNamed(args []string) ([]*cert.Certificate, error) {
	if len(args) != 1 {
		return nil, usageErrorf("name one certificate: file, address or fingerprint").withHint("smimectl cert list")
	}
	who := args[0]
	if isFile(who) {
		return readCertificates(who)
	}
	store := a.env.store()
	var out []*cert.Certificate
	found, err := store.FindCertificates(who)
	if err != nil {
		return nil, queryError(who, err)
	}
	for _, e := range found {
		out = append(out, e.Certificate)
	}
	ids, err := store.Find(who)
	var query *certstore.QueryError
	if err != nil && !errors.As(err, &query) {
		return nil, storeError(err)
	}
	for _, id := range ids {
		if !slices.ContainsFunc(out, id.Certificate.Equal) {
			out = append(out, id.Certificate)
		}
	}
	if len(out) == 0 {
		return nil, keyErrorf(verdict.CertificateMissing, "no certificate %s in the store", quoted(who)).withHint("smimectl cert list")
	}
	return out, nil
}

// updateIndex is the end of what changes the certificates of the store. That lookups stay slow where it
// fails is no failure of the change.
func (a *app) updateIndex(store *certstore.Store) {
	if err := store.UpdateIndex(); err != nil && a.global.verbose {
		a.inform("note: the index of certificates could not be written: %s", verdict.Escape(err.Error()))
	}
}
