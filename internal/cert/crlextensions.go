package cert

import (
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const (
	oidIssuerAltName  = algorithm.OID("\x55\x1d\x12") // 2.5.29.18
	oidCRLNumber      = algorithm.OID("\x55\x1d\x14") // 2.5.29.20
	oidDeltaIndicator = algorithm.OID("\x55\x1d\x1b") // 2.5.29.27
	oidIssuingPoint   = algorithm.OID("\x55\x1d\x1c") // 2.5.29.28
)

// maxCRLNumber is how many octets a number of a list may have. RFC 5280,
// Section 5.2.3 asks users for 20.
const maxCRLNumber = 32

// IssuingPoint is the scope of a list (RFC 5280, Section 5.2.5):
//
//	IssuingDistributionPoint ::= SEQUENCE {
//	    distributionPoint          [0] DistributionPointName OPTIONAL,
//	    onlyContainsUserCerts      [1] BOOLEAN DEFAULT FALSE,
//	    onlyContainsCACerts        [2] BOOLEAN DEFAULT FALSE,
//	    onlySomeReasons            [3] ReasonFlags OPTIONAL,
//	    indirectCRL                [4] BOOLEAN DEFAULT FALSE,
//	    onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE }
type IssuingPoint struct {
	Name           PointName
	OnlyUsers      bool
	OnlyCAs        bool
	OnlyAttributes bool
	Indirect       bool
	Reasons        Reasons // AllReasons when absent
	HasReasons     bool
}

// listExtensions holds the contents of the extensions of a list.
type listExtensions struct {
	number, base *big.Int
	point        *IssuingPoint
	freshest     []DistributionPoint
	authority    extensions // authority key identifier
	malformed    []algorithm.OID
	unknown      []algorithm.OID
}

// listReader is a row of the table of extensions of lists that are read.
type listReader struct {
	oid  algorithm.OID
	read func(x *listExtensions, value cryptobyte.String) bool
}

var listReaders = []listReader{
	{oidCRLNumber, func(x *listExtensions, v cryptobyte.String) bool { return readListNumber(v, &x.number) }},
	{oidDeltaIndicator, func(x *listExtensions, v cryptobyte.String) bool { return readListNumber(v, &x.base) }},
	{oidIssuingPoint, (*listExtensions).readIssuingPoint},
	{oidAuthorityKeyID, func(x *listExtensions, v cryptobyte.String) bool { return x.authority.readAuthorityKeyID(v) }},
	{oidFreshestCRL, func(x *listExtensions, v cryptobyte.String) (ok bool) {
		x.freshest, ok = readDistributionPoints(v)
		return ok
	}},
	{oidIssuerAltName, func(*listExtensions, cryptobyte.String) bool { return true }}, // says nothing to be taken into account
}

func (x *listExtensions) read(list []Extension) {
	for _, e := range list {
		known := false
		for _, r := range listReaders {
			if r.oid == e.OID {
				known = true
				if !r.read(x, cryptobyte.String(e.Value)) {
					x.malformed = append(x.malformed, e.OID)
				}
			}
		}
		if !known && e.Critical {
			x.unknown = append(x.unknown, e.OID)
		}
	}
}

// readListNumber reads CRLNumber ::= INTEGER (0..MAX), Section 5.2.3.
func readListNumber(value cryptobyte.String, out **big.Int) bool {
	n := new(big.Int)
	if len(value) > maxCRLNumber+2 || !value.ReadASN1Integer(n) || !value.Empty() || n.Sign() < 0 {
		return false
	}
	*out = n
	return true
}

func (x *listExtensions) readIssuingPoint(value cryptobyte.String) bool {
	var body, name, reasons cryptobyte.String
	var hasName bool
	p := &IssuingPoint{Reasons: AllReasons}
	flag := func(n uint8, out *bool) bool {
		var bit cryptobyte.String
		var present bool
		if !body.ReadOptionalASN1(&bit, &present, asn1.Tag(n).ContextSpecific()) || present && len(bit) != 1 {
			return false
		}
		*out = present && bit[0] != 0
		return true
	}
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !value.Empty() ||
		!body.ReadOptionalASN1(&name, &hasName, asn1.Tag(0).Constructed().ContextSpecific()) ||
		!flag(1, &p.OnlyUsers) || !flag(2, &p.OnlyCAs) ||
		!body.ReadOptionalASN1(&reasons, &p.HasReasons, asn1.Tag(3).ContextSpecific()) ||
		!flag(4, &p.Indirect) || !flag(5, &p.OnlyAttributes) || !body.Empty() {
		return false
	}
	ok := true
	if hasName {
		p.Name, ok = readPointName(name)
	}
	if ok && p.HasReasons {
		p.Reasons, ok = readReasons(reasons)
	}
	if ok {
		x.point = p
	}
	return ok
}

// Number returns the number of the list, nil when it has none that can be read
// (RFC 5280, Section 5.2.3). It must not be changed.
func (l *CRL) Number() *big.Int { return l.known.number }

// BaseNumber returns the number of the list that a delta list adds to, nil
// when it has none (RFC 5280, Section 5.2.4). It must not be changed.
func (l *CRL) BaseNumber() *big.Int { return l.known.base }

// IsDelta reports whether the list says that it is a delta list, readable or not.
func (l *CRL) IsDelta() bool { return l.Extension(oidDeltaIndicator) != nil }

// IssuingPoint returns the scope of the list, nil when it has none that can be
// read (RFC 5280, Section 5.2.5).
func (l *CRL) IssuingPoint() *IssuingPoint { return l.known.point }

// RawIssuingPoint and RawAuthority return the contents of the extensions as
// they stand, nil when absent: what RFC 5280, Section 6.3.3 (c) compares.
func (l *CRL) RawIssuingPoint() []byte { return l.raw(oidIssuingPoint) }

// RawAuthority returns the contents of the authority key identifier.
func (l *CRL) RawAuthority() []byte { return l.raw(oidAuthorityKeyID) }

func (l *CRL) raw(oid algorithm.OID) []byte {
	if e := l.Extension(oid); e != nil {
		return e.Value
	}
	return nil
}

// AuthorityKeyID returns the key identifier of the key that signed the list,
// nil when absent (RFC 5280, Section 5.2.1).
func (l *CRL) AuthorityKeyID() []byte { return l.known.authority.authorityKeyID }

// FreshestCRL returns where delta lists are to be had (RFC 5280,
// Section 5.2.6).
func (l *CRL) FreshestCRL() []DistributionPoint { return l.known.freshest }

// Malformed returns the extensions whose contents are not what their
// definition asks for.
func (l *CRL) Malformed() []algorithm.OID { return l.known.malformed }

// UnknownCritical returns the critical extensions nothing is known of. A list
// with such says of no certificate that it was not revoked (RFC 5280,
// Section 5.2).
func (l *CRL) UnknownCritical() []algorithm.OID { return l.known.unknown }

// Extension returns the extension with that OID, nil when there is none.
func (l *CRL) Extension(oid algorithm.OID) *Extension {
	for i := range l.Extensions {
		if l.Extensions[i].OID == oid {
			return &l.Extensions[i]
		}
	}
	return nil
}
