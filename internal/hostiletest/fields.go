package hostiletest

import (
	"strings"
	"testing"
)

// fieldCases are A78 and A88: fields that two readers could read in two ways, and files that are no mail.
func fieldCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	clear := clearText(tb, Text, w.AliceEC)
	opaque := opaqueText(tb, Text, w.AliceEC)
	good, malformed := Accepted([]byte(Text)), Unreadable("malformed")
	first := func(name, lines string, want Want) Case { // before the fields of the mail
		return judged("A78", name, lines+clear, want)
	}
	const mbox = "From alice@example.test Sun May 31 10:00:00 2026\r\n"
	return []Case{
		first("two Content-Types, the other first", "Content-Type: text/plain\r\n", malformed),
		judged("A78", "two Content-Types, the other last", replaced(tb, clear, "\r\n\r\n", "\r\nContent-Type: text/plain\r\n\r\n"), malformed),
		judged("A78", "two Content-Types, one in capitals", replaced(tb, clear, "\r\n\r\n", "\r\nCONTENT-TYPE: text/plain\r\n\r\n"), malformed),
		judged("A78", "two Content-Types of an opaque mail", replaced(tb, opaque, "\r\n\r\n", "\r\nContent-Type: text/plain\r\n\r\n"), malformed),
		judged("A78", "two Content-Types of the signature", replaced(tb, clear, "Content-Type: application/pkcs7-signature", "Content-Type: text/plain\r\nContent-Type: application/pkcs7-signature"), malformed),
		first("two transfer encodings", "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n", malformed),
		judged("A78", "two transfer encodings of an opaque mail", replaced(tb, opaque, "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64"), malformed),
		judged("A78", "two transfer encodings of the signature", replaced(tb, clear, "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64"), malformed),
		first("two MIME-Versions", "MIME-Version: 1.0\r\n", malformed),
		first("two MIME-Versions that differ", "MIME-Version: 2.0\r\n", malformed),
		first("a multipart in base64", "Content-Transfer-Encoding: base64\r\n", malformed),
		first("a line of blanks in a field", "X-A: b\r\n \r\n c\r\n", good),
		judged("A78", "blank before the colon", replaced(tb, clear, "Content-Type: multipart/signed", "Content-Type : multipart/signed"), malformed),
		judged("A78", "blank before the colon of a second Content-Type", "Content-Type : text/plain\r\n"+clear, malformed),
		judged("A78", "tab before the colon of a second From", "From\t: eve@example.test\r\n"+clear, malformed),
		judged("A78", "tab before the colon of a second From, behind the first", replaced(tb, clear, "\r\n\r\n", "\r\nFrom\t: eve@example.test\r\n\r\n"), Mismatch("from-multiple")),
		first("a line that is no field to mutt", "Subject : pay 10000 EUR\r\n to DE00\r\n", malformed),
		judged("A78", "a line that is no field to mutt, opaque", "Subject : pay 10000 EUR\r\n"+opaque, malformed),
		judged("A78", "a line that is no field to mutt, behind the fields that count", replaced(tb, clear, "\r\n\r\n", "\r\nX-Checked : yes\r\n\r\n"), good),
		first("a field without a name", ": x\r\n", malformed),
		first("a continuation before the first field", " x\r\n", malformed),
		judged("A78", "the type in comments", replaced(tb, clear, "Content-Type: multipart/signed", "Content-Type: (text/plain) multipart(x)/(y)signed"), malformed),
		judged("A78", "no MIME-Version", replaced(tb, clear, "MIME-Version: 1.0\r\n", ""), good),
		judged("A88", "two mails in one file", mbox+clear+"\r\n"+mbox+clear, malformed),
		judged("A88", "the only mail of an mbox", mbox+clear, good),
		judged("A88", "blank lines first", "\r\n\r\n"+clear, malformed),
		judged("A88", "a line of blanks first", "  \r\n"+clear, malformed),
		judged("A88", "byte order mark", "\xef\xbb\xbf"+clear, malformed),
		judged("A88", "UTF-16", "\xff\xfe"+strings.Join(strings.Split(clear, ""), "\x00")+"\x00", malformed),
		judged("A88", "no header", "please transfer 100 EUR\r\n", malformed),
		judged("A88", "header alone", Header, Unsigned()),
		judged("A88", "binary", "\x00\x01\x02 nothing\r\n", malformed),
	}
}

// boundaryCases are A79 and A80: where parts begin and end.
func boundaryCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	clear := clearText(tb, Text, w.AliceEC)
	good, malformed := Accepted([]byte(Text)), Unreadable("malformed")
	const parameter, boundary = "boundary=\"catalogue-boundary\"", "catalogue-boundary"
	parameters := func(name, to string, want Want) Case {
		return judged("A79", name, replaced(tb, clear, parameter, to), want)
	}
	delimited := func(name, written, by string, want Want) Case { // another boundary throughout
		return judged("A79", name, strings.ReplaceAll(replaced(tb, clear, parameter, "boundary="+written), "--"+boundary, "--"+by), want)
	}
	within := func(name, boundary, body string) Case {
		entity := multipart("mixed", boundary, "\r\n"+body)
		return judged("A80", name, clearText(tb, entity, w.AliceEC), Accepted([]byte(entity)))
	}
	word := strings.Repeat("b", 70)
	return []Case{
		parameters("twice", "boundary=\"x\"; "+parameter, malformed),
		parameters("twice, the other last", parameter+"; boundary=\"x\"", malformed),
		parameters("twice the same", parameter+"; "+parameter, malformed),
		parameters("twice, one in capitals", "BOUNDARY=\"x\"; "+parameter, malformed),
		parameters("twice, once in pieces", "boundary*0=\"x\"; "+parameter, malformed),
		parameters("twice, once with a character set", "boundary*=us-ascii''x; "+parameter, malformed),
		parameters("in pieces", "boundary*0=\"catalogue-\"; boundary*1=\"boundary\"", good),
		parameters("in pieces, one missing", "boundary*0=\"catalogue-\"; boundary*2=\"boundary\"", malformed),
		parameters("in pieces, one twice", "boundary*0=\"catalogue-\"; boundary*1=\"boundary\"; boundary*1=\"x\"", malformed),
		parameters("with a character set", "boundary*=us-ascii''catalogue%2Dboundary", good),
		parameters("with a character set, bad digits", "boundary*=us-ascii''catalogue%2Xboundary", malformed),
		parameters("empty", "boundary=\"\"", malformed),
		parameters("missing", "border=\"catalogue-boundary\"", malformed),
		parameters("quote not closed", "boundary=\"catalogue-boundary", malformed),
		parameters("quoted-pair", "boundary=\"catalogue\\-boundary\"", good),
		parameters("without quotes", "boundary=catalogue-boundary", good),
		parameters("in a comment too", "(boundary=x) boundary=\"catalogue-boundary\"", good),
		parameters("folded", "\r\n\tboundary=\"catalogue-boundary\"", good),
		parameters("blanks at its end", "boundary=\"catalogue-boundary  \"", malformed),
		delimited("one character", "x", "x", good),
		delimited("one hyphen", "\"-\"", "-", good),
		delimited("two hyphens", "\"--\"", "--", good),
		delimited("a colon", "\":\"", ":", good),
		delimited("blank within", "\"a b\"", "a b", good),
		delimited("70 characters", word, word, good),
		// RFC 2046, Section 5.1.1 allows 70; nobody reads 71 as another boundary.
		delimited("71 characters", word+"c", word+"c", good),
		delimited("513 characters", strings.Repeat("b", 513), strings.Repeat("b", 513), malformed),
		delimited("octets above 127", "\"\xe4\"", "\xe4", good),
		delimited("line end within", "\"a\r\n b\"", "a b", good),
		within("the inner boundary is the outer one and more", boundary+"-2", "x\r\n"),
		within("the inner boundary begins the outer one", "catalogue", "x\r\n"),
		within("the outer boundary in the middle of a line", "m", "x --catalogue-boundary\r\n"),
		within("the outer boundary behind a blank", "m", " --catalogue-boundary\r\n"),
		within("the outer boundary with one hyphen", "m", "-catalogue-boundary\r\n"),
		within("the outer boundary and more in the text", "m", "--catalogue-boundaryx\r\n--catalogue-boundary-\r\n"),
		judged("A80", "a line with the boundary and more put in", replaced(tb, clear, "100 EUR\r\n", "100 EUR\r\n--catalogue-boundaryx\r\n"), Bad("content-changed")),
		judged("A80", "the boundary put in", replaced(tb, clear, "100 EUR\r\n", "100 EUR\r\n\r\n"+boundaryLine), malformed),
		judged("A80", "the closing boundary put in", replaced(tb, clear, "100 EUR\r\n", "100 EUR\r\n\r\n"+closingLine), malformed),
		judged("A80", "a boundary that stands in base64 too", strings.ReplaceAll(clear, boundary, "MII"), good),
		judged("A80", "the same boundary inside", clearText(tb, strings.TrimPrefix(clear, Header), w.AliceEC), malformed),
		judged("A80", "an inner multipart that ends with the outer boundary", clearText(tb, strings.TrimSuffix(multipart("mixed", "m", "\r\nx\r\n"), "--m--\r\n"), w.AliceEC), Accepted(nil)),
	}
}
