package main

import "io"

// An output that nobody has seen yet can be taken back, and written over.

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
