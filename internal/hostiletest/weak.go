package hostiletest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// weakCases are A39: signatures that are right, made by means that prove
// nothing any more.
func weakCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	digest, key := Untrusted("weak-digest"), Untrusted("weak-key")
	// with signs with RSA over a digest.
	with := func(oid, signature string) func(e *edited) {
		return func(e *edited) {
			e.without(typeAlgorithmProtects)
			*e.Signer(0).At(2) = *identifier(oid, null())
			*e.Signer(0).At(4) = *identifier(signature, null())
			e.DigestAlgorithms().Insert(0, identifier(oid, null()))
			e.replace(typeMessageDigest, octets(sumOf(oid, e.content)))
			k := rsaKey(e.tb, e.who)
			e.Signature(0).Value = rsaRaw(k, encodePKCS1(k.Size(), 1, digestInfo(oid, sumOf(oid, e.toBeSigned()), null()).Encode()))
		}
	}
	ecdsaSHA1 := func(e *edited) {
		e.without(typeAlgorithmProtects)
		*e.Signer(0).At(2) = *identifier(idSHA1)
		*e.Signer(0).At(4) = *identifier(idECDSASHA1)
		e.DigestAlgorithms().Insert(0, identifier(idSHA1))
		e.replace(typeMessageDigest, octets(sumOf(idSHA1, e.content)))
		e.Signature(0).Value = ecdsaSign(e, sumOf(idSHA1, e.toBeSigned()))
	}
	changed := func(do func(e *edited)) func(e *edited) {
		return func(e *edited) { do(e); e.setContent([]byte("Content-Type: text/plain\r\n\r\nanother text\r\n")) }
	}
	allowed := Accepted(nil).WithNote("weak-digest")
	out := every(tb, w, []change{
		{id: "A39", name: "MD5", do: with(idMD5, idRSA), want: digest, keys: "rsa"},
		{id: "A39", name: "MD5 with an OID of its own", do: with(idMD5, "1.2.840.113549.1.1.4"), want: digest, keys: "rsa"},
		{id: "A39", name: "SHA-1", do: with(idSHA1, idRSA), want: digest, keys: "rsa"},
		{id: "A39", name: "SHA-1 with an OID of its own", do: with(idSHA1, idRSASHA1), want: digest, keys: "rsa"},
		{id: "A39", name: "SHA-1 with ECDSA", do: ecdsaSHA1, want: digest},
		{id: "A39", name: "SHA-1, content changed", do: changed(with(idSHA1, idRSA)), want: Bad("content-changed"), keys: "rsa"},
		{id: "A39", name: "SHA-1, allowed", do: with(idSHA1, idRSA), want: allowed, keys: "rsa", args: []string{"--allow-sha1"}},
		{id: "A39", name: "SHA-1, MD5 allowed", do: with(idSHA1, idRSA), want: digest, keys: "rsa", args: []string{"--allow-legacy", "md5"}},
		{id: "A39", name: "MD5, SHA-1 allowed", do: with(idMD5, idRSA), want: digest, keys: "rsa", args: []string{"--allow-sha1"}},
		{id: "A39", name: "MD5, allowed", do: with(idMD5, idRSA), want: allowed, keys: "rsa", args: []string{"--allow-legacy", "md5"}},
		{id: "A39", name: "SHA-1, content changed, allowed", do: changed(with(idSHA1, idRSA)), want: Bad("content-changed"), keys: "rsa", args: []string{"--allow-legacy", "all"}},
	})
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		tb.Fatal(err)
	}
	shortKey, err := algorithm.PrivateKeyOf(short)
	if err != nil {
		tb.Fatal(err)
	}
	alice := cmstest.Issue(tb, w.Between, cmstest.Options{CommonName: "Alice", Emails: []string{"alice@example.test"}, Key: shortKey, Serial: big.NewInt(1120)})
	add := func(name string, who *cmstest.Identity, want Want, files map[string][]byte, args ...string) {
		for _, f := range []form{opaque, clear} {
			e := edit(tb, w, f, who)
			e.files = files
			out = append(out, e.end(change{id: "A39", name: name, want: want, args: args}, "", false))
		}
	}
	add("RSA 1024", alice, key, nil)
	add("RSA 1024, allowed", alice, Accepted(nil).WithNote("weak-key"), nil, "--allow-legacy", "rsa-1024")
	add("RSA 1024, shorter ones allowed too", alice, Accepted(nil).WithNote("weak-key"), nil, "--allow-legacy", "rsa-768")
	add("RSA 1024, longer ones allowed", alice, key, nil, "--allow-legacy", "rsa-1536")
	// The weakness is in the chain: an issuer with a short key, and certificates
	// signed over SHA-1 and MD5 by one with a long key.
	shortCA := cmstest.Issue(tb, w.Root, cmstest.Options{CommonName: "Short CA", CA: true, Key: shortKey, Serial: big.NewInt(1121)})
	add("RSA 1024 of the issuer", person(tb, shortCA, "p-256", 62, 1122), key, nil)
	longCA := cmstest.Issue(tb, w.Root, cmstest.Options{CommonName: "Long CA", CA: true, Key: w.Bob.Key, Serial: big.NewInt(1123)})
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.MD5} {
		id := &cmstest.Identity{Key: w.AliceEC.Key, Issuer: longCA, Certificate: parsed(tb, certtest.Issue(certtest.Template{
			Hash: h, Key: entity(w.AliceEC).Key, Subject: certtest.Name(certtest.CN("Alice")), Extensions: []certtest.Extension{certtest.SAN(certtest.RFC822("alice@example.test")), certtest.SKI([]byte("weakly signed"))},
		}, entity(longCA)).DER)}
		add("certificate signed over "+h.String(), id, digest, nil)
		add("certificate signed over "+h.String()+", allowed", id, Accepted(nil), nil, "--allow-legacy", map[crypto.Hash]string{crypto.SHA1: "sha1", crypto.MD5: "md5"}[h])
	}
	return out
}

// entity is an identity as certtest takes it for an issuer, or for its key.
func entity(id *cmstest.Identity) *certtest.Entity {
	return &certtest.Entity{DER: id.Certificate.Raw, Key: &certtest.Key{Signer: id.Key.Signer, SPKI: id.Key.Public.SPKI}, Name: id.Certificate.Subject.Raw}
}

// person is alice with a certificate of another issuer.
func person(tb testing.TB, issuer *cmstest.Identity, key string, slot int, serial int64) *cmstest.Identity {
	tb.Helper()
	return cmstest.Issue(tb, issuer, cmstest.Options{CommonName: "Alice", Emails: []string{"alice@example.test"}, Key: cmstest.Key(tb, key, slot), Serial: big.NewInt(serial)})
}

func parsed(tb testing.TB, der []byte) *cert.Certificate {
	tb.Helper()
	c, err := cert.Parse(der)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}
