package algorithm

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// OID is an object identifier, held as the content octets of its DER encoding
// (X.690, Section 8.19). Two OIDs are equal exactly when their octets are, so
// an arc is never narrowed to a machine word on the way to a comparison: an
// arc of a known value plus 2^32 or 2^64 is a different OID.
type OID string

// maxOIDText is how many content octets String turns into digits. Real OIDs
// have half of it. An octet gives four characters at most, and converting an
// arc of unlimited length to decimal would cost quadratic time.
const maxOIDText = 40

// MustOID returns the OID written as dotted decimal numbers. It panics if the
// text is not an OID, so it is for literals in tables only.
func MustOID(dotted string) OID {
	oid, err := parseOID(dotted)
	if err != nil {
		panic("internal error: " + err.Error())
	}
	return oid
}

// ParseOID reads an OID in dotted form, as a person writes it.
func ParseOID(dotted string) (OID, error) { return parseOID(dotted) }

// parseOID reads dotted decimal numbers. Nearly every arc fits 64 bits; the
// tables of a program are read at each start, so these take the short way.
func parseOID(dotted string) (OID, error) {
	buffer := make([]byte, 0, 32)
	var root uint64
	for n := 0; ; n++ {
		field, rest, more := strings.Cut(dotted, ".")
		dotted = rest
		arc, small := smallArc(field)
		switch {
		case n == 0:
			if !small || arc > 2 {
				return "", errors.New("the first arc is 0, 1 or 2")
			}
			root = arc
		case n == 1 && root < 2 && (!small || arc > 39):
			return "", errors.New("the second arc is at most 39 below 0 and 1")
		case small && n == 1:
			buffer = appendArc(buffer, 40*root+arc)
		case small:
			buffer = appendArc(buffer, arc)
		default:
			large, ok := new(big.Int).SetString(field, 10)
			if !ok || large.String() != field || large.Sign() < 0 {
				return "", fmt.Errorf("arc %q is no plain decimal number", field)
			}
			if n == 1 {
				large.Add(large, big.NewInt(int64(40*root)))
			}
			buffer = appendLargeArc(buffer, large)
		}
		if !more {
			if n == 0 {
				return "", errors.New("an OID has two arcs at least")
			}
			return OID(buffer), nil
		}
	}
}

// smallArc reads an arc of at most 18 digits, which leaves room for adding 80.
func smallArc(field string) (uint64, bool) {
	if field == "" || len(field) > 18 || len(field) > 1 && field[0] == '0' {
		return 0, false
	}
	var arc uint64
	for i := range len(field) {
		if field[i] < '0' || field[i] > '9' {
			return 0, false
		}
		arc = arc*10 + uint64(field[i]-'0')
	}
	return arc, true
}

// appendArc appends one arc in base 128, most significant group first.
func appendArc(dst []byte, arc uint64) []byte {
	groups := max(1, (bits.Len64(arc)+6)/7)
	for i := groups - 1; i > 0; i-- {
		dst = append(dst, byte(arc>>(7*i))|0x80)
	}
	return append(dst, byte(arc)&0x7f)
}

// appendLargeArc is appendArc for arcs of any length, as in OIDs made from UUIDs.
func appendLargeArc(dst []byte, arc *big.Int) []byte {
	groups := max(1, (arc.BitLen()+6)/7)
	for i := groups - 1; i >= 0; i-- {
		var group byte
		for bit := 6; bit >= 0; bit-- {
			group = group<<1 | byte(arc.Bit(i*7+bit))
		}
		if i > 0 {
			group |= 0x80
		}
		dst = append(dst, group)
	}
	return dst
}

// String returns the OID as dotted decimal numbers. The text is bounded: an
// OID of more than 40 octets is cut after its last whole arc within them and
// ends with its length.
func (o OID) String() string {
	content := string(o)
	cut := len(content) > maxOIDText
	if cut {
		content = content[:maxOIDText]
	}
	var b strings.Builder
	for start := 0; start < len(content); {
		end := start
		for end < len(content) && content[end]&0x80 != 0 {
			end++
		}
		if end == len(content) {
			break // an arc that does not end here
		}
		if end-start < 9 { // 63 bits, as all that are in use
			var arc uint64
			for i := start; i <= end; i++ {
				arc = arc<<7 | uint64(content[i]&0x7f)
			}
			if start == 0 {
				root := min(arc/40, 2)
				arc -= 40 * root
				b.WriteString(strconv.FormatUint(root, 10))
			}
			b.WriteByte('.')
			b.WriteString(strconv.FormatUint(arc, 10))
			start = end + 1
			continue
		}
		arc := new(big.Int)
		for i := start; i <= end; i++ {
			arc.Lsh(arc, 7)
			arc.Or(arc, big.NewInt(int64(content[i]&0x7f)))
		}
		if start == 0 {
			// The first two arcs share one number; 2 has all that is left.
			root := int64(2)
			if arc.Cmp(big.NewInt(80)) < 0 {
				root = arc.Int64() / 40
			}
			arc.Sub(arc, big.NewInt(40*root))
			b.WriteString(strconv.FormatInt(root, 10))
		}
		b.WriteByte('.')
		b.WriteString(arc.String())
		start = end + 1
	}
	if cut || b.Len() == 0 {
		fmt.Fprintf(&b, "...(%d octets)", len(o))
	}
	return b.String()
}

// valid reports whether the content octets are a DER object identifier:
// every arc ends, and none begins with an empty group.
func (o OID) valid() bool {
	if len(o) == 0 || o[len(o)-1]&0x80 != 0 {
		return false
	}
	for i := range len(o) {
		if o[i] == 0x80 && (i == 0 || o[i-1]&0x80 == 0) {
			return false
		}
	}
	return true
}

// ReadOID reads a DER OBJECT IDENTIFIER and advances s over it.
func ReadOID(s *cryptobyte.String) (OID, bool) {
	var content cryptobyte.String
	if !s.ReadASN1(&content, cbasn1.OBJECT_IDENTIFIER) {
		return "", false
	}
	oid := OID(content)
	return oid, oid.valid()
}

// AddTo appends the DER encoding of the OID.
func (o OID) AddTo(b *cryptobyte.Builder) {
	b.AddASN1(cbasn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(o)) })
}
