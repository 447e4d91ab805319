package cert

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// NameKind is the alternative of a GeneralName, by its tag.
type NameKind int

// The alternatives of GeneralName (RFC 5280, Section 4.2.1.6).
const (
	KindOtherName NameKind = iota
	KindRFC822Name
	KindDNSName
	KindX400Address
	KindDirectoryName
	KindEDIPartyName
	KindURI
	KindIPAddress
	KindRegisteredID
)

var kindNames = [...]string{
	"otherName", "rfc822Name", "dNSName", "x400Address", "directoryName", "ediPartyName",
	"uniformResourceIdentifier", "iPAddress", "registeredID",
}

// String returns the name of the alternative as in the standard.
func (k NameKind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}

// GeneralName is one GeneralName.
type GeneralName struct {
	Kind  NameKind
	OID   algorithm.OID // type-id of an otherName
	Value []byte        // content octets; of a directoryName the whole Name, of an otherName the element inside [0]
}

// OtherNameSmtpUTF8Mailbox is the type of mail addresses whose local part is
// not ASCII (RFC 9598, Section 3).
const OtherNameSmtpUTF8Mailbox = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x08\x09") // 1.3.6.1.5.5.7.8.9

// ReadGeneralName reads one GeneralName and advances s over it.
func ReadGeneralName(s *cryptobyte.String) (GeneralName, bool) {
	var content cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&content, &tag) {
		return GeneralName{}, false
	}
	const class, constructed, number = 0xc0, 0x20, 0x1f
	g := GeneralName{Kind: NameKind(tag & number), Value: content}
	if tag&class != 0x80 || g.Kind > KindRegisteredID {
		return GeneralName{}, false
	}
	structured := false
	switch g.Kind {
	case KindOtherName:
		//	OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER,
		//	                         value [0] EXPLICIT ANY DEFINED BY type-id }
		structured = true
		var ok bool
		if g.OID, ok = algorithm.ReadOID(&content); !ok {
			return GeneralName{}, false
		}
		var value cryptobyte.String
		if !content.ReadASN1(&value, asn1.Tag(0).ContextSpecific().Constructed()) || !content.Empty() {
			return GeneralName{}, false
		}
		g.Value = value
	case KindDirectoryName:
		// A CHOICE is tagged explicitly, so the whole Name is inside.
		structured = true
		if _, err := ParseName(content); err != nil {
			return GeneralName{}, false
		}
	case KindX400Address, KindEDIPartyName:
		structured = true
	}
	return g, (tag&constructed != 0) == structured
}

// readGeneralNames reads the contents of GeneralNames. Where it fails, it
// returns what came before.
func readGeneralNames(list cryptobyte.String) ([]GeneralName, bool) {
	var out []GeneralName
	for !list.Empty() {
		g, ok := ReadGeneralName(&list)
		if !ok || len(out) == maxGeneralNames {
			return out, false
		}
		out = append(out, g)
	}
	return out, true
}
