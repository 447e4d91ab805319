package verdict

import (
	"slices"
	"testing"
)

// TestHintsKeepGrounds: the call that accepts the claimed time trusts whom the call before trusted.
func TestHintsKeepGrounds(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name    string
		grounds []Flag
		want    string
	}{
		{"the store", nil, "smimectl verify --at signed old.eml"},
		{"files", []Flag{{"--ca", "root.pem"}, {"--tsa-ca", "tsa.pem"}}, "smimectl verify --at signed --ca root.pem --tsa-ca tsa.pem old.eml"},
		{"a name with a space", []Flag{{"--ca", "my root.pem"}}, "smimectl verify --at signed --ca 'my root.pem' old.eml"},
	} {
		j := &judge{f: &Facts{Command: "verify", File: "old.eml"}, p: Policy{Grounds: x.grounds}}
		if got := j.hints(ExpiredNow); !slices.Equal(got, []string{x.want}) {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

// TestHintsTakeThePlace: whatever a hint is about, it repeats what the call was judged by, but for what it replaces; its
// words are safe for a shell.
func TestHintsTakeThePlace(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		file   string
		code   Code
		policy Policy
		want   string
	}{
		{"the content", "d.p7s", IssuerUnknown, Policy{Grounds: []Flag{{"--content", "body"}}}, "smimectl verify --ca CA.pem --content body d.p7s"},
		{"lists, sender and purpose", "a.eml", ExpiredNow, Policy{Grounds: []Flag{{"--crl", "my list"}, {"--from", "a'b@example.org"}, {"--purpose", "any"}}},
			`smimectl verify --at signed --crl 'my list' --from 'a'\''b@example.org' --purpose any a.eml`},
		{"another time", "a.eml", ExpiredNow, Policy{Grounds: []Flag{{"--at", "2024-01-01"}, {"--any-from", ""}}}, "smimectl verify --at signed --any-from a.eml"},
		{"another sender", "a.eml", FromMismatch, Policy{Grounds: []Flag{{"--from", "x@example.org"}, {"--any-from", ""}, {"--at", "signed"}}}, "smimectl verify --any-from --at signed a.eml"},
		{"another purpose", "a.eml", WrongPurpose, Policy{Grounds: []Flag{{"--purpose", "email"}, {"--ca", "none"}}}, "smimectl verify --purpose any --ca none a.eml"},
		{"somebody to trust", "a.eml", IssuerUnknown, Policy{Grounds: []Flag{{"--ca", "none"}, {"--tsa-ca", "none"}}}, "smimectl verify --ca CA.pem --tsa-ca none a.eml"},
		{"one more to trust", "a.eml", IssuerUnknown, Policy{Grounds: []Flag{{"--ca", "root.pem"}}}, "smimectl verify --ca CA.pem --ca root.pem a.eml"},
		{"online", "a.eml", RevocationUnknown, Policy{Grounds: []Flag{{"--online", ""}, {"--require-revocation", ""}}}, "smimectl verify --online --require-revocation a.eml"},
		{"what is allowed", "a.eml", ExpiredNow, Policy{Allow: map[string]bool{"sha1": true, "md5": true, "des": false}}, "smimectl verify --at signed --allow-legacy md5,sha1 a.eml"},
		{"a name like a flag", "-x.eml", ExpiredNow, Policy{}, "smimectl verify --at signed ./-x.eml"},
		{"such a name with a space", "- x.eml", ExpiredNow, Policy{}, "smimectl verify --at signed './- x.eml'"},
		{"standard input", "", ExpiredNow, Policy{Grounds: []Flag{{"--ca", "root.pem"}}}, "smimectl verify --at signed --ca root.pem"},
		{"a name like a flag, for another verb", "-x.eml", PartlyEncrypted, Policy{}, "smimectl inspect ./-x.eml"},
	} {
		j := &judge{f: &Facts{Command: "verify", File: x.file}, p: x.policy}
		if got := j.hints(x.code); !slices.Contains(got, x.want) {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}
