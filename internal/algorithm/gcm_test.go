package algorithm

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

const bitStringTag = asn1.BIT_STRING

// cryptobyteString returns the content of one SEQUENCE, or nil.
func cryptobyteString(der []byte) *cryptobyte.String {
	s := cryptobyte.String(der)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return nil
	}
	return &body
}

// gcmReference is the one-shot GCM of the standard library; slow hides AES from
// it, which makes it take the generic code instead of assembly.
type slowBlock struct{ cipher.Block }

func gcmReference(t testing.TB, key, nonce, aad, plain []byte, slow bool) (ciphertext, tag []byte) {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	if slow {
		block = slowBlock{block}
	}
	aead, err := cipher.NewGCMWithNonceSize(block, len(nonce))
	if err != nil {
		t.Fatal(err)
	}
	sealed := aead.Seal(nil, nonce, plain, aad)
	return sealed[:len(plain)], sealed[len(plain):]
}

// pieces cuts b at the given step; 0 means at random places.
func pieces(b []byte, step int) [][]byte {
	var out [][]byte
	for len(b) > 0 {
		n := step
		if n == 0 {
			n = mathrand.IntN(200) + 1
		}
		n = min(n, len(b))
		out = append(out, b[:n])
		b = b[n:]
	}
	return out
}

// gcmStreams runs a content through Encrypter, Authenticator and Decrypter and
// compares each with the reference.
func gcmStreams(t testing.TB, c *ContentCipher, p *CipherParameters, key, aad, plain []byte, step int) {
	t.Helper()
	want, wantTag := gcmReference(t, key, p.IV, aad, plain, false)
	wantTag = wantTag[:p.TagSize]
	e, err := c.NewEncrypter(p, key, aad)
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	for _, piece := range pieces(plain, step) {
		got = e.Update(got, piece)
	}
	got, tag := e.Final(got)
	if !bytes.Equal(got, want) || !bytes.Equal(tag, wantTag) {
		t.Fatalf("%s, %d octets in steps of %d, nonce %d: ciphertext equal %v, tag %x, want %x", c.Name, len(plain), step, len(p.IV), bytes.Equal(got, want), tag, wantTag)
	}
	a, err := c.NewAuthenticator(p, key, aad)
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range pieces(want, step) {
		if n, err := a.Write(piece); err != nil || n != len(piece) {
			t.Fatalf("Write is %d, %v", n, err)
		}
	}
	if !a.Check(wantTag) {
		t.Fatalf("%s, %d octets in steps of %d: the right tag is refused", c.Name, len(plain), step)
	}
	d, err := c.NewDecrypter(p, key)
	if err != nil {
		t.Fatal(err)
	}
	got = got[:0]
	for _, piece := range pieces(want, step) {
		got = d.Update(got, piece)
	}
	if got, err = d.Final(got); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("%s, %d octets in steps of %d: decrypted wrongly, %v", c.Name, len(plain), step, err)
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func TestGCMEqualsStandardLibrary(t *testing.T) {
	t.Parallel()
	content := randomBytes(4096)
	for _, c := range gcmCiphers {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for n := range len(content) + 1 {
				p := &CipherParameters{IV: randomBytes(12 + n%5), TagSize: 12 + n%5}
				aad := content[:n*7%61]
				gcmStreams(t, c, p, randomBytes(c.KeySize), aad, content[:n], []int{4096, 0, 16, 33, 1000}[n%5])
			}
			for n := range 100 { // octet by octet
				p := &CipherParameters{IV: randomBytes(12), TagSize: 16}
				gcmStreams(t, c, p, randomBytes(c.KeySize), content[:n], content[:n], 1)
			}
		})
	}
}

// TestGCMAllLengths takes every length up to 65,536 octets, in pieces that are no multiple of a block, against
// crypto/cipher. The short test has a stride, which is no multiple of a block either.
func TestGCMAllLengths(t *testing.T) {
	t.Parallel()
	content := randomBytes(65536)
	c := gcmCiphers[0]
	key := randomBytes(32)
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 61
	}
	p := &CipherParameters{IV: randomBytes(12), TagSize: 16}
	var want, got, back []byte
	for n := 4096; n <= len(content); n += step { // below: TestGCMEqualsStandardLibrary
		plain, aad := content[:n], content[:n%40]
		p.IV[n%12]++
		want = reference.Seal(want[:0], p.IV, plain, aad)
		e, err1 := c.NewEncrypter(p, key, aad)
		a, err2 := c.NewAuthenticator(p, key, aad)
		d, err3 := c.NewDecrypter(p, key)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		got, back = got[:0], back[:0]
		for at := 0; at < n; at += 16381 {
			got = e.Update(got, plain[at:min(at+16381, n)])
			a.Write(want[at:min(at+16381, n)])
			back = d.Update(back, want[at:min(at+16381, n)])
		}
		got, tag := e.Final(got)
		if !bytes.Equal(got, want[:n]) || !bytes.Equal(tag, want[n:]) {
			t.Fatalf("%d octets: ciphertext equal %v, tag %x, want %x", n, bytes.Equal(got, want[:n]), tag, want[n:])
		}
		if !a.Check(want[n:]) {
			t.Fatalf("%d octets: the right tag is refused", n)
		}
		if back, err = d.Final(back); err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("%d octets: decrypted wrongly, %v", n, err)
		}
	}
}

func TestGCMSegmentSeams(t *testing.T) {
	t.Parallel()
	c := gcmCiphers[0]
	content := randomBytes(4*ghashSegment + 100)
	for _, n := range []int{
		ghashSegment - 17, ghashSegment - 16, ghashSegment - 1, ghashSegment, ghashSegment + 1, ghashSegment + 16,
		2*ghashSegment - 1, 2 * ghashSegment, 2*ghashSegment + 15, 3 * ghashSegment, 3*ghashSegment + 1, len(content),
	} {
		for _, step := range []int{len(content), ghashSegment, ghashSegment - 1, ghashSegment + 1, 4096, 1000, 2*ghashSegment + 3} {
			for _, aad := range []int{0, 5, ghashSegment, ghashSegment + 1, 2*ghashSegment + 9} {
				p := &CipherParameters{IV: randomBytes(12 + n%5), TagSize: 16}
				gcmStreams(t, c, p, randomBytes(32), content[:aad], content[:n], step)
			}
		}
	}
}

// inverse returns x^-1 = x^(2^128-2).
func (x fieldElement) inverse() fieldElement {
	out := fieldElement{hi: 1 << 63}
	for range 127 {
		x = x.mul(x)
		out = out.mul(x)
	}
	return out
}

// nonceFor returns the nonce of 16 octets that leads to the pre-counter block j0.
func nonceFor(t *testing.T, key []byte, j0 fieldElement) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGHASH(block)
	if err != nil {
		t.Fatal(err)
	}
	inv := g.h.inverse()
	if g.h.mul(inv) != (fieldElement{hi: 1 << 63}) {
		t.Fatal("the inverse is wrong")
	}
	nonce := make([]byte, 16)
	j0.mul(inv).add(fieldElement{lo: 128}).mul(inv).store(nonce)
	return nonce
}

// TestGCMCounterWrap: only 32 bits of the counter block count.
func TestGCMCounterWrap(t *testing.T) {
	t.Parallel()
	c := gcmCiphers[0]
	content := randomBytes(1000)
	for _, low := range []uint64{0xffffffff, 0xfffffffe, 0xfffffffd, 0xfffffff0, 0xffffffe0, 0xffffffc5, 0} {
		key := randomBytes(32)
		p := &CipherParameters{IV: nonceFor(t, key, fieldElement{^uint64(0), 0xffffffff<<32 | low}), TagSize: 16}
		fast, fastTag := gcmReference(t, key, p.IV, nil, content, false)
		slow, slowTag := gcmReference(t, key, p.IV, nil, content, true)
		if !bytes.Equal(fast, slow) || !bytes.Equal(fastTag, slowTag) {
			t.Fatalf("counter %x: the standard library disagrees with itself", low)
		}
		for _, step := range []int{1000, 1, 16, 17} {
			gcmStreams(t, c, p, key, nil, content, step)
		}
	}
}

func TestGCMInPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []*ContentCipher{gcmCiphers[0], cbcCiphers[0]} {
		plain := randomBytes(3*ghashSegment + 7)
		p, err := c.NewParameters()
		if err != nil {
			t.Fatal(err)
		}
		key := randomBytes(c.KeySize)
		apart, _ := c.NewEncrypter(p, key, nil)
		want, wantTag := apart.Final(apart.Update(nil, plain))
		for _, step := range []int{4096, 4099, ghashSegment} {
			e, _ := c.NewEncrypter(p, key, nil)
			d, _ := c.NewDecrypter(p, key)
			var got, back []byte
			buf := make([]byte, step, step+100)
			guard := buf[step : step+16]
			for _, piece := range pieces(plain, step) {
				n := copy(buf, piece)
				sealed := bytes.Clone(e.Update(buf[:0], buf[:n]))
				got = append(got, sealed...)
			}
			if c.Authenticated && !bytes.Equal(guard, make([]byte, 16)) {
				t.Errorf("%s: wrote behind its output", c.Name)
			}
			got, tag := e.Final(got)
			if !bytes.Equal(got, want) || !bytes.Equal(tag, wantTag) {
				t.Errorf("%s: in place differs in steps of %d", c.Name, step)
			}
			for _, piece := range pieces(want, step) {
				n := copy(buf, piece)
				back = append(back, d.Update(buf[:0], buf[:n])...)
			}
			if back, err = d.Final(back); err != nil || !bytes.Equal(back, plain) {
				t.Errorf("%s: decrypting in place differs in steps of %d: %v", c.Name, step, err)
			}
		}
	}
}

func TestGCMAuthenticatorRefuses(t *testing.T) {
	t.Parallel()
	c := gcmCiphers[0]
	key, aad, plain := randomBytes(32), []byte("attributes"), randomBytes(100)
	for size := 12; size <= 16; size++ {
		p := &CipherParameters{IV: randomBytes(12), TagSize: size}
		ciphertext, full := gcmReference(t, key, p.IV, aad, plain, false)
		tag := full[:size]
		check := func(p *CipherParameters, key, aad, ciphertext, tag []byte) bool {
			a, err := c.NewAuthenticator(p, key, aad)
			if err != nil {
				t.Fatal(err)
			}
			a.Write(ciphertext)
			return a.Check(tag)
		}
		if !check(p, key, aad, ciphertext, tag) {
			t.Errorf("tag of %d: refused", size)
		}
		flip := func(b []byte, bit int) []byte {
			b = bytes.Clone(b)
			b[bit/8] ^= 1 << (bit % 8)
			return b
		}
		for bit := range size * 8 {
			if check(p, key, aad, ciphertext, flip(tag, bit)) {
				t.Errorf("tag of %d: bit %d of the tag does not count", size, bit)
			}
		}
		for bit := 0; bit < len(ciphertext)*8; bit += 5 {
			if check(p, key, aad, flip(ciphertext, bit), tag) {
				t.Errorf("bit %d of the ciphertext does not count", bit)
			}
		}
		for name, bad := range map[string]bool{
			"aad":               check(p, key, flip(aad, 3), ciphertext, tag),
			"no aad":            check(p, key, nil, ciphertext, tag),
			"key":               check(p, flip(key, 200), aad, ciphertext, tag),
			"nonce":             check(&CipherParameters{IV: flip(p.IV, 95), TagSize: size}, key, aad, ciphertext, tag),
			"cut ciphertext":    check(p, key, aad, ciphertext[:99], tag),
			"longer ciphertext": check(p, key, aad, append(bytes.Clone(ciphertext), 0), tag),
			"moved seam":        check(p, key, append(bytes.Clone(aad), ciphertext[0]), ciphertext[1:], tag),
			"cut tag":           check(p, key, aad, ciphertext, tag[:size-1]),
			"one octet":         check(p, key, aad, ciphertext, tag[:1]),
			"no tag":            check(p, key, aad, ciphertext, nil),
			"longer tag":        check(p, key, aad, ciphertext, append(bytes.Clone(tag), 0)),
			"zero tag":          check(p, key, aad, ciphertext, make([]byte, size)),
		} {
			if bad {
				t.Errorf("tag of %d: %s accepted", size, name)
			}
		}
		if size < 16 && check(p, key, aad, ciphertext, full) {
			t.Errorf("tag of %d: the full tag is accepted", size)
		}
	}
}

// TestGCMLateData: additional data that are told behind the ciphertext give the tag that they give in
// front of it, at every length and at the seams.
func TestGCMLateData(t *testing.T) {
	t.Parallel()
	c, err := ContentCipherByName("aes-128-gcm")
	if err != nil {
		t.Fatal(err)
	}
	key := randomBytes(16)
	for _, nonce := range []int{12, 16} {
		p := &CipherParameters{IV: randomBytes(nonce), TagSize: 16}
		for _, text := range []int{0, 1, 15, 16, 17, 100, ghashSegment - 1, ghashSegment, ghashSegment + 1, 2*ghashSegment + 5} {
			for _, data := range []int{0, 1, 15, 16, 17, 300, ghashSegment, ghashSegment + 1, 3*ghashSegment + 7} {
				aad := randomBytes(data)
				enc, err := c.NewEncrypter(p, key, aad)
				if err != nil {
					t.Fatal(err)
				}
				ciphertext, tag := enc.Final(enc.Update(nil, randomBytes(text)))
				check := func(aad []byte) bool {
					a, err := c.NewAuthenticator(p, key, nil)
					if err != nil {
						t.Fatal(err)
					}
					for rest := ciphertext; len(rest) > 0; {
						n := min(len(rest), 40_001)
						a.Write(rest[:n])
						rest = rest[n:]
					}
					a.(LateAuthenticator).Append(aad)
					return a.Check(tag)
				}
				if !check(aad) {
					t.Errorf("a nonce of %d, %d octets of text, %d of data: another tag", nonce, text, data)
				}
				if data > 0 && (check(nil) || check(aad[1:]) || check(append(bytes.Clone(aad[1:]), aad[0]^1))) {
					t.Errorf("a nonce of %d, %d octets of text, %d of data: the tag fits other data", nonce, text, data)
				}
			}
		}
	}
}

func TestGCMEmptyContent(t *testing.T) {
	t.Parallel()
	c := gcmCiphers[2]
	p, err := c.NewParameters()
	if err != nil {
		t.Fatal(err)
	}
	key := randomBytes(16)
	_, tag := gcmReference(t, key, p.IV, nil, nil, false)
	a, _ := c.NewAuthenticator(p, key, nil)
	if !a.Check(tag) {
		t.Error("the tag of no content is refused")
	}
	if a.Check(make([]byte, 16)) {
		t.Error("a tag of zeros is accepted")
	}
}

// TestGCMLimit sets the counters near the end instead of encrypting 64 GiB.
func TestGCMLimit(t *testing.T) {
	t.Parallel()
	c := gcmCiphers[0]
	if got := c.MaxSize(); got != 1<<36-33 {
		t.Errorf("MaxSize is %d", got)
	}
	p, _ := c.NewParameters()
	key := randomBytes(32)
	e, _ := c.NewEncrypter(p, key, nil)
	e.(*gcmEncrypter).text = maxGCM - 20
	if got := e.Update(nil, make([]byte, 19)); len(got) != 19 {
		t.Errorf("the last octets: %d of 19", len(got))
	}
	if got := e.Update(nil, make([]byte, 1)); len(got) != 0 {
		t.Error("encrypted beyond the limit")
	}
	if got := e.Update(nil, nil); len(got) != 0 {
		t.Error("encrypted after the limit")
	}
	if _, tag := e.Final(nil); tag != nil {
		t.Error("a tag for a content beyond the limit")
	}
	a, _ := c.NewAuthenticator(p, key, nil)
	a.(*gcmAuthenticator).text = maxGCM - 20
	var tooLong *TooLongError
	if _, err := a.Write(make([]byte, 20)); !errors.As(err, &tooLong) {
		t.Errorf("authenticator: %v", err)
	}
	if a.Check(a.(*gcmAuthenticator).tag()) {
		t.Error("a content beyond the limit is authenticated")
	}
	d, _ := c.NewDecrypter(p, key)
	d.(*gcmDecrypter).text = maxGCM - 20
	if got := d.Update(nil, make([]byte, 20)); len(got) != 0 {
		t.Error("decrypted beyond the limit")
	}
	if _, err := d.Final(nil); !errors.As(err, &tooLong) {
		t.Errorf("decrypter: %v", err)
	}
}

// TestGCMVector is test case 16 of the GCM submission (AES-256, with additional
// data).
func TestGCMVector(t *testing.T) {
	t.Parallel()
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	c := gcmCiphers[0]
	p := &CipherParameters{IV: unhex("cafebabefacedbaddecaf888"), TagSize: 16}
	e, err := c.NewEncrypter(p, unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
	if err != nil {
		t.Fatal(err)
	}
	got, tag := e.Final(e.Update(nil, unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")))
	if want := "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"; hex.EncodeToString(got) != want {
		t.Errorf("ciphertext %x, want %s", got, want)
	}
	if want := "76fc6ece0f4e1768cddf8853bb2d551b"; hex.EncodeToString(tag) != want {
		t.Errorf("tag %x, want %s", tag, want)
	}
}

func FuzzGCMSplit(f *testing.F) {
	f.Add([]byte("key"), []byte("nonce"), []byte("aad"), []byte("content"), uint16(3))
	f.Add([]byte{}, []byte{}, []byte{}, make([]byte, 100), uint16(0))
	f.Add([]byte{1}, []byte{2}, make([]byte, 40), make([]byte, ghashSegment+20), uint16(4096))
	f.Fuzz(func(t *testing.T, seed, iv, aad, plain []byte, step uint16) {
		c := gcmCiphers[len(seed)%3]
		key := make([]byte, c.KeySize)
		copy(key, seed)
		nonce := make([]byte, 12+len(iv)%5)
		copy(nonce, iv)
		gcmStreams(t, c, &CipherParameters{IV: nonce, TagSize: 12 + len(aad)%5}, key, aad, plain, int(step))
	})
}

func benchmarkCipher(b *testing.B, c *ContentCipher, work func(p *CipherParameters, key, in, out []byte)) {
	p, err := c.NewParameters()
	if err != nil {
		b.Fatal(err)
	}
	key, in, out := randomBytes(c.KeySize), make([]byte, 1<<20), make([]byte, 0, 1<<20+64)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		work(p, key, in, out)
	}
}

func BenchmarkCipher(b *testing.B) {
	for _, c := range []*ContentCipher{gcmCiphers[0], gcmCiphers[2], cbcCiphers[0], cbcCiphers[2]} {
		for _, chunk := range []int{1 << 20, 64 << 10, 4 << 10} {
			size := fmt.Sprintf("/1MiB-by-%dKiB", chunk>>10)
			b.Run("Encrypt/"+c.Title+size, func(b *testing.B) {
				benchmarkCipher(b, c, func(p *CipherParameters, key, in, out []byte) {
					e, _ := c.NewEncrypter(p, key, nil)
					for i := 0; i < len(in); i += chunk {
						e.Update(out, in[i:i+chunk])
					}
					e.Final(out)
				})
			})
			b.Run("Decrypt/"+c.Title+size, func(b *testing.B) {
				benchmarkCipher(b, c, func(p *CipherParameters, key, in, out []byte) {
					d, _ := c.NewDecrypter(p, key)
					for i := 0; i < len(in); i += chunk {
						d.Update(out, in[i:i+chunk])
					}
					d.Final(out)
				})
			})
			if c.Authenticated {
				b.Run("Authenticate/"+c.Title+size, func(b *testing.B) {
					benchmarkCipher(b, c, func(p *CipherParameters, key, in, _ []byte) {
						a, _ := c.NewAuthenticator(p, key, nil)
						for i := 0; i < len(in); i += chunk {
							a.Write(in[i : i+chunk])
						}
						a.Check(key[:16])
					})
				})
			}
		}
	}
	b.Run("OneShot/AES-256-GCM/1MiB", func(b *testing.B) { // the standard library, to compare with
		block, _ := aes.NewCipher(make([]byte, 32))
		aead, _ := cipher.NewGCM(block)
		in, out, nonce := make([]byte, 1<<20), make([]byte, 0, 1<<20+64), make([]byte, 12)
		b.SetBytes(int64(len(in)))
		for b.Loop() {
			aead.Seal(out, nonce, in, nil)
		}
	})
	b.Run("Small/AES-256-GCM/1KiB", func(b *testing.B) {
		c := gcmCiphers[0]
		p, _ := c.NewParameters()
		key, in, out := make([]byte, 32), make([]byte, 1024), make([]byte, 0, 2048)
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			e, _ := c.NewEncrypter(p, key, nil)
			e.Final(e.Update(out, in))
		}
	})
}
