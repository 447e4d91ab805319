package algorithm

import (
	"bytes"
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

// ccmReference is NIST SP 800-38C, Section 6.1, block by block.
func ccmReference(t testing.TB, key, nonce, aad, plain []byte, tagSize int) (ciphertext, tag []byte) {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	l := 15 - len(nonce)
	b := append([]byte{byte(l-1) | byte((tagSize-2)/2)<<3}, nonce...)
	if len(aad) > 0 {
		b[0] |= 0x40
	}
	b = append(b, binary.BigEndian.AppendUint64(nil, uint64(len(plain)))[8-l:]...)
	if n := len(aad); n > 0 {
		if n < 65280 {
			b = binary.BigEndian.AppendUint16(b, uint16(n))
		} else {
			b = binary.BigEndian.AppendUint32(append(b, 0xff, 0xfe), uint32(n))
		}
		b = append(b, aad...)
		b = append(b, make([]byte, (16-len(b)%16)%16)...)
	}
	b = append(b, plain...)
	b = append(b, make([]byte, (16-len(b)%16)%16)...)
	mac := make([]byte, 16)
	for ; len(b) > 0; b = b[16:] {
		subtle.XORBytes(mac, mac, b[:16])
		block.Encrypt(mac, mac)
	}
	stream := func(i int) []byte {
		c := append([]byte{byte(l - 1)}, nonce...)
		c = append(c, binary.BigEndian.AppendUint64(nil, uint64(i))[8-l:]...)
		block.Encrypt(c, c)
		return c
	}
	for i := 0; i < len(plain); i += 16 {
		out := stream(i/16 + 1)
		n := subtle.XORBytes(out, plain[i:], out)
		ciphertext = append(ciphertext, out[:n]...)
	}
	subtle.XORBytes(mac, mac, stream(0))
	return ciphertext, mac[:tagSize]
}

// aeadStreams runs a content through Encrypter, Authenticator and Decrypter and
// compares each with what is wanted.
func aeadStreams(t testing.TB, c *ContentCipher, p *CipherParameters, key, aad, plain, want, wantTag []byte, step int) {
	t.Helper()
	what := fmt.Sprintf("%s, %d octets in steps of %d", c.Name, len(plain), step)
	p.ContentSize = int64(len(plain))
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
		t.Fatalf("%s: ciphertext equal %v, tag %x, want %x", what, bytes.Equal(got, want), tag, wantTag)
	}
	check := func(tag []byte) bool {
		a, err := c.NewAuthenticator(p, key, aad)
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range pieces(want, step) {
			if n, err := a.Write(piece); err != nil || n != len(piece) {
				t.Fatalf("%s: Write is %d, %v", what, n, err)
			}
		}
		return a.Check(tag)
	}
	if !check(wantTag) {
		t.Fatalf("%s: the right tag is refused", what)
	}
	wrong := bytes.Clone(wantTag)
	wrong[len(plain)%len(wrong)] ^= 1
	for _, tag := range [][]byte{wrong, nil, wantTag[:len(wantTag)-1], append(bytes.Clone(wantTag), 0)} {
		if check(tag) {
			t.Fatalf("%s: tag %x accepted", what, tag)
		}
	}
	d, err := c.NewDecrypter(p, key)
	if err != nil {
		t.Fatal(err)
	}
	inPlace := bytes.Clone(want)
	got = got[:0]
	for _, piece := range pieces(inPlace, step) {
		got = append(got, d.Update(piece[:0], piece)...)
	}
	if got, err = d.Final(got); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("%s: decrypted wrongly, %v", what, err)
	}
}

var aeadSizes = []int{0, 1, 15, 16, 17, 31, 32, 100, ccmSegment - 1, ccmSegment, ccmSegment + 1, chachaSegment + 5}

func TestCCMEqualsReference(t *testing.T) {
	t.Parallel()
	for _, c := range ccmCiphers {
		for nonce := ccmMinNonce; nonce <= ccmMaxNonce; nonce++ {
			for _, size := range aeadSizes {
				p := &CipherParameters{IV: randomBytes(nonce), TagSize: 8 + 2*(nonce%5)}
				key, aad, plain := randomBytes(c.KeySize), randomBytes(size%40), randomBytes(size)
				want, tag := ccmReference(t, key, p.IV, aad, plain, p.TagSize)
				for _, step := range []int{7, 64, 1 << 20} {
					aeadStreams(t, c, p, key, aad, plain, want, tag, step)
				}
			}
		}
	}
	c := ccmCiphers[0]
	p := &CipherParameters{IV: randomBytes(7), TagSize: 16}
	for _, n := range []int{0xfeff, 0xff00, 0xff01, 0x10001} { // the length of the additional data has two forms
		key, aad, plain := randomBytes(c.KeySize), randomBytes(n), randomBytes(33)
		want, tag := ccmReference(t, key, p.IV, aad, plain, 16)
		aeadStreams(t, c, p, key, aad, plain, want, tag, 16)
	}
}

func TestChaChaEqualsOneShot(t *testing.T) {
	t.Parallel()
	c := chachaCiphers[0]
	for _, size := range aeadSizes {
		for _, step := range []int{7, 64, 1 << 20} {
			p := &CipherParameters{IV: randomBytes(12), TagSize: 16}
			key, aad, plain := randomBytes(32), randomBytes(size%40), randomBytes(size)
			one, err := chacha20poly1305.New(key)
			if err != nil {
				t.Fatal(err)
			}
			sealed := one.Seal(nil, p.IV, plain, aad)
			aeadStreams(t, c, p, key, aad, plain, sealed[:size], sealed[size:], step)
		}
	}
}

// TestSized holds that a content of another size than announced gets no tag and
// passes no check.
func TestSized(t *testing.T) {
	t.Parallel()
	for _, c := range ContentCiphers() {
		if !c.Sized {
			continue
		}
		key := make([]byte, c.KeySize)
		for _, announced := range []int64{0, 9, 10, 11, 100} {
			p, err := c.NewParameters()
			if err != nil {
				t.Fatal(err)
			}
			p.ContentSize = announced
			e, err := c.NewEncrypter(p, key, nil)
			if err != nil {
				t.Fatal(err)
			}
			out, tag := e.Final(e.Update(nil, make([]byte, 10)))
			if (tag != nil) != (announced == 10) {
				t.Errorf("%s: tag %x for 10 octets, %d announced", c.Name, tag, announced)
			}
			if announced < 10 && len(out) > 0 {
				t.Errorf("%s: more was encrypted than announced", c.Name)
			}
			a, err := c.NewAuthenticator(p, key, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Write(make([]byte, 10))
			if _, long := errors.AsType[*TooLongError](err); long != (announced < 10) {
				t.Errorf("%s: Write of 10 octets, %d announced: %v", c.Name, announced, err)
			}
			if announced != 10 && (a.Check(nil) || a.Check(make([]byte, 16))) {
				t.Errorf("%s: accepted with %d announced", c.Name, announced)
			}
		}
		p, _ := c.NewParameters()
		p.ContentSize = -1
		_, err := c.NewEncrypter(p, key, nil)
		if _, unknown := errors.AsType[*UnknownSizeError](err); !unknown {
			t.Errorf("%s: unknown size: %v", c.Name, err)
		}
		if _, err := c.NewAuthenticator(p, key, nil); err == nil {
			t.Errorf("%s: authenticated without a size", c.Name)
		}
	}
	// A nonce of 13 leaves two octets for the length.
	c := ccmCiphers[0]
	p := &CipherParameters{IV: make([]byte, 13), TagSize: 8, ContentSize: 1 << 16}
	key := make([]byte, c.KeySize)
	if _, err := c.NewAuthenticator(p, key, nil); err == nil || c.MaxSizeWith(p) != 1<<16-1 {
		t.Errorf("%d octets with a nonce of 13: %v", p.ContentSize, err)
	}
	d, err := c.NewDecrypter(p, key)
	if err != nil {
		t.Fatal(err)
	}
	if out := d.Update(nil, make([]byte, 1<<16)); len(out) > 0 {
		t.Error("decrypted more than the counter allows")
	}
	if _, err := d.Final(nil); err == nil {
		t.Error("no error behind the limit")
	}
}

// TestChaChaLimit looks at the end of the counter, without going all the way.
func TestChaChaLimit(t *testing.T) {
	t.Parallel()
	c := chachaCiphers[0]
	p := &CipherParameters{IV: make([]byte, 12), TagSize: 16}
	for _, room := range []uint64{9, 10} {
		s, err := newChaChaState(c, p, make([]byte, 32), nil)
		if err != nil {
			t.Fatal(err)
		}
		s.text = maxChaCha - room
		a := chachaAuthenticator{s}
		_, err = a.Write(make([]byte, 10))
		if _, long := errors.AsType[*TooLongError](err); long != (room < 10) {
			t.Errorf("room for %d: %v", room, err)
		}
		if _, tag := s.Final(nil); (tag == nil) != (room < 10) {
			t.Errorf("room for %d: tag %x", room, tag)
		}
		if _, err := (chachaDecrypter{s}).Final(nil); (err != nil) != (room < 10) {
			t.Errorf("room for %d: %v", room, err)
		}
		if len(s.Update(nil, []byte{1})) > 0 {
			t.Errorf("room for %d: more was encrypted", room)
		}
	}
}

// TestCEKHKDFVectors are those of RFC 9709, Appendix B.
func TestCEKHKDFVectors(t *testing.T) {
	t.Parallel()
	for identifier, want := range map[string]string{
		"301b0609608648016503040106300e040c5c79058ba2f43447639d29e2":     "2124ffb29fac4e0fbbc7d5d87492bff3",
		"301d06096086480165030401020410651f722ffd512c52fe072e507d72b377": "9cd102c52f1e19ece8729b35bfeceb50",
	} {
		id, err := ParseIdentifier(decodeHex(t, identifier))
		if err != nil {
			t.Fatal(err)
		}
		got, err := deriveCEK(decodeHex(t, "c702e7d0a9e064b09ba55245fb733cf3"), id)
		if err != nil || !bytes.Equal(got, decodeHex(t, want)) {
			t.Errorf("%s: %x, %v", identifier, got, err)
		}
	}
}

// TestCEKHKDF holds that a derived row computes with the derived key what the row
// within does, and that parameters of another row are refused.
func TestCEKHKDF(t *testing.T) {
	t.Parallel()
	for c := range contentCiphers.rows() {
		if c.OID != oidCEKHKDF {
			continue
		}
		inner, err := ContentCipherByName(c.Name[len("cek-hkdf-sha256-"):])
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.NewParameters()
		if err != nil {
			t.Fatal(err)
		}
		key, plain := randomBytes(c.KeySize), randomBytes(50)
		p.ContentSize = int64(len(plain))
		e, err := c.NewEncrypter(p, key, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, tag := e.Final(e.Update(nil, plain))
		id, err := ParseIdentifier(p.Identifier.Parameters)
		if err != nil {
			t.Fatal(err)
		}
		_, q, err := FindContentCipher(id)
		if err != nil {
			t.Fatal(err)
		}
		q.ContentSize = p.ContentSize
		derivedKey, err := deriveCEK(key, id)
		if err != nil {
			t.Fatal(err)
		}
		if e, err = inner.NewEncrypter(q, derivedKey, nil); err != nil {
			t.Fatal(err)
		}
		want, wantTag := e.Final(e.Update(nil, plain))
		if !bytes.Equal(got, want) || !bytes.Equal(tag, wantTag) {
			t.Errorf("%s: not %s under the derived key", c.Name, inner.Name)
		}
		if _, err := c.NewDecrypter(q, key); err == nil {
			t.Errorf("%s: takes parameters without the cipher within", c.Name)
		}
	}
	_, _, err := FindContentCipher(Identifier{OID: oidCEKHKDF, Parameters: decodeHex(t, "301406082a864886f70d030704080001020304050607")})
	if unsupported, ok := errors.AsType[*UnsupportedError](err); !ok || unsupported.OID != MustOID("1.2.840.113549.3.7") {
		t.Errorf("3DES within: %v", err)
	}
}
