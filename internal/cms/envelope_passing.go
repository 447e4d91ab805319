package cms

import (
	"bytes"
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/stage"
)

// Passing says how the content of an envelope is decrypted in passing: while its
// structure is read, which is then read but once.
type Passing struct {
	// Key gives the content-encryption key. It is called once, when all that stands
	// before the ciphertext was read, and sees the Envelope so far. nil: nothing is
	// decrypted in passing.
	Key func(*Envelope) []byte
	// Place gives the place that takes the plaintext, which must be one that nobody sees. head
	// are the first octets of it, those of Head octets of ciphertext but for a block at most; whole
	// says that there is less ciphertext than that. Nothing has authenticated them: they may
	// decide which place it is, and no more. They come again.
	Place func(head []byte, whole bool) stage.Writer
	Head  int
}

// ReadEnvelopePassing is ReadEnvelope, and decrypts in passing, where the cipher can do
// so: not if it has to know the size of the content first. [Envelope.Passed] says what
// came of it, once ReadEnvelopePassing has returned without an error: whatever is wrong
// with the structure is the same error for every key, and no key needs to be right for it.
func ReadEnvelopePassing(r io.Reader, p Passing, lim Limits) (*Envelope, error) {
	return readEnvelope(r, func(e *Envelope, content *ber.OctetReader) error {
		if e.Cipher != nil {
			if cek := p.Key(e); cek != nil {
				e.passing = e.passer(cek)
			}
		}
		if e.passing == nil {
			return content.Close()
		}
		return e.passing.all(content, p)
	}, lim)
}

// Passed ends what was decrypted in passing. done reports whether anything was; if not, there
// is [Envelope.Decrypt]. The work and the error, ErrDecrypt, are the same whatever it is that
// the key brings to light. What the place got is good if there is no error, and else has to go
// (RFC 5083, Section 2). It is to be called once.
func (e *Envelope) Passed() (done bool, err error) {
	d := e.passing
	if d == nil {
		return false, nil
	}
	e.passing = nil
	return true, d.finish(e)
}

// passer decrypts, and authenticates, the pieces of a ciphertext as they pass.
type passer struct {
	tag    algorithm.LateAuthenticator // nil without one
	text   algorithm.Decrypter
	head   algorithm.Decrypter // for the first octets, which are decrypted twice
	fits   bool                // the key has the length it should have
	behind *stage.Behind
	dst    stage.Writer
	err    error      // of dst
	ring   stage.Ring // the plaintext takes the place of the ciphertext, and goes on to dst
	one    []byte     // serially: the only buffer
	shares *sharing   // nil: who reads decrypts nothing
}

// passer returns nil where the cipher has to know more before it begins than stands
// before the ciphertext.
func (e *Envelope) passer(cek []byte) *passer {
	key, fits := e.keyFor(cek)
	d := &passer{fits: fits, ring: stage.Ring{Twice: true}}
	d.behind = stage.NewBehind(e.lim.Serial, d.piece)
	if e.Cipher.Authenticated {
		tag, err := e.Cipher.NewAuthenticator(e.Parameters, key, nil)
		var late bool
		if d.tag, late = tag.(algorithm.LateAuthenticator); !late || err != nil {
			return nil
		}
	}
	var err, also error
	d.head, err = e.Cipher.NewDecrypter(e.Parameters, key)
	d.text, also = e.Cipher.NewDecrypter(e.Parameters, key)
	if err != nil || also != nil {
		return nil
	}
	if e.lim.Serial {
		d.one = make([]byte, pieceSize, pieceSize+pieceSlack)
	} else if d.shares, err = e.share(key); err != nil {
		return nil
	}
	return d
}

// all takes the whole ciphertext, behind the back of who reads and decodes it. Its error is one of
// reading: that of the place is kept, because what is wrong with the structure goes before it.
func (d *passer) all(content *ber.OctetReader, p Passing) error {
	first := make([]byte, p.Head)
	n, err := readPiece(content, first)
	if err != nil {
		return err
	}
	first = first[:n]
	d.dst = p.Place(d.head.Update(nil, first), n < p.Head)
	d.head = nil
	defer d.settle()
	// What is left of the first octets is in one piece with what comes next: pieces that are no
	// whole number of blocks would have to be moved in front of cipher and hash, all of them.
	src := io.MultiReader(bytes.NewReader(first), content)
	for more := true; more && err == nil; {
		more, err = d.next(src)
	}
	return err
}

// next takes one piece, and reports whether there may be more.
func (d *passer) next(r io.Reader) (more bool, err error) {
	piece := d.one
	if piece == nil {
		piece = d.ring.Next(pieceSize + pieceSlack)[:pieceSize]
	}
	n, err := readPiece(r, piece)
	if d.shares != nil {
		d.shares.lend(d.behind, piece[:n])
	} else {
		d.behind.Lend(piece[:n]) // its error is that of Settle
	}
	return n == len(piece), err
}

// readPiece fills a piece as far as there is something.
func readPiece(r io.Reader, piece []byte) (int, error) {
	n, err := io.ReadFull(r, piece)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return n, err
}

func (d *passer) settle() {
	d.err = d.behind.Settle()
	if err := d.dst.Settle(); d.err == nil {
		d.err = err
	}
}

func (d *passer) piece(piece []byte) error {
	if d.shares != nil && d.shares.done(d.text) {
		return d.dst.Lend(piece)
	}
	if d.tag != nil {
		if _, err := d.tag.Write(piece); err != nil {
			return err
		}
	}
	plain := d.text.Update(piece[:0], piece)
	if len(plain) == 0 {
		return nil
	}
	return d.dst.Lend(plain)
}

// finish ends the content. All that can be wrong is looked at, whatever is.
func (d *passer) finish(e *Envelope) error {
	defer d.wipe()
	if d.err != nil {
		return d.err
	}
	last, err := d.text.Final(nil)
	defer clear(last)
	good := err == nil
	if d.tag != nil {
		d.tag.Append(e.aad)
		good = d.tag.Check(e.MAC) && good
	}
	if !good || !d.fits {
		return ErrDecrypt
	}
	return write(d.dst, last)
}

// wipe leaves nothing of the plaintext in the buffers. Nothing of them may be lent any more.
func (d *passer) wipe() {
	if d != nil {
		clear(d.one)
		d.ring.Clear()
	}
}
