package certpath

import (
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

const oidNameConstraints = algorithm.OID("\x55\x1d\x1e") // 2.5.29.30

// maxSubtrees is how many subtrees one certificate may have.
const maxSubtrees = 10_000

// form is a kind of name that constraints are about: the alternative of
// GeneralName and, for otherName, its type. rfc822Name stands for all mail
// addresses (RFC 5280, Section 4.2.1.10; RFC 9598, Section 6).
type form struct {
	kind cert.NameKind
	oid  algorithm.OID
}

// constraints are the contents of one name constraints extension.
type constraints struct {
	permitted, excluded map[form][]subtree
}

// subtree is one GeneralSubtree made ready for comparison.
type subtree struct {
	unusable  bool          // a form, or a use of minimum and maximum, that cannot be applied
	text      string        // host or domain of mail, DNS and URI; empty means every name
	mailbox   *cert.Address // mail, where one mailbox is named
	directory cert.Name
	network   netip.Prefix
}

// parseConstraints reads NameConstraints (RFC 5280, Section 4.2.1.10):
//
//	NameConstraints ::= SEQUENCE {
//	    permittedSubtrees  [0] GeneralSubtrees OPTIONAL,
//	    excludedSubtrees   [1] GeneralSubtrees OPTIONAL }
//	GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF GeneralSubtree
//
// It is nil when they are malformed or too many. One of the two has to be
// there, and none is empty: a list of what is permitted that names nothing must
// not be taken for no list.
func parseConstraints(value []byte) *constraints {
	s := cryptobyte.String(value)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil
	}
	l := &constraints{permitted: map[form][]subtree{}, excluded: map[form][]subtree{}}
	count := 0
	for i, into := range []map[form][]subtree{l.permitted, l.excluded} {
		var list cryptobyte.String
		var present bool
		if !body.ReadOptionalASN1(&list, &present, asn1.Tag(i).ContextSpecific().Constructed()) || present && list.Empty() {
			return nil
		}
		for !list.Empty() {
			if count++; count > maxSubtrees {
				return nil
			}
			f, t, ok := readSubtree(&list)
			if !ok {
				return nil
			}
			into[f] = append(into[f], t)
		}
	}
	if !body.Empty() || count == 0 {
		return nil
	}
	return l
}

// readSubtree reads a GeneralSubtree:
//
//	GeneralSubtree ::= SEQUENCE {
//	    base         GeneralName,
//	    minimum  [0] BaseDistance DEFAULT 0,
//	    maximum  [1] BaseDistance OPTIONAL }
func readSubtree(list *cryptobyte.String) (form, subtree, bool) {
	var one, minimum, maximum cryptobyte.String
	var hasMinimum, hasMaximum bool
	if !list.ReadASN1(&one, asn1.SEQUENCE) {
		return form{}, subtree{}, false
	}
	base, ok := cert.ReadGeneralName(&one)
	if !ok || !one.ReadOptionalASN1(&minimum, &hasMinimum, asn1.Tag(0).ContextSpecific()) ||
		!one.ReadOptionalASN1(&maximum, &hasMaximum, asn1.Tag(1).ContextSpecific()) || !one.Empty() {
		return form{}, subtree{}, false
	}
	f := form{kind: base.Kind, oid: base.OID}
	t, ok := makeSubtree(base)
	// minimum has to be 0 and maximum absent; a 0 written out says the same.
	if !ok || hasMaximum || hasMinimum && !(len(minimum) == 1 && minimum[0] == 0) {
		t = subtree{unusable: true}
	}
	return f, t, true
}

// makeSubtree is false for bases that cannot be applied: forms without a
// comparison, and malformed ones.
func makeSubtree(base cert.GeneralName) (t subtree, ok bool) {
	switch base.Kind {
	case cert.KindDirectoryName:
		name, err := cert.ParseName(base.Value)
		return subtree{directory: name}, err == nil
	case cert.KindRFC822Name:
		text := string(base.Value)
		if strings.Contains(text, "@") {
			a, err := cert.ParseAddress(text)
			return subtree{mailbox: &a}, err == nil && isASCII(text)
		}
		text, ok = domainBase(text)
		return subtree{text: text}, ok
	case cert.KindDNSName, cert.KindURI:
		text, ok := domainBase(string(base.Value))
		return subtree{text: text}, ok
	case cert.KindIPAddress:
		network, ok := networkBase(base.Value)
		return subtree{network: network}, ok
	}
	return subtree{}, false
}

// domainBase returns a host, or a domain with the full stop before it, in
// lower case. The empty one is the base of all.
func domainBase(text string) (string, bool) {
	if text == "" {
		return "", true
	}
	host, ok := hostName(strings.TrimPrefix(text, "."))
	if strings.HasPrefix(text, ".") {
		host = "." + host
	}
	return host, ok
}

// hostName returns a host name of A-labels in lower case.
func hostName(text string) (string, bool) {
	if !isASCII(text) || strings.ContainsAny(text, "@[]") {
		return "", false
	}
	a, err := cert.ParseAddress("x@" + text)
	return a.Domain, err == nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// networkBase reads address and mask. A mask with holes cannot be applied.
func networkBase(value []byte) (netip.Prefix, bool) {
	half := len(value) / 2
	if len(value) != 8 && len(value) != 32 {
		return netip.Prefix{}, false
	}
	bits, ended := 0, false
	for _, octet := range value[half:] {
		for i := 7; i >= 0; i-- {
			switch one := octet>>i&1 == 1; {
			case one && ended:
				return netip.Prefix{}, false
			case one:
				bits++
			default:
				ended = true
			}
		}
	}
	address, _ := netip.AddrFromSlice(value[:half])
	return netip.PrefixFrom(address, bits).Masked(), true
}
