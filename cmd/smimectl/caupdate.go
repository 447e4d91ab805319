package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"smimectl/internal/mailroots"
	"smimectl/internal/verdict"
)

func (a *app) caUpdateCommand() *cobra.Command {
	var o struct{ from, date string }
	cmd := newVerb("update --from FILE", "take a newer list of public e-mail roots",
		`Update puts a newer list of public e-mail roots into the store; from then on it is used instead of the built-in one.
FILE is Mozilla's certdata.txt, of which the roots trusted for e-mail are taken, or a PEM bundle of e-mail roots, all of
which will be trusted for e-mail: a bundle of TLS roots is the wrong file. Nothing is fetched: get FILE from a place you trust.`,
		`  smimectl ca update --from certdata.txt --date 2026-10-01`)
	cmd.Args = noArguments
	f := cmd.Flags()
	f.Var(once(&o.from, "FILE"), "from", "certdata.txt or a PEM bundle")
	f.Var(once(&o.date, "DATE"), "date", "day of the list; default: what FILE says, else when it was last changed")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if o.from == "" {
			return usageErrorf("ca update needs --from FILE").withHint("smimectl ca update --from certdata.txt")
		}
		return a.updateRoots(o.from, o.date)
	}
	return cmd
}

func (a *app) updateRoots(name, date string) error {
	roots, source, day, dated, err := a.readRoots(name)
	if err != nil {
		return err
	}
	if date == "" && !dated {
		a.inform("note: %s does not say its day; it counts as of %s, when it was last changed:  --date DATE", quoted(name), day.Format(time.DateOnly))
	}
	if date != "" {
		if day, err = time.Parse(time.DateOnly, date); err != nil {
			return usageErrorf("--date %s is no day", quoted(date)).withHint("--date 2026-10-01")
		}
	}
	// A list from the future would stand in the way of every real one.
	if day.After(a.env.now().Add(24 * time.Hour)) {
		return usageErrorf("the list is of %s, a day to come", day.Format(time.DateOnly)).withHint("say of which day it is:  --date 2026-10-01")
	}
	builtin, err := mailroots.Builtin()
	if err != nil {
		return machineError("cannot read the built-in e-mail roots", "", err)
	}
	current := builtin
	// A damaged list in the store is what this may be for.
	if stored, err := a.storedRoots(); err == nil && stored != nil && stored.Date.After(builtin.Date) {
		current = stored
	}
	if older := day.Before(current.Date); older || !day.After(builtin.Date) {
		return keyErrorf(verdict.CertificateUnfit, "the list is of %s, no newer than the one in use, of %s; nothing was changed", day.Format(time.DateOnly), current.Date.Format(time.DateOnly)).
			withHint("if that is not its day, say so:  --date YYYY-MM-DD")
	}
	before, err := current.All()
	if err != nil {
		return machineError("cannot read the e-mail roots in use", "", err)
	}
	data, err := mailroots.Encode(source, day, roots)
	if err != nil {
		return rootsFileError(name, err)
	}
	list, err := mailroots.Parse(data)
	if err != nil {
		return rootsFileError(name, err)
	}
	after, err := list.All()
	if err != nil {
		return rootsFileError(name, err)
	}
	if _, err := a.env.store().ReplaceMailRoots(data); err != nil {
		return storeError(err)
	}
	a.inform("%s from now on, list of %s: %d new, %d gone", plural(list.Count, "public e-mail root"), day.Format(time.DateOnly),
		missingIn(before, after), missingIn(after, before))
	return nil
}

// missingIn counts the roots of list that are not in old.
func missingIn(old, list []mailroots.Root) int {
	known := map[string]bool{}
	for _, r := range old {
		known[r.Certificate.Fingerprint()] = true
	}
	n := 0
	for _, r := range list {
		if !known[r.Certificate.Fingerprint()] {
			n++
		}
	}
	return n
}

// readRoots reads any of the forms of a list. Without a day of its own (not dated)
// the list is of the day when the file was last changed.
func (a *app) readRoots(name string) (roots []mailroots.Root, source string, day time.Time, dated bool, err error) {
	data, err := readSmall(name)
	if err != nil {
		return nil, "", day, false, err
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, "", day, false, readError(name, err)
	}
	day = info.ModTime().UTC().Truncate(24 * time.Hour)
	switch {
	case mailroots.IsList(data):
		list, err := mailroots.Parse(data)
		if err != nil {
			return nil, "", day, false, rootsFileError(name, err)
		}
		roots, err := list.All()
		if err != nil {
			return nil, "", day, false, rootsFileError(name, err)
		}
		return roots, list.Source, list.Date, true, nil
	case mailroots.IsCertdata(data):
		source = "certdata.txt"
		roots, err = mailroots.FromCertdata(data)
	default:
		source = "PEM bundle"
		if roots, err = mailroots.FromPEM(data); err == nil {
			a.inform("note: a PEM bundle does not say what its roots are for: all of them will be trusted for e-mail")
		}
	}
	if err != nil {
		return nil, "", day, false, rootsFileError(name, err)
	}
	return roots, fmt.Sprintf("%s, SHA-256 %x", source, sha256.Sum256(data)), day, false, nil
}

// rootsFileError words what is wrong with a list.
func rootsFileError(name string, err error) error {
	e := keyErrorf(verdict.CertificateUnfit, "%s: %s; nothing was changed", quoted(name), reasonOf(err))
	var empty *mailroots.EmptyError
	if errors.As(err, &empty) {
		e.text = fmt.Sprintf("%s holds no e-mail root; nothing was changed", quoted(name))
	}
	return e.withHint("wanted: Mozilla's certdata.txt, whole, or a PEM bundle of e-mail roots")
}

// listMailRoots is ca list --builtin.
func (a *app) listMailRoots() error {
	list, err := a.mailRoots()
	if err != nil {
		return err
	}
	roots, err := list.All()
	if err != nil {
		return machineError("cannot read the e-mail roots", "", err)
	}
	if a.global.json {
		var lines []certificateLine
		for _, r := range roots {
			lines = append(lines, lineOf(r.Certificate, list.Source))
		}
		return a.printJSON(lines)
	}
	err = a.printTable(len(roots), func(i int) []string {
		r := roots[i]
		c, limit := r.Certificate, ""
		if !r.DistrustAfter.IsZero() {
			limit = "only for certificates from before " + r.DistrustAfter.UTC().Format(time.DateOnly)
		}
		return []string{shortFingerprint(c), verdict.Escape(c.DisplayName()), keyTitle(c), untilOf(c, a.env.now()), limit}
	})
	if err == nil {
		a.inform("%s, list of %s: %s", plural(list.Count, "public e-mail root"), list.Date.Format(time.DateOnly), verdict.Escape(list.Source))
	}
	return err
}
