package mimewrap

import (
	"errors"
	"strings"
	"testing"
)

// TestOtherParts refuses a multipart/signed in which some readers find a part that nobody has signed.
func TestOtherParts(t *testing.T) {
	t.Parallel()
	const plain = `boundary="b"`
	before := func(text string) string { return strings.Replace(clearSigned, "\n\n--b", "\n\n"+text+"--b", 1) }
	inSignature := func(text string) string {
		return strings.Replace(clearSigned, "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: base64\n"+text, 1)
	}
	written := func(boundary, mail string) string { return strings.Replace(mail, plain, boundary, 1) }
	const pay = "\n\npay\n"
	behind := clearSigned + "--c" + pay + "--c--\n"
	far := strings.Repeat("x", 64<<10)
	for _, test := range []struct {
		name, mail string
		refused    bool
	}{
		{"the boundary and more", before("--bc" + pay), true},
		{"the end and more", before("--b--c" + pay), true},
		{"another boundary", before("--c" + pay), false},
		{"another boundary, in doubt", written(`boundary*0="b"`, before("--c"+pay)), true},
		{"hyphens of a gateway", before("-----\nfrom outside\n-----\n"), false},
		{"not at first", before("read this\n--bc" + pay), true},
		{"behind CR", before("read this\r--b\rpay\r\n"), true},
		{"far behind", before(far[1:] + "\n--bc" + pay), true},
		{"across a step", before(far[2:] + "\n--bc" + pay), true},
		{"in the middle of a line", before("read --bc" + pay), false},
		{"in the middle of a line, at a step", before(far + "--bc" + pay), false},
		{"one hyphen", before("-bc" + pay), false},
		{"header of the signature", inSignature("--bc: x\n"), true},
		{"another boundary in it", inSignature("--c: x\n"), false},
		{"another boundary in it, in doubt", written(`boundary*0="b"`, inSignature("--c: x\n")), true},
		{"within what is signed", strings.Replace(clearSigned, "\n--b\nContent-Type: application", "\n--bc\n--c\n\n--b\nContent-Type: application", 1), false},
		{"behind the end", behind, false},
		{"behind the end, hyphens", written(`boundary*0="b"`, clearSigned+"-c"+pay), false},
		{"in pieces", written(`boundary*0="b"`, behind), true},
		{"with a character set", written(`boundary*=us-ascii''b`, behind), true},
		{"quoted-pair", written(`boundary="\b"`, behind), true},
		{"blank before the value", written(`boundary= "b"`, behind), true},
		{"in a comment too", written(`(; boundary=c) boundary="b"`, behind), true},
		{"in a comment behind it", written(`boundary="b" (; boundary=c)`, behind), true},
		{"comment before", written(`(x) boundary="b"`, behind), true},
		{"comment close behind", written(`boundary="b"(c)`, behind), false},
		{"octets that need quotes", strings.ReplaceAll(written(`boundary=b,c`, behind), "--b", "--b,c"), true},
		{"octets that need quotes, in quotes", strings.ReplaceAll(written(`boundary="b,c"`, behind), "--b", "--b,c"), false},
		{"octets above 127", strings.ReplaceAll(written("boundary=\"b\xe4\"", behind), "--b", "--b\xe4"), true},
		{"encoded word", strings.ReplaceAll(written(`boundary="=?utf-8?q?b?="`, behind), "--b", "--=?utf-8?q?b?="), true},
		{"fold in it", strings.ReplaceAll(written("boundary=\"b\n c\"", behind), "--b", "--b c"), true},
		{"blank in it", strings.ReplaceAll(written(`boundary="b c"`, behind), "--b", "--b c"), false},
		{"fold before it", written("\n\tboundary=b", behind), false},
		{"fold behind it", written("boundary=b\n\t;x=y", behind), false},
		{"in another parameter", written(`boundary="b"; x="; boundary=c"`, behind), true},
		{"single quotes", strings.ReplaceAll(written(`boundary="'b'"`, behind), "--b", "--'b'"), true},
		{"in capitals", written(`BOUNDARY="b"`, behind), false},
		{"without quotes", written(`boundary=b`, behind), false},
		{"without quotes, one more", written(`boundary=b ;x=y`, behind), false},
		{"without quotes, tab", written("boundary=b\t;x=y", behind), false},
		{"boundary named so", strings.ReplaceAll(written(`boundary="boundary"`, behind), "--b", "--boundary"), false},
	} {
		l, err := read(t, test.mail).Layer()
		var m *MalformedError
		switch {
		case test.refused && !errors.As(err, &m):
			t.Errorf("%s: error = %v, want a MalformedError", test.name, err)
		case test.refused && !strings.Contains(err.Error(), "looks like a boundary"):
			t.Errorf("%s: error = %v", test.name, err)
		case !test.refused && (err != nil || l.Kind != ClearSigned):
			t.Errorf("%s: error = %v", test.name, err)
		}
	}
}
