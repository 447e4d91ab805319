package certstore

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const whatKey = "private key"

// clearKey is a key that is not encrypted.
func clearKey(format string, der []byte) *SealedKey {
	return &SealedKey{Format: format, What: whatKey, der: der}
}

// Open returns the key, asking for a passphrase if it is encrypted. The answer is
// kept: later calls do not ask again.
func (k *SealedKey) Open(pass PassphraseFunc) (*algorithm.PrivateKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key != nil || k.fail != nil {
		return k.key, k.fail
	}
	if k.der == nil {
		err := askPassphrase(k.What, k.Format, pass, func(p []byte) bool {
			der, ok := k.open(p)
			if ok {
				k.der = der
			}
			return ok
		})
		if err != nil {
			return nil, err
		}
	}
	key, err := algorithm.ParsePrivateKey(k.der)
	clear(k.der)
	k.der = nil
	if err != nil {
		k.fail = fmt.Errorf("certstore: %w", err)
		return nil, k.fail
	}
	k.key = key
	return key, nil
}

// sealedPKCS8 reads the outside of
//
//	EncryptedPrivateKeyInfo ::= SEQUENCE {
//	    encryptionAlgorithm AlgorithmIdentifier,
//	    encryptedData OCTET STRING }
//
// (RFC 5958, Section 3) without decrypting anything.
func sealedPKCS8(der []byte) (*SealedKey, error) {
	p, data, err := readEncryptedKey(der)
	if err != nil {
		return nil, err
	}
	return &SealedKey{Format: "PKCS#8 with " + p.title, What: whatKey, Encrypted: true,
		open: func(passphrase []byte) ([]byte, bool) {
			for _, pw := range p.forms(passphrase) {
				if key := p.decrypt(pw, data); key != nil {
					return key, true
				}
			}
			return nil, false
		}}, nil
}

// readEncryptedKey splits an EncryptedPrivateKeyInfo.
func readEncryptedKey(der []byte) (*pbe, []byte, error) {
	s := cryptobyte.String(der)
	var body, data cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil, nil, &MalformedError{Format: "PKCS#8", Detail: "encrypted key"}
	}
	id, ok := algorithm.ReadIdentifier(&body)
	if !ok || !body.ReadASN1(&data, asn1.OCTET_STRING) || !body.Empty() {
		return nil, nil, &MalformedError{Format: "PKCS#8", Detail: "encrypted key"}
	}
	p, err := findPBE(id)
	return p, data, err
}
