package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"smimectl/internal/mailbox"
	"smimectl/internal/outfile"
	"smimectl/internal/progress"
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
	name := m.Below
	if o.folder == "" {
		name = m.Name
		if m.Part != nil { // FILE:N, and a colon is no part of a name everywhere
			name = filepath.Join(filepath.Dir(m.Name), filepath.Base(m.Below))
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

// check says what is wrong with them, and gives the folder the name under which the outputs will be found.
func (o *outputsFlags) check() error {
	if o.folder != "" {
		o.folder = filepath.Clean(mailbox.ThroughLinks(o.folder))
	}
	if strings.ContainsAny(o.suffix, "/\\") {
		return usageErrorf("--suffix %s is no end of a file's name", quoted(o.suffix)).withHint("--suffix .signed.eml")
	}
	if first, _ := utf8.DecodeRuneInString(o.suffix); unicode.IsLetter(first) || unicode.IsNumber(first) { // mailEXT is not what was meant
		return usageErrorf("--suffix %s would be one word with the name", quoted(o.suffix)).withHint("--suffix .%s", quoted(o.suffix))
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
	screens bool   // --verbose shows the screen of each mail, as of one
	do      func(a *app, m *mail, target string) *outcome
	targets *targets // of the run

	complained bool // the hints of the first complaint were given
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
	targets := s.targetsOf(a, operands)
	if err := targets.spareReport(operands); err != nil {
		return err
	}
	if a.env.many != nil {
		a.env.many(workers)
	}
	if s.outputs.given() {
		a.env.directories = outfile.NewDirectories(outfile.Umask())
		defer a.env.directories.Sync()
	}
	results, err := a.openResults(s.flags.skipDone)
	if err != nil {
		return err
	}
	defer results.close()
	if s.outputs.folder != "" {
		s.flags.mails.outputs = targets.isFolder
		if targets.hides() {
			a.inform("note: what is in %s already is no mail of this run: it is the folder of the outputs", quoted(s.outputs.folder))
		}
	}
	var mails iter.Seq[*mail] = a.mails(&s.flags.mails, operands)
	if s.outputs.given() || s.flags.skipDone {
		s.targets = targets
		mails = s.toDo(mails, targets, results)
	}
	a.startMailsMeter(s.flags.progress, s.verb, s.flags.total(operands))
	defer a.endMeter()
	sum := newMailTally()
	sum.looked = s.verb == "inspect"
	err = a.each(mails, workers, s.one, a.beside(func(f *finished) error {
		if len(f.said) > 0 {
			if _, err := a.env.stderr.Write(f.named()); err != nil {
				return machineError("cannot write", standardError, err)
			}
		}
		if f.report == nil {
			return f.outcome.err
		}
		sum.add(f.outcome)
		if err := results.write(f.report); err != nil {
			return err
		}
		if err := s.show(a, f, sum.all); err != nil {
			return err
		}
		return nil
	}))
	a.endMeter()
	if err == nil {
		err = results.settle(a.env)
	}
	if err != nil {
		return err
	}
	a.exit = s.exit(sum, results)
	if a.global.json || a.global.quiet {
		return nil
	}
	if s.showsScreens(a) && sum.all > 0 {
		if _, err := io.WriteString(a.env.stdout, "\n"); err != nil {
			return stdoutError(err)
		}
	}
	_, err = io.WriteString(a.env.stdout, a.record(strings.TrimSuffix(sum.line(), "\n"))+"\n")
	return stdoutError(err)
}

// exit is the code of the worst mail, of those that an earlier run has done too. Of no
// mail at all, here or for other machines, nobody is told to go on as if each one were
// good.
func (s *several) exit(sum *mailTally, r *results) int {
	codes := maps.Clone(sum.codes)
	maps.Copy(codes, r.known)
	if sum.all+r.skipped+s.flags.mails.elsewhere == 0 && (s.verb == "verify" || s.verb == "decrypt") {
		return exitNothing
	}
	return worstExit(codes)
}

// named is what was said about a mail, with its name in every line.
func (f *finished) named() []byte {
	const begins = "smimectl: "
	var out []byte
	for line := range bytes.Lines(f.said) {
		if rest, ok := bytes.CutPrefix(line, []byte(begins)); ok {
			out = append(append(append(out, begins...), inWords(displayName(f.Name))...), ": "...)
			line = rest
		}
		out = append(out, line...)
	}
	return out
}

// total is how many mails there will be, where that is known without looking.
func (m *manyFlags) total(operands []string) int64 {
	if m.mails.filesFrom != "" || m.mails.shard.set() {
		return progress.Unknown
	}
	for _, name := range operands {
		if info, err := os.Stat(name); err == nil && (info.IsDir() || mailbox.IsSeveral(name)) {
			return progress.Unknown
		}
	}
	return int64(len(operands))
}

// isDone reports whether an earlier run has done a mail: its output is there, and the
// file of results has it, where there are outputs and such a file. A run that was
// killed may have written one without the other, and after a machine went down either
// may be lost. A mail that got no output has none to be there.
func (s *several) isDone(m *mail, r *results) bool {
	var sum func() (string, error)
	if m.Part != nil {
		sum = m.digest
	}
	code, done := r.has(m.Name, sum)
	if r.file == nil || done && code == exitYes && s.outputs.given() {
		done = isThere(s.outputs.target(m))
	}
	if done {
		r.skip(code)
	}
	return done
}

func isThere(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// one works on one of the mails.
func (s *several) one(a *app, m *mail) *outcome {
	target := ""
	if m.place {
		s.targets.settle(m)
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

func sameFile(a, b string) bool {
	one, err1 := os.Stat(a)
	two, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, two)
}

func (s *several) showsScreens(a *app) bool { return s.screens && a.global.verbose }

// show prints a line, the screen or the report of mail n of the run.
func (s *several) show(a *app, f *finished, n int) error {
	o, w := f.outcome, a.env.stdout
	switch {
	case a.global.json:
		return stdoutError(writeJSON(w, o.report))
	case a.global.quiet:
		return s.complain(a, f)
	}
	text := a.record(verdict.OneLine(o.report)) + "\n"
	if s.showsScreens(a) {
		if o.err == nil {
			text = o.report.Text(a.style(w))
		}
		text = "-- " + quoted(f.Name) + "\n" + text
		if n > 1 {
			text = "\n" + text
		}
	}
	_, err := io.WriteString(w, text)
	return stdoutError(err)
}

// complain says on standard error, although all else is quiet, that a mail could not be
// worked on: what is wrong with a key or with the machine is no verdict, and a job that
// ends with 5 has to say why. The hints stand behind the first alone.
func (s *several) complain(a *app, f *finished) error {
	o := f.outcome
	code := o.exit()
	if code != exitMachine && code != exitKey && (o.err == nil || code == exitNothing) {
		return nil
	}
	var text string
	if e := o.err; e != nil {
		text = "smimectl: error: " + e.text + "\n"
		for _, h := range e.hints {
			text += "smimectl: hint: " + h + "\n"
		}
	} else {
		text = o.report.Text(a.style(a.env.stderr))
	}
	if s.complained {
		text, _, _ = strings.Cut(text, "\nsmimectl: hint: ")
		text = strings.TrimSuffix(text, "\n") + "\n"
	}
	s.complained = true
	said := &finished{mail: f.mail, said: []byte(a.plainly(text))}
	if _, err := a.env.stderr.Write(said.named()); err != nil {
		return machineError("cannot write", standardError, err)
	}
	return nil
}

// mailTally counts the words of several mails.
type mailTally struct {
	codes  map[int]bool
	counts map[verdict.Word]int
	all    int
	looked bool // and nothing was judged
}

func newMailTally() *mailTally {
	return &mailTally{codes: map[int]bool{}, counts: map[verdict.Word]int{}}
}

func (t *mailTally) add(o *outcome) {
	t.all++
	t.codes[o.exit()] = true
	t.counts[o.report.ListWord()]++
}

// tallied is the order in which words are counted up, whatever the mails came in: what is well first. Others that
// inspect and cert harvest say stand behind, by their letters.
var tallied = [...]verdict.Word{verdict.WordGood, verdict.WordDone, "known", "signed", verdict.WordExpired, verdict.WordUntrusted, verdict.WordMismatch, verdict.WordPartial,
	verdict.WordBad, verdict.WordUnreadable, verdict.WordUnsigned, verdict.WordEncrypted, verdict.WordUnencrypted, "compressed", "plain", verdict.WordNoKey, verdict.WordError}

// inOrder are the words of a tally in that order.
func inOrder[W ~string](counts map[W]int) []W {
	place := func(w W) int {
		if at := slices.Index(tallied[:], verdict.Word(w)); at >= 0 {
			return at
		}
		return len(tallied)
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b W) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}

func (t *mailTally) line() string {
	var b strings.Builder
	b.WriteString(plural(t.all, "mail"))
	if t.looked && t.all > 0 {
		b.WriteString(", not checked")
	}
	b.WriteByte(':')
	for i, word := range inOrder(t.counts) {
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
