package certpath

import (
	"net/netip"
	"net/url"
	"strings"

	"smimectl/internal/cert"
)

// Comparisons of a name with a subtree: for one path, and for all paths of a
// request. Beyond them a path is refused.
const (
	maxNameWork  = 250_000
	maxNameTotal = 2_000_000
)

// constraintCache keeps what was read of certificates that stand in several
// paths, and counts the work.
type constraintCache struct {
	constraints map[*cert.Certificate]*constraints // nil: malformed
	names       map[*cert.Certificate][]constrainedName
	work        int
}

func newConstraintCache() *constraintCache {
	return &constraintCache{
		constraints: map[*cert.Certificate]*constraints{},
		names:       map[*cert.Certificate][]constrainedName{},
		work:        maxNameTotal,
	}
}

// constraintsOf returns the name constraints of a certificate, nil when it has
// none, and what is wrong with them.
func (k *constraintCache) constraintsOf(c *cert.Certificate) (*constraints, string) {
	e := c.Extension(oidNameConstraints)
	if e == nil {
		return nil, ""
	}
	l, ok := k.constraints[c]
	if !ok {
		l = parseConstraints(e.Value)
		k.constraints[c] = l
	}
	if l == nil {
		return nil, "its name constraints are malformed or too many"
	}
	return l, ""
}

// constrainedName is a name of a certificate made ready for comparison.
type constrainedName struct {
	form    form
	unclean bool   // its form is applied, but this one cannot be compared
	text    string // host of a URI, DNS name
	mailbox cert.Address
	name    cert.Name
	address netip.Addr
	shown   string
}

// namesOf returns every name that constraints may apply to: the subject, the
// mail addresses in it, and the alternative names.
func (k *constraintCache) namesOf(c *cert.Certificate) []constrainedName {
	if list, ok := k.names[c]; ok {
		return list
	}
	list := []constrainedName{}
	if !c.Subject.Empty() {
		list = append(list, constrainedName{form: form{kind: cert.KindDirectoryName}, name: c.Subject, shown: "its subject"})
	}
	for _, m := range c.MailNames() {
		a, err := m.Address()
		list = append(list, constrainedName{form: form{kind: cert.KindRFC822Name}, mailbox: a, unclean: err != nil, shown: "mail address " + a.String()})
	}
	for _, g := range c.AlternativeNames() {
		n := constrainedName{form: form{kind: g.Kind, oid: g.OID}, shown: g.Kind.String()}
		switch g.Kind {
		case cert.KindRFC822Name:
			continue // among the mail addresses
		case cert.KindDirectoryName:
			name, err := cert.ParseName(g.Value)
			n.name, n.unclean = name, err != nil
		case cert.KindDNSName:
			text := string(g.Value)
			host, ok := hostName(strings.TrimPrefix(text, "*."))
			if strings.HasPrefix(text, "*.") {
				host = "*." + host
			}
			n.text, n.unclean = host, !ok
		case cert.KindURI:
			host, ok := hostOfURI(string(g.Value))
			n.text, n.unclean = host, !ok
		case cert.KindIPAddress:
			address, ok := netip.AddrFromSlice(g.Value)
			n.address, n.unclean = address, !ok
		}
		list = append(list, n)
	}
	k.names[c] = list
	return list
}

// hostOfURI returns the host name of a URI. One without an authority, or whose
// host is an IP address, cannot be compared (RFC 5280, Section 4.2.1.10).
func hostOfURI(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return "", false
	}
	return hostName(u.Hostname())
}

// violation returns what is wrong with the names under these constraints, or
// nothing. Every name has to be in a permitted subtree of its form if there
// are such, and in no excluded one. A constraint that cannot be applied to a
// name of its form is a violation, and so is a name that cannot be compared.
func (l *constraints) violation(names []constrainedName, budgets ...*int) string {
	for _, n := range names {
		permitted, excluded := l.permitted[n.form], l.excluded[n.form]
		if len(permitted)+len(excluded) == 0 {
			continue
		}
		for _, budget := range budgets {
			if *budget -= len(permitted) + len(excluded); *budget < 0 {
				return "too many names and name constraints to compare"
			}
		}
		if n.unclean {
			return "a name that is malformed is under a name constraint (" + n.form.kind.String() + ")"
		}
		for _, t := range excluded {
			if t.unusable {
				return "a name constraint cannot be applied (" + n.form.kind.String() + ")"
			}
			if t.holds(n) || t.coversPartOf(n) {
				return n.shown + " is excluded by a name constraint"
			}
		}
		within := len(permitted) == 0
		for _, t := range permitted {
			if t.unusable {
				return "a name constraint cannot be applied (" + n.form.kind.String() + ")"
			}
			within = within || t.holds(n)
		}
		if !within {
			return n.shown + " is not permitted by the name constraints"
		}
	}
	return ""
}

// holds reports whether the name is in the subtree. Both are of the same form.
func (t *subtree) holds(n constrainedName) bool {
	switch n.form.kind {
	case cert.KindDirectoryName:
		return n.name.Within(t.directory)
	case cert.KindRFC822Name:
		if t.mailbox != nil {
			return t.mailbox.Equal(n.mailbox)
		}
		return t.holdsHost(n.mailbox.Domain)
	case cert.KindDNSName:
		// A DNS base covers itself and everything below it.
		return t.holdsHost(n.text) || strings.HasSuffix(n.text, "."+t.text)
	case cert.KindURI:
		return t.holdsHost(n.text)
	case cert.KindIPAddress:
		return t.network.Contains(n.address)
	}
	return false
}

// holdsHost compares a host with a base of mail or URI form: a host is itself
// only, a base with a leading full stop covers what is below it and not
// itself, the empty base covers everything.
func (t *subtree) holdsHost(host string) bool {
	if t.text == "" {
		return true
	}
	if strings.HasPrefix(t.text, ".") {
		return strings.HasSuffix(host, t.text)
	}
	return host == t.text
}

// coversPartOf reports whether a wildcard in a DNS name reaches into the
// subtree.
func (t *subtree) coversPartOf(n constrainedName) bool {
	return n.form.kind == cert.KindDNSName && strings.HasPrefix(n.text, "*.") &&
		strings.HasSuffix("."+strings.TrimPrefix(t.text, "."), n.text[1:])
}
