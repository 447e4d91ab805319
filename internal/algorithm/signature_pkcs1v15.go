package algorithm

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// RSASSA-PKCS1-v1_5: under rsaEncryption with the digest declared beside it
// (RFC 3370, Section 3.2), or under an OID of its own for each digest (RFC
// 5754, Section 3.2; RFC 3279, Section 2.2.1).
var pkcs1v15Signatures = []*signatureRow{{oid: oidRSAEncryption, read: readGenericPKCS1v15, standard: "RFC 3370, Section 3.2"}}

// pkcs1v15Scheme is RSASSA-PKCS1-v1_5 under the OID for one digest.
type pkcs1v15Scheme struct {
	oid      OID
	digest   *Digest
	standard string
}

var pkcs1v15SHA2Schemes = []pkcs1v15Scheme{
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b") /* 1.2.840.113549.1.1.11 */, sha256Digest, "RFC 5754, Section 3.2"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c") /* 1.2.840.113549.1.1.12 */, sha384Digest, "RFC 5754, Section 3.2"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d") /* 1.2.840.113549.1.1.13 */, sha512Digest, "RFC 5754, Section 3.2"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e") /* 1.2.840.113549.1.1.14 */, sha224Digest, "RFC 5754, Section 3.2"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05") /* 1.2.840.113549.1.1.5 */, sha1Digest, "RFC 3370, Section 3.2"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04") /* 1.2.840.113549.1.1.4 */, md5Digest, "RFC 3370, Section 3.2"},
}

// pkcs1v15TruncatedSchemes is not announced: few readers know it.
var pkcs1v15TruncatedSchemes = []pkcs1v15Scheme{
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x10") /* 1.2.840.113549.1.1.16 */, sha512256Digest, "RFC 8017, Appendix A.2.4"},
}

func pkcs1v15Rows(schemes []pkcs1v15Scheme) []*signatureRow {
	var rows []*signatureRow
	for _, scheme := range schemes {
		rows = append(rows, &signatureRow{oid: scheme.oid, standard: scheme.standard, read: func(id Identifier, _ *Digest) (*Signature, error) {
			return readPKCS1v15(id, scheme.digest)
		}})
	}
	return rows
}

func readGenericPKCS1v15(id Identifier, declared *Digest) (*Signature, error) {
	if !id.hasNone() {
		return readPKCS1v15(id, declared) // malformed, whatever the digest
	}
	if declared == nil {
		return nil, &UnsupportedError{Kind: "signature", OID: id.OID, Detail: "rsaEncryption names no digest"}
	}
	if declared.mask != nil {
		return nil, &UnsupportedError{Kind: "signature", OID: id.OID, Detail: "rsaEncryption with " + declared.Name}
	}
	return readPKCS1v15(id, declared)
}

func readPKCS1v15(id Identifier, d *Digest) (*Signature, error) {
	// NULL is written; absent must be read as well, RFC 5754, Section 3.2.
	if !id.hasNone() {
		return nil, &ParameterError{Name: "rsa-pkcs1v15", Detail: "neither NULL nor absent"}
	}
	return newPKCS1v15(d), nil
}

func newPKCS1v15(d *Digest) *Signature {
	return &Signature{
		Name: "rsa-pkcs1v15", Digest: d, Status: d.Status, kind: "rsa",
		Identifier: Identifier{OID: oidRSAEncryption, Parameters: nullParameters()},
		verify: func(key *PublicKey, sum, sig []byte) bool {
			// RFC 4055, Section 1.2: a key under id-RSASSA-PSS makes no
			// other signature.
			return key.Identifier.OID == oidRSAEncryption && verifyPKCS1v15(key.rsa, d, sum, sig)
		},
		sign: func(key crypto.Signer, sum []byte) ([]byte, error) {
			return key.Sign(rand.Reader, sum, d.Hash)
		},
		size: func(key *PublicKey) int { return key.rsa.size() },
	}
}

// verifyPKCS1v15 encodes what ought to be there and compares the whole of it (RFC 8017,
// Section 8.2.2). Nothing of the signature is parsed, so nothing can hide in
// it. The DigestInfo without NULL is another encoding and no signature.
//
// crypto/rsa does the same in two thirds of the time for the keys it takes; what it
// finds good is good, and what it does not is looked at here.
func verifyPKCS1v15(key *rsaNumbers, d *Digest, sum, sig []byte) bool {
	if pub := key.goKey(); pub != nil && d.Hash != 0 && key.n.BitLen() >= minRSASigning && rsa.VerifyPKCS1v15(pub, d.Hash, sum, sig) == nil {
		return true
	}
	got, ok := key.apply(sig)
	if !ok {
		return false
	}
	want, ok := encodePKCS1v15(key.size(), d, sum)
	return ok && subtle.ConstantTimeCompare(got, want) == 1
}

// encodePKCS1v15 is EMSA-PKCS1-v1_5, RFC 8017, Section 9.2:
//
//	00 01 FF ... FF 00 DigestInfo
func encodePKCS1v15(size int, d *Digest, sum []byte) ([]byte, bool) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		d.nullIdentifier().AddTo(b)
		b.AddASN1OctetString(sum)
	})
	info := b.BytesOrPanic()
	padding := size - len(info) - 3
	if padding < 8 {
		return nil, false
	}
	em := make([]byte, size)
	em[1] = 1
	for i := range padding {
		em[2+i] = 0xff
	}
	copy(em[3+padding:], info)
	return em, true
}

// rsaSignatureFor chooses PKCS #1 v1.5, which every receiver reads, or PSS
// where it is asked for or the key allows nothing else.
func rsaSignatureFor(key *PublicKey, opt SignOptions) (*Signature, error) {
	if key.Bits < minRSASigning {
		return nil, &UnsupportedError{Kind: "signature", OID: key.Identifier.OID,
			Detail: fmt.Sprintf("nothing is signed with RSA keys below %d bits", minRSASigning)}
	}
	d := opt.Digest
	if d == nil {
		d = sha256Digest
	}
	if d.Hash == 0 {
		return nil, &UnsupportedError{Kind: "signature", OID: d.OID, Detail: "RSA with " + d.Name}
	}
	if key.Identifier.OID == oidRSASSAPSS || opt.PSS {
		return pssSignatureFor(key, d, opt.Digest != nil)
	}
	s := newPKCS1v15(d)
	if opt.NameDigest {
		for scheme := range pkcs1v15Schemes.rows() {
			if scheme.digest.OID == d.OID {
				s.Identifier.OID = scheme.oid
			}
		}
	}
	return s, nil
}
