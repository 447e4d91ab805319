package algorithm

import (
	"bytes"
	"crypto/rand"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// gcmCiphers are AES in Galois/Counter Mode (RFC 5084, Section 3.2).
var gcmCiphers = []*ContentCipher{
	{Name: "aes-256-gcm", Title: "AES-256-GCM", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2e") /* 2.16.840.1.101.3.4.1.46 */, KeySize: 32, BlockSize: 1, Authenticated: true, mode: gcm{}, standard: "RFC 5084, Section 3.2"},
	{Name: "aes-192-gcm", Title: "AES-192-GCM", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x1a") /* 2.16.840.1.101.3.4.1.26 */, KeySize: 24, BlockSize: 1, Authenticated: true, mode: gcm{}, standard: "RFC 5084, Section 3.2"},
	{Name: "aes-128-gcm", Title: "AES-128-GCM", OID: OID("\x60\x86\x48\x01\x65\x03\x04\x01\x06") /* 2.16.840.1.101.3.4.1.6 */, KeySize: 16, BlockSize: 1, Authenticated: true, mode: gcm{}, standard: "RFC 5084, Section 3.2"},
}

// Lengths in octets. A nonce of 12 and a tag of 16 are written (RFC 5084,
// Section 3.2; the tag's length written out, because OpenSSL 3.0 cannot read the
// default). A tag of less than 12 is no GCM tag there, and short ones are an
// attack: they are refused before a key is touched.
const (
	gcmNonce    = 12
	gcmTag      = 16
	gcmMinTag   = 12
	gcmMaxNonce = 16
)

// gcm is the mode with the parameters
//
//	GCMParameters ::= SEQUENCE {
//	    aes-nonce  OCTET STRING,
//	    aes-ICVlen AES-GCM-ICVlen DEFAULT 12 }
//
//	AES-GCM-ICVlen ::= INTEGER (12 | 13 | 14 | 15 | 16)
type gcm struct{}

// read takes nonces of 12 to 16 octets: the syntax sets no length, 12 are
// recommended, 16 are met. A default that is written out is read, too.
func (m gcm) read(c *ContentCipher, id Identifier) (*CipherParameters, error) {
	input := cryptobyte.String(id.Parameters)
	var body, nonce cryptobyte.String
	tag := int64(gcmMinTag)
	if !input.ReadASN1(&body, asn1.SEQUENCE) || !input.Empty() ||
		!body.ReadASN1(&nonce, asn1.OCTET_STRING) ||
		!body.Empty() && !body.ReadASN1Integer(&tag) || !body.Empty() {
		return nil, &ParameterError{Name: c.Name, Detail: "no GCMParameters"}
	}
	if tag < gcmMinTag || tag > gcmTag { // before it is narrowed to an int
		return nil, &ParameterError{Name: c.Name, Detail: "length of the authentication tag"}
	}
	p := &CipherParameters{IV: bytes.Clone(nonce), TagSize: int(tag)}
	return p, m.check(p)
}

func (gcm) fresh(c *ContentCipher) (*CipherParameters, error) {
	nonce := make([]byte, gcmNonce)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(nonce)
		b.AddASN1Int64(gcmTag)
	})
	return &CipherParameters{
		Identifier: Identifier{OID: c.OID, Parameters: b.BytesOrPanic()},
		IV:         nonce,
		TagSize:    gcmTag,
	}, nil
}

func (gcm) check(p *CipherParameters) error {
	if len(p.IV) < gcmNonce || len(p.IV) > gcmMaxNonce {
		return &ParameterError{Name: "gcm", Detail: "length of the nonce"}
	}
	if p.TagSize < gcmMinTag || p.TagSize > gcmTag {
		return &ParameterError{Name: "gcm", Detail: "length of the authentication tag"}
	}
	return nil
}

func (gcm) encrypter(_ *ContentCipher, p *CipherParameters, key, aad []byte) (Encrypter, error) {
	s, err := newGCMState(key, p.IV, aad)
	if err != nil {
		return nil, err
	}
	return &gcmEncrypter{gcmState: s, counter: s.counter(), tagSize: p.TagSize}, nil
}

func (gcm) authenticator(c *ContentCipher, p *CipherParameters, key, aad []byte) (Authenticator, error) {
	s, err := newGCMState(key, p.IV, aad)
	if err != nil {
		return nil, err
	}
	return &gcmAuthenticator{gcmState: s, name: c.Title, tagSize: p.TagSize}, nil
}

func (gcm) decrypter(c *ContentCipher, p *CipherParameters, key []byte) (Decrypter, error) {
	s, err := newGCMState(key, p.IV, nil)
	if err != nil {
		return nil, err
	}
	return &gcmDecrypter{gcmState: s, counter: s.counter(), name: c.Title}, nil
}

func (gcm) ciphertextSize(plain int64) int64 { return plain }

func (gcm) limit(*CipherParameters) int64 { return maxGCM - 1 }
