package verdict

import (
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/cms"
)

// TestLeave: whatever of a message, of its certificates and of the ways to their anchors is refused as broken is in the one
// flag that allows it; nothing else is.
func TestLeave(t *testing.T) {
	t.Parallel()
	sha1, md5, sha256 := digest(t, "sha1"), digest(t, "md5"), digest(t, "sha256")
	strong := issue(t, person{name: "Alice"})
	sized := func(bits int) *cert.Certificate { return issue(t, person{name: "Alice", bits: bits}) }
	// over is a way to an anchor with a signature over a digest, and a key of a size; 0: with a key that could not be read.
	over := func(c *cert.Certificate, d *algorithm.Digest, bits int) *certpath.Result {
		path := certpath.Path{Certificates: []*cert.Certificate{c}, Digests: []*algorithm.Digest{nil, d}, Keys: []*algorithm.PublicKey{nil}}
		if bits > 0 {
			key, err := sized(bits).PublicKey()
			if err != nil {
				t.Error(err)
			}
			path.Keys = append(path.Keys, key)
		}
		return &certpath.Result{Paths: []certpath.Path{path}}
	}
	scheme := func(name string, d *algorithm.Digest, status algorithm.Status) *algorithm.Signature {
		return &algorithm.Signature{Name: name, Digest: d, Status: status}
	}
	verify := func(s ...Signer) Facts { return Facts{Command: "verify", Layers: []Layer{signedBy(s...)}} }
	opened := func(list ...Recipient) Facts {
		return Facts{Command: "decrypt", Layers: []Layer{{Encrypted: &Encrypted{Cipher: "aes-256-gcm", Recipients: list}}}}
	}
	const broken = algorithm.Broken
	for _, c := range []struct {
		name string
		f    Facts
		p    Policy
		of   *cert.Certificate // whom the hint is about
		want string
	}{
		{"nothing at all", Facts{}, Policy{}, nil, ""},
		{"nothing is broken", verify(signer(t, alice)), Policy{}, strong, ""},

		// the certificate itself
		{"its own key", Facts{}, Policy{}, sized(1024), "rsa-1024"},
		{"its own key, allowed", Facts{}, Policy{Allow: map[string]bool{"rsa-1024": true}}, sized(1024), ""},
		{"its own key cannot be read", Facts{}, Policy{}, oddKey(t), ""},

		// the signature
		{"the key of the signer", verify(Signer{Certificate: sized(1024)}), Policy{}, nil, "rsa-1024"},
		{"the key of the signer cannot be read", verify(Signer{Certificate: oddKey(t)}), Policy{}, nil, ""},
		{"nothing known of the signer", verify(Signer{}), Policy{}, nil, ""},
		{"the digest", verify(Signer{Info: &cms.SignerInfo{Digest: sha1}}), Policy{}, nil, "sha1"},
		{"the digest of the scheme", verify(Signer{Info: &cms.SignerInfo{Digest: sha256, Scheme: scheme("rsa-pkcs1v15", sha1, broken)}}), Policy{}, nil, "sha1"},
		{"a scheme that is broken by its digest", verify(Signer{Info: &cms.SignerInfo{Digest: sha1, Scheme: scheme("rsa-pkcs1v15", nil, broken)}}), Policy{}, nil, "sha1"},
		{"both digests", verify(Signer{Info: &cms.SignerInfo{Digest: md5, Scheme: scheme("rsa-pss", sha1, broken)}}), Policy{}, nil, "md5,sha1"},
		{"a scheme that is broken by itself", verify(Signer{Info: &cms.SignerInfo{Digest: sha256, Scheme: scheme("dsa", sha256, broken)}}), Policy{}, nil, "dsa"},
		{"a scheme that is broken, of no digest", verify(Signer{Info: &cms.SignerInfo{Scheme: scheme("dsa", nil, broken)}}), Policy{}, nil, "dsa"},
		{"a scheme that is only old", verify(Signer{Info: &cms.SignerInfo{Digest: sha256, Scheme: scheme("dsa", sha256, algorithm.Legacy)}}), Policy{}, nil, ""},

		// the ways to an anchor
		{"a digest on the way", verify(Signer{Certificate: strong, Now: over(strong, sha1, 3072)}), Policy{}, nil, "sha1"},
		{"a key on the way", verify(Signer{Certificate: strong, Now: over(strong, sha256, 1024)}), Policy{}, nil, "rsa-1024"},
		{"a key on the way that cannot be read", verify(Signer{Certificate: strong, Now: over(strong, sha256, 0)}), Policy{}, nil, ""},
		{"no way", verify(Signer{Certificate: strong, Now: &certpath.Result{}}), Policy{}, nil, ""},
		{"on the way of the claimed time, which counts", verify(Signer{Certificate: strong, Now: over(strong, sha256, 0), Then: over(strong, md5, 0)}),
			Policy{AtSigned: true}, nil, "md5"},
		{"on the way of the claimed time, which does not count", verify(Signer{Certificate: strong, Now: over(strong, sha256, 0), Then: over(strong, md5, 0)}),
			Policy{}, nil, ""},

		// cert check
		{"a certificate that is judged by itself", Facts{Command: "cert check", Certs: []Certificate{{Certificate: strong, Now: over(strong, sha1, 1024)}}}, Policy{}, strong, "sha1,rsa-1024"},
		{"one that could not be read", Facts{Command: "cert check", Certs: []Certificate{{Now: over(strong, sha1, 1024)}}}, Policy{}, nil, ""},

		// who opened it
		{"the key wrap", opened(Recipient{Used: true, Outdated: "rc2-wrap", Status: broken}), Policy{}, nil, "rc2"},
		{"the key wrap of somebody else", opened(Recipient{Outdated: "rc2-wrap", Status: broken}), Policy{}, nil, ""},
		{"what has no name of its own", opened(Recipient{Used: true, Status: broken}), Policy{}, nil, ""},

		// one size is enough
		{"two sizes", verify(Signer{Certificate: sized(1536)}, Signer{Certificate: sized(1024)}), Policy{}, nil, "rsa-1024"},
		{"two sizes, the smaller first", verify(Signer{Certificate: sized(1024)}, Signer{Certificate: sized(1536)}), Policy{}, nil, "rsa-1024"},
		{"two sizes and a digest", verify(Signer{Certificate: sized(1536), Info: &cms.SignerInfo{Digest: sha1}}, Signer{Certificate: sized(1024)}), Policy{}, nil, "sha1,rsa-1024"},
		{"a size that is allowed already", verify(Signer{Certificate: sized(512)}), Policy{Allow: map[string]bool{"rsa-1024": true, "md5": true}}, nil, "rsa-512,md5"},
		{"names that are allowed already, and one that is off", verify(Signer{Info: &cms.SignerInfo{Digest: sha1}}),
			Policy{Allow: map[string]bool{"rc2": true, "md5": true, "dsa": true, "md2": false, "des": true, "md4": true}}, nil, "sha1,des,dsa,md4,md5,rc2"},
	} {
		want := ""
		if c.want != "" {
			want = "--allow-legacy " + c.want
		}
		if got := (&judge{f: &c.f, p: c.p}).leave(c.of); got != want {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}
