package mimewrap

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

const clearSigned = `From: a@example.org
MIME-Version: 1.0
Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=SHA-256; boundary="b"

--b
Content-Type: text/plain

hello

--b
Content-Type: application/pkcs7-signature; name=smime.p7s
Content-Transfer-Encoding: base64

MAA=
--b--
`

func TestLayer(t *testing.T) {
	t.Parallel()
	cms := "MIAGCSqGSIb3DQEHAqCAAAA=\n"
	tests := []struct {
		name, mail string
		kind       LayerKind
		check      func(*Layer) bool
	}{
		{"clear", clearSigned, ClearSigned, func(l *Layer) bool {
			return l.MICAlg == "sha-256" && !l.OutsideText && len(l.Notes) == 0
		}},
		{"clear, x- types", strings.ReplaceAll(clearSigned, "application/pkcs7", "application/x-pkcs7"), ClearSigned, nil},
		{"clear, upper case", strings.ReplaceAll(clearSigned, "application/pkcs7-signature", "APPLICATION/PKCS7-Signature"), ClearSigned, nil},
		{"clear, unquoted protocol", strings.ReplaceAll(clearSigned, `"application/pkcs7-signature"`, "application/pkcs7-signature"), ClearSigned, nil},
		{"clear, no micalg", strings.ReplaceAll(clearSigned, " micalg=SHA-256;", ""), ClearSigned, func(l *Layer) bool { return l.MICAlg == "" }},
		{"clear, no protocol", strings.ReplaceAll(clearSigned, ` protocol="application/pkcs7-signature";`, ""), ClearSigned, func(l *Layer) bool { return len(l.Notes) == 1 }},
		{"clear, preamble", strings.Replace(clearSigned, "\n\n--b", "\n\nread this\n--b", 1), ClearSigned, func(l *Layer) bool { return l.OutsideText }},
		{"clear, customary preamble", strings.Replace(clearSigned, "\n\n--b", "\n\nThis is an S/MIME signed message\n\n--b", 1), ClearSigned, func(l *Layer) bool { return !l.OutsideText }},
		{"clear, customary preamble and more", strings.Replace(clearSigned, "\n\n--b", "\n\nThis is an S/MIME signed message\npay\n--b", 1), ClearSigned, func(l *Layer) bool { return l.OutsideText }},
		{"clear, blank before a colon behind the type", strings.Replace(clearSigned, "\n\n--b", "\nX : y\n\n--b", 1), ClearSigned, nil},
		{"clear, quoted lines of an mbox above all", ">From x\n>From y\n" + clearSigned, ClearSigned, nil},
		{"clear, quoted line of an mbox behind the type", strings.Replace(clearSigned, "\n\n--b", "\n>From y\n\n--b", 1), ClearSigned, nil},
		{"clear, epilogue", clearSigned + "list footer\n", ClearSigned, func(l *Layer) bool { return l.OutsideText }},
		{"clear, no last line end", strings.TrimSuffix(clearSigned, "\n"), ClearSigned, nil},
		{"clear, no MIME-Version", strings.ReplaceAll(clearSigned, "MIME-Version: 1.0\n", ""), ClearSigned, nil},
		{"OpenPGP", strings.ReplaceAll(clearSigned, "pkcs7-signature", "pgp-signature"), NoLayer, func(l *Layer) bool { return len(l.Notes) == 1 }},
		{"opaque", "Content-Type: application/pkcs7-mime; smime-type=Signed-Data\nContent-Transfer-Encoding: base64\n\n" + cms, PKCS7, func(l *Layer) bool { return l.SMIMEType == "Signed-Data" }},
		{"opaque, x- type", "Content-Type: application/x-pkcs7-mime\nContent-Transfer-Encoding: base64\n\n" + cms, PKCS7, func(l *Layer) bool { return len(l.Notes) == 1 && l.SMIMEType == "" }},
		{"octet-stream, name", "Content-Type: APPLICATION/OCTET-STREAM; name=X.P7M\nContent-Transfer-Encoding: base64\n\n" + cms, PKCS7, func(l *Layer) bool { return len(l.Notes) == 1 }},
		{"octet-stream, filename", "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"a.p7z\"\nContent-Transfer-Encoding: base64\n\n" + cms, PKCS7, nil},
		{"octet-stream, filename*", "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename*=utf-8''smime%2Ep7m\nContent-Transfer-Encoding: base64\n\n" + cms, PKCS7, nil},
		{"octet-stream, other name", "Content-Type: application/octet-stream; name=p7m\n\nx", NoLayer, nil},
		{"quoted-printable", "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: quoted-printable\n\n=30=80=06=09*=\n=86H=86=F7=0D=01=07=02=A0=80=00=00\n", PKCS7, nil},
		{"binary", "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: binary\n\n0\x80\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\x80\x00\x00", PKCS7, nil},
		{"8bit, line end after it", "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: 8bit\n\n0\x80\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\x80\x00\x00\r\n", PKCS7, nil},
		{"base64 without label", "Content-Type: application/pkcs7-mime\n\n" + cms, PKCS7, func(l *Layer) bool { return len(l.Notes) == 1 }},
		{"text", "A: b\n\nhello", NoLayer, nil},
		{"text, odd parameter", "Content-Type: text/plain; charset\n\nhello", NoLayer, func(l *Layer) bool { return len(l.Notes) == 1 }},
		{"text, two encodings", "Content-Type: text/plain\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 8bit\n\nhello", NoLayer, func(l *Layer) bool { return len(l.Notes) == 1 }},
		{"footer around clear", "Content-Type: multipart/mixed; boundary=o\n\n--o\n" + clearSigned + "\n--o\n\nfooter\n--o--\n", PartlyProtected, func(l *Layer) bool {
			return len(l.ProtectedParts) == 1 && l.ProtectedParts[0].Number == "1.1" && l.ProtectedParts[0].Protected == "signed"
		}},
		{"encrypted between html", "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/html\n\n<img src='\n--o\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n--o\nContent-Type: text/html\n\n'>\n--o--\n", PartlyProtected, func(l *Layer) bool {
			return l.ProtectedParts[0].Number == "1.2" && l.ProtectedParts[0].Protected == "encrypted"
		}},
		{"in message/rfc822", "Content-Type: message/rfc822\n\n" + clearSigned, PartlyProtected, func(l *Layer) bool { return l.ProtectedParts[0].Number == "1.1" }},
		{"in digest", "Content-Type: multipart/digest; boundary=o\n\n--o\n\n" + clearSigned + "\n--o--\n", PartlyProtected, func(l *Layer) bool { return l.ProtectedParts[0].Number == "1.1.1" }},
		{"attachment by octets", "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n" + cms + "--o--\n", PartlyProtected, func(l *Layer) bool { return l.ProtectedParts[0].Protected == "signed" }},
		{"certificates only within", "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: application/pkcs7-mime; smime-type=certs-only\n\nx\n--o--\n", NoLayer, nil},
		{"signature astray", "Content-Type: multipart/mixed; boundary=o\n\n--o\n\ntext\n--o\nContent-Type: application/pkcs7-signature\n\nx\n--o--\n", NoLayer, func(l *Layer) bool { return len(l.Notes) == 1 }},
	}
	for _, test := range tests {
		for _, ending := range []string{"LF", "CRLF"} {
			mail := test.mail
			if ending == "CRLF" {
				if strings.Contains(mail, "\r") {
					continue
				}
				mail = crlf(mail)
			}
			t.Run(test.name+" "+ending, func(t *testing.T) {
				t.Parallel()
				l, err := read(t, mail).Layer()
				if err != nil {
					t.Fatal(err)
				}
				if l.Kind != test.kind || test.check != nil && !test.check(l) {
					t.Errorf("layer = %+v", l)
				}
				if l.Kind == ClearSigned {
					if got := all(t, l.ContentReader(false)); got != "Content-Type: text/plain\r\n\r\nhello\r\n" {
						t.Errorf("content = %q", got)
					}
				}
				if l.CMS != nil {
					want, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(cms))
					if l.Kind == ClearSigned {
						want = []byte("0\x00")
					}
					for range 2 {
						r, err := l.CMS()
						if err != nil {
							t.Fatal(err)
						}
						if got := all(t, r); got != string(want) {
							t.Errorf("CMS = %q, want %q", got, want)
						}
					}
				}
			})
		}
	}
}

func TestLayerRefuses(t *testing.T) {
	t.Parallel()
	replace := func(old, new string) string { return strings.Replace(clearSigned, old, new, 1) }
	sig := clearSigned[strings.Index(clearSigned, "--b\nContent-Type: application"):]
	tests := []struct{ name, mail, want string }{
		{"third part", replace("--b--", "--b\n\nmore\n--b--"), "exactly two"},
		{"one part", strings.Replace(clearSigned, sig, "--b--\n", 1), "exactly two"},
		{"no parts", strings.Split(clearSigned, "--b")[0], "exactly two"},
		{"no closing boundary", replace("--b--\n", ""), "closing"},
		{"signature first", "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\n\n" + strings.TrimSuffix(sig, "--b--\n") + "--b\n\ntext\n--b--\n", "second part"},
		{"second part of another type", replace("application/pkcs7-signature; name", "application/pgp-signature; name"), "second part"},
		{"wrong protocol", replace(`protocol="application/pkcs7-signature"`, `protocol="application/pgp-signature"`), "different kinds"},
		{"empty protocol", replace(`protocol="application/pkcs7-signature"`, `protocol=""`), "different kinds"},
		{"encoded multipart", replace("MIME-Version: 1.0", "Content-Transfer-Encoding: base64"), "transfer encoding"},
		{"no boundary", replace(`; boundary="b"`, ""), "boundary"},
		{"two boundaries", replace(`; boundary="b"`, `; boundary="b"; boundary="c"`), "twice"},
		{"split and whole boundary", replace(`; boundary="b"`, `; boundary="b"; boundary*0="c"`), "two forms"},
		{"two types", replace("MIME-Version: 1.0", "Content-Type: text/plain"), "twice"},
		{"two versions", replace("MIME-Version: 1.0", "MIME-Version: 1.0\nMIME-Version: 1.0"), "twice"},
		{"two encodings", replace("MIME-Version: 1.0", "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 7bit"), "twice"},
		{"two types in the signature part", replace("Content-Type: application/pkcs7-signature; name=smime.p7s", "Content-Type: application/pkcs7-signature\nContent-Type: application/pkcs7-signature"), "twice"},
		{"two encodings in the signature part", replace("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: binary"), "twice"},
		{"unknown encoding of the signature", replace("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: x-odd"), "not known"},
		{"two types of a pkcs7-mime", "Content-Type: application/pkcs7-mime\nContent-Type: application/pkcs7-mime\n\n", "twice"},
		{"quoted line of an mbox above the type", replace("Content-Type: multipart", "X: y\n>From x\nContent-Type: multipart"), "line stands within"},
		{"blank before a colon above the type", replace("Content-Type: multipart", "X : y\nContent-Type: multipart"), "blank stands before a colon"},
		{"blank before a colon above the encoding", "Content-Type: application/pkcs7-mime\nX\t: y\nContent-Transfer-Encoding: base64\n\n", "before Content-Transfer-Encoding"},
		{"blank before a colon above the version", "Content-Type: application/pkcs7-mime\nX : y\nMIME-Version: 1.0\n\n", "before MIME-Version"},
		{"blank before a colon above the sender", "Content-Type: application/pkcs7-mime\nX : y\nFrom: a\n\n", "before From"},
		{"two names", "Content-Type: application/octet-stream; name=a.p7m; name=b\n\n", "twice"},
		{"two dispositions", "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=a.p7m\nContent-Disposition: inline\n\n", "twice"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t, test.mail).Layer()
			var m *MalformedError
			if !errors.As(err, &m) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
		})
	}
}

// TestSignedOctets: 0 to 3 blank lines before the boundary (RFC 2046, Section 5.1.1).
func TestSignedOctets(t *testing.T) {
	t.Parallel()
	for blank := range 4 {
		for _, form := range []string{"LF", "CRLF"} {
			mail := strings.Replace(clearSigned, "hello\n\n--b", "hello\n"+strings.Repeat("\n", blank)+"--b", 1)
			if form == "CRLF" {
				mail = crlf(mail)
			}
			l, err := read(t, mail).Layer()
			if err != nil {
				t.Fatal(err)
			}
			want := "Content-Type: text/plain\r\n\r\nhello" + strings.Repeat("\r\n", blank)
			if got := all(t, l.ContentReader(false)); got != want {
				t.Errorf("%d blank lines, %s: got %q, want %q", blank, form, got, want)
			}
		}
	}
}

func TestContentReaderRaw(t *testing.T) {
	t.Parallel()
	mail := strings.Replace(crlf(clearSigned), "hello\r\n", "a\nb\r\n", 1)
	l, err := read(t, mail).Layer()
	if err != nil {
		t.Fatal(err)
	}
	if got := all(t, l.ContentReader(true)); got != "Content-Type: text/plain\r\n\r\na\nb\r\n" {
		t.Errorf("raw = %q", got)
	}
	if got := all(t, l.ContentReader(false)); got != "Content-Type: text/plain\r\n\r\na\r\nb\r\n" {
		t.Errorf("canonical = %q", got)
	}
}

// TestContentNotParsed: what is inside the signed part does not matter for its octets.
func TestContentNotParsed(t *testing.T) {
	t.Parallel()
	for name, inner := range map[string]string{
		"no header":      "just text\n",
		"duplicate":      "Content-Type: a/b\nContent-Type: c/d\n\nx",
		"100k fields":    strings.Repeat("A: b\n", 100_000),
		"deep":           nested(100_000),
		"outer prefix":   "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\nx\n--bb--",
		"outer boundary": "Content-Type: text/plain\n\n--b x\n--bx\n x--b\n",
	} {
		mail := strings.Replace(clearSigned, "Content-Type: text/plain\n\nhello\n", inner, 1)
		hostile(t, func() {
			l, err := read(t, mail).Layer()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			if got := all(t, l.ContentReader(false)); got != crlf(inner) {
				t.Errorf("%s: %d octets, want %d", name, len(got), len(crlf(inner)))
			}
		})
	}
}

// nested makes multiparts within one another.
func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		n := string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676%26)) + string(rune('a'+i/17576%26))
		b.WriteString("Content-Type: multipart/mixed; boundary=" + n + "\n\n--" + n + "\n")
	}
	return b.String()
}

func TestNested(t *testing.T) {
	t.Parallel()
	for _, depth := range []int{2500, 100_000} {
		hostile(t, func() {
			e := read(t, nested(depth))
			l, err := e.Layer()
			if err != nil || l.Kind != NoLayer || len(l.Notes) != 1 {
				t.Errorf("layer = %+v, %v", l, err)
			}
			if n := len(e.Parts(1 << 30)); n != maxDepth+1 {
				t.Errorf("%d parts", n)
			}
			var limit *LimitError
			if _, err := Prepare(e, PrepareOptions{}); !errors.As(err, &limit) {
				t.Errorf("Prepare: %v", err)
			}
		})
	}
	hostile(t, func() {
		e := read(t, "Content-Type: multipart/mixed; boundary=b\n\n"+strings.Repeat("--b\n\n", 1_000_000))
		if n := len(e.Parts(1 << 30)); n != maxParts {
			t.Errorf("%d parts", n)
		}
		var limit *LimitError
		if _, err := Prepare(e, PrepareOptions{}); !errors.As(err, &limit) {
			t.Errorf("Prepare: %v", err)
		}
	})
}

func TestParts(t *testing.T) {
	t.Parallel()
	mail := `From: a
Content-Type: multipart/mixed; boundary=o

--o
Content-Type: multipart/alternative; boundary=i

--i

plain
--i
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

<p>
--i--
--o
Content-Type: message/rfc822

Subject: x

hi
--o
Content-Type: application/pdf; name="=?utf-8?Q?b=C3=A4r=2Epdf?="
Content-Disposition: attachment; filename*=utf-8''b%C3%A4r2.pdf
Content-Transfer-Encoding: base64

QUJD
--o--
`
	var got []string
	for _, p := range read(t, mail).Parts(100) {
		got = append(got, p.Number+" "+p.MediaType+" "+p.Encoding+" "+p.Disposition+" "+p.FileName)
	}
	want := []string{"1 multipart/mixed 7bit  ", "1.1 multipart/alternative 7bit  ", "1.1.1 text/plain 7bit  ", "1.1.2 text/html quoted-printable  ",
		"1.2 message/rfc822 7bit  ", "1.2.1 text/plain 7bit  ", "1.3 application/pdf base64 attachment bär2.pdf"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := len(read(t, mail).Parts(3)); n != 3 {
		t.Errorf("Parts(3) gives %d", n)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	der := "0\x0b\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02"
	b64 := base64.StdEncoding.EncodeToString([]byte(der))
	pem := func(label string) string {
		return "-----BEGIN " + label + "-----\n" + b64 + "\n-----END " + label + "-----\n"
	}
	tests := []struct {
		name, file string
		want       Form
	}{
		{"mail", "From: a\n\n" + pem("CMS"), FormMail},
		{"Sender only", "Sender: a\nAS2-From: b\n\n", FormMail},
		{"AS2 with From", "AS2-From: b\nFrom: c\nContent-Type: a/b\n\n", FormMail},
		{"AS2", "AS2-From: b\nSubject: c\nContent-Type: a/b\n\n", FormEntity},
		{"entity", "MIME-Version: 1.0\nContent-Type: text/plain\n\nx", FormEntity},
		{"entity of one field", "content-type: text/plain\n\nx", FormEntity},
		{"other fields", "X: y\n\nz", FormMail},
		{"DER", der, FormCMS},
		{"BER", "0\x80\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\x80", FormCMS},
		{"long form", "0\x82\x01\x00\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\x80", FormCMS},
		{"certificate", "0\x82\x01\x00\x30\x82", FormUnknown},
		{"PEM CMS", pem("CMS"), FormPEM},
		{"PEM PKCS7", pem("PKCS7"), FormPEM},
		{"PEM SIGNED MESSAGE", pem("SIGNED MESSAGE"), FormPEM},
		{"PEM CRLF", crlf(pem("PKCS7")), FormPEM},
		{"PEM with text before", "Some words\n\n" + pem("CMS") + "and after", FormPEM},
		{"PEM after a field-like line", "subject=/CN=x\nissuer: y\n" + pem("PKCS7"), FormPEM},
		{"PEM after a certificate", pem("CERTIFICATE") + pem("PKCS7"), FormPEM},
		{"PEM with header", "-----BEGIN CMS-----\nProc-Type: 4,CMS\nX: y\n\n" + b64 + "\n-----END CMS-----\n", FormPEM},
		{"PEM in a mail with an empty line first", "\nFrom: a\n\nhello\n" + pem("CMS"), FormUnknown},
		{"PEM in a mail with a blank first", " From: a\n\n" + pem("CMS"), FormUnknown},
		{"PEM in a mail with a byte order mark", "\ufeffFrom: a\n\n" + pem("CMS"), FormUnknown},
		{"PEM in a mail with a bare CR", "Subject: x\rFrom: a\n\n" + pem("CMS"), FormUnknown},
		{"PEM in a mail with a NUL", "Subject: \x00\nFrom : a\n\n" + pem("CMS"), FormUnknown},
		{"PEM in a mail with a line that is no field", "hello\nRECEIVED: a\n\n" + pem("CMS"), FormUnknown},
		{"PEM in a mail below another header", "X: y\n\nFrom: a\n\n" + pem("CMS"), FormMail},
		{"PEM in a mail of a Message-ID", "Message-ID: <a@b>\n\nhello\n" + pem("CMS"), FormMail},
		{"PEM in a mail of an mbox", "From a@b Sun May 31 10:00:00 2026\nX: y\n\nhello\n" + pem("CMS"), FormMail},
		{"PEM in a mail of an mbox, CRLF", "From a@b Sun May 31 10:00:00 2026\r\nX: y\r\n\r\nhello\r\n" + crlf(pem("CMS")), FormMail},
		{"PEM in a mail of Thunderbird's mbox", "From \nX: y\n\nhello\n" + pem("CMS"), FormMail},
		{"PEM in a mail of an mbox without a header", "From a@b Sun May 31 10:00:00 2026\n\nhello\n" + pem("CMS"), FormMail},
		{"PEM in a mail of an mbox without a header and an empty line", "From a@b Sun May 31 10:00:00 2026\nhello\n" + pem("CMS"), FormUnknown},
		{"PEM after words", "From a friend\n\n" + pem("CMS"), FormPEM},
		{"PEM after words and a time", "hello\nFrom 10:00 on\n\n" + pem("CMS"), FormPEM},
		{"PEM after a certificate in words", "    Subject: CN=x\n" + pem("CERTIFICATE") + pem("PKCS7"), FormPEM},
		{"certificate PEM", pem("CERTIFICATE"), FormUnknown},
		{"key PEM", pem("ENCRYPTED PRIVATE KEY"), FormUnknown},
		{"PEM without end", "-----BEGIN CMS-----\n" + b64 + "\n", FormUnknown},
		{"PEM with another end", "-----BEGIN CMS-----\n" + b64 + "\n-----END PKCS7-----\n", FormUnknown},
		{"base64", b64, FormBase64},
		{"base64 in lines", b64[:8] + "\r\n" + b64[8:], FormBase64},
		{"text", "hello world", FormUnknown},
		{"base64 of text", "aGVsbG8gd29ybGQ=", FormUnknown},
		{"empty", "", FormUnknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := spool.Bytes([]byte(test.file))
			form := Detect(src)
			if form != test.want {
				t.Fatalf("form = %d, want %d", form, test.want)
			}
			open, err := OpenCMS(src, form)
			if form == FormCMS || form == FormPEM || form == FormBase64 {
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					r, err := open()
					if err != nil {
						t.Fatal(err)
					}
					if got := all(t, r); form != FormCMS && got != der {
						t.Errorf("octets = %q", got)
					}
				}
			} else if err == nil {
				t.Error("OpenCMS opens it")
			}
		})
	}
}

func TestPEMLarge(t *testing.T) {
	t.Parallel()
	der := append([]byte("0\x84\x00\x10\x00\x00\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02"), make([]byte, 1<<20)...)
	for _, pad := range []int{0, 1, 5, 30, 31, 32, 33} {
		text := strings.Repeat("x", pad) + "\n-----BEGIN CMS-----\n" + string(encode64(der, 64, "\n")) + "-----END CMS-----\n"
		open, err := OpenCMS(spool.Bytes([]byte(text)), FormPEM)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := open()
		if all(t, r) != string(der) {
			t.Error("octets differ")
		}
	}
}
