package hostiletest

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
)

// Seeds are good messages of all kinds, for tests that cut and change them
// everywhere (A141, A142). Each is the usual Text, and something that covers it
// all: a signature or a tag.
func Seeds(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	add := func(name string, mail []byte, args ...string) {
		out = append(out, Case{ID: "A142", Name: name, Args: args, Mail: mail, Want: Want{Exit: 0, Content: []byte(Text)}})
	}
	verify, decrypt := Verify("--entity"), Decrypt("--entity", "--require-signed")
	for _, s := range []struct {
		name string
		who  *cmstest.Identity
	}{{"RSA", w.Alice}, {"P-256", w.AliceEC}, {"Ed25519", w.AliceEd}} {
		add(s.name+", clear", []byte(clearText(tb, Text, s.who)), verify...)
		add(s.name+", opaque", []byte(opaqueText(tb, Text, s.who)), verify...)
		add(s.name+", opaque, as a file", Opaque(tb, Text, s.who), verify...)
	}
	add("clear, LF", []byte(withLF(clearText(tb, Text, w.AliceEC))), verify...)
	add("two signers", []byte(ClearMail(Text, Detached(tb, Text, w.Alice, w.AliceEC))), verify...)
	add("clear within opaque", []byte(opaqueText(tb, strings.TrimPrefix(clearText(tb, Text, w.AliceEC), Header), w.Alice)), verify...)
	add("compressed and signed", []byte(opaqueText(tb, strings.TrimPrefix(string(OpaqueMail("compressed-data", compressed(tb, []byte(Text)))), Header), w.AliceEC)), verify...)
	open := cmstest.ParseSigned(Opaque(tb, Text, w.AliceEC))
	certificates := cmstest.Raw(open.Certificates().Encode())
	open.AllIndefinite()
	*open.Certificates() = *certificates
	open.EContent().Segment(9)
	add("indefinite lengths, as a file", open.Encode(), verify...)
	add("PEM", pemOf("CMS", Opaque(tb, Text, w.AliceEC)), verify...)

	opaque := opaqueEntity(tb, Text, w.AliceEC)
	for _, r := range []struct {
		name string
		to   cms.Recipient
	}{{"RSA", to(w.Bob)}, {"OAEP", cms.Recipient{Certificate: w.Bob.Certificate, OAEP: true}}, {"P-256", to(w.BobEC)}, {"key identifier", cms.Recipient{Certificate: w.BobEC.Certificate, ByKeyID: true}}} {
		add("CBC, "+r.name+", signed", envelopeMail(sealed(tb, opaque, "aes-256-cbc", r.to)), decrypt...)
		add("GCM, "+r.name, envelopeMail(sealed(tb, Text, "aes-256-gcm", r.to)), Decrypt("--entity", "--require-integrity")...)
	}
	add("ChaCha20-Poly1305", envelopeMail(sealed(tb, Text, "chacha20-poly1305", to(w.BobEC))), Decrypt("--entity", "--require-integrity")...)
	add("GCM, as a file", sealed(tb, Text, "aes-256-gcm", to(w.BobEC)), Decrypt("--entity", "--require-integrity")...)
	add("derived key", envelopeMail(sealed(tb, Text, "cek-hkdf-sha256-aes-256-gcm", to(w.BobEC))), Decrypt("--entity", "--require-integrity")...)
	add("triple wrapped", []byte(opaqueText(tb, envelopeEntity(sealed(tb, opaque, "aes-256-gcm", to(w.BobEC))), w.AliceEC)), decrypt...)
	kek := bytes.Repeat([]byte{0x42}, 32)
	shared := func(name, file string, data, mail []byte, flag string) {
		out = append(out, Case{ID: "A142", Name: name, Args: []string{"decrypt", "--ca", "@ca.pem", flag, "@" + file, "--entity", "--require-integrity"}, Mail: mail,
			Files: map[string][]byte{file: data}, Want: Want{Exit: 0, Content: []byte(Text)}})
	}
	shared("shared key", "kek.bin", kek, envelopeMail(sealed(tb, Text, "aes-256-gcm", cms.Recipient{KEK: kek, KEKID: []byte("kek")})), "--kek-file")
	shared("password", "password", []byte(sharedPassword), envelopeMail(passwordEnvelope(tb, nil)), "--recipient-password-file")
	for i, name := range []string{"x25519", "ml-kem-768"} {
		bob := cmstest.Issue(tb, w.Root, cmstest.Options{CommonName: "Bob", Emails: []string{"bob@example.test"}, Key: cmstest.Key(tb, name, 60), Serial: big.NewInt(int64(1501 + i))})
		shared(name, "bob-other.pem", IdentityPEM(tb, bob), envelopeMail(sealed(tb, Text, "aes-256-gcm", to(bob))), "-i")
	}
	return out
}
