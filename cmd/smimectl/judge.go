package main

import (
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/message"
	"smimectl/internal/verdict"
)

// judgeFlags are what verify and decrypt have in common: how a message is judged.
type judgeFlags struct {
	trust        trustFlags
	output       string
	entity       bool
	from         []string
	anyFrom      bool
	at           string
	purpose      string
	allowLegacy  []string
	allowSHA1    bool
	allowPartial bool
	anyway       bool
	tsaCA        []string

	policies       []string
	explicitPolicy bool
	inhibitMapping bool
	inhibitAny     bool
}

func (j *judgeFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.VarP(once(&j.output, "FILE"), "output", "o", "write the content to FILE; - is standard output")
	f.BoolVar(&j.entity, "entity", false, "with -o: the bare entity inside, without the mail's header")
	f.Var(many(&j.from, "ADDR"), "from", "expect this sender instead of the one in From (repeatable)")
	f.BoolVar(&j.anyFrom, "any-from", false, "do not compare From with the signer")
	f.BoolVar(&j.allowPartial, "allow-partial", false, "a good signed part alone is good, and all that is written")
	f.Var(many(&j.tsaCA, "FILE"), "tsa-ca", "believe time stamps that the certificates of FILE vouch for, and no others; none: believe none (repeatable)")
	f.BoolVar(&j.anyway, "anyway", false, "write text whose signature is not good; the exit code stays")
	j.addValidation(cmd)
}

// addValidation adds what cert check has too: how certificates are judged.
func (j *judgeFlags) addValidation(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(once(&j.at, "TIME"), "at", "judge certificates for now, signed (the signer's claim), or a time (RFC 3339)")
	f.Var(onceOf(&j.purpose, "email", "any"), "purpose", "email, or any: do not look at key usage")
	f.Var(many(&j.allowLegacy, "NAME"), "allow-legacy", "accept broken algorithms by name (sha1, md5, rc2, rsa-1024, ..., all)")
	f.BoolVar(&j.allowSHA1, "allow-sha1", false, "short for --allow-legacy sha1")
	f.Var(many(&j.policies, "OID"), "policy", "acceptable certificate policy; that one holds is asked for by --explicit-policy, or by a CA (repeatable)")
	f.BoolVar(&j.explicitPolicy, "explicit-policy", false, "initial-explicit-policy of RFC 5280")
	f.BoolVar(&j.inhibitMapping, "inhibit-policy-mapping", false, "initial-policy-mapping-inhibit of RFC 5280")
	f.BoolVar(&j.inhibitAny, "inhibit-any-policy", false, "initial-any-policy-inhibit of RFC 5280")
	j.trust.add(cmd)
}

// legacyNames are what --allow-legacy takes.
var legacyNames = []string{"all", "sha1", "md5", "dsa", "3des", "rc2", "des", "rsa-512", "rsa-768", "rsa-1024", "rsa-1536"}

// policy turns the flags into what internal/verdict judges by.
func (j *judgeFlags) policy(a *app) (verdict.Policy, error) {
	if err := a.checkTrust(&j.trust); err != nil {
		return verdict.Policy{}, err
	}
	p := verdict.Policy{Now: a.env.now().UTC(), AnyFrom: j.anyFrom, AllowPartial: j.allowPartial, Anyway: j.anyway,
		PurposeAny: j.purpose == "any", RequireRevocation: j.trust.required, NoRevocation: j.trust.off, Allow: map[string]bool{}}
	at, signed, err := parseMoment(j.at, p.Now)
	if err != nil {
		return p, err
	}
	p.At, p.AtSigned = at, signed
	if j.anyFrom && len(j.from) > 0 {
		return p, usageErrorf("--from and --any-from exclude each other")
	}
	for _, s := range j.from {
		address, err := cert.ParseAddress(s)
		if err != nil {
			return p, usageErrorf("--from %s is no mail address", quoted(s)).withHint("--from alice@example.org")
		}
		p.ExpectFrom = append(p.ExpectFrom, address)
	}
	if err := j.allowed(&p); err != nil {
		return p, err
	}
	p.Flags = j.exceptions()
	p.Grounds = j.grounds()
	return p, nil
}

// grounds are the flags that the verdict rests on, for the call that a hint offers in place of this one.
// --allow-legacy is not among them: what the policy allows is known without it.
func (j *judgeFlags) grounds() []verdict.Flag {
	var out []verdict.Flag
	for _, x := range []struct {
		name   string
		values []string
	}{
		{"--ca", j.trust.ca}, {"--chain", j.trust.chain}, {"--tsa-ca", j.tsaCA}, {"--crl", j.trust.crl}, {"--ocsp", j.trust.ocsp},
		{"--from", j.from}, {"--policy", j.policies},
	} {
		for _, value := range x.values {
			out = append(out, verdict.Flag{Name: x.name, Value: value})
		}
	}
	if j.at != "" && j.at != "now" {
		out = append(out, verdict.Flag{Name: "--at", Value: j.at})
	}
	if j.purpose == "any" {
		out = append(out, verdict.Flag{Name: "--purpose", Value: j.purpose})
	}
	for _, x := range []struct {
		set  bool
		name string
	}{
		{j.anyFrom, "--any-from"}, {j.allowPartial, "--allow-partial"}, {j.trust.systemRoots, "--system-roots"}, {j.trust.online, "--online"},
		{j.trust.required, "--require-revocation"}, {j.trust.off, "--no-revocation"}, {j.explicitPolicy, "--explicit-policy"},
		{j.inhibitMapping, "--inhibit-policy-mapping"}, {j.inhibitAny, "--inhibit-any-policy"},
	} {
		if x.set {
			out = append(out, verdict.Flag{Name: x.name})
		}
	}
	return out
}

func (j *judgeFlags) allowed(p *verdict.Policy) error {
	if j.allowSHA1 {
		p.Allow["sha1"] = true
	}
	for _, value := range j.allowLegacy {
		for _, name := range strings.Split(value, ",") {
			name = strings.ToLower(strings.TrimSpace(name))
			if !knownLegacy(name) {
				return usageErrorf("--allow-legacy %s: there is no such algorithm", quoted(name)).
					withHint("one of %s", strings.Join(legacyNames, ", "))
			}
			p.Allow[name] = true
		}
	}
	return nil
}

func knownLegacy(name string) bool {
	for _, known := range legacyNames {
		if name == known {
			return true
		}
	}
	size, isRSA := strings.CutPrefix(name, "rsa-")
	return isRSA && size != "" && strings.Trim(size, "0123456789") == ""
}

// policyInputs are the inputs of RFC 5280, Section 6.1.1, about certificate policies.
func (j *judgeFlags) policyInputs() (certpath.PolicyInputs, error) {
	in := certpath.PolicyInputs{ExplicitPolicy: j.explicitPolicy, InhibitMapping: j.inhibitMapping, InhibitAnyPolicy: j.inhibitAny}
	for _, s := range j.policies {
		oid, err := algorithm.ParseOID(s)
		if err != nil {
			return in, usageErrorf("--policy %s is no object identifier", quoted(s)).withHint("--policy 2.16.840.1.101.3.2.1.48.1")
		}
		in.Initial = append(in.Initial, oid)
	}
	return in, nil
}

// exceptions names the flags that make the judgement weaker, for the report.
func (j *judgeFlags) exceptions() []string {
	var out []string
	if j.anyFrom {
		out = append(out, "--any-from")
	}
	for _, f := range j.from {
		out = append(out, "--from "+f)
	}
	names := append([]string{}, j.allowLegacy...)
	sort.Strings(names)
	if len(names) > 0 {
		out = append(out, "--allow-legacy "+strings.Join(names, ","))
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{
		{j.allowSHA1, "--allow-sha1"}, {j.allowPartial, "--allow-partial"}, {j.anyway, "--anyway"},
		{j.purpose == "any", "--purpose any"}, {j.trust.off, "--no-revocation"}, {j.trust.systemRoots, "--system-roots"},
		{j.at != "" && j.at != "now", "--at " + j.at},
	} {
		if flag.set {
			out = append(out, flag.name)
		}
	}
	return out
}

// examiner puts together what an examination needs.
func (j *judgeFlags) examiner(a *app) (*message.Examiner, error) {
	policy, err := j.policy(a)
	if err != nil {
		return nil, err
	}
	anchors, find, err := a.anchors(&j.trust)
	if err != nil {
		return nil, err
	}
	stampAnchors, err := a.timeStampAnchors(j.tsaCA, &j.trust)
	if err != nil {
		return nil, err
	}
	chain, err := furtherCertificates(&j.trust)
	if err != nil {
		return nil, err
	}
	lists, err := a.revocationLists(&j.trust)
	if err != nil {
		return nil, err
	}
	responses, err := ocspResponses(&j.trust)
	if err != nil {
		return nil, err
	}
	paths, err := j.policyInputs()
	if err != nil {
		return nil, err
	}
	return &message.Examiner{Anchors: anchors, AnchorsFor: find, TSAAnchors: stampAnchors, Chain: chain, Store: a.storedCertificates(a.env.store().Catalogue()), CRLs: lists, OCSP: responses, Online: a.fetchers(&j.trust), Policy: policy, Paths: paths, Spool: a.env.spoolOptions(), Kept: message.NewKept()}, nil
}
