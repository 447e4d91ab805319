package verdict

import (
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/certpath"
)

// restingOn says what every list about the chain is signed with.
func restingOn(digest string, key *algorithm.PublicKey) change {
	return func(t *testing.T, f *Facts, _ *Policy) {
		d, err := algorithm.DigestByName(digest)
		if err != nil {
			t.Fatal(err)
		}
		for _, res := range []*certpath.Result{first(f).Now, first(f).Then} {
			for i := range res.Paths[0].Revocation {
				r := &res.Paths[0].Revocation[i]
				r.Digests, r.Keys = []*algorithm.Digest{d}, []*algorithm.PublicKey{key}
			}
		}
	}
}

// TestWeakRevocationLists: a list that anybody may have made does not show that a certificate was not revoked. One on
// which it stands is believed.
func TestWeakRevocationLists(t *testing.T) {
	t.Parallel()
	required := policy(func(p *Policy) { p.RequireRevocation = true })
	allow := func(name string) change { return policy(func(p *Policy) { p.Allow = map[string]bool{name: true} }) }
	short := &algorithm.PublicKey{Kind: "rsa", Name: "rsa-1024", Title: "RSA 1024", Bits: 1024}
	long := &algorithm.PublicKey{Kind: "rsa", Name: "rsa-2048", Title: "RSA 2048", Bits: 2048}
	for _, c := range []struct {
		name   string
		change []change
		word   Word
		code   Code
		status string
	}{
		{"SHA-256", []change{known("gg"), restingOn("sha256", long), required}, WordGood, "", "good"},
		{"SHA-1", []change{known("gg"), restingOn("sha1", long)}, WordGood, "", "unknown"},
		{"SHA-1, required", []change{known("gg"), restingOn("sha1", long), required}, WordUntrusted, "revocation-unknown", "unknown"},
		{"SHA-1, required and allowed", []change{known("gg"), restingOn("sha1", long), allow("sha1"), required}, WordGood, "", "good"},
		{"MD5, required", []change{known("gg"), restingOn("md5", long), required}, WordUntrusted, "revocation-unknown", "unknown"},
		{"short key, required", []change{known("gg"), restingOn("sha256", short), required}, WordUntrusted, "revocation-unknown", "unknown"},
		{"short key, required and allowed", []change{known("gg"), restingOn("sha256", short), allow("rsa-1024"), required}, WordGood, "", "good"},
		{"revoked by a weak list", []change{known("rg"), restingOn("md5", short)}, WordUntrusted, "revoked", "revoked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, p := good(t)
			for _, change := range c.change {
				change(t, &f, &p)
			}
			r := Judge(f, p)
			code, status := Code(""), r.Layers[0].Signers[0].Revocation.Status
			for _, x := range r.Reasons {
				if x.Level == Fail {
					code = x.Code
				}
			}
			if r.Verdict != c.word || code != c.code || status != c.status {
				t.Errorf("got %s, %q, %s; want %s, %q, %s", r.Verdict, code, status, c.word, c.code, c.status)
			}
		})
	}
}
