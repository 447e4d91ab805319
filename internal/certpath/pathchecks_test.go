package certpath_test

import (
	"crypto/mlkem"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// TestPolicyRules: self-issued certificates, and what is said of which certificate (RFC 5280, Sections 6.1.3 and 6.1.4).
// The chain is Root, CA, a second CA, Alice.
func TestPolicyRules(t *testing.T) {
	t.Parallel()
	const a, b, c3, any = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2", "1.3.6.1.4.1.99999.3", "2.5.29.32.0"
	type list = []certtest.Extension
	explicit := certpath.PolicyInputs{ExplicitPolicy: true}
	inhibitAny, inhibitMapping := explicit, explicit
	inhibitAny.InhibitAnyPolicy, inhibitMapping.InhibitMapping = true, true
	askedA := certpath.PolicyInputs{ExplicitPolicy: true, Initial: []algorithm.OID{algorithm.MustOID(a)}}
	for _, c := range []struct {
		name                string
		in                  certpath.PolicyInputs
		upper, lower, leaf  list
		selfIssued, leafToo bool // the second CA, and the leaf, have the name of the CA
		want                string
	}{
		{"any in a self-issued CA, inhibited", inhibitAny, list{certtest.Policies(a)}, list{certtest.Policies(any)}, list{certtest.Policies(a)}, true, false, ""},
		{"any in another CA, inhibited", inhibitAny, list{certtest.Policies(a)}, list{certtest.Policies(any)}, list{certtest.Policies(a)}, false, false, "path-invalid Lower"},
		{"any in a self-issued leaf, inhibited", inhibitAny, list{certtest.Policies(a)}, list{certtest.Policies(a)}, list{certtest.Policies(any)}, true, true, "path-invalid CA"},
		{"none in the first CA", explicit, nil, list{certtest.Policies(a)}, list{certtest.Policies(a)}, false, false, "path-invalid CA"},
		{"none in the second CA", explicit, list{certtest.Policies(a)}, nil, list{certtest.Policies(a)}, false, false, "path-invalid Lower"},
		{"required after two", certpath.PolicyInputs{}, list{certtest.PolicyConstraints(2, -1)}, nil, nil, false, false, "path-invalid Alice"},
		{"required after two, self-issued ones do not count", certpath.PolicyInputs{}, list{certtest.PolicyConstraints(2, -1)}, nil, nil, true, false, ""},
		{"a mapping of a policy that is not valid", askedA, list{certtest.Policies(c3), certtest.PolicyMappings(a, b)}, list{certtest.Policies(b)}, list{certtest.Policies(b)}, false, false, "path-invalid Lower"},
		{"mapping inhibited, the policy itself", inhibitMapping, list{certtest.Policies(a), certtest.PolicyMappings(a, b)}, list{certtest.Policies(a)}, list{certtest.Policies(a)}, false, false, "path-invalid Lower"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newChain()
			root := certtest.Issue(x.root, nil)
			x.middle.Extensions = append(x.middle.Extensions, c.upper...)
			upper := certtest.Issue(x.middle, root)
			lower := newChain().middle
			if !c.selfIssued {
				lower.Subject = certtest.Name(certtest.CN("Lower"))
			}
			lower.Extensions = append(lower.Extensions, c.lower...)
			below := certtest.Issue(lower, upper)
			x.leaf.Extensions = append(x.leaf.Extensions, c.leaf...)
			if c.leafToo {
				x.leaf.Subject = x.middle.Subject
			}
			req := certpath.Request{
				Leaf: parse(t, certtest.Issue(x.leaf, below)), Candidates: []*cert.Certificate{parse(t, upper), parse(t, below)},
				Anchors: []certpath.Anchor{anchor(parse(t, root))}, At: certtest.Now(), Policy: c.in,
			}
			if got := codes(certpath.Validate(req)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestPathChecks: rules of the path that a second rule often hides.
func TestPathChecks(t *testing.T) {
	t.Parallel()
	dns, dir, uri := certtest.DNS, certtest.Directory, certtest.URI
	constrained := func(permitted, excluded [][]byte, san ...[]byte) func(x *chain) {
		return func(x *chain) {
			x.middle.Extensions = with(x.middle.Extensions, certtest.NameConstraints(permitted, excluded))
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.SAN(san...))
		}
	}
	fr := certtest.Name(certtest.C("FR"))
	for _, c := range []struct {
		name   string
		change func(x *chain)
		want   string
		detail string
	}{
		{"a self-issued leaf is held to the constraints", func(x *chain) {
			constrained(nil, [][]byte{dns("evil.test")}, dns("evil.test"))(x)
			x.leaf.Subject = x.middle.Subject
		}, "path-invalid CA", "excluded"},
		{"an alternative directory name is excluded", constrained(nil, [][]byte{dir(fr)}, dir(fr)), "path-invalid Alice", "excluded"},
		{"an alternative directory name is not excluded", constrained(nil, [][]byte{dir(fr)}, dir(certtest.Name(certtest.C("IT")))), "", ""},
		{"an alternative directory name is permitted", constrained([][]byte{dir(certtest.Name(certtest.C("DE")))}, nil, dir(certtest.Name(certtest.C("DE"), certtest.CN("x")))), "", ""},
		{"a malformed name of a form without constraints", constrained([][]byte{dns("good.test")}, nil, dns("a.good.test"), uri("mailto:a@b.test")), "", ""},
		{"the first of two subtrees", constrained([][]byte{dns("good.test"), dns("other.test")}, nil, dns("a.good.test")), "", ""},
		{"a short host is no wildcard", constrained(nil, [][]byte{dns("evil.test")}, dns("x.test")), "", ""},
		{"a wildcard above what is excluded", constrained(nil, [][]byte{dns("evil.test")}, dns("*.test")), "path-invalid Alice", "excluded"},
		{"constraints with something after them", func(x *chain) {
			e := certtest.NameConstraints([][]byte{dns("good.test")}, nil)
			e.Value = append(e.Value, 5, 0)
			x.middle.Extensions = with(x.middle.Extensions, e)
		}, "path-invalid CA", "malformed"},
		{"what a leaf says of names below it is not read", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Extension{OID: "2.5.29.30", Value: []byte{5, 0}})
		}, "", ""},
		{"what a leaf says of names below it, if it is critical", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Extension{OID: "2.5.29.30", Critical: true, Value: []byte{5, 0}})
		}, "path-invalid Alice", "its name constraints are malformed"},
		{"the detail of an unfit leaf is that of the certificate", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.EKU(serverAuth))
		}, "wrong-purpose Alice", "its extended key usage allows"},
		{"a key usage of nothing", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, certtest.KeyUsage()) }, "wrong-purpose Alice", "its key usage allows nothing, not"},
		{"a key usage of something else", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, certtest.KeyUsage(2)) }, "wrong-purpose Alice", "its key usage allows keyEncipherment, not"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newChain()
			c.change(x)
			r := certpath.Validate(x.issue(t))
			if got := codes(r); got != c.want {
				t.Fatalf("got %q, want %q: %+v", got, c.want, r.Paths[0].Problems)
			}
			if c.want != "" && (!strings.Contains(r.Paths[0].Problems[0].Detail, c.detail) || strings.Contains(r.Paths[0].Problems[0].Detail, "certpath:")) {
				t.Errorf("got %q, want %q", r.Paths[0].Problems[0].Detail, c.detail)
			}
		})
	}
}

// TestSearchedPaths: which paths are found, and how often.
func TestSearchedPaths(t *testing.T) {
	t.Parallel()
	x := newChain()
	req := x.issue(t)
	req.Anchors = append(req.Anchors, req.Anchors[0])
	req.Candidates = append(req.Candidates, nil, req.Candidates[0], req.Leaf)
	if r := certpath.Validate(req); len(r.Paths) != 1 || !r.Paths[0].Good() {
		t.Errorf("everything handed in twice: got %d paths", len(r.Paths))
	}
	req.Anchors = append(req.Anchors, anchor(req.Leaf))
	if r := certpath.Validate(req); len(r.Paths) != 1 || len(r.Paths[0].Certificates) != 1 {
		t.Errorf("a leaf that is an anchor: got %d paths", len(r.Paths))
	}

	// One key under two names is no loop.
	root := certtest.Issue(ca("Root", nil), nil)
	key := certtest.NewKey("p256")
	upper := certtest.Issue(ca("Upper", key), root)
	lower := certtest.Issue(ca("Lower", key), upper)
	leaf := certtest.Issue(newChain().leaf, lower)
	r := certpath.Validate(certpath.Request{Leaf: parse(t, leaf), Candidates: []*cert.Certificate{parse(t, upper), parse(t, lower)}, Anchors: []certpath.Anchor{anchor(parse(t, root))}, At: certtest.Now()})
	if !r.Paths[0].Good() || len(r.Paths[0].Certificates) != 4 {
		t.Errorf("one key under two names: got %+v", r.Paths[0].Problems)
	}

	// Self-signed is what is issued by its own name and signed with its own key.
	own := certtest.NewKey("p256")
	selfIssued := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root"))}, root)
	ownKey := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Me")), Key: own}, &certtest.Entity{Key: own, Name: certtest.Name(certtest.CN("Else"))})
	for name, e := range map[string]*certtest.Entity{"self-issued": selfIssued, "signed with its own key": ownKey} {
		r := certpath.Validate(certpath.Request{Leaf: parse(t, e), At: certtest.Now()})
		if p := r.Paths[0]; p.Good() || p.Problems[0].Code != certpath.CodeIssuerMissing {
			t.Errorf("%s: got %+v", name, p.Problems)
		}
	}

	// Without an anchor nothing is said of policies: that would be about a path that is not there.
	x = newChain()
	x.req.Policy.ExplicitPolicy = true
	req = x.issue(t)
	req.Anchors = nil
	if got := codes(certpath.Validate(req)); got != "issuer-missing CA" {
		t.Errorf("no anchor: got %q", got)
	}
}

const codeSigning = "1.3.6.1.5.5.7.3.3"

// TestFitsKeys: keys that cannot be read, and those of encapsulation.
func TestFitsKeys(t *testing.T) {
	t.Parallel()
	odd := []byte{0x30, 0x0a, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03, 0x03, 0x02, 0x00, 0x01}
	dk, err := mlkem.GenerateKey768()
	if err != nil {
		t.Fatal(err)
	}
	kem := append([]byte{0x30, 0x82, 0x04, 0xb2, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, 0x02, 0x03, 0x82, 0x04, 0xa1, 0x00}, dk.EncapsulationKey().Bytes()...)
	root := certtest.Issue(newChain().root, nil)
	for _, c := range []struct {
		name    string
		spki    []byte
		purpose certpath.Purpose
		usage   bool
		want    string
	}{
		{"encapsulation", kem, certpath.PurposeEncrypt, true, ""},
		{"encapsulation, no key usage", kem, certpath.PurposeEncrypt, false, ""},
		{"unknown", odd, certpath.PurposeEncrypt, true, "its key cannot be read"},
		{"unknown, no key usage", odd, certpath.PurposeEncrypt, false, "its key cannot be read"},
		{"unknown, to sign", odd, certpath.PurposeSign, false, ""},
	} {
		template := certtest.Template{SPKI: c.spki}
		if c.usage {
			template.Extensions = []certtest.Extension{certtest.KeyUsage(2)}
		}
		err := certpath.Fits(parse(t, certtest.Issue(template, root)), c.purpose)
		if (err == nil) != (c.want == "") || err != nil && !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	for _, c := range []struct {
		eku     string
		purpose certpath.Purpose
		good    bool
	}{
		{codeSigning, certpath.PurposeCode, true}, {codeSigning, certpath.PurposeSign, false}, {emailProtection, certpath.PurposeCode, true}, {serverAuth, certpath.PurposeCode, false},
	} {
		err := certpath.Fits(parse(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.EKU(c.eku)}}, root)), c.purpose)
		if (err == nil) != c.good {
			t.Errorf("%s for %d: got %v", c.eku, c.purpose, err)
		}
	}
	for n, want := range map[int]string{0: "allows nothing,", 8: "1.2.3.8, not", 9: "1.2.3.8, ..., not"} {
		var list []string
		for i := range n {
			list = append(list, "1.2.3."+string(rune('1'+i)))
		}
		err := certpath.Fits(parse(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.EKU(list...)}}, root)), certpath.PurposeSign)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d purposes: got %v, want %q", n, err, want)
		}
	}
}

// TestListChecks: times that just hold, and which list is told.
func TestListChecks(t *testing.T) {
	t.Parallel()
	now := certtest.Now()
	set := func(list ...certtest.ListTemplate) func(x *lists) { return func(x *lists) { x.ca = list } }
	future := certtest.ListTemplate{ThisUpdate: now.Add(aDay), NextUpdate: now.Add(3 * aDay), Extensions: numbered(5)}
	some := func(reasons []int, more ...certtest.Extension) certtest.ListTemplate {
		return certtest.ListTemplate{Extensions: numbered(1, append(more, certtest.IssuingPoint(certtest.Point{Reasons: reasons}))...)}
	}
	broken := certtest.Extension{OID: "2.5.29.27", Critical: true, Value: []byte{5, 0}}
	runRevocation(t, []revocationCase{
		{"issued this very second", set(certtest.ListTemplate{ThisUpdate: now, NextUpdate: now.Add(aDay), Extensions: numbered(1)}), "good good", ""},
		{"issued in the certificate's last second", func(x *lists) {
			x.leaf.NotAfter = now
			x.ca = []certtest.ListTemplate{{ThisUpdate: now, NextUpdate: now.Add(aDay), Extensions: numbered(1)}}
		}, "good good", ""},
		{"of the future, and a delta of today that fits it", set(future, certtest.ListTemplate{Extensions: numbered(6, certtest.DeltaTo(1))}), "unknown good", "issued later"},
		{"stale, with a delta: the stale one is the reason", set(certtest.ListTemplate{ThisUpdate: now.Add(-5 * aDay), NextUpdate: now.Add(-aDay), Extensions: numbered(5)},
			certtest.ListTemplate{Extensions: numbered(9, certtest.DeltaTo(8))}), "unknown good", "it held until"},
		{"a delta beside one whose base cannot be read", set(certtest.ListTemplate{Extensions: numbered(5)}, certtest.ListTemplate{Extensions: numbered(6, broken)},
			certtest.ListTemplate{Extensions: numbered(7, certtest.DeltaTo(5))}), "good good", ""},
		{"removal by a delta whose key is named with nothing", set(certtest.ListTemplate{ThisUpdate: now.Add(-aDay), Extensions: numbered(5, certtest.Extension{OID: "2.5.29.35", Value: []byte{}}), Entries: listed(leafSerial, certtest.ReasonCode(6))},
			certtest.ListTemplate{Extensions: numbered(6, certtest.DeltaTo(5)), Entries: listed(leafSerial, certtest.ReasonCode(8))}), "revoked good", ""},
		{"the first reason of two lists of unknown", set(some([]int{1}, certtest.Extension{OID: "1.2.3", Critical: true, Value: []byte{5, 0}}),
			some([]int{2}, certtest.Extension{OID: "1.2.4", Critical: true, Value: []byte{5, 0}})), "unknown good", "1.2.3"},
	})

	// Of two lists about some reasons each the newer one is told, whatever their order.
	for _, turned := range []bool{false, true} {
		x := newLists()
		older, newer := some([]int{1, 2, 3}), some([]int{4, 5, 6, 7, 8})
		older.ThisUpdate, newer.ThisUpdate = now.Add(-2*aDay), now.Add(-aDay)
		older.NextUpdate, newer.NextUpdate = now.Add(aDay), now.Add(aDay)
		x.ca = []certtest.ListTemplate{older, newer}
		if turned {
			x.ca = []certtest.ListTemplate{newer, older}
		}
		if got := x.validate(t).Revocation[0]; got.Status != certpath.NotRevoked || !got.Issued.Equal(newer.ThisUpdate) {
			t.Errorf("turned %v: got %+v", turned, got)
		}
	}

	// That a list is signed against the key usage of the CA is not forgotten for another list that is merely unknown.
	for _, turned := range []bool{false, true} {
		x := newLists()
		x.middle.Extensions = with(x.middle.Extensions, certtest.KeyUsage(5))
		stranger := some([]int{4})
		stranger.BadSignature = true
		x.ca = []certtest.ListTemplate{some([]int{1}), stranger}
		if turned {
			x.ca = []certtest.ListTemplate{stranger, some([]int{1})}
		}
		if got := x.validate(t).Revocation[0]; got.Status != certpath.Unknown || !got.Misused {
			t.Errorf("turned %v: got %+v", turned, got)
		}
	}
}

// TestAnswersOfSeveral: several answers about one certificate, in either order.
func TestAnswersOfSeveral(t *testing.T) {
	t.Parallel()
	now := certtest.Now()
	good := func(age time.Duration) certtest.Answer {
		return certtest.Answer{Serial: leafSerial, ThisUpdate: now.Add(-age), NextUpdate: now.Add(aDay)}
	}
	hold := func(age time.Duration) certtest.Answer {
		return certtest.Answer{Serial: leafSerial, Status: 1, Reason: 6, ThisUpdate: now.Add(-age), NextUpdate: now.Add(aDay)}
	}
	stale := certtest.Answer{Serial: leafSerial, ThisUpdate: now.Add(-9 * aDay), NextUpdate: now.Add(-8 * aDay)}
	noWord := certtest.Answer{Serial: leafSerial, Status: 2}
	hour := time.Hour
	listOf := func(age time.Duration) func(w *ocspWorld) {
		return func(w *ocspWorld) {
			w.lists.after = func(_ testing.TB, x *lists) {
				x.more = [][]byte{certtest.List(certtest.ListTemplate{ThisUpdate: now.Add(-age), NextUpdate: now.Add(aDay), Extensions: numbered(1)}, x.issued[1])}
			}
		}
	}
	for _, c := range []struct {
		name    string
		answers []certtest.Answer
		change  func(w *ocspWorld)
		want    certpath.RevocationStatus
		source  string
		age     time.Duration // of what is told
		detail  string
		ordered bool // the order matters
	}{
		{"two holds, good between", []certtest.Answer{hold(3 * hour), good(2 * hour), hold(hour)}, nil, certpath.Revoked, "ocsp: file", hour, "", false},
		{"two goods, a hold between", []certtest.Answer{good(3 * hour), hold(2 * hour), good(hour)}, nil, certpath.NotRevoked, "ocsp: file", hour, "", false},
		{"good and hold of one time", []certtest.Answer{good(hour), hold(hour)}, nil, certpath.Revoked, "ocsp: file", hour, "", false},
		{"the first reason", []certtest.Answer{stale, noWord}, nil, certpath.Unknown, "", 0, "it held until", true},
		{"the first reason, turned", []certtest.Answer{noWord, stale}, nil, certpath.Unknown, "", 0, "does not know", true},
		{"good, and an older list", []certtest.Answer{good(hour)}, listOf(2 * hour), certpath.NotRevoked, "ocsp: file", hour, "", false},
		{"good, and a newer list", []certtest.Answer{good(2 * hour)}, listOf(hour), certpath.NotRevoked, "file", hour, "", false},
		{"good, and a list that is stale", []certtest.Answer{good(hour)}, listOf(9 * aDay), certpath.NotRevoked, "", 0, "", false},
		{"no word, and a good list", []certtest.Answer{noWord}, listOf(2 * hour), certpath.NotRevoked, "file", 2 * hour, "", false},
		{"stale, and a good list", []certtest.Answer{stale}, listOf(2 * hour), certpath.NotRevoked, "file", 2 * hour, "", false},
		{"no word, and a list that does not tell either", []certtest.Answer{noWord}, func(w *ocspWorld) {
			w.lists.after = func(_ testing.TB, x *lists) {
				x.more = [][]byte{certtest.List(certtest.ListTemplate{ThisUpdate: now.Add(-9 * aDay), NextUpdate: now.Add(-aDay), Extensions: numbered(1)}, x.issued[1])}
			}
		}, certpath.Unknown, "", 0, "it held until 2026", false},
		{"no word, no list", []certtest.Answer{noWord}, nil, certpath.Unknown, "", 0, "does not know", false},
		{"made in the certificate's last second", []certtest.Answer{good(hour)}, func(w *ocspWorld) { w.leaf.NotAfter = now.Add(-hour) }, certpath.NotRevoked, "ocsp: file", hour, "", false},
		{"stale, and after the certificate", []certtest.Answer{stale}, func(w *ocspWorld) { w.leaf.NotAfter = now.Add(-10 * aDay) }, certpath.Unknown, "", 0, "it held until", false},
	} {
		for _, turned := range []bool{false, true} {
			if turned && c.ordered {
				continue
			}
			x := &ocspWorld{lists: newLists(), answer: certtest.Answer{Serial: leafSerial}}
			for _, a := range c.answers {
				if turned {
					x.response.Answers = append([]certtest.Answer{a}, x.response.Answers...)
				} else {
					x.response.Answers = append(x.response.Answers, a)
				}
			}
			if c.change != nil {
				c.change(x)
			}
			got := x.revocationOf(t)
			if got.Status != c.want || !strings.Contains(got.Detail, c.detail) || c.source != "" && (got.Source != c.source || !got.Issued.Equal(now.Add(-c.age))) {
				t.Errorf("%s, turned %v: got %+v", c.name, turned, got)
			}
		}
	}
}

// revocationOf is validate for a path that may have other problems.
func (w *ocspWorld) revocationOf(t testing.TB) certpath.Revocation {
	t.Helper()
	w.ca = nil
	req := w.chain.issue(t)
	if w.lists.after != nil {
		w.lists.after(t, w.lists)
	}
	var all []certpath.List
	for _, der := range append(w.more, certtest.List(w.root[0], w.issued[0])) {
		all = append(all, certpath.List{CRL: parseList(t, der), Source: "file"})
	}
	e := certpath.NewEvidence(all...)
	for i := range w.response.Answers {
		w.response.Answers[i].Issuer = w.issued[1]
	}
	r, err := cert.ParseOCSP(certtest.OCSP(w.response, w.issued[1]))
	if err != nil {
		t.Fatal(err)
	}
	e.AddResponses(certpath.Response{OCSP: r, Source: "file"})
	req.Evidence = e
	return certpath.Validate(req).Paths[0].Revocation[0]
}
