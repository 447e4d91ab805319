// Package results has the file of results of work on many mails: the report of each as JSON, on
// a line of its own, written as they come. So what was done stays when a run is stopped, and the
// next run finds it there. Of a report it reads which mail it is of and the exit code; what that
// means, and how else a file is replaced, it is told.
package results

import (
	"errors"
	"io"
	"os"
	"strings"
)

// File is a file of results that no other run writes meanwhile. A nil one has no results, and
// notes none.
type File struct {
	Options
	name    string
	file    *os.File
	done    map[string]done // the mails that were in it before
	changed map[string]bool // of those, which are other mails by now
}

// done is what the file says of a mail.
type done struct {
	exit   int
	digest string // SHA-256 of a mail of an mbox file, which has no name of its own; "": another
}

// Options say what a file of results is, and what is done with it elsewhere.
type Options struct {
	Schema string                                  // that every report names first
	Again  func(exit int) bool                     // whether a mail that ended so is done again
	Finish func() (finished func())                // holds interruptions off while a line is written
	Renew  func(write func(io.Writer) error) error // puts what write writes in the place of the file, whole or not at all; its errors are returned as they are
}

// Error is trouble that the system had with the file. Op is "read" or "write".
type Error struct {
	Op  string
	Err error
}

func (e *Error) Error() string { return "results: " + e.Op + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrBusy is the error where another run is writing the file.
var ErrBusy = errors.New("results: another run is writing it")

// ForeignError is the error where the file is one of something else, which somebody wants to
// keep, perhaps a mail.
type ForeignError struct {
	Line string // that is no result; "": the first
}

func (e *ForeignError) Error() string { return "results: no file of results" }

// Begin begins a file. The results of an earlier run are taken off.
func Begin(name string, o Options) (*File, error) {
	return begin(name, o, (*File).empty)
}

// Continue goes on with a file, of which it learns what is done. What is to be done again is
// taken off.
func Continue(name string, o Options) (*File, error) {
	return begin(name, o, (*File).learn)
}

func begin(name string, o Options, prepare func(*File) error) (*File, error) {
	f := &File{Options: o, name: name, done: map[string]done{}, changed: map[string]bool{}}
	if err := f.open(os.O_RDWR | os.O_CREATE); err != nil {
		return nil, err
	}
	if err := prepare(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// open opens the file for this run alone.
func (f *File) open(mode int) error {
	file, err := os.OpenFile(f.name, mode, 0o666)
	if err != nil {
		return &Error{"write", err}
	}
	if err := f.reserve(file); err != nil {
		file.Close()
		return err
	}
	f.file = file
	return nil
}

// reserve locks the file, so that two runs do not write into one.
func (f *File) reserve(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return &Error{"write", err}
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	if lock(file) {
		return ErrBusy
	}
	// It may be that of a run that has put another one in its place meanwhile.
	if now, _ := os.Stat(f.name); !os.SameFile(info, now) {
		return ErrBusy
	}
	return nil
}

// empty takes off the results of an earlier run.
func (f *File) empty() error {
	info, err := f.file.Stat()
	if err != nil {
		return &Error{"write", err}
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	begins := `{"schema":"` + f.Schema + `"`
	head := make([]byte, min(int64(len(begins)), info.Size()))
	if _, err := f.file.ReadAt(head, 0); err != nil {
		return &Error{"read", err}
	}
	if !strings.HasPrefix(begins, string(head)) {
		return &ForeignError{}
	}
	if err := f.file.Truncate(0); err != nil {
		return &Error{"write", err}
	}
	return nil
}

// Has reports whether an earlier run has done a mail, and with which exit code. digest tells
// the SHA-256 of one that only its number in an mbox file names, and is nil for others: where
// one was deleted from the file before it, that is the name of another mail.
func (f *File) Has(name string, digest func() (string, error)) (exit int, ok bool) {
	if f == nil {
		return 0, false
	}
	was, ok := f.done[name]
	if ok && digest != nil {
		if now, err := digest(); err != nil || now != was.digest { // what cannot be read, who works on it says
			f.changed[name] = true
			return 0, false
		}
	}
	return was.exit, ok
}

// Write adds a report, in one piece, which no interruption cuts.
func (f *File) Write(report []byte) error {
	if f == nil {
		return nil
	}
	defer f.Finish()()
	if _, err := f.file.Write(append(report, '\n')); err != nil {
		return &Error{"write", err}
	}
	return nil
}

// Settle takes off what an earlier run said of mails that are others by now.
func (f *File) Settle() error {
	if f == nil || len(f.changed) == 0 {
		return nil
	}
	return f.without(func(l *line) bool { return l.superseded && f.changed[l.File] })
}

// Close lets other runs have the file.
func (f *File) Close() {
	if f != nil {
		f.file.Close()
	}
}
