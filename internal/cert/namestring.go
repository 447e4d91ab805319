package cert

import (
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// String types of DirectoryString (RFC 5280, Section 4.1.2.4) and its kin that
// golang.org/x/crypto has no names for.
const (
	tagNumericString   = asn1.Tag(18)
	tagVisibleString   = asn1.Tag(26)
	tagUniversalString = asn1.Tag(28)
	tagBMPString       = asn1.Tag(30)
)

// Attribute types that are looked for by themselves.
const (
	oidCommonName   = algorithm.OID("\x55\x04\x03")                         // 2.5.4.3
	oidOrganization = algorithm.OID("\x55\x04\x0a")                         // 2.5.4.10
	oidEmailAddress = algorithm.OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01") // 1.2.840.113549.1.9.1
)

// keyword is a row of the table of short names: RFC 4514, Section 3, and what
// certificates of people commonly hold besides.
type keyword struct {
	oid  algorithm.OID
	name string
}

var keywords = []keyword{
	{oidCommonName, "CN"},
	{algorithm.OID("\x55\x04\x04") /* 2.5.4.4 */, "SN"},
	{algorithm.OID("\x55\x04\x05") /* 2.5.4.5 */, "serialNumber"},
	{algorithm.OID("\x55\x04\x06") /* 2.5.4.6 */, "C"},
	{algorithm.OID("\x55\x04\x07") /* 2.5.4.7 */, "L"},
	{algorithm.OID("\x55\x04\x08") /* 2.5.4.8 */, "ST"},
	{algorithm.OID("\x55\x04\x09") /* 2.5.4.9 */, "STREET"},
	{oidOrganization, "O"},
	{algorithm.OID("\x55\x04\x0b") /* 2.5.4.11 */, "OU"},
	{algorithm.OID("\x55\x04\x0c") /* 2.5.4.12 */, "title"},
	{algorithm.OID("\x55\x04\x11") /* 2.5.4.17 */, "postalCode"},
	{algorithm.OID("\x55\x04\x2a") /* 2.5.4.42 */, "GN"},
	{algorithm.OID("\x55\x04\x2b") /* 2.5.4.43 */, "initials"},
	{algorithm.OID("\x55\x04\x2c") /* 2.5.4.44 */, "generationQualifier"},
	{algorithm.OID("\x55\x04\x2e") /* 2.5.4.46 */, "dnQualifier"},
	{algorithm.OID("\x55\x04\x41") /* 2.5.4.65 */, "pseudonym"},
	{algorithm.OID("\x55\x04\x61") /* 2.5.4.97 */, "organizationIdentifier"},
	{algorithm.OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01") /* 0.9.2342.19200300.100.1.1 */, "UID"},
	{algorithm.OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19") /* 0.9.2342.19200300.100.1.25 */, "DC"},
	{oidEmailAddress, "emailAddress"},
}

// Keyword returns the short name of the attribute's type, or the type as
// dotted numbers.
func (a Attribute) Keyword() string {
	for _, k := range keywords {
		if k.oid == a.Type {
			return k.name
		}
	}
	return a.Type.String()
}

// Text returns the value of a string attribute as UTF-8, and whether it is one.
func (a Attribute) Text() (string, bool) {
	switch a.Tag {
	case asn1.UTF8String:
		return string(a.Value), utf8.Valid(a.Value)
	case asn1.PrintableString, asn1.IA5String, tagNumericString, tagVisibleString:
		for _, c := range a.Value {
			if c >= 0x80 {
				return "", false
			}
		}
		return string(a.Value), true
	case asn1.T61String:
		// QUIRK: TeletexString is read as ISO 8859-1, which is what all CAs that
		// still write it put there.
		runes := make([]rune, len(a.Value))
		for i, c := range a.Value {
			runes[i] = rune(c)
		}
		return string(runes), true
	case tagBMPString:
		if len(a.Value)%2 != 0 {
			return "", false
		}
		units := make([]uint16, len(a.Value)/2)
		for i := range units {
			units[i] = uint16(a.Value[2*i])<<8 | uint16(a.Value[2*i+1])
		}
		text := string(utf16.Decode(units))
		return text, !strings.ContainsRune(text, utf8.RuneError)
	case tagUniversalString:
		if len(a.Value)%4 != 0 {
			return "", false
		}
		runes := make([]rune, len(a.Value)/4)
		for i := range runes {
			v := a.Value[4*i:]
			point := uint32(v[0])<<24 | uint32(v[1])<<16 | uint32(v[2])<<8 | uint32(v[3])
			if point > unicode.MaxRune || !utf8.ValidRune(rune(point)) {
				return "", false
			}
			runes[i] = rune(point)
		}
		return string(runes), true
	}
	return "", false
}

// String returns the name as RFC 4514, Section 2 writes it: the last relative
// distinguished name first. Besides what the RFC asks for, every character
// that has no visible form of its own is written as hexadecimal pairs.
func (n Name) String() string {
	var b strings.Builder
	rdns := n.Attributes()
	for i := len(rdns) - 1; i >= 0; i-- {
		if i < len(rdns)-1 {
			b.WriteByte(',')
		}
		for j, a := range rdns[i] {
			if j > 0 {
				b.WriteByte('+')
			}
			b.WriteString(a.Keyword())
			b.WriteByte('=')
			a.writeValue(&b)
		}
	}
	return b.String()
}

func (a Attribute) writeValue(b *strings.Builder) {
	text, ok := a.Text()
	if !ok {
		// Section 2.4: the BER encoding in hexadecimal. It is built here because
		// the tag and the content are what was kept of it.
		var element cryptobyte.Builder
		element.AddASN1(a.Tag, func(c *cryptobyte.Builder) { c.AddBytes(a.Value) })
		der, err := element.Bytes()
		if err != nil {
			der = a.Value // tags above 30, which no builder writes
		}
		b.WriteByte('#')
		b.WriteString(hex.EncodeToString(der))
		return
	}
	for i, r := range text {
		last := i+utf8.RuneLen(r) == len(text)
		switch {
		case strings.ContainsRune(`"+,;<>\`, r), r == '#' && i == 0, r == ' ' && (i == 0 || last):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r != ' ' && !unicode.IsGraphic(r), r != ' ' && unicode.IsSpace(r):
			for _, c := range []byte(string(r)) {
				b.WriteByte('\\')
				b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{c})))
			}
		default:
			b.WriteRune(r)
		}
	}
}
