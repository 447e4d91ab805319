package certpath_test

import (
	"fmt"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	const a, b, any = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2", "2.5.29.32.0"
	type list = []certtest.Extension
	none := list{}
	explicit := certpath.PolicyInputs{ExplicitPolicy: true}
	asked := func(oids ...string) certpath.PolicyInputs {
		in := certpath.PolicyInputs{ExplicitPolicy: true}
		for _, o := range oids {
			in.Initial = append(in.Initial, algorithm.MustOID(o))
		}
		return in
	}
	notExplicit := asked(b)
	notExplicit.ExplicitPolicy = false
	inhibitMapping, inhibitAny := explicit, explicit
	inhibitMapping.InhibitMapping, inhibitAny.InhibitAnyPolicy = true, true
	for _, c := range []struct {
		name         string
		in           certpath.PolicyInputs
		middle, leaf list
		good         bool
	}{
		{"nothing asked, nothing there", certpath.PolicyInputs{}, none, none, true},
		{"nothing asked, other policies", certpath.PolicyInputs{}, list{certtest.Policies(a)}, list{certtest.Policies(b)}, true},
		{"explicit, none", explicit, none, none, false},
		{"explicit, the same", explicit, list{certtest.Policies(a)}, list{certtest.Policies(a)}, true},
		{"explicit, not in the leaf", explicit, list{certtest.Policies(a)}, none, false},
		{"explicit, not in the intermediate", explicit, none, list{certtest.Policies(a)}, false},
		{"explicit, different", explicit, list{certtest.Policies(a)}, list{certtest.Policies(b)}, false},
		{"any in the intermediate", explicit, list{certtest.Policies(any)}, list{certtest.Policies(b)}, true},
		{"any in the leaf", explicit, list{certtest.Policies(a)}, list{certtest.Policies(any)}, true},
		{"any inhibited", inhibitAny, list{certtest.Policies(any)}, list{certtest.Policies(b)}, false},
		{"asked for", asked(a), list{certtest.Policies(a)}, list{certtest.Policies(a)}, true},
		{"asked for another", asked(b), list{certtest.Policies(a)}, list{certtest.Policies(a)}, false},
		{"asked for another, not explicit", notExplicit, list{certtest.Policies(a)}, list{certtest.Policies(a)}, true},
		{"asked for one of two", asked(a, b), list{certtest.Policies(a)}, list{certtest.Policies(a)}, true},
		{"asked for any", asked(any), list{certtest.Policies(a)}, list{certtest.Policies(a)}, true},
		{"asked for, any all the way", asked(a), list{certtest.Policies(any)}, list{certtest.Policies(any)}, true},
		{"asked for, any above", asked(a), list{certtest.Policies(any)}, list{certtest.Policies(a)}, true},
		{"asked for another, any above", asked(b), list{certtest.Policies(any)}, list{certtest.Policies(a)}, false},
		{"mapped", asked(a), list{certtest.Policies(a), certtest.PolicyMappings(a, b)}, list{certtest.Policies(b)}, true},
		{"mapped, asked for what it is mapped to", asked(b), list{certtest.Policies(a), certtest.PolicyMappings(a, b)}, list{certtest.Policies(b)}, false},
		{"mapped away", asked(a), list{certtest.Policies(a), certtest.PolicyMappings(a, b)}, list{certtest.Policies(a)}, false},
		{"mapped below any", asked(a), list{certtest.Policies(any), certtest.PolicyMappings(a, b)}, list{certtest.Policies(b)}, true},
		{"mapping inhibited", inhibitMapping, list{certtest.Policies(a), certtest.PolicyMappings(a, b)}, list{certtest.Policies(b)}, false},
		{"mapping from any", certpath.PolicyInputs{}, list{certtest.Policies(a), certtest.PolicyMappings(any, b)}, list{certtest.Policies(b)}, false},
		{"mapping to any", certpath.PolicyInputs{}, list{certtest.Policies(a), certtest.PolicyMappings(a, any)}, list{certtest.Policies(b)}, false},
		{"the CA requires, none there", certpath.PolicyInputs{}, list{certtest.Policies(a), certtest.PolicyConstraints(0, -1)}, none, false},
		{"the CA requires, there", certpath.PolicyInputs{}, list{certtest.Policies(a), certtest.PolicyConstraints(0, -1)}, list{certtest.Policies(a)}, true},
		{"the CA requires later", certpath.PolicyInputs{}, list{certtest.Policies(a), certtest.PolicyConstraints(5, -1)}, none, true},
		{"the leaf requires", certpath.PolicyInputs{}, none, list{certtest.Policies(a), certtest.PolicyConstraints(0, -1)}, false},
		{"the CA inhibits any", explicit, list{certtest.Policies(a), certtest.InhibitAnyPolicy(0)}, list{certtest.Policies(any)}, false},
		{"the CA inhibits any later", explicit, list{certtest.Policies(a), certtest.InhibitAnyPolicy(1)}, list{certtest.Policies(any)}, true},
		{"critical policies", explicit, list{certtest.Critical(certtest.Policies(a))}, list{certtest.Critical(certtest.Policies(a))}, true},
		{"malformed policies", certpath.PolicyInputs{}, none, list{{OID: "2.5.29.32", Value: []byte{0x30, 0}}}, false},
		{"malformed constraints", certpath.PolicyInputs{}, list{{OID: "2.5.29.36", Critical: true, Value: []byte{0x30, 0}}}, none, false},
		{"negative constraints", certpath.PolicyInputs{}, list{{OID: "2.5.29.36", Critical: true, Value: []byte{0x30, 3, 0x80, 1, 0xff}}}, none, false},
		{"malformed mappings", certpath.PolicyInputs{}, list{{OID: "2.5.29.33", Critical: true, Value: []byte{0x30, 2, 0x30, 0}}}, none, false},
		{"malformed inhibitAnyPolicy", certpath.PolicyInputs{}, list{{OID: "2.5.29.54", Critical: true, Value: []byte{2, 1, 0xff}}}, none, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newChain()
			x.req.Policy = c.in
			x.middle.Extensions = append(x.middle.Extensions, c.middle...)
			x.leaf.Extensions = append(x.leaf.Extensions, c.leaf...)
			p := certpath.Validate(x.issue(t)).Paths[0]
			if p.Good() != c.good || !c.good && p.Problems[0].Code != certpath.CodePathInvalid {
				t.Errorf("got good %v, want %v: %+v", p.Good(), c.good, p.Problems)
			}
		})
	}
}

// TestPolicyBomb: policies that double at every step of RFC 5280's tree.
func TestPolicyBomb(t *testing.T) {
	t.Parallel()
	var oids, mappings []string
	for i := range 16 {
		oids = append(oids, fmt.Sprint("1.3.6.1.4.1.99999.", i+1))
	}
	for _, from := range oids {
		for _, to := range oids {
			mappings = append(mappings, from, to)
		}
	}
	root := certtest.Issue(ca("Root", nil), nil)
	req := certpath.Request{Anchors: []certpath.Anchor{anchor(parse(t, root))}, At: certtest.Now(), Policy: certpath.PolicyInputs{ExplicitPolicy: true, Initial: []algorithm.OID{algorithm.MustOID(oids[3])}}}
	issuer := root
	for i := range 6 {
		issuer = certtest.Issue(ca(fmt.Sprint("CA ", i), nil, certtest.Policies(oids...), certtest.PolicyMappings(mappings...)), issuer)
		req.Candidates = append(req.Candidates, parse(t, issuer))
	}
	template := newChain().leaf
	template.Extensions = append(template.Extensions, certtest.Policies(oids[5]))
	req.Leaf = parse(t, certtest.Issue(template, issuer))
	start := time.Now()
	p := certpath.Validate(req).Paths[0]
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("got %v, want less than 2 s", took)
	}
	if !p.Good() {
		t.Errorf("got %+v", p.Problems)
	}
}
