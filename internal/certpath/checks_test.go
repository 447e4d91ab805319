package certpath

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// The readers of extensions, each with an input for every way to fail, and the budgets, one at a time: in a whole path a
// second check often refuses what the first has let through.

// tlv is an element in DER.
func tlv(tag byte, contents ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.Tag(tag), func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(contents, nil)) })
	return b.BytesOrPanic()
}

func mustCertificate(t testing.TB, e *certtest.Entity) *cert.Certificate {
	t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// oddKey is the SPKI of a key of an unknown kind.
var oddKey = []byte{0x30, 0x0a, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03, 0x03, 0x02, 0x00, 0x01}

func TestReadConstraints(t *testing.T) {
	t.Parallel()
	host := certtest.RFC822("a.test")
	list := func(subtrees ...[]byte) []byte { return tlv(0x30, tlv(0xa0, subtrees...)) }
	many := func(n int) []byte { return bytes.Repeat(tlv(0x30, host), n) }
	for _, c := range []struct {
		name  string
		value []byte
		want  string // usable, unusable or malformed
	}{
		{"one", list(tlv(0x30, host)), "usable"},
		{"minimum 0", list(tlv(0x30, host, []byte{0x80, 1, 0})), "usable"},
		{"minimum 1", list(tlv(0x30, host, []byte{0x80, 1, 1})), "unusable"},
		{"minimum 0 in two octets", list(tlv(0x30, host, []byte{0x80, 2, 0, 0})), "unusable"},
		{"minimum without octets", list(tlv(0x30, host, []byte{0x80, 0})), "unusable"},
		{"maximum", list(tlv(0x30, host, []byte{0x81, 1, 9})), "unusable"},
		{"directory that is no name", list(tlv(0x30, tlv(0xa4, []byte{0x30, 4, 0x31, 2, 5, 0}))), "malformed"},
		{"mailbox that is none", list(tlv(0x30, certtest.RFC822("a@b@c"))), "unusable"},
		{"mailbox with other letters", list(tlv(0x30, certtest.RFC822("a@b\u00fccher.test"))), "unusable"},
		{"host that is an address", list(tlv(0x30, certtest.RFC822("[192.0.2.1]"))), "unusable"},
		{"network of 4 octets", list(tlv(0x30, certtest.IP(10, 0, 0, 0))), "unusable"},
		{"network of 9 octets", list(tlv(0x30, certtest.IP(10, 0, 0, 0, 255, 0, 0, 0, 0))), "unusable"},
		{"network of 32 octets", list(tlv(0x30, certtest.IP(make([]byte, 32)...))), "usable"},
		{"network of 64 octets", list(tlv(0x30, certtest.IP(make([]byte, 64)...))), "unusable"},
		{"nothing", nil, "malformed"},
		{"no subtrees", tlv(0x30, tlv(0xa0)), "malformed"},
		{"no permitted ones beside one that is excluded", tlv(0x30, tlv(0xa0), tlv(0xa1, tlv(0x30, host))), "malformed"},
		{"something after", append(list(tlv(0x30, host)), 5, 0), "malformed"},
		{"a third field", tlv(0x30, tlv(0xa0, tlv(0x30, host)), tlv(0xa2, tlv(0x30, host))), "malformed"},
		{"cut off in the first field", tlv(0x30, []byte{0xa0, 9, 0x30, 0}), "malformed"},
		{"subtree that is no SEQUENCE", tlv(0x30, tlv(0xa0, host)), "malformed"},
		{"subtree without a base", list(tlv(0x30)), "malformed"},
		{"subtree with a cut off minimum", list(tlv(0x30, host, []byte{0x80, 9, 0})), "malformed"},
		{"subtree with a cut off maximum", list(tlv(0x30, host, []byte{0x81, 9, 0})), "malformed"},
		{"subtree with something after", list(tlv(0x30, host, []byte{5, 0})), "malformed"},
		{"as many as may be", list(many(maxSubtrees)), "usable"},
		{"one too many", list(many(maxSubtrees + 1)), "malformed"},
	} {
		l := parseConstraints(c.value)
		got := "malformed"
		if l != nil {
			got = "usable"
			for _, subtrees := range l.permitted {
				for _, s := range subtrees {
					if s.unusable {
						got = "unusable"
					}
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	for in, want := range map[string]bool{"": true, "a~\x7f": true, "\x80": false, "a\xff": false} {
		if isASCII(in) != want {
			t.Errorf("%q: ASCII is not %v", in, want)
		}
	}
	for in, want := range map[string]string{
		"https://A.test/x": "a.test", "https://[::1": "", "mailto:a@b.test": "", "https:///x": "", "https://192.0.2.1/": "", "https://[2001:db8::1]/": "", "%zz": "",
	} {
		host, ok := hostOfURI(in)
		if host != want || ok != (want != "") {
			t.Errorf("host of %q: got %q, %v, want %q", in, host, ok, want)
		}
	}
}

// TestConstraintBudget: the last comparison that may be made is made, the next refuses the path.
func TestConstraintBudget(t *testing.T) {
	t.Parallel()
	l := parseConstraints(certtest.NameConstraints(nil, [][]byte{certtest.DNS("evil.test"), certtest.DNS("bad.test")}).Value)
	names := []constrainedName{{form: form{kind: cert.KindDNSName}, text: "a.test"}}
	for budget, want := range map[int]bool{2: true, 1: false} {
		one, total := budget, budget
		if got := l.violation(names, &one, &total) == ""; got != want {
			t.Errorf("budget %d: got good %v", budget, got)
		}
	}
	// What was read of a certificate is not read again.
	root := certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.SAN(certtest.DNS("a.test")), certtest.NameConstraints(nil, [][]byte{certtest.DNS("evil.test")})}}, nil)
	c, k := mustCertificate(t, root), newConstraintCache()
	first, _ := k.constraintsOf(c)
	if again, detail := k.constraintsOf(c); again != first || first == nil || detail != "" {
		t.Error("constraints are read twice")
	}
	if a, b := k.namesOf(c), k.namesOf(c); &a[0] != &b[0] {
		t.Error("names are read twice")
	}
}

func TestReadPolicies(t *testing.T) {
	t.Parallel()
	oid := []byte{6, 2, 0x2a, 3}
	bad := []byte{6, 1, 0x80} // an arc without an end
	qualifiers := []byte{0x30, 0}
	times := func(n int, b []byte) []byte { return bytes.Repeat(b, n) }
	for _, c := range []struct {
		name  string
		read  func(e *policyExtensions, value cryptobyte.String) bool
		value []byte
		want  bool
	}{
		{"policy", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid)), true},
		{"policy with qualifiers", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, qualifiers)), true},
		{"policies are no SEQUENCE", (*policyExtensions).readPolicies, tlv(0x31, tlv(0x30, oid)), false},
		{"policies, something after", (*policyExtensions).readPolicies, append(tlv(0x30, tlv(0x30, oid)), 5, 0), false},
		{"policy is no SEQUENCE", (*policyExtensions).readPolicies, tlv(0x30, oid), false},
		{"policy without an OID", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30)), false},
		{"policy, OID malformed", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, bad)), false},
		{"policy, qualifiers are no SEQUENCE", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, []byte{5, 0})), false},
		{"policy, something after qualifiers", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, qualifiers, []byte{5, 0})), false},
		{"policy with a qualifier", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, tlv(0x30, tlv(0x30, oid, []byte{5, 0})))), true},
		{"qualifier that is no SEQUENCE", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, tlv(0x30, tlv(0x31, oid, []byte{5, 0})))), false},
		{"qualifier without an OID", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, tlv(0x30, tlv(0x30, []byte{5, 0})))), false},
		{"qualifier, OID malformed", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, tlv(0x30, tlv(0x30, bad, []byte{5, 0})))), false},
		{"qualifier without a value", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, tlv(0x30, tlv(0x30, oid)))), false},
		{"qualifier with something after", (*policyExtensions).readPolicies, tlv(0x30, tlv(0x30, oid, tlv(0x30, tlv(0x30, oid, []byte{5, 0}, []byte{5, 0})))), false},
		{"policies, as many as may be", (*policyExtensions).readPolicies, tlv(0x30, times(maxPolicies, tlv(0x30, oid))), true},
		{"policies, one too many", (*policyExtensions).readPolicies, tlv(0x30, times(maxPolicies+1, tlv(0x30, oid))), false},

		{"mapping", (*policyExtensions).readMappings, tlv(0x30, tlv(0x30, oid, oid)), true},
		{"mappings are no SEQUENCE", (*policyExtensions).readMappings, tlv(0x31, tlv(0x30, oid, oid)), false},
		{"mappings, something after", (*policyExtensions).readMappings, append(tlv(0x30, tlv(0x30, oid, oid)), 5, 0), false},
		{"mappings, none", (*policyExtensions).readMappings, tlv(0x30), false},
		{"mapping is no SEQUENCE", (*policyExtensions).readMappings, tlv(0x30, oid, oid), false},
		{"mapping of one", (*policyExtensions).readMappings, tlv(0x30, tlv(0x30, oid)), false},
		{"mapping of three", (*policyExtensions).readMappings, tlv(0x30, tlv(0x30, oid, oid, oid)), false},
		{"mapping, first malformed", (*policyExtensions).readMappings, tlv(0x30, tlv(0x30, bad, oid)), false},
		{"mapping, second malformed", (*policyExtensions).readMappings, tlv(0x30, tlv(0x30, oid, bad)), false},
		{"mappings, as many as may be", (*policyExtensions).readMappings, tlv(0x30, times(maxPolicies, tlv(0x30, oid, oid))), true},
		{"mappings, one too many", (*policyExtensions).readMappings, tlv(0x30, times(maxPolicies+1, tlv(0x30, oid, oid))), false},

		{"constraints", (*policyExtensions).readConstraints, tlv(0x30, []byte{0x80, 1, 0}, []byte{0x81, 1, 0}), true},
		{"constraints are no SEQUENCE", (*policyExtensions).readConstraints, tlv(0x31, []byte{0x80, 1, 0}), false},
		{"constraints, something after", (*policyExtensions).readConstraints, append(tlv(0x30, []byte{0x80, 1, 0}), 5, 0), false},
		{"constraints, a third", (*policyExtensions).readConstraints, tlv(0x30, []byte{0x80, 1, 0}, []byte{0x82, 1, 0}), false},
		{"constraints, cut off", (*policyExtensions).readConstraints, tlv(0x30, []byte{0x80, 9, 0}), false},
		{"constraints, no number", (*policyExtensions).readConstraints, tlv(0x30, []byte{0x80, 0}), false},
		{"constraints, 8 octets", (*policyExtensions).readConstraints, tlv(0x30, append([]byte{0x80, 8}, 1, 0, 0, 0, 0, 0, 0, 0)), true},
		{"constraints, 9 octets", (*policyExtensions).readConstraints, tlv(0x30, append([]byte{0x80, 9}, 1, 0, 0, 0, 0, 0, 0, 0, 0)), false},

		{"inhibit", (*policyExtensions).readInhibitAny, []byte{2, 1, 0}, true},
		{"inhibit, something after", (*policyExtensions).readInhibitAny, []byte{2, 1, 0, 5, 0}, false},
	} {
		if got := c.read(&policyExtensions{}, c.value); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestStrangeQualifiers: a critical extension has to be understood to the last (RFC 5280, Section 4.2.1.4), and what is not
// stays so whatever comes after it.
func TestStrangeQualifiers(t *testing.T) {
	t.Parallel()
	oid := func(s string) []byte { return tlv(6, []byte(algorithm.MustOID(s))) }
	qualifier := func(s string) []byte { return tlv(0x30, oid(s), []byte{5, 0}) }
	cps, strange := qualifier("1.3.6.1.5.5.7.2.1"), qualifier("1.2.3")
	for _, c := range []struct {
		name       string
		qualifiers [][]byte
		critical   bool
		good       bool
	}{
		{"known", [][]byte{cps}, true, true}, {"strange", [][]byte{strange}, true, false}, {"strange, not critical", [][]byte{strange}, false, true},
		{"strange, then known", [][]byte{strange, cps}, true, false}, {"known, then strange", [][]byte{cps, strange}, true, false},
	} {
		root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
		leaf := certtest.Issue(certtest.Template{Extensions: []certtest.Extension{
			{OID: "2.5.29.32", Critical: c.critical, Value: tlv(0x30, tlv(0x30, oid("1.2.4"), tlv(0x30, c.qualifiers...)))},
			certtest.SAN(certtest.RFC822("a@b.test")), // not critical
		}}, root)
		p := Validate(Request{Leaf: mustCertificate(t, leaf), At: certtest.Now(), Anchors: []Anchor{{Certificate: mustCertificate(t, root)}}}).Paths[0]
		if p.Good() != c.good {
			t.Errorf("%s: got %+v", c.name, p.Problems)
		}
	}
}

// TestRestsOn: what a list or an answer is signed with is noted where it is known.
func TestRestsOn(t *testing.T) {
	t.Parallel()
	for oid, want := range map[string]int{"1.2.840.10045.4.3.2": 1, "1.3.101.112": 1, "1.2.3": 0} {
		if got := len((Revocation{}).restsOn(algorithm.Identifier{OID: algorithm.MustOID(oid)}, nil).Digests); got != want {
			t.Errorf("%s: got %d digests, want %d", oid, got, want)
		}
	}
}

// TestLikeliest: what key identifiers, and what a certificate says of itself, do to the order of trial.
func TestLikeliest(t *testing.T) {
	t.Parallel()
	name := certtest.Name(certtest.CN("CA"))
	day := 24 * time.Hour
	id := func(b byte) certtest.Extension { return certtest.SKI([]byte{b}) }
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root"))}, nil)
	make := func(template certtest.Template) *issuer {
		template.Subject = name
		return &issuer{certificate: mustCertificate(t, certtest.Issue(template, root))}
	}
	ca := certtest.CA(-1)
	named := make(certtest.Template{Serial: []byte{7}, Extensions: []certtest.Extension{ca}})
	byName := certtest.Extension{OID: "2.5.29.35", Value: tlv(0x30, tlv(0xa1, tlv(0xa4, root.Name)), []byte{0x82, 1, 7})}
	anchored := make(certtest.Template{Extensions: []certtest.Extension{ca}})
	anchored.anchor = &Anchor{}
	with := func(e ...certtest.Extension) certtest.Template {
		return certtest.Template{Serial: []byte{8}, Extensions: e}
	}
	old := func(template certtest.Template) certtest.Template {
		template.NotAfter = certtest.Now().Add(-day)
		return template
	}
	for _, c := range []struct {
		name  string
		child []certtest.Extension
		first *issuer
		later certtest.Template
	}{
		{"the identifier that is asked for, then none", []certtest.Extension{certtest.AKI([]byte{1})}, make(with(ca, id(1))), with(ca)},
		{"none, then another", []certtest.Extension{certtest.AKI([]byte{1})}, make(with(ca)), with(ca, id(2))},
		{"nothing is asked for: a CA without an identifier, then no CA", nil, make(with(ca)), with(id(2))},
		{"nothing is asked for: a CA with an identifier, then no CA", nil, make(with(ca, id(2))), with()},
		{"the certificate that is named", []certtest.Extension{byName}, named, with(ca)},
		{"nobody is named: the valid one", nil, named, old(with(ca))},
		{"the anchor", nil, anchored, with(ca)},
		{"a CA", nil, make(with(ca)), with()},
		{"a valid one", nil, make(with(ca)), old(with(ca))},
		{"a CA that has expired, then no CA", nil, make(old(with(ca))), with()},
	} {
		child := mustCertificate(t, certtest.Issue(certtest.Template{Issuer: name, Extensions: c.child}, root))
		b := &builder{req: &Request{At: certtest.Now()}}
		var list []*issuer
		// Of equal ones the order is that of their fingerprints: one of the others has to come first in it.
		for first := c.first.certificate.Fingerprint(); len(list) == 0 || list[len(list)-1].certificate.Fingerprint() > first; {
			list = append(list, make(c.later))
		}
		if got := b.likeliest(child, append(list, c.first)); got[0] != c.first {
			t.Errorf("%s: got another first", c.name)
		}
	}
}

// TestSearchBudgets: each bound of the search alone.
func TestSearchBudgets(t *testing.T) {
	t.Parallel()
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Key: certtest.NewKey("ed25519"), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	caKey := certtest.NewKey("ed25519")
	ca := &certtest.Entity{Key: caKey, Name: certtest.Name(certtest.CN("CA"))}
	leaf := mustCertificate(t, certtest.Issue(certtest.Template{Key: caKey}, ca))
	request := func(n int, anchors bool, template certtest.Template) *Request {
		req := &Request{Leaf: leaf, At: certtest.Now()}
		for i := range n {
			template.Serial, template.Subject = []byte{1, byte(i)}, ca.Name
			if template.Key == nil {
				template.Key = caKey
			}
			c := mustCertificate(t, certtest.Issue(template, &certtest.Entity{Key: root.Key, Name: certtest.Name(certtest.CN(fmt.Sprint("Nobody ", i)))}))
			if anchors {
				req.Anchors = append(req.Anchors, Anchor{Certificate: c})
			} else {
				req.Candidates = append(req.Candidates, c)
			}
		}
		return req
	}
	b := newBuilder(request(maxAnchored+8, true, certtest.Template{Extensions: []certtest.Extension{certtest.CA(-1)}}))
	if b.search(); len(b.anchored) != maxAnchored || !b.exhausted {
		t.Errorf("got %d paths to anchors, want %d", len(b.anchored), maxAnchored)
	}
	b = newBuilder(request(maxOpen+8, false, certtest.Template{Extensions: []certtest.Extension{certtest.CA(-1)}}))
	if b.search(); len(b.open) != maxOpen {
		t.Errorf("got %d open paths, want %d", len(b.open), maxOpen)
	}
	b = newBuilder(request(2, false, certtest.Template{}))
	b.signatures = maxSignatures
	if r := b.link(b.leaf, b.byName[leaf.Issuer.Key()][0]); r.err != errBudget || b.signatures != maxSignatures {
		t.Errorf("beyond the budget: got %v, %d", r.err, b.signatures)
	}
	// More candidates than may take part, none of which is meant: the reason is that not all were looked at.
	req := request(maxCandidates+1, false, certtest.Template{Key: certtest.NewKey("ed25519"), Extensions: []certtest.Extension{certtest.CA(-1), certtest.SKI([]byte{2})}})
	req.Leaf = mustCertificate(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.AKI([]byte{1})}}, ca))
	if p := Validate(*req).Paths[0]; p.Good() || p.Problems[0].Detail != "too many certificates to look through" {
		t.Errorf("too many candidates: got %+v", p.Problems)
	}
	if (&Path{}).Good() {
		t.Error("the zero path is good")
	}
}

// TestFaults: why a certificate that has the name is not the issuer.
func TestFaults(t *testing.T) {
	t.Parallel()
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root"))}, nil)
	other := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root"))}, nil)
	odd := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), SPKI: oddKey}, other)
	for _, c := range []struct {
		name   string
		issuer *certtest.Entity
		want   string
	}{
		{"signature", other, "does not verify with the key of CN=Root"},
		{"key of an unknown kind", odd, "its signature cannot be checked"},
	} {
		leaf := mustCertificate(t, certtest.Issue(certtest.Template{}, root))
		p := Validate(Request{Leaf: leaf, At: certtest.Now(), Anchors: []Anchor{{Certificate: mustCertificate(t, c.issuer)}}}).Paths[0]
		if p.Good() || p.Problems[0].Code != CodePathInvalid || !strings.Contains(p.Problems[0].Detail, c.want) {
			t.Errorf("%s: got %+v, want %q", c.name, p.Problems, c.want)
		}
	}
	b := &builder{}
	issue := func(e ...certtest.Extension) *issuer {
		return &issuer{certificate: mustCertificate(t, certtest.Issue(certtest.Template{Extensions: e}, root))}
	}
	none, one, two := issue(), issue(certtest.AKI([]byte{1}), certtest.SKI([]byte{1})), issue(certtest.SKI([]byte{2}))
	for _, c := range []struct {
		name          string
		child, issuer *issuer
		err           error
		want          string // empty: not told
	}{
		{"no identifiers", none, none, algorithm.ErrSignature, "does not verify"},
		{"none is asked for", none, two, algorithm.ErrSignature, "does not verify"},
		{"none is there", one, none, algorithm.ErrSignature, "does not verify"},
		{"the one asked for", one, one, algorithm.ErrSignature, "does not verify"},
		{"another", one, two, algorithm.ErrSignature, ""},
		{"no such algorithm", none, none, fmt.Errorf("x: %w", &algorithm.UnsupportedError{Kind: "signature", Detail: "of tomorrow"}), "its signature cannot be checked: algorithm: "},
		{"budget", none, none, errBudget, "too many signatures to check"},
		{"something else", none, none, fmt.Errorf("odd"), "its signature cannot be checked: odd"},
	} {
		top := &frame{node: c.child}
		b.noteFault(top, c.issuer, c.err)
		got := ""
		if top.fault != nil {
			got = top.fault.Detail
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) || strings.Contains(got, "certpath:") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if c.want != "" {
			b.noteFault(top, c.issuer, fmt.Errorf("second"))
			if strings.Contains(top.fault.Detail, "second") {
				t.Errorf("%s: the second fault took the place of the first", c.name)
			}
		}
	}
}

// TestEvidenceSpends: each piece of work is paid for before it is done.
func TestEvidenceSpends(t *testing.T) {
	t.Parallel()
	req, root := evidenceWorld(t, certtest.ListTemplate{})
	c := req.Anchors[0].Certificate
	fresh := func(work int) (*Evidence, *entryList, *checker) {
		e := NewEvidence(List{CRL: firstList(req.Evidence).CRL})
		e.work = work
		r := req
		return e, firstList(e), &checker{req: &r, evidence: e, anchor: &req.Anchors[0]}
	}
	_, l, _ := fresh(0)
	for _, c2 := range []struct {
		name string
		cost int
		do   func(e *Evidence, l *entryList, k *checker) bool
	}{
		{"the signature of a list", len(l.RawTBS), func(e *Evidence, l *entryList, _ *checker) bool { return e.signed(l, c) }},
		{"the entries of a list", len(l.RawEntries), func(e *Evidence, l *entryList, _ *checker) bool { return e.find(l, req.Leaf).Fault == "" }},
		{"candidates", lookWork, func(_ *Evidence, l *entryList, k *checker) bool {
			k.req.Candidates = []*cert.Certificate{mustCertificate(t, certtest.Issue(certtest.Template{Subject: root.Name}, root))}
			return len(k.others(l, nil)) == 1
		}},
		{"names of points", nameWork, func(e *Evidence, _ *entryList, _ *checker) bool {
			g := []cert.GeneralName{{Kind: cert.KindURI, Value: []byte("a:b")}}
			s := &scope{point: &cert.IssuingPoint{Name: cert.PointName{Full: g}}, names: g}
			return e.covers(s, &point{names: g}, false)
		}},
	} {
		for _, short := range []int{0, 1} {
			if c2.cost == 0 && short == 1 {
				continue
			}
			e, l, k := fresh(c2.cost - short)
			if done := c2.do(e, l, k); done != (short == 0) || e.exhausted != (short == 1) || short == 0 && e.work != 0 {
				t.Errorf("%s, %d short: done %v, exhausted %v, left %d", c2.name, short, done, e.exhausted, e.work)
			}
		}
	}
	r, err := cert.ParseOCSP(certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: []byte{5}}}}, root))
	if err != nil {
		t.Fatal(err)
	}
	answers, _, k := fresh(nameWork - 1)
	answers.AddResponses(Response{OCSP: r})
	if _, asked := k.answered(req.Leaf, []*cert.Certificate{c}); asked || !answers.exhausted {
		t.Error("answers are looked through for nothing")
	}
	with := certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: []byte{9}}}}
	req, _ = evidenceWorld(t, with)
	req.Evidence.work = len(firstList(req.Evidence).RawEntries) - 1
	if req.Evidence.find(firstList(req.Evidence), req.Leaf).Fault == "" || !req.Evidence.exhausted {
		t.Error("entries are looked through for nothing")
	}
	req, _ = evidenceWorld(t, with)
	before := req.Evidence.work - len(firstList(req.Evidence).RawEntries)
	other := mustCertificate(t, certtest.Issue(certtest.Template{Serial: []byte{9}}, root))
	req.Evidence.LookFor([]*cert.Certificate{req.Leaf, other})
	if after := req.Evidence.work; after > before || after < before-8*nameWork {
		t.Errorf("to look for two certificates in a list took %d of work, beside the list", before-after)
	}
	if got := req.Evidence.find(firstList(req.Evidence), other); got.Entry == nil {
		t.Errorf("of two certificates the one on the list: %+v", got)
	}
	req, _ = evidenceWorld(t, with)
	req.Evidence.work = len(firstList(req.Evidence).RawEntries) - 1
	req.Evidence.LookFor([]*cert.Certificate{req.Leaf})
	if !req.Evidence.exhausted || len(req.Evidence.listings) > 0 {
		t.Error("entries are looked through for nothing, for many")
	}
	odd := mustCertificate(t, certtest.Issue(certtest.Template{SPKI: oddKey}, root))
	e, l, _ := fresh(maxListWork)
	if e.signed(l, odd) {
		t.Error("a list is signed with a key that cannot be read")
	}
}

// TestEvidenceScopes: lists that say the same are kept once, those about other things apart.
func TestEvidenceScopes(t *testing.T) {
	t.Parallel()
	empty := certtest.Extension{OID: "2.5.29.28", Value: []byte{}}
	req, root := evidenceWorld(t, certtest.ListTemplate{}, certtest.ListTemplate{Extensions: []certtest.Extension{empty}})
	for _, scopes := range req.Evidence.byIssuer {
		if len(scopes) != 2 {
			t.Errorf("an empty scope is taken for none: %d scopes", len(scopes))
		}
	}
	l, err := cert.ParseCRL(certtest.List(certtest.ListTemplate{}, root))
	if err != nil {
		t.Fatal(err)
	}
	e := NewEvidence(List{CRL: l, Source: "first"}, List{CRL: l, Source: "second"}, List{})
	if s := e.byIssuer[l.Issuer.Key()]; len(s) != 1 || len(s[0].completes) != 1 || s[0].completes[0].source != "first" {
		t.Errorf("got %d scopes", len(s))
	}
	if e.Empty() || !NewEvidence().Empty() {
		t.Error("empty is not what is empty")
	}
	e = NewEvidence()
	e.AddResponses(Response{})
	if !e.Empty() {
		t.Error("a response that is not there counts")
	}
	e.answers["1"] = nil
	if e.Empty() {
		t.Error("an answer does not count")
	}
}

// TestSeverity: which of several paths is told first.
func TestSeverity(t *testing.T) {
	t.Parallel()
	path := func(codes ...string) Path {
		var p Path
		for _, c := range codes {
			p.Problems = append(p.Problems, Problem{Code: c})
		}
		return p
	}
	known := func(p Path, s RevocationStatus) Path { p.Revocation = []Revocation{{Status: s}}; return p }
	order := []Path{
		known(path(), NotRevoked), known(path(), Unknown), path(CodeExpired), path(CodeExpired, CodeExpired), path(CodeNotYetValid), path(CodeWrongPurpose),
		known(path(), Revoked), path(CodePathInvalid), path("something new", CodeExpired),
	}
	for i := 1; i < len(order); i++ {
		if severity(&order[i-1]) >= severity(&order[i]) {
			t.Errorf("%+v is not before %+v", order[i-1], order[i])
		}
	}
	open := []Path{path(CodeIssuerUnknown), path(CodeIssuerMissing), path(CodePathInvalid)}
	for i := 1; i < len(open); i++ {
		if openness(&open[i-1]) >= openness(&open[i]) {
			t.Errorf("%+v is not before %+v", open[i-1], open[i])
		}
	}
}

// TestListIssuersOnce: a path to the issuer of a list is looked for once, and the likeliest of its certificates is tried
// first.
func TestListIssuersOnce(t *testing.T) {
	t.Parallel()
	req, root := evidenceWorld(t)
	signer := certtest.Issue(certtest.Template{Subject: root.Name, Key: certtest.NewKey("ed25519"), Serial: []byte{9}, Extensions: []certtest.Extension{certtest.KeyUsage(6), certtest.SKI([]byte{1})}}, root)
	l, err := cert.ParseCRL(certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.AKI([]byte{1})}}, signer))
	if err != nil {
		t.Fatal(err)
	}
	c := mustCertificate(t, signer)
	anchor := req.Anchors[0].Certificate
	req.Candidates = []*cert.Certificate{nil, anchor}
	for i := range 5 {
		req.Candidates = append(req.Candidates, mustCertificate(t, certtest.Issue(certtest.Template{Subject: root.Name, Serial: []byte{10, byte(i)}, Extensions: []certtest.Extension{certtest.SKI([]byte{2})}}, root)))
	}
	req.Candidates = append(req.Candidates, c, c)
	req.Evidence = NewEvidence(List{CRL: l, Source: "file"})
	k := &checker{req: &req, evidence: req.Evidence, anchor: &req.Anchors[0]}
	if got := k.others(firstList(req.Evidence), []*cert.Certificate{anchor}); len(got) != 6 || !got[0].Equal(c) {
		t.Errorf("got %d certificates of the name, want 6, the one that is meant first", len(got))
	}
	// What a list says of its key decides, whichever certificate would be first otherwise.
	for id := range byte(2) {
		l, err := cert.ParseCRL(certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.AKI([]byte{1 + id})}}, signer))
		if err != nil {
			t.Fatal(err)
		}
		got := k.others(&entryList{CRL: l}, []*cert.Certificate{anchor})
		if len(got) != 6 || !bytes.Equal(got[0].SubjectKeyID(), []byte{1 + id}) {
			t.Errorf("key identifier %d: the first is %x", 1+id, got[0].SubjectKeyID())
		}
	}
	for range maxIssuerKeys - 6 {
		req.Candidates = append(req.Candidates, mustCertificate(t, certtest.Issue(certtest.Template{Subject: root.Name}, root)))
	}
	if got := k.others(firstList(req.Evidence), []*cert.Certificate{anchor}); len(got) != maxIssuerKeys || req.Evidence.exhausted {
		t.Errorf("got %d certificates, exhausted %v", len(got), req.Evidence.exhausted)
	}
	req.Candidates = []*cert.Certificate{c}
	for range 3 {
		if p := Validate(req).Paths[0]; p.Revocation[0].Status == Unknown && p.Revocation[0].Detail == "" {
			t.Errorf("got %+v", p.Revocation)
		}
	}
	if spent := maxIssuers - req.Evidence.paths; spent != 1 {
		t.Errorf("a path to the issuer was looked for %d times", spent)
	}
}

// TestPointsOf: distribution points that name several issuers, or none that is a name.
func TestPointsOf(t *testing.T) {
	t.Parallel()
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root"))}, nil)
	dir := func(cn string) []byte { return certtest.Directory(certtest.Name(certtest.CN(cn))) }
	full := [][]byte{certtest.URI("http://lists.example/")}
	relative := []certtest.Attribute{certtest.CN("1")}
	for _, c := range []struct {
		name    string
		point   certtest.Point
		issuers int // of the point; -1: it is left out
	}{
		{"in full, one issuer", certtest.Point{Full: full, Issuers: [][]byte{dir("A")}}, 1},
		{"in full, two issuers", certtest.Point{Full: full, Issuers: [][]byte{dir("A"), dir("B")}}, 2},
		{"in full, an issuer that is no directory name", certtest.Point{Full: full, Issuers: [][]byte{certtest.URI("x:y")}}, 0},
		{"in full, a name of another kind with a directory name in it", certtest.Point{Full: full, Issuers: [][]byte{certtest.Other("1.2.3", certtest.Name(certtest.CN("A")))}}, 0},
		{"in full, a directory name behind another", certtest.Point{Full: full, Issuers: [][]byte{certtest.URI("x:y"), dir("A")}}, 1},
		{"relative, one issuer", certtest.Point{Relative: relative, Issuers: [][]byte{dir("A")}}, 1},
		{"relative, two issuers", certtest.Point{Relative: relative, Issuers: [][]byte{dir("A"), dir("B")}}, -1},
		{"relative, to no name", certtest.Point{Relative: relative, Issuers: [][]byte{certtest.URI("x:y")}}, -1},
	} {
		leaf := mustCertificate(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.DistributionPoints(c.point)}}, root))
		points, ok := pointsOf(leaf)
		got := -1
		if len(points) == 2 {
			got = len(points[0].issuers)
		}
		if !ok || got != c.issuers {
			t.Errorf("%s: got %d issuers (%v), want %d", c.name, got, ok, c.issuers)
		}
	}
	// A relative name that makes no name: such a point is left out, and such a list is about nothing.
	broken := tlv(0xa0, tlv(0xa1, []byte{5, 0}))
	leaf := mustCertificate(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{{OID: "2.5.29.31", Value: tlv(0x30, tlv(0x30, broken))}}}, root))
	if points, ok := pointsOf(leaf); !ok || len(points) != 1 {
		t.Errorf("a relative name that makes no name: got %d points, %v", len(points), ok)
	}
	s := &scope{point: &cert.IssuingPoint{}, badName: true}
	if (&Evidence{work: maxListWork}).covers(s, &point{}, false) {
		t.Error("a list with a broken name covers something")
	}
	_, rootEntity := evidenceWorld(t)
	l, err := cert.ParseCRL(certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{{OID: "2.5.29.28", Critical: true, Value: tlv(0x30, broken)}}}, rootEntity))
	if err != nil {
		t.Fatal(err)
	}
	for _, scopes := range NewEvidence(List{CRL: l}).byIssuer {
		if scopes[0].point == nil || !scopes[0].badName {
			t.Error("a relative name that makes no name is one")
		}
	}
}

// TestResponseKeys: whose key counts for a response.
func TestResponseKeys(t *testing.T) {
	t.Parallel()
	req, root := evidenceWorld(t)
	key := certtest.NewKey("ed25519")
	named := &certtest.Entity{Key: key, Name: certtest.Name(certtest.CN("Responder"))}
	r, err := cert.ParseOCSP(certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Issuer: root, Serial: []byte{5}}}}, named))
	if err != nil {
		t.Fatal(err)
	}
	issuer := req.Anchors[0].Certificate
	purposes := []certtest.Extension{certtest.EKU("1.3.6.1.5.5.7.3.9")}
	stranger := certtest.Template{Subject: named.Name, Key: certtest.NewKey("ed25519"), Extensions: purposes}
	odd := certtest.Template{Subject: named.Name, SPKI: oddKey, Extensions: purposes}
	right := certtest.Template{Subject: named.Name, Key: key, Extensions: purposes}
	for _, c := range []struct {
		name     string
		template certtest.Template
		want     bool
	}{{"the right one", right, true}, {"one of that name with another key", stranger, false}, {"one whose key cannot be read", odd, false}} {
		q := req
		q.Candidates = []*cert.Certificate{nil, mustCertificate(t, certtest.Issue(c.template, root))}
		e := NewEvidence()
		k := &checker{req: &q, evidence: e, anchor: &req.Anchors[0]}
		if got := k.findResponder(r, issuer, []*cert.Certificate{issuer}); got.believed != c.want {
			t.Errorf("%s: got %+v", c.name, got)
		}
		e = NewEvidence()
		e.work = len(r.RawTBS) - 1
		if e.signedResponse(r, q.Candidates[1]) || !e.exhausted {
			t.Errorf("%s: checked for nothing", c.name)
		}
		e = NewEvidence()
		q.Candidates = append(q.Candidates, make([]*cert.Certificate, 1000)...)
		e.work = len(q.Candidates)*lookWork - 1
		k.evidence = e
		if k.findResponder(r, issuer, []*cert.Certificate{issuer}); !e.exhausted || e.checks != maxListChecks {
			t.Errorf("%s: looked at for nothing", c.name)
		}
	}
}

// TestKnown: what was found out is not found out again, unless the list serves one request alone, and without a memory
// it always is.
func TestKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		known   *Known
		lasting bool
		finds   int
	}{
		{"a list that lasts", NewKnown(), true, 1}, {"a list of one request", NewKnown(), false, 2}, {"no memory", nil, true, 2},
	} {
		l := &entryList{CRL: &cert.CRL{}, lasting: c.lasting}
		for _, answer := range []bool{true, false} {
			signed, listed := 0, 0
			for range 2 {
				got := c.known.signed(l, fmt.Sprint("key", answer), func() bool { signed++; return answer })
				listing := c.known.listing(l, fmt.Sprint("certificate", answer), func() cert.Listing { listed++; return cert.Listing{Fault: fmt.Sprint(answer)} })
				if got != answer || listing.Fault != fmt.Sprint(answer) {
					t.Errorf("%s: got %v, %v, want %v", c.name, got, listing.Fault, answer)
				}
			}
			if signed != c.finds || listed != c.finds {
				t.Errorf("%s: looked %d and %d times, want %d", c.name, signed, listed, c.finds)
			}
		}
	}
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Key: certtest.NewKey("ed25519")}, nil)
	other := certtest.Issue(certtest.Template{Subject: root.Name, Key: certtest.NewKey("ed25519")}, nil)
	child := mustCertificate(t, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Child"))}, root))
	for _, known := range []*Known{nil, NewKnown()} {
		for range 2 {
			if r := known.link(child, mustCertificate(t, root)); r.err != nil {
				t.Errorf("issuer: %v", r.err)
			}
			if r := known.link(child, mustCertificate(t, other)); r.err == nil {
				t.Error("another one with the name of the issuer has signed")
			}
		}
	}
}
