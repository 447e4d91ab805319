package cms

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"

	"smimectl/internal/algorithm"
)

// algPWRI is id-alg-PWRI-KEK (RFC 3211, Section 2.2).
const algPWRI algorithm.OID = arcSMIME + "\x03\x09"

// pwriWrap is the wrap of RFC 3211, Section 2.3: the key behind a length and
// three check octets, filled up to whole blocks, and encrypted twice in CBC
// mode without a reset in between.
type pwriWrap struct {
	cipher *algorithm.ContentCipher
	iv     []byte
}

// newPWRIWrap reads the parameters, the AlgorithmIdentifier of a CBC cipher with its IV.
func newPWRIWrap(id algorithm.Identifier) (kekWrap, error) {
	inner, err := algorithm.ParseIdentifier(id.Parameters)
	if err != nil {
		return nil, malformed("parameters of the password's key wrap")
	}
	if inner.Parameters == nil {
		return nil, malformed("the cipher of the password's key wrap has no IV")
	}
	c, parameters, err := algorithm.FindContentCipher(inner)
	if err != nil {
		return nil, publicError(err)
	}
	w := &pwriWrap{cipher: c, iv: parameters.IV}
	if c.Authenticated || len(w.iv) != c.BlockSize || w.block(make([]byte, c.KeySize)) == nil {
		return nil, &algorithm.UnsupportedError{Kind: "key wrap", OID: id.OID, Detail: "with " + c.Title}
	}
	return w, nil
}

// WrapCipher returns the cipher that the key wrap of RFC 3211 is made with; nil where the key of the recipient is
// encrypted in another way, or in one that is not read.
func (ri *RecipientInfo) WrapCipher() *algorithm.ContentCipher {
	if ri.Kind != Password || ri.Algorithm.OID != algPWRI {
		return nil
	}
	wrap, err := newPWRIWrap(ri.Algorithm)
	if err != nil {
		return nil
	}
	if w, ok := wrap.(*pwriWrap); ok {
		return w.cipher
	}
	return nil
}

func (w *pwriWrap) name() string { return "PWRI-KEK with " + w.cipher.Title }
func (w *pwriWrap) size() int    { return w.cipher.KeySize }

// block returns the block cipher itself; the content cipher would look for a
// padding. It is nil for one that has none to give.
func (w *pwriWrap) block(kek []byte) cipher.Block {
	b, err := w.cipher.BlockCipher(kek)
	if err != nil {
		return nil
	}
	return b
}

// unwrap undoes the two encryptions from the end. What is wrong with the result
// is told in no way.
func (w *pwriWrap) unwrap(kek, wrapped []byte, cekSize int) ([]byte, error) {
	block := w.block(kek)
	if block == nil {
		return nil, ErrDecrypt
	}
	size := block.BlockSize()
	n := len(wrapped)
	if n%size != 0 || n < 2*size || n < 4+cekSize {
		return nil, ErrDecrypt
	}
	once := make([]byte, n)
	defer clear(once)
	// The last block of the second encryption has the block before it as its
	// IV; decrypted it is the IV the second encryption began with.
	cipher.NewCBCDecrypter(block, wrapped[n-2*size:n-size]).CryptBlocks(once[n-size:], wrapped[n-size:])
	cipher.NewCBCDecrypter(block, once[n-size:]).CryptBlocks(once[:n-size], wrapped[:n-size])
	cipher.NewCBCDecrypter(block, w.iv).CryptBlocks(once, once)

	good := subtle.ConstantTimeByteEq(once[0], byte(cekSize))
	for i := range 3 {
		good &= subtle.ConstantTimeByteEq(once[1+i]^once[4+i], 0xff)
	}
	if good != 1 {
		return nil, ErrDecrypt
	}
	return append([]byte(nil), once[4:4+cekSize]...), nil
}

// wrap is the other direction, RFC 3211, Section 2.3.1: two blocks at least.
func (w *pwriWrap) wrap(kek, cek []byte) ([]byte, error) {
	block, err := w.cipher.BlockCipher(kek)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(cek) < 3 || len(cek) > 255 {
		return nil, &algorithm.UnsupportedError{Kind: "key wrap", OID: algPWRI, Detail: "of a key of this size"}
	}
	n := max((4+len(cek)+size-1)/size, 2) * size
	b := make([]byte, n)
	rand.Read(b)
	b[0], b[1], b[2], b[3] = byte(len(cek)), ^cek[0], ^cek[1], ^cek[2]
	copy(b[4:], cek)
	cipher.NewCBCEncrypter(block, w.iv).CryptBlocks(b, b)
	cipher.NewCBCEncrypter(block, b[n-size:]).CryptBlocks(b, b)
	return b, nil
}
