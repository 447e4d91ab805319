package mimewrap

import (
	"strings"
)

// Parameter is one parameter of a media type, decoded, its name in lower case.
type Parameter struct {
	Name, Value string
}

// MediaType is a parsed Content-Type.
type MediaType struct {
	Type       string // lower case, "multipart/signed"
	Parameters []Parameter
}

// Parameter returns the value of a parameter; names are compared without regard to case.
func (m MediaType) Parameter(name string) (string, bool) {
	for _, p := range m.Parameters {
		if strings.EqualFold(p.Name, name) {
			return p.Value, true
		}
	}
	return "", false
}

// Boundary returns the boundary of a multipart, RFC 2046, Section 5.1.1.
//
// QUIRK: more than 70 octets are taken as they are (some web mailers write 72 and more). One that ends in a
// blank is refused, because readers differ in whether the blank counts.
func (m MediaType) Boundary() (string, error) {
	b, ok := m.Parameter("boundary")
	bad := func(detail string) (string, error) {
		return "", &ParameterError{Field: "Content-Type", Parameter: "boundary", Detail: detail}
	}
	switch {
	case !ok:
		return bad("missing")
	case b == "":
		return bad("empty")
	case len(b) > maxBoundary:
		return bad("too long")
	case strings.Trim(b, " \t") != b:
		return bad("begins or ends with a blank")
	}
	for i := 0; i < len(b); i++ {
		if b[i] < ' ' || b[i] == 0x7f {
			return bad("holds a control octet")
		}
	}
	return b, nil
}

// ParseMediaType reads the value of a Content-Type field, RFC 2045, Section 5.1, with the comments of RFC
// 822 and the parameters of RFC 2231. On an error the Type is set if it could be read.
func ParseMediaType(value string) (MediaType, error) {
	if len(value) > maxMIMEField {
		return MediaType{}, &LimitError{What: "field Content-Type is larger than 64 KiB"}
	}
	p := &fieldParser{field: "Content-Type", s: value}
	if err := p.skip(); err != nil {
		return MediaType{}, err
	}
	kind := p.token()
	sub := ""
	if p.peek() == '/' {
		p.i++
		if sub = p.token(); kind == "" || sub == "" {
			return MediaType{}, p.fail("", "no media type")
		}
	} else if strings.EqualFold(kind, "text") {
		sub = "plain" // QUIRK: mail of the eighties and Solaris' mailtool say "text" alone
	} else {
		return MediaType{}, p.fail("", "no media type")
	}
	m := MediaType{Type: strings.ToLower(kind + "/" + sub)}
	raw, err := p.parameters()
	if err != nil {
		return m, err
	}
	m.Parameters, err = assemble(p.field, raw)
	return m, err
}

// parseDisposition reads the value of a Content-Disposition field, RFC 2183.
func parseDisposition(value string) (MediaType, error) {
	p := &fieldParser{field: "Content-Disposition", s: value}
	if err := p.skip(); err != nil {
		return MediaType{}, err
	}
	m := MediaType{Type: strings.ToLower(p.token())}
	if m.Type == "" && p.peek() != ';' && p.peek() != 0 {
		return m, p.fail("", "no disposition")
	}
	raw, err := p.parameters()
	if err != nil {
		return m, err
	}
	m.Parameters, err = assemble(p.field, raw)
	return m, err
}

// fieldParser reads a structured field from left to right, without recursion and without going back.
type fieldParser struct {
	field string
	s     string
	i     int
}

func (p *fieldParser) fail(parameter, detail string) error {
	return &ParameterError{Field: p.field, Parameter: parameter, Detail: detail}
}

func (p *fieldParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// skip passes blanks and comments; these nest, so it counts.
func (p *fieldParser) skip() error {
	for depth := 0; ; p.i++ {
		switch c := p.peek(); {
		case p.i >= len(p.s):
			if depth > 0 {
				return p.fail("", "comment does not end")
			}
			return nil
		case c == '(':
			depth++
		case depth > 0 && c == ')':
			depth--
		case depth > 0 && c == '\\':
			p.i++
		case depth == 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n':
			return nil
		}
	}
}

func isTokenOctet(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte(`()<>@,;:\"/[]?=`, c) < 0
}

func (p *fieldParser) token() string {
	start := p.i
	for p.i < len(p.s) && isTokenOctet(p.s[p.i]) {
		p.i++
	}
	return p.s[start:p.i]
}

type rawParameter struct{ name, value string }

// parameters reads *(";" attribute "=" value).
func (p *fieldParser) parameters() ([]rawParameter, error) {
	var out []rawParameter
	for {
		if err := p.skip(); err != nil {
			return nil, err
		}
		if p.i >= len(p.s) {
			return out, nil
		}
		if p.s[p.i] != ';' {
			return nil, p.fail("", "unexpected text before a parameter")
		}
		p.i++
		if err := p.skip(); err != nil {
			return nil, err
		}
		if c := p.peek(); c == ';' || p.i >= len(p.s) {
			continue // QUIRK: "; ;" and a semicolon at the end, from many web mailers
		}
		name := strings.ToLower(p.token())
		if err := p.skip(); err != nil {
			return nil, err
		}
		if name == "" || p.peek() != '=' {
			return nil, p.fail(name, "no name and value")
		}
		p.i++
		if err := p.skip(); err != nil {
			return nil, err
		}
		value, err := p.value(name)
		if err != nil {
			return nil, err
		}
		if len(out) == maxParameters {
			return nil, &LimitError{What: "field " + p.field + " has more than 200 parameters"}
		}
		out = append(out, rawParameter{name, value})
	}
}

// value reads a quoted string or what stands up to the next blank or semicolon.
//
// QUIRK: octets that need quotes are taken without them: "/" in protocol=application/pkcs7-signature (old
// Java mailers), "=" and "?" in boundary=----=_Part_1. File names may hold blanks (Lotus Notes).
func (p *fieldParser) value(name string) (string, error) {
	if p.peek() == '"' {
		return p.quoted(name)
	}
	isName := name == "name" || name == "filename"
	start := p.i
loop:
	for ; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; {
		case c == ';':
			break loop
		case isName:
		case c == ' ' || c == '\t':
			break loop
		case c == '"' || c == '\\' || c == '(' || c == ')':
			return "", p.fail(name, "needs quotes")
		}
	}
	return strings.TrimRight(p.s[start:p.i], " \t"), nil
}

func (p *fieldParser) quoted(name string) (string, error) {
	p.i++
	if n := strings.IndexAny(p.s[p.i:], `"\`); n >= 0 && p.s[p.i+n] == '"' {
		text := p.s[p.i : p.i+n]
		p.i += n + 1
		return text, nil
	}
	var out strings.Builder
	for ; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; c {
		case '"':
			p.i++
			return out.String(), nil
		case '\\':
			if p.i++; p.i < len(p.s) {
				out.WriteByte(p.s[p.i])
			}
		default:
			out.WriteByte(c)
		}
	}
	return "", p.fail(name, "quotes do not end")
}
