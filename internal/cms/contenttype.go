package cms

import (
	"io"

	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// ContentType names what a ContentInfo holds (RFC 5652, Section 3).
type ContentType = algorithm.OID

// The arcs of RSA Laboratories below which CMS has its names, as content octets:
// 1.2.840.113549.1.7, 1.2.840.113549.1.9 and 1.2.840.113549.1.9.16.
const (
	arcPKCS7 = "\x2a\x86\x48\x86\xf7\x0d\x01\x07"
	arcPKCS9 = "\x2a\x86\x48\x86\xf7\x0d\x01\x09"
	arcSMIME = arcPKCS9 + "\x10"
)

// Content types (RFC 5652, RFC 5083, RFC 3274, RFC 2634, RFC 3161; that of
// PKCS #7 which CMS left out, RFC 2315, Section 11).
const (
	TypeData              ContentType = arcPKCS7 + "\x01"
	TypeSignedData        ContentType = arcPKCS7 + "\x02"
	TypeEnvelopedData     ContentType = arcPKCS7 + "\x03"
	TypeSignedEnveloped   ContentType = arcPKCS7 + "\x04"
	TypeDigestedData      ContentType = arcPKCS7 + "\x05"
	TypeEncryptedData     ContentType = arcPKCS7 + "\x06"
	TypeReceipt           ContentType = arcSMIME + "\x01\x01"
	TypeAuthenticatedData ContentType = arcSMIME + "\x01\x02"
	TypeTSTInfo           ContentType = arcSMIME + "\x01\x04"
	TypeCompressedData    ContentType = arcSMIME + "\x01\x09"
	TypeAuthEnvelopedData ContentType = arcSMIME + "\x01\x17"
)

// TypeName returns the name a content type has in its standard, and the OID in
// dotted form where it has none here.
func TypeName(t ContentType) string {
	for _, row := range typeNames() {
		if row.oid == t {
			return row.name
		}
	}
	return t.String()
}

type namedOID struct {
	oid  algorithm.OID
	name string
}

func typeNames() []namedOID {
	return []namedOID{
		{TypeData, "data"},
		{TypeSignedData, "signedData"},
		{TypeEnvelopedData, "envelopedData"},
		{TypeSignedEnveloped, "signedAndEnvelopedData"},
		{TypeDigestedData, "digestedData"},
		{TypeEncryptedData, "encryptedData"},
		{TypeReceipt, "receipt"},
		{TypeAuthenticatedData, "authenticatedData"},
		{TypeTSTInfo, "TSTInfo"},
		{TypeCompressedData, "compressedData"},
		{TypeAuthEnvelopedData, "authEnvelopedData"},
	}
}

// maxOID bounds the octets of an object identifier.
const maxOID = 4 << 10

// PeekType returns the content type of the ContentInfo that r begins with. It
// reads some hundred octets of r, and does not look behind the type.
func PeekType(r io.Reader) (ContentType, error) {
	b := ber.NewReaderSize(r, ber.Limits{}, 512)
	if err := b.Enter(ber.Sequence); err != nil {
		return "", fromBER(err)
	}
	return readOID(b)
}

// enterContentInfo enters a ContentInfo of the given type, up to the content:
//
//	ContentInfo ::= SEQUENCE {
//	    contentType ContentType,
//	    content [0] EXPLICIT ANY DEFINED BY contentType }
func enterContentInfo(b *ber.Reader, want ...ContentType) (ContentType, error) {
	if err := b.Enter(ber.Sequence); err != nil {
		return "", fromBER(err)
	}
	t, err := readOID(b)
	if err != nil {
		return "", err
	}
	found := false
	for _, w := range want {
		found = found || t == w
	}
	if !found {
		return "", &MalformedError{0, "content type is " + TypeName(t) + ", not " + TypeName(want[0])}
	}
	return t, fromBER(b.Enter(ber.Context(0)))
}

// leaveContentInfo leaves what enterContentInfo entered. Nothing but zeros may
// follow; it returns how many.
func leaveContentInfo(b *ber.Reader) (padding int64, err error) {
	if err := b.Leave(); err != nil {
		return 0, fromBER(err)
	}
	if err := b.Leave(); err != nil {
		return 0, fromBER(err)
	}
	padding, err = b.End()
	return padding, fromBER(err)
}

// readOID reads an OBJECT IDENTIFIER.
func readOID(b *ber.Reader) (algorithm.OID, error) {
	offset := b.Offset()
	if h, err := b.Peek(); err != nil {
		return "", fromBER(err)
	} else if h.Tag != ber.ObjectIdentifier || h.Constructed {
		return "", &MalformedError{offset, h.Tag.String() + " where OBJECT IDENTIFIER was expected"}
	}
	der, err := b.DER(maxOID)
	if err != nil {
		return "", fromBER(err)
	}
	s := cryptobyte.String(der)
	oid, ok := algorithm.ReadOID(&s)
	if !ok || !s.Empty() {
		return "", &MalformedError{offset, "malformed OBJECT IDENTIFIER"}
	}
	return oid, nil
}

// readVersion reads a version number. Numbers no standard has given out come
// as -1.
func readVersion(b *ber.Reader) (int, error) {
	offset := b.Offset()
	if h, err := b.Peek(); err != nil {
		return 0, fromBER(err)
	} else if h.Tag != ber.Integer || h.Constructed {
		return 0, &MalformedError{offset, h.Tag.String() + " where a version was expected"}
	}
	der, err := b.DER(64)
	if err != nil {
		return 0, fromBER(err)
	}
	s := cryptobyte.String(der)
	var version int64
	if !s.ReadASN1Integer(&version) || version < 0 || version > 127 {
		return -1, nil
	}
	return int(version), nil
}

// readIdentifier reads an AlgorithmIdentifier.
func readIdentifier(b *ber.Reader, lim Limits) (algorithm.Identifier, error) {
	offset := b.Offset()
	der, err := b.DER(lim.Element)
	if err != nil {
		return algorithm.Identifier{}, fromBER(err)
	}
	id, err := algorithm.ParseIdentifier(der)
	if err != nil {
		return algorithm.Identifier{}, &MalformedError{offset, "malformed AlgorithmIdentifier"}
	}
	return id, nil
}
