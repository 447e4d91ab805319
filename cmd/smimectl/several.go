package main

import (
	"iter"
	"maps"
	"os"
	"path/filepath"

	"smimectl/internal/outfile"
	"smimectl/internal/results"
)

// several is the work of a verb on several mails.
type several struct {
	verb    string
	flags   *manyFlags
	outputs *outputsFlags
	suffix  string // a good one, for the hint
	writes  bool   // every mail has an output, so there has to be a place for it
	secret  bool   // only the owner may read the folders that are made
	screens bool   // --verbose shows the screen of each mail, as of one
	do      func(a *app, m *mail, target string) *outcome

	targets    *targets      // of the run
	results    *results.File // of the run; nil: there is none
	skipped    skipped
	complained bool // the hints of the first complaint were given
}

// skipped are the mails that were done before.
type skipped struct {
	mails int
	codes map[int]bool // their exit codes
}

// run works on every mail that the command line names: a line for each on standard
// output, or its report as JSON, in their order; what cannot be read is one of the
// results and never the end of the run.
func (s *several) run(a *app, operands []string) error {
	workers, err := s.flags.workers()
	if err != nil {
		return err
	}
	if err := s.check(a); err != nil {
		return err
	}
	s.targets = s.targetsOf(a, operands)
	if err := s.targets.spareReport(operands); err != nil {
		return err
	}
	if a.env.many != nil {
		a.env.many(workers)
	}
	if s.outputs.given() {
		a.env.directories = outfile.NewDirectories(outfile.Umask())
		defer a.env.directories.Sync()
	}
	s.results, err = a.openResults(s.flags.skipDone)
	if err != nil {
		return err
	}
	defer s.results.Close()
	s.skipped.codes = map[int]bool{}
	if s.outputs.folder != "" {
		s.flags.mails.outputs = s.targets.isFolder
		if s.targets.hides() {
			a.inform("note: what is in %s already is no mail of this run: it is the folder of the outputs", quoted(s.outputs.folder))
		}
	}
	mails := a.mails(&s.flags.mails, operands)
	if s.outputs.given() || s.flags.skipDone {
		mails = s.toDo(mails)
	}
	sum := newMailTally()
	sum.looked = s.verb == "inspect"
	a.startMailsMeter(s.flags.progress, s.verb, s.flags.total(operands))
	defer a.endMeter()
	err = a.each(mails, workers, s.one, a.beside(func(f *finished) error { return s.take(a, f, sum) }))
	a.endMeter()
	if err == nil {
		err = resultsError(a.global.report, s.results.Settle())
	}
	if err != nil {
		return err
	}
	a.exit = s.exit(sum)
	return s.showSum(a, sum)
}

// check refuses flags that do not go together.
func (s *several) check(a *app) error {
	if err := s.outputs.check(); err != nil {
		return err
	}
	if s.writes && !s.outputs.given() {
		return usageErrorf("several mails need a place for their outputs").
			withHint("--out-dir DIR").withHint("or beside them, under other names:  --suffix %s", s.suffix)
	}
	if s.flags.skipDone && !s.outputs.given() && a.global.report == "" {
		return usageErrorf("--skip-done has nothing to tell by what was done").
			withHint("keep the results in a file:  --report results.jsonl --skip-done")
	}
	return nil
}

// toDo gives the mails that there is work on: without those that an earlier run has
// done, and with the reason why, where an output would replace what it must not. Two mails
// may have one output, and those that are passed over are: then places are given here, in
// the order of the mails. Else who works on a mail gives it its place, while the others
// get theirs.
func (s *several) toDo(mails iter.Seq[*mail]) iter.Seq[*mail] {
	inTurn := s.targets.taken != nil || s.flags.skipDone
	return func(yield func(*mail) bool) {
		for m := range mails {
			if inTurn {
				if s.settle(m) {
					m.Release()
					continue
				}
			} else {
				m.place = m.err == nil
			}
			if !yield(m) {
				return
			}
		}
	}
}

// settle gives a mail its place, or the reason why it gets none, unless an earlier run has
// done it.
func (s *several) settle(m *mail) (done bool) {
	var at place
	hasOutput := s.outputs.given() && m.err == nil
	if hasOutput {
		at = s.targets.place(m)
		if m.err = s.targets.take(m, at); m.err != nil {
			return false
		}
	}
	if s.flags.skipDone && s.isDone(m) {
		return true
	}
	if hasOutput {
		if m.err = s.targets.spares(m, at); m.err != nil {
			s.targets.giveBack()
		}
		m.fresh, m.own = at.free, at.own
	}
	return false
}

// isDone reports whether an earlier run has done a mail: its output is there, and the
// file of results has it, where there are outputs and such a file. A run that was
// killed may have written one without the other, and after a machine went down either
// may be lost. A mail that got no output has none to be there.
func (s *several) isDone(m *mail) bool {
	var sum func() (string, error)
	if m.Part != nil {
		sum = m.digest
	}
	code, done := s.results.Has(m.Name, sum)
	if s.results == nil || done && code == exitYes && s.outputs.given() {
		done = isThere(s.outputs.target(m))
	}
	if done {
		s.skipped.mails++
		s.skipped.codes[code] = true
	}
	return done
}

// one works on one of the mails.
func (s *several) one(a *app, m *mail) *outcome {
	if m.place {
		s.settle(m)
	}
	if m.err != nil {
		m.Release()
		return a.failed(s.verb, m.Name, m.err)
	}
	sum := ""
	if m.Part != nil && a.global.report != "" {
		var err error
		if sum, err = m.digest(); err != nil {
			m.Release()
			return a.failed(s.verb, m.Name, readError(m.Name, err))
		}
	}
	target := ""
	if s.outputs.given() {
		target = s.outputs.target(m)
		mode := os.FileMode(0o777)
		if s.secret {
			mode = 0o700
		}
		if err := a.env.directories.Make(filepath.Dir(target), mode); err != nil {
			m.Release()
			return a.failed(s.verb, m.Name, machineError("cannot make", filepath.Dir(target), err))
		}
		if m.fresh {
			a.env.nothingAt = target // a's own
			a.env.came = func() error { return s.targets.spares(m, s.targets.find(target)) }
		}
		if m.own {
			a.env.ownName = target
		}
	}
	o := s.do(a, m, target)
	if o.report != nil {
		o.report.MailSHA256 = sum
	}
	return o
}

// exit is the code of the worst mail, of those that an earlier run has done too. Of no
// mail at all, here or for other machines, nobody is told to go on as if each one were
// good.
func (s *several) exit(sum *mailTally) int {
	codes := maps.Clone(sum.codes)
	maps.Copy(codes, s.skipped.codes)
	if sum.all+s.skipped.mails+s.flags.mails.elsewhere == 0 && (s.verb == "verify" || s.verb == "decrypt") {
		return exitNothing
	}
	return worstExit(codes)
}
