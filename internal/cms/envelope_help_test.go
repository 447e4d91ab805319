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
	if other := heldDiffers(e, message, cek, out.Bytes(), err); other != nil {
		return e, out.Bytes(), other
	}
	if other := onceDiffers(message, cek, out.Bytes(), err); other != nil {
		return e, out.Bytes(), other
	}
	return e, out.Bytes(), err
}

// heldDiffers decrypts while reading what was held of the ciphertext, and reports
// how that ends otherwise than Decrypt did.
func heldDiffers(e *Envelope, message, cek, want []byte, wantErr error) error {
	var held bytes.Buffer
	asked := false
	again, err := ReadEnvelopeHolding(bytes.NewReader(message), func(e *Envelope) io.Writer {
		asked = len(e.Recipients) > 0
		return &held
	}, Limits{})
	if err != nil {
		return fmt.Errorf("test: held: %w", err)
	}
	if anywhere := e.Cipher != nil && e.Cipher.Anywhere(); asked != anywhere {
		return fmt.Errorf("test: held: asked %v, decrypts anywhere %v", asked, anywhere)
	}
	if !asked {
		return nil
	}
	r, err := again.DecryptHeld(bytes.NewReader(held.Bytes()), cek) // a Reader that nothing was read of
	if err != wantErr {
		return fmt.Errorf("test: held: %w, and else %w", err, wantErr)
	}
	if err != nil {
		return nil
	}
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) {
		return fmt.Errorf("test: held: %d octets, %w, and else %d", len(got), err, len(want))
	}
	return nil
}

// onceDiffers decrypts in one reading, and reports how that ends otherwise than Decrypt did.
func onceDiffers(message, cek, want []byte, wantErr error) error {
	for _, serial := range []bool{false, true} {
		e, err := ReadEnvelopeHead(bytes.NewReader(message), 1000, Limits{Serial: serial})
		if err != nil {
			return fmt.Errorf("test: once: %w", err)
		}
		var got bytes.Buffer
		err = e.DecryptOnce(opener(message), cek, stage.NewBehind(serial, func(p []byte) error {
			got.Write(p)
			return nil
		}))
		if err != wantErr {
			return fmt.Errorf("test: once: %w, and else %w", err, wantErr)
		}
		if err != nil {
			continue
		}
		if !bytes.Equal(got.Bytes(), want) {
			return fmt.Errorf("test: once: %d octets, and else %d", got.Len(), len(want))
		}
		head, err := e.Head(cek)
		if least := min(len(want), 1000) - e.Cipher.BlockSize; err != nil || len(head) < least || !bytes.HasPrefix(want, head) {
			return fmt.Errorf("test: once: a head of %d octets, %w", len(head), err)
		}
	}
	return nil
}

var errNotOne = &MalformedError{-1, "test: not one recipient"}
