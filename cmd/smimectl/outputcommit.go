package main

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"smimectl/internal/outfile"
	"smimectl/internal/progress"
	"smimectl/internal/spool"
)

// giveName gives the finished file the target's name if nothing has it, else one
// beside the target, for a moment: a rename replaces what is there, a link does not.
func (o *output) giveName() (string, error) {
	if o.named { // a rename asks nobody
		return o.file.Name(), o.lookAgain()
	}
	err := outfile.LinkUnnamed(o.file, o.target)
	if err == nil {
		return o.target, nil
	}
	if !errors.Is(err, os.ErrExist) {
		return "", err
	}
	if err := o.lookAgain(); err != nil {
		return "", err
	}
	// Watching for interruptions takes two threads, which is a sixth of the work on a
	// small mail. For the one output of a run they are kept away instead.
	if t := o.env.temporary; t.Hold != nil && o.env.directories == nil {
		o.release = t.Hold()
	} else {
		t.Interruptible()
	}
	for try := 0; ; try++ {
		name := filepath.Join(filepath.Dir(o.target), o.pattern()+strconv.FormatUint(rand.Uint64(), 36))
		err := outfile.LinkUnnamed(o.file, name)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, os.ErrExist) || try == 10 {
			return "", err
		}
	}
}

// lookAgain looks at what came to the target's name since somebody looked, if nobody has yet.
func (o *output) lookAgain() error {
	if o.looked {
		return nil
	}
	if o.env.came != nil {
		if err := o.env.came(); err != nil {
			return err
		}
	}
	before := o.mode
	regular, err := o.look()
	switch {
	case err != nil:
		return err
	case !regular:
		return &os.PathError{Op: "rename", Path: o.target, Err: syscall.EEXIST}
	case o.mode != before:
		return o.setMode()
	}
	return nil
}

// letInterrupt lets interruptions in again that giveName keeps away.
func (o *output) letInterrupt() {
	if o.release != nil {
		o.release()
		o.release = nil
	}
}

// commit makes the output appear: flushed, synchronised, renamed. Only after it
// returned nil is the work done.
func (o *output) commit() error {
	if o.held != nil {
		return o.copyHeld()
	}
	if o.file == nil { // an empty result is a result
		if err := o.create(); err != nil {
			return err
		}
	}
	o.env.meter.Begin(progress.Saving, progress.Unknown)
	err := o.flush()
	if err == nil {
		err = o.behind.Settle()
	}
	if err == nil && !o.moded {
		err = o.setMode()
	}
	if err == nil {
		err = o.file.Sync()
	}
	name := ""
	if err == nil {
		if !o.named {
			defer o.env.temporary.Linking()()
			defer o.letInterrupt()
		}
		name, err = o.giveName()
	}
	if closeErr := o.file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && name != o.target {
		err = os.Rename(name, o.target)
	}
	if err != nil {
		o.discard()
		if name != "" {
			os.Remove(name)
			o.env.temporary.Forget(name)
		}
		if refused, ok := errors.AsType[*cliError](err); ok && refused.exit == exitMachine {
			return refused
		}
		return o.cannotWrite(err)
	}
	o.env.temporary.Forget(name)
	o.file = nil
	o.drop()
	if o.env.directories != nil {
		if !o.named {
			o.env.directories.SetLinked()
		}
		o.env.directories.Add(filepath.Dir(o.target))
		return nil
	}
	outfile.SyncDirectory(filepath.Dir(o.target))
	return nil
}

// drop gives up what is pending.
func (o *output) drop() {
	clear(o.pending)
	o.env.directories.TakeBuffer(o.pending)
	o.pending = nil
}

func (o *output) setMode() error { return o.file.Chmod(o.mode &^ o.env.directories.Mask()) }

func (o *output) copyHeld() error {
	defer o.held.Close()
	source, err := o.held.Source()
	if err != nil {
		return machineError("cannot hold back the output for", o.name(), err)
	}
	dst := o.env.stdout
	if o.target != "" {
		f, err := os.OpenFile(o.target, os.O_WRONLY, 0)
		if err != nil {
			return o.cannotWrite(err)
		}
		defer f.Close()
		dst = f
	}
	o.env.meter.Begin(progress.Writing, source.Size())
	o.env.meter.Hold(progress.Held{})
	if f, ok := dst.(*os.File); ok && o.env.isTerminal(f) {
		defer o.env.meter.Pause()() // both may be on one terminal
	}
	if _, err := io.CopyBuffer(onlyWriter{dst}, spool.NewReader(o.env.meter.CountSource(source)), make([]byte, 256<<10)); err != nil {
		return o.cannotWrite(err)
	}
	if f, ok := dst.(*os.File); ok && o.target != "" {
		if err := f.Close(); err != nil {
			return o.cannotWrite(err)
		}
	}
	return nil
}

// discard removes what was written; the target keeps its old content.
func (o *output) discard() {
	o.drop()
	if o.held != nil {
		o.held.Close()
	}
	if o.file != nil {
		o.behind.Settle()
		o.file.Close()
		if o.named {
			os.Remove(o.file.Name())
			o.env.temporary.Forget(o.file.Name())
		}
		o.file = nil
	}
}

// onlyWriter hides ReadFrom, so that the copy goes through the buffer given.
