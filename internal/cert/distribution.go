package cert

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const (
	oidDistributionPoints = algorithm.OID("\x55\x1d\x1f") // 2.5.29.31
	oidFreshestCRL        = algorithm.OID("\x55\x1d\x2e") // 2.5.29.46
)

// Limits of distribution points. Certificates have one or two.
const (
	maxDistributionPoints = 64
	maxPointNames         = 64
)

// Reasons is a set of reasons for a revocation, by the bit numbers of
// ReasonFlags (RFC 5280, Section 4.2.1.13).
type Reasons uint16

// AllReasons is the set of every reason; bit 0 is unused.
const AllReasons Reasons = 1<<9 - 2

// PointName is a DistributionPointName (RFC 5280, Section 4.2.1.13):
//
//	DistributionPointName ::= CHOICE {
//	    fullName                [0] GeneralNames,
//	    nameRelativeToCRLIssuer [1] RelativeDistinguishedName }
//
// The zero value is an absent one.
type PointName struct {
	Full     []GeneralName
	Relative []byte // content octets of the RelativeDistinguishedName; nil when it is a full name
}

// Present reports whether there is a name.
func (n PointName) Present() bool { return n.Full != nil || n.Relative != nil }

// Names returns the name in its full form; a relative one is completed by the
// name of the issuer of the list. It is false when that makes no name.
func (n PointName) Names(issuer Name) ([]GeneralName, bool) {
	if n.Relative == nil {
		return n.Full, true
	}
	full, err := issuer.Below(n.Relative)
	if err != nil {
		return nil, false
	}
	return []GeneralName{{Kind: KindDirectoryName, Value: full.Raw}}, true
}

// DistributionPoint says where the revocation lists of a certificate are
// (RFC 5280, Section 4.2.1.13):
//
//	DistributionPoint ::= SEQUENCE {
//	    distributionPoint [0] DistributionPointName OPTIONAL,
//	    reasons           [1] ReasonFlags OPTIONAL,
//	    cRLIssuer         [2] GeneralNames OPTIONAL }
type DistributionPoint struct {
	Name       PointName
	Reasons    Reasons // AllReasons when absent
	HasReasons bool
	Issuer     []GeneralName // of the list, where it is not the certificate's; nil when absent
}

// DistributionPoints returns the distribution points of the certificate, none
// when the extension is absent. It is false when the extension is malformed.
func (c *Certificate) DistributionPoints() ([]DistributionPoint, bool) {
	e := c.Extension(oidDistributionPoints)
	if e == nil {
		return nil, true
	}
	return readDistributionPoints(e.Value)
}

// readDistributionPoints reads CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX)
// OF DistributionPoint, which FreshestCRL is too.
func readDistributionPoints(value cryptobyte.String) ([]DistributionPoint, bool) {
	var list cryptobyte.String
	if !value.ReadASN1(&list, asn1.SEQUENCE) || !value.Empty() || list.Empty() {
		return nil, false
	}
	var out []DistributionPoint
	for !list.Empty() {
		var one, name, reasons, issuer cryptobyte.String
		var hasName, hasIssuer bool
		p := DistributionPoint{Reasons: AllReasons}
		if len(out) == maxDistributionPoints || !list.ReadASN1(&one, asn1.SEQUENCE) ||
			!one.ReadOptionalASN1(&name, &hasName, asn1.Tag(0).Constructed().ContextSpecific()) ||
			!one.ReadOptionalASN1(&reasons, &p.HasReasons, asn1.Tag(1).ContextSpecific()) ||
			!one.ReadOptionalASN1(&issuer, &hasIssuer, asn1.Tag(2).Constructed().ContextSpecific()) || !one.Empty() {
			return nil, false
		}
		var ok bool
		if hasName {
			if p.Name, ok = readPointName(name); !ok {
				return nil, false
			}
		}
		if p.HasReasons {
			if p.Reasons, ok = readReasons(reasons); !ok {
				return nil, false
			}
		}
		if hasIssuer {
			if p.Issuer, ok = readPointNames(issuer); !ok {
				return nil, false
			}
		}
		if !hasName && !hasIssuer {
			return nil, false // "MUST NOT consist of only the reasons field"
		}
		out = append(out, p)
	}
	return out, true
}

// readPointName reads the contents of the tag around a DistributionPointName.
func readPointName(s cryptobyte.String) (PointName, bool) {
	var content cryptobyte.String
	var n PointName
	ok := false
	switch {
	case s.PeekASN1Tag(asn1.Tag(0).Constructed().ContextSpecific()):
		if !s.ReadASN1(&content, asn1.Tag(0).Constructed().ContextSpecific()) {
			return n, false
		}
		n.Full, ok = readPointNames(content)
	case s.PeekASN1Tag(asn1.Tag(1).Constructed().ContextSpecific()):
		ok = s.ReadASN1(&content, asn1.Tag(1).Constructed().ContextSpecific()) && !content.Empty()
		n.Relative = content
	}
	return n, ok && s.Empty()
}

func readPointNames(content cryptobyte.String) ([]GeneralName, bool) {
	names, ok := readGeneralNames(content)
	return names, ok && len(names) > 0 && len(names) <= maxPointNames
}

// readReasons reads the contents of a BIT STRING ReasonFlags.
func readReasons(bits cryptobyte.String) (Reasons, bool) {
	if len(bits) == 0 || bits[0] > 7 || len(bits) == 1 && bits[0] != 0 {
		return 0, false
	}
	var out Reasons
	for i := range (len(bits)-1)*8 - int(bits[0]) {
		if i < 9 && bits[1+i/8]&(0x80>>(i%8)) != 0 {
			out |= 1 << i
		}
	}
	return out & AllReasons, true
}

// Below returns the name of n with one relative distinguished name after it,
// given as the contents of its SET.
func (n Name) Below(rdn []byte) (Name, error) {
	if n.parsed == nil {
		return Name{}, &SyntaxError{What: "name", Detail: "a relative name without a base"}
	}
	s := cryptobyte.String(n.Raw)
	var base cryptobyte.String
	if !s.ReadASN1(&base, asn1.SEQUENCE) {
		return Name{}, &SyntaxError{What: "name", Detail: "not one SEQUENCE"}
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(base)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(rdn) })
	})
	der, err := b.Bytes()
	if err != nil {
		return Name{}, &SyntaxError{What: "name", Detail: err.Error()}
	}
	return ParseName(der)
}

// Equal reports whether two general names are the same: directory names by the
// rules for names, everything else octet by octet.
func (g GeneralName) Equal(o GeneralName) bool {
	if g.Kind != o.Kind || g.OID != o.OID {
		return false
	}
	if string(g.Value) == string(o.Value) {
		return true
	}
	if g.Kind != KindDirectoryName {
		return false
	}
	a, errA := ParseName(g.Value)
	b, errB := ParseName(o.Value)
	return errA == nil && errB == nil && a.Equal(b)
}
