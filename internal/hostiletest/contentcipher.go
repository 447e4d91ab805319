package hostiletest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// Content ciphers.
const (
	idAES256CBC, idAES256OFB, idAES256CFB  = "2.16.840.1.101.3.4.1.42", "2.16.840.1.101.3.4.1.43", "2.16.840.1.101.3.4.1.44"
	idAES256Wrap, idAES256GCM, idAES256CCM = "2.16.840.1.101.3.4.1.45", "2.16.840.1.101.3.4.1.46", "2.16.840.1.101.3.4.1.47"
	idTripleDES, idEnveloped, idEncrypted  = "1.2.840.113549.3.7", "1.2.840.113549.1.7.3", "1.2.840.113549.1.7.6"
)

func block(tb testing.TB, key []byte) cipher.Block {
	tb.Helper()
	b, err := aes.NewCipher(key)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// chain encrypts whole blocks with AES-CBC, padding included.
func chain(tb testing.TB, key, iv []byte, padded string) []byte {
	tb.Helper()
	out := make([]byte, len(padded))
	cipher.NewCBCEncrypter(block(tb, key), iv).CryptBlocks(out, []byte(padded))
	return out
}

// padTo fills up to whole blocks as RFC 5652, Section 6.3 has it.
func padTo(s string) string {
	n := 16 - len(s)%16
	return s + strings.Repeat(string(rune(n)), n)
}

// relabelledCases are A99, A100 and A102: a cipher where it does not belong.
func relabelledCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	gcm := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))
	malformed, unsupported := Unreadable("malformed"), Unreadable("unsupported-algorithm")
	as := func(parameters *cmstest.Node, oid string) []byte {
		return gcm.edit(func(e envelope) { *e.algorithm() = *identifier(oid, parameters) })
	}
	iv := octets(make([]byte, 16))
	out := []Case{
		untouched("A99", "OFB with a tag", as(iv, idAES256OFB), unsupported),
		untouched("A99", "CFB with a tag", as(iv, idAES256CFB), unsupported),
		untouched("A99", "CBC with a tag", as(iv, idAES256CBC), malformed),
		untouched("A99", "ECB with a tag", as(null(), "2.16.840.1.101.3.4.1.41"), unsupported),
		untouched("A99", "Triple DES with a tag", as(octets(make([]byte, 8)), idTripleDES), malformed),
		untouched("A99", "RC4 with a tag", as(null(), "1.2.840.113549.3.4"), unsupported),
		untouched("A99", "a key wrap with a tag", as(null(), idAES256Wrap), unsupported),
		untouched("A99", "a cipher nobody knows", as(null(), idNothing), unsupported),
		decrypted("A99", "CCM in the place of GCM", as(gcm.algorithm().At(1), idAES256CCM), Closed()),
		untouched("A102", "GCM without a tag, as EnvelopedData", gcm.edit(func(e envelope) {
			*e.At(0) = *oidNode(idEnveloped)
			e.data().Remove(len(e.data().Children) - 1)
		}), malformed),
		untouched("A102", "GCM with its tag, as EnvelopedData", gcm.edit(func(e envelope) { *e.At(0) = *oidNode(idEnveloped) }), malformed),
		untouched("A102", "GCM in EncryptedData", gcm.edit(func(e envelope) {
			*e.At(0) = *oidNode(idEncrypted)
			e.data().Remove(1)
			e.data().Remove(len(e.data().Children) - 1)
		}), unsupported),
		untouched("A102", "EnvelopedData labelled EncryptedData", gcm.edit(func(e envelope) { *e.At(0) = *oidNode(idEncrypted) }), unsupported),
	}
	return append(out, downgradedCases(tb, w)...)
}

// downgradedCases are A100: a message with a tag is made one without, so that
// what the recipient makes of chosen blocks tells of the plaintext (Roth and
// Strenzke, 2024; RFC 9709, Section 1).
func downgradedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	var out []Case
	for _, r := range []struct {
		name string
		who  cms.Recipient
	}{{"RSA", to(w.Bob)}, {"OAEP", cms.Recipient{Certificate: w.Bob.Certificate, OAEP: true}}, {"EC", to(w.BobEC)}} {
		who := w.Bob
		if r.name == "EC" {
			who = w.BobEC
		}
		gcm := parseEnvelope(sealed(tb, strings.Repeat(Text, 3), "aes-256-gcm", r.who))
		cek := contentKey(tb, gcm.Encode(), who)
		as := func(ciphertext []byte) envelope {
			return gcm.editTree(func(e envelope) {
				*e.At(0) = *oidNode(idEnveloped)
				*e.algorithm() = *identifier(idAES256CBC, octets(make([]byte, 16)))
				e.ciphertext().Value = ciphertext
				e.data().Remove(len(e.data().Children) - 1)
			})
		}
		blocks := bytes.Clone(gcm.ciphertext().Value[:160])
		// fitting makes the last block come out as padding, which a guess does in one of 256 messages.
		fitting := bytes.Clone(blocks)
		last := make([]byte, 16)
		block(tb, cek).Decrypt(last, fitting[144:])
		for i := range last {
			fitting[128+i] = last[i] ^ 1
			if i < 15 {
				fitting[128+i] = last[i] ^ 'x'
			}
		}
		for _, c := range []struct {
			name   string
			blocks []byte
		}{{"padding that does not fit", blocks}, {"padding that fits", fitting}, {"one block that fits", fitting[144:]}, {"two blocks that fit", fitting[128:]}} {
			if c.name == "one block that fits" {
				continue // with a vector of zeros it would not fit
			}
			one := decrypted("A100", r.name+", "+c.name, as(c.blocks).mail(), Closed())
			one.Alike = "A100 " + r.name
			out = append(out, one, untouched("A100", r.name+", "+c.name+", integrity required", as(c.blocks).mail(), Bad("no-integrity"), "--require-integrity"))
		}
	}
	return out
}

// derivedKeyCases are A101: RFC 9709, where the key hangs on the cipher's own identifier.
func derivedKeyCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	gcm := parseEnvelope(sealed(tb, Text, "cek-hkdf-sha256-aes-256-gcm", to(w.BobEC)))
	cbc := parseEnvelope(sealed(tb, Text, "cek-hkdf-sha256-aes-256-cbc", to(w.BobEC)))
	closed := func(name string, mail []byte) Case { return decrypted("A101", name, mail, Closed()) }
	malformed, opened := Unreadable("malformed"), Opened([]byte(Text))
	return []Case{
		decrypted("A101", "GCM", gcm.mail(), opened),
		decrypted("A101", "CBC", cbc.mail(), opened.WithNote("no-integrity")),
		decrypted("A101", "identifier of indefinite length", gcm.edit(func(e envelope) { e.algorithm().AllIndefinite() }), opened),
		closed("another nonce", gcm.edit(func(e envelope) { n := e.algorithm().At(1, 1, 0); n.Value = flip(n.Value, 0) })),
		closed("another cipher inside", gcm.edit(func(e envelope) { *e.algorithm().At(1, 0) = *oidNode(idAES256CCM) })),
		closed("the derivation taken away", gcm.edit(func(e envelope) { *e.algorithm() = *e.algorithm().At(1).Clone() })),
		closed("the derivation taken away, CBC", cbc.edit(func(e envelope) { *e.algorithm() = *e.algorithm().At(1).Clone() })),
		closed("another vector, CBC", cbc.edit(func(e envelope) { n := e.algorithm().At(1, 1); n.Value = flip(n.Value, 0) })),
		untouched("A101", "nested", gcm.edit(func(e envelope) { e.algorithm().Children[1] = e.algorithm().Clone() }), malformed),
		untouched("A101", "no identifier inside", gcm.edit(func(e envelope) { e.algorithm().Remove(1) }), malformed),
		untouched("A101", "NULL inside", gcm.edit(func(e envelope) { e.algorithm().Children[1] = null() }), malformed),
		untouched("A101", "CBC inside an AuthEnvelopedData", gcm.edit(func(e envelope) { e.algorithm().Children[1] = cbc.algorithm().At(1) }), malformed),
		untouched("A101", "GCM inside an EnvelopedData", cbc.edit(func(e envelope) { e.algorithm().Children[1] = gcm.algorithm().At(1) }), malformed),
		untouched("A101", "a cipher nobody knows inside", gcm.edit(func(e envelope) { *e.algorithm().At(1, 0) = *oidNode(idNothing) }), Unreadable("unsupported-algorithm")),
		untouched("A101", "integrity required, CBC", cbc.mail(), Bad("no-integrity"), "--require-integrity"),
	}
}

// chainedCases are A106, A107 and A122: CBC, whose padding is all there is to see.
func chainedCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	cbc := parseEnvelope(sealed(tb, Text, "aes-256-cbc", to(w.Bob)))
	cek, iv := contentKey(tb, cbc.Encode(), w.Bob), cbc.algorithm().At(1).Value
	malformed := Unreadable("malformed")
	holding := func(ciphertext []byte) []byte {
		return cbc.edit(func(e envelope) { e.ciphertext().Value = ciphertext })
	}
	vector := func(n *cmstest.Node) []byte {
		return cbc.edit(func(e envelope) { e.algorithm().Children = append(e.algorithm().Children[:1:1], n) })
	}
	var out []Case
	for _, n := range []int{0, 1, 15, 17, 31} {
		out = append(out,
			untouched("A106", fmt.Sprintf("ciphertext of %d octets", n), holding(make([]byte, n)), malformed),
			untouched("A106", fmt.Sprintf("vector of %d octets", n), vector(octets(make([]byte, n))), malformed),
		)
	}
	whole := padTo(Text)
	for _, c := range []struct{ name, last string }{
		{"padding 0", "\x00"}, {"padding 17", "\x11"}, {"padding 255", "\xff"}, {"padding 2, uneven", "x\x02"},
		{"padding 16, uneven", "x" + strings.Repeat("\x10", 15)}, {"padding 16, uneven at its end", strings.Repeat("\x10", 14) + "x\x10"},
	} {
		one := decrypted("A106", c.name, holding(chain(tb, cek, iv, whole[:len(whole)-len(c.last)]+c.last)), Closed())
		one.Alike = "RSA, CBC"
		out = append(out, one)
	}
	long := "Content-Type: text/plain\r\nX-Filler: xxxxxx\r\n\r\n" + strings.Repeat("0123456789abcd\r\n", 8)
	efail := chain(tb, cek, iv, padTo(long))
	swapped := bytes.Clone(efail)
	copy(swapped[64:80], efail[80:96])
	copy(swapped[80:96], efail[64:80])
	inserted := append(bytes.Clone(efail[:96]), efail[48:]...)
	for _, c := range []struct {
		name       string
		ciphertext []byte
	}{{"blocks exchanged", swapped}, {"blocks doubled", inserted}, {"blocks taken away", append(bytes.Clone(efail[:64]), efail[96:]...)}} {
		out = append(out,
			decrypted("A107", c.name+" behind the header", holding(c.ciphertext), Opened(nil).WithNote("no-integrity")),
			untouched("A107", c.name+", integrity required", holding(c.ciphertext), Bad("no-integrity"), "--require-integrity"),
			decrypted("A107", c.name+", required to be signed", holding(c.ciphertext), Want{Exit: 1, Verdict: "unsigned"}, "--require-signed"),
		)
	}
	notText := strings.Repeat("\xb3\x00", 40)
	noEntity := decrypted("A107", "octets that are no MIME entity", holding(chain(tb, cek, iv, padTo(notText))), Closed())
	noEntity.Alike = "RSA, CBC"
	huge := uint64(1) << 40
	return append(out, noEntity,
		decrypted("A106", "as it should be", cbc.mail(), Opened([]byte(Text)).WithNote("no-integrity")),
		decrypted("A106", "a whole block of padding", holding(chain(tb, cek, iv, padTo("Content-Type: text/plain\r\n\r\n1234"))), Opened([]byte("Content-Type: text/plain\r\n\r\n1234"))),
		untouched("A106", "vector NULL", vector(null()), malformed),
		untouched("A106", "vector in a SEQUENCE", vector(sequence(octets(iv))), malformed),
		untouched("A106", "no vector", cbc.edit(func(e envelope) { e.algorithm().Remove(1) }), malformed),
		decrypted("A107", "octets that are no MIME entity, which raw allows", holding(chain(tb, cek, iv, padTo(notText))), Opened([]byte(notText)), "--raw"),
		untouched("A122", "a ciphertext that claims 2^40 octets", cbc.edit(func(e envelope) { e.ciphertext().Length = &huge }), malformed),
		untouched("A122", "a structure that claims 2^40 octets", cbc.edit(func(e envelope) { e.At(1).Length = &huge }), malformed),
		untouched("A118", "encryptedContent absent", cbc.edit(func(e envelope) { e.contentInfo().Remove(2) }), malformed),
		untouched("A118", "encryptedContent empty and constructed", cbc.edit(func(e envelope) { e.contentInfo().Children[2] = cmstest.Constructed(ber.Context(0)) }), malformed),
		untouched("A118", "encryptedContent empty, in segments", cbc.edit(func(e envelope) {
			e.contentInfo().Children[2] = cmstest.Constructed(ber.Context(0), octets(nil), octets(nil))
		}), malformed),
		untouched("A118", "encryptedContent under [1]", cbc.edit(func(e envelope) { e.ciphertext().Tag = ber.Context(1) }), malformed),
		untouched("A118", "encryptedContent twice", cbc.edit(func(e envelope) { e.contentInfo().Insert(3, e.ciphertext().Clone()) }), malformed),
		untouched("A118", "encryptedContent that holds something else", cbc.edit(func(e envelope) {
			e.contentInfo().Children[2] = cmstest.Constructed(ber.Context(0), integer(1))
		}), malformed),
	)
}
