package cms

import (
	"bytes"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/cmstest"
)

// TestDigested: digests that were made before the signature was read serve where they are those that the signers need, and
// only there.
func TestDigested(t *testing.T) {
	t.Parallel()
	content := text(1000)
	p256 := signerOf(t, "p-256") // SHA-256
	other := p256
	other.Options.Digest = digestNamed(t, "sha512")
	without := cmstest.ParseSigned(signedBy(t, content, SignedDataOptions{Detached: true}, p256))
	without.Signer(0).Remove(3)
	without.Sign(t, 0, p256.Key, schemeOf(t, "p-256"), append([]byte{}, content...))
	unknown := cmstest.ParseSigned(signedBy(t, content, SignedDataOptions{Detached: true}, p256, p256))
	unknown.Signer(1).Children[2] = algorithmNode("1.2.3")
	for _, test := range []struct {
		name    string
		message []byte
		digests []string
		serves  bool
	}{
		{"the one it needs", signedBy(t, content, SignedDataOptions{Detached: true}, p256), []string{"sha256"}, true},
		{"more", signedBy(t, content, SignedDataOptions{Detached: true}, p256), []string{"sha384", "sha256"}, true},
		{"another", signedBy(t, content, SignedDataOptions{Detached: true}, p256), []string{"sha512"}, false},
		{"none", signedBy(t, content, SignedDataOptions{Detached: true}, p256), nil, false},
		{"one of two", signedBy(t, content, SignedDataOptions{Detached: true}, p256, other), []string{"sha256"}, false},
		{"both", signedBy(t, content, SignedDataOptions{Detached: true}, p256, other), []string{"sha256", "sha512"}, true},
		{"and one that nobody knows", unknown.Encode(), []string{"sha256"}, true},
		{"without attributes", without.Encode(), []string{"sha256"}, false},
		{"with a content of its own", opaque(t, content, p256), []string{"sha256"}, false},
	} {
		var digests []*algorithm.Digest
		for _, name := range test.digests {
			digests = append(digests, digestNamed(t, name))
		}
		for _, changed := range []bool{false, true} {
			sd, err := ReadSignedData(bytes.NewReader(test.message), nil, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			octets := bytes.Clone(content)
			if changed {
				octets[500] ^= 1
			}
			var unverified bytes.Buffer
			d := NewContentDigest(digests, &unverified, Limits{})
			if _, err := d.Write(octets); err != nil || !bytes.Equal(unverified.Bytes(), octets) {
				t.Fatalf("%d octets, %v", unverified.Len(), err)
			}
			if got := sd.Digested(d); got != test.serves {
				t.Errorf("%s: serves %v", test.name, got)
			}
			if !test.serves {
				continue
			}
			for _, si := range sd.Signers {
				if si.Digest == nil {
					continue
				}
				if err := sd.Verify(si, p256.Certificate); (err != nil) != changed {
					t.Errorf("%s, changed %v: %v", test.name, changed, err)
				}
			}
			if sd.ContentSize != int64(len(content)) {
				t.Errorf("%s: %d octets", test.name, sd.ContentSize)
			}
		}
	}
}
