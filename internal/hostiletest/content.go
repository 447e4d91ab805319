package hostiletest

import (
	"bytes"
	"testing"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// contentCases are A20 to A23: content that is not the one that was signed, and
// content in two places.
func contentCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	changed := Bad("content-changed")
	text := func(old, new string) func(e *edited) {
		return func(e *edited) { e.setContent(bytes.Replace([]byte(Text), []byte(old), []byte(new), 1)) }
	}
	out := every(tb, w, []change{
		{id: "A20", name: "one octet changed", do: text("100", "900"), want: changed, keys: everyKey},
		{id: "A20", name: "one octet of the header changed", do: text("us-ascii", "us-bscii"), want: changed, keys: everyKey},
		{id: "A20", name: "one octet added", do: text("EUR", "EURO"), want: changed, keys: everyKey},
		{id: "A20", name: "one octet taken away", do: text("100", "00"), want: changed, keys: everyKey},
		{id: "A20", name: "all taken away", do: func(e *edited) { e.setContent([]byte("\r\n")) }, want: changed},
		{id: "A20", name: "another text", do: func(e *edited) { e.setContent([]byte("Content-Type: text/plain\r\n\r\nno\r\n")) }, want: changed},
		{id: "A20", name: "signature changed", do: func(e *edited) { e.Signature(0).Value[20] ^= 1 }, want: Bad("signature-invalid"), keys: everyKey},
		{id: "A20", name: "signature empty", do: func(e *edited) { e.Signature(0).Value = nil }, want: Bad("signature-invalid"), keys: everyKey},
		{id: "A20", name: "signature of another mail", do: func(e *edited) {
			other := edit(e.tb, e.w, e.form, e.who)
			other.replace(typeMessageDigest, octets(sum256([]byte("something else"))))
			other.resign()
			e.Signature(0).Value = other.Signature(0).Value
		}, want: Bad("signature-invalid"), keys: everyKey},
	})
	// The content changed, not written even with the whole of the mail asked for.
	for i := range out {
		if out[i].Want.Exit != 0 {
			c := out[i]
			c.Name, c.Args = c.Name+", whole mail", Verify()
			out = append(out, c)
		}
	}
	return append(out, contentTwiceCases(tb, w)...)
}

// contentTwiceCases are A21 to A23: one text could be shown and another one be
// checked.
func contentTwiceCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	has := Unreadable("detached-has-content")
	other := "Content-Type: text/plain\r\n\r\nJohnny, you are fired!\r\n"
	inside := func(content string) []byte { return Opaque(tb, content, w.AliceEC) }
	empty := edit(tb, w, opaque, w.AliceEC)
	empty.EContent().Value = nil
	inSegments := cmstest.ParseSigned(inside(Text))
	inSegments.EContent().Segment(7).Indefinite = true
	// Signed is the digest of the text outside, inside is another text.
	confused := edit(tb, w, clear, w.AliceEC)
	confused.EncapContentInfo().Insert(1, explicit(0, octets([]byte(other))))
	none := edit(tb, w, clear, w.AliceEC)
	none.EncapContentInfo().Insert(1, explicit(0))
	raw := func(name string, mail []byte, content string, want Want) Case {
		return Case{ID: "A23", Name: name, Args: Verify("--content", "@content"), Mail: mail, Files: map[string][]byte{"content": []byte(content)}, Want: want}
	}
	detached := Detached(tb, Text, w.AliceEC)
	return []Case{
		{ID: "A21", Name: "the same text inside", Args: Verify("--entity"), Mail: ClearMail(Text, inside(Text)), Want: has},
		{ID: "A21", Name: "the same text inside, in segments", Args: Verify("--entity"), Mail: ClearMail(Text, inSegments.Encode()), Want: has},
		{ID: "A21", Name: "nothing inside", Args: Verify("--entity"), Mail: ClearMail(Text, empty.Encode()), Want: has},
		{ID: "A21", Name: "an empty field inside", Args: Verify("--entity"), Mail: ClearMail(Text, none.Encode()), Want: Unreadable("malformed")},
		{ID: "A22", Name: "another text outside", Args: Verify("--entity"), Mail: ClearMail(other, inside(Text)), Want: has},
		{ID: "A22", Name: "another text inside", Args: Verify("--entity"), Mail: ClearMail(Text, confused.Encode()), Want: has},
		{ID: "A22", Name: "another text outside, all of it asked for", Args: Verify(), Mail: ClearMail(other, inside(Text)), Want: has},
		raw("content apart", detached, Text, Accepted([]byte(Text))),
		raw("content apart and inside", inside(Text), Text, has),
		raw("another content apart", inside(Text), other, has),
		raw("content apart, changed", detached, other, Bad("content-changed")),
		raw("content apart with a mail", OpaqueMail("signed-data", inside(Text)), Text, has),
		raw("content apart with a mail that has its own", ClearMail(Text, detached), Text, has),
		{ID: "A23", Name: "detached without its content", Args: Verify(), Mail: detached, Want: Unreadable("malformed")},
		{ID: "A23", Name: "detached without its content, in a mail", Args: Verify(), Mail: OpaqueMail("signed-data", detached), Want: Unreadable("malformed")},
		{ID: "A23", Name: "content that is no OCTET STRING", Args: Verify(), Mail: OpaqueMail("signed-data", func() []byte {
			e := edit(tb, w, opaque, w.AliceEC)
			e.EContent().Tag = ber.BitString
			return e.Encode()
		}()), Want: Unreadable("malformed")},
	}
}
