package cms

import (
	"errors"
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// Ciphertext is what ReadEnvelopeHolding wrote.
type Ciphertext interface {
	io.ReaderAt
	io.WriterTo // from the first octet to the last
	Size() int64
}

// ReadEnvelopeHolding is ReadEnvelope. If the cipher can decrypt anywhere in a
// ciphertext it asks hold, which sees recipients and content cipher only, where
// to write the ciphertext: so a large message has to be read and decoded once.
// hold may return nil.
func ReadEnvelopeHolding(r io.Reader, hold func(*Envelope) io.Writer, lim Limits) (*Envelope, error) {
	return readEnvelope(r, func(e *Envelope, content *ber.OctetReader) error {
		if c, _, err := algorithm.FindContentCipher(e.ContentAlgorithm); hold != nil && err == nil && c.Anywhere() {
			if w := hold(e); w != nil {
				_, err := content.WriteTo(w)
				return err
			}
		}
		return content.Close()
	}, lim)
}

// readEnvelope reads an envelope, of which take goes to the end of the ciphertext.
func readEnvelope(r io.Reader, take func(*Envelope, *ber.OctetReader) error, lim Limits) (*Envelope, error) {
	lim = lim.withDefaults()
	e := &Envelope{lim: lim}
	if err := e.read(ber.NewReader(r, lim.ber()), take); err != nil {
		return nil, fromBER(err)
	}
	return e, nil
}

// DecryptHeld returns the content of the ciphertext that was written for hold,
// decrypted while it is read. Of an AuthEnvelopedData all is authenticated first;
// that of an EnvelopedData is protected by nothing. The ciphertext must not change
// any more. Errors are those of Decrypt.
func (e *Envelope) DecryptHeld(ciphertext Ciphertext, cek []byte) (*io.SectionReader, error) {
	if e.Cipher == nil {
		return nil, e.Unsupported
	}
	if ciphertext.Size() != e.CiphertextSize {
		return nil, ErrChanged
	}
	cek, fits := e.keyFor(cek)
	if e.Cipher.Authenticated {
		if err := e.authenticateHeld(ciphertext, cek); err != nil {
			return nil, err
		}
	}
	plaintext, err := e.Cipher.Plaintext(e.Parameters, cek, ciphertext, e.CiphertextSize, e.lim.Serial)
	if errors.Is(err, algorithm.ErrPadding) || err == nil && !fits {
		if err := e.decryptInVain(ciphertext, cek); err != nil {
			return nil, err
		}
		return nil, ErrDecrypt
	}
	return plaintext, err
}

// decryptInVain takes as long as to decrypt a content does. The padding of a large
// content is known before the content is; how soon the answer comes must not tell it.
func (e *Envelope) decryptInVain(ciphertext Ciphertext, key []byte) error {
	d, err := e.Cipher.NewDecrypter(e.Parameters, key)
	if err != nil {
		return err
	}
	piece := make([]byte, pieceSize)
	defer clear(piece)
	r := io.NewSectionReader(ciphertext, 0, e.CiphertextSize)
	for {
		n, err := r.Read(piece)
		d.Update(piece[:0], piece[:n])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (e *Envelope) authenticateHeld(ciphertext Ciphertext, key []byte) error {
	a, err := e.Cipher.NewAuthenticator(e.Parameters, key, e.aad)
	if err != nil {
		return err
	}
	// Nothing is lent here: it is done with a piece sooner than another processor would be.
	n, err := ciphertext.WriteTo(a)
	if err == nil && n != e.CiphertextSize {
		err = ErrChanged
	}
	if err != nil {
		return err
	}
	if !a.Check(e.MAC) {
		return ErrDecrypt
	}
	return nil
}
