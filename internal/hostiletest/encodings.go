package hostiletest

import (
	"fmt"
	"strings"
	"testing"
)

// encodingCases are A84 and A85: transfer encodings of a CMS object.
func encodingCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	text := Text
	object := Opaque(tb, text, w.AliceEC)
	for len(object)%3 == 0 { // so that there is padding
		text += "x"
		object = Opaque(tb, text, w.AliceEC)
	}
	encoded := Base64(object)
	digits := strings.ReplaceAll(encoded, "\r\n", "")
	good, malformed := Accepted([]byte(text)), Unreadable("malformed")
	const pkcs7 = "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
	with := func(id, name, encoding, body string, want Want) Case {
		fields := ""
		if encoding != "" {
			fields = "Content-Transfer-Encoding: " + encoding + "\r\n"
		}
		return judged(id, name, Header+pkcs7+fields+"\r\n"+body, want)
	}
	base := func(name, body string, want Want) Case { return with("A84", name, "base64", body, want) }
	return []Case{
		base("junk", encoded[:200]+"!"+encoded[200:], malformed),
		base("an octet above 127", encoded[:200]+"\xe4"+encoded[200:], malformed),
		base("NUL", encoded[:200]+"\x00"+encoded[200:], malformed),
		base("a line of text first", "hello, mail\r\n"+encoded, malformed),
		base("URL alphabet", strings.NewReplacer("+", "-", "/", "_").Replace(Base64(append(object, 0xff, 0xfe, 0xfb))), malformed),
		base("padding missing", strings.TrimRight(encoded, "=\r\n")+"\r\n", malformed),
		base("more padding", strings.TrimRight(encoded, "\r\n")+"====\r\n", malformed),
		base("padding in the middle", digits[:200]+"====\r\n"+digits[200:]+"\r\n", malformed),
		base("padding within a group", digits[:202]+"==\r\n"+digits[202:]+"\r\n", malformed),
		base("digits behind the padding", strings.TrimRight(encoded, "\r\n")+"\r\nMIIB\r\n", malformed),
		base("text behind the padding", strings.TrimRight(encoded, "\r\n")+"\r\n\r\nhello, mail\r\n", malformed),
		base("one digit too many", digits[:len(digits)-4]+"A\r\n", malformed),
		base("bits behind the last octet", loosePadding(digits)+"\r\n", malformed),
		// Line ends are to be passed over wherever they stand (RFC 2045, Section 6.8).
		base("one digit a line", strings.Join(strings.Split(digits, ""), "\r\n")+"\r\n", good),
		base("all digits in one line", digits, good),
		base("blanks between the digits", strings.Join(strings.Split(digits, ""), " "), good),
		base("empty lines between", strings.ReplaceAll(encoded, "\r\n", "\r\n\r\n"), good),
		base("empty body", "", malformed),
		base("padding alone", "====\r\n", malformed),
		with("A85", "binary", "binary", string(object), good),
		with("A85", "8bit", "8bit", string(object), good),
		with("A85", "quoted-printable", "quoted-printable", quoteAll(object), good),
		with("A85", "quoted-printable, digits that are none", "quoted-printable", replaced(tb, quoteAll(object), "=30", "=3X"), malformed),
		with("A85", "quoted-printable of base64", "quoted-printable", encoded, malformed),
		with("A85", "no encoding named, binary", "", string(object), good),
		with("A85", "BASE64 with a blank", "BASE64 ", encoded, good),
		with("A85", "an encoding nobody knows", "x-uuencode", encoded, malformed),
		with("A85", "two encodings in one", "base64, binary", encoded, malformed),
		with("A85", "base64 of base64", "base64", Base64([]byte(encoded)), malformed),
	}
}

// quoteAll writes every octet as two digits.
func quoteAll(data []byte) string {
	var b strings.Builder
	for i, c := range data {
		fmt.Fprintf(&b, "=%02X", c)
		if i%20 == 19 {
			b.WriteString("=\r\n")
		}
	}
	return b.String() + "\r\n"
}

// loosePadding sets bits that belong to no octet.
func loosePadding(digits string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	i := strings.IndexByte(digits, '=') - 1
	return digits[:i] + string(alphabet[strings.IndexByte(alphabet, digits[i])|1]) + digits[i+1:]
}
