package cms

import (
	"bytes"
	"errors"

	"smimectl/internal/cms/ber"
)

// A content whose size shows only when it ends can be written in one pass with definite
// lengths all the same, where what was written can be written over: its size is guessed,
// and the head of the output, which is all that stands before the content, is written
// with the lengths that follow from the guess. When the content has ended, the head with
// the right lengths goes over it. Of the guess nothing is left: the output is, octet by
// octet, what it would be had the size been known. It is good when both heads have as
// many octets, which is so for all sizes of as many octets themselves.

// ErrGuess says that the size of a content was guessed too wrongly: the right one makes
// a head of another length, or the output begins in another form. What was written is of
// no use. Nobody was asked for a signature.
var ErrGuess = errors.New("cms: the size of the content was guessed wrongly")

// guess judges the guess by what the size has come to be, before anybody is asked for a
// signature.
func (w *SignedDataWriter) guess() error {
	size := w.digest.size
	switch {
	case !w.definite && size <= maxHeld:
		return ErrGuess // it would have been held back
	case !w.definite || w.content == nil || size == w.opt.ContentSize:
		return nil
	}
	w.head = headOf(w.headSize, func(out *ber.Writer) { w.openDefinite(out, size, w.signerInfos) })
	if uint64(len(w.head)) != w.headSize {
		return ErrGuess
	}
	return nil
}

// Head returns, after Close, what has to be written over the octets that were written
// before the content, and is as long; nil: they are right as they are. It is for who
// guessed the ContentSize.
func (w *SignedDataWriter) Head() []byte { return w.head }

// guess judges the guess by what the size has come to be.
func (w *EnvelopeWriter) guess() error {
	w.head = headOf(w.headSize, func(out *ber.Writer) { w.frame.open(out, w.written, true) })
	if uint64(len(w.head)) != w.headSize {
		return ErrGuess
	}
	return nil
}

// Head returns, after Close, what has to be written over the octets that were written
// before the ciphertext, and is as long; nil: they are right as they are. It is for who
// guessed the ContentSize.
func (w *EnvelopeWriter) Head() []byte { return w.head }

// headOf returns what write writes, about size octets.
func headOf(size uint64, write func(out *ber.Writer)) []byte {
	var b bytes.Buffer
	b.Grow(int(size))
	out := ber.NewWriter(&b)
	write(out)
	out.Flush() // a buffer takes all
	return b.Bytes()
}
