package certpath_test

import (
	"crypto"
	"slices"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

const emailProtection, serverAuth = "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.1"

// chain is what most tests start from: root, intermediate, leaf, each of which
// a test may change before it is issued.
type chain struct {
	root, middle, leaf certtest.Template
	anchor             *cert.Certificate
	req                certpath.Request
	issued             [3]*certtest.Entity
}

func newChain() *chain {
	return &chain{
		root:   certtest.Template{Subject: certtest.Name(certtest.C("DE"), certtest.CN("Root")), Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}},
		middle: certtest.Template{Subject: certtest.Name(certtest.C("DE"), certtest.CN("CA")), Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}},
		leaf: certtest.Template{Subject: certtest.Name(certtest.C("DE"), certtest.CN("Alice")), Extensions: []certtest.Extension{
			certtest.KeyUsage(0), certtest.EKU(emailProtection), certtest.SAN(certtest.RFC822("alice@example.org")),
		}},
		req: certpath.Request{At: certtest.Now()},
	}
}

// with replaces the extension of the same OID or adds it.
func with(list []certtest.Extension, e certtest.Extension) []certtest.Extension {
	list = slices.DeleteFunc(slices.Clone(list), func(o certtest.Extension) bool { return o.OID == e.OID })
	return append(list, e)
}

func without(list []certtest.Extension, oid string) []certtest.Extension {
	return slices.DeleteFunc(slices.Clone(list), func(o certtest.Extension) bool { return o.OID == oid })
}

func parse(t testing.TB, e *certtest.Entity) *cert.Certificate {
	t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func anchor(c *cert.Certificate) certpath.Anchor {
	return certpath.Anchor{Certificate: c, Name: "root", Kind: "file"}
}

// issue makes the certificates and the request.
func (x *chain) issue(t testing.TB) certpath.Request {
	t.Helper()
	root := certtest.Issue(x.root, nil)
	middle := certtest.Issue(x.middle, root)
	leaf := certtest.Issue(x.leaf, middle)
	x.issued = [3]*certtest.Entity{root, middle, leaf}
	x.anchor = parse(t, root)
	req := x.req
	req.Anchors = append(req.Anchors, anchor(x.anchor))
	req.Candidates = append(req.Candidates, parse(t, middle))
	req.Leaf = parse(t, leaf)
	return req
}

// codes lists the problems of the best path with the common names of the
// certificates they are about.
func codes(r certpath.Result) string {
	var out []string
	for _, p := range r.Paths[0].Problems {
		out = append(out, p.Code+" "+p.Certificate.Subject.CommonName())
		if p.Detail == "" {
			out = append(out, "without a detail")
		}
	}
	return strings.Join(out, ", ")
}

func TestRules(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, c := range []struct {
		name   string
		change func(x *chain)
		want   string // problems; empty is a good path
	}{
		{"good", func(*chain) {}, ""},

		{"leaf expired", func(x *chain) { x.leaf.NotAfter = certtest.Now().Add(-day) }, "expired-now Alice"},
		{"last second", func(x *chain) { x.leaf.NotAfter = certtest.Now() }, ""},
		{"within the last second", func(x *chain) {
			x.leaf.NotAfter = certtest.Now()
			x.req.At = certtest.Now().Add(999 * time.Millisecond)
		}, ""},
		{"one second later", func(x *chain) { x.leaf.NotAfter = certtest.Now().Add(-time.Second) }, "expired-now Alice"},
		{"leaf not yet valid", func(x *chain) { x.leaf.NotBefore = certtest.Now().Add(time.Second) }, "not-yet-valid Alice"},
		{"first second", func(x *chain) { x.leaf.NotBefore = certtest.Now() }, ""},
		{"intermediate expired", func(x *chain) { x.middle.NotAfter = certtest.Now().Add(-day) }, "expired-now CA"},
		{"intermediate not yet valid", func(x *chain) { x.middle.NotBefore = certtest.Now().Add(day) }, "not-yet-valid CA"},
		{"anchor expired", func(x *chain) { x.root.NotAfter = certtest.Now().Add(-day) }, ""},
		{"both expired", func(x *chain) {
			x.leaf.NotAfter = certtest.Now().Add(-day)
			x.middle.NotAfter = certtest.Now().Add(-day)
		}, "expired-now CA, expired-now Alice"},

		{"intermediate is no CA", func(x *chain) { x.middle.Extensions = with(x.middle.Extensions, certtest.NotCA()) }, "path-invalid CA"},
		{"intermediate without basic constraints", func(x *chain) { x.middle.Extensions = without(x.middle.Extensions, "2.5.29.19") }, "path-invalid CA"},
		{"intermediate of version 1", func(x *chain) { x.middle.Extensions = nil; x.middle.Version = 1 }, "path-invalid CA"},
		{"basic constraints not critical", func(x *chain) { x.middle.Extensions = with(x.middle.Extensions, certtest.NotCritical(certtest.CA(-1))) }, ""},
		{"intermediate may not sign certificates", func(x *chain) { x.middle.Extensions = with(x.middle.Extensions, certtest.KeyUsage(6)) }, "path-invalid CA"},
		{"intermediate without key usage", func(x *chain) { x.middle.Extensions = without(x.middle.Extensions, "2.5.29.15") }, ""},
		{"intermediate with path length 0", func(x *chain) { x.middle.Extensions = with(x.middle.Extensions, certtest.CA(0)) }, ""},
		{"anchor with path length 0", func(x *chain) { x.root.Extensions = with(x.root.Extensions, certtest.CA(0)) }, "path-invalid CA"},
		{"anchor with path length 1", func(x *chain) { x.root.Extensions = with(x.root.Extensions, certtest.CA(1)) }, ""},
		{"anchor of version 1", func(x *chain) { x.root.Extensions = nil; x.root.Version = 1 }, ""},
		{"anchor is no CA", func(x *chain) { x.root.Extensions = with(x.root.Extensions, certtest.NotCA()) }, "path-invalid Root"},
		{"anchor says nothing of a CA", func(x *chain) { x.root.Extensions = []certtest.Extension{certtest.SKI([]byte{1})} }, "path-invalid Root"},
		{"QUIRK anchor says it in the key usage", func(x *chain) { x.root.Extensions = []certtest.Extension{certtest.KeyUsage(5)} }, ""},
		{"anchor may not sign certificates", func(x *chain) { x.root.Extensions = with(x.root.Extensions, certtest.KeyUsage(0)) }, "path-invalid Root"},

		{"signature of the leaf", func(x *chain) { x.leaf.BadSignature = true }, "path-invalid Alice"},
		{"signature of the intermediate", func(x *chain) { x.middle.BadSignature = true }, "path-invalid CA"},
		{"leaf names another issuer", func(x *chain) { x.leaf.Issuer = certtest.Name(certtest.CN("Else")) }, "issuer-missing Alice"},
		{"leaf names its issuer in other letters", func(x *chain) {
			x.leaf.Issuer = certtest.Name(certtest.C("de"), certtest.Attribute{OID: "2.5.4.3", Tag: 19, Value: []byte(" ca ")})
		}, ""},
		{"key identifiers that agree", func(x *chain) {
			x.middle.Extensions = with(x.middle.Extensions, certtest.SKI([]byte{7}))
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.AKI([]byte{7}))
		}, ""},
		{"key identifiers are hints", func(x *chain) {
			x.middle.Extensions = with(x.middle.Extensions, certtest.SKI([]byte{7}))
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.AKI([]byte{8}))
		}, ""},
		{"another key of the issuer's name", func(x *chain) {
			x.middle.Extensions = with(x.middle.Extensions, certtest.SKI([]byte{7}))
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.AKI([]byte{8}))
			x.leaf.BadSignature = true
		}, "issuer-missing Alice"},

		{"unknown critical extension in the leaf", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Extension{OID: "1.2.3.4", Critical: true, Value: []byte{5, 0}})
		}, "path-invalid Alice"},
		{"unknown critical extension in the intermediate", func(x *chain) {
			x.middle.Extensions = with(x.middle.Extensions, certtest.Extension{OID: "1.2.3.4", Critical: true, Value: []byte{5, 0}})
		}, "path-invalid CA"},
		{"unknown extension that is not critical", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Extension{OID: "1.2.3.4", Value: []byte{5, 0}})
		}, ""},
		{"critical alternative name and purposes", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Critical(certtest.EKU(emailProtection)))
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Critical(certtest.SAN(certtest.RFC822("alice@example.org"))))
		}, ""},
		{"malformed extension in the leaf", func(x *chain) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.Extension{OID: "2.5.29.17", Value: []byte{4, 0}})
		}, "path-invalid Alice"},
		{"malformed extension in the intermediate", func(x *chain) {
			x.middle.Extensions = with(x.middle.Extensions, certtest.Extension{OID: "2.5.29.14", Value: []byte{5, 0}})
		}, "path-invalid CA"},
		{"malformed extension in the anchor", func(x *chain) {
			x.root.Extensions = with(x.root.Extensions, certtest.Extension{OID: "2.5.29.14", Value: []byte{5, 0}})
		}, "path-invalid Root"},

		{"leaf for servers", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, certtest.EKU(serverAuth)) }, "wrong-purpose Alice"},
		{"leaf for servers and mail", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, certtest.EKU(serverAuth, emailProtection)) }, ""},
		{"leaf for anything", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, certtest.EKU("2.5.29.37.0")) }, ""},
		{"leaf without purposes", func(x *chain) { x.leaf.Extensions = without(x.leaf.Extensions, "2.5.29.37") }, ""},
		{"intermediate for servers", func(x *chain) { x.middle.Extensions = with(x.middle.Extensions, certtest.EKU(serverAuth)) }, "wrong-purpose CA"},
		{"intermediate for mail", func(x *chain) { x.middle.Extensions = with(x.middle.Extensions, certtest.EKU(emailProtection)) }, ""},
		{"intermediate for anything", func(x *chain) { x.middle.Extensions = with(x.middle.Extensions, certtest.EKU("2.5.29.37.0")) }, ""},
		{"any purpose asked for", func(x *chain) {
			x.middle.Extensions = with(x.middle.Extensions, certtest.EKU(serverAuth))
			x.leaf.Extensions = with(with(x.leaf.Extensions, certtest.EKU(serverAuth)), certtest.KeyUsage(2))
			x.req.Purpose = certpath.PurposeAny
		}, ""},
		{"leaf may only encipher keys", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, certtest.KeyUsage(2)) }, "wrong-purpose Alice"},
		{"leaf with nonRepudiation", func(x *chain) { x.leaf.Extensions = with(x.leaf.Extensions, certtest.KeyUsage(1)) }, ""},
		{"leaf without key usage", func(x *chain) { x.leaf.Extensions = without(x.leaf.Extensions, "2.5.29.15") }, ""},
		{"leaf for encryption may only sign", func(x *chain) { x.req.Purpose = certpath.PurposeEncrypt }, "wrong-purpose Alice"},
		{"leaf for encryption with keyAgreement", func(x *chain) {
			x.req.Purpose = certpath.PurposeEncrypt
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.KeyUsage(4))
		}, ""},

		{"several things", func(x *chain) {
			x.leaf.NotAfter = certtest.Now().Add(-day)
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.EKU(serverAuth))
			x.middle.Extensions = with(x.middle.Extensions, certtest.KeyUsage(6))
		}, "path-invalid CA, expired-now Alice, wrong-purpose Alice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newChain()
			c.change(x)
			r := certpath.Validate(x.issue(t))
			if got := codes(r); got != c.want {
				t.Errorf("got %q, want %q: %+v", got, c.want, r.Paths[0].Problems)
			}
			if r.Paths[0].Good() != (c.want == "") {
				t.Errorf("good: got %v", r.Paths[0].Good())
			}
			if c.want == "" && len(r.Paths[0].Certificates) != 3 {
				t.Errorf("got %d certificates, want 3", len(r.Paths[0].Certificates))
			}
		})
	}
}

// TestNotes: facts that do not make a path fail.
func TestNotes(t *testing.T) {
	t.Parallel()
	x := newChain()
	x.root.NotAfter = certtest.Now().Add(-time.Hour)
	x.leaf.Extensions = with(x.leaf.Extensions, certtest.CA(-1))
	p := certpath.Validate(x.issue(t)).Paths[0]
	if !p.Good() || len(p.Notes) != 2 || p.Notes[0].Code != certpath.NoteAnchorExpired || p.Notes[1].Code != certpath.NoteCALeaf {
		t.Errorf("got %+v, %+v", p.Problems, p.Notes)
	}
}

// TestWeakIsAFact: old digests and short keys are checked and listed.
func TestWeakIsAFact(t *testing.T) {
	t.Parallel()
	for name, hash := range map[string]crypto.Hash{"sha1": crypto.SHA1, "md5": crypto.MD5} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, broken := range []bool{false, true} {
				x := newChain()
				x.middle.Key = certtest.NewKey("rsa1024")
				x.leaf.Hash = hash
				x.leaf.BadSignature = broken
				r := certpath.Validate(x.issue(t))
				p := r.Paths[0]
				if p.Good() == broken {
					t.Errorf("broken %v: good %v", broken, p.Good())
				}
				if broken {
					continue
				}
				if len(p.Digests) != 2 || p.Digests[0].Name != name || p.Digests[1].Name != "sha256" {
					t.Errorf("digests: got %v", p.Digests)
				}
				if len(p.Keys) != 3 || p.Keys[1].Bits != 1024 {
					t.Errorf("keys: got %d", len(p.Keys))
				}
			}
		})
	}
}

func TestWithoutAnchor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(t *testing.T, x *chain, req *certpath.Request)
		want   string
		length int
	}{
		{"root in the message only", func(t *testing.T, x *chain, req *certpath.Request) {
			req.Candidates, req.Anchors = append(req.Candidates, req.Anchors[0].Certificate), nil
		}, "issuer-unknown Root", 3},
		{"root not there", func(t *testing.T, x *chain, req *certpath.Request) { req.Anchors = nil }, "issuer-missing CA", 2},
		{"intermediate not there", func(t *testing.T, x *chain, req *certpath.Request) { req.Candidates = nil }, "issuer-missing Alice", 1},
		{"nothing there", func(t *testing.T, x *chain, req *certpath.Request) { req.Candidates, req.Anchors = nil, nil }, "issuer-missing Alice", 1},
		{"another anchor of the same name", func(t *testing.T, x *chain, req *certpath.Request) {
			other := newChain()
			other.issue(t)
			req.Anchors = []certpath.Anchor{anchor(other.anchor)}
		}, "path-invalid CA", 2},
		{"anchor without a certificate", func(t *testing.T, x *chain, req *certpath.Request) { req.Anchors = []certpath.Anchor{{Name: "x"}} }, "issuer-missing CA", 2},
		{"expired and for servers besides", func(t *testing.T, x *chain, req *certpath.Request) {
			req.Anchors = nil
			req.At = req.Leaf.NotAfter.Add(time.Second)
		}, "issuer-missing CA, expired-now CA, expired-now Alice", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newChain()
			req := x.issue(t)
			c.change(t, x, &req)
			r := certpath.Validate(req)
			p := r.Paths[0]
			if got := codes(r); got != c.want || p.Good() || p.Anchor != nil || len(p.Certificates) != c.length {
				t.Errorf("got %q with %d certificates, want %q with %d: %+v", got, len(p.Certificates), c.want, c.length, p.Problems)
			}
		})
	}
	if r := certpath.Validate(certpath.Request{}); len(r.Paths) != 0 {
		t.Error("a path without a leaf")
	}
}

// TestSelfSignedLeaf: a self-signed certificate is an anchor only where it was
// handed in as one.
func TestSelfSignedLeaf(t *testing.T) {
	t.Parallel()
	template := newChain().leaf
	leaf := parse(t, certtest.Issue(template, nil))
	req := certpath.Request{Leaf: leaf, Candidates: []*cert.Certificate{leaf}, At: certtest.Now()}
	if got := codes(certpath.Validate(req)); got != "issuer-unknown Alice" {
		t.Errorf("no anchor: got %q", got)
	}
	req.Anchors = []certpath.Anchor{anchor(leaf)}
	p := certpath.Validate(req).Paths[0]
	if !p.Good() || len(p.Certificates) != 1 || p.Anchor == nil || p.Anchor.Name != "root" {
		t.Errorf("anchor: got %+v", p)
	}
	req.At = leaf.NotAfter.Add(time.Second)
	if got := codes(certpath.Validate(req)); got != "expired-now Alice" {
		t.Errorf("expired: got %q", got)
	}
	req.At = certtest.Now()
	template.Extensions = with(template.Extensions, certtest.EKU(serverAuth))
	other := parse(t, certtest.Issue(template, nil))
	req.Leaf, req.Anchors = other, []certpath.Anchor{anchor(other)}
	if got := codes(certpath.Validate(req)); got != "wrong-purpose Alice" {
		t.Errorf("purpose: got %q", got)
	}
}

// TestLeafAnchorIssuesNothing: a signer's own certificate that is trusted does
// not make a CA of him.
func TestLeafAnchorIssuesNothing(t *testing.T) {
	t.Parallel()
	x := newChain()
	x.issue(t)
	victim := newChain().leaf
	victim.Subject = certtest.Name(certtest.CN("Victim"))
	forged := parse(t, certtest.Issue(victim, x.issued[2]))
	req := certpath.Request{Leaf: forged, Anchors: []certpath.Anchor{anchor(parse(t, x.issued[2]))}, At: certtest.Now()}
	if got := codes(certpath.Validate(req)); got != "path-invalid Alice" {
		t.Errorf("got %q, want path-invalid Alice", got)
	}
}

// TestIntermediateAnchor: an anchor need not be self-signed.
func TestIntermediateAnchor(t *testing.T) {
	t.Parallel()
	x := newChain()
	req := x.issue(t)
	req.Anchors = []certpath.Anchor{anchor(req.Candidates[0])}
	p := certpath.Validate(req).Paths[0]
	if !p.Good() || len(p.Certificates) != 2 {
		t.Errorf("got %+v", p)
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	rsa, ed := certtest.NewKey("rsa2048"), certtest.NewKey("ed25519")
	for _, c := range []struct {
		name    string
		key     *certtest.Key
		purpose certpath.Purpose
		list    []certtest.Extension
		ok      bool
	}{
		{"RSA, keyEncipherment", rsa, certpath.PurposeEncrypt, []certtest.Extension{certtest.KeyUsage(2)}, true},
		{"RSA, keyAgreement", rsa, certpath.PurposeEncrypt, []certtest.Extension{certtest.KeyUsage(4)}, false},
		{"RSA, dataEncipherment", rsa, certpath.PurposeEncrypt, []certtest.Extension{certtest.KeyUsage(3)}, false},
		{"RSA, nothing said", rsa, certpath.PurposeEncrypt, nil, true},
		{"EC, keyAgreement", nil, certpath.PurposeEncrypt, []certtest.Extension{certtest.KeyUsage(4)}, true},
		{"EC, keyEncipherment", nil, certpath.PurposeEncrypt, []certtest.Extension{certtest.KeyUsage(2)}, false},
		{"Ed25519 does not encrypt", ed, certpath.PurposeEncrypt, nil, false},
		{"Ed25519 signs", ed, certpath.PurposeSign, nil, true},
		{"encrypt for servers", rsa, certpath.PurposeEncrypt, []certtest.Extension{certtest.EKU(serverAuth)}, false},
		{"sign with keyCertSign", nil, certpath.PurposeSign, []certtest.Extension{certtest.KeyUsage(5)}, false},
		{"malformed key usage", nil, certpath.PurposeSign, []certtest.Extension{{OID: "2.5.29.15", Value: []byte{3, 0}}}, false},
		{"malformed purposes", nil, certpath.PurposeSign, []certtest.Extension{{OID: "2.5.29.37", Value: []byte{0x30, 0}}}, false},
		{"any", nil, certpath.PurposeAny, []certtest.Extension{certtest.EKU(serverAuth), certtest.KeyUsage(5)}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := certpath.Fits(parse(t, certtest.Issue(certtest.Template{Key: c.key, Extensions: c.list}, nil)), c.purpose)
			if _, typed := err.(*certpath.UnfitError); (err == nil) != c.ok || err != nil && !typed {
				t.Errorf("got %v, want ok %v", err, c.ok)
			}
		})
	}
}

func TestMatchesAddress(t *testing.T) {
	t.Parallel()
	c := parse(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.SAN(
		certtest.RFC822("Alice@example.org"), certtest.RFC822("eve@good.test\x00.evil.test"), certtest.UTF8Mailbox("\u00e4@example.org"),
	)}}, nil))
	for in, want := range map[string]bool{
		"alice@EXAMPLE.org": true, "\u00e4@example.org": true, "\u00c4@example.org": false, "bob@example.org": false, "eve@good.test": false,
	} {
		a, err := cert.ParseAddress(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := certpath.MatchesAddress(c, a); got != want {
			t.Errorf("%s: got %v, want %v", in, got, want)
		}
	}
	if certpath.MatchesAddress(c, cert.Address{}) {
		t.Error("the zero address matches")
	}
}
