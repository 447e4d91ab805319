package cms

import (
	"bytes"
	"errors"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/stage"
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

// failing takes no more when it has an error, of which it tells when it is settled too.
type failing struct{ lent, settled error }

func (f *failing) Write(p []byte) (int, error) { return len(p), f.lent }
func (f *failing) Lend([]byte) error           { return f.lent }
func (f *failing) Settle() error               { return f.settled }

// TestDigestHandsOn: what fails behind the digests is told to who gives the content, and what was lent is digested
// when the signature is looked at, whether it was settled or not.
func TestDigestHandsOn(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	sha256 := []*algorithm.Digest{digestNamed(t, "sha256")}
	d := NewContentDigest(sha256, &failing{lent: full}, Limits{})
	if err := d.Lend([]byte("x")); err != full {
		t.Errorf("lent: %v", err)
	}
	if _, err := d.Write([]byte("x")); err != full {
		t.Errorf("written: %v", err)
	}
	if err := NewContentDigest(sha256, &failing{settled: full}, Limits{}).Settle(); err != full {
		t.Errorf("settled: %v", err)
	}
	d = NewContentDigest(sha256, nil, Limits{})
	if err := errors.Join(d.Lend([]byte("x")), d.Settle()); err != nil {
		t.Errorf("with nothing behind it: %v", err)
	}

	content := text(4 << 20)
	p256 := signerOf(t, "p-256")
	message := signedBy(t, content, SignedDataOptions{Detached: true}, p256)
	for _, settled := range []bool{false, true} {
		sd, err := ReadSignedData(bytes.NewReader(message), nil, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		d = NewContentDigest(sha256, nil, Limits{})
		lent := bytes.Clone(content)
		for i := 0; i < len(lent); i += stage.Size {
			if err := d.Lend(lent[i:min(i+stage.Size, len(lent))]); err != nil {
				t.Fatal(err)
			}
		}
		if settled {
			if err := d.Settle(); err != nil {
				t.Fatal(err)
			}
			clear(lent)
		}
		if !sd.Digested(d) {
			t.Fatal("it does not serve")
		}
		if err := sd.Verify(sd.Signers[0], p256.Certificate); err != nil {
			t.Errorf("settled %v: %v", settled, err)
		}
	}
}
