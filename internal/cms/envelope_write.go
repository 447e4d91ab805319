package cms

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/stage"
)

// EnvelopeOptions says how to encrypt.
type EnvelopeOptions struct {
	// Cipher decides between AuthEnvelopedData and EnvelopedData.
	Cipher *algorithm.ContentCipher
	// ContentSize is the exact number of octets that will be written, or -1. A
	// known size gives definite lengths (DER); a Cipher that is Sized needs it.
	ContentSize int64
	// Guessed says that ContentSize is a guess, and that the head of the output can be
	// written over: see ErrGuess. Not for a Cipher that is Sized.
	Guessed bool
	// Serial has the caller's goroutine encrypt all of the content, however large it is.
	Serial bool
}

// NewEnvelopeWriter returns a writer that encrypts what is written to it for
// all recipients and writes a ContentInfo to dst, in one pass. The
// content-encryption key and the nonce are new for every message. If a
// RecipientInfo cannot be made the error is a *RecipientError and nothing has
// been written.
//
// Close writes the rest and does not close dst. A content that turns out to
// have another size than announced is an error, unless it was Guessed: then Head has
// to be written over the head in the end, or it is ErrGuess. Who lends content (stage.Writer)
// leaves dst alone until he has settled, which he does on every path.
func NewEnvelopeWriter(dst io.Writer, recipients []Recipient, opt EnvelopeOptions) (*EnvelopeWriter, error) {
	c := opt.Cipher
	if c == nil {
		return nil, errors.New("cms: no content cipher")
	}
	if c.Sized && (opt.ContentSize < 0 || opt.Guessed) {
		return nil, &algorithm.UnknownSizeError{Name: c.Title}
	}
	w := &EnvelopeWriter{ber: ber.NewWriter(dst), cipher: c, announced: opt.ContentSize, guessed: opt.Guessed && opt.ContentSize >= 0}
	w.behind = stage.NewBehind(opt.Serial, w.take)
	if !w.guessed {
		if err := w.checkSize(opt.ContentSize); err != nil {
			return nil, err
		}
	}
	cek := make([]byte, c.KeySize)
	rand.Read(cek)
	defer clear(cek)
	infos, version, err := makeRecipients(recipients, cek)
	if err != nil {
		return nil, err
	}
	parameters, err := c.NewParameters()
	if err != nil {
		return nil, err
	}
	parameters.ContentSize = opt.ContentSize
	if w.encrypter, err = c.NewEncrypter(parameters, cek, nil); err != nil {
		return nil, err
	}
	frame := newEnvelopeFrame(c, infos, version, parameters)
	w.content = frame.open(w.ber, w.announced, w.guessed)
	if w.guessed {
		w.frame, w.headSize = frame, w.ber.Written()
	}
	if err := w.ber.Flush(); err != nil {
		return nil, err
	}
	return w, nil
}

// EnvelopeWriter is an io.WriteCloser that encrypts what is written to it.
type EnvelopeWriter struct {
	behind    *stage.Behind // encrypts, and writes what comes out
	ber       *ber.Writer
	cipher    *algorithm.ContentCipher
	encrypter algorithm.Encrypter
	content   io.WriteCloser // of the ciphertext

	stage     []byte // plaintext not yet encrypted
	out       []byte // ciphertext, used again and again
	announced int64
	guessed   bool // so is what was announced
	frame     *envelopeFrame
	headSize  uint64 // of what was written before the ciphertext
	head      []byte // to be written over it
	written   int64
	err       error
	closed    bool
}

// checkSize refuses more than one key may encrypt: for AES-GCM 2^36-32 octets
// (NIST SP 800-38D, Section 5.2.1.1).
func (w *EnvelopeWriter) checkSize(n int64) error {
	if most := w.cipher.MaxSize(); most > 0 && n > most {
		return &LimitError{"octets of content under one key"}
	}
	return nil
}

func derOID(oid algorithm.OID) []byte {
	var b cryptobyte.Builder
	oid.AddTo(&b)
	return b.BytesOrPanic()
}

// Write encrypts p.
func (w *EnvelopeWriter) Write(p []byte) (int, error) { return w.behind.Write(p) }

// Lend implements [stage.Writer].
func (w *EnvelopeWriter) Lend(p []byte) error { return w.behind.Lend(p) }

// Settle implements [stage.Writer].
func (w *EnvelopeWriter) Settle() error { return w.behind.Settle() }

// take encrypts p. Small pieces are gathered, large ones go to the cipher as they are.
func (w *EnvelopeWriter) take(p []byte) error {
	if w.err == nil && w.closed {
		w.err = errors.New("cms: internal error: write after Close")
	}
	if w.err != nil {
		return w.err
	}
	if w.announced >= 0 && !w.guessed && int64(len(p)) > w.announced-w.written {
		w.err = fmt.Errorf("cms: the content is larger than the %d octets announced", w.announced)
		return w.err
	}
	if w.err = w.checkSize(w.written + int64(len(p))); w.err != nil {
		return w.err
	}
	w.written += int64(len(p))
	for len(p) > 0 {
		if len(w.stage) == 0 && len(p) >= ber.SegmentSize {
			n := min(len(p), pieceSize) / ber.SegmentSize * ber.SegmentSize
			if w.err = w.encrypt(p[:n]); w.err != nil {
				return w.err
			}
			p = p[n:]
			continue
		}
		w.makeRoom(len(p))
		n := min(len(p), cap(w.stage)-len(w.stage))
		w.stage = append(w.stage, p[:n]...)
		p = p[n:]
		if len(w.stage) == ber.SegmentSize {
			if w.err = w.flush(); w.err != nil {
				return w.err
			}
		}
	}
	return nil
}

// makeRoom lets the stage grow up to the size of a segment, and leaves no
// plaintext behind.
func (w *EnvelopeWriter) makeRoom(n int) {
	if cap(w.stage)-len(w.stage) >= n || cap(w.stage) == ber.SegmentSize {
		return
	}
	stage := make([]byte, len(w.stage), min(max(2*cap(w.stage), len(w.stage)+n, 1<<10), ber.SegmentSize))
	copy(stage, w.stage)
	clear(w.stage)
	w.stage = stage
}

func (w *EnvelopeWriter) flush() error {
	err := w.encrypt(w.stage)
	clear(w.stage)
	w.stage = w.stage[:0]
	return err
}

func (w *EnvelopeWriter) encrypt(p []byte) error {
	w.out = w.encrypter.Update(w.out[:0], p)
	_, err := w.content.Write(w.out)
	return err
}

// Close encrypts what is left and ends the structure.
func (w *EnvelopeWriter) Close() error {
	w.behind.Settle()
	if w.closed || w.err != nil {
		clear(w.stage)
		return w.err
	}
	w.closed = true
	switch {
	case w.announced < 0 || w.written == w.announced:
	case w.guessed:
		w.err = w.guess()
	default:
		w.err = fmt.Errorf("cms: the content has %d octets, %d were announced", w.written, w.announced)
	}
	if w.err != nil {
		clear(w.stage)
		return w.err
	}
	w.err = w.finish()
	return w.err
}

func (w *EnvelopeWriter) finish() error {
	if err := w.flush(); err != nil {
		return err
	}
	last, tag := w.encrypter.Final(w.out[:0])
	if _, err := w.content.Write(last); err != nil {
		return err
	}
	if err := w.content.Close(); err != nil {
		return err
	}
	if err := w.ber.Close(); err != nil {
		return err
	}
	if w.cipher.Authenticated {
		if err := w.ber.Primitive(ber.OctetString, tag); err != nil {
			return err
		}
	}
	for range 3 {
		if err := w.ber.Close(); err != nil {
			return err
		}
	}
	return nil
}
