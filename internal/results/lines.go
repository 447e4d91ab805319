package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
)

// line is one of the file.
type line struct {
	Schema string
	File   string
	Exit   int
	Digest string `json:"mail_sha256"`

	octets     []byte
	superseded bool // a later line has the same mail
}

// lines calls do for every whole line from the beginning of the file.
func (f *File) lines(do func(*line) error) error {
	if _, err := f.file.Seek(0, io.SeekStart); err != nil {
		return &Error{"read", err}
	}
	in := bufio.NewReaderSize(f.file, 1<<20)
	for {
		octets, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &Error{"read", err}
		}
		l := &line{octets: octets}
		if json.Unmarshal(octets, l) != nil || l.Schema != f.Schema {
			return &ForeignError{string(bytes.TrimSpace(octets))}
		}
		if err := do(l); err != nil {
			return err
		}
	}
}

// learn learns what is done, and takes off what is to be done again. A last line without its
// end is of a run that was killed while it wrote: it is taken off, and its mail is done again.
func (f *File) learn() error {
	var whole int64
	again := false
	err := f.lines(func(l *line) error {
		_, twice := f.done[l.File]
		if f.Again(l.Exit) {
			again = true
			delete(f.done, l.File)
		} else {
			again = again || twice
			f.done[l.File] = done{l.Exit, l.Digest}
		}
		whole += int64(len(l.octets))
		return nil
	})
	if err != nil {
		return err
	}
	if err := f.file.Truncate(whole); err != nil {
		return &Error{"write", err}
	}
	if again {
		return f.without(func(l *line) bool { return f.Again(l.Exit) || l.superseded })
	}
	if _, err := f.file.Seek(whole, io.SeekStart); err != nil {
		return &Error{"write", err}
	}
	return nil
}

// without takes off lines.
func (f *File) without(drop func(*line) bool) error {
	more := map[string]int{}
	if err := f.lines(func(l *line) error { more[l.File]++; return nil }); err != nil {
		return err
	}
	err := f.Renew(func(w io.Writer) error {
		return f.lines(func(l *line) error {
			more[l.File]--
			l.superseded = more[l.File] > 0
			if drop(l) {
				return nil
			}
			_, err := w.Write(l.octets)
			return err
		})
	})
	if err != nil {
		return err
	}
	f.file.Close()
	return f.open(os.O_RDWR | os.O_APPEND)
}
