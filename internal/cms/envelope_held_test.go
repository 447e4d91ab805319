package cms

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// TestEnvelopeHeldChanged: a ciphertext that has another size than the one that was read is refused, and so is one
// that cannot be held.
func TestEnvelopeHeldChanged(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		message := encrypted(t, content(1000), name, true, Recipient{Certificate: who.cert})
		var held bytes.Buffer
		e, err := ReadEnvelopeHolding(bytes.NewReader(message), func(*Envelope) io.Writer { return &held }, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		cek, err := e.ContentKey(e.Recipients[0], who.key)
		if err != nil {
			t.Fatal(err)
		}
		for _, ciphertext := range [][]byte{nil, held.Bytes()[:held.Len()-16], append(bytes.Clone(held.Bytes()), make([]byte, 16)...)} {
			if r, err := e.DecryptHeld(bytes.NewReader(ciphertext), cek); err != ErrChanged || r != nil {
				t.Errorf("%s, %d octets of %d: %v", name, len(ciphertext), held.Len(), err)
			}
		}
		full := errors.New("the disk is full")
		if _, err := ReadEnvelopeHolding(bytes.NewReader(message), func(*Envelope) io.Writer { return failWriter{full} }, Limits{}); !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failWriter struct{ err error }

func (w failWriter) Write([]byte) (int, error) { return 0, w.err }

// TestEnvelopeHeldInVain: a content whose padding does not fit takes as much work as any other, though its end is
// looked at first.
func TestEnvelopeHeldInVain(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	message := encrypted(t, content(1_000_000), "aes-128-cbc", true, Recipient{Certificate: who.cert})
	var held bytes.Buffer
	e, err := ReadEnvelopeHolding(bytes.NewReader(message), func(*Envelope) io.Writer { return &held }, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{16, 24, 15} { // another key, and two that cannot be keys of the cipher
		ciphertext := &counted{Reader: bytes.NewReader(held.Bytes())}
		wrong := bytes.Repeat([]byte{1}, n)
		for len(wrong) == 16 && opens(e, held.Bytes(), wrong) { // once in 256 times the padding fits
			wrong[0]++
		}
		if r, err := e.DecryptHeld(ciphertext, wrong); err != ErrDecrypt || r != nil {
			t.Fatalf("%d: %v", n, err)
		}
		if ciphertext.read < e.CiphertextSize {
			t.Errorf("%d of %d octets were decrypted", ciphertext.read, e.CiphertextSize)
		}
	}
	full := errors.New("the disk is gone")
	wrong := bytes.Repeat([]byte{1}, 16)
	for opens(e, held.Bytes(), wrong) {
		wrong[0]++
	}
	if _, err := e.DecryptHeld(&counted{Reader: bytes.NewReader(held.Bytes()), fails: full}, wrong); !errors.Is(err, full) {
		t.Errorf("a disk that fails: %v", err)
	}
}

func opens(e *Envelope, ciphertext, key []byte) bool {
	_, err := e.DecryptHeld(bytes.NewReader(ciphertext), key)
	return err == nil
}

// counted counts what is read of a ciphertext, and fails at its first octet.
type counted struct {
	*bytes.Reader
	read  int64
	fails error
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	if c.fails != nil && off == 0 {
		return 0, c.fails
	}
	n, err := c.Reader.ReadAt(p, off)
	c.read += int64(n)
	return n, err
}
