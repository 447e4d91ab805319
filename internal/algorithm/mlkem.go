package algorithm

import (
	"crypto"
	"crypto/mlkem"

	"github.com/cloudflare/circl/kem"
	"github.com/cloudflare/circl/kem/mlkem/mlkem1024"
	"github.com/cloudflare/circl/kem/mlkem/mlkem512"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
)

// kemRow is one line of the table of key encapsulation mechanisms.
type kemRow struct {
	oid      OID
	name     string // "ml-kem-768", PublicKey.Name too
	title    string
	status   Status
	standard string
	size     int // octets of a ciphertext
	bits     int // security strength: that of AES with such keys (FIPS 203, Section 8)
	// smallWrap says that a key-encryption key of 128 bits is as strong as the
	// mechanism; it is taken for content-encryption keys of that size.
	smallWrap bool

	scheme kem.Scheme
	// public and private make the keys of crypto/mlkem; nil where it has none.
	public  func(encapsulationKey []byte) (crypto.Encapsulator, error)
	private func(seed []byte) (crypto.Decapsulator, error)
}

// mlkemSets are the parameter sets of ML-KEM (FIPS 203, Section 8; RFC 9935;
// RFC 9936). Where the standard library has one its code is used, but for
// expanded private keys, which it does not read.
var mlkemSets = []*kemRow{
	{oid: OID("\x60\x86\x48\x01\x65\x03\x04\x04\x02") /* 2.16.840.1.101.3.4.4.2 */, name: "ml-kem-768", title: "ML-KEM-768", bits: 192, standard: "RFC 9936, Section 2.1", size: mlkem.CiphertextSize768, scheme: mlkem768.Scheme(),
		public:  func(b []byte) (crypto.Encapsulator, error) { return mlkem.NewEncapsulationKey768(b) },
		private: func(b []byte) (crypto.Decapsulator, error) { return mlkem.NewDecapsulationKey768(b) }},
	{oid: OID("\x60\x86\x48\x01\x65\x03\x04\x04\x03") /* 2.16.840.1.101.3.4.4.3 */, name: "ml-kem-1024", title: "ML-KEM-1024", bits: 256, standard: "RFC 9936, Section 2.1", size: mlkem.CiphertextSize1024, scheme: mlkem1024.Scheme(),
		public:  func(b []byte) (crypto.Encapsulator, error) { return mlkem.NewEncapsulationKey1024(b) },
		private: func(b []byte) (crypto.Decapsulator, error) { return mlkem.NewDecapsulationKey1024(b) }},
	{oid: OID("\x60\x86\x48\x01\x65\x03\x04\x04\x01") /* 2.16.840.1.101.3.4.4.1 */, name: "ml-kem-512", title: "ML-KEM-512", bits: 128, standard: "RFC 9936, Section 2.1", size: mlkem512.CiphertextSize, smallWrap: true, scheme: mlkem512.Scheme()},
}

// encapsulator reads an encapsulation key. All its numbers must be below q (FIPS
// 203, Section 7.2), which both libraries check.
func (row *kemRow) encapsulator(b []byte) (crypto.Encapsulator, error) {
	if row.public != nil {
		return row.public(b)
	}
	key, err := row.scheme.UnmarshalBinaryPublicKey(b)
	if err != nil {
		return nil, err
	}
	return circlPublic{key}, nil
}

// fromSeed makes a key pair of d and z (FIPS 203, Section 7.1).
func (row *kemRow) fromSeed(seed []byte) (crypto.Decapsulator, error) {
	if row.private != nil {
		return row.private(seed)
	}
	public, private := row.scheme.DeriveKeyPair(seed)
	return circlPrivate{private, circlPublic{public}}, nil
}

// fromExpanded reads a decapsulation key (FIPS 203, Section 7.3): the hash of the
// encapsulation key within it must be right, which the library checks, and that
// key must be one.
func (row *kemRow) fromExpanded(b []byte) (crypto.Decapsulator, error) {
	private, err := row.scheme.UnmarshalBinaryPrivateKey(b)
	if err != nil {
		return nil, err
	}
	// dk is the secret vector, ek, H(ek) and z, and ek begins where s ends.
	n := len(b) - 64 - row.scheme.PublicKeySize()
	public, err := row.scheme.UnmarshalBinaryPublicKey(b[n : len(b)-64])
	if err != nil {
		return nil, err
	}
	return circlPrivate{private, circlPublic{public}}, nil
}

// circlPublic and circlPrivate give the keys of circl the methods of Go's own.
type circlPublic struct{ key kem.PublicKey }

func (p circlPublic) Bytes() []byte {
	b, err := p.key.MarshalBinary()
	if err != nil {
		panic("algorithm: internal error: " + err.Error())
	}
	return b
}

func (p circlPublic) Encapsulate() (sharedKey, ciphertext []byte) {
	ciphertext, sharedKey, err := p.key.Scheme().Encapsulate(p.key)
	if err != nil {
		panic("algorithm: internal error: " + err.Error())
	}
	return sharedKey, ciphertext
}

type circlPrivate struct {
	key    kem.PrivateKey
	public circlPublic
}

func (p circlPrivate) Encapsulator() crypto.Encapsulator { return p.public }

func (p circlPrivate) Decapsulate(ciphertext []byte) ([]byte, error) {
	return p.key.Scheme().Decapsulate(p.key, ciphertext)
}
