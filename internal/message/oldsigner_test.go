package message

import (
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"math/big"
	"slices"
	"sync"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// oldSigner is alice with a key of a kind, which may be one that nothing is written with.
type oldSigner struct {
	certificate *cert.Certificate
	spki        []byte
	// sign makes a signature over a digest, without asking whether it should.
	sign func(t *testing.T, d *algorithm.Digest, sum []byte) []byte
}

// dsaKey is one DSA key for all tests.
var dsaKey = sync.OnceValues(func() (*dsa.PrivateKey, error) {
	key := new(dsa.PrivateKey)
	if err := dsa.GenerateParameters(&key.Parameters, rand.Reader, dsa.L1024N160); err != nil {
		return nil, err
	}
	return key, dsa.GenerateKey(key, rand.Reader)
})

// oldSignerOf makes alice with a key of the kind that a row of the signatures goes with.
func oldSignerOf(t *testing.T, w *world, kind string, issuer *cmstest.Identity) oldSigner {
	t.Helper()
	var s oldSigner
	switch kind {
	case "rsa", "rsa-1024", "rsa-1536":
		var key *rsa.PrivateKey
		if kind == "rsa" {
			key = cmstest.Key(t, "rsa-2048", 20).Signer.(*rsa.PrivateKey)
		} else {
			var err error
			if key, err = rsa.GenerateKey(rand.Reader, map[string]int{"rsa-1024": 1024, "rsa-1536": 1536}[kind]); err != nil {
				t.Fatal(err)
			}
		}
		public, err := algorithm.PrivateKeyOf(key)
		if err != nil {
			t.Fatal(err)
		}
		s.spki = public.Public.SPKI
		s.sign = func(t *testing.T, d *algorithm.Digest, sum []byte) []byte {
			info := cmstest.Constructed(ber.Sequence, cmstest.Raw(algorithm.Identifier{OID: d.OID, Parameters: []byte{5, 0}}.DER()), cmstest.Primitive(ber.OctetString, sum))
			sig, err := rsa.SignPKCS1v15(nil, key, 0, info.Encode())
			if err != nil {
				t.Fatal(err)
			}
			return sig
		}
	case "ec":
		key := cmstest.Key(t, "p-256", 20)
		s.spki = key.Public.SPKI
		s.sign = func(t *testing.T, _ *algorithm.Digest, sum []byte) []byte {
			sig, err := ecdsa.SignASN1(rand.Reader, key.Signer.(*ecdsa.PrivateKey), sum)
			if err != nil {
				t.Fatal(err)
			}
			return sig
		}
	case "dsa":
		key, err := dsaKey()
		if err != nil {
			t.Fatal(err)
		}
		der := func(v any) []byte {
			b, err := asn1.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		parameters := der(struct{ P, Q, G *big.Int }{key.P, key.Q, key.G})
		s.spki = cmstest.Constructed(ber.Sequence, cmstest.Raw(algorithm.Identifier{OID: algorithm.MustOID("1.2.840.10040.4.1"), Parameters: parameters}.DER()),
			cmstest.Primitive(ber.BitString, append([]byte{0}, der(key.Y)...))).Encode()
		s.sign = func(t *testing.T, _ *algorithm.Digest, sum []byte) []byte {
			r, v, err := dsa.Sign(rand.Reader, key, sum[:min(len(sum), key.Q.BitLen()/8)])
			if err != nil {
				t.Fatal(err)
			}
			return der(struct{ R, S *big.Int }{r, v})
		}
	default:
		t.Fatalf("no key of the kind %s is made here: add it", kind)
	}
	issued := cmstest.Issue(t, issuer, cmstest.Options{Key: cmstest.Key(t, "p-256", 20), CommonName: "alice", Emails: []string{"alice@example.org"}, SubjectKeyID: []byte(kind)})
	s.certificate = cmstest.Reissue(t, issued.Certificate, issuer, func(tbs *cmstest.Node) { *tbs.At(6) = *cmstest.Raw(s.spki) })
	return s
}

// signed makes a mail that is signed with an algorithm over a digest.
func (s oldSigner) signed(t *testing.T, w *world, id algorithm.Identifier, d *algorithm.Digest) string {
	t.Helper()
	return mailOf(fromAlice, w.pkcs7("signed-data", s.tree(t, w, id, d).Encode()))
}

func (s oldSigner) tree(t *testing.T, w *world, id algorithm.Identifier, d *algorithm.Digest) cmstest.Signed {
	t.Helper()
	tree := cmstest.ParseSigned(w.byKeyID(text, w.alice))
	digest := cmstest.Raw(algorithm.Identifier{OID: d.OID, Parameters: []byte{5, 0}}.DER())
	tree.DigestAlgorithms().Children = []*cmstest.Node{digest}
	tree.EncapContentInfo().Insert(1, cmstest.Constructed(ber.Context(0), cmstest.Primitive(ber.OctetString, []byte(text))))
	tree.Data().Insert(3, cmstest.Constructed(ber.Context(0), cmstest.Raw(s.certificate.Raw)))
	si := tree.Signer(0)
	*si.At(1) = *cmstest.Primitive(ber.Context(0), s.certificate.SubjectKeyID())
	*si.At(2), *si.At(4) = *digest, *cmstest.Raw(id.DER())
	attributes := si.At(3)
	attributes.Children = slices.DeleteFunc(attributes.Children, func(a *cmstest.Node) bool {
		return string(a.At(0).Value) == string(algorithm.MustOID("1.2.840.113549.1.9.52")) // CMSAlgorithmProtection
	})
	sum := func(octets []byte) []byte {
		h := d.New()
		h.Write(octets)
		return h.Sum(nil)
	}
	messageDigest := tree.Attribute(0, algorithm.MustOID("1.2.840.113549.1.9.4"))
	*messageDigest.At(1, 0) = *cmstest.Primitive(ber.OctetString, sum([]byte(text)))
	attributes.Sort()
	set := attributes.Clone()
	set.Tag = ber.Set
	tree.Signature(0).Value = s.sign(t, d, sum(set.Encode()))
	return tree
}
