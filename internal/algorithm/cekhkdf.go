package algorithm

import (
	"crypto/hkdf"
	"crypto/sha256"

	"golang.org/x/crypto/cryptobyte"
)

const oidCEKHKDF = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x1f") // 1.2.840.113549.1.9.16.3.31

// underHKDF are the ciphers of today under CEK-HKDF-SHA256 (RFC 9709): the key
// that recipients recover is not the key of the content, but one that is derived
// from it and from the whole identifier of the cipher. A message that was
// relabelled with another cipher then decrypts to nothing that tells of the key.
//
// There is a row for each cipher within, and none for CEK-HKDF-SHA256 itself:
// it cannot be nested.
func underHKDF(ciphers []*ContentCipher) []*ContentCipher {
	var rows []*ContentCipher
	for _, c := range ciphers {
		row := *c
		row.Name = "cek-hkdf-sha256-" + c.Name
		row.OID = oidCEKHKDF
		row.mode = derived{c}
		row.standard = "RFC 9709, Section 3"
		rows = append(rows, &row)
	}
	return rows
}

// derived is a cipher under a derived key. Its parameters are the
// AlgorithmIdentifier of the cipher within.
type derived struct{ cipher *ContentCipher }

func (m derived) read(c *ContentCipher, id Identifier) (*CipherParameters, error) {
	inner, err := ParseIdentifier(id.Parameters)
	if err != nil {
		return nil, &ParameterError{Name: "CEK-HKDF-SHA256", Detail: "no identifier of a cipher"}
	}
	if inner.OID == c.OID {
		return nil, &ParameterError{Name: "CEK-HKDF-SHA256", Detail: "nested"}
	}
	if inner.OID != m.cipher.OID {
		return nil, &UnsupportedError{Kind: "cipher", OID: inner.OID, Detail: "under CEK-HKDF-SHA256"}
	}
	p, err := m.cipher.mode.read(m.cipher, inner)
	if err != nil {
		return nil, err
	}
	p.Identifier = inner
	return &CipherParameters{IV: p.IV, TagSize: p.TagSize, inner: p}, nil
}

func (m derived) fresh(c *ContentCipher) (*CipherParameters, error) {
	p, err := m.cipher.mode.fresh(m.cipher)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	p.Identifier.AddTo(&b)
	return &CipherParameters{
		Identifier: Identifier{OID: c.OID, Parameters: b.BytesOrPanic()},
		IV:         p.IV,
		TagSize:    p.TagSize,
		inner:      p,
	}, nil
}

func (m derived) check(p *CipherParameters) error {
	if p.inner == nil || p.inner.Identifier.OID != m.cipher.OID {
		return &ParameterError{Name: "CEK-HKDF-SHA256", Detail: "parameters of another cipher"}
	}
	return m.cipher.mode.check(p.inner)
}

// within returns the parameters of the cipher within and its key (RFC 9709,
// Section 2).
func (m derived) within(p *CipherParameters, key []byte) (*CipherParameters, []byte, error) {
	inner := *p.inner
	inner.ContentSize = p.ContentSize
	derivedKey, err := deriveCEK(key, inner.Identifier)
	return &inner, derivedKey, err
}

// deriveCEK returns the key for a cipher. The salt is fixed, the info the DER
// encoding of the cipher's identifier.
func deriveCEK(key []byte, cipher Identifier) ([]byte, error) {
	const salt = "The Cryptographic Message Syntax"
	return hkdf.Key(sha256.New, key, []byte(salt), string(cipher.DER()), len(key))
}

func (m derived) encrypter(_ *ContentCipher, p *CipherParameters, key, aad []byte) (Encrypter, error) {
	inner, derivedKey, err := m.within(p, key)
	if err != nil {
		return nil, err
	}
	defer clear(derivedKey)
	return m.cipher.mode.encrypter(m.cipher, inner, derivedKey, aad)
}

func (m derived) authenticator(_ *ContentCipher, p *CipherParameters, key, aad []byte) (Authenticator, error) {
	inner, derivedKey, err := m.within(p, key)
	if err != nil {
		return nil, err
	}
	defer clear(derivedKey)
	return m.cipher.mode.authenticator(m.cipher, inner, derivedKey, aad)
}

func (m derived) decrypter(_ *ContentCipher, p *CipherParameters, key []byte) (Decrypter, error) {
	inner, derivedKey, err := m.within(p, key)
	if err != nil {
		return nil, err
	}
	defer clear(derivedKey)
	return m.cipher.mode.decrypter(m.cipher, inner, derivedKey)
}

func (m derived) ciphertextSize(plain int64) int64 { return m.cipher.mode.ciphertextSize(plain) }

func (m derived) limit(p *CipherParameters) int64 {
	if p != nil {
		p = p.inner
	}
	return m.cipher.mode.limit(p)
}
