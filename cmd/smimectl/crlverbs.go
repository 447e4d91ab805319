package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

func (a *app) crlCommand() *cobra.Command {
	cmd := newVerb("crl", "revocation lists at hand", `Crl keeps revocation lists in the store. Every verb looks at them, without the network: a job that runs
crl update keeps verify --require-revocation going on a machine that has none.`,
		`  smimectl crl update
  smimectl crl list`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return cmd.Help() }
	cmd.AddCommand(a.crlListCommand(), a.crlImportCommand(), a.crlUpdateCommand(), a.crlRemoveCommand())
	return cmd
}

// heldList is a list of the store, read.
type heldList struct {
	*certstore.List
	crl   *cert.CRL
	alone bool // there is no other in its file
}

func heldLists(store *certstore.Store) ([]heldList, error) {
	stored, err := store.Lists()
	if err != nil {
		return nil, storeError(err)
	}
	in := map[string]int{}
	for _, s := range stored {
		in[s.Path]++
	}
	var out []heldList
	for _, s := range stored {
		l, err := cert.ParseCRL(s.Raw)
		if err != nil {
			return nil, storeError(&certstore.DamagedError{Path: s.Path, Err: err})
		}
		out = append(out, heldList{s, l, in[s.Path] == 1})
	}
	return out, nil
}

// listLine is a list in the JSON of crl list.
type listLine struct {
	Name       string  `json:"name"`
	Issuer     string  `json:"issuer"`
	ThisUpdate string  `json:"this_update"`
	NextUpdate *string `json:"next_update"`
	Number     string  `json:"number,omitempty"`
	Delta      bool    `json:"delta"`
	SHA256     string  `json:"sha256"`
}

func (a *app) crlListCommand() *cobra.Command {
	cmd := newVerb("list", "list the revocation lists of the store", `List shows the revocation lists of the store, and until when they hold.`, `  smimectl crl list`)
	cmd.Args = noArguments
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		held, err := heldLists(a.env.store())
		if err != nil {
			return err
		}
		if a.global.json {
			lines := []listLine{}
			for _, h := range held {
				lines = append(lines, lineOfList(h))
			}
			return a.writeIndented(lines)
		}
		if len(held) == 0 {
			a.inform("no revocation lists yet")
			a.inform("hint: smimectl crl update")
			return nil
		}
		return a.printTable(len(held), func(i int) []string {
			h := held[i]
			kind := ""
			if h.crl.IsDelta() {
				kind = "delta"
			}
			return []string{verdict.Escape(h.Name), verdict.Escape(h.crl.Issuer.String()), "of " + h.crl.ThisUpdate.Format(time.DateOnly), a.heldUntil(h.crl), kind}
		})
	}
	return cmd
}

func (a *app) writeIndented(value any) error {
	encoder := json.NewEncoder(a.env.stdout)
	encoder.SetIndent("", "  ")
	return stdoutError(encoder.Encode(value))
}

func lineOfList(h heldList) listLine {
	sum := sha256.Sum256(h.crl.Raw)
	line := listLine{Name: h.Name, Issuer: h.crl.Issuer.String(), ThisUpdate: h.crl.ThisUpdate.UTC().Format(time.RFC3339),
		Delta: h.crl.IsDelta(), SHA256: hex.EncodeToString(sum[:])}
	if next := h.crl.NextUpdate; !next.IsZero() {
		text := next.UTC().Format(time.RFC3339)
		line.NextUpdate = &text
	}
	if n := h.crl.Number(); n != nil {
		line.Number = n.String()
	}
	return line
}

func (a *app) heldUntil(l *cert.CRL) string {
	switch now := a.env.now(); {
	case l.NextUpdate.IsZero():
		return "does not say until when"
	case !now.Before(l.NextUpdate):
		return "out of date since " + l.NextUpdate.UTC().Format(time.DateOnly)
	}
	return "until " + l.NextUpdate.UTC().Format(time.DateOnly)
}

func (a *app) crlImportCommand() *cobra.Command {
	var chain []string
	cmd := newVerb("import FILE...", "put revocation lists into the store",
		`Import puts the revocation lists of FILE into the store. A list is taken only if it is signed by a certificate that is at
hand: of the store, of the public e-mail roots, or given with --chain; and it never takes the place of a newer one.`,
		`  smimectl crl import ca.crl
  smimectl crl import --chain issuer.pem ca.crl`)
	cmd.Flags().Var(many(&chain, "FILE"), "chain", "certificates of issuers (repeatable)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageErrorf("crl import needs a FILE").withHint("smimectl crl import ca.crl")
		}
		return a.importLists(args, chain)
	}
	return cmd
}

func (a *app) importLists(files, chain []string) error {
	further, err := furtherCertificates(&trustFlags{chain: chain})
	if err != nil {
		return err
	}
	known, err := a.knownIssuers(further)
	if err != nil {
		return err
	}
	for _, name := range files {
		lists, err := readLists(name)
		if err != nil {
			return err
		}
		for _, l := range lists {
			if !signedByOne(l.CRL, known(l.CRL)) {
				return keyErrorf(verdict.CertificateUnfit, "%s: the list of %s is not signed by a certificate that is at hand", quoted(name), verdict.Escape(l.CRL.Issuer.String())).
					withHint("give the certificate of who issued it:  smimectl crl import --chain ISSUER.pem %s", quoted(name))
			}
			held, err := heldLists(a.env.store())
			if err != nil {
				return err
			}
			kept, err := a.keepList(l.CRL, held)
			if err != nil {
				return err
			}
			a.inform("%s: %s, %s", kept.state, verdict.Escape(l.CRL.Issuer.String()), a.heldUntil(l.CRL))
		}
	}
	return nil
}

func (a *app) crlRemoveCommand() *cobra.Command {
	cmd := newVerb("remove NAME", "take a revocation list out of the store", `Remove deletes a revocation list, by its name in crl list. What it revoked is not known any more.`, `  smimectl crl remove work-ca-1a2b3c4d`)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageErrorf("name one list").withHint("smimectl crl list")
		}
		store := a.env.store()
		held, err := heldLists(store)
		if err != nil {
			return err
		}
		for _, h := range held {
			if h.Name != args[0] {
				continue
			}
			if err := store.RemoveList(h.List); err != nil {
				return storeError(err)
			}
			a.inform("removed: the list of %s", verdict.Escape(h.crl.Issuer.String()))
			return nil
		}
		return keyErrorf(verdict.CertificateMissing, "no list %s", quoted(args[0])).withHint("smimectl crl list")
	}
	return cmd
}
