package certstore

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// crypto/x509 makes certificates for the few kinds of keys that it knows. What
// is made here says the same, for every key that package algorithm knows.

// tbsCertificate is what is signed of a certificate (RFC 5280, Section 4.1).
type tbsCertificate struct {
	Version    int `asn1:"explicit,tag:0"`
	Serial     *big.Int
	Signature  asn1.RawValue
	Issuer     asn1.RawValue
	Validity   struct{ NotBefore, NotAfter time.Time }
	Subject    asn1.RawValue
	PublicKey  asn1.RawValue
	Extensions []pkix.Extension `asn1:"explicit,tag:3"`
}

// requestInfo is what is signed of a certification request (RFC 2986, Section 4.1).
type requestInfo struct {
	Version    int
	Subject    asn1.RawValue
	PublicKey  asn1.RawValue
	Attributes []requestedExtensions `asn1:"set,tag:0"`
}

// requestedExtensions is the attribute extensionRequest (RFC 2985, Section 5.4.2).
type requestedExtensions struct {
	Type   asn1.ObjectIdentifier
	Values [][]pkix.Extension `asn1:"set"`
}

// signedObject is the frame that certificates and requests have in common.
type signedObject struct {
	ToBeSigned asn1.RawValue
	Algorithm  asn1.RawValue
	Signature  asn1.BitString
}

var (
	oidSubjectKeyID     = asn1.ObjectIdentifier{2, 5, 29, 14}
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidAuthorityKeyID   = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidExtKeyUsage      = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidExtensionRequest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 14}
)

// purposes are the extended key usages that are written (RFC 5280, Section
// 4.2.1.12).
var purposes = map[x509.ExtKeyUsage]asn1.ObjectIdentifier{
	x509.ExtKeyUsageServerAuth:      {1, 3, 6, 1, 5, 5, 7, 3, 1},
	x509.ExtKeyUsageEmailProtection: {1, 3, 6, 1, 5, 5, 7, 3, 4},
}

func raw(der []byte) asn1.RawValue { return asn1.RawValue{FullBytes: der} }

// sign makes the certificate and reads it back. template is its own issuer
// where it is self-signed.
func sign(template, issuer *x509.Certificate, public *algorithm.PublicKey, issuerKey *algorithm.PrivateKey) (*cert.Certificate, error) {
	der, err := signCertificate(template, issuer, public, issuerKey)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	c, err := cert.Parse(der)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	return c, nil
}

func signCertificate(template, issuer *x509.Certificate, public *algorithm.PublicKey, issuerKey *algorithm.PrivateKey) ([]byte, error) {
	scheme, err := algorithm.SignatureFor(issuerKey.Public, algorithm.SignOptions{NameDigest: true})
	if err != nil {
		return nil, err
	}
	subject, err := nameOf(template)
	if err != nil {
		return nil, err
	}
	from, err := nameOf(issuer)
	if err != nil {
		return nil, err
	}
	extensions, err := extensionsOf(template, issuer)
	if err != nil {
		return nil, err
	}
	tbs := tbsCertificate{Version: 2, Serial: template.SerialNumber, Signature: raw(scheme.Identifier.DER()), Issuer: raw(from),
		Subject: raw(subject), PublicKey: raw(public.SPKI), Extensions: extensions}
	tbs.Validity.NotBefore, tbs.Validity.NotAfter = template.NotBefore.UTC(), template.NotAfter.UTC()
	return signObject(tbs, scheme, issuerKey)
}

// signRequest makes a certification request that asks for the extensions.
func signRequest(subject pkix.Name, extensions []pkix.Extension, key *algorithm.PrivateKey) ([]byte, error) {
	scheme, err := algorithm.SignatureFor(key.Public, algorithm.SignOptions{NameDigest: true})
	if err != nil {
		return nil, err
	}
	name, err := asn1.Marshal(subject.ToRDNSequence())
	if err != nil {
		return nil, err
	}
	return signObject(requestInfo{Subject: raw(name), PublicKey: raw(key.Public.SPKI),
		Attributes: []requestedExtensions{{oidExtensionRequest, [][]pkix.Extension{extensions}}}}, scheme, key)
}

func signObject(toBeSigned any, scheme *algorithm.Signature, key *algorithm.PrivateKey) ([]byte, error) {
	tbs, err := asn1.Marshal(toBeSigned)
	if err != nil {
		return nil, err
	}
	sig, err := scheme.Sign(key.Signer, algorithm.Message{Bytes: tbs})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(signedObject{raw(tbs), raw(scheme.Identifier.DER()), asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)}})
}

// nameOf returns the subject: of a certificate that was read, as it stands there.
func nameOf(c *x509.Certificate) ([]byte, error) {
	if len(c.RawSubject) > 0 {
		return c.RawSubject, nil
	}
	return asn1.Marshal(c.Subject.ToRDNSequence())
}

// extensionsOf writes the fields of a template (RFC 5280, Section 4.2.1).
func extensionsOf(template, issuer *x509.Certificate) ([]pkix.Extension, error) {
	var list []pkix.Extension
	var failed error
	add := func(oid asn1.ObjectIdentifier, critical bool, value any) {
		der, err := asn1.Marshal(value)
		if err != nil && failed == nil {
			failed = err
		}
		list = append(list, pkix.Extension{Id: oid, Critical: critical, Value: der})
	}
	if template.KeyUsage != 0 {
		add(oidKeyUsage, true, keyUsageBits(template.KeyUsage))
	}
	if len(template.ExtKeyUsage) > 0 {
		var oids []asn1.ObjectIdentifier
		for _, u := range template.ExtKeyUsage {
			oids = append(oids, purposes[u])
		}
		add(oidExtKeyUsage, false, oids)
	}
	if template.BasicConstraintsValid {
		add(oidBasicConstraints, true, struct {
			CA bool `asn1:"optional"`
		}{template.IsCA})
	}
	if len(template.SubjectKeyId) > 0 {
		add(oidSubjectKeyID, false, template.SubjectKeyId)
	}
	authority := template.AuthorityKeyId
	if issuer != template {
		authority = issuer.SubjectKeyId
	}
	if len(authority) > 0 {
		add(oidAuthorityKeyID, false, struct {
			ID []byte `asn1:"tag:0"`
		}{authority})
	}
	return append(list, template.ExtraExtensions...), failed
}

// keyUsageBits is KeyUsage (RFC 5280, Section 4.2.1.3), a BIT STRING whose first
// bit is the lowest of u, without trailing zero bits.
func keyUsageBits(u x509.KeyUsage) asn1.BitString {
	bits := asn1.BitString{Bytes: make([]byte, 2)}
	for i := range 9 {
		if u&(1<<i) != 0 {
			bits.Bytes[i/8] |= 0x80 >> (i % 8)
			bits.BitLength = i + 1
		}
	}
	bits.Bytes = bits.Bytes[:(bits.BitLength+7)/8]
	return bits
}
