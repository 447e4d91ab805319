package main

import (
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/message"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

func (a *app) certCheckCommand() *cobra.Command {
	o := &judgeFlags{}
	least := &minValidity{}
	passphrase := &passphraseFlags{}
	cmd := newVerb("check FILE...", "is a certificate good for mail, and who vouches for it",
		`Check validates a certificate by itself: a path to one of your anchors, validity, purpose, strength. Of each FILE the
first certificate that is no CA's is checked, else the first; further ones in it may be its issuers. WHO of the store is
taken too. What the certificate and its issuers lack of the CA/Browser Forum's S/MIME requirements is named, with its
section; these bind public CAs alone and change neither the word nor the exit code.`,
		`  smimectl cert check bob.pem
  smimectl cert check --ca root.pem --chain issuer.pem --at 2025-01-01 bob.pem`)
	o.addValidation(cmd)
	passphrase.add(cmd, a.env)
	least.add(cmd, "EXPIRED when it expires within SPAN: 7d, 24h, 2w")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageErrorf("cert check needs a FILE").withHint("smimectl cert check bob.pem")
		}
		if len(args) > 1 && a.global.report != "" {
			return usageErrorf("--report goes with one FILE, got %d", len(args))
		}
		codes := map[int]bool{}
		for _, name := range args {
			result := a.checkCertificate(o, least, passphrase, name)
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

func (a *app) checkCertificate(o *judgeFlags, least *minValidity, passphrase *passphraseFlags, name string) *outcome {
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
	list, err := a.certificatesChecked(name, passphrase)
	if err != nil {
		return fail(err)
	}
	policy.MinValidity = least.span
	if least.given {
		policy.Grounds = append(policy.Grounds, verdict.Flag{Name: "--min-validity", Value: least.text})
	}
	guard, err := a.newGuard(&o.trust, policy.Now)
	if err != nil {
		return fail(err)
	}
	leaf := checkedOf(list, isFile(name), &sending.Rules{Now: policy.Now, Guard: guard})
	if len(list) > 1 && !isFile(name) {
		a.inform("note: %s names %d certificates; this is %s; the others:  smimectl cert list", quoted(name), len(list), shortFingerprint(leaf))
	}
	request := certpath.Request{Leaf: leaf, Anchors: anchors, At: policy.At, Purpose: purposeOf(leaf, policy), Policy: paths, Sources: map[string]string{}}
	add := func(found []*cert.Certificate, source string) {
		for _, c := range found {
			if f := c.Fingerprint(); request.Sources[f] == "" {
				request.Sources[f] = source
				request.Candidates = append(request.Candidates, c)
			}
		}
	}
	add(slices.DeleteFunc(slices.Clone(list), leaf.Equal), filepath.Base(name))
	add(further, "chain")
	if request.Evidence, err = a.evidence(&o.trust); err != nil {
		return fail(err)
	}
	add(a.storedCertificates(a.env.store().Catalogue())(message.Wanted{Issuers: request.IssuerNames()}), "store")
	result, trouble := a.complete(&o.trust, &request, find)
	if err := request.Evidence.Err(); err != nil {
		return fail(err)
	}
	facts := verdict.Facts{Command: command, File: name, Notes: notFetched(trouble), Certs: []verdict.Certificate{{Certificate: leaf, Now: &result, Sources: request.Sources}}}
	return &outcome{report: verdict.Judge(facts, policy)}
}

// certificatesChecked are those of a file, which may need a passphrase (PKCS#12),
// or those that the store has for WHO.
func (a *app) certificatesChecked(name string, passphrase *passphraseFlags) ([]*cert.Certificate, error) {
	if !isFile(name) {
		return a.certificatesNamed([]string{name})
	}
	data, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	ask := passphrase.function()
	bundle, err := certstore.ReadFile(data, func(_ string, try int) ([]byte, error) { return ask(filepath.Base(name), try) })
	if err != nil {
		return nil, fileError(name, err)
	}
	if len(bundle.Certificates) == 0 {
		return nil, keyErrorf(verdict.CertificateMissing, "%s holds no certificate (%s)", quoted(name), bundle.Format)
	}
	return bundle.Certificates, nil
}

// checkedOf is the certificate that is meant: of a file the one that the others
// belong to, of an address in the store the one that mail would be encrypted to, or that encrypt would speak of.
func checkedOf(list []*cert.Certificate, file bool, rules *sending.Rules) *cert.Certificate {
	if file {
		return endEntities(list)[0]
	}
	var candidates []sending.Candidate
	for _, c := range list {
		candidates = append(candidates, sending.Candidate{Certificate: c})
	}
	c := rules.Choose(candidates, useRecipient.purpose)
	if c.Taken != nil {
		return c.Taken.Certificate
	}
	return c.Passed[0].Certificate
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
