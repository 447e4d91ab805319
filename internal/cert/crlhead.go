package cert

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// CRLHead finds out from the first octets of a CertificateList in DER who issued it
// and how many octets it has. ok is false where that cannot be told from them; that it is true says
// nothing about what follows the name.
func CRLHead(start []byte) (issuer Name, size int64, ok bool) {
	body, size, ok := contents(start)
	if !ok {
		return Name{}, 0, false
	}
	tbs, _, ok := contents(body)
	if !ok {
		return Name{}, 0, false
	}
	s := cryptobyte.String(tbs)
	if s.PeekASN1Tag(asn1.INTEGER) && !s.SkipASN1(asn1.INTEGER) {
		return Name{}, 0, false
	}
	if _, ok := algorithm.ReadIdentifier(&s); !ok {
		return Name{}, 0, false
	}
	issuer, err := readName(&s)
	return issuer, size, err == nil
}

// contents returns what is there of the contents of a SEQUENCE in DER, and the size
// that the whole SEQUENCE has.
func contents(start []byte) (body []byte, size int64, ok bool) {
	if len(start) < 2 || start[0] != 0x30 {
		return nil, 0, false
	}
	length, header := int64(start[1]), 2
	if length >= 0x80 {
		n := int(length - 0x80)
		if n == 0 || n > 4 || len(start) < 2+n || start[2] == 0 {
			return nil, 0, false
		}
		length, header = 0, 2+n
		for _, c := range start[2:header] {
			length = length<<8 | int64(c)
		}
		if length < 0x80 {
			return nil, 0, false
		}
	}
	return start[header:], int64(header) + length, true
}
