package algorithm

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

const (
	oidRSAEncryption = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01") // 1.2.840.113549.1.1.1
	oidRSAESOAEP     = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07") // 1.2.840.113549.1.1.7
	oidRSASSAPSS     = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a") // 1.2.840.113549.1.1.10
)

// RSA keys (RFC 4055, Section 1.2): under rsaEncryption for any use, under
// id-RSASSA-PSS and id-RSAES-OAEP for that one, with the parameters given there.
var rsaKeyKinds = []*keyKind{
	{oid: oidRSAEncryption, name: "rsa", standard: "RFC 3279, Section 2.3.1", strength: strengthOfModulus, public: readRSAKey, private: readRSAPrivateKey,
		encodePublic: encodeRSAPublicKey, encodePrivate: encodeRSAPrivateKey,
		signature: rsaSignatureFor,
		generate: []keyGenerator{
			{"rsa-2048", func() (any, error) { return rsa.GenerateKey(rand.Reader, 2048) }},
			{"rsa-3072", func() (any, error) { return rsa.GenerateKey(rand.Reader, 3072) }},
			{"rsa-4096", func() (any, error) { return rsa.GenerateKey(rand.Reader, 4096) }},
		}},
	{oid: oidRSASSAPSS, name: "rsa-pss", standard: "RFC 4055, Section 1.2", strength: strengthOfModulus, public: readRSAPSSKey, private: readRSAPrivateKey, signature: rsaSignatureFor},
	{oid: oidRSAESOAEP, name: "rsa-oaep", standard: "RFC 4055, Section 1.2", strength: strengthOfModulus, public: readRSAOAEPKey, private: readRSAPrivateKey},
}

func readRSAKey(id Identifier, bits []byte) (*PublicKey, error) {
	// NULL is demanded by RFC 3279, Section 2.3.1; absent says the same.
	if !id.hasNone() {
		return nil, &ParameterError{Name: "rsaEncryption", Detail: "neither NULL nor absent"}
	}
	key, err := describeRSAKey(id, bits)
	if err != nil {
		return nil, err
	}
	key.CanSign = true
	key.CanTransport = key.Key != nil
	return key, nil
}

func readRSAPSSKey(id Identifier, bits []byte) (*PublicKey, error) {
	var restriction *pssParameters
	if len(id.Parameters) > 0 {
		var err error
		if restriction, err = readPSSParameters(id.Parameters); err != nil {
			return nil, err
		}
	}
	key, err := describeRSAKey(id, bits)
	if err != nil {
		return nil, err
	}
	key.CanSign = true
	key.pss = restriction
	return key, nil
}

func readRSAOAEPKey(id Identifier, bits []byte) (*PublicKey, error) {
	key, err := describeRSAKey(id, bits)
	if err != nil {
		return nil, err
	}
	key.CanTransport = key.Key != nil
	return key, nil
}

func describeRSAKey(id Identifier, bits []byte) (*PublicKey, error) {
	numbers, err := readRSAPublicKey(id.OID, bits)
	if err != nil {
		return nil, err
	}
	size := numbers.n.BitLen()
	key := &PublicKey{
		Kind:  "rsa",
		Name:  fmt.Sprintf("rsa-%d", size),
		Title: rsaTitle(size),
		Bits:  size,
		rsa:   numbers,
	}
	if k := numbers.goKey(); k != nil { // no typed nil in Key
		key.Key = k
	}
	return key, nil
}

func rsaTitle(bits int) string { return fmt.Sprintf("RSA %d", bits) }

func encodeRSAPublicKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(*rsa.PublicKey)
	if !ok || k == nil || k.N == nil || k.N.Sign() < 0 || k.E < 0 {
		return Identifier{}, nil, false
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(k.N)
		b.AddASN1BigInt(big.NewInt(int64(k.E)))
	})
	return Identifier{OID: oidRSAEncryption, Parameters: nullParameters()}, b.BytesOrPanic(), true
}

func encodeRSAPrivateKey(key any) (Identifier, []byte, bool) {
	k, ok := key.(*rsa.PrivateKey)
	if !ok || k == nil || k.Validate() != nil {
		return Identifier{}, nil, false
	}
	id := Identifier{OID: oidRSAEncryption, Parameters: nullParameters()}
	return id, x509.MarshalPKCS1PrivateKey(k), true
}
