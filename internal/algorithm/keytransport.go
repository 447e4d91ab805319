package algorithm

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"strings"
)

// KeyTransport encrypts a content-encryption key under a public key
// (RFC 5652, Section 6.2.1).
type KeyTransport struct {
	Name       string     // "rsa-pkcs1v15", "rsa-oaep"
	Identifier Identifier // as in keyEncryptionAlgorithm
	Detail     string     // what the parameters say: "sha256", "sha256, mgf1-sha1"; may be empty
	Status     Status

	scheme transportScheme
}

// transportScheme is the computation behind a KeyTransport.
type transportScheme interface {
	// check refuses public keys that the scheme must not be used with.
	check(pub *PublicKey) error
	seal(pub *PublicKey, cek []byte) ([]byte, error)
	// implicit says that open gives a random key instead of ErrUnwrap.
	implicit() bool
	// open returns size octets, or an error that says nothing about why.
	open(key crypto.Decrypter, encryptedKey []byte, size int) ([]byte, error)
}

// transportRow is one line of the key transport table.
type transportRow struct {
	oid  OID
	read func(id Identifier) (*KeyTransport, error) // reads the parameters
	// written gives the forms that are made, the usual one first.
	written  func() []*KeyTransport
	standard string
}

// FullName is the name with what the parameters say: "rsa-oaep-sha256", and
// "rsa-oaep-sha256-mgf1-sha1" where the mask is made with another hash.
func (t *KeyTransport) FullName() string {
	if t.Detail == "" {
		return t.Name
	}
	return t.Name + "-" + strings.ReplaceAll(t.Detail, ", ", "-")
}

// FindKeyTransport returns the key transport that id names, its parameters
// read. Malformed parameters are a *ParameterError; nothing falls back to
// another algorithm than the one declared.
func FindKeyTransport(id Identifier) (*KeyTransport, error) {
	for _, row := range keyTransports {
		if row.oid == id.OID {
			return row.read(id)
		}
	}
	return nil, unsupported("key transport", id.OID)
}

// KeyTransportFor returns the key transport to be written for a recipient's
// key: RSAES-OAEP with SHA-256 when oaep is set, else RSAES-PKCS1-v1_5. A key
// that its certificate restricts to OAEP decides by itself (RFC 4055,
// Section 4.1).
func KeyTransportFor(pub *PublicKey, oaep bool) (*KeyTransport, error) {
	t := pkcs1v15Transport()
	switch {
	case pub.Identifier.OID == oidRSAESOAEP && !pub.Identifier.hasNone():
		var err error
		if t, err = FindKeyTransport(pub.Identifier); err != nil {
			return nil, err
		}
	case oaep || pub.Identifier.OID == oidRSAESOAEP:
		t = writtenOAEP()[0] // SHA-256
	}
	if err := t.CheckKey(pub); err != nil {
		return nil, err
	}
	return t, nil
}

// CheckKey refuses a public key that t must not be used with: one of another
// kind, or one restricted to other parameters. It looks at public facts only,
// so it may be asked before a private key is touched.
func (t *KeyTransport) CheckKey(pub *PublicKey) error { return t.scheme.check(pub) }

// Implicit reports whether a wrong key or damaged padding yields a random
// content-encryption key instead of an error (RFC 3218, Section 2.3): only the
// content then tells, and it must not tell more.
func (t *KeyTransport) Implicit() bool { return t.scheme.implicit() }

// Encrypt returns cek encrypted to pub.
func (t *KeyTransport) Encrypt(pub *PublicKey, cek []byte) ([]byte, error) {
	if err := t.CheckKey(pub); err != nil {
		return nil, err
	}
	if len(cek) == 0 {
		return nil, errors.New("algorithm: no content-encryption key to encrypt")
	}
	return t.scheme.seal(pub, cek)
}

// Decrypt recovers a content-encryption key of cekSize octets.
//
// RSAES-PKCS1-v1_5 gives a random key where the padding is wrong, in the same
// time and without a sign of it (RFC 3218, Section 2.3): the failure shows when
// the content does not decrypt. Every other failure is [ErrUnwrap]. Errors of
// other types come from public facts alone.
func (t *KeyTransport) Decrypt(key crypto.Decrypter, encryptedKey []byte, cekSize int) ([]byte, error) {
	if key == nil {
		return nil, &UnsupportedError{Kind: "key transport", OID: t.Identifier.OID, Detail: "the private key cannot decrypt"}
	}
	if cekSize <= 0 || cekSize > maxCEK {
		return nil, fmt.Errorf("algorithm: no content-encryption key has %d octets", cekSize)
	}
	return t.scheme.open(key, bytes.Clone(encryptedKey), cekSize)
}
