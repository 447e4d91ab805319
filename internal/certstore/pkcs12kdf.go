package certstore

import "hash"

// What a derived key is for, RFC 7292, Appendix B.3.
const (
	kdfKey = 1
	kdfIV  = 2
	kdfMAC = 3
)

// pkcs12KDF derives size octets from a passphrase that was made a BMPString, RFC
// 7292, Appendix B.2. No hash function used with it gives more octets than it
// takes in a block, so that B is one block of D's size.
func pkcs12KDF(h func() hash.Hash, id byte, bmp, salt []byte, iterations, size int) []byte {
	d := h()
	v := d.BlockSize()
	diversifier := make([]byte, v)
	for i := range diversifier {
		diversifier[i] = id
	}
	in := append(fillBlocks(salt, v), fillBlocks(bmp, v)...) // "I" of the standard
	out := make([]byte, 0, size+d.Size())
	for {
		d.Reset()
		d.Write(diversifier)
		d.Write(in)
		a := d.Sum(nil)
		for range iterations - 1 {
			d.Reset()
			d.Write(a)
			a = d.Sum(a[:0])
		}
		out = append(out, a...)
		if len(out) >= size {
			return out[:size]
		}
		b := make([]byte, v)
		for i := range b {
			b[i] = a[i%len(a)]
		}
		for block := in; len(block) > 0; block = block[v:] {
			addOnePlus(block[:v], b)
		}
	}
}

// fillBlocks repeats b until it fills whole blocks of v octets.
func fillBlocks(b []byte, v int) []byte {
	n := (len(b) + v - 1) / v * v
	out := make([]byte, n)
	for i := range out {
		out[i] = b[i%len(b)]
	}
	return out
}

// addOnePlus sets x to x + b + 1, as big-endian numbers modulo their size.
func addOnePlus(x, b []byte) {
	carry := 1
	for i := len(x) - 1; i >= 0; i-- {
		carry += int(x[i]) + int(b[i])
		x[i] = byte(carry)
		carry >>= 8
	}
}
