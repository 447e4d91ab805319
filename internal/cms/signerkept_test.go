package cms

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"smimectl/internal/algorithm"
)

// TestKeptSigners: what is kept changes nothing of a message, whatever was signed before it.
func TestKeptSigners(t *testing.T) {
	t.Parallel()
	one, other := signerOf(t, "rsa-2048"), signerOf(t, "p-256") // the same octets each time
	byKeyID, sha512 := one, one
	byKeyID.ByKeyID = true
	twoKeys := one
	twoKeys.Encryption = other.Certificate
	sha512.Options.Digest, _ = algorithm.DigestByName("sha512")
	if sha512.Options.Digest == nil {
		t.Fatal("no SHA-512")
	}
	late := time.Date(2051, 2, 3, 4, 5, 6, 0, time.UTC)
	kept := NewKeptSigners()
	for round := range 2 {
		for _, tt := range []struct {
			name    string
			signers []Signer
			content int
			opt     SignedDataOptions
		}{
			{"one", []Signer{one}, 100, SignedDataOptions{}},
			{"other content", []Signer{one}, 200, SignedDataOptions{}},
			{"another time", []Signer{one}, 100, SignedDataOptions{Time: signTime.Add(123 * time.Hour)}},
			{"a time of another form", []Signer{one}, 100, SignedDataOptions{Time: late}},
			{"detached", []Signer{one}, 100, SignedDataOptions{Detached: true}},
			{"by key identifier", []Signer{byKeyID}, 100, SignedDataOptions{}},
			{"a certificate to encrypt to", []Signer{twoKeys}, 100, SignedDataOptions{}},
			{"another digest", []Signer{sha512}, 100, SignedDataOptions{}},
			{"other capabilities", []Signer{one}, 100, SignedDataOptions{Capabilities: Capabilities()[:2]}},
			{"another signer", []Signer{other}, 100, SignedDataOptions{}},
			{"both", []Signer{one, other}, 100, SignedDataOptions{}},
		} {
			tt.opt.ContentSize = int64(tt.content)
			want := signedBy(t, text(tt.content), tt.opt, tt.signers...)
			tt.opt.Kept = kept
			if got := signedBy(t, text(tt.content), tt.opt, tt.signers...); !bytes.Equal(got, want) {
				t.Errorf("%s, round %d: other octets", tt.name, round)
			}
		}
	}
	without := SignedDataOptions{ContentSize: 3, Kept: kept}
	for range 2 {
		var out bytes.Buffer
		w, err := NewSignedDataWriter(&out, []Signer{one}, without)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte("abc"))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		sd, _, _, err := verifyAll(out.Bytes(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(find(sd.Signers[0].SignedAttributes, attrSigningTime)) != 0 {
			t.Error("a signing time, where none was asked for")
		}
	}
}

// TestKeptSignerWithAnotherKey: that the certificate is known says nothing of the key.
func TestKeptSignerWithAnotherKey(t *testing.T) {
	t.Parallel()
	good, other := signerOf(t, "p-256"), signerOf(t, "p-384")
	kept := NewKeptSigners()
	signedBy(t, text(10), SignedDataOptions{ContentSize: 10, Kept: kept}, good)
	for name, key := range map[string]*algorithm.PrivateKey{"none": nil, "no signer": {}, "another": other.Key} {
		bad := good
		bad.Key = key
		w, err := NewSignedDataWriter(new(bytes.Buffer), []Signer{bad}, SignedDataOptions{ContentSize: 0, Time: signTime, Kept: kept})
		if err == nil {
			err = w.Close()
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestKeptSignersAtTheSameTime(t *testing.T) {
	t.Parallel()
	signers := []Signer{signerOf(t, "p-256"), signerOf(t, "ed25519")}
	kept := NewKeptSigners()
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 20 {
				opt := SignedDataOptions{ContentSize: int64(i), Time: signTime.Add(time.Duration(i*worker) * time.Minute)}
				want := signedBy(t, text(i), opt, signers[i%2])
				opt.Kept = kept
				if got := signedBy(t, text(i), opt, signers[i%2]); !bytes.Equal(got, want) {
					t.Errorf("%d octets by worker %d: others", i, worker)
				}
			}
		})
	}
	group.Wait()
}
