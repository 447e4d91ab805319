package algorithm

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"math"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// ccmCiphers are AES in counter mode with CBC-MAC (RFC 5084, Section 3.1).
var ccmCiphers = []*ContentCipher{
	{Name: "aes-256-ccm", Title: "AES-256-CCM", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2f") /* 2.16.840.1.101.3.4.1.47 */, KeySize: 32, BlockSize: 1, Authenticated: true, Sized: true, mode: ccm{}, standard: "RFC 5084, Section 3.1"},
	{Name: "aes-192-ccm", Title: "AES-192-CCM", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x1b") /* 2.16.840.1.101.3.4.1.27 */, KeySize: 24, BlockSize: 1, Authenticated: true, Sized: true, mode: ccm{}, standard: "RFC 5084, Section 3.1"},
	{Name: "aes-128-ccm", Title: "AES-128-CCM", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x07") /* 2.16.840.1.101.3.4.1.7 */, KeySize: 16, BlockSize: 1, Authenticated: true, Sized: true, mode: ccm{}, standard: "RFC 5084, Section 3.1"},
}

// Lengths in octets. A nonce of 7 leaves 8 octets for the length of the content,
// as RFC 5084, Section 3.1 recommends, and a tag of 16 is written. Tags of 4 and 6
// octets exist in the syntax; they are guessed too easily and are refused before
// a key is touched.
const (
	ccmMinNonce = 7
	ccmMaxNonce = 13
	ccmMinTag   = 8
	ccmTag      = 16
	ccmDefault  = 12 // when the parameters do not say
)

// ccm is the mode with the parameters
//
//	CCMParameters ::= SEQUENCE {
//	    aes-nonce  OCTET STRING (SIZE(7..13)),
//	    aes-ICVlen AES-CCM-ICVlen DEFAULT 12 }
//
//	AES-CCM-ICVlen ::= INTEGER (4 | 6 | 8 | 10 | 12 | 14 | 16)
type ccm struct{}

// read takes a default that is written out, too.
func (m ccm) read(c *ContentCipher, id Identifier) (*CipherParameters, error) {
	input := cryptobyte.String(id.Parameters)
	var body, nonce cryptobyte.String
	tag := int64(ccmDefault)
	if !input.ReadASN1(&body, asn1.SEQUENCE) || !input.Empty() ||
		!body.ReadASN1(&nonce, asn1.OCTET_STRING) ||
		!body.Empty() && !body.ReadASN1Integer(&tag) || !body.Empty() {
		return nil, &ParameterError{Name: c.Name, Detail: "no CCMParameters"}
	}
	if tag < ccmMinTag || tag > ccmTag { // before it is narrowed to an int
		return nil, &ParameterError{Name: c.Name, Detail: "length of the authentication tag"}
	}
	p := &CipherParameters{IV: bytes.Clone(nonce), TagSize: int(tag)}
	return p, m.check(p)
}

func (ccm) fresh(c *ContentCipher) (*CipherParameters, error) {
	nonce := make([]byte, ccmMinNonce)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(nonce)
		b.AddASN1Int64(ccmTag)
	})
	return &CipherParameters{
		Identifier: Identifier{OID: c.OID, Parameters: b.BytesOrPanic()},
		IV:         nonce,
		TagSize:    ccmTag,
	}, nil
}

func (m ccm) check(p *CipherParameters) error {
	if len(p.IV) < ccmMinNonce || len(p.IV) > ccmMaxNonce {
		return &ParameterError{Name: "ccm", Detail: "length of the nonce"}
	}
	if p.TagSize < ccmMinTag || p.TagSize > ccmTag || p.TagSize%2 != 0 {
		return &ParameterError{Name: "ccm", Detail: "length of the authentication tag"}
	}
	return nil
}

// sized refuses a content whose length is not known or does not fit in what the
// nonce leaves of a block.
func (m ccm) sized(c *ContentCipher, p *CipherParameters) error {
	if p.ContentSize < 0 {
		return &UnknownSizeError{Name: c.Title}
	}
	if most := m.limit(p); p.ContentSize > most {
		return &TooLongError{Name: c.Title, Max: most}
	}
	return nil
}

func (m ccm) encrypter(c *ContentCipher, p *CipherParameters, key, aad []byte) (Encrypter, error) {
	if err := m.sized(c, p); err != nil {
		return nil, err
	}
	s, err := newCCMState(key, p, aad)
	if err != nil {
		return nil, err
	}
	return &ccmEncrypter{s}, nil
}

func (m ccm) authenticator(c *ContentCipher, p *CipherParameters, key, aad []byte) (Authenticator, error) {
	if err := m.sized(c, p); err != nil {
		return nil, err
	}
	s, err := newCCMState(key, p, aad)
	if err != nil {
		return nil, err
	}
	return &ccmAuthenticator{ccmState: s, name: c.Title, plain: make([]byte, ccmSegment)}, nil
}

func (m ccm) decrypter(c *ContentCipher, p *CipherParameters, key []byte) (Decrypter, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &ccmDecrypter{stream: ccmCounter(block, p.IV), left: m.limit(p), max: m.limit(p), name: c.Title}, nil
}

func (ccm) ciphertextSize(plain int64) int64 { return plain }

// limit is below 2^(8L) octets, L = 15 - length of the nonce.
func (ccm) limit(p *CipherParameters) int64 {
	nonce := ccmMinNonce
	if p != nil {
		nonce = len(p.IV)
	}
	if bits := 8 * (15 - nonce); bits < 63 {
		return 1<<bits - 1
	}
	return math.MaxInt64
}
