package cms

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/stage"
)

// person is somebody who can be encrypted to.
type person struct {
	kind string
	key  *algorithm.PrivateKey
	cert *cert.Certificate
}

var recipientKinds = []string{"rsa-2048", "p-256", "p-384", "p-521", "x25519", "x448", "ml-kem-512", "ml-kem-768", "ml-kem-1024"}

var people = sync.OnceValue(func() map[string]*person {
	ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Test CA")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	m := make(map[string]*person)
	for _, kind := range append(recipientKinds, "other rsa-2048", "other p-256", "ed25519") {
		name := kind
		if len(kind) > 6 && kind[:6] == "other " {
			name = kind[6:]
		}
		key, err := algorithm.GenerateKey(name)
		if err != nil {
			panic(err)
		}
		issued := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN(kind)), SPKI: key.Public.SPKI,
			Extensions: []certtest.Extension{certtest.SKI(key.Public.KeyID()), certtest.SAN(certtest.RFC822("a@example.org"))}}, ca)
		c, err := cert.Parse(issued.DER)
		if err != nil {
			panic(err)
		}
		m[kind] = &person{kind, key, c}
	}
	return m
})

func cipherNamed(t testing.TB, name string) *algorithm.ContentCipher {
	t.Helper()
	c, err := algorithm.ContentCipherByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func content(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), 7}).Read(b)
	return b
}

// encrypted makes a message. A negative size is one of -size octets, not announced.
func encrypted(t testing.TB, plain []byte, cipher string, announce bool, to ...Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	size := int64(-1)
	if announce {
		size = int64(len(plain))
	}
	w, err := NewEnvelopeWriter(&out, to, EnvelopeOptions{Cipher: cipherNamed(t, cipher), ContentSize: size})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func opener(message []byte) func() (io.Reader, error) {
	return func() (io.Reader, error) { return bytes.NewReader(message), nil }
}

// decrypted goes the whole way of a reader.
func decrypted(message []byte, who *person) (*Envelope, []byte, error) {
	e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
	if err != nil {
		return nil, nil, err
	}
	found := e.Matching(who.cert)
	if len(found) != 1 {
		return e, nil, errNotOne
	}
	cek, err := e.ContentKey(found[0], who.key)
	if err != nil {
		return e, nil, err
	}
	var out bytes.Buffer
	err = e.Decrypt(opener(message), cek, &out)
	if other := passingDiffers(message, cek, out.Bytes(), err); other != nil {
		return e, out.Bytes(), other
	}
	return e, out.Bytes(), err
}

// passingDiffers decrypts in passing, and reports how that ends otherwise than Decrypt did.
func passingDiffers(message, cek, want []byte, wantErr error) error {
	for _, serial := range []bool{false, true} {
		var p passed
		e, done, err := p.read(message, cek, 1000, Limits{Serial: serial})
		if e == nil {
			return fmt.Errorf("test: in passing: %w", err)
		}
		if _, late := lateTag(e); done != late {
			return fmt.Errorf("test: in passing: done %v, the cipher can %v", done, late)
		}
		if !done {
			continue
		}
		if err != wantErr {
			return fmt.Errorf("test: in passing: %w, and else %w", err, wantErr)
		}
		if err != nil {
			continue
		}
		if !bytes.Equal(p.Bytes(), want) {
			return fmt.Errorf("test: in passing: %d octets, and else %d", p.Len(), len(want))
		}
		least := min(len(want), 1000) - e.Cipher.BlockSize
		if len(p.head) < least || !bytes.HasPrefix(want, p.head) || p.whole != (e.CiphertextSize < 1000) {
			return fmt.Errorf("test: in passing: a head of %d octets, whole: %v", len(p.head), p.whole)
		}
	}
	return nil
}

// lateTag reports whether the cipher of e can decrypt in passing.
func lateTag(e *Envelope) (algorithm.LateAuthenticator, bool) {
	if e.Cipher == nil || e.Cipher.Sized {
		return nil, false
	}
	if !e.Cipher.Authenticated {
		return nil, true
	}
	tag, err := e.Cipher.NewAuthenticator(e.Parameters, make([]byte, e.Cipher.KeySize), nil)
	if err != nil {
		return nil, false
	}
	late, ok := tag.(algorithm.LateAuthenticator)
	return late, ok
}

// passed is the place of a plaintext that is decrypted in passing.
type passed struct {
	bytes.Buffer
	head   []byte
	whole  bool
	places int
	fails  func(n int) error // at the octet that is written next
}

// read reads a message and decrypts it in passing.
func (p *passed) read(message, cek []byte, head int, lim Limits) (e *Envelope, done bool, err error) {
	return p.from(bytes.NewReader(message), cek, head, lim)
}

func (p *passed) from(r io.Reader, cek []byte, head int, lim Limits) (e *Envelope, done bool, err error) {
	e, err = ReadEnvelopePassing(r, Passing{Head: head, Key: func(*Envelope) []byte { return cek }, Place: p.place(lim.Serial)}, lim)
	if err != nil {
		return nil, false, err
	}
	done, err = e.Passed()
	return e, done, err
}

func (p *passed) place(serial bool) func(head []byte, whole bool) stage.Writer {
	return func(head []byte, whole bool) stage.Writer {
		p.places++
		p.head, p.whole = bytes.Clone(head), whole
		return stage.NewBehind(serial, func(b []byte) error {
			if p.fails != nil {
				if err := p.fails(p.Len() + len(b)); err != nil {
					return err
				}
			}
			p.Write(b)
			return nil
		})
	}
}

var errNotOne = &MalformedError{-1, "test: not one recipient"}
