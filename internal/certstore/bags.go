package certstore

import (
	"bytes"
	"fmt"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

const (
	dottedBag          = "1.2.840.113549.1.12.10.1." // and 1 to 6
	dottedFriendlyName = "1.2.840.113549.1.9.20"
	dottedLocalKeyID   = "1.2.840.113549.1.9.21"
	dottedX509Cert     = "1.2.840.113549.1.9.22.1"
	dottedX509CRL      = "1.2.840.113549.1.9.23.1"
)

// maxName bounds friendlyName, in octets.
const maxName = 2048

// A bag is a SafeBag with its attributes.
type bag struct {
	value cryptobyte.String
	name  string
	keyID []byte
}

// bagKind is one row of RFC 7292, Section 4.2: a type of SafeBag.
type bagKind struct {
	oid  algorithm.OID
	read func(*pkcs12Reader, bag) error
}

func bagKinds() []bagKind {
	return []bagKind{
		{algorithm.MustOID(dottedBag + "1"), (*pkcs12Reader).keyBag},
		{algorithm.MustOID(dottedBag + "2"), (*pkcs12Reader).shroudedKeyBag},
		{algorithm.MustOID(dottedBag + "3"), (*pkcs12Reader).certBag},
		{algorithm.MustOID(dottedBag + "4"), (*pkcs12Reader).crlBag},
		{algorithm.MustOID(dottedBag + "5"), func(*pkcs12Reader, bag) error { return nil }}, // secretBag
	}
}

// readSafeContents reads SafeContents ::= SEQUENCE OF SafeBag,
//
//	SafeBag ::= SEQUENCE {
//	    bagId         BAG-TYPE.&id ({PKCS12BagSet}),
//	    bagValue      [0] EXPLICIT BAG-TYPE.&Type({PKCS12BagSet}{@bagId}),
//	    bagAttributes SET OF PKCS12Attribute OPTIONAL }
//
// (RFC 7292, Section 4.2). Safes within safes are put on a list, not gone into.
// Kinds of bags that are not in the standard are passed over.
func (r *pkcs12Reader) readSafeContents(first []byte) error {
	s, err := reread(first, "SafeContents")
	if err != nil {
		return err
	}
	kinds, nested := bagKinds(), algorithm.MustOID(dottedBag+"6")
	for safes := []cryptobyte.String{s}; len(safes) > 0; {
		s, safes = safes[0], safes[1:]
		var bags cryptobyte.String
		if !s.ReadASN1(&bags, asn1.SEQUENCE) || !s.Empty() {
			return malformedPKCS12("SafeContents")
		}
		for !bags.Empty() {
			if r.bags++; r.bags > maxBags {
				return &LimitError{What: fmt.Sprintf("PKCS#12 bags, at most %d", maxBags)}
			}
			var body cryptobyte.String
			if !bags.ReadASN1(&body, asn1.SEQUENCE) {
				return malformedPKCS12("SafeBag")
			}
			oid, ok := algorithm.ReadOID(&body)
			var b bag
			if !ok || !body.ReadASN1(&b.value, explicit0) {
				return malformedPKCS12("SafeBag")
			}
			if err := b.readAttributes(body); err != nil {
				return err
			}
			if oid == nested {
				safes = append(safes, b.value)
				continue
			}
			for _, k := range kinds {
				if k.oid == oid {
					if err := k.read(r, b); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// readAttributes reads friendlyName and localKeyId (RFC 2985, Section 5.5); a
// friendlyName is a BMPString, so of an even number of octets.
func (b *bag) readAttributes(body cryptobyte.String) error {
	if body.Empty() {
		return nil
	}
	var attributes cryptobyte.String
	if !body.ReadASN1(&attributes, asn1.SET) || !body.Empty() {
		return malformedPKCS12("bagAttributes")
	}
	for !attributes.Empty() {
		var attribute, values cryptobyte.String
		if !attributes.ReadASN1(&attribute, asn1.SEQUENCE) {
			return malformedPKCS12("bagAttributes")
		}
		oid, ok := algorithm.ReadOID(&attribute)
		if !ok || !attribute.ReadASN1(&values, asn1.SET) || !attribute.Empty() {
			return malformedPKCS12("bagAttributes")
		}
		if oid == algorithm.MustOID(dottedLocalKeyID) {
			var id cryptobyte.String
			if !values.ReadASN1(&id, asn1.OCTET_STRING) {
				return malformedPKCS12("localKeyId")
			}
			b.keyID = bytes.Clone(id)
		}
		if oid == algorithm.MustOID(dottedFriendlyName) {
			var name cryptobyte.String
			if !values.ReadASN1(&name, asn1.Tag(30)) || len(name)%2 != 0 || len(name) > maxName {
				return malformedPKCS12("friendlyName")
			}
			units := make([]uint16, len(name)/2)
			for i := range units {
				units[i] = uint16(name[2*i])<<8 | uint16(name[2*i+1])
			}
			b.name = string(utf16.Decode(units))
		}
	}
	return nil
}

// keyBag is a PKCS#8 key that only its safe protects.
func (r *pkcs12Reader) keyBag(b bag) error { return r.addKey("PKCS#8", b, b.value) }

// addKey keeps a clear key.
func (r *pkcs12Reader) addKey(format string, b bag, der []byte) error {
	k := clearKey(format, bytes.Clone(der))
	k.FriendlyName, k.LocalKeyID = b.name, b.keyID
	r.bundle.Keys = append(r.bundle.Keys, k)
	return nil
}

// shroudedKeyBag is an encrypted PKCS#8 key, nearly always under the passphrase of
// the file; one under another stays sealed.
func (r *pkcs12Reader) shroudedKeyBag(b bag) error {
	p, data, err := readEncryptedKey(b.value)
	if err != nil {
		return err
	}
	if err := r.spend(p); err != nil {
		return err
	}
	if der := p.decrypt(r.pw, data); der != nil {
		r.opened++
		return r.addKey("PKCS#8 with "+p.title, b, der)
	}
	r.sealed++
	k, err := sealedPKCS8(b.value)
	if err != nil {
		return err
	}
	k.FriendlyName, k.LocalKeyID = b.name, b.keyID
	r.bundle.Keys = append(r.bundle.Keys, k)
	return nil
}

// certBag reads CertBag ::= SEQUENCE { certId, certValue [0] EXPLICIT }, where the
// value of an X.509 certificate is an OCTET STRING of its DER.
func (r *pkcs12Reader) certBag(b bag) error {
	der, err := b.octets(dottedX509Cert)
	if err != nil || der == nil {
		return err
	}
	return r.bundle.addCertificate(bytes.Clone(der))
}

// crlBag is the same with a revocation list.
func (r *pkcs12Reader) crlBag(b bag) error {
	der, err := b.octets(dottedX509CRL)
	if err != nil || der == nil {
		return err
	}
	if _, err := cert.ParseCRL(der); err != nil {
		return &MalformedError{Format: "PKCS#12", Detail: "revocation list", Err: err}
	}
	r.bundle.CRLs = append(r.bundle.CRLs, bytes.Clone(der))
	return nil
}

// octets returns what a CertBag or CRLBag of the wanted type holds, nil for
// another type (SDSI certificates, which nobody has).
func (b *bag) octets(dotted string) ([]byte, error) {
	var body, explicit, octets cryptobyte.String
	if !b.value.ReadASN1(&body, asn1.SEQUENCE) || !b.value.Empty() {
		return nil, malformedPKCS12("bag of a certificate")
	}
	oid, ok := algorithm.ReadOID(&body)
	if !ok || !body.ReadASN1(&explicit, explicit0) || !body.Empty() {
		return nil, malformedPKCS12("bag of a certificate")
	}
	if oid != algorithm.MustOID(dotted) {
		return nil, nil
	}
	if !explicit.ReadASN1(&octets, asn1.OCTET_STRING) || !explicit.Empty() {
		return nil, malformedPKCS12("bag of a certificate")
	}
	return octets, nil
}
