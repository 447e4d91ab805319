package cert

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Limits of an address. A forward or reverse path has at most 256 octets with
// its angle brackets (RFC 5321, Section 4.5.3.1.3).
const (
	maxAddressSize = 254
	maxDomainSize  = 253
	maxLabelSize   = 63
)

// Address is a mail address: an addr-spec (RFC 5322, Section 3.4.1) without
// comments, folding and needless quoting.
type Address struct {
	Local  string // the local part itself: unquoted
	Domain string // A-labels in lower case, or an address literal with its brackets
	UTF8   bool   // the local part has characters outside ASCII (RFC 6532, RFC 9598)
}

// Equal reports whether two addresses are the same for S/MIME (RFC 8550,
// Section 3; RFC 9598, Section 5): domains without regard to letter case, local
// parts of ASCII too, other local parts octet by octet. A local part of ASCII
// never equals another one. The zero Address equals nothing.
func (a Address) Equal(o Address) bool {
	return a.Domain != "" && a.Local != "" && equalFoldASCII(a.Domain, o.Domain) && equalFoldASCII(a.Local, o.Local)
}

// equalFoldASCII compares without regard to letter case where both are ASCII,
// else octet by octet.
func equalFoldASCII(a, b string) bool {
	if isASCII(a) && isASCII(b) {
		return strings.EqualFold(a, b)
	}
	return a == b
}

// String returns the addr-spec, with the local part quoted where it has to be.
func (a Address) String() string {
	if a.Domain == "" {
		return ""
	}
	if isDotAtom(a.Local) {
		return a.Local + "@" + a.Domain
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(a.Local) {
		if a.Local[i] == '"' || a.Local[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(a.Local[i])
	}
	b.WriteString(`"@`)
	b.WriteString(a.Domain)
	return b.String()
}

// ParseAddress reads one addr-spec and nothing else: no name, no brackets
// around it, no comment, no white space.
func ParseAddress(addrSpec string) (Address, error) {
	fail := func(detail string) (Address, error) {
		return Address{}, &AddressError{Text: escaped(addrSpec), Detail: detail}
	}
	if len(addrSpec) > 2*maxAddressSize {
		return fail("too long")
	}
	p := mailboxParser{s: addrSpec}
	var local string
	if p.peek() == '"' {
		var err error
		if local, err = p.quotedLocal(); err != nil {
			return fail(err.Error())
		}
	} else {
		local = p.run()
		if !isDotAtom(local) {
			return fail("the part before @ is neither words with dots between them nor quoted")
		}
	}
	if p.peek() != '@' {
		return fail("no @ after the local part")
	}
	return newAddress(addrSpec, local, addrSpec[p.i+1:])
}

// newAddress makes an address of a local part without quotes and a domain as
// it is written.
func newAddress(text, local, domain string) (Address, error) {
	fail := func(detail string) (Address, error) {
		return Address{}, &AddressError{Text: escaped(text), Detail: detail}
	}
	if local == "" {
		return fail("nothing before @")
	}
	if !utf8.ValidString(local) {
		return fail("the local part is not UTF-8")
	}
	for _, r := range local {
		if !unicode.IsPrint(r) {
			return fail("the local part has control characters or invisible ones")
		}
	}
	normal, detail := normalDomain(domain)
	if detail != "" {
		return fail(detail)
	}
	if len(local)+1+len(normal) > maxAddressSize {
		return fail("longer than 254 octets")
	}
	return Address{Local: local, Domain: normal, UTF8: !isASCII(local)}, nil
}

// domains turns U-labels into A-labels. Nothing is mapped on the way: what a
// registry would not register is no domain, so that two spellings are never
// taken for one because of characters that cannot be seen.
var domains = idna.New(idna.ValidateForRegistration())

// normalDomain returns the domain with A-labels in lower case, or why it is
// none.
func normalDomain(domain string) (normal, detail string) {
	if strings.HasPrefix(domain, "[") {
		return normalLiteral(domain)
	}
	if !isASCII(domain) {
		if !utf8.ValidString(domain) {
			return "", "the domain is not UTF-8"
		}
		if len(domain) > 4*maxDomainSize {
			return "", "the domain is too long"
		}
		if turnsASCII(domain) {
			return "", "the domain has characters that only look like letters of ASCII"
		}
		ascii, err := domains.ToASCII(norm.NFC.String(strings.ToLower(domain)))
		if err != nil {
			return "", "the domain has characters that no domain may have"
		}
		domain = ascii
	}
	domain = strings.ToLower(domain)
	if len(domain) > maxDomainSize {
		return "", "the domain is too long"
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || len(label) > maxLabelSize {
			return "", "the domain has an empty or overlong label"
		}
		if label[0] == '-' || label[len(label)-1] == '-' {
			return "", "a label of the domain begins or ends with a hyphen"
		}
		for _, c := range []byte(label) {
			// QUIRK: the underscore, which no host name has, is in the domains of
			// mail sent by some internal hosts.
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return "", "the domain has characters that no domain may have"
			}
		}
	}
	return domain, ""
}

// turnsASCII reports whether lower-casing or NFC makes ASCII of a character outside it, as of U+212A, the Kelvin sign,
// and of U+0130, the I with a dot: such a domain and the one it looks like would be taken for one.
func turnsASCII(domain string) bool {
	for _, r := range domain {
		if r < utf8.RuneSelf {
			continue
		}
		lower := unicode.ToLower(r)
		if lower < utf8.RuneSelf || isASCII(norm.NFC.String(string(r))) || isASCII(norm.NFC.String(string(lower))) {
			return true
		}
	}
	return false
}

// normalLiteral reads an address literal (RFC 5321, Section 4.1.3).
func normalLiteral(domain string) (normal, detail string) {
	const tag = "ipv6:"
	inner, ok := strings.CutSuffix(strings.ToLower(domain[1:]), "]")
	v6, isV6 := strings.CutPrefix(inner, tag)
	if ok && len(inner) <= 64 {
		if a, err := netip.ParseAddr(v6); err == nil && a.Zone() == "" && a.Is6() == isV6 {
			if isV6 {
				return "[" + tag + a.String() + "]", ""
			}
			return "[" + a.String() + "]", ""
		}
	}
	return "", "the address literal is none of an IP address"
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isAtext reports whether the octet may stand in an atom (RFC 5322,
// Section 3.2.3; RFC 6532, Section 3.2 adds everything outside ASCII).
func isAtext(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// isDotAtom reports whether s is a dot-atom-text (RFC 5322, Section 3.2.3).
func isDotAtom(s string) bool {
	previous := byte('.')
	for i := range len(s) {
		c := s[i]
		if c == '.' && previous == '.' || c != '.' && !isAtext(c) {
			return false
		}
		previous = c
	}
	return previous != '.'
}
