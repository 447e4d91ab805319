package certstore

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// EncodePKCS12 writes a key with its certificate chain, own certificate first, as
// PKCS#12: AES-256, PBKDF2 and MAC with SHA-256 and 600,000 iterations. Nothing
// weaker is written, so Windows before Server 2019 cannot read it. Keys of every kind
// are written; whether a reader knows the kind is another matter.
func EncodePKCS12(key *algorithm.PrivateKey, chain []*cert.Certificate, passphrase []byte) ([]byte, error) {
	return encodePKCS12(key, chain, passphrase, writtenIterations)
}

func encodePKCS12(key *algorithm.PrivateKey, chain []*cert.Certificate, passphrase []byte, iterations int) ([]byte, error) {
	if len(chain) == 0 {
		return nil, &UnfitError{Detail: "a key without a certificate is no identity"}
	}
	if err := Prove(key, chain[0]); err != nil {
		return nil, err
	}
	private, err := softwareKey(key)
	if _, ok := errors.AsType[*UnsupportedError](err); ok { // Ed448, ML-DSA, SLH-DSA, X448, ML-KEM
		der, err := key.PKCS8()
		if err != nil {
			return nil, fmt.Errorf("certstore: %w", err)
		}
		defer clear(der)
		return writePKCS12(der, chain, passphrase, iterations)
	}
	if err != nil {
		return nil, err
	}
	// Of the certificates only the octets are written.
	raw := make([]*x509.Certificate, len(chain))
	for i, c := range chain {
		raw[i] = &x509.Certificate{Raw: c.Raw}
	}
	der, err := pkcs12.Modern2023.WithIterations(iterations).Encode(private, raw[0], raw[1:], string(passphrase))
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return der, nil
}

// softwareKey returns the key in a type that crypto/x509 can write.
func softwareKey(key *algorithm.PrivateKey) (any, error) {
	switch k := key.Signer.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey:
		return k, nil
	}
	der, err := key.PKCS8()
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	defer clear(der)
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, &UnsupportedError{Format: "PKCS#12", Detail: "a key of this kind cannot be written"}
	}
	return private, nil
}
