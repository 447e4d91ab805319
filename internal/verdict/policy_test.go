package verdict

import (
	"testing"

	"smimectl/internal/algorithm"
)

func TestAllowsKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		key   *algorithm.PublicKey
		allow string
		want  bool
	}{
		{"none", nil, "all", false},
		{"rsa 2048", &algorithm.PublicKey{Kind: "rsa", Bits: 2048}, "", true},
		{"rsa 2047", &algorithm.PublicKey{Kind: "rsa", Bits: 2047}, "", false},
		{"rsa 1024 by its size", &algorithm.PublicKey{Kind: "rsa", Bits: 1024}, "rsa-1024", true},
		{"rsa 1024 by a larger size", &algorithm.PublicKey{Kind: "rsa", Bits: 1024}, "rsa-1536", false},
		{"rsa 1024 by no size", &algorithm.PublicKey{Kind: "rsa", Bits: 1024}, "rsa-", false},
		{"rsa 1024 by a negative size", &algorithm.PublicKey{Kind: "rsa", Bits: 1024}, "rsa--1", false},
		{"rsa 1024 by another name", &algorithm.PublicKey{Kind: "rsa", Bits: 1024}, "sha1", false},
		{"dsa", &algorithm.PublicKey{Kind: "dsa", Name: "dsa-2048", Bits: 2048}, "", false},
		{"dsa by name", &algorithm.PublicKey{Kind: "dsa", Name: "dsa-2048", Bits: 2048}, "dsa", true},
		{"short curve", &algorithm.PublicKey{Kind: "ec", Name: "p-192", Bits: 192}, "", false},
		{"short curve by all", &algorithm.PublicKey{Kind: "ec", Name: "p-192", Bits: 192}, "all", true},
		{"p-256", &algorithm.PublicKey{Kind: "ec", Name: "p-256", Bits: 256}, "", true},
		{"ed25519", &algorithm.PublicKey{Kind: "ed25519", Bits: 255}, "", true},
	} {
		p := Policy{Allow: map[string]bool{c.allow: true}}
		if got := p.AllowsKey(c.key); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	if (Policy{Allow: map[string]bool{"rsa-1024": false}}).AllowsKey(&algorithm.PublicKey{Kind: "rsa", Bits: 1024}) {
		t.Error("a name that is off allows a key")
	}
}

func TestAllows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status algorithm.Status
		allow  string
		want   bool
	}{
		{"sha256", algorithm.Current, "", true},
		{"3des-cbc", algorithm.Legacy, "", true},
		{"sha1", algorithm.Broken, "", false},
		{"sha1", algorithm.Broken, "sha-1", true},
		{"sha1", algorithm.Broken, "SHA1", true},
		{"sha1", algorithm.Broken, "sha", false},
		{"rc2-cbc", algorithm.Broken, "rc2", true},
		{"des-cbc", algorithm.Broken, "3des", false},
		{"des-cbc", algorithm.Broken, "des", true},
		{"md5", algorithm.Broken, "sha1", false},
	} {
		if got := (Policy{Allow: map[string]bool{c.allow: true}}).Allows(c.name, c.status); got != c.want {
			t.Errorf("%s by %q: got %v, want %v", c.name, c.allow, got, c.want)
		}
	}
}
