package cms

import (
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/stage"
)

// ReadEnvelopeHead is ReadEnvelope, and keeps the first n octets of the ciphertext
// for [Envelope.Head].
func ReadEnvelopeHead(r io.Reader, n int, lim Limits) (*Envelope, error) {
	return readEnvelope(r, func(e *Envelope, content *ber.OctetReader) error {
		e.head = make([]byte, 0, n)
		for len(e.head) < n {
			m, err := content.Read(e.head[len(e.head):n])
			e.head = e.head[:len(e.head)+m]
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
		return content.Close()
	}, lim)
}

// Head decrypts the first octets of the content, as many as ReadEnvelopeHead kept, but
// for a block at most. Nothing has authenticated them: they may decide in which way the
// content is decrypted, and must be shown to nobody.
func (e *Envelope) Head(cek []byte) ([]byte, error) {
	if e.Cipher == nil {
		return nil, e.Unsupported
	}
	key, _ := e.keyFor(cek)
	d, err := e.Cipher.NewDecrypter(e.Parameters, key)
	if err != nil {
		return nil, err
	}
	return d.Update(nil, e.head), nil
}

// DecryptOnce is Decrypt with one reading of the message: each piece of the ciphertext
// is authenticated and decrypted while it is at hand, and lent to unverified. An AEAD
// plaintext is there before it is known whether the tag is right: unverified has to be a
// place that nobody sees, and that goes when DecryptOnce fails (RFC 5083, Section 2).
// The work and the error are the same whatever it is that the key brings to light.
func (e *Envelope) DecryptOnce(open func() (io.Reader, error), cek []byte, unverified stage.Writer) error {
	if e.Cipher == nil {
		return e.Unsupported
	}
	key, fits := e.keyFor(cek)
	o := &onceDecrypter{dst: unverified, serial: e.lim.Serial}
	var err error
	if e.Cipher.Authenticated {
		if o.tag, err = e.Cipher.NewAuthenticator(e.Parameters, key, e.aad); err != nil {
			return err
		}
	}
	if o.text, err = e.Cipher.NewDecrypter(e.Parameters, key); err != nil {
		return err
	}
	if !o.serial {
		algorithm.Spread(o.text)
	}
	err = o.all(e, open)
	if err == nil {
		err = o.finish(e.MAC)
	}
	if failed := unverified.Settle(); failed != nil {
		err = failed // it was there first
	}
	o.out.Clear()
	if err == nil && !fits {
		err = ErrDecrypt
	}
	return err
}

// onceDecrypter authenticates and decrypts pieces of a ciphertext.
type onceDecrypter struct {
	tag    algorithm.Authenticator // nil without one
	text   algorithm.Decrypter
	dst    stage.Writer
	out    stage.Ring
	serial bool
}

// all takes the whole ciphertext, behind the back of who reads and decodes it.
func (o *onceDecrypter) all(e *Envelope, open func() (io.Reader, error)) error {
	if o.serial { // one buffer, in which the plaintext takes the place of the ciphertext
		return e.eachPiece(open, pieceSize, func(piece []byte) error {
			defer clear(piece)
			return o.piece(piece[:0], piece, func(p []byte) error { return write(o.dst, p) })
		})
	}
	var in stage.Ring
	size := int(min(e.CiphertextSize+1, pieceSize))
	behind := stage.NewBehind(false, func(piece []byte) error {
		return o.piece(o.out.Next(pieceSize+pieceSlack), piece, o.dst.Lend)
	})
	err := e.pieces(open, func() []byte { return in.Next(size)[:size] }, behind.Lend)
	if failed := behind.Settle(); failed != nil {
		err = failed
	}
	return err
}

func (o *onceDecrypter) piece(dst, piece []byte, put func([]byte) error) error {
	if o.tag != nil {
		if _, err := o.tag.Write(piece); err != nil {
			return err
		}
	}
	plain := o.text.Update(dst, piece)
	if len(plain) == 0 {
		return nil
	}
	return put(plain)
}

// finish ends the content. All that can be wrong is looked at, whatever is.
func (o *onceDecrypter) finish(mac []byte) error {
	last, err := o.text.Final(nil)
	defer clear(last)
	good := err == nil
	if o.tag != nil && !o.tag.Check(mac) {
		good = false
	}
	if !good {
		return ErrDecrypt
	}
	return write(o.dst, last)
}
