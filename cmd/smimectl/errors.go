package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"smimectl/internal/message"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// Exit codes: one per next action (see the EXIT STATUS section of every help).
const (
	exitYes     = 0 // go on
	exitNo      = 1 // because of the message
	exitUsage   = 2 // the command line is wrong
	exitMachine = 3 // try again later
	exitNothing = 4 // nothing of that kind in the mail
	exitKey     = 5 // a key, certificate or passphrase is missing or unfit
)

// cliError is what a command ends with when it is no verdict: an "error:" line,
// "hint:" lines that can be pasted, and the exit code.
type cliError struct {
	exit  int
	code  verdict.Code // for the JSON
	text  string
	hints []string
	err   error
}

func (e *cliError) Error() string { return e.text }
func (e *cliError) Unwrap() error { return e.err }

func (e *cliError) withHint(format string, args ...any) *cliError {
	e.hints = append(e.hints, fmt.Sprintf(format, args...))
	return e
}

func (e *cliError) because(err error) *cliError {
	e.err = err
	return e
}

func usageErrorf(format string, args ...any) *cliError {
	return &cliError{exit: exitUsage, text: fmt.Sprintf(format, args...)}
}

func keyErrorf(code verdict.Code, format string, args ...any) *cliError {
	return &cliError{exit: exitKey, code: code, text: fmt.Sprintf(format, args...)}
}

func messageErrorf(code verdict.Code, format string, args ...any) *cliError {
	return &cliError{exit: exitNo, code: code, text: fmt.Sprintf(format, args...)}
}

// machineError words what the system refused: never an error number alone.
func machineError(doing, name string, err error) *cliError {
	e := &cliError{exit: exitMachine, code: verdict.InputOutput, err: err}
	reason := reasonOf(err)
	if name != "" {
		doing += " " + inWords(name)
	}
	e.text = doing + ": " + reason
	var held *spool.Error
	switch {
	case errors.Is(err, syscall.ENOSPC) && errors.As(err, &held):
		e.withHint("%s", message.MoreRoom)
	case errors.As(err, &held) && held.Op == "create":
		e.withHint("%s", message.AnotherFolder)
	case errors.Is(err, syscall.ENOSPC):
		e.withHint("free some space there, or choose another place to write to")
	case errors.Is(err, fs.ErrNotExist):
		e.withHint("is the name right, and does its folder exist?")
	}
	return e
}

// What is read and written without a name.
const (
	standardInput  = "standard input"
	standardOutput = "standard output"
	standardError  = "standard error"
	theReport      = "the report"
)

// inWords is quoted, but leaves the words alone that stand for what has no name.
func inWords(name string) string {
	switch name {
	case standardInput, standardOutput, standardError, theReport:
		return name
	}
	return quoted(name)
}

func reasonOf(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return verdict.Escape(plain(strings.TrimSpace(err.Error())))
}

// plain is what a lower floor says, without the floor's name.
func plain(text string) string {
	for _, floor := range []string{"certstore: ", "mailroots: ", "message: ", "mimewrap: ", "cms: ", "cert: ", "algorithm: ", "spool: "} {
		text = strings.TrimPrefix(text, floor)
	}
	return text
}

// quoted writes a file name as a person would paste it: as it is, or in quotes
// where a shell needs them; control characters are shown, not sent.
func quoted(name string) string {
	safe := verdict.Escape(name)
	if safe == "" || strings.ContainsAny(safe, " \t'\"$&|;<>()*?[]#~`\\!{}") {
		return "'" + strings.ReplaceAll(safe, "'", `'\''`) + "'"
	}
	return safe
}
