package certstore

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// dottedSHA256 is the digest of the MAC that is written.
const dottedSHA256 = "2.16.840.1.101.3.4.2.1"

// writePKCS12 writes what go-pkcs12 writes, for keys that it has no type for: it takes
// those of crypto/x509, while a bag holds any PKCS#8 (RFC 7292, Section 4.2.2).
//
//	PFX ::= SEQUENCE { version 3, authSafe ContentInfo, macData MacData }
//
// The certificates are in an encrypted safe, the key is in a bag that is encrypted by
// itself, both under PBES2 with AES-256, and a MAC is over all.
func writePKCS12(der []byte, chain []*cert.Certificate, passphrase []byte, iterations int) ([]byte, error) {
	forms := passwordForms(passphrase)
	if !utf8.Valid(passphrase) { // readers differ on what it stands for
		return nil, &UnfitError{Detail: "the passphrase is not in UTF-8"}
	}
	keyID := sha1.Sum(chain[0].Raw) // a name, as other writers make it
	certificates, err := certificateBags(chain, keyID[:])
	if err != nil {
		return nil, err
	}
	sealed, err := encryptPKCS8(certificates, passphrase, iterations)
	if err != nil {
		return nil, err
	}
	shrouded, err := encryptPKCS8(der, passphrase, iterations)
	if err != nil {
		return nil, err
	}
	encrypted, err := encryptedSafe(sealed)
	if err != nil {
		return nil, err
	}
	var keys cryptobyte.Builder
	keys.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addBag(b, "2", keyID[:], func(b *cryptobyte.Builder) { b.AddBytes(shrouded) })
	})
	safe, err := keys.Bytes()
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(encrypted)
		addData(b, safe)
	})
	content, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return authenticated(content, forms[0], iterations)
}

// authenticated puts a PFX around the safes.
func authenticated(content []byte, pw password, iterations int) ([]byte, error) {
	salt := make([]byte, writtenSalt)
	rand.Read(salt)
	mac := hmac.New(sha256.New, pkcs12KDF(sha256.New, kdfMAC, pw.bmp, salt, iterations, sha256.Size))
	mac.Write(content)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		addData(b, content)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // MacData
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				algorithm.Identifier{OID: algorithm.MustOID(dottedSHA256), Parameters: []byte{5, 0}}.AddTo(b)
				b.AddASN1OctetString(mac.Sum(nil))
			})
			b.AddASN1OctetString(salt)
			b.AddASN1Int64(int64(iterations))
		})
	})
	out, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return out, nil
}

// addData adds a ContentInfo of the type data.
func addData(b *cryptobyte.Builder, content []byte) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		algorithm.MustOID(dottedData).AddTo(b)
		b.AddASN1(explicit0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
	})
}

// encryptedSafe makes an EncryptedData (RFC 5652, Section 8) of what was encrypted as a
// key is: algorithm and octets are the same, in other fields.
func encryptedSafe(sealed []byte) ([]byte, error) {
	s := cryptobyte.String(sealed)
	var body, octets cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return nil, fmt.Errorf("certstore: internal error: what was encrypted cannot be read")
	}
	id, ok := algorithm.ReadIdentifier(&body)
	if !ok || !body.ReadASN1(&octets, asn1.OCTET_STRING) {
		return nil, fmt.Errorf("certstore: internal error: what was encrypted cannot be read")
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		algorithm.MustOID(dottedEncryptedData).AddTo(b)
		b.AddASN1(explicit0, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(0)
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					algorithm.MustOID(dottedData).AddTo(b)
					id.AddTo(b)
					b.AddASN1(implicit0, func(b *cryptobyte.Builder) { b.AddBytes(octets) })
				})
			})
		})
	})
	return b.Bytes()
}

// certificateBags returns SafeContents with the chain; the first certificate is the
// key's own.
func certificateBags(chain []*cert.Certificate, keyID []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for i, c := range chain {
			id := keyID
			if i > 0 {
				id = nil
			}
			addBag(b, "3", id, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // CertBag
					algorithm.MustOID(dottedX509Cert).AddTo(b)
					b.AddASN1(explicit0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(c.Raw) })
				})
			})
		}
	})
	out, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return out, nil
}

// addBag adds a SafeBag of a kind, with the localKeyId that joins a key with its
// certificate.
func addBag(b *cryptobyte.Builder, kind string, keyID []byte, value func(*cryptobyte.Builder)) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		algorithm.MustOID(dottedBag + kind).AddTo(b)
		b.AddASN1(explicit0, value)
		if keyID == nil {
			return
		}
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				algorithm.MustOID(dottedLocalKeyID).AddTo(b)
				b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddASN1OctetString(keyID) })
			})
		})
	})
}
