package certpath

import (
	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

const (
	oidCertificatePolicies = algorithm.OID("\x55\x1d\x20")     // 2.5.29.32
	oidPolicyMappings      = algorithm.OID("\x55\x1d\x21")     // 2.5.29.33
	oidPolicyConstraints   = algorithm.OID("\x55\x1d\x24")     // 2.5.29.36
	oidInhibitAnyPolicy    = algorithm.OID("\x55\x1d\x36")     // 2.5.29.54
	anyPolicy              = algorithm.OID("\x55\x1d\x20\x00") // 2.5.29.32.0
)

// maxPolicies bounds policies and mappings of one certificate.
const maxPolicies = 256

// policyNode is a node of the present depth of the policy graph (RFC 9618,
// which replaced the tree of RFC 5280 because that grows without bounds). Only
// one depth is kept: what later steps need of the ancestors of a node is which
// policies directly below anyPolicy lead to it.
type policyNode struct {
	expected []algorithm.OID
	roots    map[algorithm.OID]bool // those of the user's set
}

// policyState is the state of Section 6.1.2 that is about policies.
type policyState struct {
	nodes                      map[algorithm.OID]*policyNode // of this depth; empty is the NULL graph
	user                       map[algorithm.OID]bool        // nil is any-policy
	explicit, mapping, inhibit int
}

// policies processes the policies of a path, leaf first, without the anchor.
func (w *walk) policies(path []*cert.Certificate) {
	in := w.b.req.Policy
	n := len(path)
	start := func(now bool) int {
		if now {
			return 0
		}
		return n + 1
	}
	s := &policyState{
		nodes:    map[algorithm.OID]*policyNode{anyPolicy: {expected: []algorithm.OID{anyPolicy}}},
		explicit: start(in.ExplicitPolicy), mapping: start(in.InhibitMapping), inhibit: start(in.InhibitAnyPolicy),
	}
	if len(in.Initial) > 0 {
		s.user = map[algorithm.OID]bool{}
		for _, oid := range in.Initial {
			s.user[oid] = true
		}
		if s.user[anyPolicy] {
			s.user = nil
		}
	}
	for i := n - 1; i >= 0; i-- {
		c := path[i]
		e, ok := readPolicyExtensions(c)
		if !ok {
			w.problem(CodePathInvalid, c, "its policy extensions are malformed or too many")
			return
		}
		if e.strange {
			w.problem(CodePathInvalid, c, "its critical policies have a qualifier that is not known")
			return
		}
		s.enter(e, i > 0 && c.SelfIssued())
		if s.explicit == 0 && len(s.nodes) == 0 {
			w.problem(CodePathInvalid, c, "an explicit policy is required and none is valid")
			return
		}
		if i > 0 && !s.prepare(e, c.SelfIssued()) {
			w.problem(CodePathInvalid, c, "it maps from or to any policy")
			return
		}
		if i == 0 {
			s.explicit = lower(s.explicit)
			if e.requireExplicit == 0 {
				s.explicit = 0
			}
			if s.explicit == 0 && !s.acceptable() {
				w.problem(CodePathInvalid, c, "an explicit policy is required and none of those asked for is valid")
			}
		}
	}
}

// enter is Section 6.1.3, steps (d) and (e).
func (s *policyState) enter(e *policyExtensions, selfIssuedBetween bool) {
	// Which nodes of the depth above expect a policy.
	expecting := map[algorithm.OID][]*policyNode{}
	for _, node := range s.nodes {
		for _, oid := range node.expected {
			expecting[oid] = append(expecting[oid], node)
		}
	}
	next := map[algorithm.OID]*policyNode{}
	add := func(oid algorithm.OID, parents []*policyNode) {
		node := &policyNode{expected: []algorithm.OID{oid}}
		for _, parent := range parents {
			node.inherit(parent)
		}
		next[oid] = node
	}
	hasAny := false
	for _, oid := range e.policies {
		if oid == anyPolicy {
			hasAny = true
			continue
		}
		if parents := expecting[oid]; len(parents) > 0 { // (d) (1) (i)
			add(oid, parents)
		} else if s.nodes[anyPolicy] != nil { // (d) (1) (ii)
			next[oid] = s.root(oid)
		}
	}
	if hasAny && (s.inhibit > 0 || selfIssuedBetween) { // (d) (2)
		for oid, parents := range expecting {
			if next[oid] == nil {
				add(oid, parents)
			}
		}
	}
	s.nodes = next
}

// root makes a node whose parent is anyPolicy.
func (s *policyState) root(oid algorithm.OID) *policyNode {
	node := &policyNode{expected: []algorithm.OID{oid}}
	if s.user[oid] {
		node.roots = map[algorithm.OID]bool{oid: true}
	}
	return node
}

func (n *policyNode) inherit(parent *policyNode) {
	for oid := range parent.roots {
		if n.roots == nil {
			n.roots = map[algorithm.OID]bool{}
		}
		n.roots[oid] = true
	}
}

// prepare is Section 6.1.4, steps (a), (b) and (h) to (j). It is false when
// anyPolicy is mapped.
func (s *policyState) prepare(e *policyExtensions, selfIssued bool) bool {
	mapped := map[algorithm.OID][]algorithm.OID{}
	for _, m := range e.mappings {
		if m[0] == anyPolicy || m[1] == anyPolicy {
			return false
		}
		mapped[m[0]] = append(mapped[m[0]], m[1])
	}
	hadAny := s.nodes[anyPolicy] != nil
	for from, to := range mapped {
		node := s.nodes[from]
		switch {
		case s.mapping == 0:
			delete(s.nodes, from)
		case node != nil:
			node.expected = to
		case hadAny:
			node = s.root(from)
			node.expected = to
			s.nodes[from] = node
		}
	}
	if !selfIssued {
		s.explicit, s.mapping, s.inhibit = lower(s.explicit), lower(s.mapping), lower(s.inhibit)
	}
	s.explicit = atMost(s.explicit, e.requireExplicit)
	s.mapping = atMost(s.mapping, e.inhibitMapping)
	s.inhibit = atMost(s.inhibit, e.inhibitAny)
	return true
}

// acceptable is Section 6.1.5, step (g): whether the graph and the user's set
// have a policy in common.
func (s *policyState) acceptable() bool {
	if s.user == nil {
		return len(s.nodes) > 0
	}
	if s.nodes[anyPolicy] != nil {
		return true
	}
	for _, node := range s.nodes {
		if len(node.roots) > 0 {
			return true
		}
	}
	return false
}

func lower(n int) int { return max(0, n-1) }

// atMost lowers n to limit unless that is absent.
func atMost(n, limit int) int {
	if limit >= 0 {
		return min(n, limit)
	}
	return n
}
