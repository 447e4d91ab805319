// Package stage has part of the work on a stream done behind the back of who works
// on it, on another processor: digesting, encrypting, writing to a file.
//
// Who produces the octets lends them, piece by piece, out of buffers that it uses in
// turn (a [Ring]), and goes on with the next piece at once; nothing is copied. A
// [Behind] takes the pieces in their order. Its goroutine begins when there is enough
// to be done for it to be worth one, and ends when its owner settles, which everyone
// who owns one does on every path.
//
// The package does not know what the octets are.
package stage

import (
	"io"
	"sync/atomic"
)

const (
	// Buffers is how many buffers are used in turn: enough that who is ahead for a moment
	// need not wait for the others, and wake them for each piece.
	Buffers = 6
	// Size is how many octets a piece of a large stream should have: few enough that it
	// is in the cache when the next processor gets it, so many that handing it over
	// costs little.
	Size = 128 << 10
	// From is from how many octets on another processor is used.
	From = 1 << 20
)

// Writer is an io.Writer to which octets can be lent.
type Writer interface {
	io.Writer
	// Lend is Write, but p may be read until Lend has been called Buffers-1 more
	// times, or Settle has returned; till then it must not change. An error may be
	// that of an earlier piece.
	Lend(p []byte) error
	// Settle returns when nothing that was lent is read any more, with the first
	// error there was. Lending may go on after it.
	Settle() error
}

// Lend lends p to w if w takes loans, and otherwise writes it.
func Lend(w io.Writer, p []byte) error {
	if l, ok := w.(Writer); ok {
		return l.Lend(p)
	}
	n, err := w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return err
}

// Settle settles with w if it takes loans.
func Settle(w io.Writer) error {
	if l, ok := w.(Writer); ok {
		return l.Settle()
	}
	return nil
}

// Behind is a [Writer] that does something with each piece, one after the other: in
// a goroutine of its own once From octets have been lent, and before that, and when it
// is serial, at once. It is for use by one goroutine at a time.
type Behind struct {
	do     func(p []byte) error
	serial bool
	lent   int64

	pieces   chan []byte   // to the goroutine; nil: there is none
	room     waiter        // for a place in it
	ended    chan struct{} // closed by it
	failed   atomic.Bool   // there is an err
	err      error
	panicked any
}

// NewBehind returns a Behind that gives pieces to do. What do wrote to has to be left
// alone until Settle has returned. serial: no goroutine is used.
func NewBehind(serial bool, do func(p []byte) error) *Behind {
	return &Behind{do: do, serial: serial}
}

// Lend implements [Writer].
func (b *Behind) Lend(p []byte) error {
	if taken, err := b.Offer(p); taken || err != nil {
		return err
	}
	b.room.send(b.pieces, p)
	return nil
}

// Offer is Lend, unless that would have to wait: then p is not taken, and who offered it may
// do some of the work itself in the meantime.
func (b *Behind) Offer(p []byte) (taken bool, err error) {
	if b.pieces == nil {
		if b.err != nil {
			return false, b.err
		}
		if b.serial || b.lent < From {
			b.lent += int64(len(p))
			b.err = b.do(p)
			return true, b.err
		}
		// With one piece waiting and one that is worked on, all pieces before
		// these are done when a piece was handed over.
		b.pieces, b.ended = make(chan []byte, Buffers-2), make(chan struct{})
		go b.work(b.pieces)
	}
	if b.failed.Load() {
		return false, b.Settle()
	}
	select {
	case b.pieces <- p:
		return true, nil
	default:
		return false, nil
	}
}

// Write implements [io.Writer]: nothing is read of p after it.
func (b *Behind) Write(p []byte) (int, error) {
	if err := b.Settle(); err != nil {
		return 0, err
	}
	if b.err = b.do(p); b.err != nil {
		return 0, b.err
	}
	return len(p), nil
}

// Settle implements [Writer]. The goroutine has ended when it returns. A panic in the
// goroutine goes on here.
func (b *Behind) Settle() error {
	if b.pieces != nil {
		close(b.pieces)
		<-b.ended
		b.pieces = nil
		if p := b.panicked; p != nil {
			panic(p)
		}
	}
	return b.err
}

// work takes pieces until there are no more, also when it does nothing with them any
// more: nobody has to wait for it for ever.
func (b *Behind) work(pieces <-chan []byte) {
	defer close(b.ended)
	var next waiter
	for p, ok := next.receive(pieces); ok; p, ok = next.receive(pieces) {
		if b.err == nil && b.panicked == nil {
			b.one(p)
		}
	}
}

func (b *Behind) one(p []byte) {
	defer func() {
		if b.panicked = recover(); b.panicked != nil || b.err != nil {
			b.failed.Store(true)
		}
	}()
	b.err = b.do(p)
}
