package certpath

import (
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// TestBudgets: the limits on signatures, steps and candidates hold in a bag
// in which every key certifies every other under one name.
func TestBudgets(t *testing.T) {
	t.Parallel()
	name := certtest.Name(certtest.CN("Loop"))
	keys := make([]*certtest.Key, 14)
	for i := range keys {
		keys[i] = certtest.NewKey("ed25519")
	}
	issue := func(subject, issuer *certtest.Key, extensions ...certtest.Extension) *cert.Certificate {
		e := certtest.Issue(certtest.Template{Subject: name, Key: subject, Extensions: extensions}, &certtest.Entity{Key: issuer, Name: name})
		c, err := cert.Parse(e.DER)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	req := &Request{Leaf: issue(certtest.NewKey("ed25519"), keys[0]), At: certtest.Now()}
	for i := range keys {
		for j := range keys {
			if i != j {
				req.Candidates = append(req.Candidates, issue(keys[j], keys[i], certtest.CA(-1)))
			}
		}
	}
	b := newBuilder(req)
	admitted := 0
	for _, list := range b.byName {
		admitted += len(list)
	}
	if admitted != maxCandidates {
		t.Errorf("got %d candidates, want %d", admitted, maxCandidates)
	}
	b.search()
	if b.signatures != maxSignatures {
		t.Errorf("got %d signatures, want %d", b.signatures, maxSignatures)
	}
	if b.steps > maxSteps {
		t.Errorf("got %d steps, want at most %d", b.steps, maxSteps)
	}
	if len(b.open) > maxOpen || len(b.results()) > maxPaths {
		t.Errorf("got %d open paths, %d results", len(b.open), len(b.results()))
	}

	// With signatures that cost nothing the steps are what ends it.
	b = newBuilder(req)
	for _, list := range b.byName {
		for _, x := range list {
			b.links[[2]*issuer{b.leaf, x}] = linkResult{}
			for _, y := range list {
				b.links[[2]*issuer{x, y}] = linkResult{}
			}
		}
	}
	b.search()
	if b.steps != maxSteps {
		t.Errorf("got %d steps, want %d", b.steps, maxSteps)
	}
}
