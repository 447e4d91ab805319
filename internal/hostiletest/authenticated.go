package hostiletest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"testing"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// flip is a copy with one bit turned.
func flip(b []byte, i int) []byte {
	c := bytes.Clone(b)
	c[i] ^= 0x20
	return c
}

// resealGCM puts a content under the key and nonce of an envelope with AES-GCM,
// with octets that are authenticated along.
func resealGCM(tb testing.TB, e envelope, cek []byte, plain string, aad []byte) {
	tb.Helper()
	block, err := aes.NewCipher(cek)
	if err != nil {
		tb.Fatal(err)
	}
	nonce := e.algorithm().At(1, 0).Value
	gcm, err := cipher.NewGCMWithNonceSize(block, len(nonce))
	if err != nil {
		tb.Fatal(err)
	}
	sealed := gcm.Seal(nil, nonce, []byte(plain), aad)
	e.ciphertext().Value, e.mac().Value = sealed[:len(plain)], sealed[len(plain):]
}

// tagCases are A94 to A98 and A105: what a tag has to show, and how long it is.
func tagCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, name := range []string{"aes-256-gcm", "chacha20-poly1305"} {
		good := parseEnvelope(sealed(tb, Text, name, to(w.BobEC)))
		nonce := good.algorithm().At(1)
		if nonce.Constructed {
			nonce = nonce.At(0)
		}
		damaged := func(what string, f func(e envelope)) {
			c := decrypted("A94", name+", "+what, good.edit(f), Closed())
			c.Alike = "A94 " + name
			out = append(out, c)
		}
		nonceOf := func(e envelope) *cmstest.Node {
			if n := e.algorithm().At(1); n.Constructed {
				return n.At(0)
			} else {
				return n
			}
		}
		for _, i := range []int{0, 7, len(good.mac().Value) - 1} {
			damaged(fmt.Sprintf("tag, octet %d", i), func(e envelope) { e.mac().Value = flip(e.mac().Value, i) })
		}
		for i := 0; i < len(good.ciphertext().Value); i += 16 {
			damaged(fmt.Sprintf("ciphertext, octet %d", i), func(e envelope) { e.ciphertext().Value = flip(e.ciphertext().Value, i) })
		}
		for i := range nonce.Value {
			damaged(fmt.Sprintf("nonce, octet %d", i), func(e envelope) { nonceOf(e).Value = flip(nonceOf(e).Value, i) })
		}
		damaged("tag of zeros", func(e envelope) { e.mac().Value = make([]byte, 16) })
		damaged("two blocks exchanged", func(e envelope) {
			c := e.ciphertext().Value
			e.ciphertext().Value = append(append(bytes.Clone(c[16:32]), c[:16]...), c[32:]...)
		})
		damaged("ciphertext cut by an octet", func(e envelope) { e.ciphertext().Value = e.ciphertext().Value[:len(Text)-1] })
		damaged("ciphertext longer by an octet", func(e envelope) { e.ciphertext().Value = append(bytes.Clone(e.ciphertext().Value), 0) })
		damaged("no ciphertext", func(e envelope) { e.ciphertext().Value = nil })
		damaged("another message's recipients", func(e envelope) {
			*e.recipients() = *parseEnvelope(sealed(tb, Text, name, to(w.BobEC))).recipients()
		})
		empty := parseEnvelope(sealed(tb, "", name, to(w.BobEC)))
		out = append(out,
			decrypted("A94", name+", as it should be", good.mail(), Opened([]byte(Text))),
			decrypted("A94", name+", indefinite lengths and segments", good.edit(func(e envelope) {
				e.AllIndefinite()
				e.ciphertext().Segment(7)
				e.ciphertext().Indefinite = true
			}), Opened([]byte(Text))),
			decrypted("A105", name+", empty", empty.mail(), Opened([]byte{})),
			decrypted("A105", name+", empty, tag of zeros", empty.edit(func(e envelope) { e.mac().Value = make([]byte, 16) }), Closed()),
			decrypted("A105", name+", empty, another's tag", empty.edit(func(e envelope) { e.mac().Value = good.mac().Value }), Closed()),
		)
	}
	return append(out, tagSizeCases(tb, w)...)
}

func tagSizeCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	gcm := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))
	malformed, opened := Unreadable("malformed"), Opened([]byte(Text))
	// sized cuts the tag, and says how long it is; icv 0 leaves that to the DEFAULT of 12.
	sized := func(icv, tag int) []byte {
		return gcm.edit(func(e envelope) {
			if icv == 0 {
				e.algorithm().At(1).Remove(1)
			} else {
				e.algorithm().At(1, 1).Value = []byte{byte(icv)}
			}
			e.mac().Value = append(bytes.Clone(e.mac().Value), make([]byte, max(0, tag-16))...)[:tag]
		})
	}
	var out []Case
	for _, n := range []int{1, 4, 8, 11} {
		out = append(out, untouched("A95", fmt.Sprintf("%d octets, as it says", n), sized(n, n), malformed))
	}
	for _, n := range []int{1, 4, 12, 15} {
		out = append(out, untouched("A96", fmt.Sprintf("16 octets said, %d there", n), sized(16, n), malformed))
	}
	for _, n := range []int{12, 13, 14, 15, 16} {
		out = append(out, decrypted("A97", fmt.Sprintf("%d octets", n), sized(n, n), opened))
	}
	return append(out,
		untouched("A96", "12 octets said, 16 there", sized(12, 16), malformed),
		untouched("A96", "no length said, 16 octets there", sized(0, 16), malformed),
		untouched("A96", "17 octets said and there", sized(17, 17), malformed),
		untouched("A96", "-1 octets said", gcm.edit(func(e envelope) { e.algorithm().At(1, 1).Value = []byte{0xff} }), malformed),
		untouched("A96", "2^32+16 octets said", gcm.edit(func(e envelope) { e.algorithm().At(1, 1).Value = []byte{1, 0, 0, 0, 16} }), malformed),
		decrypted("A97", "12 octets by DEFAULT", sized(0, 12), opened),
		untouched("A98", "empty tag", sized(16, 0), malformed),
		untouched("A98", "tag of 17 octets", sized(16, 17), malformed),
		untouched("A98", "tag of 100,000 octets", sized(16, 100_000), malformed),
		untouched("A98", "tag of 1 MiB and more", sized(16, 1<<20+1), Unreadable("too-large")),
		untouched("A98", "no tag", gcm.edit(func(e envelope) { e.data().Remove(-1 + len(e.data().Children)) }), malformed),
		untouched("A98", "two tags", gcm.edit(func(e envelope) { e.data().Insert(len(e.data().Children), e.mac().Clone()) }), malformed),
	)
}

// nonceCases are A103: nonces and other parameters of a cipher.
func nonceCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	gcm := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))
	chacha := parseEnvelope(sealed(tb, Text, "chacha20-poly1305", to(w.BobEC)))
	cek := contentKey(tb, gcm.Encode(), w.BobEC)
	malformed := Unreadable("malformed")
	with := func(n int) func(envelope) {
		return func(e envelope) { e.algorithm().At(1, 0).Value = make([]byte, n) }
	}
	parameters := func(n *cmstest.Node) []byte {
		return gcm.edit(func(e envelope) { e.algorithm().Children = append(e.algorithm().Children[:1:1], n) })
	}
	var out []Case
	for _, n := range []int{0, 1, 7, 11, 17, 64} {
		out = append(out, untouched("A103", fmt.Sprintf("nonce of %d octets", n), gcm.edit(with(n)), malformed))
	}
	for _, n := range []int{12, 13, 16} {
		out = append(out,
			decrypted("A103", fmt.Sprintf("nonce of %d octets, encrypted with it", n), gcm.edit(func(e envelope) {
				with(n)(e)
				resealGCM(tb, e, cek, Text, nil)
			}), Opened([]byte(Text))),
			decrypted("A103", fmt.Sprintf("nonce of %d octets, put in", n), gcm.edit(with(n)), Closed()),
		)
	}
	for _, n := range []int{0, 8, 11, 13, 24} {
		out = append(out, untouched("A103", fmt.Sprintf("ChaCha20-Poly1305, nonce of %d octets", n),
			chacha.edit(func(e envelope) { e.algorithm().At(1).Value = make([]byte, n) }), malformed))
	}
	nonce := gcm.algorithm().At(1, 0)
	return append(out,
		untouched("A103", "nonce of 1 MiB", gcm.edit(with(1<<20)), Unreadable("too-large")),
		untouched("A103", "parameters NULL", parameters(null()), malformed),
		untouched("A103", "parameters an OCTET STRING", parameters(nonce), malformed),
		untouched("A103", "parameters empty", parameters(sequence()), malformed),
		untouched("A103", "no parameters", gcm.edit(func(e envelope) { e.algorithm().Remove(1) }), malformed),
		untouched("A103", "something behind the parameters", gcm.edit(func(e envelope) { e.algorithm().Insert(2, null()) }), malformed),
		untouched("A103", "something behind the length of the tag", parameters(sequence(nonce, integer(16), null())), malformed),
		untouched("A103", "the length of the tag twice", parameters(sequence(nonce, integer(16), integer(16))), malformed),
		untouched("A103", "the length of the tag first", parameters(sequence(integer(16), nonce)), malformed),
		untouched("A103", "length of the tag with a zero before", parameters(sequence(nonce, integer(0, 16))), malformed),
	)
}

// authenticatedAttributeCases are A104: attributes that the tag covers.
func authenticatedAttributeCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	bare := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))
	cek := contentKey(tb, bare.Encode(), w.BobEC)
	kind := attribute(typeContentType, oidNode(idData))
	when := attribute(typeSigningTime, utc("260531100000Z"))
	// with puts attributes before the tag, which covers them as a SET.
	with := func(tag uint32, list ...*cmstest.Node) func(envelope) {
		return func(e envelope) {
			e.data().Insert(len(e.data().Children)-1, cmstest.Constructed(ber.Context(tag), list...))
			resealGCM(tb, e, cek, Text, cmstest.Constructed(ber.Set, list...).Encode())
		}
	}
	good := bare.editTree(with(1, kind, when))
	attributes := func(e envelope) *cmstest.Node { return e.data().Find(ber.Context(1)) }
	malformed := Unreadable("malformed")
	closed := func(name string, mail []byte) Case {
		c := decrypted("A104", name, mail, Closed())
		c.Alike = "A104"
		return c
	}
	return []Case{
		decrypted("A104", "authenticated attributes", good.mail(), Opened([]byte(Text))),
		decrypted("A104", "authenticated attributes of indefinite length", good.edit(func(e envelope) { e.AllIndefinite() }), Opened([]byte(Text))),
		decrypted("A104", "unauthenticated attributes put in", good.edit(func(e envelope) {
			e.data().Insert(len(e.data().Children), cmstest.Constructed(ber.Context(2), when.Clone()))
		}), Opened([]byte(Text))),
		closed("attributes put in", bare.edit(func(e envelope) {
			e.data().Insert(len(e.data().Children)-1, cmstest.Constructed(ber.Context(1), kind.Clone()))
		})),
		closed("attributes taken away", good.edit(func(e envelope) { e.data().Remove(len(e.data().Children) - 2) })),
		closed("one attribute taken away", good.edit(func(e envelope) { attributes(e).Remove(1) })),
		closed("one attribute put in", good.edit(func(e envelope) { attributes(e).Insert(2, attribute(typeSigningTime, utc("260531100001Z"))) })),
		// The order is a fact in public, which is noted; what it does to the tag is not.
		decrypted("A104", "attributes exchanged", good.edit(func(e envelope) {
			a := attributes(e)
			a.Children[0], a.Children[1] = a.Children[1], a.Children[0]
		}), Closed()),
		closed("an attribute changed", good.edit(func(e envelope) { attributes(e).At(1, 1, 0).Value = []byte("260531100001Z") })),
		untouched("A104", "attributes under [2]", good.edit(func(e envelope) { attributes(e).Tag = ber.Context(2) }), malformed),
		untouched("A104", "attributes under [3]", good.edit(func(e envelope) { attributes(e).Tag = ber.Context(3) }), malformed),
		untouched("A104", "attributes behind the tag", good.edit(func(e envelope) {
			d := e.data()
			n := len(d.Children)
			d.Children[n-1], d.Children[n-2] = d.Children[n-2], d.Children[n-1]
		}), malformed),
		untouched("A104", "attributes twice", good.edit(func(e envelope) { e.data().Insert(len(e.data().Children)-1, attributes(e).Clone()) }), malformed),
		untouched("A104", "no attributes in the field", bare.edit(func(e envelope) { with(1)(e) }), malformed),
		untouched("A104", "content-type of another type", bare.edit(with(1, attribute(typeContentType, oidNode(idSigned)))), malformed),
		untouched("A104", "two content-types", bare.edit(with(1, kind, kind)), malformed),
		untouched("A104", "content-type without a value", bare.edit(with(1, attribute(typeContentType))), malformed),
		untouched("A104", "another type inside, and no content-type", bare.edit(func(e envelope) { *e.contentInfo().At(0) = *oidNode(idSigned) }), malformed),
		untouched("A104", "257 attributes", bare.edit(func(e envelope) {
			e.data().Insert(len(e.data().Children)-1, cmstest.Constructed(ber.Context(1), repeated(when, 257)...))
		}), Unreadable("too-large")),
	}
}

func repeated(n *cmstest.Node, times int) []*cmstest.Node {
	list := make([]*cmstest.Node, times)
	for i := range list {
		list[i] = n
	}
	return list
}
