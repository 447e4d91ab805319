package algorithm

import (
	"crypto/dsa"
	"crypto/rand"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// signers are the keys that the round trips go through: all that are made and
// sign, but for the larger RSA keys, which take seconds to make and are of the
// same row, and those that take seconds to sign: these sign once, in
// TestSignatureRows.
var signers = slices.DeleteFunc(signingKeys(), func(name string) bool {
	return name == "rsa-3072" || name == "rsa-4096" || slowSigner(name)
})

// slowSigner names the small parameter sets of SLH-DSA.
func slowSigner(name string) bool {
	return strings.HasPrefix(name, "slh-dsa-") && strings.HasSuffix(name, "s")
}

func signingKeys() []string {
	var names []string
	for kind := range keyKinds.rows() {
		if kind.signature == nil {
			continue
		}
		for _, g := range kind.generate {
			names = append(names, g.name)
		}
	}
	return names
}

// keyOfKind returns a key that makes the signatures of a row.
func keyOfKind(t testing.TB, kind string) *PrivateKey {
	t.Helper()
	if kind == "dsa" {
		return dsaKey(t)
	}
	for _, name := range signers {
		if key := testKey(t, name); key.Public.Kind == kind {
			return key
		}
	}
	if slowSigner(kind) {
		if testing.Short() {
			t.Skip("takes seconds to sign")
		}
		return testKey(t, kind)
	}
	t.Fatalf("no key of kind %s is made: the row is not tested", kind)
	return nil
}

// Which digests go with which key; the first is the default.
func TestSignatureDigests(t *testing.T) {
	t.Parallel()
	sha2 := []*Digest{sha256Digest, sha384Digest, sha512Digest}
	fixed := append(slices.Clone(sha2), sha3256Digest, sha3384Digest, sha3512Digest)
	first := func(d *Digest) []*Digest { return append([]*Digest{d}, fixed...) }
	want := map[string][]*Digest{
		"rsa-2048":           append(slices.Clone(fixed), sha512256Digest),
		"p-256":              first(sha256Digest),
		"p-384":              first(sha384Digest),
		"p-521":              first(sha512Digest),
		"ed25519":            {sha512Digest},
		"ed448":              {shake256LenDigest},
		"ml-dsa-44":          append(first(sha512Digest), shake128Digest, shake256Digest),
		"ml-dsa-65":          {sha512Digest, sha384Digest, sha3512Digest, sha3384Digest, shake256Digest},
		"ml-dsa-87":          {sha512Digest, sha3512Digest, shake256Digest},
		"slh-dsa-sha2-128f":  {sha256Digest},
		"slh-dsa-sha2-192f":  {sha512Digest},
		"slh-dsa-sha2-256f":  {sha512Digest},
		"slh-dsa-shake-128f": {shake128Digest},
		"slh-dsa-shake-192f": {shake256Digest},
		"slh-dsa-shake-256f": {shake256Digest},
		"slh-dsa-sha2-128s":  {sha256Digest},
		"slh-dsa-sha2-192s":  {sha512Digest},
		"slh-dsa-sha2-256s":  {sha512Digest},
		"slh-dsa-shake-128s": {shake128Digest},
		"slh-dsa-shake-192s": {shake256Digest},
		"slh-dsa-shake-256s": {shake256Digest},
	}
	names := slices.DeleteFunc(signingKeys(), func(name string) bool { return name == "rsa-3072" || name == "rsa-4096" })
	for _, name := range names {
		key := testKey(t, name).Public
		s, err := SignatureFor(key, SignOptions{})
		if err != nil || want[name] == nil || s.Digest != want[name][0] {
			t.Errorf("%s: got %v, %v", name, s, err)
			continue
		}
		for _, d := range Digests() {
			s, err := SignatureFor(key, SignOptions{Digest: d})
			if d.oneOf(want[name]) {
				if err != nil || s.Digest != d || s.Status != Current {
					t.Errorf("%s with %s: %v", name, d.Name, err)
				}
				continue
			}
			var unsupported *UnsupportedError
			if !errors.As(err, &unsupported) {
				t.Errorf("%s with %s: got %v, want an UnsupportedError", name, d.Name, err)
			}
		}
	}
	if len(want) != len(names) {
		t.Errorf("%d keys that sign, %d known here", len(names), len(want))
	}
}

// An identifier for certificates is read where no digest is declared.
func TestSignatureNamesDigest(t *testing.T) {
	t.Parallel()
	message := Message{Bytes: []byte("message")}
	for _, name := range signers {
		for _, d := range append([]*Digest{nil}, Digests()...) {
			key := testKey(t, name)
			s, err := SignatureFor(key.Public, SignOptions{Digest: d, NameDigest: true})
			if d != nil && err != nil {
				continue // TestSignatureDigests says which these are
			}
			if err != nil {
				t.Fatal(err)
			}
			found, err := FindSignature(s.Identifier, nil)
			if err != nil || found.Digest.OID != s.Digest.OID && !found.AnyDigest {
				t.Errorf("%s, %v: got %v, %v", name, d, found, err)
				continue
			}
			if found.Pure && d != nil {
				continue // signs the same as without a wish
			}
			sig, err := s.Sign(key.Signer, message)
			if err != nil {
				t.Fatal(err)
			}
			if err := found.Verify(key.Public, message, sig); err != nil {
				t.Errorf("%s, %v: %v", name, d, err)
			}
		}
	}
}

// What is declared beside a pure signature is read, but not as current where
// it is weaker than the key.
func TestWeakDeclaredDigests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		oid    OID
		digest *Digest
		want   Status
	}{
		{mldsaSets[0].oid, sha256Digest, Current},
		{mldsaSets[0].oid, shake128Digest, Current},
		{mldsaSets[1].oid, sha256Digest, Legacy},
		{mldsaSets[1].oid, sha384Digest, Current},
		{mldsaSets[2].oid, sha384Digest, Legacy},
		{mldsaSets[2].oid, sha1Digest, Broken},
		{slhdsaSets[0].oid, sha256Digest, Current},
		{slhdsaSets[0].oid, shake128Digest, Current},
		{slhdsaSets[2].oid, sha256Digest, Legacy},
		{slhdsaSets[2].oid, sha384Digest, Current},
		{slhdsaSets[5].oid, sha384Digest, Legacy},
		{slhdsaSets[5].oid, md5Digest, Broken},
	}
	for _, tt := range tests {
		s, err := FindSignature(Identifier{OID: tt.oid}, tt.digest)
		if err != nil || s.Status != tt.want || s.Digest != tt.digest {
			t.Errorf("%s with %s: got %v, %v, want %v", tt.oid, tt.digest.Name, s, err, tt.want)
		}
	}
}

// dsaKey has the public key of a private one that is read nowhere but here,
// so that each row has somebody who signs.
func dsaKey(t testing.TB) *PrivateKey {
	return &PrivateKey{Public: opensslKey(t, "dsa 1024-160"), Signer: unknownSigner{}}
}

// dsaSecret is the private number of opensslKeys["dsa 1024-160"].
const dsaSecret = "S9S8P4zoS3RY34ZfCw4YxT34NRk="

func signDSA(t testing.TB, key *PublicKey, sum []byte) []byte {
	t.Helper()
	private := dsa.PrivateKey{PublicKey: *key.Key.(*dsa.PublicKey)}
	private.X = new(big.Int).SetBytes(decode64(t, dsaSecret))
	r, s, err := dsa.Sign(rand.Reader, &private, sum[:min(len(sum), 20)])
	if err != nil {
		t.Fatal(err)
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(r)
		b.AddASN1BigInt(s)
	})
	return b.BytesOrPanic()
}
