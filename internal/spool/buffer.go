package spool

import (
	"io"
	"os"
	"sync"

	"smimectl/internal/stage"
)

const (
	defaultMemory = 1 << 20
	firstMemory   = 4 << 10
)

// Options says where and from which size on a Buffer uses the disk.
type Options struct {
	// Dir is the directory of the file; empty means os.TempDir().
	Dir string
	// Memory is the number of octets kept in memory; 0 means 1 MiB, a negative
	// number none.
	Memory int64
	// Serial has the writer's goroutine do all the work, however much there is.
	Serial bool
}

// Buffer holds back what is written to it: in memory up to Options.Memory
// octets, above that in an unnamed and encrypted file. One goroutine writes;
// after Source any number may read. Large contents go to the file while the writer
// goes on, so that trouble with the disk may be told a little later.
type Buffer struct {
	opt Options

	mu     sync.RWMutex // Close against the readers of Source
	mem    []byte       // everything while file is nil, then what is not yet in the file
	file   *scratch
	behind *stage.Behind // appends to file
	stages stage.Ring    // of which mem is one then
	size   int64
	sealed bool
	closed bool
	fail   error
}

// New returns an empty Buffer. Nothing touches the disk before the memory is full.
func New(opt Options) *Buffer {
	if opt.Memory == 0 {
		opt.Memory = defaultMemory
	}
	return &Buffer{opt: opt}
}

// Write appends p. Trouble with the disk is an *Error, and lasting: what was
// written is lost then.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.writable(); err != nil {
		return 0, err
	}
	if b.file == nil {
		if b.size+int64(len(p)) <= b.opt.Memory {
			b.grow(len(p))
			b.mem = append(b.mem, p...)
			b.size += int64(len(p))
			return len(p), nil
		}
		if b.fail = b.spill(); b.fail != nil {
			return 0, b.fail
		}
	}
	n := 0
	for n < len(p) {
		m := copy(b.mem[len(b.mem):cap(b.mem)], p[n:])
		b.mem = b.mem[:len(b.mem)+m]
		n += m
		b.size += int64(m)
		if len(b.mem) == cap(b.mem) {
			if b.fail = b.behind.Lend(b.mem); b.fail != nil { // encrypts in place
				return n, b.fail
			}
			b.mem = b.stages.Next(stage.Size)
		}
	}
	return n, nil
}

// Size returns the number of octets written so far.
func (b *Buffer) Size() int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.size
}

func (b *Buffer) writable() error {
	switch {
	case b.closed:
		return &Error{Op: "write", Err: os.ErrClosed}
	case b.fail != nil:
		return b.fail
	case b.sealed:
		return errSealed
	}
	return nil
}

// grow makes room for n more octets in memory and leaves no copy of the old ones behind.
func (b *Buffer) grow(n int) {
	if cap(b.mem)-len(b.mem) >= n {
		return
	}
	want := int64(max(2*cap(b.mem), len(b.mem)+n, firstMemory))
	mem := make([]byte, len(b.mem), min(want, b.opt.Memory))
	copy(mem, b.mem)
	clear(b.mem)
	b.mem = mem
}

// spill moves from memory to a file; from then on mem is the stage for the
// file's next octets.
func (b *Buffer) spill() error {
	f, err := newScratch(b.opt.Dir)
	if err != nil {
		return err
	}
	b.file = f
	if err := b.file.append(b.mem); err != nil { // encrypts in place
		return err
	}
	b.behind = stage.NewBehind(b.opt.Serial, b.file.append)
	b.mem = b.stages.Next(stage.Size)
	return nil
}

// Source ends the writing and returns what was written. It is good until Close.
func (b *Buffer) Source() (Source, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return nil, &Error{Op: "read", Err: os.ErrClosed}
	case b.fail != nil:
		return nil, b.fail
	}
	if !b.sealed && b.file != nil {
		if b.fail = b.behind.Lend(b.mem); b.fail == nil {
			b.fail = b.behind.Settle()
		}
		if b.fail != nil {
			return nil, b.fail
		}
		b.mem, b.stages = nil, stage.Ring{}
	}
	b.sealed = true
	return (*sealed)(b), nil
}

// Close wipes what is in memory and closes the file, which thereby ceases to
// exist. It may be called again.
func (b *Buffer) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	clear(b.mem[:cap(b.mem)])
	b.mem = nil
	if b.file == nil {
		return nil
	}
	if b.behind != nil {
		b.behind.Settle() // its error was told, or nobody wants to know any more
	}
	b.stages.Clear()
	return b.file.close()
}

// sealed is a Buffer as a Source.
type sealed Buffer

func (s *sealed) Size() int64 { return (*Buffer)(s).Size() }

func (s *sealed) ReadAt(p []byte, off int64) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return 0, &Error{Op: "read", Err: os.ErrClosed}
	}
	if s.file == nil {
		return byteSource(s.mem).ReadAt(p, off)
	}
	if off < 0 {
		return 0, errNegative
	}
	if off >= s.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > s.size-off
	if short {
		p = p[:s.size-off]
	}
	n, err := s.file.readAt(p, off)
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}

// Hold copies all of r into a new Buffer and ends the writing. An error of r is
// returned as it is, one of the disk as an *Error.
func Hold(r io.Reader, opt Options) (*Buffer, error) {
	b := New(opt)
	if _, err := io.CopyBuffer(onlyWriter{b}, r, make([]byte, 64<<10)); err != nil {
		b.Close()
		return nil, err
	}
	if _, err := b.Source(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

type onlyWriter struct{ io.Writer }
