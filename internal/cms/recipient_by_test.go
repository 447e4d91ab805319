package cms

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"smimectl/internal/algorithm"
)

// TestRecipientBy writes the key encryption that is asked for, and refuses one that does not go with the key.
func TestRecipientBy(t *testing.T) {
	t.Parallel()
	plain := content(1000)
	for _, c := range []struct {
		by, kind, written string // written is empty where it is refused
	}{
		{"rsa-oaep-sha512", "rsa-2048", "rsa-oaep"}, {"rsa-pkcs1v15", "rsa-2048", "rsa-pkcs1v15"}, {"ecdh-sha512kdf", "p-256", "ecdh-sha512kdf"},
		{"ecdh-sha256kdf", "x25519", "ecdh-sha256kdf"}, {"ecdh-hkdf-sha384", "x448", "ecdh-hkdf-sha384"},
		{"rsa-oaep", "p-256", ""}, {"ecdh-sha256kdf", "rsa-2048", ""}, {"x25519-hkdf-sha256", "p-384", ""}, {"ecdh-sha256kdf", "ml-kem-768", ""},
	} {
		by, err := algorithm.KeyEncryptionByName(c.by)
		if err != nil {
			t.Fatal(err)
		}
		p := people()[c.kind]
		var message bytes.Buffer
		w, err := NewEnvelopeWriter(&message, []Recipient{{Certificate: p.cert, By: by, OAEP: true}}, EnvelopeOptions{Cipher: cipherNamed(t, "aes-256-gcm"), ContentSize: -1})
		if c.written == "" {
			if refused, ok := errors.AsType[*RecipientError](err); !ok || refused.Certificate != p.cert || message.Len() > 0 {
				t.Errorf("%s to %s: %v, %d octets", c.by, c.kind, err, message.Len())
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s to %s: %v", c.by, c.kind, err)
		}
		w.Write(plain)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		e, err := ReadEnvelope(bytes.NewReader(message.Bytes()), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		ri := e.Recipients[0]
		name := ""
		if transport, err := algorithm.FindKeyTransport(ri.Algorithm); err == nil {
			name = transport.Name
		} else if agreement, err := algorithm.FindKeyAgreement(ri.Algorithm); err == nil {
			name = agreement.Name
		}
		if name != c.written {
			t.Errorf("%s to %s: %s is written", c.by, c.kind, name)
		}
		cek, err := e.ContentKey(ri, p.key)
		if err != nil {
			t.Fatalf("%s to %s: %v", c.by, c.kind, err)
		}
		var got bytes.Buffer
		open := func() (io.Reader, error) { return bytes.NewReader(message.Bytes()), nil }
		if err := e.Decrypt(open, cek, &got); err != nil || !bytes.Equal(got.Bytes(), plain) {
			t.Errorf("%s to %s: %d octets, %v", c.by, c.kind, got.Len(), err)
		}
	}
}
