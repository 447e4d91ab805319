package main

import (
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/verdict"
)

// outputsFlags say where the output of each of several mails goes.
type outputsFlags struct {
	folder string
	suffix string
}

func (o *outputsFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(once(&o.folder, "DIR"), "out-dir", "write the output of each mail below DIR, under its own name")
	f.Var(once(&o.suffix, ".EXT"), "suffix", "the outputs' names end in .EXT; without --out-dir they stand beside the mails")
}

func (o *outputsFlags) given() bool { return o.folder != "" || o.suffix != "" }

// target is the file for the output of a mail.
func (o *outputsFlags) target(m *mail) string {
	name := m.below
	if o.folder == "" {
		name = m.name
		if m.part != nil { // FILE:N, and a colon is no part of a name everywhere
			name = filepath.Join(filepath.Dir(m.name), filepath.Base(m.below))
		}
	}
	if o.suffix != "" {
		name = withoutExtension(name) + o.suffix
	}
	return filepath.Join(o.folder, name)
}

// withoutExtension takes off what mails' names end in. The names in a Maildir have
// dots that mean something else.
func withoutExtension(name string) string {
	switch ext := filepath.Ext(name); strings.ToLower(ext) {
	case ".eml", ".p7m", ".p7s", ".p7", ".msg", ".mail", ".txt":
		return strings.TrimSuffix(name, ext)
	}
	return name
}

func (o *outputsFlags) check() error {
	if strings.ContainsAny(o.suffix, "/\\") {
		return usageErrorf("--suffix %s is no end of a file's name", quoted(o.suffix)).withHint("--suffix .signed.eml")
	}
	return nil
}

// several is the work of a verb on several mails.
type several struct {
	verb    string
	flags   *manyFlags
	outputs *outputsFlags
	suffix  string // a good one, for the hint
	writes  bool   // every mail has an output, so there has to be a place for it
	secret  bool   // only the owner may read the folders that are made
	do      func(a *app, m *mail, target string) *outcome
}

// run works on every mail that the command line names: a line for each on standard
// output, or its report as JSON, in their order; what cannot be read is one of the
// results and never the end of the run.
func (s *several) run(a *app, operands []string) error {
	workers, err := s.flags.workers()
	if err != nil {
		return err
	}
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
	if a.env.many != nil {
		a.env.many()
	}
	if s.outputs.given() {
		a.env.temporary.watchAll()
		a.env.directories = &directories{}
		defer a.env.directories.sync()
	}
	results, err := a.openResults(s.flags.skipDone)
	if err != nil {
		return err
	}
	defer results.close()
	var mails iter.Seq[*mail] = a.mails(&s.flags.mails, operands)
	if s.flags.skipDone {
		mails = s.withoutDone(mails, results)
	}
	p := a.newProgress(s.flags.progress, s.flags.total(operands))
	defer p.end()
	sum := newMailTally()
	err = a.each(mails, workers, s.one, func(f *finished) error {
		p.aside()
		if _, err := a.env.stderr.Write(f.said); err != nil {
			return machineError("cannot write", "standard error", err)
		}
		if f.report == nil {
			return f.outcome.err
		}
		sum.add(f.outcome)
		if err := results.write(f.report); err != nil {
			return err
		}
		if err := a.showOne(f.outcome); err != nil {
			return err
		}
		p.step()
		return nil
	})
	p.end()
	if err != nil {
		return err
	}
	a.exit = worstExit(sum.codes)
	if a.global.json || a.global.quiet {
		return nil
	}
	_, err = io.WriteString(a.env.stdout, sum.line())
	return stdoutError(err)
}

// total is how many mails there will be, where that is known without looking.
func (m *manyFlags) total(operands []string) int {
	if m.mails.filesFrom != "" || m.mails.shard.set() {
		return 0
	}
	for _, name := range operands {
		if info, err := os.Stat(name); err == nil && (info.IsDir() || isMailbox(name)) {
			return 0
		}
	}
	return len(operands)
}

// withoutDone leaves out what an earlier run has done: mails whose output is
// there, and those the file of results has.
func (s *several) withoutDone(mails iter.Seq[*mail], r *results) iter.Seq[*mail] {
	return func(yield func(*mail) bool) {
		index := 0
		for m := range mails {
			if r.has(m.name) || s.outputs.given() && isThere(s.outputs.target(m)) {
				m.drop()
				continue
			}
			m.index = index
			index++
			if !yield(m) {
				return
			}
		}
	}
}

func isThere(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// one works on one of the mails.
func (s *several) one(a *app, m *mail) *outcome {
	target := ""
	if s.outputs.given() {
		target = s.outputs.target(m)
		if m.path != "" && sameFile(m.path, target) {
			m.drop()
			return a.failed(s.verb, m.name, usageAsKey(m.name))
		}
		mode := os.FileMode(0o777)
		if s.secret {
			mode = 0o700
		}
		if err := os.MkdirAll(filepath.Dir(target), mode); err != nil {
			m.drop()
			return a.failed(s.verb, m.name, machineError("cannot make", filepath.Dir(target), err))
		}
	}
	return s.do(a, m, target)
}

func sameFile(a, b string) bool {
	one, err1 := os.Stat(a)
	two, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, two)
}

// usageAsKey refuses to write over a mail; the others can go on.
func usageAsKey(name string) error {
	return machineError("will not write over", name, errWouldReplace).withHint("choose another --out-dir or --suffix")
}

var errWouldReplace = fmt.Errorf("it is the mail itself")

// showOne prints a line or the report of one mail.
func (a *app) showOne(o *outcome) error {
	switch {
	case a.global.json:
		return stdoutError(writeJSON(a.env.stdout, o.report))
	case a.global.quiet:
		return nil
	}
	_, err := fmt.Fprintln(a.env.stdout, verdict.OneLine(o.report))
	return stdoutError(err)
}

// mailTally counts the words of several mails, in the order in which they came.
type mailTally struct {
	codes  map[int]bool
	counts map[verdict.Word]int
	order  []verdict.Word
	all    int
}

func newMailTally() *mailTally {
	return &mailTally{codes: map[int]bool{}, counts: map[verdict.Word]int{}}
}

func (t *mailTally) add(o *outcome) {
	t.all++
	t.codes[o.exit()] = true
	word := o.report.Verdict
	if t.counts[word] == 0 {
		t.order = append(t.order, word)
	}
	t.counts[word]++
}

func (t *mailTally) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:", plural(t.all, "mail"))
	for i, word := range t.order {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %d %s", t.counts[word], word)
	}
	if t.all == 0 {
		b.WriteString(" nothing to do")
	}
	return b.String() + "\n"
}
