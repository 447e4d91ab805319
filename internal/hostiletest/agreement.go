package hostiletest

import (
	"bytes"
	"crypto/elliptic"
	"encoding/hex"
	"fmt"
	"math/big"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// agreement is the tree of a KeyAgreeRecipientInfo.
type agreement struct{ *cmstest.Node }

func agreementOf(e envelope) agreement { return agreement{e.recipients().At(0)} }

func (a agreement) originator() *cmstest.Node   { return a.Find(ber.Context(0)).At(0) }
func (a agreement) point() *cmstest.Node        { return a.originator().At(1) }
func (a agreement) scheme() *cmstest.Node       { return a.At(-2) }
func (a agreement) encryptedKey() *cmstest.Node { return a.At(-1, 0, 1) }

// bits is the contents of a BIT STRING of whole octets.
func bits(octets []byte) []byte { return append([]byte{0}, octets...) }

// agreementCases are A112 for curves of NIST: points that are not on the
// recipient's curve would give away his key piece by piece (Biehl, Meyer and
// Müller, 2000).
func agreementCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))
	change := func(f func(a agreement)) []byte { return good.edit(func(e envelope) { f(agreementOf(e)) }) }
	var out []Case
	closed := func(name string, mail []byte) {
		one := decrypted("A112", name, mail, Closed())
		one.Alike = "A112"
		out = append(out, one)
	}
	malformed, unsupported := Unreadable("malformed"), Unreadable("unsupported-algorithm")
	// Whether a point lies on the curve is a fact in public: it may be told, as it says nothing about a key.
	point := func(name string, octets []byte) {
		out = append(out, decrypted("A112", name, change(func(a agreement) { a.point().Value = bits(octets) }), malformed))
	}
	another := func(name string, octets []byte) {
		closed(name, change(func(a agreement) { a.point().Value = bits(octets) }))
	}
	valid := agreementOf(good).point().Value[1:]
	curve := elliptic.P256().Params()
	number := func(x *big.Int) []byte { return x.FillBytes(make([]byte, 32)) }
	point("a point off the curve", flip(valid, 40))
	another("a point of another recipient's key", agreementOf(parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))).point().Value[1:])
	point("the point at infinity", []byte{0})
	point("no octets", nil)
	point("one octet", []byte{4})
	point("zeros", append([]byte{4}, make([]byte, 64)...))
	point("one octet less", valid[:64])
	point("one octet more", append(bytes.Clone(valid), 0))
	point("a format nobody knows", append([]byte{5}, valid[1:]...))
	point("hybrid format", append([]byte{6 | valid[64]&1}, valid[1:]...))
	point("hybrid format, wrong parity", append([]byte{7 ^ valid[64]&1}, valid[1:]...))
	nowhere := int64(1)
	for {
		if x, _ := elliptic.UnmarshalCompressed(elliptic.P256(), append([]byte{2}, number(big.NewInt(nowhere))...)); x == nil {
			break
		}
		nowhere++
	}
	point("compressed, a number that is on no point", append([]byte{2}, number(big.NewInt(nowhere))...))
	point("coordinates beyond the field", append(append([]byte{4}, number(curve.P)...), number(curve.P)...))
	point("coordinates of all ones", append([]byte{4}, bytes.Repeat([]byte{0xff}, 64)...))
	point("a point of P-384", append([]byte{4}, append(elliptic.P384().Params().Gx.Bytes(), elliptic.P384().Params().Gy.Bytes()...)...))
	another("the generator", append(append([]byte{4}, number(curve.Gx)...), number(curve.Gy)...))
	point("100,000 octets", append([]byte{4}, make([]byte, 100_000)...))
	ukm := func(name string, octetString []byte) {
		closed(name, change(func(a agreement) {
			if a.Find(ber.Context(1)) != nil {
				a.Remove(2)
			}
			a.Insert(2, explicit(1, octets(octetString)))
		}))
	}
	ukm("another keying material", []byte("something else"))
	ukm("empty keying material", nil)
	ukm("64 KiB of keying material", make([]byte, 64<<10))
	wrapOf := func(a agreement) *cmstest.Node { return a.scheme().At(1) }
	const idAES128Wrap = "2.16.840.1.101.3.4.1.5"
	told := func(name string, f func(a agreement), want Want) {
		out = append(out, decrypted("A112", name, change(f), want))
	}
	told("a wrap for shorter keys", func(a agreement) { *wrapOf(a).At(0) = *oidNode(idAES128Wrap) }, Closed())
	told("no wrap", func(a agreement) { a.scheme().Remove(1) }, malformed)
	told("NULL in the place of the wrap", func(a agreement) { a.scheme().Children[1] = null() }, malformed)
	told("a wrap nobody knows", func(a agreement) { *wrapOf(a) = *identifier(idNothing) }, unsupported)
	told("a key agreement nobody knows", func(a agreement) { *a.scheme().At(0) = *oidNode(idNothing) }, unsupported)
	told("classic Diffie-Hellman", func(a agreement) { *a.scheme().At(0) = *oidNode("1.2.840.113549.1.9.16.3.5") }, unsupported)
	told("another hash in the derivation", func(a agreement) { *a.scheme().At(0) = *oidNode("1.3.132.1.11.3") }, Closed())
	told("the sender's own certificate instead of a key", func(a agreement) {
		*a.originator() = *sequence(cmstest.Raw(w.Alice.Certificate.Issuer.Raw), integer(1))
	}, unsupported)
	told("the key under another tag", func(a agreement) { a.originator().Tag = ber.Context(2) }, malformed)
	told("unused bits", func(a agreement) { a.point().Value[0] = 3 }, malformed)
	told("no recipients in it", func(a agreement) { a.At(-1).Children = nil }, malformed)
	told("the curve named, another", func(a agreement) {
		*a.originator().At(0) = *identifier("1.2.840.10045.2.1", oidNode("1.3.132.0.34"))
	}, malformed)
	told("the curve written out", func(a agreement) {
		*a.originator().At(0) = *identifier("1.2.840.10045.2.1", sequence(integer(1)))
	}, malformed)
	told("a key of X25519", func(a agreement) { *a.originator().At(0) = *identifier("1.3.101.110") }, malformed)
	compressed := append([]byte{2 | valid[64]&1}, valid[1:33]...)
	return append(out,
		decrypted("A112", "as it should be", good.mail(), Opened([]byte(Text))),
		decrypted("A112", "the curve named", change(func(a agreement) {
			*a.originator().At(0) = *identifier("1.2.840.10045.2.1", oidNode("1.2.840.10045.3.1.7"))
		}), Opened([]byte(Text))),
		decrypted("A112", "the same point compressed", change(func(a agreement) { a.point().Value = bits(compressed) }), Opened([]byte(Text))),
	)
}

// curve25519Cases are A112 for X25519: points of small order give a secret that
// everybody knows (RFC 7748, Section 6.1).
func curve25519Cases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bob := cmstest.Issue(tb, w.Root, cmstest.Options{CommonName: "Bob", Emails: []string{"bob@example.test"}, Key: cmstest.Key(tb, "x25519", 60), Serial: big.NewInt(1061)})
	good := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(bob)))
	files := map[string][]byte{"bob-x.pem": IdentityPEM(tb, bob)}
	open := func(name string, mail []byte, want Want) Case {
		return Case{ID: "A112", Name: "X25519, " + name, Args: []string{"decrypt", "--ca", "@ca.pem", "-i", "@bob-x.pem", "--entity"}, Mail: mail, Files: files, Want: want}
	}
	out := []Case{open("as it should be", good.mail(), Opened([]byte(Text)))}
	for name, digits := range map[string]string{
		"zero":             "0000000000000000000000000000000000000000000000000000000000000000",
		"one":              "0100000000000000000000000000000000000000000000000000000000000000",
		"order 8":          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"order 8, another": "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"p-1":              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"p":                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"p+1":              "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"zero, high bit":   "0000000000000000000000000000000000000000000000000000000000000080",
		"31 octets":        "09000000000000000000000000000000000000000000000000000000000000",
		"33 octets":        "090000000000000000000000000000000000000000000000000000000000000000",
		"no octets":        "",
		"another's":        "0900000000000000000000000000000000000000000000000000000000000000",
	} {
		key, err := hex.DecodeString(digits)
		if err != nil {
			tb.Fatal(err)
		}
		one := open(name, good.edit(func(e envelope) { agreementOf(e).point().Value = bits(key) }), Closed())
		if one.Alike = "A112 X25519"; len(key) != 32 {
			one.Alike, one.Want = "", Unreadable("malformed")
		}
		out = append(out, one)
	}
	return out
}

// keyWrapCases are A113: the AES key wrap (RFC 3394), and keys that are not of the cipher's length.
func keyWrapCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))
	var out []Case
	key := agreementOf(good).encryptedKey().Value
	put := func(name string, encrypted []byte) {
		one := decrypted("A113", name, good.edit(func(e envelope) { agreementOf(e).encryptedKey().Value = encrypted }), Closed())
		one.Alike = "A112" // the same facts in public
		out = append(out, one)
	}
	for _, n := range []int{0, 1, 7, 8, 16, 17, 24, 32, 39} {
		put(fmt.Sprintf("cut to %d octets", n), key[:n])
	}
	put("longer by 8 octets", append(bytes.Clone(key), key[:8]...))
	put("longer by an octet", append(bytes.Clone(key), 0))
	put("1,000,000 octets", make([]byte, 1_000_000))
	for _, i := range []int{0, 7, 8, 39} {
		put(fmt.Sprintf("octet %d changed", i), flip(key, i))
	}
	// With a shared key-encryption key anything can be wrapped.
	kek := bytes.Repeat([]byte{0x42}, 32)
	shared := parseEnvelope(sealed(tb, Text, "aes-256-gcm", cms.Recipient{KEK: kek, KEKID: []byte("kek")}))
	files := map[string][]byte{"kek.bin": kek, "short.bin": kek[:16], "odd.bin": kek[:17], "empty.bin": {}}
	with := func(name, file string, mail []byte, want Want) Case {
		return Case{ID: "A113", Name: "shared key, " + name, Args: []string{"decrypt", "--ca", "@ca.pem", "--kek-file", "@" + file, "--entity"}, Mail: mail, Files: files, Want: want}
	}
	wrap, err := algorithm.KeyWrapFor(32)
	if err != nil {
		tb.Fatal(err)
	}
	for _, n := range []int{16, 24, 40, 64} {
		wrapped, err := wrap.Wrap(kek, make([]byte, n))
		if err != nil {
			tb.Fatal(err)
		}
		one := with(fmt.Sprintf("a key of %d octets", n), "kek.bin", shared.edit(func(e envelope) { e.recipients().At(0, -1).Value = wrapped }), Closed())
		one.Alike = "A113"
		out = append(out, one)
	}
	changed := with("changed", "kek.bin", shared.edit(func(e envelope) { n := e.recipients().At(0, -1); n.Value = flip(n.Value, 9) }), Closed())
	changed.Alike = "A113"
	return append(out, changed,
		with("as it should be", "kek.bin", shared.mail(), Opened([]byte(Text))),
		with("a wrap nobody knows", "kek.bin", shared.edit(func(e envelope) { *e.recipients().At(0, 2) = *identifier(idNothing) }), Unreadable("unsupported-algorithm")),
		with("parameters of the wrap", "kek.bin", shared.edit(func(e envelope) { e.recipients().At(0, 2).Insert(1, integer(1)) }), Unreadable("malformed")),
	)
}
