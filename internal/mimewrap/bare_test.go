package mimewrap

import (
	"errors"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// TestBareSignedPart: text without a MIME header in a multipart/signed is refused, and it is said whose it is; with an empty
// line before it the header is empty, which is no fault.
func TestBareSignedPart(t *testing.T) {
	t.Parallel()
	mail := func(part string) string {
		return "From: alice@example.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol=\"application/x-pkcs7-signature\"; micalg=sha-256; boundary=x\r\n\r\n" +
			"--x\r\n" + part + "\r\n--x\r\nContent-Type: application/x-pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nMAsGCSqGSIb3DQEHAg==\r\n--x--\r\n"
	}
	for part, refused := range map[string]bool{
		"hello world\r\nsecond line":                        true,
		"\r\nhello world":                                   false,
		"Content-Type: text/plain\r\n\r\nhello world":       false,
		"Content-Type: text/plain\r\nnot a field\r\n\r\nhi": false, // another fault
	} {
		e, err := ReadEntity(spool.Bytes([]byte(mail(part))))
		if err != nil {
			t.Fatal(err)
		}
		l, err := e.Layer()
		if err != nil {
			t.Fatal(err)
		}
		_, err = l.Content.Layer()
		var bare *MalformedError
		if got := errors.As(err, &bare) && strings.Contains(bare.Detail, "no MIME header, as openssl without -text leaves it") && !bare.NoMail; got != refused {
			t.Errorf("%q: %v", part, err)
		}
	}
}
