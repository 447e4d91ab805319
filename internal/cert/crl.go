package cert

import (
	"bytes"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// maxCRLSize is the size of a list that is read: a million entries.
const maxCRLSize = 64 << 20

// CRL is a certificate revocation list (RFC 5280, Section 5.1). The entries
// are kept as octets: a list of a million entries costs no more than its size.
type CRL struct {
	Raw                    []byte // the whole list
	RawTBS                 []byte // what is signed
	Version                int    // 1 or 2
	Issuer                 Name
	ThisUpdate, NextUpdate time.Time // NextUpdate is zero when absent
	RawEntries             []byte    // contents of revokedCertificates; nil when absent
	SignatureAlgorithm     algorithm.Identifier
	Signature              []byte
	Extensions             []Extension

	known listExtensions
}

// ParseCRL reads der, which must hold one CertificateList in DER and nothing
// else. der is kept and must not be changed.
//
//	TBSCertList  ::=  SEQUENCE  {
//	    version                 Version OPTIONAL,
//	    signature               AlgorithmIdentifier,
//	    issuer                  Name,
//	    thisUpdate              Time,
//	    nextUpdate              Time OPTIONAL,
//	    revokedCertificates     SEQUENCE OF SEQUENCE { ... } OPTIONAL,
//	    crlExtensions       [0] EXPLICIT Extensions OPTIONAL }
func ParseCRL(der []byte) (*CRL, error) {
	if len(der) > maxCRLSize {
		return nil, &LimitError{What: "revocation list"}
	}
	malformed := func(detail string) (*CRL, error) {
		return nil, &SyntaxError{What: "revocation list", Detail: detail}
	}
	s := cryptobyte.String(der)
	var body, element, tbs cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1Element(&element, asn1.SEQUENCE) {
		return malformed("not one SEQUENCE")
	}
	l := &CRL{Raw: der, RawTBS: element, Version: 1}
	var ok bool
	if l.SignatureAlgorithm, ok = algorithm.ReadIdentifier(&body); !ok {
		return malformed("signatureAlgorithm")
	}
	if !readSignature(&body, &l.Signature) || !body.Empty() {
		return malformed("signatureValue")
	}
	if !element.ReadASN1(&tbs, asn1.SEQUENCE) {
		return malformed("tbsCertList")
	}
	if tbs.PeekASN1Tag(asn1.INTEGER) {
		var v int
		if !tbs.ReadASN1Integer(&v) || v != 1 {
			return malformed("version")
		}
		l.Version = 2
	}
	inner, ok := algorithm.ReadIdentifier(&tbs)
	if !ok || !inner.Equal(l.SignatureAlgorithm) {
		return malformed("signature and signatureAlgorithm differ")
	}
	var err error
	if l.Issuer, err = readName(&tbs); err != nil {
		return nil, err
	}
	if !readTime(&tbs, &l.ThisUpdate) {
		return malformed("thisUpdate")
	}
	if tbs.PeekASN1Tag(asn1.UTCTime) || tbs.PeekASN1Tag(asn1.GeneralizedTime) {
		if !readTime(&tbs, &l.NextUpdate) {
			return malformed("nextUpdate")
		}
	}
	if tbs.PeekASN1Tag(asn1.SEQUENCE) {
		var entries cryptobyte.String
		if !tbs.ReadASN1(&entries, asn1.SEQUENCE) {
			return malformed("revokedCertificates")
		}
		l.RawEntries = entries
	}
	var wrapped cryptobyte.String
	var present bool
	if !tbs.ReadOptionalASN1(&wrapped, &present, asn1.Tag(0).Constructed().ContextSpecific()) || !tbs.Empty() {
		return malformed("what follows the entries")
	}
	if present {
		if l.Version != 2 {
			return malformed("extensions in a list that is not of version 2")
		}
		if l.Extensions, err = readExtensions(wrapped, "revocation list"); err != nil {
			return nil, err
		}
		l.known.read(l.Extensions)
	}
	return l, nil
}

// CheckSignedBy checks the signature of the list with a key. nil is the only
// answer that means it verifies.
func (l *CRL) CheckSignedBy(issuer *algorithm.PublicKey) error {
	return checkSignature(l.SignatureAlgorithm, l.RawTBS, l.Signature, issuer)
}

// Equal reports whether two lists are the same octets.
func (l *CRL) Equal(o *CRL) bool {
	if l == nil || o == nil {
		return l == o
	}
	return bytes.Equal(l.Raw, o.Raw)
}
