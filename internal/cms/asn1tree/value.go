package asn1tree

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// How much of a value is shown.
const (
	shownOctets = 20
	shownRunes  = 120
)

// describe puts the value of a primitive element into words. b is the beginning of its contents.
func describe(n *Node, kind string, b []byte, s *schema) {
	whole := int64(len(b)) == n.Length
	switch kind {
	case "BOOLEAN":
		describeBoolean(n, b)
	case "INTEGER", "ENUMERATED":
		describeInteger(n, b, whole)
	case "NULL":
		if n.Length != 0 {
			n.Note = "NULL with contents"
		}
	case "OID":
		describeOID(n, b, whole, s)
	case "UTCTime", "GeneralizedTime":
		describeTime(n, kind, b, whole)
	case "BITS":
		describeBits(n, b)
	case "UTF8String", "NumericString", "PrintableString", "IA5String", "VisibleString", "TeletexString", "BMPString", "UniversalString":
		describeText(n, kind, b, whole)
	default:
		describeOctets(n, b, n.Length)
		if kind == "" && whole && len(b) > 0 && isText(b) { // what a tag of its own hides
			n.Value, n.Foreign = clip(n, string(b)), true
		}
	}
}

func describeBoolean(n *Node, b []byte) {
	switch {
	case n.Length != 1:
		n.Note = "BOOLEAN of another length than 1"
		describeOctets(n, b, n.Length)
	case b[0] == 0:
		n.Value = "FALSE"
	case b[0] == 0xff:
		n.Value = "TRUE"
	default:
		n.Value, n.Note = "TRUE", fmt.Sprintf("as 0x%02x, which DER has not", b[0])
	}
}

func describeInteger(n *Node, b []byte, whole bool) {
	switch {
	case len(b) == 0:
		n.Note = "INTEGER without contents"
		return
	case len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80):
		n.Note = "not in the shortest form"
	}
	if whole && len(b) <= 8 {
		v := new(big.Int).SetBytes(b)
		if b[0] >= 0x80 {
			v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
		n.Value = v.String()
		return
	}
	shown := b
	for len(shown) > 1 && shown[0] == 0 {
		shown = shown[1:]
	}
	n.Value = "0x" + hex.EncodeToString(shown[:min(len(shown), shownOctets)])
	if len(shown) > shownOctets || !whole {
		n.Cut = true
		bits := (n.Length-int64(len(b)-len(shown)))*8 - int64(leadingZeros(shown[0]))
		n.Value += "... (" + strconv.FormatInt(bits, 10) + " bits)"
	}
	if b[0] >= 0x80 {
		n.Value += " (negative)"
	}
}

func leadingZeros(b byte) int {
	n := 0
	for n < 8 && b&(0x80>>n) == 0 {
		n++
	}
	return n
}

func describeOID(n *Node, b []byte, whole bool, s *schema) {
	var oid algorithm.OID
	element := cryptobyte.String(append(ber.AppendHeader(nil, ber.ObjectIdentifier, false, uint64(len(b))), b...))
	if whole {
		var ok bool
		if oid, ok = algorithm.ReadOID(&element); !ok {
			whole = false
		}
	}
	if !whole {
		n.Note = "no object identifier"
		describeOctets(n, b, n.Length)
		return
	}
	n.OID, n.Value = oid, oid.String()
	if name := s.nameOf(oid); name != "" {
		n.Value = name + " (" + n.Value + ")"
	}
}

func describeTime(n *Node, kind string, b []byte, whole bool) {
	text := string(b)
	layouts := []string{"060102150405Z0700", "0601021504Z0700"}
	if kind == "GeneralizedTime" {
		layouts = []string{"20060102150405Z0700", "20060102150405.999999999Z0700", "200601021504Z0700"}
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, text)
		if err != nil || !whole {
			continue
		}
		if kind == "UTCTime" && t.Year() >= 2050 { // RFC 5280, Section 4.1.2.5.1: 50 to 99 are of the last century
			t = t.AddDate(-100, 0, 0)
		}
		n.Value = t.UTC().Format("2006-01-02 15:04:05 UTC")
		return
	}
	n.Note = "no time as DER has it"
	describeText(n, "", b, whole)
}

func describeBits(n *Node, b []byte) {
	if len(b) == 0 {
		n.Note = "BIT STRING without contents"
		return
	}
	unused, bits := b[0], b[1:]
	if unused > 7 || n.Length == 1 && unused != 0 {
		n.Note = "BIT STRING with an impossible number of unused bits"
		describeOctets(n, bits, n.Length-1)
		return
	}
	if n.Length <= 3 && unused <= 7 && len(bits) > 0 { // flags
		var text strings.Builder
		for i := 0; i < len(bits)*8-int(unused); i++ {
			text.WriteByte('0' + bits[i/8]>>(7-i%8)&1)
		}
		n.Value = text.String()
		return
	}
	describeOctets(n, bits, n.Length-1)
	if unused > 0 {
		n.Value += fmt.Sprintf(" (%d bits unused)", unused)
	}
}

func describeOctets(n *Node, b []byte, size int64) {
	n.Value = hex.EncodeToString(b[:min(len(b), shownOctets)])
	if size > shownOctets {
		n.Cut = true
		n.Value += fmt.Sprintf("... (%d octets)", size)
	}
}

func describeText(n *Node, kind string, b []byte, whole bool) {
	text := string(b)
	switch kind {
	case "BMPString":
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		text = string(utf16.Decode(units))
		if n.Length%2 != 0 {
			n.Note = "BMPString of an odd length"
		}
	case "UniversalString":
		runes := make([]rune, len(b)/4)
		for i := range runes {
			v := b[4*i:]
			runes[i] = rune(uint32(v[0])<<24 | uint32(v[1])<<16 | uint32(v[2])<<8 | uint32(v[3]))
		}
		text = string(runes)
		if n.Length%4 != 0 {
			n.Note = "UniversalString of an odd length"
		}
	case "TeletexString": // what is written is ISO 8859-1
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		text = string(runes)
	case "UTF8String":
		if whole && !utf8.Valid(b) {
			n.Note = "no valid UTF-8"
		}
	}
	if !whole {
		n.Cut = true
	}
	n.Value, n.Foreign = clip(n, text), true
}

// clip keeps the beginning of a text.
func clip(n *Node, text string) string {
	count := 0
	for i := range text {
		if count++; count > shownRunes {
			n.Cut = true
			return text[:i]
		}
	}
	return text
}

// isText reports ASCII without controls.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
