package asn1tree

import (
	"smimectl/internal/cms/ber"
)

// Guess tells from the first octets of an encoding what type it is likely to be of: the name of a type of the schema,
// or "". It looks at the outline alone, as far as the octets go.
func Guess(head []byte) string {
	o := outline(head)
	if len(o) == 0 || o[0].Tag != ber.Sequence {
		return ""
	}
	// o[1] is the first element within; what follows it is found by depth.
	first, second, third := child(o, 0, 0), child(o, 0, 1), child(o, 0, 2)
	is := func(i int, tag ber.Tag) bool { return i >= 0 && o[i].Tag == tag }
	octets, sequence, integer := ber.OctetString, ber.Sequence, ber.Integer
	switch {
	case is(first, ber.ObjectIdentifier):
		return "ContentInfo"
	case is(first, universal["ENUMERATED"]):
		return "OCSPResponse"
	case is(first, integer) && is(second, integer):
		return "RSAPrivateKey"
	case is(first, integer) && is(second, octets):
		return "ECPrivateKey"
	case is(first, integer) && is(second, sequence) && is(child(o, second, 0), ber.ObjectIdentifier) && is(child(o, second, 1), ber.Context(0)):
		return "PFX"
	case is(first, integer) && is(second, sequence):
		return "PrivateKeyInfo"
	case is(first, sequence) && is(second, octets):
		return "EncryptedPrivateKeyInfo"
	case is(first, sequence) && is(second, ber.BitString):
		return "SubjectPublicKeyInfo"
	case is(first, sequence) && is(child(o, first, 0), integer) && (second < 0 && third < 0 && len(o) < 5 || is(child(o, second, 0), ber.ObjectIdentifier) && is(child(o, second, 1), ber.Context(0))):
		return "TimeStampResp"
	case is(first, sequence):
		return signedType(o, first)
	}
	return ""
}

// signedType tells certificates, lists and requests apart, which are signed in the same way.
func signedType(o []entry, tbs int) string {
	is := func(i int, tag ber.Tag) bool { return i >= 0 && o[i].Tag == tag }
	isTime := func(i int) bool { return is(i, universal["UTCTime"]) || is(i, universal["GeneralizedTime"]) }
	second, third, fourth := child(o, tbs, 1), child(o, tbs, 2), child(o, tbs, 3)
	switch {
	case is(child(o, tbs, 0), ber.Context(0)):
		return "Certificate"
	case isTime(third), isTime(fourth):
		return "CertificateList"
	case is(child(o, tbs, 0), ber.Integer) && is(second, ber.Sequence) && !is(child(o, second, 0), ber.ObjectIdentifier):
		return "CertificationRequest"
	}
	return "Certificate"
}

// entry is one element of an outline.
type entry struct {
	ber.Header
	depth int
}

// maxOutline is how many elements an outline has at most.
const maxOutline = 200

// outline lists the first elements of octets that may be cut off.
func outline(head []byte) []entry {
	r := ber.NewBytesReader(head, ber.Limits{})
	var out []entry
	for len(out) < maxOutline {
		more, err := r.More()
		if err != nil {
			return out
		}
		if !more {
			if r.Depth() == 0 || r.Leave() != nil {
				return out
			}
			continue
		}
		h, err := r.Peek()
		if err != nil {
			return out
		}
		out = append(out, entry{h, r.Depth()})
		if h.Constructed {
			err = r.Enter(h.Tag)
		} else {
			err = r.Skip()
		}
		if err != nil {
			return out
		}
	}
	return out
}

// child is the index of the nth element within the one with an index; -1 when there is none.
func child(o []entry, of, n int) int {
	if of < 0 {
		return -1
	}
	for i := of + 1; i < len(o) && o[i].depth > o[of].depth; i++ {
		if o[i].depth == o[of].depth+1 {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return -1
}

// SizeOf is the size of the whole element that octets begin with, by its header; -1 when that does not say.
func SizeOf(head []byte) int64 {
	r := ber.NewBytesReader(head, ber.Limits{})
	h, err := r.Peek()
	if err != nil || h.Indefinite {
		return -1
	}
	return int64(h.Size) + int64(h.Length)
}
