package cert

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"sync"
	"time"

	"smimectl/internal/algorithm"
)

// Certificate is an X.509 certificate (RFC 5280, Section 4.1):
//
//	Certificate  ::=  SEQUENCE  {
//	    tbsCertificate       TBSCertificate,
//	    signatureAlgorithm   AlgorithmIdentifier,
//	    signatureValue       BIT STRING  }
//
// It is immutable once parsed; its byte slices are shared and must not be
// changed. It may be used by several goroutines at once.
type Certificate struct {
	Raw                 []byte // the whole certificate
	RawTBS              []byte // what is signed
	Version             int    // 1, 2 or 3
	Serial              []byte // content octets of the INTEGER
	Issuer, Subject     Name
	NotBefore, NotAfter time.Time // both inclusive
	SPKI                []byte    // SubjectPublicKeyInfo, the whole element
	SignatureAlgorithm  algorithm.Identifier
	Signature           []byte // octets of signatureValue
	Extensions          []Extension

	known     extensions
	keyOnce   sync.Once
	key       *algorithm.PublicKey
	keyErr    error
	printOnce sync.Once
	print     string
	x509Once  sync.Once
	x509      *x509.Certificate
	selfOnce  sync.Once
	self      bool
	mailOnce  sync.Once
	addresses []Address
	bad       []string
}

// Extension is one extension of a certificate or a revocation list (RFC 5280,
// Section 4.1).
type Extension struct {
	OID      algorithm.OID
	Critical bool
	Value    []byte // content octets of extnValue
}

// PublicKey returns the key of the certificate. It is read once, when first
// asked for; the error is that of algorithm.ParsePublicKey.
func (c *Certificate) PublicKey() (*algorithm.PublicKey, error) {
	c.keyOnce.Do(func() { c.key, c.keyErr = algorithm.ParsePublicKey(c.SPKI) })
	return c.key, c.keyErr
}

// X509 returns what crypto/x509 makes of the certificate, nil where it refuses
// it. It is parsed once, when first asked for, and is for handing on to
// libraries that speak no other type.
func (c *Certificate) X509() *x509.Certificate {
	c.x509Once.Do(func() {
		if parsed, err := x509.ParseCertificate(c.Raw); err == nil {
			c.x509 = parsed
		}
	})
	return c.x509
}

// Fingerprint returns the SHA-256 of the certificate as 64 lower-case
// hexadecimal digits.
func (c *Certificate) Fingerprint() string {
	c.printOnce.Do(func() {
		sum := sha256.Sum256(c.Raw)
		c.print = hex.EncodeToString(sum[:])
	})
	return c.print
}

// Equal reports whether two certificates are the same octets.
func (c *Certificate) Equal(o *Certificate) bool {
	if c == nil || o == nil {
		return c == o
	}
	return bytes.Equal(c.Raw, o.Raw)
}

// SerialHex returns the serial number as lower-case hexadecimal digits, two
// per octet and without the octet that only keeps it positive. A negative one,
// which RFC 5280, Section 4.1.2.2 forbids, begins with a minus sign.
func (c *Certificate) SerialHex() string {
	serial := c.Serial
	if len(serial) > 0 && serial[0]&0x80 != 0 {
		magnitude := make([]byte, len(serial))
		carry := 1
		for i := len(serial) - 1; i >= 0; i-- {
			sum := int(^serial[i]) + carry
			magnitude[i], carry = byte(sum), sum>>8
		}
		return "-" + hex.EncodeToString(magnitude)
	}
	for len(serial) > 1 && serial[0] == 0 {
		serial = serial[1:]
	}
	return hex.EncodeToString(serial)
}

// SelfIssued reports whether issuer and subject are the same name (RFC 5280,
// Section 3.2). It says nothing about the signature.
func (c *Certificate) SelfIssued() bool { return c.Issuer.Equal(c.Subject) }

// SelfSigned reports whether the certificate is signed with its own key (RFC 5280,
// Section 3.2). The signature is checked once, when first asked for.
func (c *Certificate) SelfSigned() bool {
	c.selfOnce.Do(func() {
		if c.SelfIssued() {
			key, err := c.PublicKey()
			c.self = err == nil && c.CheckSignedBy(key) == nil
		}
	})
	return c.self
}

// CheckSignedBy checks the signature of the certificate with the key of its
// issuer. nil is the only answer that means it verifies.
func (c *Certificate) CheckSignedBy(issuer *algorithm.PublicKey) error {
	return checkSignature(c.SignatureAlgorithm, c.RawTBS, c.Signature, issuer)
}

// checkSignature checks a signature of a certificate or revocation list.
func checkSignature(id algorithm.Identifier, signed, signature []byte, issuer *algorithm.PublicKey) error {
	if issuer == nil {
		return algorithm.ErrSignature
	}
	scheme, err := algorithm.FindSignature(id, nil)
	if err != nil {
		return err
	}
	return scheme.Verify(issuer, algorithm.Message{Bytes: signed}, signature)
}

// DisplayName returns what a person calls the holder: the common name, else
// the organization, else the first address, else the whole subject. It is as
// written in the certificate: whoever shows it escapes it.
func (c *Certificate) DisplayName() string {
	if name := c.Subject.CommonName(); name != "" {
		return name
	}
	if name := c.Subject.first(oidOrganization); name != "" {
		return name
	}
	if addresses := c.Addresses(); len(addresses) > 0 {
		return addresses[0].String()
	}
	return c.Subject.String()
}

// IssuerSerial names a certificate as CMS does (RFC 5652, Section 10.2.4,
// IssuerAndSerialNumber).
type IssuerSerial struct {
	Issuer Name
	Serial []byte // content octets of the INTEGER
}

// IssuerSerial returns the name of c in that form.
func (c *Certificate) IssuerSerial() IssuerSerial {
	return IssuerSerial{Issuer: c.Issuer, Serial: c.Serial}
}

// Matches reports whether a names c.
func (a IssuerSerial) Matches(c *Certificate) bool {
	return len(a.Serial) > 0 && bytes.Equal(a.Serial, c.Serial) && a.Issuer.parsed != nil && a.Issuer.Equal(c.Issuer)
}
