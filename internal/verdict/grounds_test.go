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
		grounds []string
		want    string
	}{
		{"the store", nil, "smimectl verify --at signed old.eml"},
		{"files", []string{"--ca", "root.pem", "--tsa-ca", "tsa.pem"}, "smimectl verify --at signed --ca root.pem --tsa-ca tsa.pem old.eml"},
		{"a name with a space", []string{"--ca", "my root.pem"}, "smimectl verify --at signed --ca 'my root.pem' old.eml"},
	} {
		j := &judge{f: &Facts{Command: "verify", File: "old.eml"}, p: Policy{Grounds: x.grounds}}
		if got := j.hints(ExpiredNow); !slices.Equal(got, []string{x.want}) {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}
