package hostiletest

import (
	"strings"
	"testing"

	"smimectl/internal/cms"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// recipientCases are A109, A116, A117 and A119: who is named, how often, and by what.
func recipientCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	opened, malformed := Opened([]byte(Text)), Unreadable("malformed")
	ec := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.BobEC)))
	rsa := parseEnvelope(sealed(tb, Text, "aes-256-cbc", to(w.Bob)))
	byKeyID := parseEnvelope(sealed(tb, Text, "aes-256-cbc", cms.Recipient{Certificate: w.Bob.Certificate, ByKeyID: true}))
	others := parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.Alice), to(w.AliceEC)))
	put := func(e envelope, i int, list ...*cmstest.Node) []byte {
		return e.edit(func(e envelope) { e.recipients().Insert(i, list...) })
	}
	// A probe is a second recipient whose key has been exchanged: what comes of it tells of the padding.
	probe := func(from envelope, block []byte) *cmstest.Node {
		n := from.recipients().At(0).Clone()
		n.At(3).Value = block
		return n
	}
	_, fits := transported(tb, w, strings.Repeat("k", 32))
	broken := encryptBlock(w, append([]byte{0, 1}, make([]byte, 254)...))
	var out []Case
	for name, block := range map[string][]byte{"padding that fits": fits, "padding that does not fit": broken, "the same key": rsa.recipients().At(0, 3).Value} {
		first := untouched("A109", "named twice, the first "+name, put(rsa, 0, probe(rsa, block)), malformed)
		second := untouched("A109", "named twice, the second "+name, put(rsa, 1, probe(rsa, block)), malformed)
		first.Alike, second.Alike = "A109", "A109"
		// A key identifier is a public fact, so that these are a group of their own.
		ways := untouched("A109", "named in two ways, the second "+name, put(rsa, 1, probe(byKeyID, block)), malformed)
		ways.Alike = "A109 two ways"
		out = append(out, first, second, ways)
	}
	odd := func(n uint32) *cmstest.Node { return cmstest.Constructed(ber.Context(n), null()) }
	unknown := cmstest.Constructed(ber.Context(4), oidNode(idNothing), null())
	nobody := sequence(integer(0), sequence(null()), identifier(idRSA, null()), octets(nil))
	junk := func(list ...*cmstest.Node) []byte {
		return ec.edit(func(e envelope) { e.data().Insert(1, cmstest.Constructed(ber.Context(0), list...)) })
	}
	twice := cmstest.MustParse(others.recipients().At(0).Encode())
	return append(out,
		untouched("A109", "another's recipient twice", put(parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.Alice), to(w.Bob))), 0, twice, twice), malformed),
		decrypted("A109", "both certificates of bob", envelopeMail(sealed(tb, Text, "aes-256-gcm", to(w.Bob), to(w.BobEC))), opened),
		untouched("A116", "no recipients", ec.edit(func(e envelope) { e.recipients().Children = nil }), malformed),
		untouched("A116", "no SET of recipients", ec.edit(func(e envelope) { e.data().Remove(1) }), malformed),
		untouched("A116", "a SEQUENCE of recipients", ec.edit(func(e envelope) { e.recipients().Tag = ber.Sequence }), malformed),
		decrypted("A116", "ours the last of 1,000", put(ec, 0, repeated(odd(9), 999)...), opened),
		decrypted("A116", "ours the first of 1,000", put(ec, 1, repeated(odd(9), 999)...), opened),
		untouched("A116", "ours the last of 1,001", put(ec, 0, repeated(odd(9), 1000)...), Unreadable("too-large")),
		untouched("A116", "250,000 recipients", put(ec, 0, repeated(odd(9), 250_000)...), Unreadable("too-large")),
		untouched("A116", "1,001 keys in one recipient", ec.edit(func(e envelope) {
			keys := e.recipients().At(0, -1)
			keys.Insert(0, repeated(parseEnvelope(sealed(tb, Text, "aes-256-gcm", to(w.AliceEC))).recipients().At(0, -1, 0), 1000)...)
		}), Unreadable("too-large")),
		decrypted("A116", "a kind nobody knows", put(ec, 0, odd(5)), opened),
		decrypted("A116", "a primitive kind", put(ec, 0, cmstest.Primitive(ber.Context(6), []byte{0})), opened),
		decrypted("A116", "another recipient of an unknown type", put(ec, 0, unknown), opened),
		decrypted("A116", "a name that is none", put(ec, 0, nobody), opened),
		decrypted("A116", "others before ours", put(ec, 0, others.recipients().Children...), opened),
		untouched("A116", "a recipient cut short", put(ec, 0, sequence(integer(0))), malformed),
		untouched("A116", "something behind a recipient's key", rsa.edit(func(e envelope) { e.recipients().At(0).Insert(4, null()) }), malformed),
		decrypted("A116", "versions nobody has", rsa.edit(func(e envelope) {
			e.data().At(0).Value = []byte{9}
			e.recipients().At(0, 0).Value = []byte{8}
		}), opened),
		untouched("A117", "others alone", others.mail(), Unfit("not-a-recipient")),
		untouched("A117", "a kind nobody knows alone", ec.edit(func(e envelope) { e.recipients().Children = repeated(odd(7), 1) }), Unfit("not-a-recipient")),
		untouched("A117", "a password alone", envelopeMail(passwordEnvelope(tb, nil)), Unfit("not-a-recipient")),
		untouched("A117", "another serial number", rsa.edit(func(e envelope) {
			n := e.recipients().At(0, 1, 1)
			n.Value = flip(n.Value, len(n.Value)-1)
		}), Unfit("not-a-recipient")),
		untouched("A117", "ours, which asks for the key", ec.mail(), Unfit("passphrase-missing")),
		decrypted("A119", "empty", junk(), opened),
		decrypted("A119", "certificates that are none", junk(cmstest.Constructed(ber.Context(0), null(), octets([]byte("x")))), opened),
		decrypted("A119", "revocation lists that are none", junk(cmstest.Constructed(ber.Context(1), null())), opened),
		decrypted("A119", "something else", junk(null()), opened),
	)
}
