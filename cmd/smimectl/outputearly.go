package main

import (
	"io"

	"smimectl/internal/message"
	"smimectl/internal/stage"
)

// An output that nobody has seen yet can be written before it is known whether it may appear,
// taken back, and written over.

// outputAhead is an output that is written before it is known whether it may appear.
type outputAhead struct {
	env    *environment
	target string
	secret bool    // never readable by others
	out    *output // nil: none was opened, or somebody has it
}

// open opens the output if nothing of it can be seen before it is complete: as a file
// it must have no name.
func (h *outputAhead) open() stage.Writer {
	out, err := newOutput(h.env, h.target, h.secret)
	if err == nil && out.held == nil {
		err = out.create()
	}
	if err != nil || out.named {
		if out != nil {
			out.discard()
		}
		return nil
	}
	h.out = out
	return out
}

// take gives the output away if what was written to it is what an examination found;
// else nil.
func (h *outputAhead) take(ex *message.Examination) *output {
	if !ex.WrittenEarly() {
		return nil
	}
	out := h.out
	h.out = nil
	return out
}

func (h *outputAhead) discard() {
	if h.out != nil {
		h.out.discard()
		h.out = nil
	}
}

// Restart implements [message.Restarter]: the output begins anew.
func (o *output) Restart() error {
	if o.held != nil {
		o.held.Close()
		o.hold()
		return nil
	}
	if o.file == nil {
		return nil
	}
	err := o.behind.Settle()
	clear(o.pending)
	o.pending = o.pending[:0]
	if err == nil {
		err = o.file.Truncate(0)
	}
	if err == nil {
		_, err = o.file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return o.cannotWrite(err)
	}
	return nil
}

// Amends implements [message.Amender]: what is held back, enciphered, is not written
// over.
func (o *output) Amends() bool { return o.held == nil }

// WriteAt implements [message.Amender]: it writes over octets that were written before.
func (o *output) WriteAt(p []byte, off int64) (int, error) {
	if o.file == nil {
		return 0, o.cannotWrite(io.ErrUnexpectedEOF)
	}
	err := o.flush()
	if err == nil {
		err = o.behind.Settle()
	}
	n := 0
	if err == nil {
		n, err = o.file.WriteAt(p, off)
	}
	if err != nil {
		return n, o.cannotWrite(err)
	}
	return n, nil
}
