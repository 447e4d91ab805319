package mailroots

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"smimectl/internal/mailroots/mailrootstest"
)

func TestFromCertdata(t *testing.T) {
	t.Parallel()
	mail, tls, bad, none, limited := ca(t, "mail"), ca(t, "tls"), ca(t, "bad"), ca(t, "none"), ca(t, "limited")
	entries := []mailrootstest.Entry{
		{Certificate: mail, Email: mailrootstest.Trusted},
		{Certificate: tls, Email: mailrootstest.MustVerify},
		{Certificate: bad, Email: mailrootstest.NotTrusted},
		{Certificate: none},
		{Certificate: limited, Email: mailrootstest.Trusted, DistrustAfter: "221130000000Z"},
	}
	for name, text := range map[string]string{
		"as it is":       mailrootstest.Certdata(entries...),
		"Windows ends":   strings.ReplaceAll(mailrootstest.Certdata(entries...), "\n", "\r\n"),
		"without the ##": strings.ReplaceAll(mailrootstest.Certdata(entries...), "#", ""),
	} {
		if !IsCertdata([]byte(text)) || IsList([]byte(text)) {
			t.Errorf("%s: not known for what it is", name)
		}
		roots, err := FromCertdata([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(roots) != 2 || !roots[0].Certificate.Equal(mail) || !roots[1].Certificate.Equal(limited) {
			t.Fatalf("%s: got %d roots, want mail and limited", name, len(roots))
		}
		if !roots[0].DistrustAfter.IsZero() || !roots[1].DistrustAfter.Equal(time.Date(2022, 11, 30, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: distrusted after %v and %v", name, roots[0].DistrustAfter, roots[1].DistrustAfter)
		}
	}
}

func TestFromCertdataRefuses(t *testing.T) {
	t.Parallel()
	a := ca(t, "A")
	good := mailrootstest.Certdata(mailrootstest.Entry{Certificate: a, Email: mailrootstest.Trusted})
	dated := mailrootstest.Certdata(mailrootstest.Entry{Certificate: a, Email: mailrootstest.Trusted, DistrustAfter: "soon"})
	trust := func(email string, hash []byte) string {
		text := mailrootstest.Certdata(mailrootstest.Entry{Certificate: a, Email: email, Hash: hash})
		return text[strings.Index(text, "# Trust for"):]
	}
	var malformed *MalformedError
	var empty *EmptyError
	var limit *LimitError
	value := "CKA_VALUE MULTILINE_OCTAL\n"
	cases := []struct {
		name, text string
		as         any
	}{
		{"nothing", "", &empty},
		{"no octal", strings.Replace(good, value, value+"\\9\n", 1), &malformed},
		{"octal over 377", strings.Replace(good, value, value+"\\777\n", 1), &malformed},
		{"another certificate", strings.Replace(good, value, value+"\\060\n", 1), &malformed},
		{"a value twice", strings.Replace(good, value, value+"\\060\nEND\n"+value, 1), &malformed},
		{"cut off within a value", good[:strings.Index(good, value)+200], &malformed},
		{"cut off before the trust", good[:strings.Index(good, "# Trust for")], &empty},
		{"a day that is none", dated, &malformed},
		{"a day that is neither", strings.Replace(good, "CKA_NSS_EMAIL_DISTRUST_AFTER CK_BBOOL CK_FALSE", "CKA_NSS_EMAIL_DISTRUST_AFTER CK_BBOOL CK_TRUE", 1), &malformed},
		{"trust for another hash", mailrootstest.Certdata(mailrootstest.Entry{Certificate: a, Email: mailrootstest.Trusted, Hash: make([]byte, 20)}), &malformed},
		{"trust without a hash", mailrootstest.Certdata(mailrootstest.Entry{Certificate: a, Email: mailrootstest.Trusted, Hash: []byte{}}), &empty},
		{"distrust comes after", good + trust(mailrootstest.NotTrusted, nil), &empty},
		{"distrust comes before", trust(mailrootstest.NotTrusted, nil) + good, &empty},
		{"distrust without a hash", good + trust(mailrootstest.NotTrusted, []byte{}), &empty},
		{"two hashes", good + trust(mailrootstest.Trusted, make([]byte, 20)), &empty},
		{"trust twice in one object", strings.Replace(good, "CKA_TRUST_STEP", "CKA_TRUST_EMAIL_PROTECTION CK_TRUST CKT_NSS_TRUSTED_DELEGATOR\nCKA_TRUST_STEP", 1), &malformed},
		{"too many objects", strings.Repeat("CKA_CLASS CK_OBJECT_CLASS CKO_DATA\n", maxObjects+1), &limit},
		{"a huge value", strings.Replace(good, value, value+strings.Repeat("\\000\\000\n", maxCertificate), 1), &limit},
		{"too large", strings.Repeat("#", MaxSize+1), &limit},
	}
	for name, c := range misfits(t) {
		cases = append(cases, struct {
			name, text string
			as         any
		}{name, mailrootstest.Certdata(mailrootstest.Entry{Certificate: c, Email: mailrootstest.Trusted}), &malformed})
	}
	for _, c := range cases {
		roots, err := FromCertdata([]byte(c.text))
		if err == nil || len(roots) > 0 || !errors.As(err, c.as) {
			t.Errorf("%s: got %d roots, %v; want %T", c.name, len(roots), err, c.as)
		}
	}
}

func TestFromPEM(t *testing.T) {
	t.Parallel()
	a, b := ca(t, "A"), ca(t, "B")
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	good := "text\n" + block("CERTIFICATE", a.Raw) + "more text\n" + block("CERTIFICATE", b.Raw)
	roots, err := FromPEM([]byte("\xef\xbb\xbf" + good))
	if err != nil || len(roots) != 2 {
		t.Fatalf("got %d roots, %v", len(roots), err)
	}
	cases := map[string]string{
		"nothing":        "",
		"no PEM":         "hello",
		"cut off":        good[:len(good)-50],
		"a key":          good + block("PRIVATE KEY", []byte{0x30, 0}),
		"no certificate": block("CERTIFICATE", []byte{0x30, 0}),
		"too large":      good + strings.Repeat(" ", MaxSize),
		"too many":       strings.Repeat(block("CERTIFICATE", a.Raw), maxRoots+1),
	}
	for name, c := range misfits(t) {
		cases[name] = good + block("CERTIFICATE", c.Raw)
	}
	for name, text := range cases {
		if roots, err := FromPEM([]byte(text)); err == nil || roots != nil {
			t.Errorf("%s: got %d roots, %v", name, len(roots), err)
		}
	}
}

func FuzzFromCertdata(f *testing.F) {
	a := ca(f, "A")
	f.Add([]byte(mailrootstest.Certdata(mailrootstest.Entry{Certificate: a, Email: mailrootstest.Trusted, DistrustAfter: "221130000000Z"})))
	f.Add([]byte("CKA_CLASS CK_OBJECT_CLASS CKO_CERTIFICATE\nCKA_VALUE MULTILINE_OCTAL\n\\060\\000\nEND\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		roots, err := FromCertdata(data)
		if err != nil {
			return
		}
		list, err := Encode("fuzz", day, roots)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(list); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzParse(f *testing.F) {
	good, err := Encode("made up", day, []Root{{Certificate: ca(f, "A")}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, true)
	f.Add([]byte(title), true)
	f.Fuzz(func(t *testing.T, data []byte, sealed bool) {
		if sealed { // give it the checksum it needs to get further
			if l, sum, err := parseHeader(string(data)); err == nil {
				data = bytes.Replace(data, fmt.Appendf(nil, "%x", sum), fmt.Appendf(nil, "%x", checksum(l.Source, l.Date, l.Count, l.body)), 1)
			}
		}
		l, err := Parse(data)
		if err != nil {
			return
		}
		roots, err := l.All()
		if err == nil && len(roots) != l.Count {
			t.Fatalf("%d roots of %d", len(roots), l.Count)
		}
	})
}
