package cert

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Count returns how many entries the list has, up to one that is malformed.
func (l *CRL) Count() int {
	n := 0
	list := cryptobyte.String(l.RawEntries)
	for ; !list.Empty() && list.SkipASN1(asn1.SEQUENCE); n++ {
	}
	return n
}
