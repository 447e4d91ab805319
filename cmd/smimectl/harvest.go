package main

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/message"
)

type harvestOptions struct {
	judge  judgeFlags
	many   manyFlags
	dryRun bool
}

func (a *app) certHarvestCommand() *cobra.Command {
	o := &harvestOptions{}
	cmd := newVerb("harvest FOLDER...", "collect the certificates of those who signed the mails of a folder",
		`Harvest verifies the mails of folders, Maildirs, mbox files and lists. Of those that are GOOD it takes the signers'
certificates, those too that mail for them is to be encrypted to, with what the signers say they can read. Everything
else is counted and left alone: what nobody vouches for is never taken. A certificate that is there already stays as it
is; only what its owner can read is brought up to date, by a mail that was signed later than the one that said so; the
order of the mails does not matter. Exit 0 when all mails were looked at, whatever they are.`,
		`  smimectl cert harvest Maildir/
  smimectl cert harvest --dry-run archive.mbox
  smimectl cert harvest -j 0 --json Maildir/ > taken.jsonl
  notmuch search --output=files tag:smime | smimectl cert harvest --files-from -`)
	o.judge.trust.add(cmd)
	o.many.addWork(cmd)
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "say what would be taken, and change nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runHarvest(o, args) }
	return cmd
}

func (a *app) runHarvest(o *harvestOptions, operands []string) error {
	if len(operands) == 0 && o.many.mails.filesFrom == "" {
		return usageErrorf("cert harvest needs a FOLDER").withHint("smimectl cert harvest Maildir/")
	}
	if a.global.report != "" {
		return usageErrorf("cert harvest has no report of each mail").withHint("what was taken:  --json   what the mails are:  smimectl verify --report results.jsonl FOLDER")
	}
	if err := named(operands); err != nil {
		return err
	}
	workers, err := o.many.workers()
	if err != nil {
		return err
	}
	x, err := o.judge.examiner(a)
	if err != nil {
		return err
	}
	h, err := a.newHarvest(o.dryRun)
	if err != nil {
		return err
	}
	if a.env.many != nil {
		a.env.many(workers)
	}
	a.startMailsMeter(o.many.progress, "harvest", o.many.total(operands))
	defer a.endMeter()
	err = a.each(a.mails(&o.many.mails, operands), workers, func(a *app, m *mail) *outcome {
		in, err := a.openMail(m)
		if err != nil {
			return a.failed("verify", m.Name, err)
		}
		defer in.close()
		ex := x.Examine(message.Input{Command: "verify", Name: in.name, Source: in.source})
		defer ex.Close()
		out := &outcome{report: ex.Report}
		if ex.Report.Good() {
			out.correspondents = correspondents(x, ex, true)
		}
		return out
	}, a.beside(func(f *finished) error {
		if _, err := a.env.stderr.Write(f.named()); err != nil {
			return machineError("cannot write", standardError, err)
		}
		if f.report == nil { // a directory in a list, and the like
			a.complain(f.outcome.err)
			h.trouble = true
			h.count("error")
		} else if err := h.mail(f); err != nil {
			return err
		}
		return nil
	}))
	a.endMeter()
	h.settle()
	if !o.dryRun {
		a.updateIndex(h.store)
	}
	if err != nil {
		return err
	}
	if h.trouble {
		a.exit = exitMachine
	}
	return h.end()
}

// harvest is what was found so far. One goroutine has it.
type harvest struct {
	a      *app
	store  *certstore.Store
	dryRun bool
	known  map[string]*gathered // by fingerprint

	trouble             bool // something could not be read or written
	mails, taken, newer int
	counts              map[string]int
}

// gathered is a certificate that is in the store.
type gathered struct {
	own     bool // one's own, to which nothing is noted
	entry   *certstore.Entry
	pending *pendingNote
}

// pendingNote is a mail that said the same as the one before, only later: its time is
// written at the end, once for each certificate, not with each mail of a long archive.
type pendingNote struct {
	said *certstore.Announced
	name string
}

// newHarvest learns what the store has.
func (a *app) newHarvest(dryRun bool) (*harvest, error) {
	store := a.env.store()
	h := &harvest{a: a, store: store, dryRun: dryRun, known: map[string]*gathered{}, counts: map[string]int{}}
	entries, err := store.Certificates()
	if err != nil {
		return nil, storeError(err)
	}
	a.reportProblems(store)
	for _, e := range entries {
		h.known[e.Certificate.Fingerprint()] = &gathered{entry: e}
	}
	own, err := store.Identities()
	if err != nil {
		return nil, storeError(err)
	}
	for _, id := range own {
		h.known[id.Certificate.Fingerprint()] = &gathered{own: true}
	}
	return h, nil
}

func (h *harvest) count(what string) { h.counts[what]++ }

// mail takes what one mail brings.
func (h *harvest) mail(f *finished) error {
	h.mails++
	if !f.report.Good() {
		if f.exit() == exitMachine {
			h.trouble = true
			if f.outcome.err != nil {
				h.a.complain(f.outcome.err)
			}
		}
		h.count(strings.ToLower(string(f.report.Verdict)))
		return nil
	}
	taken := false
	for i := range f.correspondents {
		isNew, err := h.correspondent(&f.correspondents[i], f.mail.Name)
		if err != nil {
			return err
		}
		taken = taken || isNew
	}
	if !taken {
		h.count("known")
	}
	return nil
}

// correspondent takes a certificate of a signer of a good mail if it is not there, and
// what he can read if that is newer. It reports whether the certificate is new.
func (h *harvest) correspondent(who *correspondent, name string) (bool, error) {
	c, said, now := who.certificate, who.said, h.a.env.now()
	g := h.known[c.Fingerprint()]
	if g == nil {
		if !h.keep(c, name, said) {
			return true, nil // it was new, and could not be written: said and counted as trouble
		}
		g = &gathered{entry: &certstore.Entry{Certificate: c}}
		g.entry.Note(said, now)
		h.known[c.Fingerprint()] = g
		h.taken++
		return true, h.show(c, name, g.entry.Capabilities, false)
	}
	if g.own || !g.entry.Outdated(said, now) {
		return false, nil
	}
	if slices.Equal(g.entry.Capabilities, certstore.KeptCapabilities(said.Capabilities)) {
		g.entry.Note(said, now)
		g.pending = &pendingNote{said, name}
		return false, nil
	}
	if !h.keep(c, name, said) {
		return false, nil
	}
	g.entry.Note(said, now)
	g.pending = nil
	h.newer++
	return false, h.show(c, name, g.entry.Capabilities, true)
}

// settle writes the times that were put off.
func (h *harvest) settle() {
	for _, fingerprint := range slices.Sorted(maps.Keys(h.known)) {
		if g := h.known[fingerprint]; g.pending != nil {
			h.keep(g.entry.Certificate, g.pending.name, g.pending.said)
			g.pending = nil
		}
	}
}

// keep writes to the store; what cannot be written is said, and the work goes on.
func (h *harvest) keep(c *cert.Certificate, name string, said *certstore.Announced) bool {
	if h.dryRun {
		return true
	}
	if _, _, err := h.store.UpdateCertificate(c, filepath.Base(displayName(name)), h.a.env.now(), said); err != nil {
		h.a.complain(addError(addressOf(c), err))
		h.trouble = true
		return false
	}
	return true
}
