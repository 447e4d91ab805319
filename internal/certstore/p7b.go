package certstore

import (
	"bytes"

	"go.mozilla.org/pkcs7"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// readP7B takes the certificates and revocation lists out of a SignedData, as
// certification authorities hand out chains (.p7b, .p7c; RFC 5652, Section 5.1).
// The signatures in it, if any, are not looked at.
//
// der has been through toDER: its depth and size are bounded and every length is
// definite and within its parent. That is what the library needs, which descends
// by recursion and makes objects before it knows their size.
func (b *Bundle) readP7B(der []byte) error {
	s := cryptobyte.String(der)
	var info cryptobyte.String
	if !s.ReadASN1(&info, asn1.SEQUENCE) {
		return &MalformedError{Format: "PKCS#7", Detail: "ContentInfo"}
	}
	oid, ok := algorithm.ReadOID(&info)
	if !ok {
		return &MalformedError{Format: "PKCS#7", Detail: "ContentInfo"}
	}
	if oid != algorithm.MustOID(dottedSigned) {
		return &UnsupportedError{Format: "PKCS#7", Detail: "content of type " + oid.String() + ", not SignedData"}
	}
	certificates, lists, err := signedDataSets(info)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if _, err := cert.ParseCRL(l); err != nil {
			return &MalformedError{Format: "PKCS#7", Detail: "revocation list", Err: err}
		}
		b.CRLs = append(b.CRLs, l)
	}
	// QUIRK: crypto/x509, on which the library stands, refuses certificates that
	// exist (negative serial numbers, odd extensions) and with one of them all
	// others. Then our own reading counts.
	if p7, err := pkcs7.Parse(der); err == nil && len(p7.Certificates) == len(certificates) {
		certificates = certificates[:0]
		for _, c := range p7.Certificates {
			certificates = append(certificates, c.Raw)
		}
	}
	if len(certificates) > maxObjects {
		return &LimitError{What: "certificates in a bundle"}
	}
	for _, c := range certificates {
		if err := b.addCertificate(c); err != nil {
			return err
		}
	}
	return nil
}

// signedDataSets returns the members of the two optional sets of
//
//	SignedData ::= SEQUENCE {
//	    version CMSVersion,
//	    digestAlgorithms DigestAlgorithmIdentifiers,
//	    encapContentInfo EncapsulatedContentInfo,
//	    certificates [0] IMPLICIT CertificateSet OPTIONAL,
//	    crls [1] IMPLICIT RevocationInfoChoices OPTIONAL,
//	    signerInfos SignerInfos }
//
// that are X.509 certificates and lists; other choices have tags of their own.
func signedDataSets(info cryptobyte.String) (certificates, lists [][]byte, err error) {
	malformed := &MalformedError{Format: "PKCS#7", Detail: "SignedData"}
	var explicit, sd, set cryptobyte.String
	var version int64
	if !info.ReadASN1(&explicit, explicit0) || !explicit.ReadASN1(&sd, asn1.SEQUENCE) ||
		!sd.ReadASN1Integer(&version) || !sd.SkipASN1(asn1.SET) || !sd.SkipASN1(asn1.SEQUENCE) {
		return nil, nil, malformed
	}
	for i, out := range []*[][]byte{&certificates, &lists} {
		tag := asn1.Tag(i).ContextSpecific().Constructed()
		if !sd.PeekASN1Tag(tag) {
			continue
		}
		sd.ReadASN1(&set, tag)
		for !set.Empty() {
			var member cryptobyte.String
			var t asn1.Tag
			if !set.ReadAnyASN1Element(&member, &t) {
				return nil, nil, malformed
			}
			if t == asn1.SEQUENCE {
				*out = append(*out, bytes.Clone(member))
			}
		}
	}
	if !sd.SkipASN1(asn1.SET) || !sd.Empty() {
		return nil, nil, malformed
	}
	return certificates, lists, nil
}

// EncodeP7B writes certificates as a bundle without signers, DER.
func EncodeP7B(certificates []*cert.Certificate) ([]byte, error) {
	var all []byte
	for _, c := range certificates {
		all = append(all, c.Raw...)
	}
	der, err := pkcs7.DegenerateCertificate(all)
	if err != nil {
		return nil, &MalformedError{Format: "PKCS#7", Detail: "writing", Err: err}
	}
	return der, nil
}
