package mimewrap

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

func prepared(t testing.TB, mail string, opt PrepareOptions) (string, *Prepared) {
	t.Helper()
	p, err := Prepare(read(t, mail), opt)
	if err != nil {
		t.Fatalf("Prepare: %v", err)
	}
	return written(t, p), p
}

func written(t testing.TB, p *Prepared) string {
	t.Helper()
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if n, err := p.WriteTo(out); err != nil || n != p.Size() || n != int64(out.Len()) {
			t.Fatalf("WriteTo: %d octets of %d, %d counted, %v", out.Len(), p.Size(), n, err)
		}
	}
	if first.String() != second.String() {
		t.Fatal("second WriteTo differs")
	}
	return first.String()
}

const mailHeader = "From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"

func TestPrepare(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, mail, want, notes string }{
		{"no MIME", "From: a\n\nhello\n", "Content-Type: text/plain; charset=us-ascii\n\nhello\n", ""},
		{"no MIME, UTF-8", "From: a\n\nh\xc3\xa4\n", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nh=C3=A4\n", "part 1 re-encoded as quoted-printable, 8bit would not survive transport"},
		{"no MIME, Latin-1", "From: a\n\nh\xe4\n", "Content-Type: text/plain; charset=unknown-8bit\nContent-Transfer-Encoding: quoted-printable\n\nh=E4\n", "part 1 re-encoded as quoted-printable, 8bit would not survive transport"},
		{"kept byte for byte", mailHeader + "content-TYPE:  text/plain;\n\tcharset=\"us-ascii\"\nContent-Language: de\nX-Other: y\n\nhello\n", "content-TYPE:  text/plain;\n\tcharset=\"us-ascii\"\nContent-Language: de\n\nhello\n", ""},
		{"Content-Length goes", "From: a\nContent-Length: 6\nContent-Type: text/plain\n\nhello\n", "Content-Type: text/plain\n\nhello\n", ""},
		{"empty body", "From: a\nContent-Type: text/plain\n", "Content-Type: text/plain\n\n", ""},
		{"8bit replaced in place", mailHeader + "Content-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=utf-8\n\n\xc3\xa4\n", "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\n\n=C3=A4\n", "part 1 re-encoded as quoted-printable, 8bit would not survive transport"},
		{"8bit label on ASCII", mailHeader + "Content-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\nhello\n", "Content-Type: text/plain\nContent-Transfer-Encoding: 7bit\n\nhello\n", ""},
		{"trailing blank, From, dot", mailHeader + "Content-Type: text/plain\n\na \nFrom b\n.\n..\n", "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\na=20\n=46rom b\n=2E\n=2E.\n", "part 1 re-encoded as quoted-printable, blanks at the end of lines, lines that begin with \"From \" and lines of one dot would not survive transport"},
		{"signature dashes", mailHeader + "Content-Type: text/plain\n\n-- \nme\n", "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n--=20\nme\n", "part 1 re-encoded as quoted-printable, blanks at the end of lines would not survive transport"},
		{"lone CR", mailHeader + "Content-Type: text/plain\n\na\rb\n", "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\na=0Db\n", "part 1 re-encoded as quoted-printable, CR without LF would not survive transport"},
		{"76 columns", mailHeader + "Content-Type: text/plain\n\n" + strings.Repeat("x", 76) + "\n", "Content-Type: text/plain\n\n" + strings.Repeat("x", 76) + "\n", ""},
		{"77 columns", mailHeader + "Content-Type: text/plain\n\n" + strings.Repeat("x", 77) + "\n", "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("x", 75) + "=\nxx\n", "part 1 re-encoded as quoted-printable, long lines would not survive transport"},
		{"no boundary by soft break", mailHeader + "Content-Type: text/plain\n\n" + strings.Repeat("x", 75) + "--b\n", "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("x", 75) + "=\n=2D-b\n", "part 1 re-encoded as quoted-printable, long lines would not survive transport"},
		{"not text", mailHeader + "Content-Type: application/x-y\n\n\xff\n", "Content-Type: application/x-y\nContent-Transfer-Encoding: base64\n\n/w0K\n", "part 1 re-encoded as base64, 8bit would not survive transport"},
		{"not lines", mailHeader + "Content-Type: application/x-y\n\n\x00\n", "Content-Type: application/x-y\nContent-Transfer-Encoding: base64\n\nAAo=\n", "part 1 re-encoded as base64, NUL would not survive transport"},
		{"binary", mailHeader + "Content-Type: text/plain\nContent-Transfer-Encoding: binary\n\na\nb", "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nYQpi\n", "part 1 re-encoded as base64, binary would not survive transport"},
		{"base64 untouched", mailHeader + "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUJD", 25) + "\nQ Q =\n =\n", "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUJD", 25) + "\nQ Q =\n =\n", ""},
		{"base64 in one long line", mailHeader + "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUJD", 250) + "\n", "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 13) + "QUJDQUJDQUJD\n", "part 1 re-encoded as base64, long lines would not survive transport"},
		{"damaged base64", mailHeader + "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\nQUJ* \n", "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\nQUJ* \n", "part 1 stays as it is because its base64 is damaged, blanks at the end of lines may not survive transport"},
		{"quoted-printable with raw blanks", mailHeader + "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\na=20b \n=3D\n", "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\na b\n=3D\n", "part 1 re-encoded as quoted-printable, blanks at the end of lines would not survive transport"},
		{"unknown encoding", mailHeader + "Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\na \n", "Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\na \n", "part 1 stays as it is because its encoding is not known, blanks at the end of lines may not survive transport"},
		{"multipart", mailHeader + `Content-Type: multipart/mixed; boundary=o
Content-Transfer-Encoding: 8bit

preamble
--o
Content-Type: multipart/alternative; boundary=i
Content-Transfer-Encoding: 8bit

--i
X-Odd : kept
Content-Transfer-Encoding: 8BIT
Content-Type: text/plain

ä
--i
Content-Type: text/html

<p>
--i--
--o
Content-Type: application/pdf
Content-Transfer-Encoding: base64

QUJD
--o--
epilogue
`, `Content-Type: multipart/mixed; boundary=o
Content-Transfer-Encoding: 7bit

preamble
--o
Content-Type: multipart/alternative; boundary=i
Content-Transfer-Encoding: 7bit

--i
X-Odd : kept
Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain

=C3=A4
--i
Content-Type: text/html

<p>
--i--
--o
Content-Type: application/pdf
Content-Transfer-Encoding: base64

QUJD
--o--
epilogue
`, "part 1.1.1 re-encoded as quoted-printable, 8bit would not survive transport"},
		{"padded boundaries", mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n--o \n\na\n--o-- \n", "Content-Type: multipart/mixed; boundary=o\n\n--o\n\na\n--o--\n", ""},
		{"unsafe preamble", mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n\xe4\n--o\n\na\n--o--\n", "Content-Type: multipart/mixed; boundary=o\n\n\n--o\n\na\n--o--\n", "part 1 loses the text outside its parts, which would not survive transport"},
		{"message", mailHeader + "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nFrom: b\nSubject: c\n\n\xe4\n", "Content-Type: message/rfc822\nContent-Transfer-Encoding: 7bit\n\nFrom: b\nSubject: c\nContent-Transfer-Encoding: quoted-printable\n\n=E4\n", "part 1.1 re-encoded as quoted-printable, 8bit would not survive transport"},
		{"message with 8bit header", mailHeader + "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: \xe4\n\na\n", "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: \xe4\n\na\n", "part 1.1 has a header with 8bit or long lines, which may not survive transport"},
		{"signed inside", mailHeader + "Content-Type: multipart/mixed; boundary=o\nContent-Transfer-Encoding: 8bit\n\n--o\n" + strings.Replace(clearSigned, "hello", "h\xe4 ", 1) + "--o--\n", "Content-Type: multipart/mixed; boundary=o\nContent-Transfer-Encoding: 8bit\n\n--o\n" + strings.Replace(clearSigned, "hello", "h\xe4 ", 1) + "--o--\n", "part 1.1 is multipart/signed and stays as it is, 8bit and blanks at the end of lines may not survive transport"},
		{"encrypted inside", mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: application/pkcs7-mime\n\n\xe4\n--o--\n", "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: application/pkcs7-mime\n\n\xe4\n--o--\n", "part 1.1 is a CMS object and stays as it is, 8bit may not survive transport"},
		{"part without header", mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n--o\nno header \n--o--\n", "Content-Type: multipart/mixed; boundary=o\n\n--o\nno header \n--o--\n", "part 1.1 has a header that cannot be read and stays as it is, blanks at the end of lines may not survive transport"},
		{"multipart without parts", mailHeader + "Content-Type: multipart/mixed; boundary=o\n\ntext\n", "Content-Type: multipart/mixed; boundary=o\n\ntext\n", ""},
	}
	for _, test := range tests {
		for _, form := range []string{"LF", "CRLF"} {
			mail := test.mail
			if form == "CRLF" {
				if mail = crlf(mail); test.name == "not lines" || test.name == "binary" {
					continue
				}
			}
			t.Run(test.name+" "+form, func(t *testing.T) {
				t.Parallel()
				got, p := prepared(t, mail, PrepareOptions{})
				if got != crlf(test.want) {
					t.Errorf("got\n%q\nwant\n%q", got, crlf(test.want))
				}
				if notes := strings.Join(p.Notes, "\n"); notes != test.notes {
					t.Errorf("notes = %q, want %q", notes, test.notes)
				}
				if again, _ := prepared(t, got, PrepareOptions{}); again != got {
					t.Errorf("prepared again\n%q\nfirst\n%q", again, got)
				}
			})
		}
	}
}

func TestPrepareAsIs(t *testing.T) {
	t.Parallel()
	mail := mailHeader + "Content-Type: multipart/mixed; boundary=o\nContent-Transfer-Encoding: 8bit\n\n\xe4\n--o \n\n\xe4 \n--o\nContent-Transfer-Encoding: binary\n\na\nb\r\n--o--\n"
	got, p := prepared(t, mail, PrepareOptions{AsIs: true})
	want := "Content-Type: multipart/mixed; boundary=o\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xe4\r\n--o \r\n\r\n\xe4 \r\n--o\r\nContent-Transfer-Encoding: binary\r\n\r\na\nb\r\n--o--\r\n"
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if len(p.Notes) != 2 || !p.keepCRLF {
		t.Errorf("notes = %q, keepCRLF = %v", p.Notes, p.keepCRLF)
	}
}

func TestPrepareEntity(t *testing.T) {
	t.Parallel()
	got, _ := prepared(t, "MIME-Version: 1.0\nX-Y: z\nContent-Type: text/plain\n\na\n", PrepareOptions{Entity: true})
	if want := "MIME-Version: 1.0\r\nX-Y: z\r\nContent-Type: text/plain\r\n\r\na\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	for name, mail := range map[string]string{
		"two types":        "Content-Type: a/b\nContent-Type: a/b\n\n",
		"two encodings":    "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 7bit\n\n",
		"inner two types":  "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: a/b\nContent-Type: a/b\n\n--o--",
		"no boundary":      "Content-Type: multipart/mixed\n\n",
		"two boundaries":   "Content-Type: multipart/mixed; boundary=a; boundary=b\n\n",
		"inner no subtype": "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: image\n\n--o--",
	} {
		var m *MalformedError
		if _, err := Prepare(read(t, mail), PrepareOptions{}); !errors.As(err, &m) {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

// TestPreparedChanged: a file that changes under our hands is not signed as something else.
func TestPreparedChanged(t *testing.T) {
	t.Parallel()
	data := []byte("Content-Type: text/plain\r\n\r\na\r\nb\r\n")
	e, err := ReadEntity(spool.Bytes(data))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Prepare(e, PrepareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	copy(data[len(data)-2:], "\n\n")
	if _, err := p.WriteTo(new(bytes.Buffer)); !errors.Is(err, spool.ErrChanged) {
		t.Errorf("error = %v", err)
	}
}

// mangle does to a mail what transport may do: it strips blanks from line ends, quotes "From " lines, breaks
// lines after 998 octets, drops lone dots as naive dot-stuffing does, takes the eighth bit, and writes LF.
func mangle(mail string) string {
	lines := strings.Split(strings.ReplaceAll(mail, "\r\n", "\n"), "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, " \t\r")
		if strings.HasPrefix(l, "From ") {
			l = ">" + l
		}
		if l == "." {
			l = ""
		}
		if len(l) > 998 {
			l = l[:998] + "\n" + l[998:]
		}
		out := []byte(l)
		for k := range out {
			if out[k] >= 0x80 || out[k] == 0 || out[k] == '\r' {
				out[k] = '?'
			}
		}
		lines[i] = string(out)
	}
	return strings.Join(lines, "\n")
}

func TestMangler(t *testing.T) {
	t.Parallel()
	rough := "Gr\xc3\xbc\xc3\x9fe \nFrom here on\n.\n..x\n" + strings.Repeat("lang ", 1000) + "\n\t\n\x00\x01\rx\n-- \nname\n\n\n"
	for name, mail := range map[string]string{
		"text":      mailHeader + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + rough,
		"bare":      "From: a\n\n" + rough,
		"flowed":    mailHeader + "Content-Type: text/plain; format=flowed\n\nsoft \nbreak \nhere\n",
		"data":      mailHeader + "Content-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n\n" + rough,
		"multipart": mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n\xe4 \n--o \nContent-Type: text/plain\n\n" + rough + "\n--o\nContent-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: y\n\n" + rough + "\n--o\nContent-Type: application/x\n\n" + rough + "\n--o--\nFrom end \n",
	} {
		for _, mail := range []string{mail, crlf(mail)} {
			e := read(t, mail)
			p, err := Prepare(e, PrepareOptions{For: "clear-signed"})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			signed, out := signWith(t, SplitHeader(e), p)
			l, err := read(t, mangle(out)).Layer()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := all(t, l.ContentReader(false)); got != signed {
				t.Errorf("%s: after transport\n%.300q\nsigned\n%.300q", name, got, signed)
			}
		}
	}
}

// leaves gives the decoded content of every part without parts.
func leaves(t testing.TB, e *Entity) []string {
	var out []string
	for _, p := range e.Parts(1000) {
		if strings.HasPrefix(p.MediaType, "multipart/") || isMessage(p.MediaType) && isIdentity(p.Encoding) {
			continue
		}
		data, err := readAllErr(p.Entity)
		if err != nil {
			data = "undecodable"
		}
		out = append(out, p.Number+":"+data)
	}
	return out
}

func readAllErr(e *Entity) (string, error) {
	var b bytes.Buffer
	_, err := b.ReadFrom(e.Decoded())
	return b.String(), err
}

// sameText compares but for the form of line ends.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}

func FuzzPrepare(f *testing.F) {
	for _, s := range []string{
		"From: a\n\n\xe4 \n", clearSigned,
		mailHeader + "Content-Type: multipart/mixed; boundary=o\nContent-Transfer-Encoding: 8bit\n\nx\n--o\n\n\xe4\n--o \nContent-Type: application/x\n\n\x00\r\n--o--\ny \n",
		mailHeader + "Content-Type: message/rfc822\n\nSubject: x\nContent-Transfer-Encoding: base64\n\nQUJD \n",
		mailHeader + "Content-Type: multipart/digest; boundary=o\r\n\r\n--o\r\n\r\nA: b\n\nFrom x\n--o\n--o--",
		mailHeader + "Content-Transfer-Encoding: quoted-printable\n\na=\nb=20 \n",
		mailHeader + "Content-Transfer-Encoding: binary\n\na\nb\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkPrepare(t, data) })
}

// checkPrepare: preparing twice changes nothing the second time, and no leaf's content changes.
func checkPrepare(t *testing.T, data []byte) bool {
	e, err := ReadEntity(spool.Bytes(data))
	if err != nil {
		return false
	}
	asIs, err := Prepare(e, PrepareOptions{AsIs: true})
	if err != nil {
		return false
	}
	written(t, asIs)
	p, err := Prepare(e, PrepareOptions{})
	if err != nil {
		t.Fatalf("only as it is: %v", err)
	}
	first := written(t, p)
	again, err := ReadEntity(spool.Bytes([]byte(first)))
	if err != nil {
		t.Fatalf("prepared entity cannot be read: %v\n%q", err, first)
	}
	second, err := Prepare(again, PrepareOptions{})
	if err != nil {
		t.Fatalf("second Prepare: %v", err)
	}
	if got := written(t, second); got != first {
		t.Errorf("prepared again\n%q\nfirst\n%q", got, first)
	}
	if strings.Contains(strings.ReplaceAll(first, "\r\n", ""), "\n") && !p.keepCRLF {
		t.Errorf("bare LF in %q", first)
	}
	before, after := leaves(t, e), leaves(t, again)
	if len(before) != len(after) {
		t.Fatalf("%d leaves, then %d\n%q", len(before), len(after), first)
	}
	for i := range before {
		if !sameText(before[i], after[i]) {
			t.Errorf("leaf %q became %q in\n%q", before[i], after[i], first)
		}
	}
	return true
}

// TestPrepareRandom checks what FuzzPrepare checks with mails put together from pieces.
func TestPrepareRandom(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"\n", "\n\n", "\r\n", "--o\n", "--o--\n", "--o \r\n", "--i\n", "--i--\n", "text\n", "a \n", "\xe4", "\x00", "\r", ".\n", "From x\n", "QUJD\n", "=41=\n", "=",
		"Content-Type: multipart/mixed; boundary=o\n", "Content-Type: multipart/alternative; boundary=i\n\n", "Content-Type: message/rfc822\n", "Content-Type: text/plain\n",
		"Content-Type: application/x\n", "Content-Type: multipart/signed; boundary=i\n", "Content-Transfer-Encoding: base64\n\n", "Content-Transfer-Encoding: 8bit\n",
		"Content-Transfer-Encoding: binary\n", "Content-Transfer-Encoding: quoted-printable\n\n", "Subject: x\n", "X: \xe4\n", " fold\n", strings.Repeat("y", 100), strings.Repeat("z", 1000) + "\n",
		"Content-Type: multipart/digest; boundary=o\n", "Content-Type: message/delivery-status\n", "\n--o\n\n", "\n--o\nContent-Type: multipart/mixed; boundary=i\nContent-Transfer-Encoding: 8bit\n\n--i\n\n",
	}
	random := rand.New(rand.NewPCG(3, 4))
	checked := 0
	for range randomMails {
		var b strings.Builder
		b.WriteString("Subject: x\n")
		if random.IntN(3) > 0 {
			b.WriteString("Content-Type: multipart/mixed; boundary=o\n\n--o\n")
		}
		for range random.IntN(14) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		mail := b.String()
		if random.IntN(2) == 0 {
			mail = crlf(mail)
		}
		if checkPrepare(t, []byte(mail)) {
			checked++
		}
		if t.Failed() {
			t.Fatalf("mail %q", mail)
		}
	}
	if checked < randomMails/4 {
		t.Errorf("only %d mails could be prepared", checked)
	}
}

func TestPrepareHeaderLimit(t *testing.T) {
	t.Parallel()
	part := "--o\nX: " + strings.Repeat("x", 900_000) + "\nContent-Type: text/plain\n\n\xe4\n"
	var l *LimitError
	if _, err := Prepare(read(t, "Content-Type: multipart/mixed; boundary=o\n\n"+strings.Repeat(part, 20)+"--o--"), PrepareOptions{}); !errors.As(err, &l) {
		t.Errorf("error = %v", err)
	}
	if n := len(read(t, "Content-Type: multipart/mixed; boundary=o\n\n"+strings.Repeat(part, 20)+"--o--").Parts(1000)); n > 11 {
		t.Errorf("%d parts hold their headers", n)
	}
	part = "--o\n" + strings.Repeat("a:\n", 999) + "\n"
	if n := len(read(t, "Content-Type: multipart/mixed; boundary=o\n\n"+strings.Repeat(part, 100)+"--o--").Parts(1000)); n > 60 {
		t.Errorf("%d parts hold their fields", n)
	}
	if p, err := Prepare(read(t, "Content-Type: multipart/mixed; boundary=o\n\n"+strings.Repeat("--o\n\n\xe4\n", 200)+"--o--"), PrepareOptions{}); err != nil || len(p.Notes) != maxNotes+1 {
		t.Errorf("%d notes, %v", len(p.Notes), err)
	}
}

const randomMails = 5_000
