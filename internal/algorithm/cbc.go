package algorithm

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// cbcCiphers are AES in CBC mode (RFC 3565, Section 4).
var cbcCiphers = []*ContentCipher{
	{Name: "aes-256-cbc", Title: "AES-256-CBC", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2a") /* 2.16.840.1.101.3.4.1.42 */, KeySize: 32, BlockSize: aes.BlockSize, mode: cbc{aes.NewCipher, aes.BlockSize}, standard: "RFC 3565, Section 4"},
	{Name: "aes-192-cbc", Title: "AES-192-CBC", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x16") /* 2.16.840.1.101.3.4.1.22 */, KeySize: 24, BlockSize: aes.BlockSize, mode: cbc{aes.NewCipher, aes.BlockSize}, standard: "RFC 3565, Section 4"},
	{Name: "aes-128-cbc", Title: "AES-128-CBC", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x02") /* 2.16.840.1.101.3.4.1.2 */, KeySize: 16, BlockSize: aes.BlockSize, mode: cbc{aes.NewCipher, aes.BlockSize}, standard: "RFC 3565, Section 4"},
}

// cbc is CBC mode with the padding of RFC 5652, Section 6.3. Its parameters are
// the IV, an OCTET STRING of one block.
type cbc struct {
	block func(key []byte) (cipher.Block, error)
	size  int // octets of a block, maxBlock at most
}

func (m cbc) read(c *ContentCipher, id Identifier) (*CipherParameters, error) {
	input := cryptobyte.String(id.Parameters)
	var iv cryptobyte.String
	if !input.ReadASN1(&iv, asn1.OCTET_STRING) || !input.Empty() {
		return nil, &ParameterError{Name: c.Name, Detail: "not one OCTET STRING"}
	}
	p := &CipherParameters{IV: bytes.Clone(iv)}
	return p, m.check(p)
}

func (m cbc) fresh(c *ContentCipher) (*CipherParameters, error) {
	iv := make([]byte, m.size)
	if _, err := rand.Read(iv); err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1OctetString(iv)
	return &CipherParameters{Identifier: Identifier{OID: c.OID, Parameters: b.BytesOrPanic()}, IV: iv}, nil
}

func (m cbc) check(p *CipherParameters) error {
	if len(p.IV) != m.size {
		return &ParameterError{Name: "cbc", Detail: "length of the initialisation vector"}
	}
	return nil
}

func (m cbc) encrypter(_ *ContentCipher, p *CipherParameters, key, _ []byte) (Encrypter, error) {
	b, err := m.block(key)
	if err != nil {
		return nil, err
	}
	return &cbcEncrypter{blockStream{mode: cipher.NewCBCEncrypter(b, p.IV), size: m.size}}, nil
}

func (cbc) authenticator(c *ContentCipher, _ *CipherParameters, _, _ []byte) (Authenticator, error) {
	return nil, &UnsupportedError{Kind: "cipher", OID: c.OID, Detail: "without authentication"}
}

func (m cbc) decrypter(_ *ContentCipher, p *CipherParameters, key []byte) (Decrypter, error) {
	b, err := m.block(key)
	if err != nil {
		return nil, err
	}
	return newCBCDecrypter(b, p.IV), nil
}

func (m cbc) ciphertextSize(plain int64) int64 { return plain + int64(m.size) - plain%int64(m.size) }

func (cbc) limit(*CipherParameters) int64 { return 0 }

// BlockCipher returns the block cipher below a cipher in CBC mode, for key wraps
// that are built of it (RFC 3211, Section 2.3). Others have none to give.
func (c *ContentCipher) BlockCipher(key []byte) (cipher.Block, error) {
	m, ok := c.mode.(cbc)
	if !ok || c.Status == Broken {
		return nil, &UnsupportedError{Kind: "key wrap", OID: c.OID, Detail: "with " + c.Title}
	}
	if len(key) != c.KeySize {
		return nil, &KeySizeError{Name: c.Name, Want: c.KeySize, Got: len(key)}
	}
	return m.block(key)
}
