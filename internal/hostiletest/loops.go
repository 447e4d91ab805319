package hostiletest

import (
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// loopCases are A137: certificates that make the search for a path, or what is
// done with one, long. The limits hold (64 certificates, 100 signatures), and
// what goes beyond them is refused.
func loopCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2600)
	name := certtest.Name(certtest.CN("Loop"))
	keys := make([]*certtest.Key, 14)
	for i := range keys {
		key := cmstest.Key(tb, "ed25519", 70+i)
		keys[i] = &certtest.Key{Signer: key.Signer, SPKI: key.Public.SPKI}
	}
	// Every key certifies every other, all under one name. They differ in their
	// numbers, so that none is there twice.
	cross := func(n int) []*cmstest.Node {
		var out []*cmstest.Node
		for i := 0; len(out) < n; i++ {
			issuer, subject := i%len(keys), (i/len(keys)+i+1)%len(keys)
			if issuer == subject {
				continue
			}
			out = append(out, cmstest.Raw(certtest.Issue(certtest.Template{Subject: name, Key: keys[subject], Serial: []byte{1, byte(i >> 16), byte(i >> 8), byte(i)},
				Extensions: []certtest.Extension{certtest.CA(-1)}}, &certtest.Entity{Key: keys[issuer], Name: name}).DER))
		}
		return out
	}
	leaf := &cmstest.Identity{Key: w.AliceEC.Key, Certificate: parsed(tb, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Key: entity(w.AliceEC).Key,
		Extensions: []certtest.Extension{certtest.SAN(certtest.RFC822("alice@example.test")), certtest.SKI([]byte("loop"))}}, &certtest.Entity{Key: keys[0], Name: name}).DER)}
	ten := cross(10_000)
	first := func(list []*cmstest.Node) func(e *edited) {
		return func(e *edited) { e.Certificates().Insert(0, list...) }
	}
	last := func(list []*cmstest.Node) func(e *edited) {
		return func(e *edited) { e.Certificates().Insert(len(e.Certificates().Children), list...) }
	}
	// Two CAs that certify each other, and nobody else.
	one := caOf(tb, nil, 70, &serial, cmstest.Options{CommonName: "One"})
	two := caOf(tb, one, 71, &serial, cmstest.Options{CommonName: "Two"})
	oneByTwo := caOf(tb, two, 70, &serial, cmstest.Options{CommonName: "One"})
	circle := w.aliceOf(tb, two, &serial, cmstest.Options{})
	// Of the many ends of paths any may be told.
	missing := Want{Exit: 1, Verdict: "untrusted"}
	list := []certified{
		{id: "A137", name: "two CAs in a circle", who: circle, do: func(e *edited) {
			e.Certificates().Children = []*cmstest.Node{certificateNode(circle), certificateNode(two), certificateNode(oneByTwo)}
		}, want: missing},
		{id: "A137", name: "sixty that certify each other", who: leaf, do: last(ten[:60]), want: missing},
		{id: "A137", name: "sixty that certify each other beside a good path", who: w.AliceEC, do: first(ten[:60]), want: Accepted(nil)},
		{id: "A137", name: "900 that certify each other", who: leaf, do: last(ten[:900]), want: missing},
		{id: "A137", name: "900 that certify each other behind a good path", who: w.AliceEC, do: last(ten[:900]), want: Accepted(nil)},
		// More than are looked through, in front of the signer's own: he is not
		// found.
		{id: "A137", name: "900 that certify each other before the signer's", who: leaf, do: first(ten[:900]), want: Untrusted("certificate-missing")},
		// A thousand is the limit of a bag: beyond it the message is too large.
		{id: "A137", name: "ten thousand that certify each other", who: leaf, do: last(ten), want: Unreadable("too-large")},
	}
	return append(certifiedCases(tb, w, list), policyCases(tb, w)...)
}

// policyCases are the tree of policies of A137, which doubles with each CA where
// it is kept as a tree (RFC 9618).
func policyCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(2700)
	policy := func(i int) string { return fmt.Sprintf("1.3.6.1.4.1.99999.%d", i+1) }
	bomb := func(width, mapped int) []certtest.Extension {
		var policies, mappings []string
		for i := range width {
			policies = append(policies, policy(i))
			for j := range mapped {
				mappings = append(mappings, policy(i), policy((i+j)%width))
			}
		}
		return []certtest.Extension{certtest.Policies(policies...), certtest.PolicyMappings(mappings...)}
	}
	below := func(depth int, label string, list []certtest.Extension) *cmstest.Identity {
		ca := w.Root
		for i := range depth {
			ca = caOf(tb, ca, 70+i, &serial, cmstest.Options{CommonName: label + strings.Repeat("I", i+1), Extra: extensions(list...)})
		}
		return w.aliceOf(tb, ca, &serial, cmstest.Options{Extra: extensions(list[0])})
	}
	small, wide, over := bomb(2, 2), bomb(16, 16), bomb(100, 100)
	require := []string{"--explicit-policy"}
	other := []string{"--explicit-policy", "--policy", "1.3.6.1.4.1.99998.1"}
	return certifiedCases(tb, w, []certified{
		// The graph stays small, so the path can be judged: the policies hold.
		{id: "A137", name: "policies mapped two by two, six times", who: below(6, "P", small), args: require, want: Accepted(nil)},
		{id: "A137", name: "policies mapped sixteen by sixteen, six times", who: below(6, "Q", wide), args: require, want: Accepted(nil)},
		{id: "A137", name: "policies mapped sixteen by sixteen, six times, another asked for", who: below(6, "Q", wide), args: other, want: Untrusted("path-invalid")},
		{id: "A137", name: "policies mapped a hundred by a hundred, six times", who: below(6, "R", over), want: Untrusted("path-invalid")},
	})
}
