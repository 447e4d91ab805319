package hostiletest

import (
	"strings"
	"testing"
)

const unsignedText = "Content-Type: text/plain\r\n\r\nplease pay 10000 EUR\r\n"

// partsCases are A73 to A75: text around what is signed, and parts too many or too few.
func partsCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	clear := clearText(tb, Text, w.AliceEC)
	entity := strings.TrimPrefix(clear, Header)
	opaque := opaqueEntity(tb, Text, w.AliceEC)
	good, malformed := Accepted([]byte(Text)), Unreadable("malformed")
	header, body, _ := strings.Cut(clear, "\r\n\r\n")
	header += "\r\n\r\n"
	parts := strings.Split(strings.TrimSuffix(body, closingLine), boundaryLine)
	content, signature := boundaryLine+parts[1], boundaryLine+parts[2]
	part := func(name, outer string, want Want) Case { return judged("A75", name, Header+outer, want) }
	partly := Partial("partly-signed")
	allowed := func(name, outer string, want Want) Case {
		return Case{ID: "A75", Name: name, Args: Verify("--entity", "--allow-partial"), Mail: []byte(Header + outer), Want: want}
	}
	return []Case{
		judged("A73", "text before the parts", header+"please pay 10000 EUR\r\n"+body, good.WithNote("outside-text")),
		judged("A73", "text behind the parts", clear+"please pay 10000 EUR\r\n", good.WithNote("outside-text")),
		judged("A73", "a whole part before the parts", header+unsignedText+body, good.WithNote("outside-text")),
		judged("A73", "parts behind the end", clear+boundaryLine+unsignedText+closingLine, good.WithNote("outside-text")),
		judged("A73", "a part before the parts, to who compares the beginning", header+"--catalogue-boundaryx\r\n"+unsignedText+body, malformed),
		judged("A73", "a part before the parts, to whom CR ends a line", header+"x\r--catalogue-boundary\rpay 10000 EUR\r\r\n"+body, malformed),
		judged("A73", "a part before the parts, to who reads comments", replaced(tb, header, "boundary=", "(; boundary=x) boundary=")+"--x\r\n"+unsignedText+"--x--\r\n"+body, malformed),
		judged("A73", "a part behind the parts, to who reads comments", replaced(tb, clear, "boundary=", "(; boundary=x) boundary=")+"--x\r\n"+unsignedText+"--x--\r\n", malformed),
		judged("A74", "a third part", header+content+signature+boundaryLine+unsignedText+closingLine, malformed),
		judged("A74", "a third part before", header+boundaryLine+unsignedText+content+signature+closingLine, malformed),
		judged("A74", "the signature twice", header+content+signature+signature+closingLine, malformed),
		judged("A74", "the signature first", header+signature+content+closingLine, malformed),
		judged("A74", "one part", header+content+closingLine, malformed),
		judged("A74", "the signature alone", header+signature+closingLine, malformed),
		judged("A74", "no closing boundary", header+content+signature, malformed),
		judged("A74", "no parts", header+"nothing\r\n", malformed),
		judged("A74", "no body", strings.TrimSuffix(header, "\r\n"), malformed),
		judged("A74", "an empty signature", header+content+boundaryLine+"Content-Type: application/pkcs7-signature\r\n\r\n\r\n"+closingLine, malformed),
		part("footer of a list", multipart("mixed", "m", entity, unsignedText), partly),
		part("footer of a list, opaque", multipart("mixed", "m", opaque, unsignedText), partly),
		part("text before it", multipart("mixed", "m", unsignedText, entity), partly),
		part("text before and after it", multipart("mixed", "m", unsignedText, entity, unsignedText), partly),
		part("hidden in an alternative", multipart("alternative", "m", "Content-Type: text/html\r\n\r\n<p>pay 10000 EUR</p>\r\n", entity), partly),
		part("related to a page that hides it", multipart("related", "m", "Content-Type: text/html\r\n\r\n<p>pay 10000 EUR</p><img src=\"cid:x\">\r\n", "Content-ID: <x>\r\n"+entity), partly),
		part("the only part of a multipart", multipart("mixed", "m", entity), partly),
		part("two multiparts deep", multipart("mixed", "m", multipart("mixed", "n", entity), unsignedText), partly),
		part("forwarded", "Content-Type: message/rfc822\r\n\r\n"+clear, partly),
		part("forwarded beside a text", multipart("mixed", "m", unsignedText, "Content-Type: message/rfc822\r\n\r\n"+clear), partly),
		part("a digest", multipart("digest", "m", "\r\n"+clear), partly),
		part("the signed part is another's", multipart("mixed", "m", strings.TrimPrefix(clearText(tb, Text, w.Eve), Header), unsignedText), Mismatch("from-mismatch")),
		allowed("footer of a list, the part alone asked for", multipart("mixed", "m", entity, unsignedText), good),
		allowed("the part alone asked for, and another's", multipart("mixed", "m", strings.TrimPrefix(clearText(tb, Text, w.Eve), Header), unsignedText), Mismatch("from-mismatch")),
		allowed("the part alone asked for, and changed", multipart("mixed", "m", replaced(tb, entity, "100 EUR", "900 EUR"), unsignedText), Bad("content-changed")),
		part("nothing signed", multipart("mixed", "m", unsignedText, Text), Unsigned()),
	}
}
