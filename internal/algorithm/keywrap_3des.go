package algorithm

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/sha1"
	"crypto/subtle"
	"slices"
)

// tripleDESWraps holds id-alg-CMS3DESwrap (RFC 3217, Section 3; RFC 3370,
// Section 4.3.1). It is read, never written.
var tripleDESWraps = []*KeyWrap{
	{Name: "3des-wrap", OID: OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x06") /* 1.2.840.113549.1.9.16.3.6 */, KeySize: 24, Status: Legacy, null: true, block: des.NewTripleDESCipher, unwrap: unwrapTripleDES, strength: 112, standard: "RFC 3370, Section 4.3.1"},
}

// tripleDESWrapIV is the fixed IV of the outer encryption, RFC 3217,
// Section 3.1.
const tripleDESWrapIV = "\x4a\xdd\xa2\x2c\x79\xe8\x21\x05"

// unwrapTripleDES follows RFC 3217, Section 3.2.
//
// QUIRK: that section knows Triple-DES keys only, wrapped in 40 octets, and
// checks their parity. OpenSSL wraps AES keys with it as well, which have no
// parity; the checksum protects either.
func unwrapTripleDES(b cipher.Block, wrapped []byte) ([]byte, error) {
	plain := make([]byte, len(wrapped))
	cipher.NewCBCDecrypter(b, []byte(tripleDESWrapIV)).CryptBlocks(plain, wrapped)
	slices.Reverse(plain)
	iv, body := plain[:des.BlockSize], plain[des.BlockSize:]
	cipher.NewCBCDecrypter(b, iv).CryptBlocks(body, body)
	cek, check := body[:len(body)-wrapUnit], body[len(body)-wrapUnit:]
	sum := sha1.Sum(cek)
	if subtle.ConstantTimeCompare(sum[:wrapUnit], check) != 1 {
		clear(plain)
		return nil, ErrUnwrap
	}
	return slices.Clone(cek), nil
}
