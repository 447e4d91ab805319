package cert

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const (
	oidInfoAccess   = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x01\x01") // 1.3.6.1.5.5.7.1.1
	oidAccessOCSP   = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x30\x01") // 1.3.6.1.5.5.7.48.1
	oidAccessIssuer = algorithm.OID("\x2b\x06\x01\x05\x05\x07\x30\x02") // 1.3.6.1.5.5.7.48.2
)

// maxAccess is how many descriptions are read. Certificates have two or three.
const maxAccess = 64

// InfoAccess says where more about the issuer of a certificate is to be had
// (RFC 5280, Section 4.2.2.1), as the URIs that the certificate names.
type InfoAccess struct {
	OCSP    []string // id-ad-ocsp: responders
	Issuers []string // id-ad-caIssuers: certificates of the issuer
}

// InfoAccess returns what the authority information access of the certificate
// names. The URIs are as they stand there: whoever made the certificate chose
// them, and they may hold any octets. A malformed extension, which is never
// critical, names nothing.
func (c *Certificate) InfoAccess() InfoAccess {
	if e := c.Extension(oidInfoAccess); e != nil {
		return readInfoAccess(e.Value)
	}
	return InfoAccess{}
}

// InfoAccess returns what the list names: certificates of its issuer
// (RFC 5280, Section 5.2.7).
func (l *CRL) InfoAccess() InfoAccess {
	if e := l.Extension(oidInfoAccess); e != nil {
		return readInfoAccess(e.Value)
	}
	return InfoAccess{}
}

// readInfoAccess reads
//
//	AuthorityInfoAccessSyntax ::= SEQUENCE SIZE (1..MAX) OF AccessDescription
//	AccessDescription ::= SEQUENCE {
//	    accessMethod   OBJECT IDENTIFIER,
//	    accessLocation GeneralName }
func readInfoAccess(value cryptobyte.String) InfoAccess {
	var list cryptobyte.String
	var out InfoAccess
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() {
		return InfoAccess{}
	}
	for n := 0; !list.Empty(); n++ {
		var one cryptobyte.String
		if n == maxAccess || !list.ReadASN1(&one, asn1.SEQUENCE) {
			return InfoAccess{}
		}
		method, ok := algorithm.ReadOID(&one)
		if !ok {
			return InfoAccess{}
		}
		location, ok := ReadGeneralName(&one)
		if !ok || !one.Empty() {
			return InfoAccess{}
		}
		switch {
		case location.Kind != KindURI:
		case method == oidAccessOCSP:
			out.OCSP = append(out.OCSP, string(location.Value))
		case method == oidAccessIssuer:
			out.Issuers = append(out.Issuers, string(location.Value))
		}
	}
	return out
}

// FreshestCRL returns where delta lists for the certificate are (RFC 5280,
// Section 4.2.1.15); nothing when the extension is absent or malformed.
func (c *Certificate) FreshestCRL() []DistributionPoint {
	e := c.Extension(oidFreshestCRL)
	if e == nil {
		return nil
	}
	list, _ := readDistributionPoints(e.Value)
	return list
}

// URIs returns the addresses in a name of a distribution point.
func (n PointName) URIs() []string {
	var out []string
	for _, g := range n.Full {
		if g.Kind == KindURI {
			out = append(out, string(g.Value))
		}
	}
	return out
}
