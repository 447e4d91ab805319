package cms

import (
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// otherSigners are the keys that sign and are not among signerKinds, but for
// those that take seconds to make or to sign: a new row of package algorithm is
// tested without another line here.
func otherSigners(tb testing.TB) []string {
	tb.Helper()
	return slices.DeleteFunc(algorithm.KeyNames(), func(name string) bool {
		slow := strings.HasPrefix(name, "rsa-") || strings.HasPrefix(name, "slh-dsa-") && strings.HasSuffix(name, "s")
		return slow || slices.Contains(signerKinds, name) || !cmstest.Key(tb, name, 0).Public.CanSign
	})
}

// Every key, inside and detached, with definite lengths: the size of the
// signature was known before it was made.
func TestEveryKeySigns(t *testing.T) {
	t.Parallel()
	for _, kind := range otherSigners(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			content := text(100)
			for _, form := range []string{"known", "unknown", "detached"} {
				opt := SignedDataOptions{ContentSize: 100, Detached: form == "detached"}
				if form == "unknown" {
					opt.ContentSize = -1
				}
				message := signedBy(t, content, opt, signerOf(t, kind))
				var outside []byte
				if opt.Detached {
					outside = slices.Clone(content)
				}
				if got := outcome(message, outside); got != "good" {
					t.Errorf("%s: got %s", form, got)
				}
				s := cmstest.ParseSigned(message)
				if opt.ContentSize >= 0 && s.Indefinite {
					t.Errorf("%s: indefinite lengths", form)
				}
				changed := s.Clone()
				changed.Signature(0).Value[20] ^= 1
				if got := outcome(changed.Encode(), outside); got != "invalid" {
					t.Errorf("%s, signature changed: got %s", form, got)
				}
				if opt.Detached {
					outside[0] ^= 1
					if got := outcome(message, outside); got != "content" {
						t.Errorf("content changed: got %s", got)
					}
				}
			}
		})
	}
}

// Pure signatures without signed attributes are over the content. What the
// signer declares as digest says nothing there with ML-DSA and SLH-DSA (RFC
// 9882, Section 3.3), but must fit with EdDSA.
func TestPureWithoutAttributes(t *testing.T) {
	t.Parallel()
	content := text(100)
	sha1 := algorithm.Identifier{OID: algorithm.MustOID("1.3.14.3.2.26")}
	unknown := algorithm.Identifier{OID: algorithm.MustOID("1.2.3.4")}
	for _, kind := range append(otherSigners(t), "ed25519") {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			scheme := schemeOf(t, kind)
			if !scheme.Pure {
				t.Skip("signs a digest")
			}
			s := cmstest.ParseSigned(opaque(t, content, signerOf(t, kind)))
			s.Signer(0).Remove(3)
			s.Sign(t, 0, signerOf(t, kind).Key, scheme, content)
			if got := outcome(s.Encode(), nil); got != "good" {
				t.Errorf("got %s", got)
			}
			for name, id := range map[string]algorithm.Identifier{"SHA-1": sha1, "unknown": unknown} {
				other := s.Clone()
				*other.Signer(0).At(2) = *cmstest.Raw(id.DER())
				if got := outcome(other.Encode(), nil); (got == "good") != scheme.AnyDigest {
					t.Errorf("%s declared: got %s", name, got)
				}
			}
			s.EContent().Value = append([]byte{'x'}, content...)
			if got := outcome(s.Encode(), nil); got != "invalid" {
				t.Errorf("content changed: got %s", got)
			}
		})
	}
}

// With signed attributes the declared digest is that of the content: another
// one is not the content's.
func TestDeclaredDigestCounts(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ml-dsa-65", "slh-dsa-sha2-192f", "ed448"} {
		s := cmstest.ParseSigned(opaque(t, text(100), signerOf(t, kind)))
		sha3 := algorithm.Identifier{OID: algorithm.MustOID("2.16.840.1.101.3.4.2.10")} // as long as the right one
		*s.Signer(0).At(2) = *cmstest.Raw(sha3.DER())
		*s.DigestAlgorithms() = *cmstest.Raw(ber.Wrap(ber.Set, sha3.DER()))
		if got := outcome(s.Encode(), nil); got == "good" {
			t.Errorf("%s: good", kind)
		}
	}
}
