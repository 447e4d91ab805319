package certpath

import (
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// evidenceWorld is a root, a leaf and the list of the root.
func evidenceWorld(t testing.TB, lists ...certtest.ListTemplate) (Request, *certtest.Entity) {
	t.Helper()
	parse := func(e *certtest.Entity) *cert.Certificate {
		c, err := cert.Parse(e.DER)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Key: certtest.NewKey("ed25519"), Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}}, nil)
	leaf := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Leaf")), Serial: []byte{5}}, root)
	var all []List
	for _, template := range lists {
		l, err := cert.ParseCRL(certtest.List(template, root))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, List{CRL: l, Source: "file"})
	}
	return Request{Leaf: parse(leaf), Anchors: []Anchor{{Certificate: parse(root)}}, At: certtest.Now(), Evidence: NewEvidence(all...)}, root
}

// TestEvidenceBudget: a path whose lists ask for too much work is refused.
func TestEvidenceBudget(t *testing.T) {
	t.Parallel()
	on := certtest.ListTemplate{Entries: []certtest.ListEntry{{Serial: []byte{5}}}}
	for name, change := range map[string]func(e *Evidence){
		"signatures":                 func(e *Evidence) { e.checks = 0 },
		"octets digested":            func(e *Evidence) { e.work = 10 },
		"octets looked through":      func(e *Evidence) { e.work = len(firstList(e).RawTBS) + len(firstList(e).RawEntries) - 1 },
		"names of points compared":   func(e *Evidence) { e.work = nameWork - 1 },
		"paths to issuers of lists":  func(e *Evidence) { e.paths = 0 },
		"certificates of one issuer": func(*Evidence) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := on
			if name == "names of points compared" {
				template.Extensions = []certtest.Extension{certtest.IssuingPoint(certtest.Point{Full: [][]byte{certtest.URI("a:b")}})}
			}
			req, root := evidenceWorld(t, template)
			if p := Validate(req).Paths[0]; !p.Good() {
				t.Fatalf("got %+v", p.Problems)
			}
			key := certtest.NewKey("ed25519")
			twin := &certtest.Entity{Key: key, Name: root.Name}
			add := func() {
				c, err := cert.Parse(certtest.Issue(certtest.Template{Subject: root.Name, Key: key, Extensions: []certtest.Extension{certtest.KeyUsage(6)}}, root).DER)
				if err != nil {
					t.Fatal(err)
				}
				req.Candidates = append(req.Candidates, c)
			}
			lists := []List{{CRL: firstList(req.Evidence).CRL}}
			if name == "paths to issuers of lists" || name == "certificates of one issuer" {
				l, err := cert.ParseCRL(certtest.List(on, twin))
				if err != nil {
					t.Fatal(err)
				}
				lists = []List{{CRL: l}}
				add()
			}
			if name == "certificates of one issuer" {
				for range maxIssuerKeys {
					add()
				}
			}
			req.Evidence = NewEvidence(lists...)
			change(req.Evidence)
			p := Validate(req).Paths[0]
			if p.Good() || p.Problems[0].Code != CodePathInvalid || p.Problems[0].Detail == "" {
				t.Errorf("got %+v, %+v", p.Problems, p.Revocation)
			}
			// It stays refused: what was not read before is not read now.
			if p := Validate(req).Paths[0]; p.Good() {
				t.Error("good the second time")
			}
		})
	}
}

func firstList(e *Evidence) *entryList {
	for _, list := range e.byIssuer {
		return list[0].completes[0]
	}
	return nil
}

// TestListsAreReadOnce: signatures and entries are not looked at again for
// another request.
func TestListsAreReadOnce(t *testing.T) {
	t.Parallel()
	entries := []certtest.ListEntry{{Serial: []byte{4}}}
	req, _ := evidenceWorld(t, certtest.ListTemplate{Entries: entries}, certtest.ListTemplate{Entries: entries})
	Validate(req)
	checks, work := req.Evidence.checks, req.Evidence.work
	if checks == maxListChecks || work == maxListWork {
		t.Error("nothing was counted")
	}
	for range 10 {
		Validate(req)
	}
	if req.Evidence.checks != checks || req.Evidence.work != work {
		t.Errorf("%d checks, %d work; then %d, %d", checks, work, req.Evidence.checks, req.Evidence.work)
	}
}

// TestListIssuersDepth: issuers of lists about issuers of lists end somewhere.
func TestListIssuersDepth(t *testing.T) {
	t.Parallel()
	for depth := 1; depth <= maxIssuerDeep+2; depth++ {
		req, root := evidenceWorld(t)
		name := func(i int) []byte { return certtest.Name(certtest.O("Lists"), certtest.CN(string(rune('a'+i)))) }
		point := func(i int) certtest.Extension {
			return certtest.DistributionPoints(certtest.Point{Full: [][]byte{certtest.URI("x:y")}, Issuers: [][]byte{certtest.Directory(name(i))}})
		}
		list := certtest.ListTemplate{Extensions: []certtest.Extension{certtest.IssuingPoint(certtest.Point{Full: [][]byte{certtest.URI("x:y")}, Indirect: true})}}
		leaf := certtest.Issue(certtest.Template{Serial: []byte{5}, Key: certtest.NewKey("ed25519"), Extensions: []certtest.Extension{point(0)}}, root)
		var err error
		if req.Leaf, err = cert.Parse(leaf.DER); err != nil {
			t.Fatal(err)
		}
		var all []List
		add := func(e *certtest.Entity, l certtest.ListTemplate) {
			c, err := cert.ParseCRL(certtest.List(l, e))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, List{CRL: c, Source: "file"})
		}
		for i := range depth {
			extensions := []certtest.Extension{certtest.KeyUsage(6)}
			if i < depth-1 {
				extensions = append(extensions, point(i+1))
			} else {
				extensions = append(extensions, certtest.CA(-1))
			}
			s := certtest.Issue(certtest.Template{Subject: name(i), Key: certtest.NewKey("ed25519"), Extensions: extensions}, root)
			c, err := cert.Parse(s.DER)
			if err != nil {
				t.Fatal(err)
			}
			req.Candidates = append(req.Candidates, c)
			add(s, list)
		}
		// The last one alone is covered by the list of the root.
		add(root, certtest.ListTemplate{Extensions: []certtest.Extension{certtest.IssuingPoint(certtest.Point{OnlyCAs: true})}})
		req.Evidence = NewEvidence(all...)
		p := Validate(req).Paths[0]
		want := NotRevoked
		if depth > maxIssuerDeep {
			want = Unknown
		}
		if len(p.Revocation) != 1 || p.Revocation[0].Status != want {
			t.Errorf("depth %d: got %+v, want %d", depth, p.Revocation, want)
		}
	}
}

func FuzzRevocation(f *testing.F) {
	req, root := evidenceWorld(f)
	on := []certtest.ListEntry{{Serial: []byte{5}}}
	f.Add(certtest.List(certtest.ListTemplate{}, root), []byte{})
	f.Add(certtest.List(certtest.ListTemplate{Entries: on}, root), []byte{})
	f.Add(certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.Number(3)}}, root),
		certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.Number(4), certtest.DeltaTo(3)}, Entries: on}, root))
	f.Add(certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.IssuingPoint(certtest.Point{Indirect: true, Relative: []certtest.Attribute{certtest.CN("1")}})}}, root),
		certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.IssuingPoint(certtest.Point{Full: [][]byte{certtest.URI("a:b")}, Reasons: []int{1}})}}, root))
	anchor := req.Anchors[0].Certificate
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var all []List
		for _, der := range [][]byte{first, second} {
			if l, err := cert.ParseCRL(der); err == nil {
				all = append(all, List{CRL: l, Source: "message"})
			}
		}
		e := NewEvidence(all...)
		// Every list passes for signed, else nothing would be reached.
		for _, scopes := range e.byIssuer {
			for _, s := range scopes {
				for _, l := range append(append([]*entryList{}, s.completes...), s.deltas...) {
					e.signatures[signaturePair{l, string(anchor.SPKI)}] = true
				}
			}
		}
		r := req
		r.Evidence = e
		p := Validate(r).Paths[0]
		if len(p.Revocation) != 1 {
			t.Fatalf("got %d statuses", len(p.Revocation))
		}
		got := p.Revocation[0]
		if (got.Status == Unknown) != (got.Detail != "") || (got.Status == Unknown) != (got.Source == "") {
			t.Fatalf("got %+v", got)
		}
		if len(all) == 0 && got.Status != Unknown {
			t.Fatal("known without a list")
		}
		listedOnce := false
		for _, l := range all {
			listing := l.CRL.Find(req.Leaf.Issuer, req.Leaf.Serial)
			listedOnce = listedOnce || listing.Entry != nil
		}
		if got.Status == Revoked && !listedOnce {
			t.Fatal("revoked by nobody")
		}
		if len(all) == 1 && got.Status == NotRevoked && (listedOnce || len(all[0].CRL.UnknownCritical()) > 0 || all[0].CRL.IsDelta() || !req.At.Before(all[0].CRL.NextUpdate)) {
			t.Fatal("good by a list that does not say so")
		}
	})
}
