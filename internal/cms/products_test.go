package cms

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// The tests of this file take their cases from the tables of package algorithm: what
// is added there is tried here, with everything it can meet.

// productKeys are the keys that are made, but for the larger RSA keys, which take
// seconds to make and go through the same rows.
func productKeys() []string {
	return slices.DeleteFunc(algorithm.KeyNames(), func(name string) bool { return name == "rsa-3072" || name == "rsa-4096" })
}

// slowToSign names the small parameter sets of SLH-DSA.
func slowToSign(name string) bool {
	return strings.HasPrefix(name, "slh-dsa-") && strings.HasSuffix(name, "s")
}

// TestSignedProduct signs with every key, every digest that goes with it and every
// padding, inside and detached, and changes one octet of each.
func TestSignedProduct(t *testing.T) {
	t.Parallel()
	content := text(100)
	for _, kind := range productKeys() {
		if testing.Short() && slowToSign(kind) {
			continue
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			if !cmstest.Key(t, kind, 0).Public.CanSign {
				return // TestEnvelopeProduct has it
			}
			signer := signerOf(t, kind)
			public, err := signer.Certificate.PublicKey()
			if err != nil {
				t.Fatal(err)
			}
			tried := 0
			for _, d := range algorithm.Digests() {
				var last algorithm.Identifier
				for _, pss := range []bool{false, true} {
					signer.Options = algorithm.SignOptions{Digest: d, PSS: pss}
					scheme, err := algorithm.SignatureFor(public, signer.Options)
					if err != nil || pss && scheme.Identifier.Equal(last) {
						continue // does not go with the key, or PSS means nothing to it
					}
					last = scheme.Identifier
					tried++
					for _, detached := range []bool{false, true} {
						if detached && slowToSign(kind) {
							continue
						}
						signedProduct(t, content, signer, scheme, detached)
					}
				}
			}
			if tried == 0 {
				t.Error("no digest goes with it")
			}
		})
	}
}

func signedProduct(t *testing.T, content []byte, signer Signer, scheme *algorithm.Signature, detached bool) {
	t.Helper()
	name := scheme.Name + " with " + scheme.Digest.Name
	message := signedBy(t, content, SignedDataOptions{ContentSize: int64(len(content)), Detached: detached}, signer)
	var outside []byte
	if detached {
		outside = bytes.Clone(content)
	}
	sd, _, results, err := verifyAll(message, outside)
	if err != nil || len(results) != 1 || results[0] != nil {
		t.Errorf("%s, detached %v: %v, %v", name, detached, results, err)
		return
	}
	if got := sd.Signers[0].Scheme; got == nil || got.Name != scheme.Name || sd.Signers[0].Digest == nil || sd.Signers[0].Digest.OID != scheme.Digest.OID {
		t.Errorf("%s, detached %v: read as %+v", name, detached, got)
	}
	s := cmstest.ParseSigned(message)
	for what, edit := range map[string]func(cmstest.Signed){
		"signature": func(s cmstest.Signed) { v := s.Signature(0).Value; v[len(v)/2] ^= 1 },
		"attribute": func(s cmstest.Signed) {
			v := s.Signer(0).At(3).Encode()
			v[len(v)-1] ^= 1
			*s.Signer(0).At(3) = *cmstest.Raw(v)
		},
	} {
		changed := s.Clone()
		edit(changed)
		if got := outcome(changed.Encode(), outside); got == "good" {
			t.Errorf("%s, detached %v, %s changed: good", name, detached, what)
		}
	}
	if detached {
		outside[50] ^= 1
		if got := outcome(message, outside); got != "content" {
			t.Errorf("%s, content changed: %s", name, got)
		}
		return
	}
	changed := s.Clone()
	changed.EContent().Value[50] ^= 1
	if got := outcome(changed.Encode(), nil); got != "content" {
		t.Errorf("%s, content changed: %s", name, got)
	}
}

// recipientOf makes somebody with a key of that name.
func recipientOf(t *testing.T, name string) *person {
	t.Helper()
	if who := people()[name]; who != nil {
		return who
	}
	ca := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Test CA")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	key := cmstest.Key(t, name, 0)
	issued := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN(name)), SPKI: key.Public.SPKI,
		Extensions: []certtest.Extension{certtest.SKI(key.Public.KeyID())}}, ca)
	c, err := cert.Parse(issued.DER)
	if err != nil {
		t.Fatal(err)
	}
	return &person{name, key, c}
}

// TestEnvelopeProduct encrypts to every key that can be encrypted to, in every way
// that goes with it, under every cipher that is written, and changes one octet of
// the content, of its tag, and of the encrypted key.
func TestEnvelopeProduct(t *testing.T) {
	t.Parallel()
	plain := content(100)
	for _, name := range productKeys() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			public := cmstest.Key(t, name, 0).Public
			if !public.CanTransport && !public.CanAgree && !public.CanEncapsulate {
				return // TestSignedProduct has it
			}
			who := recipientOf(t, name)
			ways := []*algorithm.KeyEncryption{nil}
			for _, way := range algorithm.KeyEncryptions() {
				if way.Fits(who.key.Public) {
					ways = append(ways, way)
				}
			}
			for _, c := range writtenCiphers() {
				for i, way := range ways {
					label := c.Name
					if way != nil {
						label += ", " + way.Name
					}
					message := encrypted(t, plain, c.Name, true, Recipient{Certificate: who.cert, By: way, ByKeyID: i%2 == 1})
					e, got, err := decrypted(message, who)
					if err != nil || !bytes.Equal(got, plain) {
						t.Errorf("%s: %d octets, %v", label, len(got), err)
						continue
					}
					places := map[string]int{
						"encrypted key": bytes.Index(message, e.Recipients[0].EncryptedKey) + 5,
						"content":       len(message) - 20 - c.BlockSize, // before the tag, or the block before the last
					}
					if c.Authenticated {
						places["tag"] = len(message) - 1
					}
					for what, at := range places {
						if _, got, err := decrypted(flipped(message, at), who); err == nil && bytes.Equal(got, plain) || err == nil && c.Authenticated {
							t.Errorf("%s, %s changed: %d octets, %v", label, what, len(got), err)
						}
					}
				}
			}
		})
	}
}

// TestSharedSecretProduct does the same with a key that both sides have. (A password
// is one PBKDF2 before the same key wraps: TestSharedSecretRoundTrip.)
func TestSharedSecretProduct(t *testing.T) {
	t.Parallel()
	plain, id := content(100), []byte("id")
	for _, c := range writtenCiphers() {
		for _, size := range []int{16, 24, 32} {
			kek := content(size)
			message := encrypted(t, plain, c.Name, true, Recipient{KEK: kek, KEKID: id})
			open := func(message []byte) ([]byte, error) {
				e, err := ReadEnvelope(bytes.NewReader(message), Limits{})
				if err != nil {
					return nil, err
				}
				cek, err := e.ContentKeyKEK(e.Recipients[0], kek)
				if err != nil {
					return nil, err
				}
				var out bytes.Buffer
				err = e.Decrypt(opener(message), cek, &out)
				return out.Bytes(), err
			}
			if got, err := open(message); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s, %d: %d octets, %v", c.Name, size, len(got), err)
			}
			if got, err := open(flipped(message, len(message)-20-c.BlockSize)); err == nil && (c.Authenticated || bytes.Equal(got, plain)) {
				t.Errorf("%s, %d, changed: %d octets", c.Name, size, len(got))
			}
		}
	}
}

func flipped(message []byte, at int) []byte {
	out := bytes.Clone(message)
	out[at] ^= 1
	return out
}
