// Package zlint compares the built-in rules for certificates with those of zlint. It is a module of its own, so that
// the program does not depend on zlint; make lint-oracle runs it.
package zlint

import (
	"encoding/json"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"
)

// dumped is what TestBaselineDump of internal/verdict writes.
type dumped struct {
	Name        string   `json:"name"`
	Certificate []byte   `json:"certificate"`
	Rules       []string `json:"rules"`
}

// A group is one requirement: the lints and the rules that look at it. Where one of the lints applies to a
// certificate, one of them must find something if and only if one of the rules does; except says for which
// certificates that is not so, and why.
type group struct {
	lints, rules []string
	except       map[string]string
}

var groups = []group{
	{lints: []string{"e_san_shall_be_present"}, rules: []string{"san"}},
	{lints: []string{"w_san_should_not_be_critical"}, rules: []string{"san-critical"}},
	{lints: []string{"e_mailbox_address_shall_contain_an_rfc822_name"}, rules: []string{"subject-mailbox"}},
	{lints: []string{"e_subscribers_shall_have_crl_distribution_points"}, rules: []string{"crl"}},
	{lints: []string{"e_subscribers_crl_distribution_points_are_http"}, rules: []string{"crl-scheme"}},
	{lints: []string{"e_smime_legacy_aia_shall_have_one_http", "e_smime_strict_aia_shall_have_http_only"}, rules: []string{"aia-scheme"}},
	{lints: []string{"e_authority_key_identifier_correct"}, rules: []string{"aki"}},
	{lints: []string{"e_key_usage_presence"}, rules: []string{"key-usage"}},
	{lints: []string{"w_key_usage_criticality"}, rules: []string{"key-usage-critical"}},
	{lints: []string{"e_ecpublickey_key_usages", "e_ec_other_key_usages", "e_rsa_key_usage_legacy_multipurpose", "e_rsa_key_usage_strict",
		"e_rsa_other_key_usages", "e_edwardspublickey_key_usages"}, rules: []string{"key-usage-bits"}},
	{lints: []string{"e_smime_legacy_multipurpose_eku_check", "e_smime_strict_eku_check"}, rules: []string{"eku", "eku-forbidden", "eku-strict"}},
	{lints: []string{"e_strict_multipurpose_smime_ext_subject_directory_attr"}, rules: []string{"directory-attributes"}},
	{lints: []string{"e_smime_qc_statements_must_not_be_critical"}, rules: []string{"qc-statements-critical"}},
	{lints: []string{"e_legal_entity_identifier"}, rules: []string{"lei"}},
	{lints: []string{"e_adobe_extensions_legacy_multipurpose_criticality", "e_adobe_extensions_strict_presence"}, rules: []string{"adobe"}},
	{lints: []string{"e_legacy_generation_deprecated"}, rules: []string{"legacy-generation"}},
	{lints: []string{"e_commonname_mailbox_validated"}, rules: []string{"common-name"}, except: map[string]string{
		"no alternative names": "zlint asks for any mail address, the requirement for one of subjectAltName",
	}},
	{lints: []string{"e_subject_country_name"}, rules: []string{"country"}},
	{lints: []string{"e_mailbox_validated_enforce_subject_field_restrictions", "e_mailbox_validated_allowed_subjectdn_attributes"}, rules: []string{"subject-forbidden"}},
	{lints: []string{"e_single_email_subject_if_present"}, rules: []string{"subject-email"}, except: map[string]string{
		"two mail addresses": "zlint looks at each attribute by itself, the requirement is a single address",
	}},
	{lints: []string{"e_single_email_if_present"}, rules: []string{"san-mailbox"}},
	{lints: []string{"e_invalid_individual_identity"}, rules: []string{"subject-missing"}},
	{lints: []string{"e_invalid_spki_algoid"}, rules: []string{"key-encoding", "key-size"}, except: map[string]string{
		"RSA 1024": "the lint looks at the algorithm, not at the size",
		"RSA 2052": "the lint looks at the algorithm, not at the size",
	}},
}

func TestAgainstZlint(t *testing.T) {
	name := os.Getenv("SMIMECTL_BASELINE_DUMP")
	if name == "" {
		t.Skip("SMIMECTL_BASELINE_DUMP names no file; make lint-oracle runs this")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var list []dumped
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	registry, err := lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: lint.SourceList{lint.CABFSMIMEBaselineRequirements}})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, l := range g.lints {
			if registry.CertificateLints().ByName(l) == nil {
				t.Errorf("zlint has no lint %s", l)
			}
		}
	}
	agreed, found, unread, tried := 0, map[string]bool{}, []string{}, map[string]bool{}
	for _, d := range list {
		c, err := x509.ParseCertificate(d.Certificate)
		if err != nil {
			unread = append(unread, d.Name)
			continue
		}
		results := zlint.LintCertificateEx(c, registry).Results
		for _, g := range groups {
			applies, fails := false, false
			for _, l := range g.lints {
				switch r := results[l]; {
				case r == nil:
				case r.Status == lint.Warn, r.Status == lint.Error, r.Status == lint.Fatal:
					applies, fails = true, true
				case r.Status == lint.Pass:
					applies = true
				}
			}
			if !applies {
				continue
			}
			ours := slices.ContainsFunc(g.rules, func(rule string) bool { return slices.Contains(d.Rules, rule) })
			reason, excepted := g.except[d.Name]
			tried[g.lints[0]+" "+d.Name] = true
			switch {
			case ours == fails && excepted:
				t.Errorf("%s: %s agree, although an exception says: %s", d.Name, strings.Join(g.lints, ", "), reason)
			case ours != fails && !excepted:
				t.Errorf("%s: zlint (%s) finds something: %v, the built-in rules (%s): %v", d.Name, strings.Join(g.lints, ", "), fails, strings.Join(g.rules, ", "), ours)
			case ours == fails:
				agreed++
				if fails {
					found[g.lints[0]] = true
				}
			}
		}
	}
	var never []string
	for _, g := range groups {
		if !found[g.lints[0]] {
			never = append(never, g.lints[0])
		}
		for name := range g.except {
			if !tried[g.lints[0]+" "+name] {
				t.Errorf("there is no certificate %q for the exception of %s", name, g.lints[0])
			}
		}
	}
	sort.Strings(never)
	if len(never) > 0 {
		t.Errorf("no certificate fails in both for %s", strings.Join(never, ", "))
	}
	t.Logf("%d certificates, %d of them not read by zlint (%s); %d comparisons agree", len(list), len(unread), strings.Join(unread, "; "), agreed)
}
