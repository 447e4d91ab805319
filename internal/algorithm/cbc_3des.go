package algorithm

import "crypto/des"

// tripleDESCiphers holds DES-EDE3-CBC (RFC 3370, Section 5.1), which S/MIME 2
// and 3 encrypted with. It is read only.
var tripleDESCiphers = []*ContentCipher{
	{Name: "3des-cbc", Title: "3DES-CBC", OID: OID("\x2a\x86\x48\x86\xf7\x0d\x03\x07") /* 1.2.840.113549.3.7 */, KeySize: 24, BlockSize: des.BlockSize,
		Status: Legacy, ReadOnly: true, mode: cbc{des.NewTripleDESCipher, des.BlockSize}, standard: "RFC 3370, Section 5.1", strength: 112},
}
