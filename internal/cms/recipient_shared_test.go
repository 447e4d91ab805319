package cms

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"smimectl/internal/algorithm"
)

// TestSharedSecretRoundTrip writes to passwords and key-encryption keys, alone and
// beside a certificate, with every size of content-encryption key.
func TestSharedSecretRoundTrip(t *testing.T) {
	t.Parallel()
	password, kekID := []byte("pässword"), []byte{0xca, 0xfe}
	who := people()["p-256"]
	for _, cipher := range []string{"aes-128-gcm", "aes-192-cbc", "aes-256-ccm", "chacha20-poly1305", "cek-hkdf-sha256-aes-256-gcm"} {
		for _, kekSize := range []int{16, 24, 32} {
			t.Run(fmt.Sprintf("%s/%d", cipher, kekSize), func(t *testing.T) {
				t.Parallel()
				kek, plain := content(kekSize), content(100)
				to := []Recipient{{KEK: kek, KEKID: kekID}, {Certificate: who.cert}}
				if kekSize == 32 { // each costs 600,000 iterations
					to = append(to, Recipient{Password: password})
				}
				message := encrypted(t, plain, cipher, true, to...)
				e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if len(e.Notes) > 0 || len(e.Recipients) != len(to) {
					t.Errorf("%d recipients, notes %q", len(e.Recipients), e.Notes)
				}
				for _, ri := range e.Recipients {
					var cek []byte
					switch ri.Kind {
					case Password:
						if _, err := e.ContentKeyPassword(ri, []byte("password")); err != ErrDecrypt {
							t.Errorf("another password: %v", err)
						}
						cek, err = e.ContentKeyPassword(ri, password)
					case KEK:
						if !bytes.Equal(ri.KeyIdentifier, kekID) {
							t.Errorf("key identifier %x", ri.KeyIdentifier)
						}
						if _, err := e.ContentKeyKEK(ri, content(kekSize + 8)[:kekSize]); err != ErrDecrypt {
							t.Errorf("another key: %v", err)
						}
						cek, err = e.ContentKeyKEK(ri, kek)
					default:
						cek, err = e.ContentKey(ri, who.key)
					}
					if err != nil {
						t.Fatalf("%s: %v", ri.Kind, err)
					}
					var out bytes.Buffer
					if err := e.Decrypt(opener(message), cek, &out); err != nil || !bytes.Equal(out.Bytes(), plain) {
						t.Errorf("%s: %d octets, %v", ri.Kind, out.Len(), err)
					}
				}
			})
		}
	}
}

// TestPasswordWritten holds what is asked for: the wrap of RFC 3211 with AES-256,
// PBKDF2 with 600,000 iterations of HMAC-SHA-256, and nothing used twice.
func TestPasswordWritten(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 2 {
		message := encrypted(t, nil, "aes-128-cbc", true, Recipient{Password: []byte("x")})
		e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		ri := e.Recipients[0]
		d, err := readPBKDF2(*ri.KeyDerivation, 32)
		if err != nil || d.iterations != 600_000 || len(d.salt) != 16 || d.prf.Name != "hmac-sha256" {
			t.Errorf("%+v, %v", d, err)
		}
		inner, err := algorithm.ParseIdentifier(ri.Algorithm.Parameters)
		if err != nil || ri.Algorithm.OID != algPWRI {
			t.Fatalf("%v, %v", ri.Algorithm, err)
		}
		c, p, err := algorithm.FindContentCipher(inner)
		if err != nil || c.Name != "aes-256-cbc" || len(ri.EncryptedKey) != 32 {
			t.Errorf("%v, %d octets, %v", c, len(ri.EncryptedKey), err)
		}
		for _, once := range []string{string(d.salt), string(p.IV), string(ri.EncryptedKey)} {
			if seen[once] {
				t.Error("used twice")
			}
			seen[once] = true
		}
	}
}

func TestSharedSecretRefuses(t *testing.T) {
	t.Parallel()
	gcm := cipherNamed(t, "aes-256-gcm")
	for name, r := range map[string]Recipient{
		"empty password":       {Password: []byte{}},
		"key without a name":   {KEK: make([]byte, 32)},
		"key of 17 octets":     {KEK: make([]byte, 17), KEKID: []byte{1}},
		"empty key":            {KEK: []byte{}, KEKID: []byte{1}},
		"a name without a key": {KEKID: []byte{1}},
	} {
		var out countWriter
		if _, err := NewEnvelopeWriter(&out, []Recipient{r}, EnvelopeOptions{Cipher: gcm, ContentSize: -1}); err == nil || out.n > 0 {
			t.Errorf("%s: %v, %d writes", name, err, out.n)
		}
	}
}

// TestPWRIInnerCipher: nothing but a plain CBC cipher of today lies below the wrap
// for passwords.
func TestPWRIInnerCipher(t *testing.T) {
	t.Parallel()
	for _, c := range algorithm.ContentCiphers() {
		id := algorithm.Identifier{OID: c.OID, Parameters: octets(make([]byte, c.BlockSize))}
		if p, err := c.NewParameters(); err == nil {
			id = p.Identifier
		}
		_, err := newPWRIWrap(algorithm.Identifier{OID: algPWRI, Parameters: id.DER()})
		allowed := map[string]bool{"aes-128-cbc": true, "aes-192-cbc": true, "aes-256-cbc": true, "3des-cbc": true}[c.Name]
		if (err == nil) != allowed {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	// Short keys fill two blocks (RFC 3211, Section 2.3.1).
	w, err := newPWRIWrap(algorithm.Identifier{OID: algPWRI, Parameters: identifier(dottedCBC256, octets(make([]byte, 16)))})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 40 {
		cek := content(n + 1)[:n]
		wrapped, err := w.(*pwriWrap).wrap(make([]byte, 32), cek)
		if n < 3 {
			if err == nil {
				t.Errorf("key of %d octets wrapped", n)
			}
			continue
		}
		if err != nil || len(wrapped) < 32 {
			t.Fatalf("%d octets, %v", len(wrapped), err)
		}
		if got, err := w.unwrap(make([]byte, 32), wrapped, n); err != nil || !bytes.Equal(got, cek) {
			t.Errorf("key of %d octets: %v", n, err)
		}
	}
	if _, err := w.(*pwriWrap).wrap(make([]byte, 16), content(16)); !errors.As(err, new(*algorithm.KeySizeError)) {
		t.Errorf("short key-encryption key: %v", err)
	}
}
