package verdict

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms"
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

// TestAllowLegacyHints: the hint names what this message needs to be allowed and no more, and keeps what is allowed
// already: it takes the place of the call.
func TestAllowLegacyHints(t *testing.T) {
	t.Parallel()
	dsa, err := base64.StdEncoding.DecodeString(dsaSPKI)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		spki   []byte
		digest string
		allow  map[string]bool
		want   string // "": nothing has to be allowed
	}{
		{"DSA", dsa, "sha256", nil, "dsa"},
		{"DSA over SHA-1", dsa, "sha1", nil, "sha1,dsa"},
		{"DSA over SHA-1, the key allowed", dsa, "sha1", map[string]bool{"dsa": true}, "sha1,dsa"},
		{"DSA, allowed", dsa, "sha256", map[string]bool{"dsa": true}, ""},
		{"RSA 512 over MD5", weakRSA(t, 512), "md5", nil, "md5,rsa-512"},
		{"RSA 1024", weakRSA(t, 1024), "sha256", nil, "rsa-1024"},
		{"RSA 1536", weakRSA(t, 1536), "sha256", nil, "rsa-1536"},
		{"RSA 2048", weakRSA(t, 2048), "sha256", nil, ""},
		{"RSA 2048 over SHA-1", weakRSA(t, 2048), "sha1", nil, "sha1"},
		{"RSA 2048 over MD5", weakRSA(t, 2048), "md5", nil, "md5"},
		{"RSA 512, larger ones allowed", weakRSA(t, 512), "sha256", map[string]bool{"rsa-1024": true}, "rsa-512"},
		{"RSA 1024, a digest allowed", weakRSA(t, 1024), "sha1", map[string]bool{"sha1": true}, "rsa-1024,sha1"},
		{"RSA 1024, one that is off", weakRSA(t, 1024), "sha256", map[string]bool{"sha1": false}, "rsa-1024"},
		{"RSA 1024 over MD5, all allowed", weakRSA(t, 1024), "md5", map[string]bool{"all": true}, ""},
	} {
		digest, err := algorithm.DigestByName(tt.digest)
		if err != nil {
			t.Fatal(err)
		}
		c := certificateOf(t, tt.spki)
		signer := Signer{Certificate: c, Info: &cms.SignerInfo{Digest: digest}}
		j := &judge{f: &Facts{Command: "verify", File: "old.eml", Layers: []Layer{{Signed: &Signed{Signers: []Signer{signer}}}}}, p: Policy{Allow: tt.allow}}
		var want []string
		if tt.want != "" {
			want = []string{"smimectl verify --allow-legacy " + tt.want + " old.eml"}
		}
		for _, code := range []Code{WeakDigest, WeakKey} {
			if got := j.hintsFor(code, c); !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q, want %q", tt.name, code, got, want)
			}
		}
		allow := map[string]bool{}
		for _, name := range strings.Split(tt.want, ",") {
			allow[name] = true
		}
		if key, err := c.PublicKey(); err != nil || tt.want != "" && !(Policy{Allow: allow}).AllowsKey(key) {
			t.Errorf("%s: %s does not allow the key (%v)", tt.name, tt.want, err)
		}
	}
}

// TestAllowLegacyHintsCipher: the cipher is named by its family, and so is a key wrap of whom the layer is opened as.
func TestAllowLegacyHintsCipher(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		e    Encrypted
		want string
	}{
		{"RC2", Encrypted{Cipher: "rc2-40-cbc", CipherStatus: algorithm.Broken}, "rc2"},
		{"DES", Encrypted{Cipher: "des-cbc", CipherStatus: algorithm.Broken}, "des"},
		{"triple DES", Encrypted{Cipher: "3des-cbc", CipherStatus: algorithm.Legacy}, ""},
		{"a key wrap", Encrypted{Cipher: "aes-256-gcm", Recipients: []Recipient{{Used: true, Outdated: "rc2-wrap", Status: algorithm.Broken}}}, "rc2"},
		{"that of somebody else", Encrypted{Cipher: "des-cbc", CipherStatus: algorithm.Broken, Recipients: []Recipient{{Outdated: "rc2-wrap", Status: algorithm.Broken}}}, "des"},
	} {
		for _, command := range []string{"decrypt", "verify"} {
			j := &judge{f: &Facts{Command: command, File: "old.eml", Layers: []Layer{{Encrypted: &tt.e}}}}
			want := []string{"smimectl decrypt --allow-legacy " + tt.want + " old.eml"}
			if command == "verify" || tt.want == "" { // verify opens nothing
				want = nil
			}
			if got := j.hints(WeakCipher); !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q, want %q", tt.name, command, got, want)
			}
		}
	}
}
