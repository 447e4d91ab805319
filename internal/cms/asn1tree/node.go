package asn1tree

import (
	"fmt"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// Node is one element. Nodes come in the order of the input; the elements within another follow it, one deeper.
type Node struct {
	Offset      int64 // of the first octet, from the start of the input
	Header      int   // octets of tag and length
	Length      int64 // octets of the contents; -1: of indefinite length
	Depth       int
	Tag         ber.Tag
	Constructed bool
	Inside      bool // the first element of an encoding that a string holds

	Type  string // name of its type in the standard; "" where the schema knows none
	Owner string // name of the type whose field it is
	Field string // name of the field

	Value   string        // of a primitive element, in words; see Foreign
	Foreign bool          // Value is text from the input: to be escaped and quoted
	Cut     bool          // Value is only the beginning
	Secret  bool          // the value belongs to a private key and is not given out
	OID     algorithm.OID // of an OBJECT IDENTIFIER, whose name is Value
	Note    string        // what is odd about it
}

// Name is the field with its type in front, "SignedData.digestAlgorithms", else the type alone.
func (n *Node) Name() string {
	switch {
	case n.Field != "" && n.Owner != "":
		return n.Owner + "." + n.Field
	case n.Field != "":
		return n.Field
	}
	return n.Type
}

// TagName is the tag as ASN.1 writes it: "SEQUENCE", "UTF8String", "[0]".
func (n *Node) TagName() string {
	if n.Tag.Class == ber.Universal {
		for _, row := range universalNames {
			if row.number == n.Tag.Number {
				return row.name
			}
		}
	}
	return n.Tag.String()
}

// ClassName is the class of the tag: "universal", "application", "context", "private".
func (n *Node) ClassName() string {
	names := [...]string{ber.Universal: "universal", ber.Application: "application", ber.ContextSpecific: "context", ber.Private: "private"}
	return names[n.Tag.Class&3]
}

// universalNames are the tags of X.680, Section 8.6.
var universalNames = []struct {
	number uint32
	name   string
}{
	{1, "BOOLEAN"}, {2, "INTEGER"}, {3, "BIT STRING"}, {4, "OCTET STRING"}, {5, "NULL"}, {6, "OBJECT IDENTIFIER"},
	{7, "ObjectDescriptor"}, {8, "EXTERNAL"}, {9, "REAL"}, {10, "ENUMERATED"}, {11, "EMBEDDED PDV"}, {12, "UTF8String"},
	{13, "RELATIVE-OID"}, {16, "SEQUENCE"}, {17, "SET"}, {18, "NumericString"}, {19, "PrintableString"},
	{20, "TeletexString"}, {21, "VideotexString"}, {22, "IA5String"}, {23, "UTCTime"}, {24, "GeneralizedTime"},
	{25, "GraphicString"}, {26, "VisibleString"}, {27, "GeneralString"}, {28, "UniversalString"}, {30, "BMPString"},
}

// Fault is where an encoding ends to be one, and why.
type Fault struct {
	Offset int64
	Detail string
	Limit  bool // no mistake of the encoding: it is more than is looked at
}

func (f *Fault) Error() string { return fmt.Sprintf("asn1tree: %s at offset %d", f.Detail, f.Offset) }
