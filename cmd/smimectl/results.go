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
	done   map[string]int // the exit codes of the mails that were in the file before
	finish func() func()  // holds interruptions off while a line is written

	skipped int          // mails of this run that were done before
	known   map[int]bool // the exit codes of those
}

// openResults begins a file of results, or goes on with one. Without --report there
// is none.
func (a *app) openResults(goOn bool) (*results, error) {
	r := &results{name: a.global.report, done: map[string]int{}, known: map[int]bool{}, finish: a.env.temporary.Finish}
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
		err = r.withoutAgain(a.env)
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
	err = r.lines(func(line []byte, file string, code int) error {
		if toDoAgain(code) {
			again = true
		} else {
			r.done[file] = code
		}
		whole += int64(len(line))
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

// lines calls do for every whole line from the beginning of the file.
func (r *results) lines(do func(line []byte, file string, code int) error) error {
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
		var report struct {
			Schema string
			File   string
			Exit   int
		}
		if json.Unmarshal(line, &report) != nil || report.Schema != verdict.Schema {
			return usageErrorf("%s is no file of results: line %q", quoted(r.name), verdict.Escape(string(bytes.TrimSpace(line)))).
				withHint("--report ANOTHER.jsonl")
		}
		if err := do(line, report.File, report.Exit); err != nil {
			return err
		}
	}
}

// withoutAgain takes off the lines of mails that are done again, so that none has two.
func (r *results) withoutAgain(env *environment) error {
	out, err := newOutput(env, r.name, false)
	if err != nil {
		return err
	}
	err = r.lines(func(line []byte, _ string, code int) error {
		if toDoAgain(code) {
			return nil
		}
		_, err := out.Write(line)
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

// has reports whether the file has a mail, and with which exit code.
func (r *results) has(name string) (code int, ok bool) {
	code, ok = r.done[name]
	return code, ok
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
