package algorithm

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"errors"
	"testing"
)

// cbcReference pads and encrypts in one piece.
func cbcReference(t testing.TB, block cipher.Block, iv, plain []byte) []byte {
	t.Helper()
	size := block.BlockSize()
	pad := size - len(plain)%size
	out := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out
}

// rawCBC encrypts whole blocks without padding.
func rawCBC(t testing.TB, key, iv, blocks []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, len(blocks))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, blocks)
	return out
}

func decryptAll(t testing.TB, c *ContentCipher, p *CipherParameters, key, ciphertext []byte, step int) ([]byte, error) {
	t.Helper()
	d, err := c.NewDecrypter(p, key)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, piece := range pieces(ciphertext, step) {
		out = d.Update(out, piece)
	}
	return d.Final(out)
}

func TestCBCEqualsStandardLibrary(t *testing.T) {
	t.Parallel()
	content := randomBytes(70000)
	lengths := []int{255, 256, 257, 4095, 4096, 65535, 65536, 65537, 70000}
	for n := range 100 {
		lengths = append(lengths, n)
	}
	for _, c := range cbcCiphers {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for _, n := range lengths {
				p, err := c.NewParameters()
				if err != nil {
					t.Fatal(err)
				}
				key := randomBytes(c.KeySize)
				block, _ := aes.NewCipher(key)
				want := cbcReference(t, block, p.IV, content[:n])
				if got := c.CiphertextSize(int64(n)); got != int64(len(want)) {
					t.Errorf("CiphertextSize(%d) = %d, want %d", n, got, len(want))
				}
				for _, step := range []int{1, 15, 16, 17, 32, 1000, 0, 70000} {
					if n > 10000 && step < 1000 {
						continue
					}
					e, err := c.NewEncrypter(p, key, nil)
					if err != nil {
						t.Fatal(err)
					}
					var got []byte
					for _, piece := range pieces(content[:n], step) {
						got = e.Update(got, piece)
					}
					got, tag := e.Final(got)
					if !bytes.Equal(got, want) || tag != nil {
						t.Fatalf("%d octets in steps of %d: encrypted wrongly, tag %x", n, step, tag)
					}
					if got, err := decryptAll(t, c, p, key, want, step); err != nil || !bytes.Equal(got, content[:n]) {
						t.Fatalf("%d octets in steps of %d: decrypted wrongly, %v", n, step, err)
					}
				}
			}
		})
	}
}

func TestTripleDESCBC(t *testing.T) {
	t.Parallel()
	c, err := ContentCipherByName("3des-cbc")
	if err != nil {
		t.Fatal(err)
	}
	if c.Status != Legacy || !c.ReadOnly {
		t.Error("3DES is not read-only legacy")
	}
	if _, err := c.NewParameters(); err == nil {
		t.Error("parameters for 3DES were made")
	}
	key, iv := randomBytes(24), randomBytes(8)
	p := &CipherParameters{IV: iv}
	if _, err := c.NewEncrypter(p, key, nil); err == nil {
		t.Error("3DES encrypts")
	}
	block, _ := des.NewTripleDESCipher(key)
	for n := range 50 {
		plain := randomBytes(n)
		for _, step := range []int{1, 7, 8, 9, 50} {
			got, err := decryptAll(t, c, p, key, cbcReference(t, block, iv, plain), step)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%d octets in steps of %d: got %x, %v; want %x", n, step, got, err, plain)
			}
		}
	}
}

func TestCBCPaddingRefused(t *testing.T) {
	t.Parallel()
	c, err := ContentCipherByName("aes-128-cbc")
	if err != nil {
		t.Fatal(err)
	}
	key := randomBytes(16)
	p := &CipherParameters{IV: randomBytes(16)}
	// Every last octet, and every octet of the padding wrong in turn.
	for pad := range 256 {
		good := make([]byte, 32)
		for i := 1; i <= min(pad, 16); i++ {
			good[32-i] = byte(pad)
		}
		good[31] = byte(pad)
		got, err := decryptAll(t, c, p, key, rawCBC(t, key, p.IV, good), 16)
		if pad >= 1 && pad <= 16 {
			if err != nil || !bytes.Equal(got, good[:32-pad]) {
				t.Errorf("padding %d: got %x, %v", pad, got, err)
			}
			for i := 2; i <= pad; i++ {
				bad := bytes.Clone(good)
				bad[32-i] ^= 0x40
				if got, err := decryptAll(t, c, p, key, rawCBC(t, key, p.IV, bad), 16); !errors.Is(err, ErrPadding) || len(got) != 16 {
					t.Errorf("padding %d, octet %d wrong: got %x, %v", pad, i, got, err)
				}
			}
		} else if !errors.Is(err, ErrPadding) || len(got) != 16 {
			t.Errorf("padding %d: got %x, %v; want ErrPadding and the first block", pad, got, err)
		}
	}
	for _, n := range []int{0, 1, 15, 17, 31, 33} {
		if _, err := decryptAll(t, c, p, key, make([]byte, n), 10); !errors.Is(err, ErrPadding) {
			t.Errorf("ciphertext of %d octets: %v, want ErrPadding", n, err)
		}
	}
}

// TestCBCCutCiphertext: a ciphertext without its last octet is refused also
// where that octet was zero, as the rest of a buffer is.
func TestCBCCutCiphertext(t *testing.T) {
	t.Parallel()
	c := cbcCiphers[2]
	key := randomBytes(16)
	for {
		p, err := c.NewParameters()
		if err != nil {
			t.Fatal(err)
		}
		e, err := c.NewEncrypter(p, key, nil)
		if err != nil {
			t.Fatal(err)
		}
		sealed, _ := e.Final(nil)
		if sealed[15] != 0 {
			continue
		}
		if got, err := decryptAll(t, c, p, key, sealed[:15], 15); !errors.Is(err, ErrPadding) {
			t.Errorf("got %x, %v; want ErrPadding", got, err)
		}
		return
	}
}
