package cms

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/stage"
)

// onceWork is what DecryptOnce did: octets that were read, and that came out.
type onceWork struct{ read, out int64 }

// once runs DecryptOnce and counts its work.
func once(e *Envelope, message, cek []byte) (work onceWork, err error) {
	open := func() (io.Reader, error) {
		return io.TeeReader(bytes.NewReader(message), counter{&work.read}), nil
	}
	err = e.DecryptOnce(open, cek, stage.NewBehind(true, func(p []byte) error {
		work.out += int64(len(p))
		return nil
	}))
	return work, err
}

type counter struct{ n *int64 }

func (c counter) Write(p []byte) (int, error) {
	*c.n += int64(len(p))
	return len(p), nil
}

// TestDecryptOnceInVain: whatever the key brings to light is one error, and found out when
// all of the work is done.
func TestDecryptOnceInVain(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	for _, name := range []string{"aes-128-gcm", "aes-128-ccm", "aes-128-cbc"} {
		message := encrypted(t, content(1_000_000), name, true, Recipient{Certificate: who.cert})
		for _, serial := range []bool{false, true} {
			e, err := ReadEnvelopeHead(bytes.NewReader(message), 100, Limits{Serial: serial})
			if err != nil {
				t.Fatal(err)
			}
			cek, err := e.ContentKey(e.Recipients[0], who.key)
			if err != nil {
				t.Fatal(err)
			}
			want, err := once(e, message, cek)
			if err != nil || want.out < e.CiphertextSize-16 {
				t.Fatalf("%s: %d octets, %v", name, want.out, err)
			}
			tag := *e
			if e.Cipher.Authenticated {
				tag.MAC = flipped(e.MAC, 0)
			}
			wrong := bytes.Clone(cek)
			for wrong[0]++; name == "aes-128-cbc"; wrong[0]++ { // once in 256 times the padding fits
				if _, err := once(e, message, wrong); err != nil {
					break
				}
			}
			for what, run := range map[string]func() (onceWork, error){
				"another key":      func() (onceWork, error) { return once(e, message, wrong) },
				"a short key":      func() (onceWork, error) { return once(e, message, cek[:15]) },
				"no key":           func() (onceWork, error) { return once(e, message, nil) },
				"a long key":       func() (onceWork, error) { return once(e, message, append(bytes.Clone(cek), 1)) },
				"another tag":      func() (onceWork, error) { return once(&tag, message, cek) },
				"another key, tag": func() (onceWork, error) { return once(&tag, message, wrong) },
			} {
				if what == "another tag" && !e.Cipher.Authenticated {
					continue
				}
				got, err := run()
				if err != ErrDecrypt {
					t.Errorf("%s, %s: %v", name, what, err)
				}
				if got.read != want.read || got.out < want.out-16 {
					t.Errorf("%s, %s: %d octets were read and %d came out, of %d and %d", name, what, got.read, got.out, want.read, want.out)
				}
			}
		}
	}
}

// TestDecryptOnceKeyOfWrongLength: a random key is taken instead, whose padding fits once in 256 times.
func TestDecryptOnceKeyOfWrongLength(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	message := encrypted(t, content(40), "aes-128-cbc", true, Recipient{Certificate: who.cert})
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{Serial: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 4000 {
		if _, err := once(e, message, make([]byte, 15)); err != ErrDecrypt {
			t.Fatal(err)
		}
	}
}

// TestDecryptOnceFails: the error of who takes the plaintext ends it.
func TestDecryptOnceFails(t *testing.T) {
	t.Parallel()
	who := people()["x25519"]
	full := errors.New("the disk is full")
	for _, name := range []string{"aes-128-gcm", "aes-128-cbc"} {
		message := encrypted(t, content(3<<20), name, true, Recipient{Certificate: who.cert})
		for _, serial := range []bool{false, true} {
			for _, at := range []int{0, 1 << 20, 3<<20 - 20} {
				e, err := ReadEnvelopeHead(bytes.NewReader(message), 0, Limits{Serial: serial})
				if err != nil {
					t.Fatal(err)
				}
				cek, err := e.ContentKey(e.Recipients[0], who.key)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				err = e.DecryptOnce(opener(message), cek, stage.NewBehind(serial, func(p []byte) error {
					if n += len(p); n > at {
						return full
					}
					return nil
				}))
				if err != full {
					t.Errorf("%s, serial %v, after %d octets: %v", name, serial, at, err)
				}
			}
		}
	}
}

// TestDecryptOnceUnknownCipher decrypts nothing.
func TestDecryptOnceUnknownCipher(t *testing.T) {
	t.Parallel()
	e := &Envelope{Unsupported: &algorithm.UnsupportedError{Kind: "cipher"}}
	if _, err := e.Head(make([]byte, 16)); err != e.Unsupported {
		t.Errorf("head: %v", err)
	}
	if _, err := once(e, nil, make([]byte, 16)); err != e.Unsupported {
		t.Error(err)
	}
}
