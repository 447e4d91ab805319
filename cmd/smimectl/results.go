package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"

	"smimectl/internal/verdict"
)

// results is the file of --report for several mails: their reports as JSON, a line
// each, written as they come, so that what was done stays when a run is stopped.
type results struct {
	name string
	file *os.File
	done map[string]bool // mails that were in the file before
}

// openResults begins a file of results, or goes on with one. Without --report there
// is none.
func (a *app) openResults(goOn bool) (*results, error) {
	r := &results{name: a.global.report, done: map[string]bool{}}
	if r.name == "" {
		return r, nil
	}
	mode := os.O_RDWR | os.O_CREATE
	if !goOn {
		mode |= os.O_TRUNC
	}
	f, err := os.OpenFile(r.name, mode, 0o666)
	if err != nil {
		return nil, machineError("cannot write", r.name, err)
	}
	r.file = f
	if goOn {
		if err := r.read(); err != nil {
			f.Close()
			return nil, err
		}
	}
	return r, nil
}

// read learns what is done. A last line without its end is of a run that was
// killed while it wrote: it is taken off, and its mail is done again.
func (r *results) read() error {
	in := bufio.NewReaderSize(r.file, 1<<20)
	var whole int64
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return readError(r.name, err)
		}
		var report struct {
			Schema string
			File   string
		}
		if json.Unmarshal(line, &report) != nil || report.Schema != verdict.Schema {
			return usageErrorf("%s is no file of results: line %q", quoted(r.name), verdict.Escape(string(bytes.TrimSpace(line)))).
				withHint("--report ANOTHER.jsonl")
		}
		r.done[report.File] = true
		whole += int64(len(line))
	}
	if err := r.file.Truncate(whole); err != nil {
		return machineError("cannot write", r.name, err)
	}
	if _, err := r.file.Seek(whole, io.SeekStart); err != nil {
		return machineError("cannot write", r.name, err)
	}
	return nil
}

func (r *results) has(name string) bool { return r.done[name] }

// write adds a line, in one piece.
func (r *results) write(report *verdict.Report) error {
	if r.file == nil {
		return nil
	}
	line, err := report.JSON()
	if err == nil {
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
