package mimewrap

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// digestSink stands for a SignedData writer: it keeps the content and writes a signature when closed.
type digestSink struct {
	bytes.Buffer
	signature io.Writer
	make      func(content []byte) []byte
}

func (d *digestSink) Close() error {
	_, err := d.signature.Write(d.make(d.Bytes()))
	return err
}

// signWith returns the octets that were signed and the mail.
func signWith(t testing.TB, outer Outer, content io.WriterTo) (signed, mail string) {
	t.Helper()
	var out bytes.Buffer
	var sink *digestSink
	err := WriteClearSigned(&out, outer, content, "sha-256", func(w io.Writer) (io.WriteCloser, error) {
		sink = &digestSink{signature: w, make: func([]byte) []byte { return bytes.Repeat([]byte("0\x80signature"), 20) }}
		return sink, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sink.String(), out.String()
}

func TestWriteClearSigned(t *testing.T) {
	t.Parallel()
	mail := "Received: by x\n\tfor y\nFrom: a@example.org\nMIME-Version: 1.0\nContent-Type: text/plain\nX-Trailing: z \n\nhello\n\n"
	for _, form := range []string{"LF", "CRLF"} {
		text, ending := mail, "\n"
		if form == "CRLF" {
			text, ending = crlf(mail), "\r\n"
		}
		e := read(t, text)
		p, err := Prepare(e, PrepareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		signed, out := signWith(t, SplitHeader(e), p)
		if want := "Content-Type: text/plain\r\n\r\nhello\r\n\r\n"; signed != want {
			t.Errorf("%s: signed %q", form, signed)
		}
		flat := strings.ReplaceAll(out, ending, "|")
		if strings.ContainsAny(flat, "\r\n") {
			t.Errorf("%s: mixed line ends in %q", form, out)
		}
		if want := "Received: by x|\tfor y|From: a@example.org|X-Trailing: z |MIME-Version: 1.0|Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";| micalg=sha-256; boundary=\"----=_smime_"; !strings.HasPrefix(flat, want) {
			t.Errorf("%s: header %q", form, flat)
		}
		if want := "||Content-Type: application/pkcs7-signature; name=\"smime.p7s\"|Content-Transfer-Encoding: base64|Content-Disposition: attachment; filename=\"smime.p7s\"||"; !strings.Contains(strings.Replace(flat, "hello||", "", 1), want[2:]) {
			t.Errorf("%s: signature part in %q", form, flat)
		}
		for _, line := range strings.Split(flat, "|") {
			if len(line) > 76 {
				t.Errorf("%s: line of %d", form, len(line))
			}
		}
		l, err := read(t, out).Layer()
		if err != nil || l.Kind != ClearSigned || l.MICAlg != "sha-256" {
			t.Fatalf("%s: layer = %+v, %v", form, l, err)
		}
		if got := all(t, l.ContentReader(false)); got != signed {
			t.Errorf("%s: content comes back as %q", form, got)
		}
		r, _ := l.CMS()
		if got := all(t, r); got != strings.Repeat("0\x80signature", 20) {
			t.Errorf("%s: signature comes back as %q", form, got)
		}
	}
}

// TestClearSignedKeepsCRLF: octets that LF line ends would change are written with CRLF.
func TestClearSignedKeepsCRLF(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"From: a\nContent-Type: a/b\nContent-Transfer-Encoding: binary\n\na\nb\r\n",
		"From: a\nContent-Type: text/plain\n\na\r\r\nb\n",
	} {
		e := read(t, text)
		p, err := Prepare(e, PrepareOptions{AsIs: true})
		if err != nil {
			t.Fatal(err)
		}
		signed, out := signWith(t, SplitHeader(e), p)
		if !strings.HasPrefix(out, "From: a\r\n") {
			t.Errorf("header of %.60q", out)
		}
		l, err := read(t, out).Layer()
		if err != nil {
			t.Fatal(err)
		}
		if got := all(t, l.ContentReader(false)); got != signed {
			t.Errorf("content comes back as %q, signed %q", got, signed)
		}
	}
}

func TestClearSignedRefuses(t *testing.T) {
	t.Parallel()
	var m *MalformedError
	if _, err := NewClearSigned(io.Discard, Outer{}, "sha\r\nX: y", nil); !errors.As(err, &m) {
		t.Errorf("micalg with a line end: %v", err)
	}
	if _, err := NewClearSigned(io.Discard, Outer{}, "sha-256", strings.NewReader("short")); err == nil {
		t.Error("boundary of too little randomness")
	}
	boundary := "----=_smime_" + strings.Repeat("61", 16)
	for cut := 0; cut <= len(boundary); cut++ {
		w, err := NewClearSigned(io.Discard, Outer{}, "sha-256", strings.NewReader(strings.Repeat("a", 16)))
		if err != nil {
			t.Fatal(err)
		}
		text := "text " + boundary[:cut]
		_, err1 := w.Write([]byte(text))
		_, err2 := w.Write([]byte(boundary[cut:]))
		if !errors.Is(err1, ErrBoundary) && !errors.Is(err2, ErrBoundary) {
			t.Errorf("cut at %d: %v, %v", cut, err1, err2)
		}
		if _, err := w.Signature(); !errors.Is(err, ErrBoundary) {
			t.Errorf("Signature after that: %v", err)
		}
	}
	w, _ := NewClearSigned(io.Discard, Outer{}, "sha-256", strings.NewReader(strings.Repeat("a", 16)))
	for _, c := range []byte("--" + boundary) {
		if _, err := w.Write([]byte{c}); err != nil && !errors.Is(err, ErrBoundary) {
			t.Fatal(err)
		}
	}
	if _, err := w.Signature(); !errors.Is(err, ErrBoundary) {
		t.Error("boundary written octet by octet is not seen")
	}
	w, _ = NewClearSigned(io.Discard, Outer{}, "sha-256", nil)
	w.Signature()
	if _, err := w.Write([]byte("x")); err == nil {
		t.Error("content after the signature")
	}
	trouble := errors.New("no key")
	if err := WriteClearSigned(io.Discard, Outer{}, bytes.NewReader(nil), "sha-256", func(io.Writer) (io.WriteCloser, error) { return nil, trouble }); !errors.Is(err, trouble) {
		t.Errorf("error of sign: %v", err)
	}
	huge := func(w io.Writer) (io.WriteCloser, error) {
		return &digestSink{signature: w, make: func([]byte) []byte { return make([]byte, maxSignature+1) }}, nil
	}
	var l *LimitError
	if err := WriteClearSigned(io.Discard, Outer{}, bytes.NewReader(nil), "sha-256", huge); !errors.As(err, &l) {
		t.Errorf("huge signature: %v", err)
	}
}

func TestNewPKCS7Writer(t *testing.T) {
	t.Parallel()
	e := read(t, "From: a\nMime-version: 1.0\nContent-Type: text/plain\nSubject: b\n\nx")
	for smimeType, name := range map[string]string{"enveloped-data": "smime.p7m", "authEnveloped-data": "smime.p7m", "certs-only": "smime.p7c", "compressed-data": "smime.p7z"} {
		var out bytes.Buffer
		w, err := NewPKCS7Writer(&out, SplitHeader(e), smimeType)
		if err != nil {
			t.Fatal(err)
		}
		if out.Len() > 0 {
			t.Error("written before the first octet")
		}
		w.Write(bytes.Repeat([]byte("0\x80"), 30))
		w.Write(bytes.Repeat([]byte("0\x80"), 30))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		want := "From: a\nSubject: b\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=" + smimeType + ";\n name=\"" + name + "\"\n" +
			"Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"" + name + "\"\n\n"
		if got := strings.ReplaceAll(out.String(), ";\n name", "; name"); !strings.HasPrefix(got, strings.ReplaceAll(want, ";\n name", "; name")) {
			t.Errorf("got %q", out.String())
		}
		l, err := read(t, out.String()).Layer()
		if err != nil || l.Kind != PKCS7 || l.SMIMEType != smimeType {
			t.Fatalf("layer = %+v, %v", l, err)
		}
		r, _ := l.CMS()
		if got := all(t, r); got != strings.Repeat("0\x80", 60) {
			t.Errorf("octets = %q", got)
		}
	}
	if _, err := NewPKCS7Writer(io.Discard, Outer{}, "x\ny"); err == nil {
		t.Error("smime-type with a line end")
	}
}

func TestAppendParameters(t *testing.T) {
	t.Parallel()
	got := string(appendParameters(nil, "\r\n", "Content-Type: a/b", "micalg", "sha-256,sha-512", "name", `a"\b`, "boundary", strings.Repeat("x", 70)))
	if want := "Content-Type: a/b; micalg=\"sha-256,sha-512\"; name=\"a\\\"\\\\b\";\r\n boundary=\"" + strings.Repeat("x", 70) + "\"\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWriteOpened(t *testing.T) {
	t.Parallel()
	outer := SplitHeader(read(t, "From: a\nSubject: ...\nTo: b\nSubject: second\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime\n\n"))
	inner := "Content-Type: text/plain\r\nSubject: real\r\nX-Y: z\r\n\r\nhello\r\nthere\n"
	tests := []struct {
		name, ending, inner string
		opt                 OpenOptions
		want                string
	}{
		{"LF", "\n", inner, OpenOptions{}, "From: a\nSubject: ...\nTo: b\nSubject: second\nMIME-Version: 1.0\nContent-Type: text/plain\n\nhello\nthere\n"},
		{"CRLF", "\r\n", inner, OpenOptions{}, crlf("From: a\nSubject: ...\nTo: b\nSubject: second\nMIME-Version: 1.0\nContent-Type: text/plain\n\nhello\nthere\n")},
		{"replace", "\n", inner, OpenOptions{Replace: []Field{{"Subject", []byte("Subject: real\r\n")}, {"Cc", []byte("Cc: c\r\n")}}}, "From: a\nSubject: real\nTo: b\nCc: c\nMIME-Version: 1.0\nContent-Type: text/plain\n\nhello\nthere\n"},
		{"entity", "\n", inner, OpenOptions{Entity: true}, "Content-Type: text/plain\nSubject: real\nX-Y: z\n\nhello\nthere\n"},
		{"no content fields", "\n", "\r\nhello\r\n", OpenOptions{}, "From: a\nSubject: ...\nTo: b\nSubject: second\n\nhello\n"},
		{"binary", "\n", "Content-Transfer-Encoding: binary\r\n\r\na\r\nb\n", OpenOptions{Entity: true}, "Content-Transfer-Encoding: binary\n\na\r\nb\n"},
		{"binary part", "\n", "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Transfer-Encoding: binary\r\n\r\na\r\nb\n\r\n--o--\r\n", OpenOptions{Entity: true}, "Content-Type: multipart/mixed; boundary=o\n\n--o\r\nContent-Transfer-Encoding: binary\r\n\r\na\r\nb\n\r\n--o--\r\n"},
		{"lone CR at the end", "\n", "A: b\n\nc\r", OpenOptions{Entity: true}, "A: b\n\nc\r"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := outer
			o.Ending = test.ending
			var out bytes.Buffer
			if err := WriteOpened(&out, o, read(t, test.inner), test.opt); err != nil {
				t.Fatal(err)
			}
			if out.String() != test.want {
				t.Errorf("got\n%q\nwant\n%q", out.String(), test.want)
			}
		})
	}
}

// opensslCA makes a certificate, or skips.
func opensslCA(t *testing.T) (run func(in []byte, args ...string) []byte) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	run = func(in []byte, args ...string) []byte {
		t.Helper()
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		cmd.Stdin = bytes.NewReader(in)
		cmd.Env = append(os.Environ(), "OPENSSL_CONF=/dev/null")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, stderr.Bytes())
		}
		return out
	}
	conf := "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=test\n[ext]\nsubjectAltName=email:a@example.org\n"
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	run(nil, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "cert", "-days", "2", "-config", "conf")
	return run
}

// TestOpenSSLReads: openssl verifies what WriteClearSigned writes and gives the same content.
func TestOpenSSLReads(t *testing.T) {
	t.Parallel()
	run := opensslCA(t)
	for _, text := range []string{"hello", "hello\n", "hello\n\n", "hello\n\n\n\n", "", "\n", "Gr\xc3\xbc\xc3\x9fe \n.\nFrom x\n"} {
		for _, form := range []string{"LF", "CRLF"} {
			mail := "From: a@example.org\nContent-Type: text/plain\n\n" + text
			if form == "CRLF" {
				mail = crlf(mail)
			}
			e := read(t, mail)
			p, err := Prepare(e, PrepareOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			err = WriteClearSigned(&out, SplitHeader(e), p, "sha-256", func(w io.Writer) (io.WriteCloser, error) {
				return &digestSink{signature: w, make: func(content []byte) []byte {
					return run(content, "cms", "-sign", "-binary", "-signer", "cert", "-inkey", "key", "-outform", "DER", "-md", "sha256")
				}}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := string(run(out.Bytes(), "cms", "-verify", "-CAfile", "cert", "-purpose", "any")), written(t, p); got != want {
				t.Errorf("%q, %s: openssl gives %q, want %q", text, form, got, want)
			}
		}
	}
}

// TestOpenSSLSigned: the octets cut out of a mail by openssl are those it signed.
func TestOpenSSLSigned(t *testing.T) {
	t.Parallel()
	run := opensslCA(t)
	for blank := range 4 {
		for _, text := range []string{"hello", "Content-Type: text/plain\r\n\r\nhello"} {
			text += strings.Repeat("\r\n", blank)
			mail := run([]byte(text), "cms", "-sign", "-signer", "cert", "-inkey", "key", "-md", "sha256")
			for _, mail := range []string{string(mail), crlf(strings.ReplaceAll(string(mail), "\r\n", "\n"))} {
				src := spool.Bytes([]byte(mail))
				if Detect(src) != FormEntity {
					t.Error("not detected as an entity")
				}
				e, err := ReadMail(src)
				if err != nil {
					t.Fatal(err)
				}
				l, err := e.Layer()
				if err != nil {
					t.Fatal(err)
				}
				want := string(run([]byte(mail), "cms", "-verify", "-CAfile", "cert", "-purpose", "any"))
				if got := all(t, l.ContentReader(false)); got != want {
					t.Errorf("%q: content %q, openssl %q", text, got, want)
				}
			}
		}
	}
}

// TestSplitHeaderTight takes blanks before colons away, behind which some readers would find no MIME fields any more.
func TestSplitHeaderTight(t *testing.T) {
	t.Parallel()
	e := read(t, "From: a\nSubject \t: b :\n c : d\nX: y : z\nContent-Type: text/plain\nTo : e\n\nx\n")
	var got strings.Builder
	for _, f := range SplitHeader(e).Fields {
		got.Write(f.Raw)
	}
	if want := "From: a\nSubject: b :\n c : d\nX: y : z\nTo: e\n"; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
	if v, _ := e.Header.Get("Subject"); v != "b : c : d" {
		t.Errorf("the field that was read became %q", v)
	}
}
