package certpath

import (
	"bytes"
	"cmp"
	"slices"

	"smimectl/internal/cert"
)

// builder searches paths from the leaf upwards, depth first, within its
// budgets.
type builder struct {
	req        *Request
	byName     map[string][]*issuer // by subject
	leaf       *issuer
	links      map[[2]*issuer]linkResult // signatures checked so far
	signatures int
	steps      int
	exhausted  bool
	anchored   []Path
	open       []Path // those that end without an anchor
	limits     *constraintCache
}

// issuer is a certificate that takes part, an anchor or not.
type issuer struct {
	certificate *cert.Certificate
	anchor      *Anchor
	subject     string // key of the subject's name
}

func newBuilder(req *Request) *builder {
	b := &builder{req: req, byName: map[string][]*issuer{}, links: map[[2]*issuer]linkResult{}, limits: newConstraintCache()}
	b.leaf = &issuer{certificate: req.Leaf, subject: req.Leaf.Subject.Key()}
	seen := map[string]bool{}
	for i := range req.Anchors {
		a := &req.Anchors[i]
		if a.Certificate == nil || seen[a.Certificate.Fingerprint()] {
			continue
		}
		seen[a.Certificate.Fingerprint()] = true
		n := &issuer{certificate: a.Certificate, anchor: a, subject: a.Certificate.Subject.Key()}
		b.byName[n.subject] = append(b.byName[n.subject], n)
		if a.Certificate.Equal(req.Leaf) {
			b.leaf.anchor = a
		}
	}
	seen[req.Leaf.Fingerprint()] = true // a leaf issues nothing on its own path
	all := map[string][]*issuer{}
	for _, c := range req.Candidates {
		if c == nil || seen[c.Fingerprint()] {
			continue
		}
		seen[c.Fingerprint()] = true
		key := c.Subject.Key()
		all[key] = append(all[key], &issuer{certificate: c, subject: key})
	}
	b.admit(all)
	return b
}

// admit takes those candidates that can stand in a path from the leaf, nearest
// first, up to the limit. What nobody's issuer is called does not count.
func (b *builder) admit(all map[string][]*issuer) {
	wanted := []*issuer{b.leaf}
	asked := map[string]bool{}
	count := 0
	for len(wanted) > 0 {
		child := wanted[0]
		wanted = wanted[1:]
		name := child.certificate.Issuer.Key()
		if asked[name] {
			continue
		}
		asked[name] = true
		for _, n := range b.likeliest(child.certificate, all[name]) {
			if count == maxCandidates {
				b.exhausted = true
				return
			}
			count++
			b.byName[name] = append(b.byName[name], n)
			wanted = append(wanted, n)
		}
	}
}

// likeliest returns the list sorted by how likely each issued child. Key
// identifiers are hints (RFC 5280, Section 4.2.1.1): they give the order and
// rule nothing out.
func (b *builder) likeliest(child *cert.Certificate, list []*issuer) []*issuer {
	type ranked struct {
		*issuer
		rank int
	}
	want := child.AuthorityKeyID()
	named, hasName := child.AuthorityCertificate()
	order := make([]ranked, len(list))
	for i, n := range list {
		rank := 0
		if has := n.certificate.SubjectKeyID(); want == nil || has == nil {
			rank += 10
		} else if !bytes.Equal(want, has) {
			rank += 20
		}
		if hasName && !named.Matches(n.certificate) {
			rank += 5
		}
		if n.anchor == nil {
			rank += 4
			if ca, _, _ := n.certificate.BasicConstraints(); !ca {
				rank += 3
			}
		}
		if code, _ := outside(n.certificate, b.req.At); code != "" {
			rank += 2
		}
		order[i] = ranked{n, rank}
	}
	// Equal ones in an order of their own, so that the result does not depend on
	// how a message lists its certificates.
	slices.SortFunc(order, func(x, y ranked) int {
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.certificate.Fingerprint(), y.certificate.Fingerprint()))
	})
	out := make([]*issuer, len(order))
	for i, r := range order {
		out[i] = r.issuer
	}
	return out
}

// frame is one level of the search.
type frame struct {
	node    *issuer
	issuers []*issuer // still to be tried
	led     bool      // an issuer was found, whatever became of the path
	fault   *Problem  // why the likeliest issuer is none
}

// search fills anchored and open.
func (b *builder) search() {
	if b.leaf.anchor != nil {
		b.complete([]*issuer{b.leaf})
		if b.anchored[0].Good() {
			return
		}
	}
	stack := []*frame{b.frame(b.leaf)}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		if len(top.issuers) == 0 || b.stop() {
			if !top.led {
				b.end(stack, top)
			}
			stack = stack[:len(stack)-1]
			continue
		}
		next := top.issuers[0]
		top.issuers = top.issuers[1:]
		b.steps++
		if loops(stack, next) {
			continue
		}
		if len(stack) == maxPathLength {
			top.fault = &Problem{Code: CodePathInvalid, Certificate: top.node.certificate, Detail: "the path is longer than 8 certificates"}
			top.issuers = nil
			continue
		}
		if link := b.link(top.node, next); link.err != nil {
			b.noteFault(top, next, link.err)
			continue
		}
		top.led = true
		if next.anchor != nil {
			b.complete(append(nodes(stack), next))
			continue
		}
		stack = append(stack, b.frame(next))
	}
}

// stop reports whether a budget is used up.
func (b *builder) stop() bool {
	if b.steps >= maxSteps || b.signatures >= maxSignatures || len(b.anchored) >= maxAnchored {
		b.exhausted = true
		return true
	}
	return false
}

func (b *builder) frame(n *issuer) *frame {
	return &frame{node: n, issuers: b.likeliest(n.certificate, b.byName[n.certificate.Issuer.Key()])}
}

// loops reports whether subject and key of n are on the path already. The same
// name with another key is not a loop: CAs change keys.
func loops(stack []*frame, n *issuer) bool {
	for _, f := range stack {
		if f.node.subject == n.subject && bytes.Equal(f.node.certificate.SPKI, n.certificate.SPKI) {
			return true
		}
	}
	return false
}

func nodes(stack []*frame) []*issuer {
	out := make([]*issuer, len(stack), len(stack)+1)
	for i, f := range stack {
		out[i] = f.node
	}
	return out
}

// complete validates a path that ends in an anchor.
func (b *builder) complete(chain []*issuer) {
	last := chain[len(chain)-1]
	p := b.path(chain)
	p.Anchor = last.anchor
	b.validate(&p)
	b.anchored = append(b.anchored, p)
}

// end records a path that ends without an anchor, with the reason.
func (b *builder) end(stack []*frame, top *frame) {
	if len(b.open) == maxOpen {
		return
	}
	p := b.path(nodes(stack))
	c := top.node.certificate
	switch {
	case c.SelfIssued() && b.link(top.node, top.node).err == nil:
		p.Problems = append(p.Problems, Problem{Code: CodeIssuerUnknown, Certificate: c, Detail: "it is self-signed and no anchor"})
	case top.fault != nil:
		p.Problems = append(p.Problems, *top.fault)
	case b.exhausted:
		p.Problems = append(p.Problems, Problem{Code: CodeIssuerMissing, Certificate: c, Detail: "too many certificates to look through"})
	default:
		p.Problems = append(p.Problems, missing(c))
	}
	b.validate(&p)
	b.open = append(b.open, p)
}

func missing(c *cert.Certificate) Problem {
	return Problem{Code: CodeIssuerMissing, Certificate: c, Detail: "the certificate of its issuer " + c.Issuer.String() + " is not there"}
}

// path makes a Path of nodes whose links are checked.
func (b *builder) path(chain []*issuer) Path {
	var p Path
	for i, n := range chain {
		p.Certificates = append(p.Certificates, n.certificate)
		if key, err := n.certificate.PublicKey(); err == nil {
			p.Keys = append(p.Keys, key)
		}
		if i > 0 {
			if d := b.links[[2]*issuer{chain[i-1], n}].digest; d != nil {
				p.Digests = append(p.Digests, d)
			}
		}
	}
	return p
}
