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

// parseOID reads dotted decimal numbers.
func parseOID(dotted string) (OID, error) {
	if oid, ok := parseShortOID(dotted); ok {
		return oid, nil
	}
	return parseLongOID(dotted)
}

// parseLongOID reads what parseShortOID does not, and says what is wrong.
func parseLongOID(dotted string) (OID, error) {
	var buffer []byte
	root := new(big.Int)
	for n := 0; ; n++ {
		field, rest, more := strings.Cut(dotted, ".")
		arc, ok := new(big.Int).SetString(field, 10)
		switch {
		case !ok || arc.String() != field || arc.Sign() < 0:
			return "", fmt.Errorf("arc %q is no plain decimal number", field)
		case n == 0 && arc.Cmp(big.NewInt(2)) > 0:
			return "", errors.New("the first arc is 0, 1 or 2")
		case n == 0 && !more:
			return "", errors.New("an OID has two arcs at least")
		case n == 0:
			root.Mul(arc, big.NewInt(40))
		case n == 1 && root.Cmp(big.NewInt(80)) < 0 && arc.Cmp(big.NewInt(39)) > 0:
			return "", errors.New("the second arc is at most 39 below 0 and 1")
		case n == 1:
			buffer = appendLargeArc(buffer, arc.Add(arc, root))
		default:
			buffer = appendLargeArc(buffer, arc)
		}
		if !more {
			return OID(buffer), nil
		}
		dotted = rest
	}
}

// parseShortOID reads what nearly every OID is, arcs of up to nine digits and not many
// of them, and says no to anything else. The tables of a program, hundreds of
// them, are read at each start.
func parseShortOID(dotted string) (OID, bool) {
	var buffer [32]byte
	n, arcs, digits := 0, 0, 0
	var root, arc uint32
	for i := 0; i <= len(dotted); i++ {
		if i < len(dotted) && dotted[i] != '.' {
			digit := uint32(dotted[i]) - '0'
			if digit > 9 || digits == 9 || digits > 0 && arc == 0 {
				return "", false
			}
			arc = arc*10 + digit
			digits++
			continue
		}
		switch {
		case digits == 0 || n+5 > len(buffer), arcs == 0 && arc > 2, arcs == 1 && root < 2 && arc > 39:
			return "", false
		case arcs == 0:
			root = arc
		default:
			if arcs == 1 {
				arc += 40 * root
			}
			for shift := 28; shift > 0; shift -= 7 {
				if arc>>shift != 0 {
					buffer[n] = byte(arc>>shift) | 0x80
					n++
				}
			}
			buffer[n] = byte(arc) & 0x7f
			n++
		}
		arcs++
		arc, digits = 0, 0
	}
	return OID(buffer[:n]), arcs >= 2
}

// appendLargeArc appends one arc of any length, as in OIDs made from UUIDs, in base 128,
// most significant group first.
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
func (o OID) AddTo(b *cryptobyte.Builder) { b.AddBytes(o.DER()) }

// DER returns the encoding of the OID.
func (o OID) DER() []byte {
	return append(appendHeader(make([]byte, 0, headerRoom+len(o)), cbasn1.OBJECT_IDENTIFIER, len(o)), o...)
}

// headerRoom is room for a header of anything that fits in memory.
const headerRoom = 10

// appendHeader appends the tag and the length of an element in DER. Through a
// cryptobyte.Builder a short one takes four pieces of memory.
func appendHeader(out []byte, tag cbasn1.Tag, length int) []byte {
	if length < 0x80 {
		return append(out, byte(tag), byte(length))
	}
	octets := (bits.Len(uint(length)) + 7) / 8
	out = append(out, byte(tag), 0x80|byte(octets))
	for ; octets > 0; octets-- {
		out = append(out, byte(length>>(8*(octets-1))))
	}
	return out
}
