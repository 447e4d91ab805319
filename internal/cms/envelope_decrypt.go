package cms

import (
	"crypto/rand"
	"errors"
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

const (
	// pieceSize is how much goes through a cipher at a time.
	pieceSize = 128 << 10
	// heldSize is up to which size a ciphertext is kept between its
	// authentication and its decryption, instead of being read again.
	heldSize = 1 << 20
)

// ErrChanged says that a second reading of a message did not give what the
// first one gave.
var ErrChanged = errors.New("cms: the message changed while it was read")

// Decrypt writes the plaintext to unverified. Each call of open gives the whole
// ContentInfo again, from its first octet on; the caller sees to it that these
// are the octets ReadEnvelope saw (spool.Watch).
//
// An AuthEnvelopedData is read twice, unless it is small: first all of it is
// authenticated, and not one octet is written if the tag is wrong. An
// EnvelopedData is read once, and its plaintext is protected by nothing:
// whether its padding is right is known at the end only, so the caller holds
// back what was written until Decrypt has succeeded.
//
// Every failure that depends on the key is ErrDecrypt, a key of the wrong
// length included: it is found out after all work is done.
func (e *Envelope) Decrypt(open func() (io.Reader, error), cek []byte, unverified io.Writer) error {
	if e.Cipher == nil {
		return e.Unsupported
	}
	cek, fits := e.keyFor(cek)
	if !fits {
		unverified = io.Discard
	}
	var held []byte
	if e.Cipher.Authenticated {
		var err error
		if held, err = e.authenticate(open, cek); err != nil {
			return err
		}
	}
	if err := e.decipher(open, held, cek, unverified); err != nil {
		return err
	}
	if !fits {
		return ErrDecrypt
	}
	return nil
}

// keyFor returns a key that the cipher takes: cek, or a random one when that does not fit.
func (e *Envelope) keyFor(cek []byte) (key []byte, fits bool) {
	if len(cek) == e.Cipher.KeySize {
		return cek, true
	}
	key = make([]byte, e.Cipher.KeySize)
	rand.Read(key)
	return key, false
}

// authenticate reads the ciphertext and compares the tag. It returns the
// ciphertext if that is small and otherwise nil.
func (e *Envelope) authenticate(open func() (io.Reader, error), key []byte) ([]byte, error) {
	a, err := e.Cipher.NewAuthenticator(e.Parameters, key, e.aad)
	if err != nil {
		return nil, err
	}
	var held []byte
	size := int64(pieceSize)
	if e.CiphertextSize <= heldSize {
		size = heldSize
	}
	err = e.eachPiece(open, size, func(piece []byte) error {
		if e.CiphertextSize <= heldSize {
			held = piece // all of it
		}
		_, err := a.Write(piece)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !a.Check(e.MAC) {
		return nil, ErrDecrypt
	}
	return held, nil
}

// decipher decrypts, without authentication, what is held or else what open gives.
func (e *Envelope) decipher(open func() (io.Reader, error), held, key []byte, w io.Writer) error {
	d, err := e.Cipher.NewDecrypter(e.Parameters, key)
	if err != nil {
		return err
	}
	var buffer []byte // the pieces share one
	defer func() { clear(buffer) }()
	update := func(piece []byte) error {
		buffer = piece[:cap(piece)]
		return write(w, d.Update(piece[:0], piece))
	}
	if e.Cipher.Authenticated && e.CiphertextSize <= heldSize {
		err = update(held)
	} else {
		err = e.eachPiece(open, pieceSize, update)
	}
	if err != nil {
		return err
	}
	last, err := d.Final(nil)
	if err != nil {
		return ErrDecrypt
	}
	defer clear(last)
	return write(w, last)
}

func write(w io.Writer, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	n, err := w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return err
}

// pieceSlack is the room behind a piece for what a block cipher holds back.
const pieceSlack = 64

// eachPiece gives the ciphertext to f, in pieces of size octets, in one buffer
// that f may write to and a little beyond.
func (e *Envelope) eachPiece(open func() (io.Reader, error), size int64, f func(piece []byte) error) error {
	// One octet more than there should be finds out if there is more.
	size = min(e.CiphertextSize+1, size)
	piece := make([]byte, size, size+pieceSlack)
	return e.pieces(open, func() []byte { return piece }, f)
}

// pieces gives the ciphertext to f, in the buffers that next makes. Whether it is that
// of the first reading shows in public facts only.
func (e *Envelope) pieces(open func() (io.Reader, error), next func() []byte, f func(piece []byte) error) error {
	r, err := open()
	if err != nil {
		return err
	}
	content, err := e.reenter(ber.NewReaderSize(r, e.lim.ber(), int(min(max(e.CiphertextSize, 4<<10), 64<<10))))
	if err != nil {
		return fromBER(err)
	}
	for {
		piece := next()
		n, err := io.ReadFull(content, piece)
		if n > 0 {
			if content.Size() > e.CiphertextSize {
				return ErrChanged
			}
			if err := f(piece[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return fromBER(err)
		}
	}
	if content.Size() != e.CiphertextSize {
		return ErrChanged
	}
	return nil
}

// reenter goes to the ciphertext again.
func (e *Envelope) reenter(b *ber.Reader) (*ber.OctetReader, error) {
	if _, err := enterContentInfo(b, e.Type); err != nil {
		return nil, err
	}
	if err := b.Enter(ber.Sequence); err != nil {
		return nil, err
	}
	for { // version and originatorInfo
		if set, err := b.Is(ber.Set); err != nil {
			return nil, err
		} else if set {
			break
		}
		if err := b.Skip(); err != nil {
			return nil, err
		}
	}
	if err := b.Skip(); err != nil {
		return nil, err
	}
	again := Envelope{lim: e.lim}
	content, err := again.enterContent(b)
	if err != nil {
		return nil, err
	}
	if again.InnerType != e.InnerType || !sameIdentifier(again.ContentAlgorithm, e.ContentAlgorithm) {
		return nil, ErrChanged
	}
	return content, nil
}

func sameIdentifier(a, b algorithm.Identifier) bool {
	return a.OID == b.OID && string(a.Parameters) == string(b.Parameters)
}
