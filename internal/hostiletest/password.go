package hostiletest

import (
	"bytes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"testing"

	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

const sharedPassword = "correct horse"

const (
	idPBKDF2, idHMACSHA256, idPWRI = "1.2.840.113549.1.5.12", "1.2.840.113549.2.9", "1.2.840.113549.1.9.16.3.9"
	fewIterations                  = 1000 // so that the cases take no time
)

// passwordRecipient is a PasswordRecipientInfo (RFC 5652, Section 6.2.4): the
// block is encrypted twice under the key that the password gives (RFC 3211,
// Section 2.3.1).
func passwordRecipient(tb testing.TB, block0 []byte) *cmstest.Node {
	tb.Helper()
	salt, iv := []byte("a salt of the catalogue"), bytes.Repeat([]byte{7}, 16)
	kek, err := pbkdf2.Key(sha256.New, sharedPassword, salt, fewIterations, 32)
	if err != nil {
		tb.Fatal(err)
	}
	b := bytes.Clone(block0)
	if n := len(b); n >= 16 && n%16 == 0 {
		cipher.NewCBCEncrypter(block(tb, kek), iv).CryptBlocks(b, b)
		cipher.NewCBCEncrypter(block(tb, kek), b[n-16:]).CryptBlocks(b, b)
	}
	derivation := implicit(0, identifier(idPBKDF2, sequence(octets(salt), integer(fewIterations>>8, fewIterations&255), identifier(idHMACSHA256, null()))))
	return cmstest.Constructed(ber.Context(3), integer(0), derivation, identifier(idPWRI, identifier(idAES256CBC, octets(iv))), octets(b))
}

// passwordBlock is a key behind its length and three check octets.
func passwordBlock(key []byte) []byte {
	b := append([]byte{byte(len(key)), ^key[0], ^key[1], ^key[2]}, key...)
	return append(b, make([]byte, (16-len(b)%16)%16)...)
}

// passwordEnvelope is a message for the shared password alone.
func passwordEnvelope(tb testing.TB, change func(recipient *cmstest.Node, key []byte)) []byte {
	tb.Helper()
	kek := bytes.Repeat([]byte{0x42}, 32)
	object := sealed(tb, Text, "aes-256-gcm", cms.Recipient{KEK: kek, KEKID: []byte("kek")})
	read, err := cms.ReadEnvelope(bytes.NewReader(object), cms.Limits{})
	if err != nil {
		tb.Fatal(err)
	}
	key, err := read.ContentKeyKEK(read.Recipients[0], kek)
	if err != nil {
		tb.Fatal(err)
	}
	e := parseEnvelope(object)
	e.recipients().Children[0] = passwordRecipient(tb, passwordBlock(key))
	if change != nil {
		change(e.recipients().At(0), key)
	}
	return e.Encode()
}

// passwordCases are A115: work and room that a message may ask for with a
// password, and what a wrong one must not be told from.
func passwordCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	files := map[string][]byte{"password": []byte(sharedPassword + "\n"), "wrong": []byte("battery staple\n")}
	with := func(name, file string, change func(r *cmstest.Node, key []byte), want Want) Case {
		return Case{ID: "A115", Name: name, Args: []string{"decrypt", "--ca", "@ca.pem", "--recipient-password-file", "@" + file, "--entity"},
			Mail: envelopeMail(passwordEnvelope(tb, change)), Files: files, Want: want}
	}
	var out []Case
	closed := func(name, file string, change func(r *cmstest.Node, key []byte)) {
		one := with(name, file, change, Closed())
		one.Alike = "A115"
		out = append(out, one)
	}
	block := func(f func(key []byte) []byte) func(*cmstest.Node, []byte) {
		return func(r *cmstest.Node, key []byte) { *r = *passwordRecipient(tb, f(key)) }
	}
	closed("a wrong password", "wrong", nil)
	closed("check octets", "password", block(func(key []byte) []byte { b := passwordBlock(key); b[2] ^= 1; return b }))
	closed("length 16", "password", block(func(key []byte) []byte { b := passwordBlock(key); b[0] = 16; return b }))
	closed("length 255", "password", block(func(key []byte) []byte { b := passwordBlock(key); b[0] = 255; return b }))
	closed("a key of 16 octets", "password", block(func(key []byte) []byte { return passwordBlock(key[:16]) }))
	closed("another key", "password", block(func([]byte) []byte { k := make([]byte, 32); rand.Read(k); return passwordBlock(k) }))
	closed("one block", "password", block(func(key []byte) []byte { return passwordBlock(key[:12]) }))
	closed("17 octets", "password", block(func(key []byte) []byte { return make([]byte, 17) }))
	closed("no octets", "password", block(func(key []byte) []byte { return nil }))
	closed("1,000,000 octets", "password", block(func(key []byte) []byte { return make([]byte, 1_000_000) }))
	parameters := func(f func(p *cmstest.Node)) func(*cmstest.Node, []byte) {
		return func(r *cmstest.Node, _ []byte) { f(r.At(1, 1)) }
	}
	iterations := func(contents ...byte) func(*cmstest.Node, []byte) {
		return parameters(func(p *cmstest.Node) { p.At(1).Value = contents })
	}
	salt := func(n int) func(*cmstest.Node, []byte) {
		return parameters(func(p *cmstest.Node) { p.At(0).Value = make([]byte, n) })
	}
	malformed, large, unsupported := Unreadable("malformed"), Unreadable("too-large"), Unreadable("unsupported-algorithm")
	wrapCipher := func(inner ...*cmstest.Node) func(*cmstest.Node, []byte) {
		return func(r *cmstest.Node, _ []byte) { r.At(2).Children = append(r.At(2).Children[:1:1], inner...) }
	}
	for _, c := range []struct {
		name   string
		change func(*cmstest.Node, []byte)
		want   Want
	}{
		{"no derivation", func(r *cmstest.Node, _ []byte) { r.Remove(1) }, malformed},
		{"a derivation nobody knows", func(r *cmstest.Node, _ []byte) { *r.At(1, 0) = *oidNode(idNothing) }, unsupported},
		{"a derivation without parameters", func(r *cmstest.Node, _ []byte) { r.At(1).Remove(1) }, malformed},
		{"iterations 0", iterations(0), malformed},
		{"iterations -1", iterations(0xff), malformed},
		{"iterations -2^31", iterations(0x80, 0, 0, 0), malformed},
		{"iterations 10,000,001", iterations(0, 0x98, 0x96, 0x81), large},
		{"iterations 2^31", iterations(0, 0x80, 0, 0, 0), large},
		{"iterations 2^63", iterations(0, 0x80, 0, 0, 0, 0, 0, 0, 0), large},
		{"iterations 2^800", iterations(append([]byte{1}, make([]byte, 100)...)...), large},
		{"no salt", salt(0), malformed},
		{"salt of 1,025 octets", salt(1025), malformed},
		{"salt of 1 MiB", salt(1 << 20), large},
		{"salt from elsewhere", parameters(func(p *cmstest.Node) { *p.At(0) = *identifier(idNothing) }), malformed},
		{"a function nobody knows", parameters(func(p *cmstest.Node) { *p.At(2) = *identifier(idNothing) }), unsupported},
		{"key length 16", parameters(func(p *cmstest.Node) { p.Insert(2, integer(16)) }), malformed},
		{"key length 2^40", parameters(func(p *cmstest.Node) { p.Insert(2, integer(1, 0, 0, 0, 0, 0)) }), malformed},
		{"something behind the parameters", parameters(func(p *cmstest.Node) { p.Insert(3, null()) }), malformed},
		{"wrapped with OFB", wrapCipher(identifier(idAES256OFB, octets(make([]byte, 16)))), unsupported},
		{"wrapped with GCM", wrapCipher(identifier(idAES256GCM, sequence(octets(make([]byte, 12)), integer(16)))), unsupported},
		{"wrapped with nothing", wrapCipher(), malformed},
		{"wrapped without a vector", wrapCipher(identifier(idAES256CBC)), malformed},
		{"wrapped with a vector of 8 octets", wrapCipher(identifier(idAES256CBC, octets(make([]byte, 8)))), malformed},
		{"a wrap nobody knows", func(r *cmstest.Node, _ []byte) { *r.At(2) = *identifier(idNothing) }, unsupported},
		{"as it should be", nil, Opened([]byte(Text))},
		{"key length 32", parameters(func(p *cmstest.Node) { p.Insert(2, integer(32)) }), Opened([]byte(Text))},
	} {
		out = append(out, with(c.name, "password", c.change, c.want))
	}
	return append(out, with(fmt.Sprintf("%d iterations more than it was made with", 1), "password", iterations(fewIterations>>8, fewIterations&255+1), Closed()))
}
