package certpath_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

func ca(name string, key *certtest.Key, extensions ...certtest.Extension) certtest.Template {
	return certtest.Template{Subject: certtest.Name(certtest.CN(name)), Key: key, Extensions: append([]certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}, extensions...)}
}

// TestSeveralPaths: one CA key certified by two roots, of which one is trusted
// (RFC 8550, Section 4).
func TestSeveralPaths(t *testing.T) {
	t.Parallel()
	rootA, rootB := certtest.Issue(ca("Root A", nil), nil), certtest.Issue(ca("Root B", nil), nil)
	key := certtest.NewKey("p256")
	byA, byB := certtest.Issue(ca("CA", key), rootA), certtest.Issue(ca("CA", key), rootB)
	expired := ca("CA", key)
	expired.NotAfter = certtest.Now().Add(-time.Hour)
	old := certtest.Issue(expired, rootA)
	leaf := certtest.Issue(newChain().leaf, byA)
	candidates := []*cert.Certificate{parse(t, byA), parse(t, byB), parse(t, old), parse(t, rootA), parse(t, rootB)}
	for _, c := range []struct {
		name    string
		anchors []*certtest.Entity
		paths   int
		want    string
	}{
		{"A", []*certtest.Entity{rootA}, 2, ""},
		{"B", []*certtest.Entity{rootB}, 1, ""},
		{"both", []*certtest.Entity{rootA, rootB}, 3, ""},
		{"neither", nil, 3, "issuer-unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for turn := range 2 {
				req := certpath.Request{Leaf: parse(t, leaf), Candidates: slices.Clone(candidates), At: certtest.Now()}
				if turn == 1 {
					slices.Reverse(req.Candidates)
				}
				for _, e := range c.anchors {
					req.Anchors = append(req.Anchors, anchor(parse(t, e)))
				}
				r := certpath.Validate(req)
				if len(r.Paths) != c.paths {
					t.Errorf("got %d paths, want %d", len(r.Paths), c.paths)
				}
				best := r.Paths[0]
				if c.want == "" && !best.Good() || c.want != "" && best.Problems[0].Code != c.want {
					t.Errorf("got %+v, want %q", best.Problems, c.want)
				}
			}
		})
	}
}

// TestOnlyExpiredPath: a path that was good once is told before a hopeless one.
func TestOnlyExpiredPath(t *testing.T) {
	t.Parallel()
	root := certtest.Issue(ca("Root", nil), nil)
	key := certtest.NewKey("p256")
	expired := ca("CA", key)
	expired.NotAfter = certtest.Now().Add(-time.Hour)
	old, noCA := certtest.Issue(expired, root), certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Key: key}, root)
	leaf := certtest.Issue(newChain().leaf, old)
	r := certpath.Validate(certpath.Request{
		Leaf: parse(t, leaf), Candidates: []*cert.Certificate{parse(t, noCA), parse(t, old)}, Anchors: []certpath.Anchor{anchor(parse(t, root))}, At: certtest.Now(),
	})
	if len(r.Paths) != 2 || codes(r) != "expired-now CA" {
		t.Errorf("got %d paths, %s", len(r.Paths), codes(r))
	}
}

// TestWrongKeyOfTheSameName: CAs that share a name are told apart by their
// signatures.
func TestWrongKeyOfTheSameName(t *testing.T) {
	t.Parallel()
	root := certtest.Issue(ca("Root", nil), nil)
	right := certtest.Issue(ca("CA", nil), root)
	req := certpath.Request{Leaf: parse(t, certtest.Issue(newChain().leaf, right)), Anchors: []certpath.Anchor{anchor(parse(t, root))}, At: certtest.Now()}
	for range 10 {
		req.Candidates = append(req.Candidates, parse(t, certtest.Issue(ca("CA", nil), root)))
	}
	if p := certpath.Validate(req).Paths[0]; p.Good() || p.Problems[0].Code != certpath.CodePathInvalid {
		t.Errorf("without the right one: got %+v", p.Problems)
	}
	req.Candidates = append(req.Candidates, parse(t, right))
	if p := certpath.Validate(req).Paths[0]; !p.Good() || !p.Certificates[1].Equal(parse(t, right)) {
		t.Errorf("with the right one: got %+v", p.Problems)
	}
}

// TestPathLength counts the certificates of a path and those that count for
// pathLenConstraint.
func TestPathLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		between    int
		selfIssued bool
		limit      int // of the certificate below the root
		good       bool
	}{
		{"six", 6, false, -1, true},
		{"seven", 7, false, -1, false},
		{"limit 1, one more", 2, false, 1, true},
		{"limit 1, two more", 3, false, 1, false},
		{"limit 0, self-issued", 2, true, 0, true},
		{"limit 0, one more", 2, false, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := certtest.Issue(ca("Root", nil), nil)
			req := certpath.Request{Anchors: []certpath.Anchor{anchor(parse(t, root))}, At: certtest.Now()}
			issuer := root
			for i := range c.between {
				template := ca(fmt.Sprint("CA ", i), nil)
				if i == 0 {
					template.Extensions = with(template.Extensions, certtest.CA(c.limit))
				} else if c.selfIssued {
					template.Subject = issuer.Name
				}
				issuer = certtest.Issue(template, issuer)
				req.Candidates = append(req.Candidates, parse(t, issuer))
			}
			req.Leaf = parse(t, certtest.Issue(newChain().leaf, issuer))
			p := certpath.Validate(req).Paths[0]
			if p.Good() != c.good || !c.good && p.Problems[0].Code != certpath.CodePathInvalid {
				t.Errorf("got good %v, %+v", p.Good(), p.Problems)
			}
		})
	}
}

// TestHostileBags: the work is bounded whatever the certificates say, and a
// good path among few others is found.
func TestHostileBags(t *testing.T) {
	t.Parallel()
	keys := make([]*certtest.Key, 20)
	for i := range keys {
		keys[i] = certtest.NewKey("p256")
	}
	// Every key certifies every other under one name.
	var clique []*cert.Certificate
	for i := range keys {
		for j := range keys {
			if i != j {
				clique = append(clique, parse(t, certtest.Issue(ca("Loop", keys[j]), &certtest.Entity{Key: keys[i], Name: certtest.Name(certtest.CN("Loop"))})))
			}
		}
	}
	leaf := parse(t, certtest.Issue(newChain().leaf, &certtest.Entity{Key: keys[0], Name: certtest.Name(certtest.CN("Loop"))}))
	start := time.Now()
	r := certpath.Validate(certpath.Request{Leaf: leaf, Candidates: clique, At: certtest.Now()})
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("got %v, want less than 5 s", took)
	}
	if len(r.Paths) == 0 || len(r.Paths) > 8 || r.Paths[0].Good() || len(r.Paths[0].Problems) == 0 {
		t.Errorf("got %d paths", len(r.Paths))
	}

	// Two that certify each other.
	a, b := certtest.NewKey("p256"), certtest.NewKey("p256")
	ab := certtest.Issue(ca("B", b), &certtest.Entity{Key: a, Name: certtest.Name(certtest.CN("A"))})
	ba := certtest.Issue(ca("A", a), &certtest.Entity{Key: b, Name: certtest.Name(certtest.CN("B"))})
	leaf = parse(t, certtest.Issue(newChain().leaf, ab))
	r = certpath.Validate(certpath.Request{Leaf: leaf, Candidates: []*cert.Certificate{parse(t, ab), parse(t, ba)}, At: certtest.Now()})
	if got := codes(r); got != "issuer-missing A" {
		t.Errorf("loop: got %q", got)
	}

	// Thousands that have nothing to do with it.
	x := newChain()
	req := x.issue(t)
	middle := req.Candidates[0]
	req.Candidates = nil
	other := certtest.NewKey("ed25519")
	for range 3000 {
		req.Candidates = append(req.Candidates, parse(t, certtest.Issue(ca("Other", other), nil)))
	}
	req.Candidates = append(req.Candidates, middle)
	if p := certpath.Validate(req).Paths[0]; !p.Good() {
		t.Errorf("among thousands: %+v", p.Problems)
	}
}

// TestCandidateLimit: at most 64 candidates take part, the likeliest.
func TestCandidateLimit(t *testing.T) {
	t.Parallel()
	root := certtest.Issue(ca("Root", nil), nil)
	right := certtest.Issue(ca("CA", nil, certtest.SKI([]byte{1})), root)
	template := newChain().leaf
	template.Extensions = append(template.Extensions, certtest.AKI([]byte{1}))
	req := certpath.Request{Leaf: parse(t, certtest.Issue(template, right)), Anchors: []certpath.Anchor{anchor(parse(t, root))}, At: certtest.Now()}
	key := certtest.NewKey("p256")
	for range 200 {
		req.Candidates = append(req.Candidates, parse(t, certtest.Issue(ca("CA", key, certtest.SKI([]byte{2})), root)))
	}
	req.Candidates = append(req.Candidates, parse(t, right))
	if p := certpath.Validate(req).Paths[0]; !p.Good() {
		t.Errorf("got %+v", p.Problems)
	}
}

// TestUnsupportedSignature: an algorithm nobody knows is told apart.
func TestUnsupportedSignature(t *testing.T) {
	t.Parallel()
	root := certtest.Issue(ca("Root", nil), nil)
	template := newChain().leaf
	leaf := certtest.Issue(template, root)
	der := slices.Clone(leaf.DER)
	// ecdsa-with-SHA256 inside and outside becomes an OID that is not assigned.
	oid := []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2}
	for i := range len(der) - len(oid) {
		if slices.Equal(der[i:i+len(oid)], oid) {
			der[i+len(oid)-1] = 0x7f
		}
	}
	c, err := cert.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	p := certpath.Validate(certpath.Request{Leaf: c, Anchors: []certpath.Anchor{anchor(parse(t, root))}, At: certtest.Now()}).Paths[0]
	if p.Good() || p.Problems[0].Code != certpath.CodePathInvalid || p.Problems[0].Err == nil {
		t.Errorf("got %+v", p.Problems)
	}
}
