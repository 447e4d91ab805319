package certstore

import (
	"crypto/hmac"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// minMACKey is how many octets a PBMAC1 key has at least: one of a few octets
// lets anybody guess it and change the file (RFC 9579, Section 8).
const minMACKey = 20

const dottedPBMAC1 = "1.2.840.113549.1.5.14"

// mac is the protection of a PKCS#12 file, read and within the limits.
type mac struct {
	digest     []byte
	iterations int
	pbmac1     bool
	hash       func() hash.Hash
	key        func(password) []byte
}

// forms returns the forms of a passphrase that make a difference. With PBMAC1
// there still may be ciphers inside that take the BMPString.
func (m *mac) forms(passphrase []byte) []password {
	if m.digest == nil {
		return nil
	}
	forms := passwordForms(passphrase)
	if m.pbmac1 {
		return forms[:1]
	}
	return forms
}

// verify reports whether the MAC over content is right under pw.
func (m *mac) verify(pw password, content []byte) bool {
	h := hmac.New(m.hash, m.key(pw))
	h.Write(content)
	return hmac.Equal(h.Sum(nil), m.digest)
}

// readMAC reads, RFC 7292, Section 4,
//
//	MacData ::= SEQUENCE {
//	    mac        DigestInfo,
//	    macSalt    OCTET STRING,
//	    iterations INTEGER DEFAULT 1 }
//
// With PBMAC1 in place of a digest (RFC 9579, Section 4) salt and iterations here
// mean nothing.
func readMAC(pfx *cryptobyte.String) (*mac, error) {
	var data, info, digest, salt cryptobyte.String
	if !pfx.ReadASN1(&data, asn1.SEQUENCE) || !pfx.Empty() || !data.ReadASN1(&info, asn1.SEQUENCE) {
		return nil, malformedPKCS12("MacData")
	}
	id, ok := algorithm.ReadIdentifier(&info)
	if !ok || !info.ReadASN1(&digest, asn1.OCTET_STRING) || !info.Empty() || !data.ReadASN1(&salt, asn1.OCTET_STRING) {
		return nil, malformedPKCS12("MacData")
	}
	if id.OID == algorithm.MustOID(dottedPBMAC1) {
		return readPBMAC1(id.Parameters, digest)
	}
	iterations := 1
	if !data.Empty() {
		var err error
		if iterations, err = readIterations(&data); err != nil {
			return nil, err
		}
	}
	if !data.Empty() {
		return nil, malformedPKCS12("MacData")
	}
	if err := checkSalt(salt); err != nil {
		return nil, err
	}
	d, err := algorithm.FindDigest(id)
	if err != nil {
		return nil, &UnsupportedError{Format: "PKCS#12 MAC", Detail: id.OID.String()}
	}
	if len(digest) != d.Size {
		return nil, malformedPKCS12("MAC of the wrong size")
	}
	return &mac{digest: digest, iterations: iterations, hash: d.New,
		key: func(pw password) []byte {
			return pkcs12KDF(d.New, kdfMAC, pw.bmp, salt, iterations, d.Size)
		}}, nil
}

// readPBMAC1 reads, RFC 8018, Appendix A.5, and RFC 9579, Section 5,
//
//	PBMAC1-params ::= SEQUENCE {
//	    keyDerivationFunc AlgorithmIdentifier {{PBMAC1-KDFs}},
//	    messageAuthScheme AlgorithmIdentifier {{PBMAC1-MACs}} }
//
// where the length of the key has to be written out.
func readPBMAC1(parameters []byte, digest []byte) (*mac, error) {
	s := cryptobyte.String(parameters)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil, malformedPKCS12("PBMAC1 parameters")
	}
	kdfID, ok1 := algorithm.ReadIdentifier(&body)
	macID, ok2 := algorithm.ReadIdentifier(&body)
	if !ok1 || !ok2 || !body.Empty() {
		return nil, malformedPKCS12("PBMAC1 parameters")
	}
	k, err := readKDF(kdfID)
	if err != nil {
		return nil, err
	}
	h, err := findPRF(macID)
	if err != nil {
		return nil, err
	}
	if k.keySize < minMACKey {
		return nil, malformedPKCS12("PBMAC1 key of less than 20 octets")
	}
	if len(digest) != h.New().Size() {
		return nil, malformedPKCS12("MAC of the wrong size")
	}
	return &mac{digest: digest, iterations: k.iterations, pbmac1: true, hash: h.New,
		key: func(pw password) []byte { return k.derive(pw.octets, k.keySize) }}, nil
}
