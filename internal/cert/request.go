package cert

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const oidExtensionRequest = algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e") // 1.2.840.113549.1.9.14

// Request is a certificate request (RFC 2986): what somebody asks an authority
// to put into a certificate. Nothing in it is vouched for.
type Request struct {
	Subject            Name
	SignatureAlgorithm algorithm.Identifier
	Extensions         []Extension // those asked for

	shell *Certificate // what a certificate of these fields would say
}

// ParseRequest reads der, which must hold one request in DER and nothing else.
//
//	CertificationRequestInfo ::= SEQUENCE {
//	    version       INTEGER { v1(0) },
//	    subject       Name,
//	    subjectPKInfo SubjectPublicKeyInfo,
//	    attributes    [0] Attributes }
func ParseRequest(der []byte) (*Request, error) {
	malformed := func(detail string) (*Request, error) {
		return nil, &SyntaxError{What: "certificate request", Detail: detail}
	}
	if len(der) > maxCertificateSize {
		return nil, &LimitError{What: "certificate request"}
	}
	s := cryptobyte.String(bytes.Clone(der))
	var body, info, spki, attributes cryptobyte.String
	var signature []byte
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() || !body.ReadASN1(&info, asn1.SEQUENCE) {
		return malformed("not one SEQUENCE")
	}
	r := &Request{}
	var ok bool
	if r.SignatureAlgorithm, ok = algorithm.ReadIdentifier(&body); !ok || !readSignature(&body, &signature) || !body.Empty() {
		return malformed("signature")
	}
	if !info.SkipASN1(asn1.INTEGER) {
		return malformed("version")
	}
	var err error
	if r.Subject, err = readName(&info); err != nil {
		return nil, err
	}
	var present bool
	if !info.ReadASN1Element(&spki, asn1.SEQUENCE) || !info.ReadOptionalASN1(&attributes, &present, asn1.Tag(0).ContextSpecific().Constructed()) || !info.Empty() {
		return malformed("key and attributes")
	}
	for !attributes.Empty() {
		var attribute, values cryptobyte.String
		if !attributes.ReadASN1(&attribute, asn1.SEQUENCE) {
			return malformed("an attribute")
		}
		oid, ok := algorithm.ReadOID(&attribute)
		if !ok || !attribute.ReadASN1(&values, asn1.SET) || !attribute.Empty() {
			return malformed("an attribute")
		}
		if oid == oidExtensionRequest && r.Extensions == nil {
			if r.Extensions, err = readExtensions(values, "certificate request"); err != nil {
				return nil, err
			}
		}
	}
	r.shell = &Certificate{Subject: r.Subject, SPKI: spki, Extensions: r.Extensions}
	r.shell.known.read(r.Extensions)
	return r, nil
}

// PublicKey returns the key that is to be certified.
func (r *Request) PublicKey() (*algorithm.PublicKey, error) { return r.shell.PublicKey() }

// Addresses returns the mail addresses that are asked for.
func (r *Request) Addresses() []Address { return r.shell.Addresses() }
