package certpath_test

import (
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// TestListIssuers: whose key may sign a list.
func TestListIssuers(t *testing.T) {
	t.Parallel()
	now := certtest.Now()
	caName := certtest.Name(certtest.C("DE"), certtest.CN("CA"))
	xName := certtest.Name(certtest.C("DE"), certtest.CN("Lists"))
	ku := certtest.KeyUsage
	// signer has another certificate sign the list of the CA. by: 0 the root, 1
	// the CA, -1 itself.
	signer := func(by int, template certtest.Template, list certtest.ListTemplate, rootToo ...func(x *lists)) func(x *lists) {
		return func(x *lists) {
			x.ca = nil
			for _, f := range rootToo {
				f(x)
			}
			x.after = func(t testing.TB, x *lists) {
				var issuer *certtest.Entity
				if by >= 0 {
					issuer = x.issued[by]
				}
				template.Serial = []byte{0x66}
				s := certtest.Issue(template, issuer)
				x.finalReq.Candidates = append(x.finalReq.Candidates, parse(t, s))
				x.more = append(x.more, certtest.List(list, s))
			}
		}
	}
	same := func(bits ...int) certtest.Template {
		return certtest.Template{Subject: caName, Extensions: []certtest.Extension{ku(bits...)}}
	}
	on := listed(leafSerial)
	// indirect has the leaf name a list of somebody else.
	full := certtest.URI("http://lists.example/1")
	indirect := func(f func(x *lists)) func(x *lists) {
		return func(x *lists) {
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.DistributionPoints(certtest.Point{Full: [][]byte{full}, Issuers: [][]byte{certtest.Directory(xName)}}))
			f(x)
		}
	}
	other := certtest.Template{Subject: xName, Extensions: []certtest.Extension{ku(6)}}
	list := func(p certtest.Point, entries ...certtest.ListEntry) certtest.ListTemplate {
		return certtest.ListTemplate{Extensions: numbered(1, certtest.IssuingPoint(p)), Entries: entries}
	}
	whole := certtest.Point{Full: [][]byte{full}, Indirect: true}
	mine := certtest.ListEntry{Serial: leafSerial, Extensions: []certtest.Extension{certtest.CertificateIssuer(caName)}}
	noRoot := func(x *lists) { x.root = nil }
	runRevocation(t, []revocationCase{
		{"another key by the root", signer(0, same(6), certtest.ListTemplate{}), "good good", ""},
		{"another key by the root, listed", signer(0, same(6), certtest.ListTemplate{Entries: on}), "revoked good", ""},
		{"another key by the CA itself, about itself", signer(1, same(6), certtest.ListTemplate{}), "good good", ""},
		{"another key by nobody", signer(-1, same(6), certtest.ListTemplate{Entries: on}), "unknown good", "same anchor"},
		{"another key for certificates", signer(0, same(5), certtest.ListTemplate{Entries: on}), "unknown good", "same anchor"},
		{"another key without key usage", signer(0, certtest.Template{Subject: caName}, certtest.ListTemplate{Entries: on}), "unknown good", "same anchor"},
		{"another key of a CA without key usage", signer(0, certtest.Template{Subject: caName, Extensions: []certtest.Extension{certtest.CA(-1)}}, certtest.ListTemplate{}), "good good", ""},
		{"another key, expired", signer(0, certtest.Template{Subject: caName, NotAfter: now.Add(-aDay), Extensions: []certtest.Extension{ku(6)}}, certtest.ListTemplate{Entries: on}), "unknown good", "same anchor"},
		{"another key, revoked", signer(0, same(6), certtest.ListTemplate{Entries: on}, func(x *lists) { x.root[0].Entries = listed([]byte{0x66}) }), "unknown good", "same anchor"},
		{"another key, nobody knows", signer(0, same(6), certtest.ListTemplate{}, noRoot), "unknown unknown", "whether its issuer was revoked"},
		{"another key, nobody knows, listed", signer(0, same(6), certtest.ListTemplate{Entries: on}, noRoot), "revoked unknown", ""},
		{"another key, nobody knows, newer than one that has it", signer(0, same(6), certtest.ListTemplate{Extensions: numbered(9)}, noRoot, func(x *lists) {
			x.ca = []certtest.ListTemplate{{ThisUpdate: now.Add(-3 * aDay), Extensions: numbered(1), Entries: on}}
		}), "revoked unknown", ""},
		{"another key, signature", signer(0, same(6), certtest.ListTemplate{BadSignature: true, Entries: on}), "unknown good", "same anchor"},
		{"another key, and its name", signer(0, certtest.Template{Subject: xName, Extensions: []certtest.Extension{ku(6)}}, certtest.ListTemplate{Issuer: caName, Entries: on}), "unknown good", "same anchor"},

		{"indirect", indirect(signer(0, other, list(whole))), "good good", ""},
		{"indirect, listed", indirect(signer(0, other, list(whole, mine))), "revoked good", ""},
		{"indirect, serial of another issuer", indirect(signer(0, other, list(whole, certtest.ListEntry{Serial: leafSerial}))), "good good", ""},
		{"indirect, about its own issuer", indirect(signer(1, other, list(whole), func(x *lists) {
			x.ca = []certtest.ListTemplate{{Extensions: numbered(1, certtest.IssuingPoint(certtest.Point{OnlyCAs: true}))}}
		})), "unknown good", "whether its issuer was revoked"},
		{"a list that does not say it is indirect", indirect(signer(0, other, list(certtest.Point{Full: [][]byte{full}}))), "unknown good", "not about"},
		{"a list without scope", indirect(signer(0, other, certtest.ListTemplate{})), "unknown good", "not about"},
		{"a list with a malformed scope", indirect(signer(0, other, certtest.ListTemplate{
			Extensions: []certtest.Extension{{OID: "2.5.29.28", Value: []byte{5, 0}}}})), "unknown good", "not about"},
		{"indirect, another point", indirect(signer(0, other, list(certtest.Point{Full: [][]byte{certtest.URI("http://lists.example/2")}, Indirect: true}))), "unknown good", "not about"},
		{"indirect, no path to the anchor", indirect(signer(-1, other, list(whole, mine))), "unknown good", "same anchor"},
		{"indirect, the key of the CA under that name", indirect(func(x *lists) {
			l := list(whole, mine)
			l.Issuer = xName
			x.ca = []certtest.ListTemplate{l}
		}), "unknown good", "same anchor"},
		{"indirect, nobody named the issuer", signer(0, other, list(whole, mine)), "unknown good", "no list of"},
		{"indirect, point is the issuer's name", func(x *lists) {
			signer(0, other, list(certtest.Point{Full: [][]byte{certtest.Directory(xName)}, Indirect: true}))(x)
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.DistributionPoints(certtest.Point{Issuers: [][]byte{certtest.Directory(xName)}}))
		}, "good good", ""},
		{"indirect, the issuer's own status is on its own list", func(x *lists) {
			point := certtest.DistributionPoints(certtest.Point{Full: [][]byte{full}, Issuers: [][]byte{certtest.Directory(xName)}})
			indirect(signer(1, certtest.Template{Subject: xName, Extensions: []certtest.Extension{ku(6), point}}, list(whole)))(x)
		}, "good good", ""},
		{"indirect, the issuer is listed on its own list", func(x *lists) {
			point := certtest.DistributionPoints(certtest.Point{Full: [][]byte{full}, Issuers: [][]byte{certtest.Directory(xName)}})
			self := certtest.ListEntry{Serial: []byte{0x66}, Extensions: []certtest.Extension{certtest.CertificateIssuer(caName)}}
			indirect(signer(1, certtest.Template{Subject: xName, Extensions: []certtest.Extension{ku(6), point}}, list(whole, self)))(x)
		}, "unknown good", "same anchor"},
		{"name of a point relative to two issuers", func(x *lists) {
			signer(0, other, list(certtest.Point{Relative: []certtest.Attribute{certtest.CN("1")}, Indirect: true}))(x)
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.DistributionPoints(certtest.Point{
				Relative: []certtest.Attribute{certtest.CN("1")}, Issuers: [][]byte{certtest.Directory(xName), certtest.Directory(caName)}}))
		}, "unknown good", ""},
		{"name of a point relative to one issuer", func(x *lists) {
			signer(0, other, list(certtest.Point{Relative: []certtest.Attribute{certtest.CN("1")}, Indirect: true}))(x)
			x.leaf.Extensions = with(x.leaf.Extensions, certtest.DistributionPoints(certtest.Point{
				Relative: []certtest.Attribute{certtest.CN("1")}, Issuers: [][]byte{certtest.Directory(xName)}}))
		}, "good good", ""},
	})
}

// TestMisused: that the CA signed its list against its key usage is told.
func TestMisused(t *testing.T) {
	t.Parallel()
	x := newLists()
	x.middle.Extensions = with(x.middle.Extensions, certtest.KeyUsage(5))
	if p := x.validate(t); !p.Revocation[0].Misused || p.Revocation[1].Misused {
		t.Errorf("got %+v", p.Revocation)
	}
	x = newLists()
	x.middle.Extensions = with(x.middle.Extensions, certtest.KeyUsage(5))
	x.ca[0].BadSignature = true
	if p := x.validate(t); p.Revocation[0].Misused {
		t.Error("somebody else signed the list")
	}
}

// TestSameAnchor: the issuer of a list has to lead to the anchor of the path.
func TestSameAnchor(t *testing.T) {
	t.Parallel()
	foreign := certtest.Issue(newChain().root, nil)
	for name, trusted := range map[string]bool{"anchor of another": true, "nobody's anchor": false} {
		x := newLists()
		x.ca = nil
		x.after = func(t testing.TB, x *lists) {
			s := certtest.Issue(certtest.Template{Subject: x.issued[1].Name, Extensions: []certtest.Extension{certtest.KeyUsage(6)}}, foreign)
			x.finalReq.Candidates = append(x.finalReq.Candidates, parse(t, s))
			if trusted {
				x.finalReq.Anchors = append(x.finalReq.Anchors, anchor(parse(t, foreign)))
			}
			x.more = [][]byte{certtest.List(certtest.ListTemplate{Entries: listed(leafSerial)}, s)}
		}
		if got := statuses(x.validate(t)); got != "unknown good" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// TestWithoutEvidence: nil is not the same as no list.
func TestWithoutEvidence(t *testing.T) {
	t.Parallel()
	x := newLists()
	req := x.chain.issue(t)
	if p := certpath.Validate(req).Paths[0]; p.Revocation != nil || !p.Good() {
		t.Errorf("got %+v", p.Revocation)
	}
	req.Evidence = certpath.NewEvidence(certpath.List{})
	if p := certpath.Validate(req).Paths[0]; statuses(p) != "unknown unknown" || !p.Good() {
		t.Errorf("got %+v", p.Revocation)
	}
	anchors := req.Anchors
	req.Anchors = nil
	if p := certpath.Validate(req).Paths[0]; p.Revocation != nil {
		t.Errorf("without an anchor: got %+v", p.Revocation)
	}
	// An anchor is believed for its own sake.
	req.Anchors = append(anchors, anchor(req.Leaf))
	req.Evidence = certpath.NewEvidence(certpath.List{CRL: parseList(t, certtest.List(certtest.ListTemplate{Entries: listed(leafSerial)}, x.issued[1])), Source: "file"})
	if p := certpath.Validate(req).Paths[0]; len(p.Certificates) != 1 || p.Revocation == nil || len(p.Revocation) != 0 {
		t.Errorf("anchor: got %+v", p)
	}
}

// TestRevocationFacts: source, time and reason are those of the list that
// decided.
func TestRevocationFacts(t *testing.T) {
	t.Parallel()
	x := newLists()
	req := x.chain.issue(t)
	invalid, date := certtest.Now().AddDate(0, -1, 0), certtest.Now().AddDate(0, 0, -3)
	clean := certtest.List(certtest.ListTemplate{ThisUpdate: certtest.Now().AddDate(0, 0, -5), Extensions: numbered(1)}, x.issued[1])
	newer := certtest.List(certtest.ListTemplate{Extensions: numbered(2), Entries: []certtest.ListEntry{{
		Serial: leafSerial, Date: date, Extensions: []certtest.Extension{certtest.ReasonCode(1), certtest.InvalidityDate(invalid)}}}}, x.issued[1])
	root := certtest.List(certtest.ListTemplate{}, x.issued[0])
	// A46: an old clean list in the message beside a newer one.
	req.Evidence = certpath.NewEvidence(certpath.List{CRL: parseList(t, newer), Source: "store"}, certpath.List{CRL: parseList(t, clean), Source: "message"},
		certpath.List{CRL: parseList(t, root), Source: "file"}, certpath.List{CRL: parseList(t, root), Source: "message"})
	for range 2 { // one Evidence serves many requests
		r := certpath.Validate(req).Paths[0].Revocation
		if len(r) != 2 || r[0].Status != certpath.Revoked || r[0].Source != "store" || r[0].Reason.String() != "keyCompromise" ||
			!r[0].Revoked.Equal(date) || !r[0].Invalid.Equal(invalid) || !r[0].Issued.Equal(certtest.Now().AddDate(0, 0, -1)) {
			t.Fatalf("got %+v", r)
		}
		if r[1].Status != certpath.NotRevoked || r[1].Source != "file" {
			t.Errorf("got %+v", r[1])
		}
	}
}

// TestRevokedWhateverAnchor: what the lists under one anchor say is not
// forgotten on a path to another, and of two paths the one that is not revoked
// is better.
func TestRevokedWhateverAnchor(t *testing.T) {
	t.Parallel()
	x := newLists()
	req := x.chain.issue(t)
	second := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Second root")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	crossed := certtest.Issue(certtest.Template{Subject: x.issued[1].Name, Key: x.issued[1].Key, Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5)}}, second)
	req.Anchors = append(req.Anchors, anchor(parse(t, second)))
	req.Candidates = append(req.Candidates, parse(t, crossed))
	ca := parseList(t, certtest.List(certtest.ListTemplate{Entries: listed(leafSerial)}, x.issued[1]))
	root := parseList(t, certtest.List(certtest.ListTemplate{Entries: listed(caSerial)}, x.issued[0]))
	req.Evidence = certpath.NewEvidence(certpath.List{CRL: ca, Source: "file"})
	r := certpath.Validate(req)
	if len(r.Paths) != 2 {
		t.Fatalf("got %d paths", len(r.Paths))
	}
	for _, p := range r.Paths {
		if p.Revocation[0].Status != certpath.Revoked {
			t.Errorf("under %s: got %q", p.Anchor.Certificate.Subject, statuses(p))
		}
	}
	other := parseList(t, certtest.List(certtest.ListTemplate{Entries: listed(parse(t, crossed).Serial)}, second))
	for _, l := range []*cert.CRL{root, other} {
		req.Evidence = certpath.NewEvidence(certpath.List{CRL: l, Source: "file"})
		r = certpath.Validate(req)
		if got := statuses(r.Paths[0]); got != "unknown unknown" || statuses(r.Paths[1]) != "unknown revoked" {
			t.Errorf("got %q first", got)
		}
	}
}
