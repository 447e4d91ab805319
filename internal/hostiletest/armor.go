package hostiletest

import (
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
)

func pemOf(label string, octets []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: octets})
}

// armorCases are A139 and A140: PEM, and files with next to nothing in them.
func armorCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	good := string(pemOf("CMS", Opaque(tb, Text, w.AliceEC)))
	malformed, accepted := Unreadable("malformed"), Accepted(nil)
	var out []Case
	for _, c := range []struct {
		name, text string
		want       Want
	}{
		{"as it should be", good, accepted},
		{"label PKCS7", string(pemOf("PKCS7", Opaque(tb, Text, w.AliceEC))), accepted},
		{"CRLF", strings.ReplaceAll(good, "\n", "\r\n"), accepted},
		// RFC 7468, Sections 2 and 5.2, allows text around the block, and readers of RFC 1421 fields in it; neither
		// leaves in doubt what the object is.
		{"text before it", "hello\n" + good, accepted},
		{"text behind it", good + "hello\n", accepted},
		// Others read a mail there, from whom it says and with a text that nobody signed.
		{"a mail's header before it, after an empty line", "\nFrom: eve@example.org\n\npay\n" + good, malformed},
		{"a mail's header before it, with a NUL", "Subject: \x00\nFrom: eve@example.org\n\npay\n" + good, malformed},
		{"certificates around it", string(CertificatePEM(w.AliceEC)) + good + string(CertificatePEM(w.AliceEC)), accepted},
		{"text between two blocks", good + strings.Repeat("hello\n", 20_000) + good, malformed},
		{"two blocks of different labels", good + string(pemOf("PKCS7", []byte("x"))), malformed},
		{"1 MiB of -----BEGIN", strings.Repeat("-----BEGIN", 105_000), malformed},
		{"1 MiB of lines with -----BEGIN", strings.Repeat("-----BEGIN CMS-----\n", 52_000), malformed},
		{"1 MiB of begin and end", strings.Repeat("-----BEGIN CMS-----\n-----END CMS-----\n", 28_000), malformed},
		{"1 MiB without an end", "-----BEGIN CMS-----\n" + strings.Repeat(strings.Repeat("A", 64)+"\n", 16_000), malformed},
		{"two blocks", good + good, malformed},
		{"a header", strings.Replace(good, "-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0\n\n", 1), accepted},
		{"label of a certificate", string(pemOf("CERTIFICATE", Opaque(tb, Text, w.AliceEC))), malformed},
		{"another label at the end", strings.Replace(good, "END CMS", "END PKCS7", 1), malformed},
		{"no end", strings.Split(good, "-----END")[0], malformed},
		{"end cut short", strings.TrimSuffix(good, "--\n"), malformed},
		{"no base64", "-----BEGIN CMS-----\n!!!!\n-----END CMS-----\n", malformed},
		{"nothing in it", "-----BEGIN CMS-----\n-----END CMS-----\n", malformed},
		{"a certificate", string(CertificatePEM(w.AliceEC)), malformed},
		{"a private key", string(w.Files["alice-ec.pem"]), malformed},
	} {
		out = append(out, file("A139", c.name, []byte(c.text), c.want))
	}
	out = append(out, file("A140", "no octets", nil, malformed), Case{ID: "A140", Name: "no octets, decrypt", Args: Decrypt(), Want: malformed})
	for i := range 256 {
		out = append(out, file("A140", fmt.Sprintf("octet %02x", i), []byte{byte(i)}, malformed))
	}
	return out
}
