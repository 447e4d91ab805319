package hostiletest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"math/big"
	"testing"

	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
)

// oaepCases are A111: what the parameters declare is what is done, and nothing
// falls back to another padding.
func oaepCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseEnvelope(sealed(tb, Text, "aes-256-gcm", cms.Recipient{Certificate: w.Bob.Certificate, OAEP: true}))
	key := contentKey(tb, good.Encode(), w.Bob)
	const idOAEP, idPSpecified = "1.2.840.113549.1.1.7", "1.2.840.113549.1.1.9"
	hashes := map[string]struct {
		oid  string
		make func() hash.Hash
	}{"SHA-1": {idSHA1, sha1.New}, "SHA-256": {idSHA256, sha256.New}, "SHA-384": {idSHA384, sha512.New384}, "SHA-512": {idSHA512, sha512.New}}
	declared := func(hash, mgf string, label []byte) *cmstest.Node {
		p := sequence(explicit(0, identifier(hashes[hash].oid, null())), explicit(1, identifier(idMGF1, identifier(hashes[mgf].oid, null()))))
		if label != nil {
			p.Insert(2, explicit(2, identifier(idPSpecified, octets(label))))
		}
		return p
	}
	made := func(hash, mgf string, label []byte) []byte {
		c, err := encryptOAEP(hashes[hash].make(), hashes[mgf].make(), bobRSA(w), key, label)
		if err != nil {
			tb.Fatal(err)
		}
		return c
	}
	with := func(parameters *cmstest.Node, encrypted []byte) []byte {
		return good.edit(func(e envelope) {
			*e.recipients().At(0, 2) = *identifier(idOAEP)
			if parameters != nil {
				e.recipients().At(0, 2).Insert(1, parameters)
			}
			if encrypted != nil {
				e.recipients().At(0, 3).Value = encrypted
			}
		})
	}
	opened, malformed, unsupported := Opened([]byte(Text)), Unreadable("malformed"), Unreadable("unsupported-algorithm")
	var out []Case
	closed := func(name string, parameters *cmstest.Node, encrypted []byte) {
		one := decrypted("A111", name, with(parameters, encrypted), Closed())
		one.Alike = "A111"
		out = append(out, one)
	}
	for _, h := range []string{"SHA-1", "SHA-256", "SHA-384", "SHA-512"} {
		out = append(out, decrypted("A111", h, with(declared(h, h, nil), made(h, h, nil)), opened))
	}
	_, v15 := transported(tb, w, string(key))
	closed("a block of PKCS #1 v1.5", declared("SHA-256", "SHA-256", nil), v15)
	closed("another hash than declared", declared("SHA-256", "SHA-256", nil), made("SHA-512", "SHA-512", nil))
	closed("another mask than declared", declared("SHA-256", "SHA-256", nil), made("SHA-256", "SHA-1", nil))
	closed("a label that is not declared", declared("SHA-256", "SHA-256", nil), made("SHA-256", "SHA-256", []byte("x")))
	closed("a key of 16 octets", declared("SHA-256", "SHA-256", nil), func() []byte {
		c, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, bobRSA(w), key[:16], nil)
		if err != nil {
			tb.Fatal(err)
		}
		return c
	}())
	closed("one octet changed", declared("SHA-256", "SHA-256", nil), flip(good.recipients().At(0, 3).Value, 9))
	closed("one octet less", declared("SHA-256", "SHA-256", nil), good.recipients().At(0, 3).Value[1:])
	closed("no octets", declared("SHA-256", "SHA-256", nil), []byte{})
	closed("zero", declared("SHA-256", "SHA-256", nil), make([]byte, 256))
	closed("not below the modulus", declared("SHA-256", "SHA-256", nil), bytes.Repeat([]byte{0xff}, 256))
	return append(out,
		decrypted("A111", "mixed hashes", with(declared("SHA-256", "SHA-1", nil), made("SHA-256", "SHA-1", nil)), opened),
		decrypted("A111", "an empty SEQUENCE, which is SHA-1", with(sequence(), made("SHA-1", "SHA-1", nil)), opened),
		decrypted("A111", "no parameters", with(nil, nil), malformed),
		decrypted("A111", "NULL", with(null(), nil), malformed),
		decrypted("A111", "an INTEGER", with(integer(1), nil), malformed),
		decrypted("A111", "something behind", with(sequence(declared("SHA-256", "SHA-256", nil).Children[0], integer(1)), nil), malformed),
		decrypted("A111", "the hash twice", with(sequence(explicit(0, identifier(idSHA256)), explicit(0, identifier(idSHA256))), nil), malformed),
		decrypted("A111", "a hash nobody knows", with(sequence(explicit(0, identifier(idNothing))), nil), unsupported),
		// Not named in RFC 4055, and no weakness of OAEP either: it is computed, and does not fit.
		decrypted("A111", "MD5, and not made with it", with(sequence(explicit(0, identifier(idMD5, null()))), nil), Closed()),
		decrypted("A111", "a mask nobody knows", with(sequence(explicit(1, identifier(idNothing))), nil), unsupported),
		decrypted("A111", "a mask without a hash", with(sequence(explicit(1, identifier(idMGF1))), nil), malformed),
		decrypted("A111", "a source of the label nobody knows", with(sequence(explicit(2, identifier(idNothing))), nil), unsupported),
	)
}

// encryptOAEP is RSAES-OAEP (RFC 8017, Section 7.1.1) with a hash for the mask of its own.
func encryptOAEP(h, mask hash.Hash, public *rsa.PublicKey, message, label []byte) ([]byte, error) {
	size := public.Size()
	h.Write(label)
	data := h.Sum(nil)
	n := h.Size()
	if len(message) > size-2*n-2 {
		return nil, fmt.Errorf("too long")
	}
	db := append(append(append(data, make([]byte, size-2*n-2-len(message))...), 1), message...)
	seed := make([]byte, n)
	rand.Read(seed)
	xorMask(db, mask, seed)
	masked := bytes.Clone(seed)
	xorMask(masked, mask, db)
	em := append(append([]byte{0}, masked...), db...)
	c := new(big.Int).Exp(new(big.Int).SetBytes(em), big.NewInt(int64(public.E)), public.N)
	return c.FillBytes(make([]byte, size)), nil
}

// xorMask applies MGF1 (RFC 8017, Appendix B.2.1).
func xorMask(out []byte, h hash.Hash, seed []byte) {
	for i, counter := 0, byte(0); i < len(out); counter++ {
		h.Reset()
		h.Write(seed)
		h.Write([]byte{0, 0, 0, counter})
		for _, c := range h.Sum(nil) {
			if i < len(out) {
				out[i] ^= c
				i++
			}
		}
	}
}
