package cert

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// key returns what two attributes share exactly when they match. Strings of
// every type are prepared and compared as text; anything else, and strings
// that cannot be prepared, are compared octet by octet with their tag.
func (a Attribute) key() string {
	var b strings.Builder
	writeCounted(&b, string(a.Type))
	if text, ok := a.Text(); ok {
		if prepared, ok := prepare(text); ok {
			b.WriteByte('T')
			b.WriteString(prepared)
			return b.String()
		}
	}
	b.WriteByte('B')
	b.WriteByte(byte(a.Tag))
	b.Write(a.Value)
	return b.String()
}

// prepare prepares a string for caseIgnoreMatch as RFC 4518 describes it for
// LDAP and RFC 5280, Section 7.1 asks for it: map, normalise, prohibit, and
// drop insignificant spaces. It is false for a string that has a prohibited
// character, which then matches only itself.
func prepare(s string) (string, bool) {
	if ascii, ok := prepareASCII(s); ok {
		return ascii, true
	}
	var mapped strings.Builder
	for _, r := range s {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Co, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
			return "", false // Section 2.4
		case unicode.IsSpace(r):
			mapped.WriteByte(' ') // Section 2.2: space, line and paragraph separators
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r), r == 0x034F, r == 0xFFFC:
			// Section 2.2: mapped to nothing
		default:
			mapped.WriteRune(r)
		}
	}
	return collapse(norm.NFKC.String(fold(norm.NFKD.String(mapped.String())))), true
}

// fold takes the case away from decomposed text (RFC 4518, Section 2.2; Unicode,
// CaseFolding.txt, statuses C and F). Of the characters that become several when they
// are folded all but the sharp s become so when they are decomposed.
func fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == 'ß', r == 'ẞ':
			b.WriteString("ss")
		case r == 'ı': // whose capital is I, but which is no i
			b.WriteRune(r)
		case unicode.Is(unicode.Cherokee, r): // its small letters are the newer ones
			b.WriteRune(unicode.ToUpper(r))
		default:
			b.WriteRune(unicode.ToLower(unicode.ToUpper(r)))
		}
	}
	return b.String()
}

// prepareASCII is prepare for strings of printable ASCII, which nearly all
// are.
func prepareASCII(s string) (string, bool) {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return "", false
		}
	}
	return collapse(strings.ToLower(s)), true
}

// collapse drops outer spaces and makes one of several inner ones (RFC 4518,
// Section 2.6.1, written with one space where the RFC writes two).
func collapse(s string) string {
	if !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ") && !strings.Contains(s, "  ") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}
