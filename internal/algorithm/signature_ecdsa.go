package algorithm

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"

	"smimectl/internal/algorithm/brainpool"
)

// ECDSA: one OID for each digest, any curve (RFC 5753, Section 2.1; RFC 5758,
// Section 3.2). id-ecPublicKey in its place names no digest and is not read.
var ecdsaSHA2Schemes = []ecdsaScheme{
	{oidECDSASHA256, sha256Digest, "RFC 5753, Section 7.1.3"},
	{oidECDSASHA384, sha384Digest, "RFC 5753, Section 7.1.3"},
	{oidECDSASHA512, sha512Digest, "RFC 5753, Section 7.1.3"},
	{OID("\x2a\x86\x48\xce\x3d\x04\x03\x01") /* 1.2.840.10045.4.3.1 */, sha224Digest, "RFC 5753, Section 7.1.3"},
	{OID("\x2a\x86\x48\xce\x3d\x04\x01") /* 1.2.840.10045.4.1 */, sha1Digest, "RFC 5753, Section 7.1.3"},
}

const (
	oidECDSASHA256 = OID("\x2a\x86\x48\xce\x3d\x04\x03\x02") // 1.2.840.10045.4.3.2
	oidECDSASHA384 = OID("\x2a\x86\x48\xce\x3d\x04\x03\x03") // 1.2.840.10045.4.3.3
	oidECDSASHA512 = OID("\x2a\x86\x48\xce\x3d\x04\x03\x04") // 1.2.840.10045.4.3.4
)

// ecdsaScheme is ECDSA with one digest.
type ecdsaScheme struct {
	oid      OID
	digest   *Digest
	standard string
}

func ecdsaRows(schemes []ecdsaScheme) []*signatureRow {
	var rows []*signatureRow
	for _, s := range schemes {
		rows = append(rows, ecdsaRow(s.oid, s.digest, s.standard))
	}
	return rows
}

func ecdsaRow(oid OID, d *Digest, standard string) *signatureRow {
	return &signatureRow{oid: oid, standard: standard, read: func(id Identifier, _ *Digest) (*Signature, error) {
		// QUIRK: RFC 5758, Section 3.2 wants no parameters; signers that share
		// one path with RSA write NULL.
		if !id.hasNone() {
			return nil, &ParameterError{Name: "ecdsa", Detail: "neither absent nor NULL"}
		}
		return newECDSA(oid, d), nil
	}}
}

func newECDSA(oid OID, d *Digest) *Signature {
	s := &Signature{
		Name: "ecdsa", Digest: d, Status: d.Status, Identifier: Identifier{OID: oid}, kind: "ec",
		verify: func(key *PublicKey, sum, sig []byte) bool {
			// Strict DER of SEQUENCE { r, s }; both between 0 and the order.
			switch public := key.Key.(type) {
			case *ecdsa.PublicKey:
				return ecdsa.VerifyASN1(public, sum, sig)
			case *brainpool.PublicKey:
				return public.VerifyASN1(sum, sig)
			}
			return false
		},
		sign: func(key crypto.Signer, sum []byte) ([]byte, error) {
			if _, ours := key.(*ecdsa.PrivateKey); ours {
				// Without a source of randomness the nonce comes from key
				// and digest, RFC 6979, as RFC 8550, Section 4.3 advises.
				return key.Sign(nil, sum, d.Hash)
			}
			return key.Sign(rand.Reader, sum, d.Hash)
		},
	}
	if d.Hash == 0 {
		s.sign = nil // a crypto.Signer could not be told the digest
	}
	return s
}

// ecdsaSignatureFor chooses the digest as strong as the curve, RFC 5753,
// Section 8.
func ecdsaSignatureFor(key *PublicKey, opt SignOptions) (*Signature, error) {
	c, err := readECParameters(key.Identifier.Parameters)
	if err != nil {
		return nil, err
	}
	if key.ReadOnly {
		return nil, &UnsupportedError{Kind: "signature", OID: c.oid, Detail: "nothing is signed with a key on " + c.title}
	}
	d := opt.Digest
	if d == nil {
		d = c.digest
	}
	for scheme := range ecdsaSchemes.rows() {
		if scheme.digest.OID == d.OID && d.Hash != 0 {
			return newECDSA(scheme.oid, d), nil
		}
	}
	return nil, &UnsupportedError{Kind: "signature", OID: d.OID, Detail: "ECDSA with " + d.Name}
}
