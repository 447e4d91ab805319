package asn1tree

import (
	"strconv"
	"strings"
	"sync"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// shape is how the contents of a type are named.
type shape int

const (
	primitive shape = iota // a universal type, of kind
	sequence               // SEQUENCE or SET with fields
	repeated               // SEQUENCE OF, SET OF
	choice
	open     // ANY DEFINED BY, by the table of kind
	wrapping // a string (of kind) that holds an encoding of inner
)

// definition is one type of a module, or a type written in place.
type definition struct {
	name   string // "" of one in place
	shape  shape
	kind   string   // universal type; table of an open one
	tag    ber.Tag  // of a primitive, sequence, repeated, wrapping
	fields []*field // sequence, choice
	inner  *typeRef // repeated, wrapping
	closed bool     // what is not named in it is secret: it has a secret field
}

// field is a component of a SEQUENCE, SET or CHOICE.
type field struct {
	name     string
	tagged   bool
	tag      ber.Tag
	explicit bool
	secret   bool
	of       typeRef
}

// typeRef is a type, by name or in place.
type typeRef struct {
	name  string
	place *definition
}

// schema is all modules, with the tables of their open types and of names.
type schema struct {
	types  map[string]*definition
	opens  map[string]string // "extension " + name of the OID -> type
	byName map[algorithm.OID]string
}

// universal are the types of X.680 that the notation may name.
var universal = map[string]ber.Tag{
	"BOOLEAN": ber.Boolean, "INTEGER": ber.Integer, "BITS": ber.BitString, "OCTETS": ber.OctetString, "NULL": ber.Null,
	"OID": ber.ObjectIdentifier, "ENUMERATED": {Number: 10}, "UTF8String": {Number: 12}, "NumericString": {Number: 18},
	"PrintableString": {Number: 19}, "TeletexString": {Number: 20}, "IA5String": {Number: 22}, "UTCTime": {Number: 23},
	"GeneralizedTime": {Number: 24}, "VisibleString": {Number: 26}, "UniversalString": {Number: 28}, "BMPString": {Number: 30},
}

// modules are read once, when first wanted, and never changed.
var modules = sync.OnceValue(newSchema)

// newSchema reads the modules. A mistake in them is one of this package: it panics, and a test reads all of them.
func newSchema() *schema {
	s := &schema{types: map[string]*definition{}, opens: map[string]string{}, byName: map[algorithm.OID]string{}}
	for name := range universal {
		d := parseType(name)
		s.types[name] = d
	}
	for _, module := range []string{moduleCMS, moduleX509, modulePKCS, moduleStatus} {
		for _, line := range lines(module) {
			name, body, ok := strings.Cut(line, " ::= ")
			if !ok {
				panic("internal error: asn1tree: no definition: " + line)
			}
			d := parseType(body)
			d.name = name
			s.types[name] = d
		}
	}
	for _, line := range lines(openTypes) {
		f := strings.Fields(line)
		for _, name := range f[2:] {
			s.opens[f[0]+" "+name] = f[1]
		}
	}
	for _, line := range lines(objectNames) {
		dotted, name, _ := strings.Cut(line, " ")
		s.byName[algorithm.MustOID(dotted)] = name
	}
	return s
}

// lines are the statements of a module: one line each, continued where the next begins with a blank.
func lines(text string) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "--"):
		case line[0] == ' ' || line[0] == '\t':
			out[len(out)-1] += " " + strings.TrimSpace(line)
		default:
			out = append(out, line)
		}
	}
	return out
}

// parseType reads the right side of a definition.
func parseType(text string) *definition {
	text = strings.TrimSpace(text)
	d := &definition{tag: ber.Sequence}
	switch {
	case strings.HasPrefix(text, "SEQUENCE OF "), strings.HasPrefix(text, "SET OF "):
		kind, of, _ := strings.Cut(text, " OF ")
		d.shape, d.inner = repeated, parseRef(of)
		if kind == "SET" {
			d.tag = ber.Set
		}
	case strings.HasPrefix(text, "CHOICE "):
		d.shape = choice
		d.parseFields(text[len("CHOICE "):])
	case strings.HasPrefix(text, "SET "):
		d.shape, d.tag = sequence, ber.Set
		d.parseFields(text[len("SET "):])
	case strings.HasPrefix(text, "SEQUENCE "):
		d.shape = sequence
		d.parseFields(text[len("SEQUENCE "):])
	case strings.HasPrefix(text, "ANY("):
		d.shape, d.kind = open, strings.TrimSuffix(text[len("ANY("):], ")")
	case strings.HasPrefix(text, "OCTETS("), strings.HasPrefix(text, "BITS("):
		kind, of, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
		d.shape, d.kind, d.tag, d.inner = wrapping, kind, universal[kind], parseRef(of)
	default:
		tag, ok := universal[text]
		if !ok {
			panic("internal error: asn1tree: no type: " + text)
		}
		d.shape, d.kind, d.tag = primitive, text, tag
	}
	return d
}

// parseRef reads a type where it is used: a name, or a type in place.
func parseRef(text string) *typeRef {
	text = strings.TrimSpace(text)
	_, isUniversal := universal[text]
	if isUniversal || strings.ContainsAny(text, " (") {
		return &typeRef{place: parseType(text)}
	}
	return &typeRef{name: text}
}

func (d *definition) parseFields(text string) {
	for _, part := range strings.Split(text, ", ") {
		name, rest, ok := strings.Cut(strings.TrimSpace(part), " ")
		if !ok {
			panic("internal error: asn1tree: no field: " + part)
		}
		f := &field{name: name}
		if strings.HasPrefix(rest, "[") {
			number, after, _ := strings.Cut(rest[1:], "] ")
			n, err := strconv.Atoi(number)
			if err != nil {
				panic("internal error: asn1tree: no tag: " + part)
			}
			f.tagged, f.tag, rest = true, ber.Context(uint32(n)), after
		}
		rest, f.explicit = strings.CutPrefix(rest, "EXPLICIT ")
		rest, f.secret = strings.CutPrefix(rest, "SECRET ")
		d.closed = d.closed || f.secret
		f.of = *parseRef(rest)
		d.fields = append(d.fields, f)
	}
}

// define returns what a reference stands for; nil: nothing is known.
func (s *schema) define(r typeRef) *definition {
	if r.place != nil {
		return r.place
	}
	return s.types[r.name]
}

// matches reports whether an element with this tag may be of type d. Types refer to each other without a circle of
// CHOICEs, so that this ends; a test looks at all of them.
func (s *schema) matches(d *definition, tag ber.Tag) bool {
	switch {
	case d == nil:
		return false
	case d.shape == open:
		return true
	case d.shape == choice:
		_, ok := s.alternative(d, tag)
		return ok
	}
	return d.tag == tag
}

// alternative is the one of a CHOICE that has the tag.
func (s *schema) alternative(d *definition, tag ber.Tag) (*field, bool) {
	for _, f := range d.fields {
		if s.fits(f, tag) {
			return f, true
		}
	}
	return nil, false
}

func (s *schema) fits(f *field, tag ber.Tag) bool {
	if f.tagged {
		return f.tag == tag
	}
	return s.matches(s.define(f.of), tag)
}
