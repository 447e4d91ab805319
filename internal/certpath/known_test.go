package certpath

import (
	"reflect"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// TestKnownKeepsLimits: what was looked up counts like what was worked out, so that the same request has the same
// result whatever came before it.
func TestKnownKeepsLimits(t *testing.T) {
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
	want := Validate(*req)
	req.Known = NewKnown()
	for round := range 3 {
		b := newBuilder(req)
		b.search()
		if b.signatures != maxSignatures {
			t.Errorf("round %d: %d signatures, want %d", round, b.signatures, maxSignatures)
		}
		if got := (Result{Paths: b.results()}); !reflect.DeepEqual(codesOf(got), codesOf(want)) {
			t.Errorf("round %d: %q, want %q", round, codesOf(got), codesOf(want))
		}
	}
}

func codesOf(r Result) [][]string {
	var out [][]string
	for _, p := range r.Paths {
		var codes []string
		for _, x := range p.Problems {
			codes = append(codes, x.Code+": "+x.Detail)
		}
		out = append(out, codes)
	}
	return out
}

// TestKnownIsByOctets: what is known of one certificate is not said of another that differs in its signature, or of
// another key of the same name.
func TestKnownIsByOctets(t *testing.T) {
	t.Parallel()
	parse := func(der []byte) *cert.Certificate {
		c, err := cert.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	same := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	leaf := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Leaf"))}, root)
	changed := append([]byte{}, leaf.DER...)
	changed[len(changed)-1] ^= 1
	k := NewKnown()
	for range 2 {
		if err := k.link(parse(leaf.DER), parse(root.DER)).err; err != nil {
			t.Errorf("the issuer: %v", err)
		}
		if k.link(parse(changed), parse(root.DER)).err == nil {
			t.Error("a changed signature is good")
		}
		if k.link(parse(leaf.DER), parse(same.DER)).err == nil {
			t.Error("the key of another is the issuer's")
		}
		if k.link(parse(root.DER), parse(leaf.DER)).err == nil {
			t.Error("the issued is the issuer")
		}
	}
}

// TestKnownLists: a list that lasts is checked and looked through once; that of one message is not remembered.
func TestKnownLists(t *testing.T) {
	t.Parallel()
	for _, lasting := range []bool{true, false} {
		k := NewKnown()
		l := &entryList{CRL: &cert.CRL{}, lasting: lasting}
		checked, looked := 0, 0
		for range 3 {
			if !k.signed(l, "key", func() bool { checked++; return true }) || k.signed(l, "another", func() bool { return false }) {
				t.Error("the answer is that of another key")
			}
			if k.listing(l, "certificate", func() cert.Listing { looked++; return cert.Listing{Fault: "x"} }).Fault != "x" ||
				k.listing(l, "another", func() cert.Listing { return cert.Listing{} }).Fault != "" {
				t.Error("the answer is that of another certificate")
			}
		}
		other := &entryList{CRL: &cert.CRL{}, lasting: lasting}
		if k.signed(other, "key", func() bool { return false }) {
			t.Error("the answer is that of another list")
		}
		want := 3
		if lasting {
			want = 1
		}
		if checked != want || looked != want {
			t.Errorf("lasting %v: checked %d times, looked through %d times, want %d", lasting, checked, looked, want)
		}
	}
}
