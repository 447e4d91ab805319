package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"smimectl/internal/verdict"
)

// results is the file of --report for several mails: their reports as JSON, a line
// each, written as they come, so that what was done stays when a run is stopped.
type results struct {
	name   string
	file   *os.File
	done   map[string]doneMail // the mails that were in the file before
	finish func() func()       // holds interruptions off while a line is written

	changed map[string]bool // of those that were in the file before, which are other mails by now
	skipped int             // mails of this run that were done before
	known   map[int]bool    // the exit codes of those
}

// doneMail is what the file of results says of a mail.
type doneMail struct {
	code int    // the exit code
	sum  string // SHA-256 of a mail of an mbox file, which has no name of its own; "": another
}

// openResults begins a file of results, or goes on with one. Without --report there
// is none.
func (a *app) openResults(goOn bool) (*results, error) {
	r := &results{name: a.global.report, done: map[string]doneMail{}, changed: map[string]bool{}, known: map[int]bool{}, finish: a.env.temporary.Finish}
	if r.name == "" {
		return r, nil
	}
	if err := r.open(os.O_RDWR | os.O_CREATE); err != nil {
		return nil, err
	}
	if !goOn {
		if err := r.empty(); err != nil {
			r.close()
			return nil, err
		}
		return r, nil
	}
	again, err := r.read()
	if err == nil && again {
		err = r.without(a.env, func(l *resultLine) bool { return toDoAgain(l.Exit) || l.superseded })
	}
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *results) open(mode int) error {
	f, err := os.OpenFile(r.name, mode, 0o666)
	if err != nil {
		return machineError("cannot write", r.name, err)
	}
	if err := r.mine(f); err != nil {
		f.Close()
		return err
	}
	r.file = f
	return nil
}

// mine locks a file of results, so that two runs do not write into one.
func (r *results) mine(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return machineError("cannot write", r.name, err)
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	busy := lockResults(f)
	if !busy { // it may be that of a run that has put another one in its place meanwhile
		now, err := os.Stat(r.name)
		busy = err != nil || !os.SameFile(info, now)
	}
	if busy {
		return machineError("cannot write", r.name, errors.New("another run is writing it")).withHint("give each run a file of its own:  --report ANOTHER.jsonl")
	}
	return nil
}

// empty takes off the results of an earlier run. What is no file of results is some
// other file that somebody wants to keep, perhaps one of the mails.
func (r *results) empty() error {
	info, err := r.file.Stat()
	if err != nil {
		return machineError("cannot write", r.name, err)
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return nil
	}
	const begins = `{"schema":"` + verdict.Schema + `"`
	head := make([]byte, min(int64(len(begins)), info.Size()))
	if _, err := r.file.ReadAt(head, 0); err != nil {
		return readError(r.name, err)
	}
	if !strings.HasPrefix(begins, string(head)) {
		return usageErrorf("%s is no file of results, and is not written over", quoted(r.name)).withHint("--report ANOTHER.jsonl")
	}
	if err := r.file.Truncate(0); err != nil {
		return machineError("cannot write", r.name, err)
	}
	return nil
}

// read learns what is done, and whether there are mails to be done again. A last
// line without its end is of a run that was killed while it wrote: it is taken off,
// and its mail is done again.
func (r *results) read() (again bool, err error) {
	var whole int64
	err = r.lines(func(l *resultLine) error {
		_, twice := r.done[l.File]
		again = again || twice || toDoAgain(l.Exit)
		if !toDoAgain(l.Exit) {
			r.done[l.File] = doneMail{l.Exit, l.Mail}
		}
		whole += int64(len(l.octets))
		return nil
	})
	if err != nil {
		return false, err
	}
	if err := r.file.Truncate(whole); err != nil {
		return false, machineError("cannot write", r.name, err)
	}
	if _, err := r.file.Seek(whole, io.SeekStart); err != nil {
		return false, machineError("cannot write", r.name, err)
	}
	return again, nil
}

// toDoAgain reports whether the mail is not what an exit code is about: the machine
// failed, or a key was missing that may be there now.
func toDoAgain(code int) bool { return code == exitMachine || code == exitKey }

// resultLine is a line of the file of results.
type resultLine struct {
	Schema string
	File   string
	Exit   int
	Mail   string `json:"mail_sha256"`

	octets     []byte
	superseded bool // a later line has the same mail
}

// lines calls do for every whole line from the beginning of the file.
func (r *results) lines(do func(*resultLine) error) error {
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return readError(r.name, err)
	}
	in := bufio.NewReaderSize(r.file, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return readError(r.name, err)
		}
		l := &resultLine{octets: line}
		if json.Unmarshal(line, l) != nil || l.Schema != verdict.Schema {
			return usageErrorf("%s is no file of results: line %q", quoted(r.name), verdict.Escape(string(bytes.TrimSpace(line)))).
				withHint("--report ANOTHER.jsonl")
		}
		if err := do(l); err != nil {
			return err
		}
	}
}

// without takes off lines, so that no mail has two.
func (r *results) without(env *environment, drop func(*resultLine) bool) error {
	more := map[string]int{}
	if err := r.lines(func(l *resultLine) error { more[l.File]++; return nil }); err != nil {
		return err
	}
	out, err := newOutput(env, r.name, false)
	if err != nil {
		return err
	}
	err = r.lines(func(l *resultLine) error {
		more[l.File]--
		l.superseded = more[l.File] > 0
		if drop(l) {
			return nil
		}
		_, err := out.Write(l.octets)
		return err
	})
	if err == nil {
		err = out.commit()
	}
	if err != nil {
		out.discard()
		return err
	}
	r.close()
	return r.open(os.O_RDWR | os.O_APPEND)
}

// settle takes off what an earlier run said of mails that are others by now.
func (r *results) settle(env *environment) error {
	if len(r.changed) == 0 {
		return nil
	}
	return r.without(env, func(l *resultLine) bool { return l.superseded && r.changed[l.File] })
}

// has reports whether the file has a mail, and with which exit code. sum tells the
// digest of one that only its number in an mbox file names: where one was deleted from
// the file before it, that is the name of another mail.
func (r *results) has(name string, sum func() (string, error)) (code int, ok bool) {
	was, ok := r.done[name]
	if ok && sum != nil {
		if now, err := sum(); err != nil || now != was.sum { // what cannot be read, who works on it says
			r.changed[name] = true
			return 0, false
		}
	}
	return was.code, ok
}

// skip counts a mail of this run that was done before.
func (r *results) skip(code int) {
	r.skipped++
	r.known[code] = true
}

// write adds a line, in one piece, which no interruption cuts.
func (r *results) write(report *verdict.Report) error {
	if r.file == nil {
		return nil
	}
	line, err := report.JSON()
	if err == nil {
		defer r.finish()()
		_, err = r.file.Write(append(line, '\n'))
	}
	if err != nil {
		return machineError("cannot write", r.name, err)
	}
	return nil
}

func (r *results) close() {
	if r.file != nil {
		r.file.Close()
	}
}
