package algorithm

import "crypto/des"

// desCiphers holds DES-CBC, which S/MIME 2 knew and nobody should have used. Its
// 56 bits are searched in days.
var desCiphers = []*ContentCipher{
	{Name: "des-cbc", Title: "DES-CBC", OID: OID("\x2b\x0e\x03\x02\x07") /* 1.3.14.3.2.7 */, KeySize: 8, BlockSize: des.BlockSize,
		Status: Broken, ReadOnly: true, mode: cbc{des.NewCipher, des.BlockSize}, standard: "RFC 8018, Appendix B.2.1", strength: 56},
}
