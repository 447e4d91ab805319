package hostiletest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
)

// Bulk are hostile shapes of about the given number of octets, each with the
// command line that judges it: twice the octets must not take much more than
// twice the time (A86, A87, A123, A124, A127, A129, A131, A139). What comes of
// them is no matter here.
func Bulk(tb testing.TB, w *World, size int) []Case {
	tb.Helper()
	clear := clearText(tb, Text, w.AliceEC)
	good := parseSigned(tb, w)
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	octetsOf := func(b ...byte) []byte { return bytes.Repeat(b, size/len(b)) }
	signed := func(f func(s cmstest.Signed)) []byte { return signedEdit(good, f) }
	within := func(entity string) []byte { return []byte(opaqueText(tb, entity, w.AliceEC)) }
	deep := func(n int) string {
		var b strings.Builder
		b.WriteString("Content-Type: multipart/mixed; boundary=b0\r\n\r\n")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
		}
		return b.String()
	}
	var out []Case
	add := func(id, name string, mail []byte) {
		out = append(out, Case{ID: id, Name: name, Args: Verify(), Mail: mail})
	}
	add("A86", "a long field", []byte("X: "+fill("x")+"\r\n"+clear))
	add("A86", "fields", []byte(fill("X: y\r\n")+clear))
	add("A86", "folded lines", []byte("X: y\r\n"+fill(" x\r\n")+clear))
	add("A86", "parameters", []byte(strings.Replace(clear, "micalg=", fill("a=b; ")+"micalg=", 1)))
	add("A86", "encoded words", []byte("Subject: "+fill("=?utf-8?q?x?=\r\n ")+"\r\n"+clear))
	add("A86", "mailboxes", []byte(strings.Replace(clear, "From: Alice ", "From: "+fill("a@example.test,\r\n "), 1)))
	add("A86", "comments", []byte(strings.Replace(clear, "From: Alice ", "From: "+fill("(")+fill(")"), 1)))
	add("A86", "fields of the signed part", within(fill("X: y\r\n")+Text))
	add("A87", "multiparts in one another", within(deep(size)))
	add("A87", "parts", within("Content-Type: multipart/mixed; boundary=b\r\n\r\n"+fill("--b\r\n\r\nx\r\n")+"--b--\r\n"))
	add("A87", "boundaries that are none", within("Content-Type: multipart/mixed; boundary=b\r\n\r\n"+fill("--bb\r\n")))
	add("A87", "messages in one another", within(fill("Content-Type: message/rfc822\r\n\r\n")))
	add("A87", "parts that are not signed", []byte(Header+"Content-Type: multipart/mixed; boundary=b\r\n\r\n"+fill("--b\r\n\r\nx\r\n")+"--b--\r\n"))
	add("A87", "multiparts in one another that are not signed", []byte(Header+deep(size)))
	add("A123", "SEQUENCEs of definite length", nested(size/5))
	add("A124", "SEQUENCEs of indefinite length", octetsOf(0x30, 0x80))
	add("A124", "SEQUENCEs among the certificates", signed(func(s cmstest.Signed) { s.Certificates().Insert(0, cmstest.Raw(octetsOf(0x30, 0x80))) }))
	add("A127", "empty segments", signed(func(s cmstest.Signed) {
		n := cmstest.Constructed(ber.OctetString, cmstest.Raw(octetsOf(4, 0)), octets([]byte(Text)))
		s.EncapContentInfo().At(1).Children[0] = n
	}))
	add("A127", "segments of an octet", signed(func(s cmstest.Signed) {
		s.EncapContentInfo().At(1).Children[0] = cmstest.Constructed(ber.OctetString, cmstest.Raw(octetsOf(4, 1, 'x')))
	}))
	add("A129", "arcs", signed(func(s cmstest.Signed) { s.DigestAlgorithms().At(0, 0).Value = octetsOf(1) }))
	add("A129", "one arc", signed(func(s cmstest.Signed) { s.DigestAlgorithms().At(0, 0).Value = append(octetsOf(0x81), 1) }))
	add("A131", "digest algorithms", signed(func(s cmstest.Signed) { s.DigestAlgorithms().Insert(0, cmstest.Raw(octetsOf(0x30, 3, 6, 1, 42))) }))
	add("A131", "unsigned attributes", signed(func(s cmstest.Signed) {
		s.Signer(0).Insert(len(s.Signer(0).Children), cmstest.Constructed(ber.Context(1), cmstest.Raw(octetsOf(0x30, 5, 6, 1, 42, 0x31, 0))))
	}))
	add("A131", "certificates", signed(func(s cmstest.Signed) {
		s.Certificates().Insert(0, cmstest.Raw(octetsOf(w.Eve.Certificate.Raw...)))
	}))
	add("A131", "entries of certificates", signed(func(s cmstest.Signed) { s.Certificates().Insert(0, cmstest.Raw(octetsOf(0xa9, 0))) }))
	add("A127", "lines of one octet", []byte(Header+"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n"+fill("M\r\n")))
	add("A127", "signed lines of one octet", []byte(strings.Replace(clear, Text, "Content-Type: text/plain\r\n\r\n"+fill("x\r\n"), 1)))
	add("A127", "lines of 76 without an end", []byte(clear[:strings.Index(clear, Text)]+fill(strings.Repeat("x", 76)+"\r\n")))
	add("A139", "-----BEGIN", []byte(fill("-----BEGIN")))
	add("A139", "lines with -----BEGIN", []byte(fill("-----BEGIN CMS-----\n")))
	add("A139", "lines with -----BEGIN CERTIFICATE", []byte(fill("-----BEGIN CERTIFICATE-----\n")))
	add("A139", "begin and end", []byte(fill("-----BEGIN CMS-----\n-----END CMS-----\n")))
	add("A139", "certificates behind a block", append(pemOf("CMS", good.Encode()), fill("-----BEGIN CERTIFICATE-----\n")...))
	return out
}
