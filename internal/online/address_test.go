package online

import (
	"net/netip"
	"net/url"
	"testing"
)

func TestRulesOfAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address     string
		public, own bool
	}{
		{"93.184.216.34", true, true}, {"2606:2800:220:1::1", true, true}, {"64:ff9b::5db8:d822", true, true}, {"::ffff:93.184.216.34", true, true},
		{"127.0.0.1", false, true}, {"127.9.9.9", false, true}, {"::1", false, true}, {"::ffff:127.0.0.1", false, true},
		{"10.0.0.1", false, true}, {"172.16.0.1", false, true}, {"192.168.1.1", false, true}, {"fd00::1", false, true}, {"100.64.0.1", false, true},
		{"64:ff9b::7f00:1", false, true}, {"64:ff9b::a00:1", false, true}, {"2002:7f00:1::", false, true}, {"2001::1", false, true}, {"::127.0.0.1", false, true},
		{"198.18.0.1", false, true}, {"192.0.2.1", false, true}, {"240.0.0.1", false, true}, {"2001:db8::1", false, true}, {"fec0::1", false, true},
		{"169.254.169.254", false, false}, {"fe80::1", false, false}, {"fe80::1%eth0", false, false}, {"::ffff:169.254.169.254", false, false},
		{"0.0.0.0", false, false}, {"::", false, false}, {"224.0.0.1", false, false}, {"ff02::1", false, false}, {"255.255.255.255", false, false},
	} {
		t.Run(c.address, func(t *testing.T) {
			t.Parallel()
			a := netip.MustParseAddr(c.address)
			if got := publicAddress(a); (got == "") != c.public {
				t.Errorf("public: %q", got)
			}
			if got := ownAddress(a); (got == "") != c.own {
				t.Errorf("own: %q", got)
			}
		})
	}
}

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url string
		ok  bool
	}{
		{"http://ca.example/crl", true}, {"https://ca.example:8443/crl?x=1", true}, {"HTTP://ca.example/", true},
		{"ldap://ca.example/cn=x", false}, {"ldaps://ca.example/", false}, {"file:///etc/passwd", false}, {"ftp://ca.example/", false}, {"gopher://ca.example/", false},
		{"http://user:pw@ca.example/", false}, {"http://user@ca.example/", false}, {"http:///crl", false}, {"http:ca.example", false}, {"http://:80/", false}, {"/crl", false}, {"", false},
	} {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := checkAddress(u); (got == "") != c.ok {
			t.Errorf("%q: %q", c.url, got)
		}
	}
}

// TestCheckHost: what a proxy would be asked to connect to.
func TestCheckHost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host string
		ok   bool
	}{
		{"ca.example", true}, {"ca.example.", true}, {"93.184.216.34", true}, {"ca1.example2x", true}, {"3com.example", true},
		{"127.0.0.1", false}, {"::1", false}, {"localhost", false}, {"LOCALHOST.", false}, {"x.localhost", false}, {"10.1.2.3", false},
		{"2130706433", false}, {"127.1", false}, {"0x7f.0x1", false}, {"0x7f000001", false}, {"169.254.169.254.", false},
	} {
		if got := checkHost(c.host, publicAddress); (got == "") != c.ok {
			t.Errorf("%q: %q", c.host, got)
		}
	}
}
