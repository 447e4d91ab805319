package mimewrap

import (
	"errors"
	"strings"
	"testing"
	"time"

	"smimectl/internal/spool"
)

func read(t testing.TB, mail string) *Entity {
	t.Helper()
	e, err := ReadEntity(spool.Bytes([]byte(mail)))
	if err != nil {
		t.Fatalf("ReadEntity: %v", err)
	}
	return e
}

// crlf lets test mails be written with LF.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func body(t testing.TB, e *Entity) string {
	t.Helper()
	return all(t, spool.NewReader(e.Body))
}

func TestReadEntity(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, mail, fields, body, ending string }{
		{"LF", "From: a@b.c\nSubject: x\n\ntext\n", "From|Subject", "text\n", "\n"},
		{"CRLF", "From: a@b.c\r\nSubject: x\r\n\r\ntext\r\n", "From|Subject", "text\r\n", "\r\n"},
		{"fold", "Subject: x\n y\n\tz\nTo: q\n\n", "Subject|To", "", "\n"},
		{"empty header", "\ntext", "", "text", "\n"},
		{"no blank line", "A: b\n", "A", "", "\n"},
		{"no line end", "A: b", "A", "", "\r\n"},
		{"empty", "", "", "", "\r\n"},
		{"mbox", "From a@b Thu Jan  1 00:00:00 1970\nA: b\n\nc", "A", "c", "\n"},
		{"HTTP", "POST /x HTTP/1.1\r\nA: b\r\n\r\nc", "A", "c", "\r\n"},
		{"quoted From", ">From a@b Thu Jan  1 00:00:00 1970\nA: b\n\nc", "|A", "c", "\n"},
		{"space before colon", "From : a\n\n", "From", "", "\n"},
		{"mixed ends", "A: b\r\nC: d\n\r\nx", "A|C", "x", "\r\n"},
		{"8bit", "A: \xff\n\n", "A", "", "\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := read(t, test.mail)
			var names []string
			joined := ""
			for _, f := range e.Header.Fields {
				names = append(names, f.Name)
				joined += string(f.Raw)
			}
			if got := strings.Join(names, "|"); got != test.fields {
				t.Errorf("fields = %q, want %q", got, test.fields)
			}
			if joined != string(e.Header.Raw) {
				t.Errorf("fields joined = %q, header = %q", joined, e.Header.Raw)
			}
			if got := body(t, e); got != test.body {
				t.Errorf("body = %q, want %q", got, test.body)
			}
			if e.Header.Ending != test.ending {
				t.Errorf("ending = %q, want %q", e.Header.Ending, test.ending)
			}
			whole := string(e.Envelope) + all(t, spool.NewReader(e.Source))
			if whole != test.mail {
				t.Errorf("envelope and source = %q, want %q", whole, test.mail)
			}
		})
	}
}

func TestFieldValue(t *testing.T) {
	t.Parallel()
	e := read(t, "Subject:  a\r\n b \r\n\tc  \r\nX: \r\nSubject: 2\r\n\r\n")
	if got, _ := e.Header.Get("subject"); got != "a b \tc" {
		t.Errorf("Get = %q", got)
	}
	if got := e.Header.Values("SUBJECT"); len(got) != 2 || got[1] != "2" {
		t.Errorf("Values = %q", got)
	}
	if _, ok := e.Header.Get("none"); ok {
		t.Error("Get finds a field that is not there")
	}
}

func TestReadEntityRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, mail, want string }{
		{"no field", "hello world\n\ntext", "does not begin"},
		{"no colon", "A: b\nhello world\n\n", "without a field name"},
		{"blank first", " A: b\n\n", "does not begin"},
		{"NUL", "A: b\x00\n\n", "NUL"},
		{"lone CR", "A: b\rFrom: eve\n\n", "CR without LF"},
		{"CR CR LF", "A: b\r\r\n\r\n", "CR without LF"},
		{"CR CR LF at all lines", "A: b\r\r\n\r\r\ntext\r\r\n\r\n", "CR without LF"},
		{"old Macintosh", "A: b\rC: d\r\rtext", "CR without LF"},
		{"no name", ": b\n\n", "does not begin"},
		{"8bit name", "\xc3\xa4: b\n\n", "does not begin"},
		{"endless From line", "From " + strings.Repeat("x", 5000), "does not end"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadEntity(spool.Bytes([]byte(test.mail)))
			var m *MalformedError
			if !errors.As(err, &m) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
		})
	}
}

func TestReadMailRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, mail, want string }{
		{"byte order mark", "\xef\xbb\xbfFrom: a\n\n", "byte order mark"},
		{"UTF-16 with mark", "\xff\xfeF\x00r\x00", "UTF-16"},
		{"UTF-16 without mark", "F\x00r\x00o\x00m\x00:\x00", "UTF-16"},
		{"UTF-16 big-endian", "\x00F\x00r\x00o\x00m", "UTF-16"},
		{"empty line first", "\nFrom: a\n\n", "empty line"},
		{"empty CRLF line first", "\r\nFrom: a\r\n\r\n", "empty line"},
		{"empty", "", "empty"},
		{"two mails", "From a Thu Jan  1 00:00:00 1970\nA: b\n\ntext\n\nFrom b Thu Jan  1 00:00:00 1970\nA: c\n\n", "more than one"},
		{"two mails CRLF", "From a Thu Jan  1 00:00:00 1970\r\nA: b\r\n\r\ntext\r\n\r\nFrom b Thu Jan  1 00:00:00 1970\r\nA: c\r\n\r\n", "more than one"},
		{"two mails, first empty", "From a Thu Jan  1 00:00:00 1970\nA: b\n\nFrom b Thu Jan  1 00:00:00 1970\nA: c\n\n", "more than one"},
		{"two mails far apart", "From a Thu Jan  1 00:00:00 1970\nA: b\n\n" + strings.Repeat("text\n", scanWindow/5-2) + "\nFrom b Thu Jan  1 00:00:00 1970\nA: c\n\n", "more than one"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := spool.Bytes([]byte(test.mail))
			_, err := ReadMail(src)
			var m *MalformedError
			if !errors.As(err, &m) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
			if form := Detect(src); form != FormUnknown && !strings.Contains(test.name, "mails") {
				t.Errorf("Detect = %d", form)
			}
		})
	}
	for _, fine := range []string{
		"From a Thu Jan  1 00:00:00 1970\nA: b\n\ntext\nFrom the start.\n",
		"From a Thu Jan  1 00:00:00 1970\nA: b\n\ntext\n\nFrom the start it was so\nnot: a mail\n",
		"A: b\n\ntext\n\nFrom b Thu Jan  1 00:00:00 1970\nA: c\n\n",
	} {
		if _, err := ReadMail(spool.Bytes([]byte(fine))); err != nil {
			t.Errorf("%q: %v", fine, err)
		}
	}
}

// hostile runs f and fails when it takes more than a second of an idle machine, with room for a busy one.
func hostile(t *testing.T, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, mail string }{
		{"10 MB line", "Subject: " + strings.Repeat("x", 10<<20) + "\n\n"},
		{"10 MB name", strings.Repeat("x", 10<<20) + ": x\n\n"},
		{"100k fields", strings.Repeat("A: b\n", 100_000) + "\n"},
		{"10 MB folds", "A: b\n" + strings.Repeat(" c\n", 3<<20) + "\n"},
		{"no end", strings.Repeat("A: b\r\n", 1<<20)},
		{"1M parameters", "Content-Type: text/plain" + strings.Repeat("; a=b", 1_000_000) + "\n\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hostile(t, func() {
				_, err := ReadEntity(spool.Bytes([]byte(test.mail)))
				var l *LimitError
				var m *MalformedError
				if !errors.As(err, &l) && !errors.As(err, &m) {
					t.Errorf("error = %v", err)
				}
			})
		})
	}
	for name, value := range map[string]string{
		"parameters":  "text/plain" + strings.Repeat("; a=b", 10_000),
		"distinct":    "text/plain" + strings.Repeat("; a*1=b", 10_000),
		"comments":    strings.Repeat("(", 60_000),
		"comments 2":  "text/plain" + strings.Repeat("()", 30_000) + ";" + strings.Repeat("()", 1000),
		"backslashes": `text/plain; a="` + strings.Repeat(`\`, 60_000),
		"too long":    strings.Repeat("x", 10<<20),
	} {
		hostile(t, func() {
			if _, err := ParseMediaType(value); err == nil && name != "comments 2" {
				t.Errorf("%s: no error", name)
			}
		})
	}
	e := read(t, "Content-Type: multipart/mixed; boundary=x\n"+strings.Repeat(" \t\t\t\t\n", 100)+"\n")
	if _, err := e.MediaType(); err == nil {
		t.Error("empty folds accepted")
	}
}

func FuzzReadEntity(f *testing.F) {
	for _, s := range []string{"From: a\n\nb", "A: b\r\n c\r\n\r\n", "\n", "From x\nA: b\n\n", clearSigned, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src := spool.Bytes(data)
		Detect(src)
		ReadMail(src)
		e, err := ReadEntity(src)
		if err != nil {
			return
		}
		if got := string(e.Envelope) + string(e.Header.Raw); !strings.HasPrefix(string(data), got) {
			t.Errorf("header %q is not the beginning", got)
		}
		if got := all(t, e.Canonical()); e.broken == nil && !strings.Contains(got, "\n") && strings.Contains(string(data[len(e.Envelope):]), "\n") {
			t.Error("canonical form lost line ends")
		}
		e.Parts(100)
		l, err := e.Layer()
		if err != nil {
			return
		}
		if l.Kind == ClearSigned {
			raw := all(t, spool.NewReader(l.Content.Source))
			if !strings.Contains(string(data), raw) {
				t.Error("signed octets are not those of the file")
			}
			if got, want := all(t, l.ContentReader(true)), raw; len(got) < len(want) {
				t.Errorf("raw reader lost octets: %q of %q", got, want)
			}
		}
	})
}
