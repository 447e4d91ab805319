package cms

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// What is written for a password: PBKDF2 with a salt of 16 octets and so many
// iterations of HMAC-SHA-256, and the wrap of RFC 3211 with AES-256-CBC.
const (
	writtenIterations = 600_000
	writtenSalt       = 16
	writtenWrapCipher = "aes-256-cbc"
)

// passwordRecipient makes a PasswordRecipientInfo (RFC 5652, Section 6.2.4).
func passwordRecipient(password, cek []byte) ([]byte, int, error) {
	if len(password) == 0 {
		return nil, 0, errors.New("cms: the password of a recipient is empty")
	}
	inner, err := algorithm.ContentCipherByName(writtenWrapCipher)
	if err != nil {
		return nil, 0, err
	}
	parameters, err := inner.NewParameters()
	if err != nil {
		return nil, 0, err
	}
	salt := make([]byte, writtenSalt)
	rand.Read(salt)
	prf := algorithm.WrittenPRF()
	kek, err := pbkdf2.Key(prf.New, string(password), salt, writtenIterations, inner.KeySize)
	if err != nil {
		return nil, 0, err
	}
	defer clear(kek)
	w := &pwriWrap{cipher: inner, iv: parameters.IV}
	encrypted, err := w.wrap(kek, cek)
	if err != nil {
		return nil, 0, err
	}
	context := func(n uint8) asn1.Tag { return asn1.Tag(n).Constructed().ContextSpecific() }
	var b cryptobyte.Builder
	b.AddASN1(context(3), func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddASN1(context(0), func(b *cryptobyte.Builder) {
			algorithm.OIDPBKDF2.AddTo(b)
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(salt)
				b.AddASN1Int64(writtenIterations)
				prf.Identifier().AddTo(b)
			})
		})
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			algPWRI.AddTo(b)
			parameters.Identifier.AddTo(b)
		})
		b.AddASN1OctetString(encrypted)
	})
	der, err := b.Bytes()
	return der, 3, err
}

// kekRecipient makes a KEKRecipientInfo (RFC 5652, Section 6.2.3) with the AES key
// wrap of the key's size.
func kekRecipient(kek, id, cek []byte) ([]byte, int, error) {
	if len(id) == 0 {
		return nil, 0, errors.New("cms: a key-encryption key without an identifier")
	}
	wrap, err := algorithm.KeyWrapFor(len(kek))
	if err != nil {
		return nil, 0, err
	}
	encrypted, err := wrap.Wrap(kek, cek)
	if err != nil {
		return nil, 0, err
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.Tag(2).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) {
		b.AddASN1Int64(4)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1OctetString(id) })
		wrap.Identifier().AddTo(b)
		b.AddASN1OctetString(encrypted)
	})
	der, err := b.Bytes()
	return der, 2, err
}
