package sending

import (
	"errors"
	"io/fs"
	"slices"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// TestGuard: which of several paths counts, and what is said where none is good.
func TestGuard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issue(w.bob())
	ca, err := cert.Parse(w.root.DER)
	if err != nil {
		t.Fatal(err)
	}
	revoked := func(c *cert.Certificate, reason cert.Reason) certpath.Revocation {
		return certpath.Revocation{Certificate: c, Status: certpath.Revoked, Revoked: certtest.Now(), Reason: reason}
	}
	good := certpath.Revocation{Certificate: leaf, Status: certpath.NotRevoked}
	unknown := func(detail string) certpath.Revocation {
		return certpath.Revocation{Certificate: leaf, Detail: detail}
	}
	path := func(list ...certpath.Revocation) certpath.Path {
		return certpath.Path{Certificates: []*cert.Certificate{leaf, ca}, Anchor: &certpath.Anchor{Certificate: ca}, Revocation: list}
	}
	unreliable := path(good)
	unreliable.Problems = []certpath.Problem{{Detail: "the signature is wrong"}}
	nowhere := path(good)
	nowhere.Anchor = nil
	for _, tc := range []struct {
		name     string
		paths    []certpath.Path
		required bool
		want     Ground
		why      string
	}{
		{name: "good", paths: []certpath.Path{path(good)}, required: true},
		{name: "nothing to know about", paths: []certpath.Path{path()}, required: true},
		{name: "not known", paths: []certpath.Path{path(unknown("no list"))}},
		{name: "not known, and required", paths: []certpath.Path{path(unknown("no list"))}, required: true, want: RevocationUnknown,
			why: "nobody knows whether the certificate was revoked: no list"},
		{name: "no path, and required", required: true, want: RevocationUnknown,
			why: "nobody knows whether the certificate was revoked: none of your anchors vouches for it"},
		{name: "no path"},
		{name: "a path to no anchor, and required", paths: []certpath.Path{nowhere}, required: true, want: RevocationUnknown,
			why: "nobody knows whether the certificate was revoked: none of your anchors vouches for it"},
		{name: "a path that is not to be relied on, and required", paths: []certpath.Path{unreliable}, required: true, want: RevocationUnknown,
			why: "nobody knows whether the certificate was revoked: the signature is wrong"},
		{name: "revoked", paths: []certpath.Path{path(revoked(leaf, cert.ReasonUnspecified))}, want: Revoked, why: "the certificate was revoked on 2026-06-01"},
		{name: "revoked for a reason", paths: []certpath.Path{path(revoked(leaf, cert.ReasonHold))}, want: Revoked,
			why: "the certificate was revoked on 2026-06-01 (" + cert.ReasonHold.String() + ")"},
		{name: "revoked for a reason without a name", paths: []certpath.Path{path(revoked(leaf, 7))}, want: Revoked, why: "the certificate was revoked on 2026-06-01"},
		{name: "issuer revoked", paths: []certpath.Path{path(good, revoked(ca, cert.ReasonUnspecified))}, want: Revoked,
			why: "the certificate of its issuer Test Root was revoked on 2026-06-01"},
		{name: "issuer revoked, and another path is good", paths: []certpath.Path{path(good, revoked(ca, cert.ReasonUnspecified)), path(good)}, required: true},
		{name: "issuer revoked, and of another path it is not known", paths: []certpath.Path{path(revoked(ca, cert.ReasonUnspecified)), path(unknown("no list"))}},
		{name: "itself revoked, and of another path it is not known", paths: []certpath.Path{path(revoked(leaf, cert.ReasonUnspecified)), path(unknown("no list"))}, want: Revoked,
			why: "the certificate was revoked on 2026-06-01"},
		{name: "not known of one path, itself revoked by another", paths: []certpath.Path{path(unknown("no list")), path(revoked(leaf, cert.ReasonUnspecified))}, want: Revoked,
			why: "the certificate was revoked on 2026-06-01"},
		{name: "revoked by one path, and another is good", paths: []certpath.Path{path(revoked(leaf, cert.ReasonUnspecified)), path(good)}},
		{name: "not known of one path, its issuer revoked by another", paths: []certpath.Path{path(unknown("no list")), path(revoked(ca, cert.ReasonUnspecified))}},
		{name: "not known of itself and of its issuer", paths: []certpath.Path{path(unknown("no list"), certpath.Revocation{Certificate: ca, Detail: "no list of the root"})}, required: true, want: RevocationUnknown,
			why: "nobody knows whether the certificate was revoked: no list"},
		{name: "not known of its issuer", paths: []certpath.Path{path(good, certpath.Revocation{Certificate: ca, Detail: "no list of the root"})}, required: true, want: RevocationUnknown,
			why: "nobody knows whether the certificate of its issuer Test Root was revoked: no list of the root"},
		{name: "not known of itself, and its issuer revoked", paths: []certpath.Path{path(unknown("no list"), revoked(ca, cert.ReasonUnspecified))}, want: Revoked,
			why: "the certificate of its issuer Test Root was revoked on 2026-06-01"},
		{name: "not known of its issuer, and of another path not of itself", required: true, want: RevocationUnknown,
			paths: []certpath.Path{path(good, certpath.Revocation{Certificate: ca, Detail: "no list of the root"}), path(unknown("no list"))},
			why:   "nobody knows whether the certificate of its issuer Test Root was revoked: no list of the root"},
		{name: "the first of two that nothing is known of", paths: []certpath.Path{path(unknown("no list")), path(unknown("an old list"))}, required: true, want: RevocationUnknown,
			why: "nobody knows whether the certificate was revoked: no list"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := &Guard{Required: tc.required, Request: certpath.Request{Candidates: []*cert.Certificate{ca}, Evidence: certpath.NewEvidence()},
				Stored: func(issuers []cert.Name) []*cert.Certificate {
					if len(issuers) == 0 || !issuers[0].Equal(leaf.Issuer) {
						t.Errorf("the store is asked for %v", issuers)
					}
					return []*cert.Certificate{leaf}
				},
				Complete: func(r *certpath.Request) certpath.Result {
					if !r.Leaf.Equal(leaf) || r.Purpose != certpath.PurposeSign || !slices.Equal(r.Candidates, []*cert.Certificate{ca, ca, leaf}) {
						t.Errorf("asked %+v", r)
					}
					return certpath.Result{Paths: tc.paths}
				}}
			r := g.Refuses(leaf, []*cert.Certificate{ca}, certpath.PurposeSign)
			if tc.want == 0 && r != nil || tc.want != 0 && (r == nil || r.Ground != tc.want || r.Why != tc.why) {
				t.Errorf("got %+v, want %d, %s", r, tc.want, tc.why)
			}
			if len(g.Request.Candidates) != 1 || g.Request.Leaf != nil {
				t.Error("the request of the guard was changed")
			}
		})
	}
	// Lists that nobody vouches for, of which one was checked before. A path with better ones counts more.
	for _, tc := range []struct {
		source string
		paths  []certpath.Path
		want   Ground
	}{{"proven", nil, Revoked}, {"file", nil, 0}, {"proven", []certpath.Path{path(good)}, 0}, {"proven", []certpath.Path{path(unknown("no list"))}, Revoked}} {
		template := w.bob()
		template.Serial = []byte{0x55}
		bob := w.issue(template)
		list := certtest.List(certtest.ListTemplate{ThisUpdate: certtest.Now().AddDate(0, 0, -1), Entries: []certtest.ListEntry{{Serial: template.Serial}}}, w.root)
		crl, err := cert.ParseCRL(list)
		if err != nil {
			t.Fatal(err)
		}
		g := &Guard{Request: certpath.Request{Evidence: certpath.NewEvidence(certpath.List{CRL: crl, Source: tc.source})}, Proven: "proven",
			Stored:   func([]cert.Name) []*cert.Certificate { return nil },
			Complete: func(*certpath.Request) certpath.Result { return certpath.Result{Paths: tc.paths} }}
		if r := g.Refuses(bob, nil, certpath.PurposeSign); (r != nil) != (tc.want != 0) || r != nil && r.Ground != tc.want {
			t.Errorf("%s, %d paths: %+v", tc.source, len(tc.paths), r)
		}
	}
	if r := (*Guard)(nil).Refuses(leaf, nil, certpath.PurposeSign); r != nil {
		t.Errorf("without a guard: %+v", r)
	}
}

// TestGuardCannotRead: what tells of revocations is there, and cannot be read.
func TestGuardCannotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaf := w.issue(w.bob())
	root, err := cert.Parse(w.root.DER)
	if err != nil {
		t.Fatal(err)
	}
	list := certpath.List{Issuer: root.Subject, Read: func() ([]*cert.CRL, error) { return nil, fs.ErrPermission }}
	g := &Guard{Request: certpath.Request{At: certtest.Now(), Evidence: certpath.NewEvidence(list), Anchors: []certpath.Anchor{{Certificate: root}}},
		Stored:   func([]cert.Name) []*cert.Certificate { return nil },
		Complete: func(r *certpath.Request) certpath.Result { return certpath.Validate(*r) }}
	rules := &Rules{Now: certtest.Now(), Guard: g}
	c := rules.Choose([]Candidate{{Certificate: leaf}}, certpath.PurposeEncrypt)
	if c.Taken != nil || c.Refusal.Ground != RevocationUnread || !errors.Is(c.Refusal.Err, fs.ErrPermission) ||
		c.Refusal.Why != "it cannot be found out whether it was revoked: permission denied" || !c.Refused.Equal(leaf) {
		t.Errorf("%+v", c.Refusal)
	}
}
