package hostiletest

import (
	"bytes"
	"crypto/rand"
	"math/big"
	"testing"

	"smimectl/internal/cms/cmstest"
)

// encapsulation is the tree of a KEMRecipientInfo (RFC 9629, Section 3).
type encapsulation struct{ *cmstest.Node }

func (k encapsulation) ciphertext() *cmstest.Node { return k.At(3) }
func (k encapsulation) kdf() *cmstest.Node        { return k.At(4) }
func (k encapsulation) kekLength() *cmstest.Node  { return k.At(5) }
func (k encapsulation) wrap() *cmstest.Node       { return k.At(6) }
func (k encapsulation) key() *cmstest.Node        { return k.At(7) }

// kemCases are A114: ML-KEM (RFC 9936) gone wrong.
func kemCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bob := cmstest.Issue(tb, w.Root, cmstest.Options{CommonName: "Bob", Emails: []string{"bob@example.test"}, Key: cmstest.Key(tb, "ml-kem-768", 60), Serial: big.NewInt(1062)})
	good := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(bob)))
	files := map[string][]byte{"bob-kem.pem": IdentityPEM(tb, bob)}
	open := func(name string, f func(k encapsulation), want Want) Case {
		mail := good.edit(func(e envelope) {
			if f != nil {
				f(encapsulation{e.recipients().At(0, 1)})
			}
		})
		return Case{ID: "A114", Name: name, Args: []string{"decrypt", "--ca", "@ca.pem", "-i", "@bob-kem.pem", "--entity"}, Mail: mail, Files: files, Want: want}
	}
	var out []Case
	closed := func(name string, f func(k encapsulation)) {
		one := open(name, f, Closed())
		one.Alike = "A114"
		out = append(out, one)
	}
	random := func(n int) []byte {
		b := make([]byte, n)
		rand.Read(b)
		return b
	}
	// A ciphertext that is another's decapsulates to some secret (FIPS 203, implicit rejection).
	closed("a random ciphertext", func(k encapsulation) { k.ciphertext().Value = random(1088) })
	closed("a ciphertext of zeros", func(k encapsulation) { k.ciphertext().Value = make([]byte, 1088) })
	closed("one octet of the ciphertext changed", func(k encapsulation) { k.ciphertext().Value = flip(k.ciphertext().Value, 500) })
	closed("the wrapped key changed", func(k encapsulation) { k.key().Value = flip(k.key().Value, 3) })
	closed("no wrapped key", func(k encapsulation) { k.key().Value = nil })
	closed("wrapped key longer", func(k encapsulation) { k.key().Value = append(bytes.Clone(k.key().Value), random(8)...) })
	closed("keying material put in", func(k encapsulation) { k.Insert(6, explicit(0, octets([]byte("x")))) })
	closed("empty keying material put in", func(k encapsulation) { k.Insert(6, explicit(0, octets(nil))) })
	malformed, unsupported := Unreadable("malformed"), Unreadable("unsupported-algorithm")
	return append(out,
		open("as it should be", nil, Opened([]byte(Text))),
		// The length of the ciphertext is a fact in public, which may be told.
		open("one octet less", func(k encapsulation) { k.ciphertext().Value = k.ciphertext().Value[1:] }, malformed),
		open("one octet more", func(k encapsulation) { k.ciphertext().Value = append(bytes.Clone(k.ciphertext().Value), 0) }, malformed),
		open("no ciphertext", func(k encapsulation) { k.ciphertext().Value = nil }, malformed),
		open("a ciphertext of ML-KEM-512", func(k encapsulation) { k.ciphertext().Value = random(768) }, malformed),
		open("100,000 octets", func(k encapsulation) { k.ciphertext().Value = random(100_000) }, malformed),
		open("key length 16", func(k encapsulation) { k.kekLength().Value = []byte{16} }, malformed),
		open("key length 0", func(k encapsulation) { k.kekLength().Value = []byte{0} }, malformed),
		open("key length -1", func(k encapsulation) { k.kekLength().Value = []byte{0xff} }, malformed),
		open("key length 65,536", func(k encapsulation) { k.kekLength().Value = []byte{1, 0, 0} }, malformed),
		open("key length 2^64", func(k encapsulation) { k.kekLength().Value = []byte{1, 0, 0, 0, 0, 0, 0, 0, 0} }, malformed),
		open("a derivation nobody knows", func(k encapsulation) { *k.kdf() = *identifier(idNothing) }, unsupported),
		open("parameters of the derivation", func(k encapsulation) { k.kdf().Insert(1, integer(1)) }, malformed),
		open("a wrap nobody knows", func(k encapsulation) { *k.wrap() = *identifier(idNothing) }, unsupported),
		open("an encapsulation nobody knows", func(k encapsulation) { *k.At(2) = *identifier(idNothing) }, unsupported),
		open("the encapsulation of ML-KEM-512", func(k encapsulation) { *k.At(2) = *identifier("2.16.840.1.101.3.4.4.1") }, malformed),
		open("parameters of the encapsulation", func(k encapsulation) { k.At(2).Insert(1, null()) }, malformed),
		open("something behind", func(k encapsulation) { k.Insert(8, null()) }, malformed),
		open("no wrapped key field", func(k encapsulation) { k.Remove(7) }, malformed),
	)
}
