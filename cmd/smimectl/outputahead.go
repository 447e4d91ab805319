package main

import (
	"smimectl/internal/message"
	"smimectl/internal/stage"
)

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
