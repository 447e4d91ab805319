package hostiletest

import (
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// identityCases are A51 to A59 and A63 to A66: good signatures by others than
// the mail seems to be from.
func identityCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	out := johnnyCases(tb, w)
	out = append(out, fromCases(tb, w)...)
	return append(out, addressCases(tb, w)...)
}

// lines is a case whose mail has other lines in the place of From.
func lines(tb testing.TB, w *World, id, name, from string, want Want, who *cmstest.Identity) []Case {
	tb.Helper()
	if want.Exit == 0 && want.Content == nil {
		want.Content = []byte(Text)
	}
	mails := map[string][]byte{"clear": ClearMail(Text, Detached(tb, Text, who)), "opaque": OpaqueMail("signed-data", Opaque(tb, Text, who))}
	var out []Case
	for _, f := range []string{"opaque", "clear"} {
		out = append(out, Case{ID: id, Name: name + ", " + f, Args: Verify("--entity"), Mail: With(from, mails[f]), Want: want})
	}
	return out
}

// johnnyCases are A51: the mails of "Johnny, you are fired" (classes i1 to i3)
// signed by eve, who is trusted as much as alice, and made to look as if alice
// had sent them. Two From fields, and a name that shows another address, are a
// mismatch like the rest: two programs would show two senders, and both can be
// read.
func johnnyCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	const boss, eve = "alice@example.test", "eve@example.test"
	mismatch, multiple, missing := Mismatch("from-mismatch"), Mismatch("from-multiple"), Mismatch("from-missing")
	others := func(address string) string {
		var b strings.Builder
		for _, field := range []string{"Return-Path", "Sender", "Reply-To", "Originator-Return-Address", "Errors-To", "Resent-From", "X-Original-From"} {
			fmt.Fprintf(&b, "%s: The Manager <%s>\r\n", field, address)
		}
		return b.String()
	}
	var out []Case
	for _, c := range []struct {
		name, from string
		want       Want
	}{
		{"i1 from unequals signer", "From: " + boss + "\r\nReply-To: " + boss + "\r\n", mismatch},
		{"i1 from unequals signer, with a name", "From: The Manager <" + boss + ">\r\n", mismatch},
		{"i2 from contains signer", "From: The Manager <" + eve + ">\r\nReply-To: " + boss + "\r\n", Accepted(nil)},
		{"i2 from is only a name", "From: The Manager\r\nReply-To: The Manager <" + boss + ">\r\n", missing},
		{"i2 from is sender <signer>", "From: " + boss + " <" + eve + ">\r\nReply-To: " + boss + "\r\n", missing},
		{"i2 from is \"sender\" <signer>", "From: \"" + boss + "\" <" + eve + ">\r\n", Mismatch("from-name-misleads")},
		{"i2 from is <sender> <signer>", "From: <" + boss + "> <" + eve + ">\r\n", missing},
		{"i2 from is signer <sender>", "From: \"" + eve + "\" <" + boss + ">\r\n", Mismatch("from-name-misleads")},
		{"i2 from is sender (signer)", "From: " + boss + " (" + eve + ")\r\n", Mismatch("from-name-misleads")},
		{"i3 from is sender, signer", "From: The Manager <" + boss + ">, The Manager <" + eve + ">\r\n", multiple},
		{"i3 from is signer, sender", "From: The Manager <" + eve + ">, The Manager <" + boss + ">\r\n", multiple},
		{"i3 from sender, others signer", "From: " + boss + "\r\n" + others(eve), mismatch},
		{"i3 from signer, others sender", "From: The Manager <" + eve + ">\r\n" + others(boss), Accepted(nil)},
		{"i3 from sender, then from signer", "From: " + boss + "\r\nFrom: " + eve + "\r\n", multiple},
		{"i3 from signer, then from sender", "From: " + eve + "\r\nFrom: " + boss + "\r\n", multiple},
		{"control, eve", "From: " + eve + "\r\n", Accepted(nil)},
	} {
		out = append(out, lines(tb, w, "A51", c.name, c.from, c.want, w.Eve)...)
	}
	return append(out, lines(tb, w, "A51", "control, the manager", "From: "+boss+"\r\n", Accepted(nil), w.AliceEC)...)
}

// fromCases are A52 to A55 and A63 to A66: From fields that are read in more
// than one way. They are signed by alice.
func fromCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	const usual, other = "From: Alice <alice@example.test>\r\n", "ceo@example.test"
	good, mismatch := Accepted(nil), Mismatch("from-mismatch")
	multiple, missing, misleads := Mismatch("from-multiple"), Mismatch("from-missing"), Mismatch("from-name-misleads")
	shows := func(want Want, text string) Want { want.Says = text; return want }
	var out []Case
	for _, c := range []struct {
		id, name, from string
		want           Want
	}{
		{"A52", "two mailboxes", "From: alice@example.test, " + other + "\r\n", multiple},
		{"A52", "two mailboxes, the other first", "From: " + other + ", Alice <alice@example.test>\r\n", multiple},
		{"A52", "the same mailbox twice", "From: alice@example.test, alice@example.test\r\n", multiple},
		{"A52", "two mailboxes, and a Sender", "From: alice@example.test, " + other + "\r\nSender: alice@example.test\r\n", multiple},
		{"A52", "an empty element", "From: alice@example.test,\r\n", good},
		{"A53", "two fields", usual + "From: " + other + "\r\n", multiple},
		{"A53", "two fields, the other first", "From: " + other + "\r\n" + usual, multiple},
		{"A53", "two fields, one in capitals", "FROM: " + other + "\r\n" + usual, multiple},
		{"A53", "the same field twice", usual + usual, multiple},
		{"A53", "two fields, others between", "From: " + other + "\r\nX-A: a\r\nX-B: b\r\n" + usual, multiple},
		{"A53", "two fields, one empty", "From:\r\n" + usual, multiple},
		{"A53", "two fields, a blank before a colon", "From : " + other + "\r\n" + usual, Unreadable("malformed")},
		{"A53", "folded into a second field", "From: Alice <alice@example.test>\r\n X: y\r\n", missing},
		{"A53", "folded so that it looks like one", "X: y\r\n From: " + other + "\r\n" + usual, good},
		{"A54", "no field", "", missing},
		{"A54", "empty", "From: \r\n", missing},
		{"A54", "blanks", "From:  \t \r\n", missing},
		{"A54", "a name alone", "From: Alice\r\n", missing},
		{"A54", "a group", "From: team: alice@example.test;\r\n", missing},
		{"A54", "an empty group", "From: undisclosed:;\r\n", missing},
		{"A54", "the null path", "From: <>\r\n", missing},
		{"A54", "the null path with a name", "From: Alice <>\r\n", missing},
		{"A54", "a domain alone", "From: <@example.test>\r\n", missing},
		{"A54", "a local part alone", "From: <alice>\r\n", missing},
		{"A54", "with a source route", "From: <@evil.test:alice@example.test>\r\n", missing},
		{"A54", "a comment that does not end", "From: alice@example.test (comment\r\n", missing},
		{"A54", "a quoted string that does not end", "From: \"alice@example.test\r\n", missing},
		{"A54", "a Sender alone", "Sender: alice@example.test\r\n", missing},
		{"A55", "the name shows another", "From: \"" + other + "\" <alice@example.test>\r\n", misleads},
		{"A55", "the name shows another, encoded", "From: =?utf-8?q?ceo=40example=2Etest?= <alice@example.test>\r\n", misleads},
		{"A55", "the name shows another, in base64", "From: =?utf-8?b?Y2VvQGV4YW1wbGUudGVzdA==?= <alice@example.test>\r\n", misleads},
		{"A55", "the name shows another, in two words", "From: =?utf-8?q?ceo=40exam?= =?utf-8?q?ple.test?= <alice@example.test>\r\n", misleads},
		{"A55", "the name shows another, with a wide sign", "From: \"ceo\uff20example.test\" <alice@example.test>\r\n", misleads},
		{"A55", "the name shows another, with blanks", "From: \"ceo @ example.test\" <alice@example.test>\r\n", misleads},
		{"A55", "the name shows another, with an invisible character", "From: \"ceo\u200b@example.test\" <alice@example.test>\r\n", misleads},
		{"A55", "the name shows another, then blanks to the edge", "From: \"ceo@example.test" + strings.Repeat(" ", 200) + "\" <alice@example.test>\r\n", misleads},
		{"A55", "the name shows another and the right one", "From: \"" + other + " alice@example.test\" <alice@example.test>\r\n", misleads},
		{"A55", "the name shows the signer", "From: \"alice@example.test\" <" + other + ">\r\n", misleads},
		{"A55", "a name without quotes", "From: " + other + " <alice@example.test>\r\n", missing},
		{"A55", "two addresses in brackets", "From: <" + other + "><alice@example.test>\r\n", missing},
		{"A55", "an address in brackets within another", "From: <<" + other + ">alice@example.test>\r\n", missing},
		{"A55", "the signer's in a comment", "From: " + other + " (alice@example.test)\r\n", misleads},
		{"A55", "another in a comment", "From: alice@example.test (" + other + ")\r\n", misleads},
		{"A55", "a comment within the address", "From: alice(" + other + ")@example.test\r\n", misleads},
		{"A55", "quoted so that it looks like another", "From: <\"ceo@evil.test,\"@example.test>\r\n", mismatch},
		{"A55", "a NUL before the domain ends", "From: alice@example.test\x00.evil.test\r\n", Unreadable("malformed")},
		{"A55", "the name shows the address itself", "From: \"alice@example.test\" <alice@example.test>\r\n", good},
		{"A55", "a name with control characters", "From: =?utf-8?q?=1B[2J=E2=80=AE?= <alice@example.test>\r\n", good},
		{"A63", "case of the domain", "From: alice@Example.TEST\r\n", good},
		{"A63", "case of the local part", "From: ALICE@example.test\r\n", good},
		{"A63", "case of both", "From: Alice <ALICE@Example.TEST>\r\n", good},
		{"A63", "folded before the address", "From: Alice\r\n <alice@example.test>\r\n", good},
		{"A63", "quoted without need", "From: \"alice\"@example.test\r\n", good},
		{"A63", "a subdomain", "From: alice@mail.example.test\r\n", mismatch},
		{"A63", "a subaddress", "From: alice+x@example.test\r\n", mismatch},
		{"A63", "a trailing dot", "From: alice@example.test.\r\n", missing},
		{"A64", "Cyrillic domain, which no registry would register", "From: alice@ex\u0430mple.test\r\n", Want{Exit: 1, Verdict: "mismatch"}},
		{"A64", "Cyrillic domain, A-label", "From: alice@xn--exmple-4nf.test\r\n", shows(mismatch, "xn--exmple-4nf")},
		{"A64", "domain of U-labels", "From: alice@\u0435\u0445.test\r\n", shows(mismatch, "xn--")},
		{"A64", "Cyrillic local part", "From: \u0430lice@example.test\r\n", mismatch},
		{"A64", "fullwidth local part", "From: \uff41lice@example.test\r\n", mismatch},
		{"A64", "long s in the domain", "From: alice@example.te\u017ft\r\n", Want{Exit: 1, Verdict: "mismatch"}},
		{"A64", "Kelvin sign for k", "From: ali\u212ae@example.test\r\n", mismatch},
		{"A64", "an invisible character in the domain", "From: alice@exam\u00adple.test\r\n", Want{Exit: 1, Verdict: "mismatch"}},
		{"A65", "Sender is the signer", "From: " + other + "\r\nSender: alice@example.test\r\n", mismatch},
		{"A65", "Sender is the signer, before From", "Sender: alice@example.test\r\nFrom: " + other + "\r\n", mismatch},
		{"A65", "Reply-To and Resent-From are the signer", "From: " + other + "\r\nReply-To: alice@example.test\r\nResent-From: alice@example.test\r\n", mismatch},
		{"A65", "Sender is another", usual + "Sender: " + other + "\r\n", good},
	} {
		out = append(out, lines(tb, w, c.id, c.name, c.from, c.want, w.AliceEC)...)
	}
	return append(out, insideCases(tb, w)...)
}

// insideCases are A66: a From field under the signature that is another than the
// one outside (RFC 9788).
func insideCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	entity := func(from string) string {
		return "From: " + from + "\r\nTo: bob@example.test\r\nSubject: test\r\nContent-Type: text/plain; charset=us-ascii; hp=\"clear\"\r\n\r\nplease transfer 100 EUR\r\n"
	}
	var out []Case
	for _, c := range []struct {
		name, inside, outside string
		want                  Want
	}{
		{"inside and outside the signer", "Alice <alice@example.test>", "From: Alice <alice@example.test>\r\n", Accepted(nil)},
		{"inside the signer, outside another", "Alice <alice@example.test>", "From: ceo@example.test\r\n", Mismatch("from-mismatch")},
		{"inside and outside another", "ceo@example.test", "From: ceo@example.test\r\n", Mismatch("from-mismatch")},
		{"inside another, outside the signer", "ceo@example.test", "From: Alice <alice@example.test>\r\n", Mismatch("headers-differ")},
		{"inside another of the same name, outside the signer", "Alice <ceo@example.test>", "From: Alice <alice@example.test>\r\n", Mismatch("headers-differ")},
		{"the same address under another name", "\"A. Lice\" <Alice@EXAMPLE.test>", "From: Alice <alice@example.test>\r\n", Accepted(nil)},
		{"inside the signer, nothing outside", "Alice <alice@example.test>", "", Mismatch("from-missing")},
	} {
		text := entity(c.inside)
		want := c.want
		if want.Exit == 0 {
			want.Content = []byte(text)
		}
		out = append(out,
			Case{ID: "A66", Name: c.name + ", opaque", Args: Verify("--entity"), Mail: With(c.outside, OpaqueMail("signed-data", Opaque(tb, text, w.AliceEC))), Want: want},
			Case{ID: "A66", Name: c.name + ", clear", Args: Verify("--entity"), Mail: With(c.outside, ClearMail(text, Detached(tb, text, w.AliceEC))), Want: want},
		)
	}
	return out
}

// addressCases are A56 to A59: certificates whose addresses are none. Nothing of
// them matches, and nothing of them reaches a terminal.
func addressCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	serial := numbers(3000)
	rfc822, utf8 := certtest.RFC822, certtest.UTF8Mailbox
	mismatch, good := Mismatch("from-mismatch"), Accepted(nil)
	const hostile = "x\n[GNUPG:] GOODSIG \x1b[2J\u202e"
	var list []certified
	add := func(id, name, from string, want Want, names ...[]byte) {
		who := w.aliceOf(tb, w.Between, &serial, cmstest.Options{CommonName: hostile, Emails: []string{}, Extra: extensions(certtest.SAN(names...))})
		list = append(list, certified{id: id, name: name, who: who, want: want, from: "From: " + from + "\r\n"})
	}
	const u = "u@good.test"
	add("A56", "NUL and another domain", u, mismatch, rfc822("u@good.test\x00.evil.test"))
	add("A56", "NUL at the end", u, mismatch, rfc822("u@good.test\x00"))
	add("A56", "NUL in front", u, mismatch, rfc822("\x00u@good.test"))
	add("A56", "NUL in the local part", u, mismatch, rfc822("u\x00v@good.test"))
	add("A57", "escape sequence", u, mismatch, rfc822("\x1b]0;x\x07u@good.test"))
	add("A57", "line ends", u, mismatch, rfc822("u@good.test\r\n[GNUPG:] GOODSIG x"))
	add("A57", "a line end in front", u, mismatch, rfc822("\nu@good.test"))
	add("A57", "C1 control characters", u, mismatch, rfc822("\x9b2Ju@good.test"))
	add("A57", "right-to-left", u, mismatch, utf8("u\u202e@good.test"))
	add("A58", "no domain", u, mismatch, rfc822("u@"))
	add("A58", "no local part", u, mismatch, rfc822("@good.test"))
	add("A58", "two signs", u, mismatch, rfc822("u@good.test@evil.test"))
	add("A58", "two signs, the right one last", u, mismatch, rfc822("u@evil.test@good.test"))
	add("A58", "no sign", u, mismatch, rfc822("good.test"))
	add("A58", "trailing dot", u, mismatch, rfc822("u@good.test."))
	add("A58", "leading dot", u, mismatch, rfc822("u@.good.test"))
	add("A58", "blank", u, mismatch, rfc822("u @good.test"))
	add("A58", "blank at the end", u, mismatch, rfc822("u@good.test "))
	add("A58", "name and address", u, mismatch, rfc822("U <u@good.test>"))
	add("A58", "in brackets", u, mismatch, rfc822("<u@good.test>"))
	add("A58", "a comment", u, mismatch, rfc822("u@good.test(evil)"))
	add("A58", "two addresses", u, mismatch, rfc822("u@good.test,v@evil.test"))
	add("A58", "a wildcard", u, mismatch, rfc822("*@good.test"))
	add("A58", "a wildcard domain", u, mismatch, rfc822("u@*.test"))
	add("A58", "too long", u, mismatch, rfc822(strings.Repeat("u", 300)+"@good.test"))
	add("A58", "a URI", u, mismatch, certtest.URI("mailto:u@good.test"))
	add("A58", "a DNS name", u, mismatch, certtest.DNS("u@good.test"))
	add("A58", "octets above 127 in an rfc822Name", "j\u00f6rg@good.test", mismatch, rfc822("j\u00f6rg@good.test"))
	add("A58", "bad ones beside the right one", u, good, rfc822("u@"), rfc822("\x00"), rfc822(u), rfc822("@"))
	add("A58", "a plain address", u, good, rfc822(u))
	add("A59", "UTF-8 mailbox", "j\u00f6rg@good.test", good, utf8("j\u00f6rg@good.test"))
	add("A59", "U-labels and A-labels", "j\u00f6rg@b\u00fccher.test", good, utf8("j\u00f6rg@xn--bcher-kva.test"))
	add("A59", "A-labels and U-labels", "j\u00f6rg@xn--bcher-kva.test", good, utf8("j\u00f6rg@b\u00fccher.test"))
	add("A59", "another normal form", "jo\u0308rg@good.test", mismatch, utf8("j\u00f6rg@good.test"))
	add("A59", "another normal form, the other way round", "j\u00f6rg@good.test", mismatch, utf8("jo\u0308rg@good.test"))
	add("A59", "another case of the local part", "J\u00f6rg@good.test", mismatch, utf8("j\u00f6rg@good.test"))
	add("A59", "another case of the domain", "j\u00f6rg@GOOD.test", good, utf8("j\u00f6rg@good.test"))
	add("A59", "a local part of ASCII", u, mismatch, utf8(u))
	add("A59", "not UTF-8", "j\u00f6rg@good.test", mismatch, utf8("j\xf6rg@good.test"))
	add("A59", "an IA5String in it", "j\u00f6rg@good.test", mismatch, certtest.Other("1.3.6.1.5.5.7.8.9", append([]byte{0x16, 15}, "j\u00f6rg@good.testx"...)[:17]))
	return certifiedCases(tb, w, list)
}
