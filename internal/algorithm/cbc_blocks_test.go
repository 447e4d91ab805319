package algorithm

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"testing"
)

// TestCBCBlocks is CBC mode as crypto/cipher has it, at the ends of rows, in one piece and in several, and where the
// plaintext takes the place of the ciphertext.
func TestCBCBlocks(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]func(key []byte) (cipher.Block, error){
		"AES": aes.NewCipher, "3DES": des.NewTripleDESCipher,
	} {
		b, err := block(randomBytes(24))
		if err != nil {
			t.Fatal(err)
		}
		size := b.BlockSize()
		iv, ciphertext := randomBytes(size), randomBytes(3*cbcRow+2*size)
		for _, n := range []int{0, size, 2 * size, cbcRow - size, cbcRow, cbcRow + size, 2 * cbcRow, 3*cbcRow + 2*size} {
			want := make([]byte, n)
			cipher.NewCBCDecrypter(b, iv).CryptBlocks(want, ciphertext[:n])
			for _, step := range []int{size, 3 * size, cbcRow, cbcRow + size, 4 * cbcRow} {
				for _, inPlace := range []bool{true, false} {
					src := bytes.Clone(ciphertext[:n])
					dst := src
					if !inPlace {
						dst = make([]byte, n)
					}
					mode := newCBCBlocks(b, iv)
					for at := 0; at < n; at += step {
						end := min(at+step, n)
						mode.CryptBlocks(dst[at:end], src[at:end])
					}
					if !bytes.Equal(dst, want) {
						t.Errorf("%s, %d octets in pieces of %d, in place %v: decrypted wrongly", name, n, step, inPlace)
					}
					if !inPlace && !bytes.Equal(src, ciphertext[:n]) {
						t.Errorf("%s: the ciphertext was changed", name)
					}
				}
			}
		}
	}
}

// TestCBCSteady: with AES no memory is taken for each piece.
func TestCBCSteady(t *testing.T) {
	c, err := ContentCipherByName("aes-256-cbc")
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.NewParameters()
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.NewDecrypter(p, randomBytes(c.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	in, out := randomBytes(128<<10), make([]byte, 0, 128<<10+64)
	d.Update(out, in)
	if n := testing.AllocsPerRun(50, func() { d.Update(out, in) }); n > 0 {
		t.Errorf("%v pieces of memory for each piece", n)
	}
}

// TestResume: at every block a decrypter goes on where another one is, whatever it did before.
func TestResume(t *testing.T) {
	t.Parallel()
	for _, c := range ContentCiphers() {
		p, err := c.NewParameters()
		if err != nil {
			continue // it is for reading only
		}
		key := randomBytes(c.KeySize)
		made, err := c.NewDecrypter(p, key)
		if err != nil {
			t.Fatal(c.Name, err)
		}
		other, can := made.(Resumer)
		if can == c.Authenticated {
			t.Errorf("%s: resumes %v", c.Name, can)
		}
		if !can {
			continue
		}
		ciphertext := randomBytes(3*cbcRow + 5*c.BlockSize)
		straight := func() (Decrypter, []byte) {
			d, err := c.NewDecrypter(p, key)
			if err != nil {
				t.Fatal(err)
			}
			return d, d.Update(nil, ciphertext)
		}
		_, want := straight()
		for at := ResumeSize; at < len(ciphertext); at += c.BlockSize {
			from := 0
			if at%64 == 0 {
				from = at - ResumeSize // it need not know more
			}
			other.Resume(ciphertext[from:at])
			if got := other.Update(nil, ciphertext[at:]); !bytes.Equal(got, want[at-c.BlockSize:]) {
				t.Fatalf("%s: from %d on others came", c.Name, at)
			}
		}
		d, _ := straight()
		all, err := d.Final(nil)
		rest, again := other.Final(nil)
		if !bytes.Equal(rest, all) || again != err {
			t.Errorf("%s: ends with %x, %v, not %x, %v", c.Name, rest, again, all, err)
		}
	}
}
