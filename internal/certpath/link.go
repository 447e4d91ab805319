package certpath

import (
	"bytes"
	"errors"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// linkResult is what checking the signature of one certificate with the key of
// another gave.
type linkResult struct {
	digest *algorithm.Digest
	err    error
}

var errBudget = errors.New("certpath: too many signatures to check")

// link checks the signature of child with the key of parent, once.
func (b *builder) link(child, parent *issuer) linkResult {
	pair := [2]*issuer{child, parent}
	if r, ok := b.links[pair]; ok {
		return r
	}
	r := linkResult{err: errBudget}
	if b.signatures < maxSignatures {
		b.signatures++
		r = b.req.Known.link(child.certificate, parent.certificate)
	}
	b.links[pair] = r
	return r
}

func checkLink(child, parent *cert.Certificate) linkResult {
	scheme, err := algorithm.FindSignature(child.SignatureAlgorithm, nil)
	if err != nil {
		return linkResult{err: err}
	}
	key, err := parent.PublicKey()
	if err != nil {
		return linkResult{err: err}
	}
	if err := child.CheckSignedBy(key); err != nil {
		return linkResult{err: err}
	}
	return linkResult{digest: scheme.Digest}
}

// noteFault keeps the reason why n did not issue the top of the path, unless
// key identifiers say that it was never meant.
func (b *builder) noteFault(top *frame, n *issuer, err error) {
	want, has := top.node.certificate.AuthorityKeyID(), n.certificate.SubjectKeyID()
	if top.fault != nil || want != nil && has != nil && !bytes.Equal(want, has) {
		return
	}
	detail := "its signature does not verify with the key of " + n.certificate.Subject.String()
	var unsupported *algorithm.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		detail = "its signature cannot be checked: " + unsupported.Error()
	case errors.Is(err, errBudget):
		detail = "too many signatures to check"
	case !errors.Is(err, algorithm.ErrSignature):
		detail = "its signature cannot be checked: " + err.Error()
	}
	top.fault = &Problem{Code: CodePathInvalid, Certificate: top.node.certificate, Detail: detail, Err: err}
}
