package main

import (
	"bytes"
	"io"
	"iter"
	"runtime"
	"strconv"
	"sync"

	"github.com/spf13/cobra"
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
	f.Var(onceOf(&m.progress, "auto", "bar", "plain", "json", "none"), "progress", "of several mails: auto, bar, plain, json, none")
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
		n = runtime.GOMAXPROCS(0)
	}
	return n, nil
}

// maxWorkers keeps a slip of the finger from opening a hundred thousand files.
const maxWorkers = 256

// ahead is how many finished mails may wait for a slow one before them, for each
// worker: results appear in the order of the input, in bounded memory.
const ahead = 16

// finished is a mail that was worked on.
type finished struct {
	*mail
	*outcome
	said []byte // what was written to standard error meanwhile
}

// each works on mails, several at a time, and shows what came of them one after
// the other in their order. An error of show ends the run.
func (a *app) each(mails iter.Seq[*mail], workers int, do func(*app, *mail) *outcome, show func(*finished) error) error {
	var (
		room  = make(chan struct{}, workers*ahead)
		todo  = make(chan *mail)
		done  = make(chan *finished)
		stop  = make(chan struct{})
		group sync.WaitGroup
	)
	go func() {
		defer close(todo)
		for m := range mails {
			select {
			case room <- struct{}{}:
			case <-stop:
				m.drop()
				return
			}
			select {
			case todo <- m:
			case <-stop:
				m.drop()
				return
			}
		}
	}()
	for range workers {
		group.Go(func() {
			for m := range todo {
				done <- a.apart(m, do)
			}
		})
	}
	go func() {
		group.Wait()
		close(done)
	}()
	waiting := map[int]*finished{}
	next := 0
	var failed error
	for f := range done {
		waiting[f.index] = f
		for {
			ready := waiting[next]
			if ready == nil {
				break
			}
			delete(waiting, next)
			next++
			<-room
			if failed == nil {
				if failed = show(ready); failed != nil {
					close(stop)
				}
			}
		}
	}
	return failed
}

// apart works on one mail with a standard error of its own, so that the lines of
// several do not mix.
func (a *app) apart(m *mail, do func(*app, *mail) *outcome) *finished {
	var said bytes.Buffer
	env := *a.env
	env.stderr, env.stdin, env.stdout = &said, bytes.NewReader(nil), io.Discard
	own := *a
	own.env = &env
	o := do(&own, m)
	return &finished{m, o, said.Bytes()}
}
