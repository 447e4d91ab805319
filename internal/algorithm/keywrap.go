package algorithm

import (
	"crypto/cipher"
	"fmt"
)

// KeyWrap encrypts a content-encryption key under a key-encryption key of
// which both sides hold a copy (RFC 5652, Section 6.2.3; RFC 3370, Section 4.3).
type KeyWrap struct {
	Name    string // "aes256-wrap"
	OID     OID
	KeySize int // octets of the key-encryption key
	Status  Status

	standard string // the clause that lets CMS use it
	strength int    // bits, where they are not those of the key
	min      int    // octets of the shortest wrapped key; 0 is minWrapped
	// null says that the standard form of the parameters is NULL, not absence.
	null   bool
	block  func(kek []byte) (cipher.Block, error)
	wrap   func(b cipher.Block, cek []byte) ([]byte, error) // nil: read only
	unwrap func(b cipher.Block, wrapped []byte) ([]byte, error)
}

// Sizes of wrapped keys: a multiple of 8 octets, the integrity value and 16
// octets of key at least (RFC 3394, Section 2.2.1).
const (
	wrapUnit   = 8
	minWrapped = 24
)

// FindKeyWrap returns the key wrap that id names.
//
// QUIRK: RFC 3565, Section 2.3.2 wants the parameters of the AES wraps absent
// and RFC 3370, Section 4.3.1 wants NULL for Triple-DES; senders have mixed
// them up both ways, so both forms are read for both.
func FindKeyWrap(id Identifier) (*KeyWrap, error) {
	for _, w := range keyWraps {
		if w.OID != id.OID {
			continue
		}
		if !id.hasNone() {
			return nil, &ParameterError{Name: w.Name, Detail: "neither absent nor NULL"}
		}
		return w, nil
	}
	return nil, unsupported("key wrap", id.OID)
}

// KeyWrapFor returns the key wrap written with a key-encryption key of size
// octets. With ECDH that is the size of the content-encryption key, too (RFC
// 8551, Section 2.3).
func KeyWrapFor(size int) (*KeyWrap, error) {
	for _, w := range keyWraps {
		if w.wrap != nil && w.KeySize == size {
			return w, nil
		}
	}
	return nil, &UnsupportedError{Kind: "key wrap", Detail: fmt.Sprintf("none for keys of %d octets", size)}
}

// Identifier returns the key wrap as written.
func (w *KeyWrap) Identifier() Identifier {
	id := Identifier{OID: w.OID}
	if w.null {
		id.Parameters = nullParameters()
	}
	return id
}

// Wrap returns cek wrapped under kek.
func (w *KeyWrap) Wrap(kek, cek []byte) ([]byte, error) {
	if w.wrap == nil {
		return nil, &UnsupportedError{Kind: "key wrap", OID: w.OID, Detail: "only read"}
	}
	b, err := w.cipher(kek)
	if err != nil {
		return nil, err
	}
	if len(cek)%wrapUnit != 0 || len(cek) < minWrapped-wrapUnit || len(cek) > maxCEK {
		return nil, &UnsupportedError{Kind: "key wrap", OID: w.OID, Detail: fmt.Sprintf("of a key of %d octets", len(cek))}
	}
	return w.wrap(b, cek)
}

// Unwrap recovers the key that was wrapped under kek. A wrong integrity value
// or a length that cannot be is [ErrUnwrap].
func (w *KeyWrap) Unwrap(kek, wrapped []byte) ([]byte, error) {
	b, err := w.cipher(kek)
	if err != nil {
		return nil, err
	}
	shortest := minWrapped
	if w.min > 0 {
		shortest = w.min
	}
	if len(wrapped)%wrapUnit != 0 || len(wrapped) < shortest || len(wrapped) > maxCEK+minWrapped {
		return nil, ErrUnwrap
	}
	return w.unwrap(b, wrapped)
}

func (w *KeyWrap) cipher(kek []byte) (cipher.Block, error) {
	if len(kek) != w.KeySize {
		return nil, &KeySizeError{Name: w.Name, Want: w.KeySize, Got: len(kek)}
	}
	return w.block(kek)
}
