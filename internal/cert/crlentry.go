package cert

import (
	"bytes"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

const (
	oidReasonCode        = algorithm.OID("\x55\x1d\x15") // 2.5.29.21
	oidHoldInstruction   = algorithm.OID("\x55\x1d\x17") // 2.5.29.23
	oidInvalidityDate    = algorithm.OID("\x55\x1d\x18") // 2.5.29.24
	oidCertificateIssuer = algorithm.OID("\x55\x1d\x1d") // 2.5.29.29
)

// Reason is why a certificate was revoked (RFC 5280, Section 5.3.1,
// CRLReason).
type Reason int

// The reasons that are treated in a way of their own.
const (
	ReasonUnspecified   Reason = 0
	ReasonHold          Reason = 6
	ReasonRemoveFromCRL Reason = 8 // in delta lists: no longer revoked
)

var reasonNames = [...]string{
	"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
	"certificateHold", "", "removeFromCRL", "privilegeWithdrawn", "aACompromise",
}

// String returns the name of the reason as in the standard, empty when there
// is none of that number.
func (r Reason) String() string {
	if r < 0 || int(r) >= len(reasonNames) {
		return ""
	}
	return reasonNames[r]
}

// Entry is one revoked certificate on a list (RFC 5280, Section 5.1):
//
//	SEQUENCE {
//	    userCertificate    CertificateSerialNumber,
//	    revocationDate     Time,
//	    crlEntryExtensions Extensions OPTIONAL }
type Entry struct {
	Serial  []byte // content octets of the INTEGER
	Revoked time.Time
	Reason  Reason
	Invalid time.Time // invalidityDate: since when the key is known or thought to be bad; zero when absent
}

// Listing is what the entries of a list say of one certificate.
type Listing struct {
	Entry *Entry // nil: it is not listed
	Fault string // why the entries say of no certificate that it was not revoked; empty: they may
}

// Find looks for a certificate among the entries of the list. An entry stands
// for a certificate of the issuer of the list, or of the one that it or an
// entry before it names (RFC 5280, Section 5.3.3). All entries are read
// whatever is found: an entry with a critical extension that is not known makes
// the list unfit to say of any certificate that it was not revoked (RFC 5280,
// Section 5.3). Of several entries the first one counts that is no removal. It
// takes time in proportion to the list and no memory.
func (l *CRL) Find(issuer Name, serial []byte) Listing {
	var out Listing
	serial = minimal(serial)
	out.Fault = l.look(issuer, func(number []byte) *Listing {
		if bytes.Equal(number, serial) {
			return &out
		}
		return nil
	})
	return out
}

// FindAll is Find for many certificates of one issuer, in the time that one takes.
func (l *CRL) FindAll(issuer Name, serials [][]byte) []Listing {
	at := make(map[string]*Listing, len(serials))
	for _, serial := range serials {
		at[string(minimal(serial))] = &Listing{}
	}
	fault := l.look(issuer, func(number []byte) *Listing { return at[string(number)] })
	out := make([]Listing, len(serials))
	for i, serial := range serials {
		out[i] = Listing{at[string(minimal(serial))].Entry, fault}
	}
	return out
}

// look notes what entries say of certificates of an issuer that are wanted: wanted
// gives where, by the serial number. The fault is the first that there is.
func (l *CRL) look(issuer Name, wanted func(serial []byte) *Listing) (fault string) {
	note := func(detail string) {
		if fault == "" {
			fault = detail
		}
	}
	indirect := l.known.point != nil && l.known.point.Indirect
	ours := l.Issuer.Equal(issuer)
	var named []byte // the certificateIssuer that ours was found out for
	list := cryptobyte.String(l.RawEntries)
	for !list.Empty() {
		var body, number, when cryptobyte.String
		var tag asn1.Tag
		if !list.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&number, asn1.INTEGER) || number.Empty() {
			note("an entry is malformed")
			return fault // what follows cannot be found
		}
		start := body
		if !body.ReadAnyASN1(&when, &tag) || tag != asn1.UTCTime && tag != asn1.GeneralizedTime {
			note("the date of an entry is malformed")
		}
		x := entryExtensions{}
		if !body.Empty() && (l.Version != 2 || !x.read(body)) {
			note("the extensions of an entry are malformed")
		}
		if x.unknown {
			note("an entry has a critical extension that is not known")
		}
		if x.issuer != nil {
			if !indirect {
				note("an entry names an issuer, and the list is not indirect")
			}
			if named == nil || !bytes.Equal(named, x.issuer) {
				var ok bool
				if ours, ok = namesIssuer(x.issuer, issuer); !ok {
					note("the issuer that an entry names is malformed")
				}
				named = x.issuer
			}
		}
		if !ours {
			continue
		}
		out := wanted(minimal(number))
		if out == nil {
			continue
		}
		if out.Entry == nil || out.Entry.Reason == ReasonRemoveFromCRL {
			e := &Entry{Serial: number, Reason: x.reason}
			invalid := cryptobyte.String(x.invalid)
			if !readTime(&start, &e.Revoked) || x.invalid != nil && !readTime(&invalid, &e.Invalid) {
				note("the date of an entry is malformed")
			}
			out.Entry = e
		}
	}
	return fault
}

// minimal drops octets that only repeat the sign.
//
// QUIRK: serial numbers that are padded on the list are taken for the number
// they stand for: a revocation that is overlooked does harm. A certificate with
// such a number is malformed.
func minimal(serial []byte) []byte {
	for len(serial) > 1 && (serial[0] == 0 && serial[1] < 0x80 || serial[0] == 0xff && serial[1] >= 0x80) {
		serial = serial[1:]
	}
	return serial
}

// namesIssuer reports whether GeneralNames (content of a certificateIssuer
// extension) name the issuer, and whether they are well-formed.
func namesIssuer(value []byte, issuer Name) (match, ok bool) {
	s := cryptobyte.String(value)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return false, false
	}
	names, ok := readGeneralNames(list)
	for _, g := range names {
		if g.Kind != KindDirectoryName {
			continue
		}
		if name, err := ParseName(g.Value); err == nil && name.Equal(issuer) {
			match = true
		}
	}
	return match, ok && len(names) > 0
}

// entryExtensions are the extensions of one entry.
type entryExtensions struct {
	reason  Reason
	invalid []byte // invalidityDate; nil when absent
	issuer  []byte // GeneralNames; nil when absent
	unknown bool   // a critical one that is not known
}

// read reads Extensions without keeping any of them, for there may be a
// million.
func (x *entryExtensions) read(wrapped cryptobyte.String) bool {
	var list cryptobyte.String
	if !wrapped.ReadASN1(&list, asn1.SEQUENCE) || !wrapped.Empty() {
		return false
	}
	for !list.Empty() {
		var one, oid, value cryptobyte.String
		critical := false
		if !list.ReadASN1(&one, asn1.SEQUENCE) || !one.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
			return false
		}
		if one.PeekASN1Tag(asn1.BOOLEAN) && !one.ReadASN1Boolean(&critical) {
			return false
		}
		if !one.ReadASN1(&value, asn1.OCTET_STRING) || !one.Empty() {
			return false
		}
		switch algorithm.OID(oid) {
		case oidReasonCode:
			var n int
			if !value.ReadASN1Enum(&n) || !value.Empty() {
				return false
			}
			x.reason = Reason(n)
		case oidInvalidityDate:
			x.invalid = value // read only where it is wanted: a date costs memory
			var date cryptobyte.String
			if !value.ReadASN1(&date, asn1.GeneralizedTime) || !value.Empty() {
				return false
			}
		case oidCertificateIssuer:
			x.issuer = value
		case oidHoldInstruction: // RFC 2459; what to do with a hold is to refuse it
		default:
			x.unknown = x.unknown || critical
		}
	}
	return true
}
