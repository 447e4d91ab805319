package certtest

import (
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// ListTemplate says what a revocation list shall hold.
type ListTemplate struct {
	Version      int    // 0: 2
	Issuer       []byte // DER of a Name; nil: the issuer's
	ThisUpdate   time.Time
	NextUpdate   time.Time
	NoNextUpdate bool
	Entries      []ListEntry
	Extensions   []Extension
	BadSignature bool
	RawEntries   []byte // contents of revokedCertificates in place of Entries
}

// ListEntry is a revoked certificate.
type ListEntry struct {
	Serial     []byte
	Date       time.Time // zero: Now, a week before
	Extensions []Extension
}

// List makes a revocation list. What is zero is filled in: it was issued a day
// before Now and holds for a month.
func List(t ListTemplate, issuer *Entity) []byte {
	if t.Version == 0 {
		t.Version = 2
	}
	if t.Issuer == nil {
		t.Issuer = issuer.Name
	}
	if t.ThisUpdate.IsZero() {
		t.ThisUpdate = Now().AddDate(0, 0, -1)
	}
	if t.NextUpdate.IsZero() {
		t.NextUpdate = t.ThisUpdate.AddDate(0, 1, 0)
	}
	algID := signatureAlgID(issuer.Key, 0)
	tbs := sequence(func(b *cryptobyte.Builder) {
		if t.Version != 1 {
			b.AddASN1Int64(int64(t.Version - 1))
		}
		b.AddBytes(algID)
		b.AddBytes(t.Issuer)
		addTime(b, t.ThisUpdate)
		if !t.NoNextUpdate {
			addTime(b, t.NextUpdate)
		}
		if len(t.Entries)+len(t.RawEntries) > 0 {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(t.RawEntries)
				for _, e := range t.Entries {
					b.AddBytes(e.DER())
				}
			})
		}
		if len(t.Extensions) > 0 {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { addExtensions(b, t.Extensions) })
		}
	})
	message := tbs
	if t.BadSignature {
		message = append([]byte("something else"), tbs...)
	}
	signature := sign(issuer.Key, 0, message)
	return sequence(func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(algID)
		b.AddASN1BitString(signature)
	})
}

func addExtensions(b *cryptobyte.Builder, list []Extension) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, e := range list {
			e.addTo(b)
		}
	})
}

// DER is the entry as it stands on a list.
func (e ListEntry) DER() []byte {
	if e.Date.IsZero() {
		e.Date = Now().AddDate(0, 0, -7)
	}
	return sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(e.Serial) })
		addTime(b, e.Date)
		if len(e.Extensions) > 0 {
			addExtensions(b, e.Extensions)
		}
	})
}

// Number is the number of a list.
func Number(n int64) Extension {
	return Extension{"2.5.29.20", false, build(func(b *cryptobyte.Builder) { b.AddASN1BigInt(big.NewInt(n)) })}
}

// DeltaTo is the indicator of a delta list to the list of that number.
func DeltaTo(n int64) Extension {
	return Extension{"2.5.29.27", true, build(func(b *cryptobyte.Builder) { b.AddASN1BigInt(big.NewInt(n)) })}
}

// ReasonCode, InvalidityDate and CertificateIssuer are extensions of an entry.
func ReasonCode(n int) Extension {
	return Extension{"2.5.29.21", false, build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.ENUM, func(b *cryptobyte.Builder) { b.AddBytes([]byte{byte(n)}) })
	})}
}

// InvalidityDate says since when a key is bad.
func InvalidityDate(t time.Time) Extension {
	return Extension{"2.5.29.24", false, build(func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(t) })}
}

// CertificateIssuer names the issuer of the certificate of an entry.
func CertificateIssuer(name []byte) Extension {
	return Extension{"2.5.29.29", true, sequence(func(b *cryptobyte.Builder) { b.AddBytes(Directory(name)) })}
}

// Point is a distribution point, of a certificate or a list.
type Point struct {
	Full     [][]byte // general names
	Relative []Attribute
	Reasons  []int    // bit numbers; nil: all
	Issuers  [][]byte // general names; of a certificate only

	OnlyUsers, OnlyCAs, Indirect, OnlyAttributes bool // of a list only
}

func (p Point) addName(b *cryptobyte.Builder) {
	if p.Full == nil && p.Relative == nil {
		return
	}
	b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
		if p.Full != nil {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				for _, n := range p.Full {
					b.AddBytes(n)
				}
			})
			return
		}
		b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			for _, a := range p.Relative {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					addOID(b, a.OID)
					b.AddASN1(a.Tag, func(b *cryptobyte.Builder) { b.AddBytes(a.Value) })
				})
			}
		})
	})
}

func (p Point) addReasons(b *cryptobyte.Builder, tag uint8) {
	if p.Reasons == nil {
		return
	}
	var value [2]byte
	for _, n := range p.Reasons {
		value[n/8] |= 0x80 >> (n % 8)
	}
	b.AddASN1(cbasn1.Tag(tag).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte{7, value[0], value[1]}) })
}

// DistributionPoints is cRLDistributionPoints.
func DistributionPoints(points ...Point) Extension {
	return Extension{"2.5.29.31", false, sequence(func(b *cryptobyte.Builder) {
		for _, p := range points {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				p.addName(b)
				p.addReasons(b, 1)
				if p.Issuers != nil {
					b.AddASN1(cbasn1.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
						for _, n := range p.Issuers {
							b.AddBytes(n)
						}
					})
				}
			})
		}
	})}
}

// FreshestCRL says where delta lists are.
func FreshestCRL(points ...Point) Extension {
	e := DistributionPoints(points...)
	e.OID = "2.5.29.46"
	return e
}

// IssuingPoint is issuingDistributionPoint.
func IssuingPoint(p Point) Extension {
	return Extension{"2.5.29.28", true, sequence(func(b *cryptobyte.Builder) {
		flag := func(tag uint8, set bool) {
			if set {
				b.AddASN1(cbasn1.Tag(tag).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte{0xff}) })
			}
		}
		p.addName(b)
		flag(1, p.OnlyUsers)
		flag(2, p.OnlyCAs)
		p.addReasons(b, 3)
		flag(4, p.Indirect)
		flag(5, p.OnlyAttributes)
	})}
}
