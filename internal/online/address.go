package online

import (
	"net/netip"
	"net/url"
	"strings"
)

// rule says why an address is not called; nothing when it is.
type rule func(netip.Addr) string

// special are blocks that look public and are not (RFC 6890 and its registries).
// The prefixes of IPv6 that carry an address of IPv4 are among them, but for that
// of NAT64, through which networks without IPv4 reach the rest.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

var (
	globalIPv6 = netip.MustParsePrefix("2000::/3")
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
)

// publicAddress is the rule for addresses that anybody may have written.
func publicAddress(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	ok := a.IsGlobalUnicast() && !a.IsPrivate() && (a.Is4() || globalIPv6.Contains(a))
	for _, p := range special {
		ok = ok && !p.Contains(a)
	}
	if !ok {
		return a.String() + " is no public address, and none of your own CAs named it"
	}
	return ""
}

// ownAddress is the rule for addresses that a CA of the user's choice wrote.
func ownAddress(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return a.String() + " is no address of a server"
	}
	return ""
}

// maxAddress is how long an address may be.
const maxAddress = 2048

// checkAddress says why a URL is not called, whatever it leads to; nothing when
// it may be.
func checkAddress(u *url.URL) string {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "not fetched, only http and https are"
	case u.User != nil:
		return "not fetched, it has a user name in it"
	case u.Opaque != "" || u.Hostname() == "":
		return "not fetched, it names no machine"
	}
	return ""
}

// checkHost applies a rule to what stands in a URL itself, for machines that
// somebody else, a proxy, connects to.
func checkHost(host string, may rule) string {
	if a, err := netip.ParseAddr(host); err == nil {
		return may(a)
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return may(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	}
	// What else a resolver may take for a number: 2130706433, 0x7f.1, 127.1.
	if last := name[strings.LastIndexByte(name, '.')+1:]; last != "" && (last[0] >= '0' && last[0] <= '9') {
		return "not fetched, " + name + " is no name"
	}
	return ""
}
