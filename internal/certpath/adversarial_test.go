package certpath_test

import (
	"crypto"
	"strings"
	"testing"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// octets are an extension as it is to be encoded.
func octets(oid string, critical bool, value ...byte) certtest.Extension {
	return certtest.Extension{OID: oid, Critical: critical, Value: value}
}

// qualified are certificate policies, 1.2.3.4 alone, with one qualifier whose OID
// ends in the last octet: 1.3.6.1.5.5.7.2.n.
func qualified(critical bool, n byte) certtest.Extension {
	return octets("2.5.29.32", critical, 0x30, 0x17, 0x30, 0x15, 0x06, 3, 0x2a, 3, 4, 0x30, 0x0e, 0x30, 0x0c, 0x06, 8, 0x2b, 6, 1, 5, 5, 7, 2, n, 0x05, 0)
}

// TestLimitsThatAreNone is about extensions that limit a path and could be
// overlooked by who reads them kindly.
func TestLimitsThatAreNone(t *testing.T) {
	t.Parallel()
	const nameConstraints = "2.5.29.30"
	middle := func(e certtest.Extension) func(*chain) {
		return func(x *chain) { x.middle.Extensions = with(x.middle.Extensions, e) }
	}
	root := func(e certtest.Extension) func(*chain) {
		return func(x *chain) { x.root.Extensions = with(x.root.Extensions, e) }
	}
	for _, c := range []struct {
		name   string
		change func(*chain)
		want   string
	}{
		{"name constraints of nothing", middle(octets(nameConstraints, true, 0x30, 0)), "path-invalid CA"},
		{"nothing is permitted", middle(octets(nameConstraints, true, 0x30, 2, 0xa0, 0)), "path-invalid CA"},
		{"nothing is excluded", middle(octets(nameConstraints, true, 0x30, 2, 0xa1, 0)), "path-invalid CA"},
		{"the anchor permits nothing", root(octets(nameConstraints, true, 0x30, 2, 0xa0, 0)), "path-invalid Root"},

		// RFC 5280, Section 4.2.1.4.
		{"known qualifier", middle(qualified(true, 1)), ""},
		{"notice", middle(qualified(true, 2)), ""},
		{"unknown qualifier in critical policies", middle(qualified(true, 9)), "path-invalid CA"},
		{"unknown qualifier in policies that are not critical", middle(qualified(false, 9)), ""},
		{"unknown qualifier of the leaf", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, qualified(true, 9)) }, "path-invalid Alice"},
		{"qualifiers that are none", middle(octets("2.5.29.32", false, 0x30, 9, 0x30, 7, 0x06, 3, 0x2a, 3, 4, 0x05, 0)), "path-invalid CA"},

		// RFC 5280, Section 4.2: a critical extension that cannot be processed.
		{"malformed critical distribution points", middle(octets("2.5.29.31", true, 0x30, 0)), "path-invalid CA"},
		{"malformed distribution points", middle(octets("2.5.29.31", false, 0x30, 0)), ""},
		{"malformed critical name constraints of the leaf", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, octets(nameConstraints, true, 5, 0)) }, "path-invalid Alice"},
		{"name constraints of the leaf", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.NameConstraints(nil, [][]byte{certtest.RFC822("example.org")}))
		}, ""},
		{"critical id-pkix-ocsp-nocheck", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, octets("1.3.6.1.5.5.7.48.1.5", true, 5, 0))
		}, ""},

		// What an anchor says of itself.
		{"anchor for servers", root(certtest.EKU(serverAuth)), "wrong-purpose Root"},
		{"anchor for mail", root(certtest.EKU(serverAuth, emailProtection)), ""},
		{"anchor for anything", root(certtest.EKU("2.5.29.37.0")), ""},
		{"anchor for servers, any purpose asked for", func(x *chain) {
			root(certtest.EKU(serverAuth))(x)
			x.req.Purpose = certpath.PurposeAny
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newChain()
			c.change(x)
			if got := codes(certpath.Validate(x.issue(t))); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestWhatRevocationRestsOn: how lists and responses are signed is told, so that
// who judges can leave those that anybody may have made.
func TestWhatRevocationRestsOn(t *testing.T) {
	t.Parallel()
	rsa := certtest.NewKey("rsa1024")
	says := func(r certpath.Revocation) string {
		var out []string
		for _, d := range r.Digests {
			out = append(out, d.Name)
		}
		for _, k := range r.Keys {
			out = append(out, k.Name)
		}
		return strings.Join(out, " ")
	}
	newOCSP := func() *ocspWorld {
		w := &ocspWorld{lists: newLists()}
		w.answer = certtest.Answer{Serial: leafSerial}
		return w
	}
	for _, c := range []struct {
		name string
		got  func() certpath.Revocation
		want string
	}{
		{"response of the CA", func() certpath.Revocation { return newOCSP().validate(t) }, "sha256"},
		{"response of the CA over SHA-1", func() certpath.Revocation {
			w := newOCSP()
			w.middle.Key = rsa
			w.response.Hash = crypto.SHA1
			return w.validate(t)
		}, "sha1"},
		{"response of a delegate over MD5", func() certpath.Revocation {
			w := newOCSP()
			w.by, w.delegate = 1, delegateFor()
			w.delegate.Key = rsa
			w.response.Hash = crypto.MD5
			return w.validate(t)
		}, "md5 sha256 rsa-1024 p-256"},
		{"list of the CA", func() certpath.Revocation { return newLists().validate(t).Revocation[0] }, "sha256"},
		{"list signed with another key of the CA", func() certpath.Revocation {
			x := newLists()
			x.ca = nil
			x.after = func(t testing.TB, x *lists) {
				signer := certtest.Issue(certtest.Template{Subject: x.middle.Subject, Key: rsa, Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(6)}}, x.issued[0])
				x.finalReq.Candidates = append(x.finalReq.Candidates, parse(t, signer))
				x.more = append(x.more, certtest.List(certtest.ListTemplate{Extensions: numbered(1)}, signer))
			}
			return x.validate(t).Revocation[0]
		}, "sha256 sha256 rsa-1024 p-256"},
	} {
		r := c.got()
		if got := says(r); r.Status != certpath.NotRevoked || got != c.want {
			t.Errorf("%s: got %v %q (%s), want %q", c.name, r.Status, got, r.Detail, c.want)
		}
	}
}
