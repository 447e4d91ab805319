package mimewrap

import (
	"mime"
	"strings"
	"unicode/utf8"
)

// pieces are the forms in which RFC 2231 lets one parameter be written.
type pieces struct {
	name     string
	plain    []string       // name=
	extended []string       // name*=
	split    map[int]string // name*0=, name*1*=
	starred  map[int]bool
}

// assemble joins the forms of each parameter. A parameter that is given twice, or in two forms, is an error:
// readers differ in which one counts. Only name and filename are commonly written in two forms for the sake of
// old readers; there the extended one wins (RFC 6266, Section 4.3 has the same rule).
func assemble(field string, raw []rawParameter) ([]Parameter, error) {
	if out, ok := plainParameters(raw); ok {
		return out, nil
	}
	var order []*pieces
	byName := map[string]*pieces{}
	for _, r := range raw {
		name, number, star, ok := splitAttribute(r.name)
		if !ok {
			return nil, &ParameterError{Field: field, Parameter: r.name, Detail: "odd use of *"}
		}
		g := byName[name]
		if g == nil {
			g = &pieces{name: name, split: map[int]string{}, starred: map[int]bool{}}
			byName[name] = g
			order = append(order, g)
		}
		switch {
		case number >= 0:
			if _, dup := g.split[number]; dup {
				return nil, &ParameterError{Field: field, Parameter: name, Detail: "a piece occurs twice"}
			}
			g.split[number], g.starred[number] = r.value, star
		case star:
			g.extended = append(g.extended, r.value)
		default:
			g.plain = append(g.plain, r.value)
		}
	}
	var out []Parameter
	for _, g := range order {
		value, detail := g.join()
		if detail != "" {
			return nil, &ParameterError{Field: field, Parameter: g.name, Detail: detail}
		}
		out = append(out, Parameter{g.name, value})
	}
	return out, nil
}

// plainParameters is assemble for the usual few parameters, each given once and in
// one piece; false: assemble has to look.
func plainParameters(raw []rawParameter) ([]Parameter, bool) {
	if len(raw) > 10 {
		return nil, false
	}
	var out []Parameter
	for i, r := range raw {
		if r.name == "" || strings.IndexByte(r.name, '*') >= 0 {
			return nil, false
		}
		for _, before := range raw[:i] {
			if before.name == r.name {
				return nil, false
			}
		}
		if out == nil {
			out = make([]Parameter, 0, len(raw))
		}
		out = append(out, Parameter{r.name, r.value})
	}
	return out, true
}

// splitAttribute reads "name", "name*", "name*3" and "name*3*".
func splitAttribute(attribute string) (name string, number int, star, ok bool) {
	name, rest, found := strings.Cut(attribute, "*")
	if !found {
		return name, -1, false, name != ""
	}
	if rest == "" {
		return name, -1, true, name != ""
	}
	digits, star := strings.CutSuffix(rest, "*")
	if len(digits) == 0 || len(digits) > 3 || len(digits) > 1 && digits[0] == '0' {
		return "", 0, false, false
	}
	for i := 0; i < len(digits); i++ {
		if digits[i] < '0' || digits[i] > '9' {
			return "", 0, false, false
		}
		number = number*10 + int(digits[i]-'0')
	}
	return name, number, star, name != ""
}

func (g *pieces) join() (value, problem string) {
	forms := 0
	for _, n := range []int{len(g.plain), len(g.extended), len(g.split)} {
		if n > 0 {
			forms++
		}
	}
	isName := g.name == "name" || g.name == "filename"
	switch {
	case len(g.plain) > 1 || len(g.extended) > 1:
		return "", "occurs twice"
	case forms > 1 && !isName:
		return "", "given in two forms"
	case len(g.extended) > 0:
		charset, text, ok := cutCharset(g.extended[0])
		if !ok && !isName {
			return "", "no character set"
		}
		decoded, ok := unpercent(text)
		if !ok && !isName {
			return "", "bad percent sign"
		}
		return toUTF8(charset, decoded), ""
	case len(g.split) > 0:
		return g.joinSplit(isName)
	}
	return g.plain[0], ""
}

func (g *pieces) joinSplit(lenient bool) (value, problem string) {
	charset := ""
	var out strings.Builder
	for i := range len(g.split) {
		text, there := g.split[i]
		if !there {
			return "", "a piece is missing"
		}
		if g.starred[i] {
			ok := true
			if i == 0 {
				if charset, text, ok = cutCharset(text); !ok && !lenient {
					return "", "no character set"
				}
			}
			if text, ok = unpercent(text); !ok && !lenient {
				return "", "bad percent sign"
			}
		}
		out.WriteString(text)
	}
	return toUTF8(charset, out.String()), ""
}

// cutCharset reads charset'language'text, RFC 2231, Section 4.
func cutCharset(s string) (charset, text string, ok bool) {
	charset, rest, ok := strings.Cut(s, "'")
	if !ok {
		return "", s, false
	}
	_, text, ok = strings.Cut(rest, "'")
	if !ok {
		return "", s, false
	}
	return strings.ToLower(charset), text, true
}

func unpercent(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, true
	}
	ok := true
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			if i+2 < len(s) {
				hi, lo := hexDigit(s[i+1]), hexDigit(s[i+2])
				if hi < 16 && lo < 16 {
					out = append(out, hi<<4|lo)
					i += 2
					continue
				}
			}
			ok = false
		}
		out = append(out, s[i])
	}
	return string(out), ok
}

func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 0xff
}

// toUTF8 knows the character sets that file names come in; others stay octets.
func toUTF8(charset, s string) string {
	if charset != "iso-8859-1" && charset != "latin1" || utf8.ValidString(s) && isASCII(s) {
		return s
	}
	out := make([]rune, 0, len(s))
	for i := 0; i < len(s); i++ {
		out = append(out, rune(s[i]))
	}
	return string(out)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// decodeWords decodes the encoded words of RFC 2047 in a file name, where they do not belong and stand all
// the same. QUIRK: Outlook and many web mailers write name="=?utf-8?B?...?=".
func decodeWords(s string) string {
	if len(s) > 1024 || !strings.Contains(s, "=?") {
		return s
	}
	if decoded, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}
