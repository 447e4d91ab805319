package main

import (
	"bytes"
	"io"
	"iter"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"smimectl/internal/processors"
)

// manyFlags are how several mails are worked on.
type manyFlags struct {
	mails    mailFlags
	jobs     string
	skipDone bool
	progress string
}

func (m *manyFlags) add(cmd *cobra.Command) {
	m.addWork(cmd)
	cmd.Flags().BoolVar(&m.skipDone, "skip-done", false, "leave out the mails that an earlier run has done")
}

// addWork adds what verbs without results of their own for each mail have too.
func (m *manyFlags) addWork(cmd *cobra.Command) {
	m.mails.add(cmd)
	f := cmd.Flags()
	f.VarP(onceNumber(&m.jobs), "jobs", "j", "work on N mails at a time (default: one; 0: as many as there are processors)")
	f.Var(onceOf(&m.progress, "auto", "bar", "plain", "json", "none"), "progress", "how far the work is, on standard error: auto (a bar on a terminal, if it takes a while), bar, plain, json, none")
}

// one is the single mail that a command line names, unless its output is to go
// where those of several go: then a pattern that fits one file is no special case.
func (m *manyFlags) one(operands []string, outputs *outputsFlags) (string, bool) {
	if len(operands) > 0 && (outputs.given() || m.skipDone) {
		return "", false
	}
	return m.mails.one(operands)
}

// onlyOne refuses what is for several mails where there is one.
func (m *manyFlags) onlyOne(outputs *outputsFlags) error {
	if outputs.given() || m.skipDone {
		return usageErrorf("--out-dir, --suffix and --skip-done are for several mails").withHint("the output for one is  -o FILE")
	}
	return nil
}

// named refuses standard input as one of several mails: it holds one, and then a name is missing for it.
func named(operands []string) error {
	if slices.Contains(operands, "-") {
		return usageErrorf("- is for one mail alone").withHint("the names of several come from standard input with  --files-from -")
	}
	return nil
}

// notTogether refuses what is for one mail where there are several.
func (m *manyFlags) notTogether(a *app, output string) error {
	if output != "" {
		return usageErrorf("-o goes with one FILE").withHint("a place for several outputs:  --out-dir DIR or --suffix .EXT")
	}
	if a.global.report == "-" {
		return a.reportApart()
	}
	return nil
}

// workers is how many mails are worked on at a time.
func (m *manyFlags) workers() (int, error) {
	if m.jobs == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(m.jobs)
	if err != nil || n > maxWorkers {
		return 0, usageErrorf("-j %s: at most %d", quoted(m.jobs), maxWorkers)
	}
	if n == 0 {
		n = processors.Given()
	}
	return n, nil
}

// maxWorkers keeps a slip of the finger from opening a hundred thousand files.
const maxWorkers = 256

// ahead is how many finished mails may wait for a slow one before them, for each
// worker: results appear in the order of the input, in bounded memory. Of small mails
// that many are done while the system lets somebody else have the processor of the
// slow one, or while a disk is waited for: so there are more where workers are few,
// as long as there is little in them.
const (
	ahead      = 16
	leastAhead = 512
	mostLines  = 8192 // signers, recipients and the like in those that wait beyond ahead
)

// finished is a mail that was worked on.
type finished struct {
	*mail
	*outcome
	said []byte // what was written to standard error meanwhile
}

// lines is about how much is in a result, counted in what takes a few hundred octets.
func (f *finished) lines() int {
	n := len(f.said)>>8 + len(f.correspondents) + len(f.certificates)
	if r := f.report; r != nil {
		n += len(r.Reasons) + len(r.Parts) + len(r.Certificates)
		for _, layer := range r.Layers {
			if layer.SignedReport != nil {
				n += len(layer.Signers)
			}
			if layer.EncryptedReport != nil {
				n += len(layer.Recipients)
			}
		}
	}
	return n
}

// each works on mails, several at a time, and shows what came of them one after
// the other in their order. An error of show ends the run.
//
// Workers fetch their mails themselves, and whoever has finished the next one in
// the order shows it. Handing a small mail from one goroutine to another costs
// about as much as the work on it.
func (a *app) each(mails iter.Seq[*mail], workers int, do func(*app, *mail) *outcome, show func(*finished) error) error {
	next, stop := iter.Pull(mails)
	defer stop()
	q := &queue{next: next, show: show, few: workers * ahead, ready: make([]*finished, max(workers*ahead, leastAhead))}
	q.room.L = &q.mu
	work := func() {
		for m := q.take(); m != nil; m = q.take() {
			q.put(a.apart(m, workers, do))
			if workers > 1 {
				// Nothing else has them pause for what the runtime does on the side. The collector would
				// take until they are made to, some milliseconds, in which all of them work more slowly.
				runtime.Gosched()
			}
		}
	}
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	return q.failed
}

// queue is what the workers of one run share.
type queue struct {
	source sync.Mutex            // held while the next mail is looked for, which may take as long as a person types
	next   func() (*mail, bool)  // by one at a time
	taken  int                   // how many mails were, guarded by source
	show   func(*finished) error // by one at a time
	few    int                   // how many may be under way whatever is in them

	mu      sync.Mutex
	room    sync.Cond   // more were shown
	ready   []*finished // those that wait to be shown, each at its index modulo the length
	shown   int
	lines   int   // in those that wait
	showing bool  // one of the workers is at it
	failed  error // of show
}

// take returns the next mail as soon as there is room for its result; nil: there
// are no more, or the run has failed.
func (q *queue) take() *mail {
	q.source.Lock()
	defer q.source.Unlock()
	q.mu.Lock()
	for q.failed == nil && !q.hasRoom() {
		q.room.Wait()
	}
	failed := q.failed
	q.mu.Unlock()
	if failed != nil {
		return nil
	}
	m, ok := q.next()
	if !ok {
		return nil
	}
	q.taken++
	return m
}

// hasRoom reports whether one more mail may be under way.
func (q *queue) hasRoom() bool {
	ahead := q.taken - q.shown
	return ahead < q.few || ahead < len(q.ready) && q.lines < mostLines
}

// put takes in a result, and shows it and those after it that waited for it, unless
// another worker does that already.
func (q *queue) put(f *finished) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ready[f.index%len(q.ready)] = f
	q.lines += f.lines()
	if q.showing {
		return
	}
	q.showing = true
	for {
		place := &q.ready[q.shown%len(q.ready)]
		f := *place
		if f == nil {
			break
		}
		*place = nil
		q.lines -= f.lines()
		if q.failed == nil {
			q.mu.Unlock()
			err := q.show(f)
			q.mu.Lock()
			q.failed = err
		}
		q.shown++
		q.room.Signal()
	}
	q.showing = false
}

// apart works on one mail with a standard error of its own, so that the lines of
// several do not mix.
func (a *app) apart(m *mail, workers int, do func(*app, *mail) *outcome) *finished {
	var said bytes.Buffer
	env := *a.env
	env.stderr, env.stdin, env.stdout = &said, bytes.NewReader(nil), io.Discard
	env.meter = nil // it counts the mails
	env.apart = a.env.apart || workers > 1
	own := *a
	own.env, own.oneOf = &env, !a.global.verbose
	o := do(&own, m)
	return &finished{m, o, said.Bytes()}
}
