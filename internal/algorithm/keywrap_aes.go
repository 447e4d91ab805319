package algorithm

import (
	"crypto/aes"
	"crypto/cipher"

	josecipher "github.com/go-jose/go-jose/v4/cipher"
)

// aesWraps are the AES key wraps (RFC 3394; RFC 3565, Section 2.3.2), in the
// order of preference.
var aesWraps = []*KeyWrap{
	{Name: "aes256-wrap", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2d") /* 2.16.840.1.101.3.4.1.45 */, KeySize: 32, block: aes.NewCipher, wrap: josecipher.KeyWrap, unwrap: unwrapAES, standard: "RFC 3565, Section 2.3.2"},
	{Name: "aes128-wrap", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x05") /* 2.16.840.1.101.3.4.1.5 */, KeySize: 16, block: aes.NewCipher, wrap: josecipher.KeyWrap, unwrap: unwrapAES, standard: "RFC 3565, Section 2.3.2"},
	{Name: "aes192-wrap", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x19") /* 2.16.840.1.101.3.4.1.25 */, KeySize: 24, block: aes.NewCipher, wrap: josecipher.KeyWrap, unwrap: unwrapAES, standard: "RFC 3565, Section 2.3.2"},
}

func unwrapAES(b cipher.Block, wrapped []byte) ([]byte, error) {
	cek, err := josecipher.KeyUnwrap(b, wrapped)
	if err != nil {
		return nil, ErrUnwrap
	}
	return cek, nil
}
