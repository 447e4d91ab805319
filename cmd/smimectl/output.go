package main

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"smimectl/internal/outfile"
	"smimectl/internal/progress"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// output is the one result of a command. It appears whole or not at all: a
// regular file by a temporary file beside it that is renamed, anything else
// (standard output, a device, a pipe) from a held-back copy.
type output struct {
	env     *environment
	target  string // "" for standard output
	flag    string // that named the target; "" is -o
	file    outfile.File
	named   bool   // file has a name, which must not stay
	moded   bool   // file has the mode it is to have
	looked  bool   // what has the target's name was looked at
	release func() // lets interruptions in again; nil: they are not kept away
	held    *spool.Buffer
	mode    os.FileMode

	pending []byte        // what was written and is not yet in file
	behind  *stage.Behind // writes to file
}

// newOutput prepares FILE ("-" and "" are standard output). Nothing is created
// before the first byte is written; secret output is never readable by others.
func newOutput(env *environment, target string, secret bool) (*output, error) {
	o := &output{env: env, mode: 0o666}
	if secret {
		o.mode = 0o600
	}
	if target == "-" || target == "" {
		o.hold()
		return o, nil
	}
	o.target = target
	if env.nothingAt == target {
		return o, nil
	}
	regular, err := o.look()
	if err != nil {
		return nil, err
	}
	if !regular {
		o.hold()
	}
	return o, nil
}

// look looks at what has the target's name: a regular file or nothing, or else what is
// no place for a file.
func (o *output) look() (regular bool, err error) {
	o.looked = true
	info, err := os.Stat(o.target)
	switch {
	case err == nil && info.IsDir():
		return false, usageErrorf("%s is a directory", quoted(o.target)).withHint("name a file:  -o %s", filepath.Join(o.target, "out.eml"))
	case err == nil && !info.Mode().IsRegular():
		return false, nil
	case err == nil:
		// A replaced file keeps the stricter of both modes (P83).
		o.mode &= info.Mode().Perm()
		if o.env.ownName == o.target {
			break // the link is replaced, as it would have been
		}
		if target, err := filepath.EvalSymlinks(o.target); err == nil {
			o.target = target
		}
	case !errors.Is(err, os.ErrNotExist):
		return false, o.cannotWrite(err)
	}
	return true, nil
}

// hold has the output held back.
func (o *output) hold() {
	o.held = spool.New(o.env.spoolOptions())
	o.env.meter.Hold(progress.Held{Buffer: o.held, What: "the mail", Until: "until it is complete"})
}

func (o *output) Write(p []byte) (int, error) {
	if o.held != nil {
		n, err := o.held.Write(p)
		if err != nil {
			return n, machineError("cannot hold back the output for", o.name(), err)
		}
		return n, nil
	}
	if o.file == nil {
		if err := o.create(); err != nil {
			return 0, err
		}
	}
	if len(o.pending)+len(p) > outfile.BufferSize {
		if err := o.flush(); err != nil {
			return 0, o.cannotWrite(err)
		}
	}
	if len(p) > outfile.BufferSize {
		n, err := o.behind.Write(p)
		if err != nil {
			return n, o.cannotWrite(err)
		}
		return n, nil
	}
	if o.pending == nil {
		o.pending = o.env.directories.Buffer()
	}
	o.pending = append(o.pending, p...)
	return len(p), nil
}

// Lend implements [stage.Writer]: large outputs are written while others go on with
// what comes next.
func (o *output) Lend(p []byte) error {
	if o.file == nil || len(p) <= outfile.BufferSize {
		if err := o.Settle(); err != nil { // who lends counts this piece, and others are in the file's hands
			return err
		}
		_, err := o.Write(p)
		return err
	}
	err := o.flush()
	if err == nil {
		err = o.behind.Lend(p)
	}
	if err != nil {
		return o.cannotWrite(err)
	}
	return nil
}

// Settle implements [stage.Writer].
func (o *output) Settle() error {
	if o.file == nil {
		return nil
	}
	if err := o.behind.Settle(); err != nil {
		return o.cannotWrite(err)
	}
	return nil
}

// fail gives up the output because of an error. That of an earlier octet, which is
// known only now because others wrote it, comes before it.
func (o *output) fail(err error) error {
	if failed := o.Settle(); failed != nil {
		err = failed
	}
	o.discard()
	return err
}

// flush writes what is pending, and leaves no copy of it behind.
func (o *output) flush() error {
	if len(o.pending) == 0 {
		return nil
	}
	_, err := o.behind.Write(o.pending)
	clear(o.pending)
	o.pending = o.pending[:0]
	return err
}

// cannotWrite words what the system refused. The file is written beside the target: no other folder for temporary files
// gives it room.
func (o *output) cannotWrite(err error) error {
	e := machineError("cannot write", o.name(), err)
	if o.target != "" && errors.Is(err, syscall.ENOSPC) {
		e.hints = nil
		if o.env.directories != nil {
			return e.withHint("free some space there, or write to another folder:  --out-dir DIR")
		}
		return e.withHint("free some space there, or write to another place:  %s FILE", cmp.Or(o.flag, "-o"))
	}
	return e
}

func (o *output) name() string {
	if o.target == "" {
		return standardOutput
	}
	return o.target
}

func (o *output) create() error {
	o.behind = stage.NewBehind(o.env.serial(), func(p []byte) error {
		_, err := o.file.Write(p)
		return err
	})
	dir, mode := filepath.Dir(o.target), os.FileMode(0o600)
	if o.env.directories != nil { // which know whether it will be the file's
		mode = o.mode
	}
	unnamed, err := outfile.CreateUnnamed(dir, o.env.directories.Linked(), mode)
	if err == nil {
		o.file, o.moded = unnamed, o.env.directories.Gives(dir, mode, unnamed)
		return nil
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		return o.cannotWrite(err)
	}
	f, err := os.CreateTemp(dir, o.pattern()+"*")
	if err != nil {
		return o.cannotWrite(err)
	}
	o.file, o.named = f, true
	o.env.temporary.Add(f.Name())
	return nil
}

// pattern begins the names of temporary files.
func (o *output) pattern() string {
	base := filepath.Base(o.target)
	if len(base) > 100 { // room for the suffix within the file system's limit
		base = base[:100]
	}
	return ".smimectl-" + base + "-"
}

type onlyWriter struct{ io.Writer }
