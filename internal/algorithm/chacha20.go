package algorithm

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"slices"

	"golang.org/x/crypto/chacha20"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
	// The package is deprecated in favour of the whole AEAD, which takes a message
	// in one piece only. Here the MAC goes over a stream, and before decryption.
	"golang.org/x/crypto/poly1305"
)

// chachaCiphers holds ChaCha20 and Poly1305 (RFC 8103, Section 2).
var chachaCiphers = []*ContentCipher{
	{Name: "chacha20-poly1305", Title: "ChaCha20-Poly1305", OID: OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x12"), /* 1.2.840.113549.1.9.16.3.18 */
		KeySize: chacha20.KeySize, BlockSize: 1, Authenticated: true, mode: chacha{}, standard: "RFC 8103, Section 2"},
}

// maxChaCha is how many octets one content has at most: the 32-bit counter, whose
// first value makes the key of the MAC (RFC 8439, Section 2.8).
const maxChaCha = 1<<38 - 64

// chacha is the mode whose parameters are the nonce, an OCTET STRING of 12 octets.
type chacha struct{}

func (m chacha) read(c *ContentCipher, id Identifier) (*CipherParameters, error) {
	input := cryptobyte.String(id.Parameters)
	var nonce cryptobyte.String
	if !input.ReadASN1(&nonce, asn1.OCTET_STRING) || !input.Empty() {
		return nil, &ParameterError{Name: c.Name, Detail: "not one OCTET STRING"}
	}
	p := &CipherParameters{IV: bytes.Clone(nonce), TagSize: poly1305.TagSize}
	return p, m.check(p)
}

func (chacha) fresh(c *ContentCipher) (*CipherParameters, error) {
	nonce := make([]byte, chacha20.NonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1OctetString(nonce)
	return &CipherParameters{
		Identifier: Identifier{OID: c.OID, Parameters: b.BytesOrPanic()},
		IV:         nonce,
		TagSize:    poly1305.TagSize,
	}, nil
}

func (chacha) check(p *CipherParameters) error {
	if len(p.IV) != chacha20.NonceSize {
		return &ParameterError{Name: "chacha20-poly1305", Detail: "length of the nonce"}
	}
	if p.TagSize != poly1305.TagSize {
		return &ParameterError{Name: "chacha20-poly1305", Detail: "length of the authentication tag"}
	}
	return nil
}

func (chacha) encrypter(c *ContentCipher, p *CipherParameters, key, aad []byte) (Encrypter, error) {
	return newChaChaState(c, p, key, aad)
}

func (chacha) authenticator(c *ContentCipher, p *CipherParameters, key, aad []byte) (Authenticator, error) {
	s, err := newChaChaState(c, p, key, aad)
	return chachaAuthenticator{s}, err
}

func (chacha) decrypter(c *ContentCipher, p *CipherParameters, key []byte) (Decrypter, error) {
	s, err := newChaChaState(c, p, key, nil)
	return chachaDecrypter{s}, err
}

func (chacha) ciphertextSize(plain int64) int64 { return plain }

func (chacha) limit(*CipherParameters) int64 { return maxChaCha }

// chachaState is the AEAD of RFC 8439, Section 2.8 as a stream in constant memory.
type chachaState struct {
	stream *chacha20.Cipher
	mac    *poly1305.MAC
	aad    uint64 // octets
	text   uint64 // octets
	over   bool   // text would have passed maxChaCha
	name   string
}

// newChaChaState makes the key of the MAC and hashes the additional
// authenticated data.
func newChaChaState(c *ContentCipher, p *CipherParameters, key, aad []byte) (*chachaState, error) {
	stream, err := chacha20.NewUnauthenticatedCipher(key, p.IV)
	if err != nil {
		return nil, err
	}
	var once [32]byte
	stream.XORKeyStream(once[:], once[:])
	stream.SetCounter(1)
	s := &chachaState{stream: stream, mac: poly1305.New(&once), aad: uint64(len(aad)), name: c.Title}
	s.mac.Write(aad)
	s.pad(s.aad)
	return s, nil
}

// pad hashes zeros up to a whole number of 16 octets.
func (s *chachaState) pad(n uint64) {
	if n%16 != 0 {
		s.mac.Write(make([]byte, 16-n%16))
	}
}

// take accounts for n more octets and reports whether they are allowed.
func (s *chachaState) take(n int) bool {
	s.over = s.over || uint64(n) > maxChaCha-s.text
	if !s.over {
		s.text += uint64(n)
	}
	return !s.over
}

func (s *chachaState) tag() []byte {
	s.pad(s.text)
	lengths := binary.LittleEndian.AppendUint64(nil, s.aad)
	s.mac.Write(binary.LittleEndian.AppendUint64(lengths, s.text))
	return s.mac.Sum(nil)
}

// chachaSegment is how much is encrypted and hashed in one go, while it is in the
// cache, octets.
const chachaSegment = 16 << 10

func (s *chachaState) Update(dst, src []byte) []byte {
	if !s.take(len(src)) {
		return dst
	}
	start := len(dst)
	dst = slices.Grow(dst, len(src))[:start+len(src)]
	for out := dst[start:]; len(src) > 0; {
		n := min(chachaSegment, len(src))
		s.stream.XORKeyStream(out[:n], src[:n])
		s.mac.Write(out[:n])
		out, src = out[n:], src[n:]
	}
	return dst
}

func (s *chachaState) Final(dst []byte) (out, tag []byte) {
	if s.over {
		return dst, nil
	}
	return dst, s.tag()
}

// chachaAuthenticator hashes a ciphertext.
type chachaAuthenticator struct{ s *chachaState }

func (a chachaAuthenticator) Write(p []byte) (int, error) {
	if !a.s.take(len(p)) {
		return 0, &TooLongError{Name: a.s.name, Max: maxChaCha}
	}
	return a.s.mac.Write(p)
}

func (a chachaAuthenticator) Check(tag []byte) bool {
	return subtle.ConstantTimeCompare(a.s.tag(), tag) == 1 && !a.s.over
}

// chachaDecrypter is the stream cipher alone: the tag was checked before, by an
// authenticator.
type chachaDecrypter struct{ s *chachaState }

func (d chachaDecrypter) Update(dst, src []byte) []byte {
	if !d.s.take(len(src)) {
		return dst
	}
	start := len(dst)
	dst = slices.Grow(dst, len(src))[:start+len(src)]
	d.s.stream.XORKeyStream(dst[start:], src)
	return dst
}

func (d chachaDecrypter) Final(dst []byte) ([]byte, error) {
	if d.s.over {
		return dst, &TooLongError{Name: d.s.name, Max: maxChaCha}
	}
	return dst, nil
}
