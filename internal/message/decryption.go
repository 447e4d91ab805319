package message

import (
	"bytes"
	"io"

	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// large is from which size of the message on a ciphertext is not simply read and
// decoded as often as it is needed.
const large = 2 << 20

// decryption is the way from an encrypted layer to what is inside. Which way is taken
// is decided before a key is used, and then once more by the first octets of
// the plaintext:
//
//   - A small ciphertext is read again, and the plaintext is held back.
//   - Of a large one the plaintext is written early, if there is a place for it and it
//     holds no further layer. It is read again then, and decrypted in the same breath.
//     Else the plaintext is held back.
//   - Without such a place a large ciphertext is held back, and decrypted where it is read.
type decryption struct {
	w    *walk
	open func() (io.Reader, error)
	part string

	held  *spool.Buffer // the ciphertext; nil: it is not held
	place stage.Writer  // for a plaintext that is written early; nil: there is none
	text  *textScan     // of a plaintext that was written early; nil: none was wanted
}

func (w *walk) decryption(open func() (io.Reader, error), part string) *decryption {
	return &decryption{w: w, open: open, part: part}
}

// read reads the structure to its end, and uses no key.
func (d *decryption) read(r io.Reader) (*cms.Envelope, error) {
	w := d.w
	if !w.in.Open || w.beside || w.ex.size < w.large() {
		return cms.ReadEnvelope(r, w.limits())
	}
	if w.in.Early != nil && len(w.facts.Layers) == 1 {
		if d.place = w.in.Early.Open(); d.place != nil {
			return cms.ReadEnvelopeHead(r, headLimit, w.limits())
		}
	}
	return cms.ReadEnvelopeHolding(r, func(*cms.Envelope) io.Writer {
		d.held = w.publicBuffer()
		return d.held
	}, w.limits())
}

func (w *walk) large() int64 {
	if w.in.Large > 0 {
		return w.in.Large
	}
	return large
}

// plaintext gives what was encrypted.
func (d *decryption) plaintext(env *cms.Envelope, cek []byte) (spool.Source, error) {
	w := d.w
	switch {
	case d.held != nil:
		return d.fromHeld(env, cek)
	case d.place != nil:
		return d.once(env, cek)
	}
	buffer := w.buffer()
	if err := env.Decrypt(w.passes(d.open, env.Cipher.Authenticated), cek, buffer); err != nil {
		return nil, err
	}
	return buffer.Source()
}

// fromHeld decrypts the ciphertext where it is read, so that no plaintext is kept at all.
func (d *decryption) fromHeld(env *cms.Envelope, cek []byte) (spool.Source, error) {
	source, err := d.held.Source()
	if err != nil {
		return nil, err
	}
	stage := Decrypting
	if env.Cipher.Authenticated {
		stage = Checking
	}
	d.w.in.Observer.stage(stage, source.Size())
	return env.DecryptHeld(ciphertext{d.w.in.Observer.watch(source)}, cek)
}

// ciphertext is one that is held.
type ciphertext struct{ spool.Source }

func (c ciphertext) WriteTo(w io.Writer) (int64, error) {
	return stage.Copy(w, spool.NewReader(c.Source), c.Size())
}

// passes tells the observer which of the readings of an encrypted layer begins: a
// tag is checked in the first, and only the next one decrypts.
func (w *walk) passes(open func() (io.Reader, error), authenticated bool) func() (io.Reader, error) {
	next := Decrypting
	if authenticated {
		next = Checking
	}
	return func() (io.Reader, error) {
		w.stage(next)
		next = Decrypting
		return open()
	}
}

// once decrypts in one more reading of the message. What the first octets are only
// says where the plaintext goes: with a random key, as a wrong one becomes (P40), they are
// noise, which goes the way of text.
func (d *decryption) once(env *cms.Envelope, cek []byte) (spool.Source, error) {
	w := d.w
	head, err := env.Head(cek)
	if err != nil {
		return nil, err
	}
	w.stage(Decrypting)
	w.lastReading()
	var e *early
	if beginsNoHeader(head) || !mayHoldLayer(head) {
		e = w.writeEarly(d.place, head)
	}
	if e == nil {
		buffer := w.buffer()
		if err := env.DecryptOnce(d.open, cek, plain{buffer}); err != nil {
			return nil, err
		}
		return buffer.Source()
	}
	if !env.Cipher.Authenticated && !w.in.Raw && w.ex.outer != nil && !looksLikeEntity(e.entity) {
		d.text = new(textScan)
	}
	rest := &remainder{early: e, head: e.head, text: d.text, whole: env.CiphertextSize <= headLimit}
	if err := env.DecryptOnce(d.open, cek, rest); err != nil {
		return nil, err
	}
	w.ex.early = e
	return e.finish(rest.size), nil
}

// plain is a [stage.Writer] that takes no loans.
type plain struct{ io.Writer }

func (p plain) Lend(b []byte) error {
	_, err := p.Write(b)
	return err
}

func (plain) Settle() error { return nil }

// remainder writes content early, of which the first octets are written already.
type remainder struct {
	*early
	head  []byte // as far as they did not come again
	text  *textScan
	whole bool // all of it is kept as well: content of this size always is
	size  int64
}

// Write implements [io.Writer].
func (r *remainder) Write(p []byte) (int, error) {
	err := r.Lend(p)
	r.settle()
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// Lend implements [stage.Writer].
func (r *remainder) Lend(p []byte) error {
	r.size += int64(len(p))
	if r.text != nil {
		r.text.take(p)
	}
	if n := min(len(p), len(r.head)); n > 0 {
		if !bytes.Equal(p[:n], r.head[:n]) {
			return cms.ErrChanged
		}
		if p, r.head = p[n:], r.head[n:]; len(p) == 0 {
			return nil
		}
	}
	if r.whole {
		r.early.head = append(r.early.head, p...)
	}
	r.lend(p)
	return nil
}

// Settle implements [stage.Writer].
func (r *remainder) Settle() error {
	r.settle()
	return nil
}

// beginsNoHeader reports that the first line of a content is no header field: it is no
// MIME entity, whatever follows.
func beginsNoHeader(head []byte) bool {
	line := head[:bytes.IndexByte(head, '\n')+1]
	if len(line) == 0 {
		return false
	}
	_, err := mimewrap.ReadEntity(spool.Bytes(line))
	return malformed(err)
}
