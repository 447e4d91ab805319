package cms

import (
	"math"

	"smimectl/internal/cms/ber"
)

// budget is how many octets of small elements may still be kept.
type budget int64

func (b *budget) take(n int) bool {
	if int64(n) > int64(*b) {
		return false
	}
	*b -= budget(n)
	return true
}

// bag is a field of certificates or of revocation information as it was read.
type bag struct {
	elements [][]byte // as they stand
	skipped  int      // elements that were passed over, because there are too many or they are too large
	others   bool     // tag [3] among certificates, [1] among CRLs
	v2Attr   bool     // tag [2] among certificates
	v1Attr   bool     // tag [1] among certificates
}

// read reads the elements of an IMPLICIT SET, of which it keeps the first max
// within the budget. Memory does not grow with what is passed over.
func (g *bag) read(b *ber.Reader, tag ber.Tag, what string, max int, left *budget, lim Limits, each func(ber.Tag, []byte)) error {
	if there, err := b.Is(tag); err != nil || !there {
		return err
	}
	if err := b.Enter(tag); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if more, err := b.More(); err != nil {
			return err
		} else if !more {
			return b.Leave()
		}
		if n >= lim.CertificateBag {
			return &LimitError{what}
		}
		h, err := b.Peek()
		if err != nil {
			return err
		}
		size := int64(math.MaxInt64)
		if h.Length < math.MaxInt64-64 {
			size = int64(h.Length) + int64(h.Size)
		}
		limit := min(lim.Element, int64(*left))
		if len(g.elements) >= max || size > limit {
			g.skipped++
			if err := b.Skip(); err != nil {
				return err
			}
			continue
		}
		offset := b.Offset()
		raw, err := b.Element(limit)
		if err != nil {
			return err
		}
		// What is no BER at all has been damaged, with everything around
		// it. What is BER and no certificate is only of no use.
		if _, err := ber.ToDER(raw, lim.ber()); err != nil {
			return at(fromBER(err), offset)
		}
		left.take(len(raw))
		g.elements = append(g.elements, raw)
		each(h.Tag, raw)
	}
}

// readCertificates reads
//
//	CertificateSet ::= SET OF CertificateChoices
//	CertificateChoices ::= CHOICE {
//	    certificate Certificate,
//	    extendedCertificate [0] IMPLICIT ExtendedCertificate,
//	    v1AttrCert [1] IMPLICIT AttributeCertificateV1,
//	    v2AttrCert [2] IMPLICIT AttributeCertificateV2,
//	    other [3] IMPLICIT OtherCertificateFormat }
//
// One certificate that is none must not hide the others: it is counted.
func (sd *SignedData) readCertificates(b *ber.Reader, left *budget) error {
	g := &sd.bag
	err := g.read(b, ber.Context(0), "certificates", sd.lim.Certificates, left, sd.lim, func(tag ber.Tag, raw []byte) {
		if tag != ber.Sequence {
			g.v1Attr = g.v1Attr || tag == ber.Context(1)
			g.v2Attr = g.v2Attr || tag == ber.Context(2)
			g.others = g.others || tag == ber.Context(3)
			sd.note("there are certificates of another kind than X.509")
			return
		}
		c, err := sd.lim.Certificate(raw)
		if err != nil {
			sd.BadCertificates++
			return
		}
		sd.Certificates = append(sd.Certificates, c)
	})
	if g.skipped > 0 {
		sd.note("there are more, or larger, certificates than are looked at")
	}
	return err
}

// readCRLs reads
//
//	RevocationInfoChoices ::= SET OF RevocationInfoChoice
//	RevocationInfoChoice ::= CHOICE {
//	    crl CertificateList,
//	    other [1] IMPLICIT OtherRevocationInfoFormat }
func (sd *SignedData) readCRLs(b *ber.Reader, left *budget) error {
	g := &sd.crls
	err := g.read(b, ber.Context(1), "revocation lists", sd.lim.Certificates, left, sd.lim, func(tag ber.Tag, raw []byte) {
		switch tag {
		case ber.Sequence:
			sd.CRLs = append(sd.CRLs, raw)
		case ber.Context(1):
			g.others = true
			sd.OtherRevocation = append(sd.OtherRevocation, raw)
		default:
			sd.note("there is revocation information of an unknown kind")
		}
	})
	if g.skipped > 0 {
		sd.note("there are more, or larger, revocation lists than are looked at")
	}
	return err
}
