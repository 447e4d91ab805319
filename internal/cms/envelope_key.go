package cms

import (
	"errors"

	"smimectl/internal/algorithm"
)

// ContentKey recovers the content-encryption key with the private key that ri
// is for. It uses the key once.
//
// A wrong key is ErrDecrypt, but for RSAES-PKCS1-v1_5: there the result is a
// random key, so that the failure shows in Decrypt only, where it looks like
// damaged content (RFC 3218, Section 2.3). Other errors come from public facts:
// *algorithm.UnsupportedError, *MalformedError, or a key that is out of reach
// (algorithm.ErrKeyUnavailable).
func (e *Envelope) ContentKey(ri *RecipientInfo, key *algorithm.PrivateKey) ([]byte, error) {
	if e.Cipher == nil {
		return nil, e.Unsupported
	}
	switch ri.Kind {
	case KeyTrans:
		return e.transportedKey(ri, key)
	case KeyAgree:
		return e.agreedKey(ri, key)
	case KEM:
		return e.encapsulatedKey(ri, key)
	}
	return nil, unfit("a private key", ri)
}

func (e *Envelope) transportedKey(ri *RecipientInfo, key *algorithm.PrivateKey) ([]byte, error) {
	t, err := algorithm.FindKeyTransport(ri.Algorithm)
	if err != nil {
		return nil, publicError(err)
	}
	if key.Decrypter == nil {
		return nil, &algorithm.UnsupportedError{Kind: "key", OID: ri.Algorithm.OID, Detail: "the private key cannot decrypt"}
	}
	cek, err := t.Decrypt(key.Decrypter, ri.EncryptedKey, e.Cipher.KeySize)
	return e.sized(cek, err)
}

func (e *Envelope) agreedKey(ri *RecipientInfo, key *algorithm.PrivateKey) ([]byte, error) {
	a, err := algorithm.FindKeyAgreement(ri.Algorithm)
	if err != nil {
		return nil, publicError(err)
	}
	if ri.Originator == nil {
		return nil, &algorithm.UnsupportedError{Kind: "key agreement", OID: ri.Algorithm.OID, Detail: "with a static key of the sender"}
	}
	if key.Agreement == nil {
		return nil, &algorithm.UnsupportedError{Kind: "key", OID: ri.Algorithm.OID, Detail: "the private key cannot agree on keys"}
	}
	cek, err := a.Decrypt(key.Agreement, key.Public, *ri.Originator, ri.UKM, ri.EncryptedKey)
	return e.sized(cek, err)
}

// unfit says that a secret is not of the kind the recipient needs.
func unfit(secret string, ri *RecipientInfo) error {
	return &algorithm.UnsupportedError{
		Kind:   "key",
		Detail: secret + " does not open a " + ri.Kind.String() + " recipient",
	}
}

// sized judges the outcome of an unwrapping. What is not known to be public
// becomes ErrDecrypt.
func (e *Envelope) sized(cek []byte, err error) ([]byte, error) {
	if err != nil {
		if errors.Is(err, algorithm.ErrKeyUnavailable) {
			return nil, err
		}
		if _, ok := errors.AsType[*algorithm.UnsupportedError](err); ok {
			return nil, err
		}
		if _, ok := errors.AsType[*algorithm.ParameterError](err); ok {
			return nil, publicError(err)
		}
		return nil, ErrDecrypt
	}
	if len(cek) != e.Cipher.KeySize {
		return nil, ErrDecrypt
	}
	return cek, nil
}
