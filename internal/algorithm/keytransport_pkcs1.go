package algorithm

import (
	"bytes"
	"crypto"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
)

// rsaTransports are the key transports with RSA keys.
var rsaTransports = []transportRow{
	{oid: oidRSAESOAEP, read: readOAEPTransport, written: func() []*KeyTransport { return writtenOAEP() }, standard: "RFC 3560, Section 3"},
	{oid: oidRSAEncryption, read: readPKCS1v15Transport, written: writtenPKCS1v15, standard: "RFC 3370, Section 4.2.1"},
}

// pkcs1v15Transport returns RSAES-PKCS1-v1_5 as written: NULL parameters
// (RFC 3370, Section 4.2.1).
func pkcs1v15Transport() *KeyTransport {
	return &KeyTransport{
		Name:       "rsa-pkcs1v15",
		Identifier: Identifier{OID: oidRSAEncryption, Parameters: nullParameters()},
		scheme:     pkcs1v15{},
	}
}

func writtenPKCS1v15() []*KeyTransport { return []*KeyTransport{pkcs1v15Transport()} }

// readPKCS1v15Transport takes NULL parameters.
//
// QUIRK: RFC 3370, Section 4.2.1 demands NULL; they are absent in messages of
// some older toolkits, so absence is read as NULL.
func readPKCS1v15Transport(id Identifier) (*KeyTransport, error) {
	if !id.hasNone() {
		return nil, &ParameterError{Name: "rsa-pkcs1v15", Detail: "neither NULL nor absent"}
	}
	t := pkcs1v15Transport()
	t.Identifier = id
	return t, nil
}

// pkcs1v15 is RSAES-PKCS1-v1_5 (RFC 8017, Section 7.2).
type pkcs1v15 struct{}

func (pkcs1v15) check(pub *PublicKey) error {
	if _, err := rsaRecipient(pub); err != nil {
		return err
	}
	if pub.Identifier.OID == oidRSAESOAEP {
		return &UnsupportedError{Kind: "key transport", OID: oidRSAEncryption, Detail: "the recipient's key is for RSAES-OAEP only"}
	}
	return nil
}

func (pkcs1v15) implicit() bool { return true }

func (pkcs1v15) seal(pub *PublicKey, cek []byte) ([]byte, error) {
	key, err := rsaSealer(pub)
	if err != nil {
		return nil, err
	}
	//lint:ignore SA1019 every receiver of S/MIME reads it, and many read nothing else
	encrypted, err := rsa.EncryptPKCS1v15(rand.Reader, key, cek)
	if err != nil {
		return nil, fmt.Errorf("algorithm: encrypting a key to %s: %w", pub.Title, err)
	}
	return encrypted, nil
}

// open makes a key that nobody knows first and returns it wherever the padding is
// not right. The standard library selects between both in constant time; the
// errors that are left (a ciphertext not below the modulus or of another
// length) depend on public values. Private keys elsewhere may know no
// implicit rejection and give errors or lengths of their own: those end in
// that key, too.
func (pkcs1v15) open(key crypto.Decrypter, encryptedKey []byte, size int) ([]byte, error) {
	pub, err := rsaDecrypter(key)
	if err != nil {
		return nil, err
	}
	unknown, err := rejection(key, pub, encryptedKey, size)
	if err != nil {
		return nil, err
	}
	if len(encryptedKey) != pub.Size() {
		return unknown, nil
	}
	if private, ok := key.(*rsa.PrivateKey); ok {
		cek := bytes.Clone(unknown)
		//lint:ignore SA1019 it leaves the key as it is where the padding is wrong
		if rsa.DecryptPKCS1v15SessionKey(rand.Reader, private, encryptedKey, cek) != nil {
			return unknown, nil
		}
		return cek, nil
	}
	//lint:ignore SA1019 the form with SessionKeyLen is the one without an oracle
	cek, err := key.Decrypt(rand.Reader, encryptedKey, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: size})
	if errors.Is(err, ErrKeyUnavailable) {
		return nil, err
	}
	if err != nil || len(cek) != size {
		return unknown, nil
	}
	return cek, nil
}

// rejection returns the key that takes the place of one that is not there. It is
// derived of the private key and the ciphertext, so that a message gives the same
// each time it is opened: a key that changes would tell whoever sends one message
// often enough that the padding was wrong. Where the private key is out of reach it
// is random.
func rejection(key crypto.Decrypter, pub *rsa.PublicKey, encryptedKey []byte, size int) ([]byte, error) {
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		random := make([]byte, size)
		_, err := rand.Read(random)
		return random, err
	}
	secret := private.D.FillBytes(make([]byte, pub.Size()))
	defer clear(secret)
	return hkdf.Key(sha256.New, secret, encryptedKey, "smimectl: implicit rejection", size)
}

// minRSABits is the smallest key that a message may be encrypted to, RFC 8551,
// Section 4.3. That section sets no limit to decryption.
const minRSABits = 1024

// rsaRecipient returns the RSA key of a recipient.
func rsaRecipient(pub *PublicKey) (*rsa.PublicKey, error) {
	key, ok := pub.Key.(*rsa.PublicKey)
	if !ok || !pub.CanTransport {
		return nil, &UnsupportedError{Kind: "key transport", OID: pub.Identifier.OID, Detail: "no key transport with a key of this kind"}
	}
	return key, nil
}

// rsaSealer returns the RSA key of a recipient who is to be written to.
func rsaSealer(pub *PublicKey) (*rsa.PublicKey, error) {
	key, err := rsaRecipient(pub)
	if err != nil {
		return nil, err
	}
	if key.N.BitLen() < minRSABits {
		return nil, tooSmall(key)
	}
	return key, nil
}

// rsaDecrypter returns the public half of a private key that must be RSA.
//
// Whether keys below 1024 bits are computed with is a setting of the program
// (GODEBUG rsa1024min). The public half tells which, so that the refusal does
// not look like a message that does not decrypt.
func rsaDecrypter(key crypto.Decrypter) (*rsa.PublicKey, error) {
	pub, ok := key.Public().(*rsa.PublicKey)
	if !ok || pub.N == nil {
		return nil, &UnsupportedError{Kind: "key transport", Detail: "the private key is not an RSA key"}
	}
	if pub.N.BitLen() < minRSABits {
		//lint:ignore SA1019 nothing is sent; the setting has no other sign
		if _, err := rsa.EncryptPKCS1v15(rand.Reader, pub, []byte{0}); err != nil {
			return nil, tooSmall(pub)
		}
	}
	return pub, nil
}

func tooSmall(pub *rsa.PublicKey) error {
	return &UnsupportedError{Kind: "key", Detail: fmt.Sprintf("RSA of %d bits, below %d", pub.N.BitLen(), minRSABits)}
}
