package algorithm

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// oidPSpecified is id-pSpecified, RFC 8017, Appendix A.2.1.
const oidPSpecified = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09") // 1.2.840.113549.1.1.9

// oaepParameters are the decoded RSAES-OAEP-params (RFC 4055, Section 4.1):
//
//	RSAES-OAEP-params ::= SEQUENCE {
//	    hashFunc    [0] AlgorithmIdentifier DEFAULT sha1Identifier,
//	    maskGenFunc [1] AlgorithmIdentifier DEFAULT mgf1SHA1Identifier,
//	    pSourceFunc [2] AlgorithmIdentifier DEFAULT pSpecifiedEmptyIdentifier }
type oaepParameters struct {
	hash, mgf *Digest // any pair is read, RFC 3560, Section 6; equal ones are written
	label     []byte
}

// oaep is RSAES-OAEP (RFC 8017, Section 7.1) with its parameters.
type oaep struct{ oaepParameters }

// oaepTransport returns RSAES-OAEP with p, as written.
func oaepTransport(p oaepParameters) *KeyTransport {
	t := &KeyTransport{
		Name:       "rsa-oaep",
		Identifier: Identifier{OID: oidRSAESOAEP, Parameters: p.der()},
		Detail:     p.hash.Name,
		scheme:     oaep{p},
	}
	if p.mgf != p.hash {
		t.Detail += ", mgf1-" + p.mgf.Name
	}
	if len(p.label) > 0 {
		t.Detail += ", label"
	}
	return t
}

// oaepPairs are the pairs that are written: one hash in both places. SHA-1 is no
// weakness there, and all that some readers know (RFC 3560, Section 3). The list must
// not be changed.
func oaepPairs() []*KeyTransport {
	var list []*KeyTransport
	for _, d := range []*Digest{sha256Digest, sha384Digest, sha512Digest, sha1Digest} {
		list = append(list, oaepTransport(oaepParameters{hash: d, mgf: d}))
	}
	return list
}

// readOAEPTransport reads the parameters, which must be there (RFC 3560,
// Section 3).
func readOAEPTransport(id Identifier) (*KeyTransport, error) {
	p, err := readOAEPParameters(id.Parameters)
	if err != nil {
		return nil, err
	}
	t := oaepTransport(p)
	t.Identifier = id
	return t, nil
}

func readOAEPParameters(der []byte) (oaepParameters, error) {
	malformed := func(detail string) (oaepParameters, error) {
		return oaepParameters{}, &ParameterError{Name: "rsa-oaep", Detail: detail}
	}
	if len(der) == 0 {
		return malformed("absent")
	}
	input := cryptobyte.String(der)
	var body cryptobyte.String
	if !input.ReadASN1(&body, asn1.SEQUENCE) || !input.Empty() {
		return malformed("not one SEQUENCE")
	}
	hash, ok := readTaggedIdentifier(&body, 0, defaultHashIdentifier())
	if !ok {
		return malformed("hashFunc")
	}
	mgf, ok := readTaggedIdentifier(&body, 1, defaultMGFIdentifier())
	if !ok {
		return malformed("maskGenFunc")
	}
	source, ok := readTaggedIdentifier(&body, 2, emptyPSpecified())
	if !ok {
		return malformed("pSourceFunc")
	}
	if !body.Empty() {
		return malformed("something follows pSourceFunc")
	}
	p := oaepParameters{}
	var err error
	if p.hash, err = FindDigest(hash); err != nil {
		return p, err
	}
	if p.mgf, err = readMGF1(mgf); err != nil {
		return p, err
	}
	for _, d := range []*Digest{p.hash, p.mgf} {
		if !d.Hash.Available() {
			return p, &UnsupportedError{Kind: "key transport", OID: oidRSAESOAEP, Detail: "with " + d.Name}
		}
	}
	if source.OID != oidPSpecified {
		return p, &UnsupportedError{Kind: "key transport", OID: oidRSAESOAEP, Detail: "with a label from elsewhere"}
	}
	label := cryptobyte.String(source.Parameters)
	var octets cryptobyte.String
	if !label.ReadASN1(&octets, asn1.OCTET_STRING) || !label.Empty() {
		return malformed("label is no OCTET STRING")
	}
	p.label = bytes.Clone(octets)
	return p, nil
}

// emptyPSpecified is the default of pSourceFunc.
func emptyPSpecified() Identifier {
	return Identifier{OID: oidPSpecified, Parameters: []byte{0x04, 0x00}}
}

// der returns the parameters as written: defaults left out (RFC 3560,
// Section 3), hashes with NULL as all peers write them.
func (p oaepParameters) der() []byte {
	var b cryptobyte.Builder
	tagged := func(b *cryptobyte.Builder, number uint8, id, absent Identifier) {
		if !id.Equal(absent) {
			b.AddASN1(asn1.Tag(number).Constructed().ContextSpecific(), id.AddTo)
		}
	}
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		tagged(b, 0, p.hash.nullIdentifier(), defaultHashIdentifier())
		tagged(b, 1, mgf1Identifier(p.mgf), defaultMGFIdentifier())
		var label cryptobyte.Builder
		label.AddASN1OctetString(p.label)
		tagged(b, 2, Identifier{OID: oidPSpecified, Parameters: label.BytesOrPanic()}, emptyPSpecified())
	})
	return b.BytesOrPanic()
}

func (p oaepParameters) equal(o oaepParameters) bool {
	return p.hash == o.hash && p.mgf == o.mgf && bytes.Equal(p.label, o.label)
}

// check obeys a key's own restriction: the parameters in its certificate, where
// there are any, are the only ones to be used with it (RFC 4055, Section 4.1).
func (o oaep) check(pub *PublicKey) error {
	if _, err := rsaRecipient(pub); err != nil {
		return err
	}
	if pub.Identifier.OID != oidRSAESOAEP || pub.Identifier.hasNone() {
		return nil
	}
	only, err := readOAEPParameters(pub.Identifier.Parameters)
	if err != nil {
		return err
	}
	if !o.equal(only) {
		return &UnsupportedError{Kind: "key transport", OID: oidRSAESOAEP, Detail: "the recipient's key is for other OAEP parameters"}
	}
	return nil
}

func (o oaep) options() *rsa.OAEPOptions {
	return &rsa.OAEPOptions{Hash: o.hash.Hash, MGFHash: o.mgf.Hash, Label: o.label}
}

func (oaep) implicit() bool { return false }

func (o oaep) seal(pub *PublicKey, cek []byte) ([]byte, error) {
	key, err := rsaSealer(pub)
	if err != nil {
		return nil, err
	}
	encrypted, err := rsa.EncryptOAEPWithOptions(rand.Reader, key, cek, o.options())
	if err != nil {
		return nil, fmt.Errorf("algorithm: encrypting a key to %s with OAEP: %w", pub.Title, err)
	}
	return encrypted, nil
}

func (o oaep) open(key crypto.Decrypter, encryptedKey []byte, size int) ([]byte, error) {
	pub, err := rsaDecrypter(key)
	if err != nil {
		return nil, err
	}
	if len(encryptedKey) != pub.Size() {
		return nil, ErrUnwrap
	}
	cek, err := key.Decrypt(rand.Reader, encryptedKey, o.options())
	if err != nil {
		return nil, unwrapFailure(err)
	}
	if len(cek) != size {
		return nil, ErrUnwrap
	}
	return cek, nil
}
