package hostiletest

import (
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/cms/cmstest"
)

// layerCases are A83, A87, A93 and A120: layers and multiparts in one another.
func layerCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	done, good := Opened([]byte(Text)), Accepted([]byte(Text))
	clear := func(entity string, who *cmstest.Identity) string {
		return ClearEntity(entity, Detached(tb, entity, who))
	}
	opaque := func(entity string, who *cmstest.Identity) string { return opaqueEntity(tb, entity, who) }
	gcm := func(entity string) string { return envelopeEntity(sealed(tb, entity, "aes-256-gcm", to(w.BobEC))) }
	cbc := func(entity string) string { return envelopeEntity(sealed(tb, entity, "aes-256-cbc", to(w.Bob))) }
	zip := func(entity string) string {
		return strings.TrimPrefix(string(OpaqueMail("compressed-data", compressed(tb, []byte(entity)))), Header)
	}
	open := func(id, name, entity string, want Want, more ...string) Case {
		return decrypted(id, name, []byte(Header+entity), want, more...)
	}
	look := func(id, name, entity string, want Want) Case { return judged(id, name, Header+entity, want) }
	signed := "--require-signed"
	var out []Case
	for name, sealed := range map[string]func(string) string{"GCM": gcm, "CBC": cbc} {
		out = append(out,
			open("A83", name+", signed and encrypted, clear", sealed(clear(Text, w.AliceEC)), done, signed),
			open("A83", name+", signed and encrypted, opaque", sealed(opaque(Text, w.AliceEC)), done, signed),
			open("A83", name+", signed twice and encrypted", sealed(clear(opaque(Text, w.AliceEC), w.AliceEC)), done, signed),
			open("A83", name+", compressed, signed and encrypted", sealed(opaque(zip(Text), w.AliceEC)), done, signed),
			open("A83", name+", triple wrapped, opaque", opaque(sealed(opaque(Text, w.AliceEC)), w.AliceEC), done, signed),
			open("A83", name+", triple wrapped, clear", clear(sealed(clear(Text, w.AliceEC)), w.AliceEC), done, signed),
			// A signature around an encryption covers no text (DESIGN): what is inside is unsigned.
			open("A83", name+", encrypted and signed, required to be signed", clear(sealed(Text), w.AliceEC), Want{Exit: 1, Verdict: "unsigned"}, signed),
			open("A83", name+", encrypted and signed", clear(sealed(Text), w.AliceEC), done),
			open("A83", name+", another's signature within", sealed(opaque(Text, w.Eve)), Mismatch("from-mismatch"), signed),
			open("A83", name+", a stranger's signature within alice's", clear(sealed(opaque(Text, w.Stranger)), w.AliceEC), Untrusted("issuer-unknown"), signed),
			open("A83", name+", changed within", sealed(replaced(tb, clear(Text, w.AliceEC), "100 EUR", "900 EUR")), Bad("content-changed")),
			open("A83", name+", changed outside", replaced(tb, clear(sealed(Text), w.AliceEC), "name=smime.p7m", "name=smime.p7x"), Bad("content-changed")),
		)
	}
	deep := func(n int) string {
		var b strings.Builder
		b.WriteString("Content-Type: multipart/mixed; boundary=b0\r\n\r\n")
		for i := range n {
			fmt.Fprintf(&b, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
		}
		return b.String()
	}
	bulky := func(name, entity string) Case {
		return Case{ID: "A87", Name: name, Args: Verify("--entity"), Mail: []byte(Header + opaque(entity, w.AliceEC)), Want: Accepted([]byte(entity))}
	}
	layers := func(n int) string {
		entity := Text
		for range n {
			entity = opaque(entity, w.AliceEC)
		}
		return entity
	}
	zips := func(n int) string {
		entity := Text
		for range n {
			entity = zip(entity)
		}
		return entity
	}
	inner := "From: Alice <alice@example.test>\r\nSubject: the real one\r\n\r\nplease transfer 100 EUR\r\n"
	whole := "Content-Type: message/rfc822\r\n\r\n" + inner
	from := func(entity string) []byte { return With("From: ceo@example.test\r\n", []byte(Header+entity)) }
	return append(out,
		look("A83", "clear within opaque", opaque(clear(Text, w.AliceEC), w.AliceEC), good),
		look("A83", "opaque within clear", clear(opaque(Text, w.AliceEC), w.AliceEC), good),
		look("A83", "alice's within eve's", clear(opaque(Text, w.AliceEC), w.Eve), Mismatch("from-mismatch")),
		look("A83", "eve's within alice's, compared is the outermost", clear(opaque(Text, w.Eve), w.AliceEC), good),
		look("A83", "a stranger's within alice's", clear(opaque(Text, w.Stranger), w.AliceEC), Accepted(nil)),
		look("A83", "a broken one within", opaque(replaced(tb, clear(Text, w.AliceEC), "100 EUR", "900 EUR"), w.AliceEC), Bad("content-changed")),
		look("A83", "compressed within", opaque(zip(Text), w.AliceEC), good),
		bulky("2,500 multiparts in one another", deep(2500)),
		bulky("25,000 multiparts in one another", deep(25_000)),
		bulky("9,000 parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n"+strings.Repeat("--b\r\n\r\nx\r\n", 9_000)+"--b--\r\n"),
		bulky("1 MiB of parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n"+strings.Repeat("--b\r\n\r\nx\r\n", 100_000)+"--b--\r\n"),
		bulky("1 MiB of boundaries that are none", "Content-Type: multipart/mixed; boundary=b\r\n\r\n"+strings.Repeat("--bb\r\n", 170_000)),
		bulky("1 MiB of messages in one another", strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 32_000)),
		bulky("1 MiB of empty lines", "Content-Type: text/plain\r\n\r\n"+strings.Repeat("\r\n", 1<<19)),
		look("A87", "2,500 multiparts in one another, clear", clear(deep(2500), w.AliceEC), Accepted([]byte(deep(2500)))),
		// RFC 8551, Section 3.1: a whole message inside is signed content; compared is the From outside.
		look("A93", "a whole message inside", clear(whole, w.AliceEC), Accepted([]byte(whole))),
		look("A93", "a whole message inside, opaque", opaque(whole, w.AliceEC), Accepted([]byte(whole))),
		judged("A93", "a whole message inside, another From outside", string(from(clear(whole, w.AliceEC))), Mismatch("from-mismatch")),
		judged("A93", "a whole message inside, no From outside", string(With("", []byte(Header+clear(whole, w.AliceEC)))), Mismatch("from-missing")),
		look("A120", "8 layers", layers(8), good),
		look("A120", "9 layers", layers(9), Unreadable("too-large")),
		look("A120", "8 compressed layers", zips(8), Unsigned()),
		look("A120", "9 compressed layers", zips(9), Unreadable("too-large")),
		open("A120", "3 encrypted layers", gcm(gcm(gcm(Text))), done),
		open("A120", "8 layers of all kinds", gcm(opaque(gcm(zip(clear(gcm(opaque(zip(Text), w.AliceEC)), w.AliceEC))), w.AliceEC)), done),
		open("A120", "9 encrypted layers", gcm(gcm(gcm(gcm(gcm(gcm(gcm(gcm(gcm(Text))))))))), Unreadable("too-large")),
		open("A120", "8 layers, the innermost one is no base64", gcm(gcm(gcm(gcm(gcm(gcm(gcm(strings.TrimRight(gcm(Text), "\r\n=")+"!"))))))), Unreadable("malformed")),
	)
}
