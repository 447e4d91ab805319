package ber

import "fmt"

// Class is the class of a tag (X.690, Section 8.1.2.2).
type Class uint8

// The four classes.
const (
	Universal Class = iota
	Application
	ContextSpecific
	Private
)

// maxTagNumber bounds the numbers of high tags.
const maxTagNumber = 1<<31 - 1

// Tag is a class and a number. It is comparable.
type Tag struct {
	Class  Class
	Number uint32
}

// The universal tags CMS uses.
var (
	Boolean          = Tag{Universal, 1}
	Integer          = Tag{Universal, 2}
	BitString        = Tag{Universal, 3}
	OctetString      = Tag{Universal, 4}
	Null             = Tag{Universal, 5}
	ObjectIdentifier = Tag{Universal, 6}
	Sequence         = Tag{Universal, 16}
	Set              = Tag{Universal, 17}
)

// Context returns the context-specific tag [n].
func Context(n uint32) Tag { return Tag{ContextSpecific, n} }

// String returns the tag in the notation of ASN.1 modules.
func (t Tag) String() string {
	switch t.Class {
	case ContextSpecific:
		return fmt.Sprintf("[%d]", t.Number)
	case Application:
		return fmt.Sprintf("[APPLICATION %d]", t.Number)
	case Private:
		return fmt.Sprintf("[PRIVATE %d]", t.Number)
	}
	switch t {
	case Boolean:
		return "BOOLEAN"
	case Integer:
		return "INTEGER"
	case BitString:
		return "BIT STRING"
	case OctetString:
		return "OCTET STRING"
	case Null:
		return "NULL"
	case ObjectIdentifier:
		return "OBJECT IDENTIFIER"
	case Sequence:
		return "SEQUENCE"
	case Set:
		return "SET"
	}
	return fmt.Sprintf("[UNIVERSAL %d]", t.Number)
}

// Header is the identifier and length of one element.
type Header struct {
	Tag
	Constructed bool
	Indefinite  bool   // length in the indefinite form, Length is 0
	Length      uint64 // octets of the contents
	Offset      int64  // position of the first identifier octet
	Size        int    // octets of identifier and length
}

// maxHeader is the largest header accepted: an identifier of six octets and a
// length of nine.
const maxHeader = 15

// parseHeader reads a header from the front of b. It returns a zero Size and
// no error when b is too short to tell; offset is for errors only.
func parseHeader(b []byte, offset int64) (Header, error) {
	if len(b) == 0 {
		return Header{}, nil
	}
	h := Header{Offset: offset, Constructed: b[0]&0x20 != 0}
	h.Class = Class(b[0] >> 6)
	h.Number = uint32(b[0] & 0x1f)
	n := 1
	if h.Number == 0x1f {
		var number uint64
		for {
			if n >= len(b) {
				return Header{}, nil
			}
			c := b[n]
			if n == 1 && c == 0x80 {
				return Header{}, &SyntaxError{offset, "tag number with leading zeros"}
			}
			number = number<<7 | uint64(c&0x7f)
			if number > maxTagNumber {
				return Header{}, &SyntaxError{offset, "tag number is too large"}
			}
			n++
			if c&0x80 == 0 {
				break
			}
		}
		if number < 0x1f {
			return Header{}, &SyntaxError{offset, "small tag number in the long form"}
		}
		h.Number = uint32(number)
	}
	if n >= len(b) {
		return Header{}, nil
	}
	l := b[n]
	n++
	switch {
	case l < 0x80:
		h.Length = uint64(l)
	case l == 0x80:
		if !h.Constructed {
			return Header{}, &SyntaxError{offset, "indefinite length on a primitive element"}
		}
		h.Indefinite = true
	case l > 0x88:
		return Header{}, &SyntaxError{offset, "length of more than eight octets"}
	default:
		k := int(l & 0x7f)
		if n+k > len(b) {
			return Header{}, nil
		}
		for _, c := range b[n : n+k] {
			h.Length = h.Length<<8 | uint64(c)
		}
		n += k
	}
	h.Size = n
	return h, nil
}

// endOfContents reports whether the header is that of the two zero octets that
// end an indefinite length (X.690, Section 8.1.5).
func (h Header) endOfContents() bool {
	return h.Tag == Tag{} && !h.Constructed
}
