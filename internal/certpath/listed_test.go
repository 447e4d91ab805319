package certpath_test

import (
	"slices"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// TestListed: what lists say of a certificate whose issuer is not at hand.
func TestListed(t *testing.T) {
	t.Parallel()
	now := certtest.Now()
	ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	other := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Other")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	leaf := certtest.Template{Subject: certtest.Name(certtest.CN("Bob")), Serial: leafSerial, Extensions: []certtest.Extension{certtest.AKI([]byte{7})}}
	bare, elsewhere := leaf, leaf
	bare.Extensions = nil
	elsewhere.Extensions = append(elsewhere.Extensions, certtest.DistributionPoints(certtest.Point{Full: [][]byte{certtest.URI("http://b.example/")}}))
	on, off := listed(leafSerial, certtest.ReasonCode(6)), listed(leafSerial, certtest.ReasonCode(8))
	list := func(days int, entries []certtest.ListEntry, more ...certtest.Extension) certtest.ListTemplate {
		return certtest.ListTemplate{ThisUpdate: now.Add(aDay*-10).AddDate(0, 0, days), Extensions: numbered(int64(days+1), more...), Entries: entries}
	}
	point := certtest.IssuingPoint(certtest.Point{Full: [][]byte{certtest.URI("http://a.example/")}})
	name := certtest.Directory(other.Name)
	outside := leaf
	outside.Extensions = append(slices.Clone(leaf.Extensions), certtest.DistributionPoints(certtest.Point{Issuers: [][]byte{name}}))
	indirect := []certtest.Extension{certtest.IssuingPoint(certtest.Point{Indirect: true}), certtest.AKI([]byte{9})}
	by := listed(leafSerial, certtest.CertificateIssuer(ca.Name))
	for _, tc := range []struct {
		name   string
		leaf   certtest.Template
		lists  []certtest.ListTemplate
		issuer *certtest.Entity
		source string
		want   bool
	}{
		{"named", leaf, []certtest.ListTemplate{list(0, on)}, ca, "store", true},
		{"not named", leaf, []certtest.ListTemplate{list(0, listed([]byte{9}))}, ca, "store", false},
		{"by another CA", leaf, []certtest.ListTemplate{list(0, on)}, other, "store", false},
		{"by the same key", leaf, []certtest.ListTemplate{list(0, on, certtest.AKI([]byte{7}))}, ca, "store", true},
		{"by another key", leaf, []certtest.ListTemplate{list(0, on, certtest.AKI([]byte{8}))}, ca, "store", false},
		{"of a certificate that names no key", bare, []certtest.ListTemplate{list(0, on, certtest.AKI([]byte{8}))}, ca, "store", true},
		{"taken off at the same moment", leaf, []certtest.ListTemplate{list(0, off, certtest.DeltaTo(1)), list(0, on)}, ca, "store", false},
		{"by whom the certificate names", outside, []certtest.ListTemplate{list(0, by, indirect...)}, other, "store", true},
		{"of another source", leaf, []certtest.ListTemplate{list(0, on)}, ca, "file", false},
		{"of another distribution point", elsewhere, []certtest.ListTemplate{list(0, on, point)}, ca, "store", false},
		{"taken off since", leaf, []certtest.ListTemplate{list(0, on), list(1, nil)}, ca, "store", false},
		{"put on since", leaf, []certtest.ListTemplate{list(1, on), list(0, nil)}, ca, "store", true},
		{"taken off by a delta list", leaf, []certtest.ListTemplate{list(0, on), list(1, off, certtest.DeltaTo(1))}, ca, "store", false},
		{"put on by a delta list", leaf, []certtest.ListTemplate{list(0, nil), list(1, on, certtest.DeltaTo(1))}, ca, "store", true},
		{"nothing new in the delta list", leaf, []certtest.ListTemplate{list(0, on), list(1, nil, certtest.DeltaTo(1))}, ca, "store", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var lists []certpath.List
			for _, l := range tc.lists {
				lists = append(lists, certpath.List{CRL: parseList(t, certtest.List(l, tc.issuer)), Source: "store"})
			}
			e := certpath.NewEvidence(lists...)
			bob := parse(t, certtest.Issue(tc.leaf, ca))
			if entry := e.Listed(bob, tc.source); (entry != nil) != tc.want {
				t.Errorf("got %+v, want an entry: %t", entry, tc.want)
			}
			nobody := tc.leaf
			nobody.Serial = []byte{0x77}
			carol := parse(t, certtest.Issue(nobody, ca))
			e = certpath.NewEvidence(lists...)
			e.LookFor([]*cert.Certificate{carol, bob})
			if entry := e.Listed(bob, tc.source); (entry != nil) != tc.want {
				t.Errorf("looked for with another: got %+v, want an entry: %t", entry, tc.want)
			}
			if entry := e.Listed(carol, tc.source); entry != nil {
				t.Errorf("somebody else: %+v", entry)
			}
		})
	}
	(*certpath.Evidence)(nil).LookFor([]*cert.Certificate{parse(t, certtest.Issue(leaf, ca))})
	if entry := (*certpath.Evidence)(nil).Listed(parse(t, certtest.Issue(leaf, ca)), "store"); entry != nil {
		t.Errorf("without evidence: %+v", entry)
	}
}
