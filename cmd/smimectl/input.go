package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"smimectl/internal/progress"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
	"smimectl/internal/verdict"
)

// input is a message that can be read more than once.
type input struct {
	name   string // as reports name it; "-" for standard input
	source spool.Source
	close  func()

	changed func() bool // since it was opened; nil: that cannot be told, or it cannot change
}

// regularFile is a regular file that is open for reading.
type regularFile interface {
	io.ReaderAt
	io.Closer
	Size() int64   // when it was opened
	Changed() bool // it has another size now, or was written to
}

// openInput opens FILE to be judged; "" and "-" are standard input. A regular
// file is read where it lies, and what is read twice must be the same; anything
// else is held back first.
func (a *app) openInput(name string) (*input, error) { return a.open(name, spool.Watch) }

// openDraft opens FILE to be sent. It needs no such check: what is signed or
// encrypted is read once, and goes from there into the output.
func (a *app) openDraft(name string) (*input, error) {
	return a.open(name, func(f io.ReaderAt, size int64) spool.Source { return io.NewSectionReader(f, 0, size) })
}

func (a *app) open(name string, source func(f io.ReaderAt, size int64) spool.Source) (*input, error) {
	if name == "" || name == "-" {
		return a.openStandardInput(source)
	}
	a.env.meter.Await("") // the other end of a pipe
	regular, f, err := openFile(name)
	a.env.meter.Begin(progress.Idle, progress.Unknown)
	if err != nil {
		return nil, readError(name, err)
	}
	if regular != nil {
		a.env.spread(regular.Size())
		a.env.meter.Begin(progress.Reading, regular.Size())
		return &input{name: name, source: a.env.meter.CountSource(source(regular, regular.Size())), close: func() { regular.Close() }, changed: regular.Changed}, nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, readError(name, err)
	}
	if info.IsDir() {
		return nil, usageErrorf("%s is a directory", quoted(name)).withHint("name a file in it")
	}
	a.env.meter.Await("")
	return a.hold(name, a.env.meter.CountReader(f))
}

func (a *app) openStandardInput(source func(f io.ReaderAt, size int64) spool.Source) (*input, error) {
	a.env.mailOnStdin = true
	f, isFile := a.env.stdin.(*os.File)
	if isFile {
		if a.env.isTerminal(f) {
			a.inform("reading a mail from the terminal; end it with Ctrl-D")
			return a.hold("-", f) // nothing is shown between the lines that somebody types
		}
		// A file that standard input was redirected from can be read where it lies.
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			if at, err := f.Seek(0, io.SeekCurrent); err == nil && at <= info.Size() {
				size := info.Size() - at
				a.env.spread(size)
				a.env.meter.Begin(progress.Reading, size)
				return &input{name: "-", source: a.env.meter.CountSource(source(io.NewSectionReader(f, at, size), size)), close: func() {}, changed: changedSince(f, info)}, nil
			}
		}
	}
	a.env.meter.Await(standardInput)
	return a.hold("-", a.env.meter.CountReader(a.env.stdin))
}

// changedSince reports whether a file was written to, or cut, since info was got.
func changedSince(f *os.File, info os.FileInfo) func() bool {
	return func() bool {
		now, err := f.Stat()
		return err == nil && (now.Size() != info.Size() || !now.ModTime().Equal(info.ModTime()))
	}
}

func (a *app) hold(name string, r io.Reader) (*input, error) {
	b, err := spool.Hold(r, a.env.spoolOptions())
	a.env.meter.Begin(progress.Idle, progress.Unknown)
	if err != nil {
		var disk *spool.Error
		if errors.As(err, &disk) {
			return nil, machineError("cannot hold back the input from", displayName(name), err)
		}
		return nil, readError(displayName(name), err)
	}
	held, err := b.Source()
	if err != nil {
		return nil, machineError("cannot hold back the input from", displayName(name), err)
	}
	a.env.spread(held.Size())
	a.env.meter.Begin(progress.Reading, held.Size())
	return &input{name: name, source: a.env.meter.CountSource(held), close: func() { b.Close() }}, nil
}

// spread has other processors used too if there is something for them in a mail of that
// size. It may be larger than the file, compressed: then collecting has them used.
func (env *environment) spread(size int64) {
	if size >= stage.From && env.useAll != nil && !env.serial() {
		env.useAll()
	}
}

func displayName(name string) string {
	if name == "-" || name == "" {
		return standardInput
	}
	return name
}

func readError(name string, err error) *cliError {
	e := machineError("cannot read", name, err)
	if errors.Is(err, fs.ErrNotExist) {
		e.hints = nil
		return e.withHint("is the name right?  ls %s", quoted(name))
	}
	if errors.Is(err, fs.ErrPermission) && len(e.hints) == 0 {
		return e.withHint("who may read it?  ls -ld %s", quoted(inTheWay(name)))
	}
	return e
}

// inTheWay is the file that refused itself, or the folder above it behind which
// nothing can be seen.
func inTheWay(name string) string {
	for {
		_, err := os.Lstat(name)
		above := filepath.Dir(name)
		if err == nil || above == name {
			return name
		}
		name = above
	}
}

// readSmall reads a small file whole: a key, a certificate, a passphrase.
func readSmall(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, readError(name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err != nil {
		return nil, readError(name, err)
	}
	if len(data) > maxSmall {
		return nil, keyErrorf(verdict.CertificateUnfit, "%s is too large for keys, certificates or revocation lists (over %d MiB)", quoted(name), maxSmall>>20)
	}
	return data, nil
}

// maxSmall is how large a file of keys or certificates may be.
const maxSmall = 16 << 20
