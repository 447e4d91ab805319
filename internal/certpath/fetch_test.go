package certpath_test

import (
	"slices"
	"strings"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// shelf is a Fetcher that has everything at hand and writes down what it was
// asked for: "issuers Alice", "responses Alice", "lists CA".
type shelf struct {
	issuers   map[string][]*cert.Certificate // by common name
	responses map[string][]byte
	lists     map[string][]byte
	of        map[string][]*cert.Certificate // who issued the lists
	asked     []string
}

func (s *shelf) note(what string, c *cert.Certificate) string {
	name := c.Subject.CommonName()
	s.asked = append(s.asked, what+" "+name)
	return name
}

func (s *shelf) Issuers(c *cert.Certificate) []*cert.Certificate {
	return s.issuers[s.note("issuers", c)]
}

func (s *shelf) Responses(c, issuer *cert.Certificate, anchor *certpath.Anchor) []certpath.Response {
	if anchor == nil || !c.Issuer.Equal(issuer.Subject) {
		panic("a path without an anchor")
	}
	der := s.responses[s.note("responses", c)]
	if der == nil {
		return nil
	}
	r, err := cert.ParseOCSP(der)
	if err != nil {
		panic(err)
	}
	return []certpath.Response{{OCSP: r, Source: certpath.SourceOnline}}
}

func (s *shelf) Lists(c *cert.Certificate, _ *certpath.Anchor) ([]certpath.List, []*cert.Certificate) {
	name := s.note("lists", c)
	der := s.lists[name]
	if der == nil {
		return nil, nil
	}
	l, err := cert.ParseCRL(der)
	if err != nil {
		panic(err)
	}
	return []certpath.List{{CRL: l, Source: certpath.SourceOnline}}, s.of[name]
}

// onlineWorld is root, CA and Alice, with the root as anchor and nothing at hand.
type onlineWorld struct {
	t                *testing.T
	root, ca, alice  *certtest.Entity
	rootC, caC, leaf *cert.Certificate
	req              certpath.Request
}

func newOnlineWorld(t *testing.T) *onlineWorld {
	authority := []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}
	w := &onlineWorld{t: t}
	w.root = certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Extensions: authority}, nil)
	w.ca = certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Extensions: authority}, w.root)
	w.alice = certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Extensions: []certtest.Extension{certtest.KeyUsage(0), certtest.EKU(emailProtection)}}, w.ca)
	w.rootC, w.caC, w.leaf = w.parse(w.root), w.parse(w.ca), w.parse(w.alice)
	w.req = certpath.Request{Leaf: w.leaf, Anchors: []certpath.Anchor{{Certificate: w.rootC, Kind: "own"}}, At: certtest.Now(),
		Sources: map[string]string{}, Evidence: certpath.NewEvidence()}
	return w
}

func (w *onlineWorld) parse(e *certtest.Entity) *cert.Certificate {
	w.t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *onlineWorld) list(by *certtest.Entity, serials ...[]byte) []byte {
	x := certtest.ListTemplate{Extensions: []certtest.Extension{certtest.Number(1)}}
	for _, s := range serials {
		x.Entries = append(x.Entries, certtest.ListEntry{Serial: s})
	}
	return certtest.List(x, by)
}

func (w *onlineWorld) response(by *certtest.Entity, of *cert.Certificate, status int) []byte {
	return certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: of.Serial, Status: status}}}, by)
}

func (w *onlineWorld) have(source string, der []byte) {
	w.t.Helper()
	if l, err := cert.ParseCRL(der); err == nil {
		w.req.Evidence = certpath.NewEvidence(certpath.List{CRL: l, Source: source})
		return
	}
	r, err := cert.ParseOCSP(der)
	if err != nil {
		w.t.Fatal(err)
	}
	w.req.Evidence.AddResponses(certpath.Response{OCSP: r, Source: source})
}

// TestComplete: what is asked for, in which order, and what comes of it.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		change  func(w *onlineWorld, s *shelf)
		asked   string
		status  string // of Alice and CA by name, with the source
		wanting bool
	}{
		{"everything comes", func(w *onlineWorld, s *shelf) {
			s.issuers["Alice"] = []*cert.Certificate{w.caC}
			s.responses["Alice"], s.responses["CA"] = w.response(w.ca, w.leaf, 0), w.response(w.root, w.caC, 0)
		}, "issuers Alice, responses Alice, responses CA", "good ocsp: online, good ocsp: online", false},
		{"lists where responders say nothing", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			s.responses["Alice"] = w.response(w.ca, w.leaf, 0)
			s.lists["CA"] = w.list(w.root)
		}, "responses Alice, responses CA, lists CA", "good ocsp: online, good online", false},
		{"a list that revokes", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			s.lists["CA"], s.lists["Alice"] = w.list(w.root), w.list(w.ca, w.leaf.Serial)
		}, "responses Alice, responses CA, lists Alice, lists CA", "revoked online, good online", false},
		{"a responder that revokes", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			s.responses["Alice"] = w.response(w.ca, w.leaf, 1)
		}, "responses Alice, responses CA", "revoked ocsp: online, unknown ", false},
		{"nothing comes", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
		}, "responses Alice, responses CA, lists Alice, lists CA", "unknown , unknown ", true},
		{"a response signed by a stranger", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			stranger := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
			s.responses["Alice"] = certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Issuer: w.ca, Serial: w.leaf.Serial}}}, stranger)
			s.responses["CA"] = w.response(w.root, w.caC, 0)
		}, "responses Alice, responses CA, lists Alice", "unknown , good ocsp: online", true},
		{"at hand and current", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			w.have("store", w.list(w.ca))
			w.have("file", w.response(w.root, w.caC, 0))
		}, "", "good store, good ocsp: file", false},
		{"at hand and out of date", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			w.have("store", certtest.List(certtest.ListTemplate{ThisUpdate: certtest.Now().AddDate(0, -2, 0), NextUpdate: certtest.Now().AddDate(0, -1, 0)}, w.ca))
			w.have("file", w.response(w.root, w.caC, 0))
			s.lists["Alice"] = w.list(w.ca)
		}, "responses Alice, lists Alice", "good online, good ocsp: file", false},
		{"known to be revoked", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			w.have("file", w.list(w.ca, w.leaf.Serial))
		}, "", "revoked file, unknown ", false},
		{"what a sender chose is asked for again", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			w.have("message", w.list(w.ca))
			w.have("file", w.response(w.root, w.caC, 0))
			s.lists["Alice"] = certtest.List(certtest.ListTemplate{ThisUpdate: certtest.Now(), Entries: []certtest.ListEntry{{Serial: w.leaf.Serial}}}, w.ca)
		}, "responses Alice, lists Alice", "revoked online, good ocsp: file", false},
		{"what a sender chose has to do", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			w.have("message", w.list(w.ca))
			w.have("file", w.response(w.root, w.caC, 0))
		}, "responses Alice, lists Alice", "good message, good ocsp: file", true},
		{"what a sender chose is what is fetched", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			staple := w.response(w.ca, w.leaf, 0)
			w.have("message", staple)
			w.have("file", w.response(w.root, w.caC, 0))
			s.responses["Alice"] = staple
		}, "responses Alice", "good ocsp: online, good ocsp: file", false},
		{"the same list", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			list := w.list(w.ca)
			w.have("message", list)
			w.have("file", w.response(w.root, w.caC, 0))
			s.lists["Alice"] = list
		}, "responses Alice, lists Alice", "good online, good ocsp: file", false},
		{"nobody is to look", func(w *onlineWorld, s *shelf) {
			s.issuers["Alice"] = []*cert.Certificate{w.caC}
			w.req.Evidence = nil
		}, "issuers Alice", "", false},
		{"an issuer that is none", func(w *onlineWorld, s *shelf) { s.issuers["Alice"] = []*cert.Certificate{w.rootC} }, "issuers Alice", "", true},
		{"a root that is fetched is no anchor", func(w *onlineWorld, s *shelf) {
			s.issuers["Alice"], s.issuers["CA"] = []*cert.Certificate{w.caC}, []*cert.Certificate{w.rootC}
			w.req.Anchors = nil
		}, "issuers Alice, issuers CA", "", true},
		{"a path that breaks a rule", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			w.req.Policy = certpath.PolicyInputs{ExplicitPolicy: true}
		}, "", "unknown , unknown ", false},
		{"the issuer of a list at hand is cleared up", func(w *onlineWorld, s *shelf) {
			lists := certtest.Issue(certtest.Template{Subject: w.ca.Name, Extensions: []certtest.Extension{certtest.KeyUsage(6)}}, w.root)
			w.req.Candidates = []*cert.Certificate{w.caC, w.parse(lists)}
			w.have("file", w.list(lists))
			s.lists["CA"] = w.list(w.root)
		}, "responses Alice, responses CA, lists Alice, lists CA", "good file, good online", false},
		{"a responder turns out to be revoked", func(w *onlineWorld, s *shelf) {
			d := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Responder")), Extensions: []certtest.Extension{certtest.EKU("1.3.6.1.5.5.7.3.9")}}, w.ca)
			w.req.Candidates = []*cert.Certificate{w.caC, w.parse(d)}
			w.have("message", certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Issuer: w.ca, Serial: w.leaf.Serial}}}, d))
			w.have("file", w.response(w.root, w.caC, 0))
			s.lists["Alice"] = w.list(w.ca, w.parse(d).Serial)
		}, "responses Alice, lists Alice", "good online, good ocsp: file", false},
		{"the issuer of lists", func(w *onlineWorld, s *shelf) {
			w.req.Candidates = []*cert.Certificate{w.caC}
			key := certtest.NewKey("p256")
			lists := certtest.Issue(certtest.Template{Subject: w.ca.Name, Key: key, Extensions: []certtest.Extension{certtest.KeyUsage(6)}}, w.root)
			s.lists["Alice"] = w.list(lists)
			s.of = map[string][]*cert.Certificate{"Alice": {w.parse(lists)}}
			s.lists["CA"] = w.list(w.root)
		}, "responses Alice, responses CA, lists Alice, lists CA", "good online, good online", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newOnlineWorld(t)
			s := &shelf{issuers: map[string][]*cert.Certificate{}, responses: map[string][]byte{}, lists: map[string][]byte{}}
			c.change(w, s)
			before := certpath.Validate(w.req)
			result := certpath.Complete(&w.req, s, nil)
			var got []string
			for _, r := range result.Paths[0].Revocation {
				word := map[certpath.RevocationStatus]string{certpath.Unknown: "unknown", certpath.NotRevoked: "good", certpath.Revoked: "revoked"}[r.Status]
				got = append(got, word+" "+r.Source)
			}
			if asked := strings.Join(s.asked, ", "); asked != c.asked || strings.Join(got, ", ") != c.status || result.Wanting() != c.wanting {
				t.Errorf("asked %q, got %q, wanting %v; want %q, %q, %v", asked, got, result.Wanting(), c.asked, c.status, c.wanting)
			}
			if before.Paths[0].Anchor != nil && result.Paths[0].Anchor == nil {
				t.Error("the path was lost")
			}
			for _, x := range w.req.Candidates {
				if fetched := slices.Contains(s.issuers["Alice"], x); fetched != (w.req.Sources[x.Fingerprint()] == certpath.SourceOnline) && s.of == nil && fetched {
					t.Errorf("source of %s: %q", x.Subject, w.req.Sources[x.Fingerprint()])
				}
			}
		})
	}
}

// TestCompleteEnds: a fetcher that always brings one more does not keep anybody.
func TestCompleteEnds(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	var chain []*certtest.Entity
	for range 30 {
		var issuer *certtest.Entity
		if len(chain) > 0 {
			issuer = chain[len(chain)-1]
		}
		chain = append(chain, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN(strings.Repeat("x", len(chain)+1))), Extensions: []certtest.Extension{certtest.CA(-1)}}, issuer))
	}
	s := &shelf{issuers: map[string][]*cert.Certificate{}}
	for i := 1; i < len(chain); i++ {
		s.issuers[strings.Repeat("x", i+1)] = []*cert.Certificate{w.parse(chain[i-1])}
	}
	w.req.Leaf = w.parse(chain[len(chain)-1])
	result := certpath.Complete(&w.req, s, nil)
	if len(s.asked) > 8 || len(result.Paths) == 0 {
		t.Errorf("asked %q", s.asked)
	}
}

// TestCompleteFindsAnchors: anchors are looked for again when there are more candidates.
func TestCompleteFindsAnchors(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	s := &shelf{issuers: map[string][]*cert.Certificate{"Alice": {w.caC}}}
	anchors := w.req.Anchors
	w.req.Evidence = nil
	result := certpath.Complete(&w.req, s, func(candidates []*cert.Certificate) []certpath.Anchor {
		if slices.ContainsFunc(candidates, w.caC.Equal) {
			return anchors
		}
		return nil
	})
	if !result.Paths[0].Good() || len(result.Paths[0].Certificates) != 3 {
		t.Errorf("got %+v", result.Paths[0])
	}
}
