package mimewrap

import (
	"errors"
	"strings"
	"testing"
)

func TestParseMediaType(t *testing.T) {
	t.Parallel()
	tests := []struct{ value, kind, params string }{
		{`text/plain`, "text/plain", ""},
		{`TEXT/Plain; Charset=UTF-8`, "text/plain", "charset=UTF-8"},
		{`text`, "text/plain", ""},
		{`text/plain;`, "text/plain", ""},
		{`text/plain; ; a=b;;`, "text/plain", "a=b"},
		{`multipart/signed; protocol=application/pkcs7-signature; micalg=sha1; boundary=x`, "multipart/signed", "protocol=application/pkcs7-signature|micalg=sha1|boundary=x"},
		{`multipart/mixed; boundary=a=b`, "multipart/mixed", "boundary=a=b"},
		{`multipart/mixed; boundary=----=_Part_1?x`, "multipart/mixed", "boundary=----=_Part_1?x"},
		{`multipart/mixed; boundary="a b"`, "multipart/mixed", "boundary=a b"},
		{`multipart/mixed; boundary="a\"b\\c"`, "multipart/mixed", `boundary=a"b\c`},
		{`multipart/mixed; boundary = "x"`, "multipart/mixed", "boundary=x"},
		{`multipart/mixed; boundary="a;b=c"`, "multipart/mixed", "boundary=a;b=c"},
		{`multipart/mixed (a (nested \) ) comment) ; boundary=x (another)`, "multipart/mixed", "boundary=x"},
		{`multipart/mixed; boundary*0=ab; boundary*1="cd"`, "multipart/mixed", "boundary=abcd"},
		{`multipart/mixed; boundary*1=cd; boundary*0=ab`, "multipart/mixed", "boundary=abcd"},
		{`multipart/mixed; boundary*=us-ascii''a%20b`, "multipart/mixed", "boundary=a b"},
		{`multipart/mixed; boundary*0*=us-ascii'en'a%2D; boundary*1=%20`, "multipart/mixed", "boundary=a-%20"},
		{`application/pdf; name=my file.pdf`, "application/pdf", "name=my file.pdf"},
		{`application/pdf; name="x"; name*=utf-8''%C3%A4`, "application/pdf", "name=ä"},
		{`application/pdf; name*=iso-8859-1''%E4`, "application/pdf", "name=ä"},
		{`application/pdf; name*=bad%zz`, "application/pdf", "name=bad%zz"},
		{`text/plain; charset=`, "text/plain", "charset="},
	}
	for _, test := range tests {
		m, err := ParseMediaType(test.value)
		if err != nil {
			t.Errorf("%s: %v", test.value, err)
			continue
		}
		var params []string
		for _, p := range m.Parameters {
			params = append(params, p.Name+"="+p.Value)
		}
		if got := strings.Join(params, "|"); m.Type != test.kind || got != test.params {
			t.Errorf("%s: got %s, %s, want %s, %s", test.value, m.Type, got, test.kind, test.params)
		}
	}
}

func TestParseMediaTypeRefuses(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		``, `/plain`, `text/`, `text /plain`, `multipart`, `text/plain charset=x`, `text/plain; charset`,
		`text/plain; =x`, `a/b; boundary=x; boundary=x`, `a/b; boundary=x; BOUNDARY=y`, `a/b; boundary=x; boundary*=us-ascii''x`,
		`a/b; boundary=x; boundary*0=x`, `a/b; boundary*0=x; boundary*0=y`, `a/b; boundary*1=x`, `a/b; boundary*0=x; boundary*2=y`,
		`a/b; boundary*00=x`, `a/b; boundary*x=x`, `a/b; boundary**=x`, `a/b; *=x`, `a/b; boundary*=x`, `a/b; boundary*=us-ascii''%zz`,
		`a/b; boundary="x`, `a/b; boundary="x"y`, `a/b; boundary=x"y"`, `a/b; boundary=x(y)`, `a/b; boundary=x y`, `a/b (x`, `a/b; a\b=c`,
		`a/b; boundary=a\b`, `a/b; name=x; name=y`,
	} {
		_, err := ParseMediaType(value)
		var p *ParameterError
		var m *MalformedError
		if !errors.As(err, &p) || !errors.As(err, &m) {
			t.Errorf("%s: error = %v", value, err)
		}
	}
}

func TestBoundary(t *testing.T) {
	t.Parallel()
	tests := []struct {
		value string
		want  string // "" is refused
	}{
		{`boundary=x`, "x"},
		{`boundary="` + strings.Repeat("x", 71) + `"`, strings.Repeat("x", 71)},
		{`boundary="` + strings.Repeat("x", 513) + `"`, ""},
		{`boundary=""`, ""},
		{`boundary="x "`, ""},
		{`boundary=" x"`, ""},
		{"boundary=\"x\x01\"", ""},
		{`charset=x`, ""},
	}
	for _, test := range tests {
		m, err := ParseMediaType("multipart/mixed; " + test.value)
		if err != nil {
			t.Errorf("%s: %v", test.value, err)
			continue
		}
		if got, err := m.Boundary(); got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: got %q, %v, want %q", test.value, got, err, test.want)
		}
	}
}

func TestMIMEFieldsOnce(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		"Content-Type: text/plain\nContent-Type: text/plain\n",
		"Content-Type: text/plain\ncontent-type: text/html\n",
		"Content-Type : text/plain\n",
		"Content-Type: text/plain;\n \n charset=x\n",
		"Content-Type: text/plain; a=\"\x01\"\n",
	} {
		e := read(t, header+"\n")
		if m, err := e.MediaType(); err == nil {
			t.Errorf("%q: got %v", header, m)
		}
		if _, err := e.Layer(); err == nil {
			t.Errorf("%q: Layer accepts it", header)
		}
	}
}

func TestTransferEncoding(t *testing.T) {
	t.Parallel()
	tests := []struct{ header, want string }{
		{"", "7bit"},
		{"Content-Transfer-Encoding: BASE64\n", "base64"},
		{"Content-Transfer-Encoding: base64 (old)\n", "base64"},
		{"Content-Transfer-Encoding: 8bit;\n", "8bit"},
		{"Content-Transfer-Encoding:\n", "7bit"},
		{"Content-Transfer-Encoding: x-uuencode\n", "x-uuencode"},
		{"Content-Transfer-Encoding: base64 binary\n", ""},
		{"Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: base64\n", ""},
		{"Content-Transfer-Encoding : base64\n", ""},
		{"Content-Transfer-Encoding: (base64\n", ""},
	}
	for _, test := range tests {
		e := read(t, "A: b\n"+test.header+"\n")
		got, err := e.TransferEncoding()
		if (err == nil) != (test.want != "") || err == nil && got != test.want {
			t.Errorf("%q: got %q, %v, want %q", test.header, got, err, test.want)
		}
	}
}

func FuzzMediaType(f *testing.F) {
	for _, s := range []string{`text/plain`, `a/b; c="d\"e" (f)`, `a/b; c*0*=u'l'%41; c*1=x`, `a/b;c=d=e;;`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		m, err := ParseMediaType(value)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, p := range m.Parameters {
			if seen[p.Name] {
				t.Errorf("parameter %q twice", p.Name)
			}
			seen[p.Name] = true
		}
		if b, err := m.Boundary(); err == nil && !strings.ContainsAny(b, "()") {
			again, err := ParseMediaType(string(appendValue([]byte("multipart/mixed; boundary="), "boundary", b)))
			if got, _ := again.Boundary(); err != nil || got != b {
				t.Errorf("boundary %q comes back as %q, %v", b, got, err)
			}
		}
	})
}
