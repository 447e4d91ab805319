package main

import (
	"errors"
	"io"

	"smimectl/internal/results"
	"smimectl/internal/verdict"
)

// openResults begins the file of --report for several mails, or goes on with it. Without
// --report there is none.
func (a *app) openResults(goOn bool) (*results.File, error) {
	name := a.global.report
	if name == "" {
		return nil, nil
	}
	open := results.Begin
	if goOn {
		open = results.Continue
	}
	f, err := open(name, results.Options{
		Schema: verdict.Schema, Again: toDoAgain, Finish: a.env.temporary.Finish,
		Renew: func(write func(io.Writer) error) error { return a.env.replace(name, write) },
	})
	return f, resultsError(name, err)
}

// toDoAgain reports whether the mail is not what an exit code is about: the machine
// failed, or a key was missing that may be there now.
func toDoAgain(code int) bool { return code == exitMachine || code == exitKey }

// replace puts what write writes in the place of a file, whole or not at all.
func (env *environment) replace(name string, write func(io.Writer) error) error {
	out, err := newOutput(env, name, false)
	if err != nil {
		return err
	}
	if err = write(out); err == nil {
		err = out.commit()
	}
	if err != nil {
		out.discard()
	}
	return err
}

// resultsError words what is wrong with a file of results.
func resultsError(name string, err error) error {
	const another = "--report ANOTHER.jsonl"
	foreign, isForeign := errors.AsType[*results.ForeignError](err)
	trouble, isTrouble := errors.AsType[*results.Error](err)
	switch {
	case errors.Is(err, results.ErrBusy):
		return machineError("cannot write", name, errors.New("another run is writing it")).withHint("give each run a file of its own:  %s", another)
	case isForeign && foreign.Line == "":
		return usageErrorf("%s is no file of results, and is not written over", quoted(name)).withHint(another)
	case isForeign:
		return usageErrorf("%s is no file of results: line %q", quoted(name), verdict.Escape(foreign.Line)).withHint(another)
	case isTrouble && trouble.Op == "read":
		return readError(name, trouble.Err)
	case isTrouble:
		return machineError("cannot write", name, trouble.Err)
	}
	return err
}
