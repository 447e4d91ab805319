package cms

import "smimectl/internal/algorithm"

// ContentKeyKEK recovers the content-encryption key with a key-encryption key
// that both sides hold: of a KEKRecipientInfo (RFC 5652, Section 6.2.3), or of
// a PasswordRecipientInfo without keyDerivationAlgorithm (RFC 3211, Section
// 1.2.1). A wrong key is ErrDecrypt; a key of a length the algorithm does not
// take is an *algorithm.KeySizeError.
func (e *Envelope) ContentKeyKEK(ri *RecipientInfo, kek []byte) ([]byte, error) {
	if e.Cipher == nil {
		return nil, e.Unsupported
	}
	if ri.Kind != KEK && (ri.Kind != Password || ri.KeyDerivation != nil) {
		return nil, unfit("a key-encryption key", ri)
	}
	w, err := findKEKWrap(ri)
	if err != nil {
		return nil, err
	}
	if len(kek) != w.size() {
		return nil, &algorithm.KeySizeError{Name: w.name(), Want: w.size(), Got: len(kek)}
	}
	cek, err := w.unwrap(kek, ri.EncryptedKey, e.Cipher.KeySize)
	return e.sized(cek, err)
}

// kekWrap is a wrap under a symmetric key: RFC 3394 and its like, or that of RFC 3211.
type kekWrap interface {
	name() string
	size() int // octets of the key-encryption key
	unwrap(kek, wrapped []byte, cekSize int) ([]byte, error)
}

// findKEKWrap finds the wrap of keyEncryptionAlgorithm.
//
// QUIRK: RFC 3565, Section 2.5 puts a plain AES wrap into a
// PasswordRecipientInfo, where RFC 3211 has its own; both are read.
func findKEKWrap(ri *RecipientInfo) (kekWrap, error) {
	if ri.Kind == Password && ri.Algorithm.OID == algPWRI {
		return newPWRIWrap(ri.Algorithm)
	}
	w, err := algorithm.FindKeyWrap(ri.Algorithm)
	if err != nil {
		return nil, publicError(err)
	}
	return plainWrap{w}, nil
}

type plainWrap struct{ row *algorithm.KeyWrap }

func (w plainWrap) name() string { return w.row.Name }
func (w plainWrap) size() int    { return w.row.KeySize }

func (w plainWrap) unwrap(kek, wrapped []byte, _ int) ([]byte, error) {
	return w.row.Unwrap(kek, wrapped)
}
