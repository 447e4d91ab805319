package algorithm

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"sync"
	"testing"
)

// readParts reads r in many ways and compares with want.
func readParts(t *testing.T, what string, r *io.SectionReader, want []byte) {
	t.Helper()
	if r.Size() != int64(len(want)) {
		t.Fatalf("%s: %d octets, want %d", what, r.Size(), len(want))
	}
	for _, step := range []int{len(want), 64 << 10, 1000, 17} {
		if step < 100 && len(want) > 5000 {
			break
		}
		for off := 0; off < len(want); off += max(step, 1) {
			p := make([]byte, min(step, len(want)-off))
			if n, err := r.ReadAt(p, int64(off)); n < len(p) || err != nil && err != io.EOF || !bytes.Equal(p, want[off:off+n]) {
				t.Fatalf("%s: %d octets at %d: %d, %v", what, len(p), off, n, err)
			}
		}
	}
	for range min(20, len(want)) {
		off := mathrand.IntN(len(want))
		p := make([]byte, 1+mathrand.IntN(len(want)-off))
		if n, err := r.ReadAt(p, int64(off)); n < len(p) || err != nil && err != io.EOF || !bytes.Equal(p, want[off:off+n]) {
			t.Fatalf("%s: %d octets at %d: %d, %v", what, len(p), off, n, err)
		}
	}
	if n, err := r.ReadAt(make([]byte, 10), int64(len(want))); n != 0 || err != io.EOF {
		t.Fatalf("%s: beyond the end: %d, %v", what, n, err)
	}
}

// plaintextLengths are small ones, a stride up to 65,536, and those around the
// seams of what is read at a time.
func plaintextLengths() []int {
	lengths := []int{65519, 65520, 65521, 65535, 65536, 65537, 65552, 2*cbcPart - 1, 2 * cbcPart, 2*cbcPart + 1, 3*cbcPart + 7}
	for n := 0; n <= 65536; n += 1 + n/16 {
		lengths = append(lengths, n)
	}
	return lengths
}

func TestPlaintextGCM(t *testing.T) {
	t.Parallel()
	content := randomBytes(3*cbcPart + 100)
	for _, c := range gcmCiphers {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for _, n := range plaintextLengths() {
				p := &CipherParameters{IV: randomBytes(12 + n%5), TagSize: 16}
				key := randomBytes(c.KeySize)
				text, _ := gcmReference(t, key, p.IV, nil, content[:n], false)
				r, err := c.Plaintext(p, key, bytes.NewReader(text), int64(n), false)
				if err != nil {
					t.Fatal(err)
				}
				readParts(t, c.Name, r, content[:n])
			}
		})
	}
}

// TestPlaintextGCMCounterWrap: only 32 bits of the counter block count, at every place.
func TestPlaintextGCMCounterWrap(t *testing.T) {
	t.Parallel()
	c := gcmCiphers[0]
	content := randomBytes(1000)
	for _, low := range []uint64{0xffffffff, 0xfffffffe, 0xfffffff0, 0xffffffe0, 0xffffffc5, 0} {
		key := randomBytes(32)
		p := &CipherParameters{IV: nonceFor(t, key, fieldElement{^uint64(0), 0xffffffff<<32 | low}), TagSize: 16}
		text, _ := gcmReference(t, key, p.IV, nil, content, true)
		r, err := c.Plaintext(p, key, bytes.NewReader(text), int64(len(text)), false)
		if err != nil {
			t.Fatal(err)
		}
		readParts(t, c.Name, r, content)
	}
}

func TestPlaintextCBC(t *testing.T) {
	t.Parallel()
	content := randomBytes(3*cbcPart + 100)
	for _, name := range []string{"aes-256-cbc", "aes-192-cbc", "aes-128-cbc", "3des-cbc"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := ContentCipherByName(name)
			if err != nil {
				t.Fatal(err)
			}
			newBlock := aes.NewCipher
			if name == "3des-cbc" {
				newBlock = des.NewTripleDESCipher
			}
			for i, n := range plaintextLengths() {
				if name == "3des-cbc" && i%8 != 0 {
					continue // slow
				}
				p := &CipherParameters{IV: randomBytes(c.BlockSize)}
				key := randomBytes(c.KeySize)
				block, err := newBlock(key)
				if err != nil {
					t.Fatal(err)
				}
				text := cbcReference(t, block, p.IV, content[:n])
				r, err := c.Plaintext(p, key, bytes.NewReader(text), int64(len(text)), false)
				if err != nil {
					t.Fatalf("%d octets: %v", n, err)
				}
				readParts(t, name, r, content[:n])
			}
		})
	}
}

// TestPlaintextTogether: several goroutines read one content.
func TestPlaintextTogether(t *testing.T) {
	t.Parallel()
	content := randomBytes(3 * cbcPart)
	for _, c := range []*ContentCipher{gcmCiphers[0], cbcCiphers[0]} {
		key := randomBytes(c.KeySize)
		p, err := c.NewParameters()
		if err != nil {
			t.Fatal(err)
		}
		e, err := c.NewEncrypter(p, key, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := e.Final(e.Update(nil, content))
		r, err := c.Plaintext(p, key, bytes.NewReader(text), int64(len(text)), false)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				got := make([]byte, len(content)-i)
				if n, err := r.ReadAt(got, int64(i)); n < len(got) || err != nil && err != io.EOF || !bytes.Equal(got, content[i:]) {
					t.Errorf("%s: %d, %v", c.Name, n, err)
				}
			})
		}
		wg.Wait()
	}
}

func TestPlaintextRefused(t *testing.T) {
	t.Parallel()
	c, err := ContentCipherByName("aes-128-cbc")
	if err != nil {
		t.Fatal(err)
	}
	key := randomBytes(16)
	p := &CipherParameters{IV: randomBytes(16)}
	for pad := range 256 { // as the Decrypter does
		blocks := make([]byte, 32)
		for i := 1; i <= min(pad, 16); i++ {
			blocks[32-i] = byte(pad)
		}
		blocks[31] = byte(pad)
		for bad := range min(pad, 16) {
			text := rawCBC(t, key, p.IV, blocks)
			if bad > 0 {
				wrong := bytes.Clone(blocks)
				wrong[31-bad] ^= 0x40
				text = rawCBC(t, key, p.IV, wrong)
			}
			want, wantErr := decryptAll(t, c, p, key, text, 16)
			r, err := c.Plaintext(p, key, bytes.NewReader(text), 32, false)
			if !errors.Is(err, wantErr) || err == nil && r.Size() != int64(len(want)) {
				t.Errorf("padding %d, %d wrong: %v, want %v", pad, bad, err, wantErr)
			}
		}
	}
	for _, n := range []int64{0, 1, 15, 17, 31, 33} {
		if _, err := c.Plaintext(p, key, bytes.NewReader(make([]byte, n)), n, false); !errors.Is(err, ErrPadding) {
			t.Errorf("ciphertext of %d octets: %v, want ErrPadding", n, err)
		}
	}
	if _, err := c.Plaintext(p, key[:15], bytes.NewReader(make([]byte, 16)), 16, false); err == nil {
		t.Error("a key of 15 octets is taken")
	}
	if _, err := c.Plaintext(p, key, bytes.NewReader(make([]byte, 16)), 32, false); err != io.ErrUnexpectedEOF {
		t.Errorf("a ciphertext that is shorter than was said: %v", err)
	}
	var limit *TooLongError
	g := gcmCiphers[0]
	if _, err := g.Plaintext(&CipherParameters{IV: randomBytes(12), TagSize: 16}, randomBytes(32), bytes.NewReader(nil), maxGCM, false); !errors.As(err, &limit) {
		t.Errorf("a ciphertext of %d octets: %v", maxGCM, err)
	}
	chacha, err := ContentCipherByName("chacha20-poly1305")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chacha.Plaintext(nil, nil, nil, 0, false); err == nil || chacha.Anywhere() {
		t.Error("ChaCha20-Poly1305 is read anywhere")
	}
}

// TestPlaintextDiskFails: an error of the ciphertext is that of the reading.
func TestPlaintextDiskFails(t *testing.T) {
	t.Parallel()
	gone := errors.New("the disk is gone")
	for _, c := range []*ContentCipher{gcmCiphers[0], cbcCiphers[0]} {
		p, err := c.NewParameters()
		if err != nil {
			t.Fatal(err)
		}
		block, _ := aes.NewCipher(make([]byte, c.KeySize))
		text := make([]byte, 4096)
		if c.BlockSize > 1 {
			text = cbcReference(t, block, p.IV, make([]byte, 4090))
		}
		src := &failingAt{text: text, from: 2048, err: gone}
		r, err := c.Plaintext(p, make([]byte, c.KeySize), src, int64(len(text)), false)
		if err != nil {
			t.Fatal(err)
		}
		src.fails = true
		if _, err := r.ReadAt(make([]byte, 4000), 0); !errors.Is(err, gone) {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

type failingAt struct {
	text  []byte
	from  int64
	err   error
	fails bool
}

func (f *failingAt) ReadAt(p []byte, off int64) (int, error) {
	n := copy(p, f.text[off:])
	if f.fails && off+int64(n) > f.from {
		return int(max(0, f.from-off)), f.err
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// TestPlaintextAllocations: reading on from where one was needs no memory, however
// much there is.
func TestPlaintextAllocations(t *testing.T) {
	content := make([]byte, 40*cbcPart)
	for _, c := range []*ContentCipher{gcmCiphers[0], cbcCiphers[0]} {
		key := make([]byte, c.KeySize)
		p, err := c.NewParameters()
		if err != nil {
			t.Fatal(err)
		}
		e, err := c.NewEncrypter(p, key, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := e.Final(e.Update(nil, content))
		r, err := c.Plaintext(p, key, bytes.NewReader(text), int64(len(text)), false)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, cbcPart)
		off := int64(0)
		if n := testing.AllocsPerRun(30, func() {
			if n, err := r.ReadAt(buf, off); n < len(buf) {
				t.Fatal(n, err)
			}
			off += int64(len(buf))
		}); n > 0 {
			t.Errorf("%s: %.0f allocations for a piece", c.Name, n)
		}
	}
}

func BenchmarkPlaintext(b *testing.B) {
	for _, c := range []*ContentCipher{gcmCiphers[0], cbcCiphers[0]} {
		b.Run(c.Name, func(b *testing.B) {
			key := make([]byte, c.KeySize)
			p, _ := c.NewParameters()
			block, _ := aes.NewCipher(key)
			text := make([]byte, 1<<20)
			if c.BlockSize > 1 {
				pad := bytes.Repeat([]byte{16}, 16)
				text = append(text, make([]byte, 16)...)
				cipher.NewCBCEncrypter(block, make([]byte, 16)).CryptBlocks(text[1<<20:], xored(pad, text[1<<20-16:1<<20]))
			}
			r, err := c.Plaintext(p, key, bytes.NewReader(text), int64(len(text)), false)
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 128<<10)
			b.SetBytes(1 << 20)
			b.ReportAllocs()
			for b.Loop() {
				for off := int64(0); off < 1<<20; off += int64(len(buf)) {
					if n, err := r.ReadAt(buf, off); n < len(buf) {
						b.Fatal(n, err)
					}
				}
			}
		})
	}
}

func xored(a, b []byte) []byte {
	out := bytes.Clone(a)
	for i := range out {
		out[i] ^= b[i]
	}
	return out
}
