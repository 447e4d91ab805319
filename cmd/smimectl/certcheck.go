package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

func (a *app) certCheckCommand() *cobra.Command {
	o := &judgeFlags{}
	cmd := newVerb("check FILE...", "is a certificate good for mail, and who vouches for it",
		`Check validates a certificate by itself: a path to one of your anchors, validity, purpose, strength. The first
certificate of each FILE is checked; further ones in it may be its issuers. WHO of the store is taken too.`,
		`  smimectl cert check bob.pem
  smimectl cert check --ca root.pem --chain issuer.pem --at 2025-01-01 bob.pem`)
	o.addValidation(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageErrorf("cert check needs a FILE").withHint("smimectl cert check bob.pem")
		}
		if len(args) > 1 && a.global.report != "" {
			return usageErrorf("--report goes with one FILE, got %d", len(args))
		}
		codes := map[int]bool{}
		for _, name := range args {
			result := a.checkCertificate(o, name)
			a.finish(result, true)
			codes[a.exit] = true
			if result.report == nil {
				return nil
			}
		}
		a.exit = worstExit(codes)
		return nil
	}
	return cmd
}

func (a *app) checkCertificate(o *judgeFlags, name string) *outcome {
	const command = "cert check"
	fail := func(err error) *outcome { return a.failed(command, name, err) }
	policy, err := o.policy(a)
	if err != nil {
		return fail(err)
	}
	anchors, find, err := a.anchors(&o.trust)
	if err != nil {
		return fail(err)
	}
	further, err := furtherCertificates(&o.trust)
	if err != nil {
		return fail(err)
	}
	paths, err := o.policyInputs()
	if err != nil {
		return fail(err)
	}
	list, err := a.certificatesNamed([]string{name})
	if err != nil {
		return fail(err)
	}
	leaf := list[0]
	request := certpath.Request{Leaf: leaf, Anchors: anchors, At: policy.At, Purpose: purposeOf(leaf, policy), Policy: paths, Sources: map[string]string{}}
	add := func(found []*cert.Certificate, source string) {
		for _, c := range found {
			if f := c.Fingerprint(); request.Sources[f] == "" {
				request.Sources[f] = source
				request.Candidates = append(request.Candidates, c)
			}
		}
	}
	add(list[1:], filepath.Base(name))
	add(further, "chain")
	add(a.storedCertificates()(), "store")
	if request.Evidence, err = a.evidence(&o.trust); err != nil {
		return fail(err)
	}
	request.Anchors = append(request.Anchors, find(leaf, request.Candidates, policy.At)...)
	result := certpath.Validate(request)
	facts := verdict.Facts{Command: command, File: name, Certs: []verdict.Certificate{{Certificate: leaf, Now: &result, Sources: request.Sources}}}
	return &outcome{report: verdict.Judge(facts, policy)}
}

// purposeOf asks of a certificate what it is made for: signing mail, else reading it.
func purposeOf(c *cert.Certificate, policy verdict.Policy) certpath.Purpose {
	switch {
	case policy.PurposeAny:
		return certpath.PurposeAny
	case certpath.Fits(c, certpath.PurposeSign) != nil && certpath.Fits(c, certpath.PurposeEncrypt) == nil:
		return certpath.PurposeEncrypt
	}
	return certpath.PurposeSign
}
