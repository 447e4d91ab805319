package message

import (
	"bytes"
	"io"

	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/stage"
	"smimectl/internal/verdict"
)

// large is from which size on a message is read but once to be decrypted, and a
// multipart/signed to be verified.
const large = 2 << 20

// decryption is the way from an encrypted layer to what is inside.
//
//   - Of a small message all of the structure is read first. Then a key is used, the
//     ciphertext is read again, and the plaintext is held back.
//   - A large one is read once: the key is used when recipients and cipher are known, and
//     the plaintext goes where nobody sees it until all of the structure, and the tag,
//     were found right. That is where the output is made, if there is such a place and the
//     first octets say that there is no further layer; else it is held back.
//
// A large message whose structure is wrong behind the ciphertext costs a use of the key
// in vain. What is said of it is the same for every key, for a wrong one, and for none.
type decryption struct {
	w     *walk
	open  func() (io.Reader, error)
	facts *verdict.Encrypted
	key   *usedKey // nil: it was not asked for yet

	// where the plaintext of a large message went: one of the two
	rest *remainder
	held *spool.Buffer

	text *utf8Scan // of a plaintext that was written early; nil: none was wanted
}

// usedKey is what came of asking for the content-encryption key.
type usedKey struct {
	cek      []byte
	who      string
	implicit bool
	err      error
}

// read reads the structure to its end.
func (d *decryption) read(r io.Reader) (*cms.Envelope, error) {
	w := d.w
	if !w.in.Open || w.beside || w.ex.size < w.large() {
		return cms.ReadEnvelope(r, w.limits())
	}
	before := *d.facts
	env, err := cms.ReadEnvelopePassing(r, cms.Passing{Key: d.keyInPassing, Place: d.place, Head: headLimit + 1}, w.limits())
	if err != nil {
		*d.facts = before
	}
	return env, err
}

func (w *walk) large() int64 {
	if w.in.Large > 0 {
		return w.in.Large
	}
	return large
}

// keyInPassing is the key while the rest of the structure is not yet known; nil if there is none.
func (d *decryption) keyInPassing(env *cms.Envelope) []byte {
	k := d.contentKey(env)
	if k.err != nil {
		return nil // for now: what is wrong with the structure is told before it
	}
	return k.cek
}

// contentKey describes the recipients, and uses the key if it may be used.
func (d *decryption) contentKey(env *cms.Envelope) *usedKey {
	if d.key == nil {
		d.describe(env)
		d.key = new(usedKey)
		if d.key.err = d.mayOpen(env); d.key.err == nil {
			d.key.cek, d.key.who, d.key.implicit, d.key.err = d.w.contentKey(env)
		}
	}
	return d.key
}

// describe puts cipher and recipients into the facts, once.
func (d *decryption) describe(env *cms.Envelope) {
	if d.facts.Recipients == nil {
		d.w.describe(env, d.facts)
	}
}

// mayOpen refuses before any secret is used.
func (d *decryption) mayOpen(env *cms.Envelope) error {
	if env.Unsupported != nil {
		return env.Unsupported
	}
	if d.w.x.Policy.RequireIntegrity && !d.facts.Authenticated {
		return &NoIntegrity{}
	}
	return d.w.cipherAllowed(env)
}

// plaintext gives what was encrypted.
func (d *decryption) plaintext(env *cms.Envelope) (spool.Source, error) {
	done, err := env.Passed()
	switch {
	case err != nil:
		return nil, err
	case done && d.held != nil:
		return d.held.Source()
	case done:
		d.w.ex.early = d.rest.early
		return d.rest.early.finish(d.rest.size), nil
	}
	buffer := d.w.buffer()
	if err := env.Decrypt(d.w.passes(d.open, env.Cipher.Authenticated), d.key.cek, buffer); err != nil {
		return nil, err
	}
	return buffer.Source()
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

// place says where the plaintext of a large message goes. What the first octets are only
// decides that: with a random key, as a wrong one becomes (P40), they are noise, which
// goes the way of text.
func (d *decryption) place(head []byte, whole bool) stage.Writer {
	w := d.w
	w.stage(Decrypting)
	w.lastReading()
	if w.in.Early != nil && len(w.facts.Layers) == 1 && (beginsNoHeader(head) || !mayHoldLayer(head)) {
		if e := w.writeEarly(head, whole); e != nil {
			if !d.facts.Authenticated && !w.in.Raw && w.ex.outer != nil && !looksLikeEntity(e.entity) {
				d.text = new(utf8Scan)
			}
			d.rest = &remainder{early: e, head: e.head, text: d.text, whole: whole}
			return d.rest
		}
	}
	d.held = w.buffer()
	return plain{d.held}
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
	text  *utf8Scan
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
	return len(line) > 0 && !mimewrap.MayBeginEntity(line)
}
