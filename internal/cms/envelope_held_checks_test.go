package cms

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"smimectl/internal/algorithm"
)

// heldEnvelope is an envelope for x25519, its ciphertext and its key.
func heldEnvelope(t *testing.T, cipher string, size int) (*Envelope, []byte, []byte) {
	t.Helper()
	who := people()["x25519"]
	var held bytes.Buffer
	e, err := ReadEnvelopeHolding(bytes.NewReader(encrypted(t, content(size), cipher, true, Recipient{Certificate: who.cert})), func(*Envelope) io.Writer { return &held }, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cek, err := e.ContentKey(e.Recipients[0], who.key)
	if err != nil {
		t.Fatal(err)
	}
	return e, held.Bytes(), cek
}

// short is a ciphertext that ends, or fails, before its size when it is read from front to end.
type short struct {
	*bytes.Reader
	err error
}

func (s *short) WriteTo(w io.Writer) (int64, error) {
	n, err := io.CopyN(w, io.NewSectionReader(s.Reader, 0, s.Size()), s.Size()-1)
	if s.err != nil {
		err = s.err
	}
	return n, err
}

// TestEnvelopeHeldAuthenticated: what is authenticated is all of the ciphertext, and a disk that fails is not a wrong key.
func TestEnvelopeHeldAuthenticated(t *testing.T) {
	t.Parallel()
	e, held, cek := heldEnvelope(t, "aes-128-gcm", 1000)
	if r, err := e.DecryptHeld(&short{Reader: bytes.NewReader(held)}, cek); err != ErrChanged || r != nil {
		t.Errorf("an octet short: %v", err)
	}
	gone := errors.New("the disk is gone")
	if r, err := e.DecryptHeld(&short{bytes.NewReader(held), gone}, cek); !errors.Is(err, gone) || r != nil {
		t.Errorf("a disk that fails: %v", err)
	}
	if r, err := e.DecryptHeld(bytes.NewReader(flipped(held, 500)), cek); err != ErrDecrypt || r != nil {
		t.Errorf("changed: %v", err)
	}
}

// TestEnvelopeHeldKeyOfWrongLength: a key of another length than the cipher's opens nothing, though another key is taken in its
// place, and its padding fits once in 256 times. A disk that fails meanwhile is told.
func TestEnvelopeHeldKeyOfWrongLength(t *testing.T) {
	t.Parallel()
	e, held, cek := heldEnvelope(t, "aes-128-cbc", 40)
	for range 4000 {
		if r, err := e.DecryptHeld(bytes.NewReader(held), cek[:15]); err != ErrDecrypt || r != nil {
			t.Fatalf("%v", err)
		}
	}
	gone := errors.New("the disk is gone")
	if _, err := e.DecryptHeld(&failing{Reader: bytes.NewReader(held), err: gone}, cek[:15]); !errors.Is(err, gone) {
		t.Errorf("a disk that fails: %v", err)
	}
	if _, err := e.DecryptHeld(&failing{Reader: bytes.NewReader(held), err: gone, times: 1}, cek[:15]); !errors.Is(err, gone) {
		t.Errorf("a disk that fails once: %v", err)
	}
}

// failing is a ciphertext whose first reads fail; all of them where it is not said how many.
type failing struct {
	*bytes.Reader
	err   error
	times int
	reads int
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.reads++; f.times > 0 && f.reads > f.times {
		return f.Reader.ReadAt(p, off)
	}
	return 0, f.err
}

// TestEnvelopeHeldUnknownCipher: a cipher that is not known holds nothing back and decrypts nothing.
func TestEnvelopeHeldUnknownCipher(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	message := encrypted(t, content(1000), "aes-128-cbc", true, Recipient{Certificate: who.cert})
	known := []byte(algorithm.MustOID("2.16.840.1.101.3.4.1.2"))
	message = bytes.Replace(message, known, []byte(algorithm.MustOID("2.16.840.1.101.3.4.1.99")), 1)
	asked := false
	e, err := ReadEnvelopeHolding(bytes.NewReader(message), func(*Envelope) io.Writer { asked = true; return io.Discard }, Limits{})
	if err != nil || asked || e.Cipher != nil {
		t.Fatalf("asked %v: %v", asked, err)
	}
	var unsupported *algorithm.UnsupportedError
	if r, err := e.DecryptHeld(bytes.NewReader(nil), make([]byte, 16)); !errors.As(err, &unsupported) || r != nil {
		t.Errorf("decrypted: %v", err)
	}
}
