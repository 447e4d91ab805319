package mimewrap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"smimectl/internal/spool"
	"smimectl/internal/stage"
)

// borrower takes loans, and says when one changes before its time.
type borrower struct {
	t       *testing.T
	got     bytes.Buffer
	lent    [][]byte // the last loans
	copies  [][]byte // what they were
	settled bool
	fails   error
}

func (b *borrower) Lend(p []byte) error {
	b.settled = false
	b.look()
	if len(b.lent) == stage.Buffers-1 {
		b.lent, b.copies = b.lent[1:], b.copies[1:]
	}
	b.lent, b.copies = append(b.lent, p), append(b.copies, bytes.Clone(p))
	b.got.Write(p)
	return b.fails
}

func (b *borrower) look() {
	for i, p := range b.lent {
		if !bytes.Equal(p, b.copies[i]) {
			b.t.Errorf("a piece of %d octets changed, %d loans later", len(p), len(b.lent)-i)
		}
	}
}

func (b *borrower) Write(p []byte) (int, error) {
	err := b.Lend(p)
	b.Settle()
	return len(p), err
}

func (b *borrower) Settle() error {
	b.look()
	b.lent, b.copies, b.settled = nil, nil, true
	return b.fails
}

// onFile has no octets in memory.
type onFile struct{ r *bytes.Reader }

func (o onFile) ReadAt(p []byte, off int64) (int, error) { return o.r.ReadAt(p, off) }
func (o onFile) Size() int64                             { return o.r.Size() }

// passed takes the content of a mail in passing, with windows of the given size.
func passed(t *testing.T, src spool.Source, window int) (*borrower, *Layer, error) {
	t.Helper()
	e, err := ReadEntity(src)
	if err != nil {
		t.Fatal(err)
	}
	m, err := e.MediaType()
	if err != nil {
		t.Fatal(err)
	}
	b := &borrower{t: t}
	l := new(Layer)
	p := newPassing(b)
	p.window = window
	err = e.clearSigned(l, m, func(string) *passing { return p })
	if !b.settled && p.begun {
		t.Error("not settled")
	}
	return b, l, err
}

// TestPassing: what is given to somebody in passing is what is read afterwards, and the layer is the same.
func TestPassing(t *testing.T) {
	t.Parallel()
	const signature = "Content-Type: application/pkcs7-signature\n\nMAA=\n"
	text := "Content-Type: text/plain\n\n" + strings.Repeat("a line\n", 300)
	long := "Content-Type: text/plain\n\n" + strings.Repeat("a line\n", 3*stage.Size/7)
	bodies := map[string]string{
		"text":                  "--b\n" + text + "--b\n" + signature + "--b--\n",
		"large text":            "--b\n" + long + "\n--b\n" + signature + "--b--\n",
		"before and after":      "for\nothers\n--b\n" + text + "--b\n" + signature + "--b--\nmore\n",
		"other boundaries":      "--b\n" + strings.ReplaceAll(text, "a line", "--bb\n--") + "--b\n" + signature + "--b--\n",
		"padded":                "--b  \n" + text + "--b" + strings.Repeat(" ", maxPadding-1) + "\n" + signature + "--b--\n",
		"padded too much":       "--b\n" + text + "--b" + strings.Repeat(" ", maxPadding+1) + "\n--b\n" + signature + "--b--\n",
		"one after another":     "--b\n" + text + strings.Repeat("\n--b"+strings.Repeat(" ", maxPadding+1), 20) + "\n--b\n" + signature + "--b--\n",
		"empty":                 "--b\n\n\n--b\n" + signature + "--b--\n",
		"nothing":               "--b\n--b\n" + signature + "--b--\n",
		"only a header":         "--b\nContent-Type: text/plain\n--b\n" + signature + "--b--\n",
		"only a header, binary": "--b\nContent-Transfer-Encoding: binary\n--b\n" + signature + "--b--\n",
		"no field":              "--b\nthis is no header\n\ntext\n--b\n" + signature + "--b--\n",
		"CR in the text":        "--b\n" + strings.ReplaceAll(text, "a l", "a\r\r l") + "--b\n" + signature + "--b--\n",
		"some CRLF":             "--b\n" + strings.ReplaceAll(text, "a line\na", "a line\r\na") + "--b\n" + signature + "--b--\n",
		"CR at the end":         "--b\n" + text + "\r\r\n--b\n" + signature + "--b--\n",
		"binary":                "--b\nContent-Transfer-Encoding: binary\n" + text + "--b\n" + signature + "--b--\n",
		"one part":              "--b\n" + text + "--b--\n",
		"three parts":           "--b\n" + text + "--b\n" + signature + "--b\n" + signature + "--b--\n",
		"not closed":            "--b\n" + text + "--b\n" + signature,
		"no end":                "--b\n" + text,
		"no boundary":           text,
		"closed at once":        "--b--\n--b\n" + text + "--b\n" + signature + "--b--\n",
		"no signature":          "--b\n" + text + "--b\n" + text + "--b--\n",
	}
	const head = "From: a@example.test\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=b\n\n"
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, ending := range []string{"\n", "\r\n"} {
				mail := []byte(strings.ReplaceAll(head+body, "\n", ending))
				for _, window := range []int{1, 7, 64, 1000, passingWindow} {
					if window < 1000 && len(mail) > 50_000 {
						continue
					}
					for _, src := range []spool.Source{spool.Bytes(mail), onFile{bytes.NewReader(mail)}} {
						got, l, err := passed(t, src, window)
						comparePassed(t, fmt.Sprintf("%q, window %d, %T", ending, window, src), src, got, l, err, name == "binary")
					}
				}
			}
		})
	}
}

// comparePassed compares with what Layer says.
func comparePassed(t *testing.T, name string, src spool.Source, got *borrower, l *Layer, err error, binary bool) {
	t.Helper()
	e, readErr := ReadEntity(src)
	if readErr != nil {
		t.Fatal(readErr)
	}
	want, wantErr := e.Layer()
	if !reflect.DeepEqual(err, wantErr) {
		t.Errorf("%s: %v, without passing %v", name, err, wantErr)
	}
	if err != nil {
		return
	}
	if l.Passed == binary {
		t.Errorf("%s: passed %v", name, l.Passed)
	}
	if l.OutsideText != want.OutsideText || l.Content.whole != want.Content.whole || l.MICAlg != want.MICAlg || l.Kind != want.Kind {
		t.Errorf("%s: %+v, without passing %+v", name, l, want)
	}
	content, readErr := io.ReadAll(want.ContentReader(false))
	if readErr != nil {
		t.Fatal(readErr)
	}
	if l.Passed && !bytes.Equal(got.got.Bytes(), content) {
		t.Errorf("%s: %d octets in passing, %d are signed", name, got.got.Len(), len(content))
	}
	if !l.Passed && got.got.Len() > 0 {
		t.Errorf("%s: %d octets of what was not to be passed", name, got.got.Len())
	}
}

// TestPassingAtRandom puts boundaries, what looks like them, and line ends of all kinds together.
func TestPassingAtRandom(t *testing.T) {
	t.Parallel()
	pieces := []string{"\n", "\r\n", "\r", "--b", "\n--b", "\r\n--b", "\n--b\n", "\r\n--b\r\n", "--", "x", " ", "\n\n", strings.Repeat("y", 70)}
	r := rand.New(rand.NewPCG(1, 2))
	good := 0
	for range 4000 {
		var text strings.Builder
		text.WriteString("From: a@example.test\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\n\n--b\n\n")
		for range r.IntN(12) {
			text.WriteString(pieces[r.IntN(len(pieces))])
		}
		text.WriteString("\n--b\nContent-Type: application/pkcs7-signature\n\nMAA=\n--b--\n")
		mail := []byte(text.String())
		src := onFile{bytes.NewReader(mail)}
		got, l, err := passed(t, src, 1+r.IntN(100))
		comparePassed(t, fmt.Sprintf("%q", mail), src, got, l, err, false)
		if err == nil {
			good++
		}
	}
	if good < 500 {
		t.Errorf("%d mails of 4,000 are well-formed", good)
	}
}

// TestPassingFails: an error of who takes the content is that of the layer, and nothing that is lent is left behind.
func TestPassingFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	e := read(t, "From: a@example.test\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\n\n--b\n\nx\n--b\nContent-Type: application/pkcs7-signature\n\nMAA=\n--b--\n")
	b := &borrower{t: t, fails: broken}
	if _, err := e.LayerPassing(func(string) io.Writer { return b }); err != broken || !b.settled {
		t.Errorf("%v, settled %v", err, b.settled)
	}
	for name, mail := range map[string]string{
		"OpenPGP":     "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n\nx\n--b--\n",
		"no protocol": "Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: application/pkcs7-signature\n\nMAA=\n--b--\n",
		"mixed":       "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n",
	} {
		if l, err := read(t, mail).LayerPassing(func(string) io.Writer { t.Errorf("%s: content is taken", name); return b }); err != nil || l.Passed {
			t.Errorf("%s: passed, %v", name, err)
		}
	}
}

// TestPassingBuffers: the scanner goes on in the buffer it has unless something of it is lent.
func TestPassingBuffers(t *testing.T) {
	t.Parallel()
	p := newPassing(&borrower{t: t})
	first := p.next(nil)
	if next := p.next(first); &next[:1][0] != &first[:1][0] {
		t.Error("another buffer, though nothing is lent")
	}
	p.lent = true
	if next := p.next(first); &next[:1][0] == &first[:1][0] {
		t.Error("a buffer that is lent")
	}
}
