package cert

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const (
	oidSubjectKeyID     = algorithm.OID("\x55\x1d\x0e") // 2.5.29.14
	oidKeyUsage         = algorithm.OID("\x55\x1d\x0f") // 2.5.29.15
	oidSubjectAltName   = algorithm.OID("\x55\x1d\x11") // 2.5.29.17
	oidBasicConstraints = algorithm.OID("\x55\x1d\x13") // 2.5.29.19
	oidAuthorityKeyID   = algorithm.OID("\x55\x1d\x23") // 2.5.29.35
	oidExtKeyUsage      = algorithm.OID("\x55\x1d\x25") // 2.5.29.37
)

// Limits within one extension.
const (
	maxPurposes     = 128
	maxGeneralNames = 10_000
)

// extensions holds the contents of those extensions that are read with the
// certificate.
type extensions struct {
	subjectKeyID    []byte
	authorityKeyID  []byte
	authorityIssuer []GeneralName
	authoritySerial []byte
	usage           KeyUsage
	hasUsage        bool
	purposes        []algorithm.OID
	hasPurposes     bool
	ca              bool
	pathLen         int
	hasConstraints  bool
	alternatives    []GeneralName
	malformed       []algorithm.OID
}

// extensionReader is a row of the table of extensions that are read.
type extensionReader struct {
	oid  algorithm.OID
	read func(x *extensions, value cryptobyte.String) bool
}

var extensionReaders = []extensionReader{
	{oidSubjectKeyID, (*extensions).readSubjectKeyID},
	{oidKeyUsage, (*extensions).readKeyUsage},
	{oidSubjectAltName, (*extensions).readSubjectAltName},
	{oidBasicConstraints, (*extensions).readBasicConstraints},
	{oidAuthorityKeyID, (*extensions).readAuthorityKeyID},
	{oidExtKeyUsage, (*extensions).readExtKeyUsage},
}

func (x *extensions) read(list []Extension) {
	x.pathLen = -1
	for _, e := range list {
		for _, r := range extensionReaders {
			if r.oid == e.OID && !r.read(x, cryptobyte.String(e.Value)) {
				x.malformed = append(x.malformed, e.OID)
			}
		}
	}
}

// readSubjectKeyID: KeyIdentifier ::= OCTET STRING (Section 4.2.1.2).
func (x *extensions) readSubjectKeyID(value cryptobyte.String) bool {
	var id cryptobyte.String
	if !value.ReadASN1(&id, asn1.OCTET_STRING) || !value.Empty() {
		return false
	}
	x.subjectKeyID = id
	return true
}

// readAuthorityKeyID (Section 4.2.1.1):
//
//	AuthorityKeyIdentifier ::= SEQUENCE {
//	    keyIdentifier             [0] KeyIdentifier           OPTIONAL,
//	    authorityCertIssuer       [1] GeneralNames            OPTIONAL,
//	    authorityCertSerialNumber [2] CertificateSerialNumber OPTIONAL  }
func (x *extensions) readAuthorityKeyID(value cryptobyte.String) bool {
	var body, id, issuer, serial cryptobyte.String
	var hasID, hasIssuer, hasSerial bool
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !value.Empty() ||
		!body.ReadOptionalASN1(&id, &hasID, asn1.Tag(0).ContextSpecific()) ||
		!body.ReadOptionalASN1(&issuer, &hasIssuer, asn1.Tag(1).ContextSpecific().Constructed()) ||
		!body.ReadOptionalASN1(&serial, &hasSerial, asn1.Tag(2).ContextSpecific()) || !body.Empty() {
		return false
	}
	if hasIssuer {
		names, ok := readGeneralNames(issuer)
		if !ok {
			return false
		}
		x.authorityIssuer = names
	}
	if hasID {
		x.authorityKeyID = id
	}
	if hasSerial {
		x.authoritySerial = serial
	}
	return true
}

// readKeyUsage: KeyUsage ::= BIT STRING (Section 4.2.1.3).
func (x *extensions) readKeyUsage(value cryptobyte.String) bool {
	x.hasUsage = true // also when malformed: then nothing is allowed
	var bits cryptobyte.String
	if !value.ReadASN1(&bits, asn1.BIT_STRING) || !value.Empty() || len(bits) == 0 || bits[0] > 7 ||
		(len(bits) == 1 && bits[0] != 0) {
		return false
	}
	unused := int(bits[0])
	bits = bits[1:]
	for i := range len(bits)*8 - unused {
		if i < len(keyUsages) && bits[i/8]&(0x80>>(i%8)) != 0 {
			x.usage |= 1 << i
		}
	}
	return true
}

// readExtKeyUsage: ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId
// (Section 4.2.1.12).
func (x *extensions) readExtKeyUsage(value cryptobyte.String) bool {
	x.hasPurposes = true // also when malformed: then nothing is allowed
	var list cryptobyte.String
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() || list.Empty() {
		return false
	}
	var purposes []algorithm.OID
	for !list.Empty() {
		oid, ok := algorithm.ReadOID(&list)
		if !ok || len(purposes) == maxPurposes {
			return false
		}
		purposes = append(purposes, oid)
	}
	x.purposes = purposes
	return true
}

// readBasicConstraints (Section 4.2.1.9):
//
//	BasicConstraints ::= SEQUENCE {
//	    cA                BOOLEAN DEFAULT FALSE,
//	    pathLenConstraint INTEGER (0..MAX) OPTIONAL }
func (x *extensions) readBasicConstraints(value cryptobyte.String) bool {
	x.hasConstraints = true
	var body cryptobyte.String
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !value.Empty() {
		return false
	}
	ca := false
	if body.PeekASN1Tag(asn1.BOOLEAN) && !body.ReadASN1Boolean(&ca) {
		return false
	}
	pathLen := -1
	if !body.Empty() {
		var n uint64
		if !body.ReadASN1Integer(&n) || !body.Empty() {
			return false
		}
		// Longer than any path is as good as any other long one.
		pathLen = int(min(n, 1<<20))
	}
	x.ca, x.pathLen = ca, pathLen
	return true
}

// readSubjectAltName: SubjectAltName ::= GeneralNames (Section 4.2.1.6).
//
// QUIRK: an empty list. The openssl configuration subjectAltName=email:copy makes
// one of a subject without an address, and certificates like that sign mail.
func (x *extensions) readSubjectAltName(value cryptobyte.String) bool {
	var list cryptobyte.String
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() {
		return false
	}
	names, ok := readGeneralNames(list)
	x.alternatives = names
	return ok
}

// Extension returns the extension with that OID, nil when there is none.
func (c *Certificate) Extension(oid algorithm.OID) *Extension {
	for i := range c.Extensions {
		if c.Extensions[i].OID == oid {
			return &c.Extensions[i]
		}
	}
	return nil
}

// Malformed returns the extensions whose contents are not what their
// definition asks for, among those read with the certificate: key identifiers,
// key usage, extended key usage, basic constraints and alternative names. No
// path that uses such a certificate is good.
func (c *Certificate) Malformed() []algorithm.OID { return c.known.malformed }

// SubjectKeyID returns the subject key identifier, nil when absent (RFC 5280,
// Section 4.2.1.2).
func (c *Certificate) SubjectKeyID() []byte { return c.known.subjectKeyID }

// AuthorityKeyID returns the key identifier of the issuer's key, nil when
// absent (RFC 5280, Section 4.2.1.1).
func (c *Certificate) AuthorityKeyID() []byte { return c.known.authorityKeyID }

// AuthorityCertificate returns issuer and serial number of the issuer's
// certificate where the authority key identifier has them.
func (c *Certificate) AuthorityCertificate() (IssuerSerial, bool) {
	if len(c.known.authoritySerial) == 0 {
		return IssuerSerial{}, false
	}
	for _, g := range c.known.authorityIssuer {
		if g.Kind == KindDirectoryName {
			if name, err := ParseName(g.Value); err == nil {
				return IssuerSerial{Issuer: name, Serial: c.known.authoritySerial}, true
			}
		}
	}
	return IssuerSerial{}, false
}

// BasicConstraints returns whether the holder is a CA, how many certificates
// of further CAs may follow (-1: no limit), and whether the extension is there
// (RFC 5280, Section 4.2.1.9).
func (c *Certificate) BasicConstraints() (ca bool, pathLen int, present bool) {
	return c.known.ca, c.known.pathLen, c.known.hasConstraints
}

// AlternativeNames returns the names of the subjectAltName extension in order
// (RFC 5280, Section 4.2.1.6).
func (c *Certificate) AlternativeNames() []GeneralName { return c.known.alternatives }
