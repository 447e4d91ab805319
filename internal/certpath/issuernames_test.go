package certpath

import (
	"slices"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// TestIssuerNames: who is looked for in a store: the issuers of the leaf, of the other certificates and of the lists.
func TestIssuerNames(t *testing.T) {
	t.Parallel()
	entity := func(name string, issuer *certtest.Entity) (*certtest.Entity, *cert.Certificate) {
		e := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN(name))}, issuer)
		c, err := cert.Parse(e.DER)
		if err != nil {
			t.Fatal(err)
		}
		return e, c
	}
	root, _ := entity("root", nil)
	between, issuing := entity("between", root)
	_, leaf := entity("leaf", between)
	lists, listing := entity("lists", nil)
	crl, err := cert.ParseCRL(certtest.List(certtest.ListTemplate{}, lists))
	if err != nil {
		t.Fatal(err)
	}
	has := func(names []cert.Name, want cert.Name) bool { return slices.ContainsFunc(names, want.Equal) }
	req := &Request{Leaf: leaf, Candidates: []*cert.Certificate{issuing, nil}, Evidence: NewEvidence(List{CRL: crl})}
	names := req.IssuerNames()
	for what, want := range map[string]cert.Name{"leaf": leaf.Issuer, "candidate": issuing.Issuer, "list": listing.Subject} {
		if !has(names, want) {
			t.Errorf("the issuer of the %s is missing", what)
		}
	}
	if len(names) != 3 {
		t.Errorf("%d names", len(names))
	}
	if got := (&Request{}).IssuerNames(); len(got) != 0 {
		t.Errorf("%d names of nothing", len(got))
	}
}
