package cert

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
)

// Limits of a distinguished name. Names of people and of CAs have a dozen
// attributes.
const (
	maxNameSize       = 64 << 10
	maxNameAttributes = 256
)

// Name is a distinguished name (RFC 5280, Section 4.1.2.4):
//
//	Name         ::= CHOICE { rdnSequence RDNSequence }
//	RDNSequence  ::= SEQUENCE OF RelativeDistinguishedName
//	RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue
//
// The zero Name is the absent one: it equals only itself. Use ParseName for
// the empty name, whose encoding is two octets.
type Name struct {
	Raw []byte // the whole DER element

	parsed *parsedName
}

// parsedName is shared by all copies of a Name.
type parsedName struct {
	rdns [][]Attribute
	once sync.Once
	keys []string // one comparable key per RDN, made when first asked for
}

// Attribute is one AttributeTypeAndValue.
type Attribute struct {
	Type  algorithm.OID
	Tag   asn1.Tag // of the value
	Value []byte   // content octets of the value
}

// ParseName reads der, which must hold one Name and nothing else.
func ParseName(der []byte) (Name, error) {
	if len(der) > maxNameSize {
		return Name{}, &LimitError{What: "name"}
	}
	s := cryptobyte.String(der)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return Name{}, &SyntaxError{What: "name", Detail: "not one SEQUENCE"}
	}
	p := &parsedName{}
	count := 0
	for !body.Empty() {
		var set cryptobyte.String
		if !body.ReadASN1(&set, asn1.SET) || set.Empty() {
			return Name{}, &SyntaxError{What: "name", Detail: "a relative distinguished name is no SET of attributes"}
		}
		var rdn []Attribute
		for !set.Empty() {
			var pair, value cryptobyte.String
			var tag asn1.Tag
			if !set.ReadASN1(&pair, asn1.SEQUENCE) {
				return Name{}, &SyntaxError{What: "name", Detail: "an attribute is no SEQUENCE"}
			}
			oid, ok := algorithm.ReadOID(&pair)
			if !ok || !pair.ReadAnyASN1(&value, &tag) || !pair.Empty() {
				return Name{}, &SyntaxError{What: "name", Detail: "an attribute is no pair of type and value"}
			}
			if count++; count > maxNameAttributes {
				return Name{}, &LimitError{What: "name: attributes"}
			}
			rdn = append(rdn, Attribute{Type: oid, Tag: tag, Value: value})
		}
		p.rdns = append(p.rdns, rdn)
	}
	return Name{Raw: der, parsed: p}, nil
}

// Attributes returns the relative distinguished names in the order of the
// encoding. The values are shared with Raw.
func (n Name) Attributes() [][]Attribute {
	if n.parsed == nil {
		return nil
	}
	return n.parsed.rdns
}

// Empty reports whether the name has no attributes.
func (n Name) Empty() bool { return n.parsed == nil || len(n.parsed.rdns) == 0 }

// Equal reports whether two names are the same under RFC 5280, Section 7.1:
// the relative distinguished names match in order, in each of them the
// attributes match in any order, and strings are compared without regard to
// letter case, to repeated and outer white space, and to the string type.
func (n Name) Equal(o Name) bool {
	if n.parsed == nil || o.parsed == nil {
		return n.parsed == nil && o.parsed == nil
	}
	if bytes.Equal(n.Raw, o.Raw) {
		return true
	}
	if len(n.parsed.rdns) != len(o.parsed.rdns) {
		return false
	}
	return slices.Equal(n.rdnKeys(), o.rdnKeys())
}

// Within reports whether the name lies in the subtree of base: the relative
// distinguished names of base are its first ones (RFC 5280, Section 4.2.1.10).
func (n Name) Within(base Name) bool {
	if n.parsed == nil || base.parsed == nil || len(base.parsed.rdns) > len(n.parsed.rdns) {
		return false
	}
	k := base.rdnKeys()
	return slices.Equal(n.rdnKeys()[:len(k)], k)
}

// Key returns a string that two names share exactly when they are Equal.
func (n Name) Key() string {
	if n.parsed == nil {
		return ""
	}
	var b strings.Builder
	b.WriteByte('N')
	for _, k := range n.rdnKeys() {
		writeCounted(&b, k)
	}
	return b.String()
}

// rdnKeys returns one key per relative distinguished name.
func (n Name) rdnKeys() []string {
	p := n.parsed
	p.once.Do(func() {
		p.keys = make([]string, len(p.rdns))
		for i, rdn := range p.rdns {
			attributes := make([]string, len(rdn))
			for j, a := range rdn {
				attributes[j] = a.key()
			}
			// A SET: DER sorts by encoding, which comparison must not depend on.
			slices.Sort(attributes)
			var b strings.Builder
			for _, a := range attributes {
				writeCounted(&b, a)
			}
			p.keys[i] = b.String()
		}
	})
	return p.keys
}

// writeCounted writes s so that the concatenation of several can be taken
// apart in one way only.
func writeCounted(b *strings.Builder, s string) {
	n := len(s)
	b.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	b.WriteString(s)
}

// first returns the text of the first attribute of the type, counted from the
// most specific end of the name.
func (n Name) first(oid algorithm.OID) string {
	rdns := n.Attributes()
	for i := len(rdns) - 1; i >= 0; i-- {
		for _, a := range rdns[i] {
			if a.Type == oid {
				if text, ok := a.Text(); ok && text != "" {
					return text
				}
			}
		}
	}
	return ""
}

// CommonName returns the most specific common name as it is written, without
// escaping; empty when there is none.
func (n Name) CommonName() string { return n.first(oidCommonName) }
