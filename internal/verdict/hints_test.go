package verdict

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"slices"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// dsaSPKI is a DSA key of 1024 bits, made with OpenSSL.
const dsaSPKI = "MIIBuDCCASwGByqGSM44BAEwggEfAoGBAOZER6NhmcXwVzXa6WqvWmGCtBstCq8DiTxQu/5cDnUMqT3JJbcBCcSUwab6ZLEUUZixbvko3K9iO62bil1TjINai+ViSiV0oO6cG2u7cQQVBkGv89BZIO9Y/pOQbVEJ/gitQtNKOC2xDfpfQ4LcFUchpeC4pD4uEmG0u/Q54QLVAhUAkHkQvxifKX6XxeP1wKJuKEiENb8CgYEAz/X9urOCbSr5WCUKOb0O3eZO1MWXgPfCoWF9+m8JqZN3B26wS28rNcm6recr9epmAHfn22BjZOpQXtPlbPZMz1vR92K+CE0Dl6/omU6WlTgY4daQcG65LvOfB/8aE6MgXh6YX83kpk0u/vEEZ0jTWK6Cf3MfaaxqJQqmhS3xeWsDgYUAAoGBAIR2bj3gsdv/jZZn9lfbP1+Efa2QTBkz5Tzbgvv/VjsGJ+d5LZsFGcniX0aQrfMq1pUFadHdJ7QX37JFB4C/llbnHKXkXywnXlt4BqnXJAdEaj5vJh3cPpw2FdJXOmaPwWQ41xNteMvxFXiwKSmWShABJLXCbQ4HGOwrMSy8Lx7/"

func certificateOf(t *testing.T, spki []byte) *cert.Certificate {
	t.Helper()
	ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	c, err := cert.Parse(certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("somebody")), SPKI: spki}, ca).DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func weakRSA(t *testing.T, bits uint) []byte {
	t.Helper()
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	spki, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537})
	if err != nil {
		t.Fatal(err)
	}
	return spki
}

// TestAllowLegacyHints: what the hint says is what the policy needs to hear, for the
// key as well as for the digest, and keeps what is allowed already: the hint takes the place of the call.
func TestAllowLegacyHints(t *testing.T) {
	t.Parallel()
	dsa, err := base64.StdEncoding.DecodeString(dsaSPKI)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name           string
		spki           []byte
		allow          map[string]bool
		digest, forKey string
	}{
		{"DSA", dsa, nil, "--allow-legacy sha1,md5,dsa", "--allow-legacy dsa"},
		{"DSA, allowed", dsa, map[string]bool{"dsa": true}, "--allow-legacy sha1,md5,dsa", "--allow-legacy dsa"},
		{"RSA 512", weakRSA(t, 512), nil, "--allow-legacy sha1,md5,rsa-512", "--allow-legacy rsa-512"},
		{"RSA 1024", weakRSA(t, 1024), nil, "--allow-legacy sha1,md5,rsa-1024", "--allow-legacy rsa-1024"},
		{"RSA 2048", weakRSA(t, 2048), nil, "--allow-legacy sha1,md5", "--allow-legacy rsa-1024"},
		{"RSA 512, larger ones allowed", weakRSA(t, 512), map[string]bool{"rsa-1024": true}, "--allow-legacy sha1,md5,rsa-512", "--allow-legacy rsa-512"},
		{"RSA 1024, a digest allowed", weakRSA(t, 1024), map[string]bool{"sha1": true}, "--allow-legacy sha1,md5,rsa-1024", "--allow-legacy rsa-1024,sha1"},
	} {
		c := certificateOf(t, tt.spki)
		j := &judge{f: &Facts{Command: "verify", File: "old.eml"}, p: Policy{Allow: tt.allow}}
		for code, want := range map[Code]string{WeakDigest: tt.digest, WeakKey: tt.forKey} {
			if got := j.hintsFor(code, c); !slices.Contains(got, "smimectl verify "+want+" old.eml") {
				t.Errorf("%s, %s: %q, want %q", tt.name, code, got, want)
			}
		}
		key, err := c.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		if weakKey(key) && !(Policy{Allow: map[string]bool{weakKeyName(c): true}}).AllowsKey(key) {
			t.Errorf("%s: %s does not allow the key", tt.name, weakKeyName(c))
		}
	}
}
