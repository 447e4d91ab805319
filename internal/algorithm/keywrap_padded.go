package algorithm

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
)

// paddedWraps are the AES key wraps with padding (RFC 5649), which take keys of
// any length. They are read, never written: no cipher here needs them.
var paddedWraps = []*KeyWrap{
	{Name: "aes256-wrap-pad", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x30") /* 2.16.840.1.101.3.4.1.48 */, KeySize: 32, min: minPadded, block: aes.NewCipher, unwrap: unwrapPadded, standard: "RFC 5649, Section 3"},
	{Name: "aes128-wrap-pad", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x08") /* 2.16.840.1.101.3.4.1.8 */, KeySize: 16, min: minPadded, block: aes.NewCipher, unwrap: unwrapPadded, standard: "RFC 5649, Section 3"},
	{Name: "aes192-wrap-pad", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x1c") /* 2.16.840.1.101.3.4.1.28 */, KeySize: 24, min: minPadded, block: aes.NewCipher, unwrap: unwrapPadded, standard: "RFC 5649, Section 3"},
}

// minPadded is the shortest wrapped key: one block (RFC 5649, Section 4.1).
const minPadded = 16

// paddedIV is the constant half of the alternative initial value, RFC 5649,
// Section 3; the length of the key follows it.
const paddedIV = 0xa65959a6

// unwrapPadded follows RFC 5649, Section 4.2. All that can be wrong with the
// result is looked at in the same time, and told in no way.
func unwrapPadded(b cipher.Block, wrapped []byte) ([]byte, error) {
	plain := make([]byte, len(wrapped))
	if len(wrapped) == minPadded {
		b.Decrypt(plain, wrapped)
	} else {
		unwrapBlocks(b, plain, wrapped)
	}
	iv, padded := plain[:wrapUnit], plain[wrapUnit:]
	n := int(binary.BigEndian.Uint32(iv[4:]) & 0x7fffffff)
	good := subtle.ConstantTimeEq(int32(binary.BigEndian.Uint32(iv)^paddedIV), 0)
	good &= subtle.ConstantTimeByteEq(iv[4]&0x80, 0)
	good &= subtle.ConstantTimeLessOrEq(len(padded)-wrapUnit+1, n) & subtle.ConstantTimeLessOrEq(n, len(padded))
	for i := len(padded) - wrapUnit; i < len(padded); i++ {
		inside := subtle.ConstantTimeLessOrEq(i+1, n)
		good &= inside | subtle.ConstantTimeByteEq(padded[i], 0)
	}
	if good != 1 {
		clear(plain)
		return nil, ErrUnwrap
	}
	return padded[:n:n], nil
}

// unwrapBlocks is the inverse of the wrapping process, RFC 3394, Section 2.2.2,
// without the check of the initial value, which becomes the first 8 octets.
func unwrapBlocks(b cipher.Block, plain, wrapped []byte) {
	copy(plain, wrapped)
	n := len(wrapped)/wrapUnit - 1
	var work [2 * wrapUnit]byte
	a := plain[:wrapUnit]
	for j := 5; j >= 0; j-- {
		for i := n; i >= 1; i-- {
			r := plain[i*wrapUnit : (i+1)*wrapUnit]
			binary.BigEndian.PutUint64(work[:], binary.BigEndian.Uint64(a)^uint64(n*j+i))
			copy(work[wrapUnit:], r)
			b.Decrypt(work[:], work[:])
			copy(a, work[:wrapUnit])
			copy(r, work[wrapUnit:])
		}
	}
	clear(work[:])
}
