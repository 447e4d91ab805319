package mimewrap

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// bothWays prepares a mail with the look before it is written and with the look on the way, and compares all there
// is. It tells whether the second way went to the end.
func bothWays(t *testing.T, mail string, opt PrepareOptions) (atOnce bool) {
	t.Helper()
	prepare := func(opt PrepareOptions) (*Prepared, string, error) {
		t.Helper()
		var src spool.Source = spool.Bytes([]byte(mail))
		if len(mail)%2 == 0 {
			src = unviewed{src}
		}
		e, err := ReadMail(src)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Prepare(e, opt)
		if err != nil {
			return nil, err.Error(), nil
		}
		var out strings.Builder
		n, err := p.WriteTo(&out)
		if n != int64(out.Len()) {
			t.Errorf("%d octets of %d counted", n, out.Len())
		}
		return p, out.String(), err
	}
	sized := opt
	sized.Unsized, sized.Guess = false, false
	want, text, err := prepare(sized)
	if err != nil {
		t.Fatal(err)
	}
	if p, unsized, err := prepare(opt); err != nil || unsized != text || p != nil && p.Size() >= 0 && p.Size() != want.Size() {
		t.Errorf("%d octets without a size, %v, want %d", len(unsized), err, len(text))
	}
	opt.AtOnce = true
	got, gotText, err := prepare(opt)
	switch {
	case want == nil:
		if text != gotText {
			t.Errorf("%s, want %s", gotText, text)
		}
		return false
	case err == ErrWouldBreak && (opt.Unsized || opt.Guess):
		// With AsIs nothing is said of what stands outside of parts.
		if strings.Join(got.Notes, "\n") == strings.Join(want.Notes, "\n") && !opt.AsIs {
			t.Errorf("given up, and there is nothing to tell but %q", want.Notes)
		}
		return false
	case err != nil:
		t.Fatal(err)
	}
	if strings.Join(got.Notes, "\n") != strings.Join(want.Notes, "\n") {
		t.Errorf("notes %q, want %q", got.Notes, want.Notes)
	}
	unsized := opt.Unsized || opt.Guess
	if gotText != text || unsized == (got.Size() >= 0) && len(got.looks) > 0 || !unsized && got.Size() != want.Size() {
		t.Errorf("%d octets (size %d), want %d", len(gotText), got.Size(), len(text))
	}
	if guess := got.Guess(); opt.Guess && (guess < want.Size()*4/5 || guess > want.Size()*6/5 || got.Size() >= 0 && guess != got.Size()) {
		t.Errorf("%d octets are guessed as %d", want.Size(), guess)
	}
	if got.keepCRLF != want.keepCRLF && opt.Unsized {
		t.Errorf("CRLF kept: %v, want %v", got.keepCRLF, want.keepCRLF)
	}
	return len(got.looks) > 0
}

// seamBody is text of more than a MiB, with what is at the seams of its pieces when it stands in a mail behind a
// header of so many octets.
func seamBody(header int, ending string, at map[int]string) string {
	body := []byte(strings.Repeat(strings.Repeat("x", 61)+ending, atOnceFrom/61+1))
	for seam, text := range at {
		copy(body[seam*spool.Whole-header-len(text)/2:], text)
	}
	return string(body)
}

// TestAtOnce holds the look on the way against the one before, for all that it could find, within pieces and at
// their seams.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	const clean, broken = true, false
	const plain = mailHeader + "Content-Type: text/plain\n"
	text := func(header, ending string, at map[int]string) string {
		return header + "\n" + seamBody(len(header)+1, ending, at)
	}
	multipart := func(label, preamble, first, second, epilogue string) string {
		return mailHeader + "Content-Type: multipart/mixed; boundary=o\n" + label + "\n" + preamble + "--o\n" + first + "\n--o\nContent-Type: text/plain\n\n" + second + "\n--o--\n" + epilogue
	}
	long := seamBody(200, "\n", nil)
	for _, test := range []struct {
		name, mail string
		atOnce     bool
	}{
		{"LF", text(plain, "\n", nil), clean},
		{"CRLF", text(plain, "\r\n", nil), clean},
		{"mixed", text(plain, "\r\n", map[int]string{3: "x\ny\r\n", 5: "\n\n\n"}), clean},
		{"no final line end", text(plain, "\n", nil) + "end", clean},
		{"one line of 76", text(plain, "\n", map[int]string{2: "\n" + strings.Repeat("y", 76) + "\n"}), clean},
		{"one line of 77", text(plain, "\n", map[int]string{2: "\n" + strings.Repeat("y", 77) + "\n"}), broken},
		{"one line", mailHeader + "Content-Type: text/plain\n\n" + strings.Repeat("y", 2*atOnceFrom), broken},
		{"8bit", text(plain, "\n", map[int]string{2: "\xc3\xa4"}), broken},
		{"NUL", text(plain, "\n", map[int]string{2: "\x00"}), broken},
		{"blank before a seam", text(plain, "\n", map[int]string{2: "  \n "}), broken},
		{"tab at the seam", text(plain, "\r\n", map[int]string{4: "\tx\t\r\nx"}), broken},
		{"blank at the end", text(plain, "\n", nil) + "end ", broken},
		{"blank within", text(plain, "\n", map[int]string{2: " x ", 4: "\tx"}), clean},
		{"From", text(plain, "\n", map[int]string{2: "\nFrom x"}), broken},
		{"From within", text(plain, "\n", map[int]string{2: "xFrom x", 4: "\nFromx"}), clean},
		{"From at the end", text(plain, "\n", nil) + "From ", broken},
		{"dot", text(plain, "\n", map[int]string{2: "\n.\n"}), broken},
		{"dot with CRLF", text(plain, "\r\n", map[int]string{2: "\r\n.\r\n"}), broken},
		{"dot at the end", text(plain, "\n", nil) + ".", broken},
		{"dots", text(plain, "\n", map[int]string{2: "\n..\n", 4: "x.\n"}), clean},
		{"CR alone", text(plain, "\n", map[int]string{2: "xx\rx"}), broken},
		{"CR alone at the end", text(plain, "\r\n", nil) + "\r", broken},
		{"CR twice", text(plain, "\r\n", map[int]string{3: "x\r\r\nx"}), broken},
		{"CRLF once", text(plain, "\n", map[int]string{2: "xx\r\nx", 5: "x\r\n"}), clean},
		{"labelled 8bit", text(plain+"Content-Transfer-Encoding: 8bit\n", "\n", nil), clean},
		{"labelled binary", text(plain+"Content-Transfer-Encoding: binary\n", "\n", nil), broken},
		{"labelled with nonsense", text(plain+"Content-Transfer-Encoding: x-y\n", "\n", nil), clean},
		{"no type", text(mailHeader, "\n", nil), clean},
		{"no type, 8bit", text(mailHeader, "\n", map[int]string{9: "\xc3\xa4"}), broken},
		{"no type, base64", text(mailHeader+"Content-Transfer-Encoding: base64\n", "\n", nil), clean},
		{"base64", text(mailHeader+"Content-Type: a/b\nContent-Transfer-Encoding: base64\n", "\n", map[int]string{2: "\n" + strings.Repeat("y", 998) + "\n"}), clean},
		{"base64, too long", text(mailHeader+"Content-Type: a/b\nContent-Transfer-Encoding: base64\n", "\n", map[int]string{2: "\n" + strings.Repeat("y", 999) + "\n"}), broken},
		{"8bit header", text(plain+"Content-Description: \xc3\xa4\n", "\n", nil), clean},
		{"rfc822", mailHeader + "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: y\nX: " + strings.Repeat("z", 200) + " \n\n" + long, clean},
		{"rfc822, 8bit", mailHeader + "Content-Type: message/rfc822\n\nSubject: y\n\n" + long + "\xc3\xa4", broken},
		{"multipart", multipart("", "", "Content-Type: text/plain\n\nx", long, ""), clean},
		{"multipart, relabelled", multipart("Content-Transfer-Encoding: 8bit\n", "hello\n", "Content-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\n"+long, "y", "bye\n"), clean},
		{"multipart, padded boundary", strings.Replace(multipart("", "", "Content-Type: text/plain\n\n"+long, "y", ""), "\n--o\nC", "\n--o \nC", 1), clean},
		{"multipart, 8bit in the first", multipart("", "", "Content-Type: text/plain\n\n\xc3\xa4", long, ""), clean},
		{"multipart, 8bit in the large one", multipart("", "", "Content-Type: text/plain\n\nx", long+"\xc3\xa4", ""), broken},
		{"multipart, 8bit before and in the large one", multipart("", "hello \n", "Content-Type: text/plain\n\n\xc3\xa4", long+"\xc3\xa4", "bye \n"), broken},
		{"multipart, blank in the last", multipart("", "", "Content-Type: text/plain\n\nx", long+" ", ""), broken},
		{"multipart, dot ends a part", multipart("", "", "Content-Type: text/plain\n\n"+long+".", "y", ""), broken},
		{"multipart, blank outside", multipart("", "hello \n", "Content-Type: text/plain\n\n"+long, "y", ""), clean},
		{"multipart, blank behind", multipart("", "", "Content-Type: text/plain\n\n"+long, "y", "bye \n"), clean},
		{"multipart, binary", multipart("", "", "Content-Type: a/b\nContent-Transfer-Encoding: binary\n\n\x00", long, ""), clean},
		{"multipart, binary CMS", multipart("", "", "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: binary\n\n\x00", long, ""), clean},
		{"multipart, CR before a boundary", multipart("", "", "Content-Type: text/plain\n\n"+long+"\r\r", "y", ""), broken},
		{"multipart in CRLF", strings.ReplaceAll(multipart("", "hello\n", "Content-Type: text/plain\n\n"+long, "y", "bye\n"), "\n", "\r\n"), clean},
		{"signed within", multipart("", "", "Content-Type: multipart/signed; boundary=s; protocol=\"application/pkcs7-signature\"\n\n--s\n\nx "+strings.Repeat("x", 300)+"\n--s--", long, ""), clean},
		{"no parts", mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n" + long, clean},
		{"small", plain + "\nhello\n", broken}, // which has no look on the way
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, opt := range []PrepareOptions{{Unsized: true}, {Unsized: true, Serial: true}, {Unsized: true, AsIs: true, Entity: true}, {Guess: true}} {
				if atOnce := bothWays(t, test.mail, opt); atOnce != test.atOnce {
					t.Errorf("%+v: at once %v, want %v", opt, atOnce, test.atOnce)
				}
			}
			for _, opt := range []PrepareOptions{{AsIs: true}, {AsIs: true, Serial: true}, {AsIs: true, Guess: true}} {
				bothWays(t, test.mail, opt)
			}
		})
	}
}

// TestNotedAtOnce: a mail that is left as it is is written at once whatever is found, and the notes are those, and in
// the order, that a look beforehand gives; unless there are so many that not all are told.
func TestNotedAtOnce(t *testing.T) {
	t.Parallel()
	large := "Content-Type: text/plain\n\n" + strings.Repeat("x\xc3\xa4 \n", smallPart/5+1)
	small := "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\xc3\xa4\n"
	signed := "Content-Type: multipart/signed; boundary=s\nX: \xc3\xa4\n\n--s\n\n" + large + "\n--s--\n"
	header := "Content-Type: text/plain\nX: \xc3\xa4\n\n" + large
	clean := "Content-Type: text/plain\n\n" + strings.Repeat("x\n", smallPart)
	outside := strings.Repeat("x \n", smallPart)
	times := func(n int, of ...string) (out []string) {
		for range n {
			out = append(out, of...)
		}
		return out
	}
	for name, test := range map[string]struct {
		parts  []string
		atOnce bool
	}{
		"large":           {times(20, large), true},
		"large and small": {times(10, small, large, clean, large, small), true},
		"all kinds":       {times(5, header, small, signed, clean, large), true},
		"100":             {times(100, large), true},
		"101":             {times(101, large), false},
		"100 and small":   {times(51, small, large), false},
	} {
		mail := mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n" + outside + "--o\n" + strings.Join(test.parts, "\n--o\n") + "\n--o--\n" + outside
		if atOnce := bothWays(t, mail, PrepareOptions{AsIs: true, Guess: true}); atOnce != test.atOnce {
			t.Errorf("%s: at once %v", name, atOnce)
		}
	}
}

// TestSmallPartsNow: small parts are looked at beforehand, but not if there are many.
func TestSmallPartsNow(t *testing.T) {
	t.Parallel()
	const fit = smallParts / smallPart
	part := "Content-Type: text/plain\n\n" + strings.Repeat("x", 63) + "\n"
	part += strings.Repeat(strings.Repeat("x", 63)+"\n", smallPart/64-2) // with the line end of the boundary less than smallPart
	last := "Content-Type: text/plain\n\n\xc3\xa4\n" + strings.Repeat(strings.Repeat("x", 63)+"\n", smallPart/64-2)
	for n, atOnce := range map[int]bool{fit - 1: true, fit + 1: false} {
		mail := mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n--o\n" + strings.Repeat(part+"\n--o\n", n) + last + "\n--o\n" + strings.Repeat(part, 20) + "\n--o--\n"
		if got := bothWays(t, mail, PrepareOptions{Unsized: true}); got != atOnce {
			t.Errorf("%d small parts before one that breaks: at once %v", n, got)
		}
	}
}

// TestAtOnceRandom is TestAtOnce with mails of which nobody thought.
func TestAtOnceRandom(t *testing.T) {
	t.Parallel()
	rounds := 60
	if testing.Short() {
		rounds = 20
	}
	atOnce := 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		if bothWays(t, randomMail(r), PrepareOptions{AsIs: r.IntN(4) == 0, Serial: r.IntN(2) == 0, Unsized: r.IntN(4) > 0, Guess: r.IntN(2) > 0}) {
			atOnce++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if atOnce < rounds/5 || atOnce > rounds*4/5 {
		t.Errorf("%d of %d were written at once", atOnce, rounds)
	}
}

func randomMail(r *rand.Rand) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	ending := pick("\n", "\n", "\r\n")
	size := atOnceFrom + r.IntN(1<<18)
	body := func(size int) string {
		var b bytes.Buffer
		other := r.IntN(3) == 0 // lines of other lengths
		for b.Len() < size {
			n := r.IntN(77)
			if other {
				n = r.IntN(20) * r.IntN(4)
			}
			b.Write(bytes.Repeat([]byte{"abX.-"[r.IntN(5)]}, n))
			if other || n == 1 || n > 1 && b.Bytes()[b.Len()-n] == '.' {
				b.WriteByte('x')
			}
			if r.IntN(50) == 0 && ending == "\r\n" {
				b.WriteString("\n")
			}
			b.WriteString(ending)
		}
		return b.String()
	}
	var mail string
	label := pick("", "", "7bit", "8bit", "base64", "quoted-printable", "binary", "x-z")
	if label != "" {
		label = "Content-Transfer-Encoding: " + label + "\n"
	}
	switch r.IntN(4) {
	case 0:
		mail = mailHeader + "Content-Type: multipart/mixed; boundary=o\n\n" + pick("", "hello\n", body(3000)) + "--o\nContent-Type: text/plain\n" + label + "\n" +
			body(size/2) + "\n--o\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\n" + body(9) + "\n--i\n" + label + "\n" + body(size/2) + "\n--i--\n\n--o--\n"
	case 1:
		mail = mailHeader + "Content-Type: message/rfc822\n\nSubject: x\n" + label + "\n" + body(size)
	default:
		mail = mailHeader + pick("", "Content-Type: text/plain\n", "Content-Type: a/b\n") + label + "\n" + body(size)
	}
	out := []byte(mail)
	for range r.IntN(3) {
		seam := (1 + r.IntN(len(out)/spool.Whole)) * spool.Whole
		text := pick("\r\n", "\n", "x\n", "x\r\n", "\r\nx", "\nx", "\n..", "ab c", "\nFrom", strings.Repeat("y", 40), " \n", "\r", "\n.\n", "\nFrom ", "\xff", "\x00", "\t\r\n")
		copy(out[max(0, min(seam-r.IntN(len(text)+1), len(out)-len(text))):], text)
	}
	return string(out)
}

// TestLooksAreTaken: what was to be looked at and was not counts as broken.
func TestLooksAreTaken(t *testing.T) {
	t.Parallel()
	e := read(t, mailHeader+"Content-Type: text/plain\n\n"+seamBody(80, "\n", nil))
	p, err := Prepare(e, PrepareOptions{AtOnce: true, Unsized: true})
	if err != nil {
		t.Fatal(err)
	}
	p.pieces = p.pieces[:1]
	if _, err := p.WriteTo(io.Discard); err != ErrWouldBreak {
		t.Error(err)
	}
}

// TestAtOnceReads: one reading of the mail, and not much of one that would break, unless that is only noted.
func TestAtOnceReads(t *testing.T) {
	t.Parallel()
	const once, little = atOnceFrom + atOnceFrom/4, 4 * copyWindow
	for name, test := range map[string]struct {
		mail  string
		most  int64
		noted int64 // where it is left as it is
	}{
		"clean":                {mailHeader + "Content-Type: text/plain\n\n" + seamBody(80, "\n", nil), once, once},
		"without type":         {mailHeader + "\n" + seamBody(80, "\n", nil), once, once},
		"broken":               {mailHeader + "Content-Type: text/plain\n\n" + seamBody(80, "\n", map[int]string{1: "\xc3\xa4"}), little, once},
		"long from the":        {mailHeader + "Content-Type: text/plain\n\n" + strings.Repeat("x", atOnceFrom), little, once},
		"without type, broken": {mailHeader + "\n" + seamBody(80, "\n", map[int]string{1: "\xc3\xa4"}), little, little},
		"without type, noted":  {mailHeader + "\n" + seamBody(80, "\n", map[int]string{1: "\n.\n"}), little, once},
	} {
		for _, opt := range []PrepareOptions{{AtOnce: true, Unsized: true}, {AtOnce: true, Guess: true}, {AtOnce: true, Guess: true, AsIs: true}} {
			src := &countedSource{Source: spool.Bytes([]byte(test.mail))}
			e, err := ReadMail(src)
			if err != nil {
				t.Fatal(err)
			}
			p, err := Prepare(e, opt)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.WriteTo(io.Discard); err != nil && err != ErrWouldBreak {
				t.Error(err)
			}
			most := test.most
			if opt.AsIs {
				most = test.noted
			}
			if src.read > most {
				t.Errorf("%s, %+v: %d octets read, at most %d", name, opt, src.read, most)
			}
		}
	}
}

type countedSource struct {
	spool.Source
	read int64
}

func (c *countedSource) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Source.ReadAt(p, off)
	c.read += int64(n)
	return n, err
}

// TestCountSource counts in halves what one reader counts, whatever stands where they meet.
func TestCountSource(t *testing.T) {
	t.Parallel()
	for _, seam := range []string{"xx", "x\n", "\nx", "\r\n", "\n\n", "\r\r", "\nxx\r\n", "\r\n\r\n"} {
		for shift := range 3 {
			text := []byte(strings.Repeat("line\r\nother\n", 4*atOnceFrom/12+10))
			half := (len(text)/2)/spool.Whole*spool.Whole - 1
			copy(text[half+shift-1:], seam)
			want := int64(strings.Count(string(text), "\n") - strings.Count(string(text), "\r\n"))
			for _, serial := range []bool{true, false} {
				w := &windows{size: scanWindow, serial: serial}
				if n, err := countSource(unviewed{spool.Bytes(text)}, span{0, int64(len(text))}, w); n != want || err != nil {
					t.Errorf("%q, serial %v: %d, %v, want %d", seam, serial, n, err, want)
				}
				if _, err := countSource(unviewed{spool.Bytes(text)}, span{0, int64(len(text)) + 1}, w); err != spool.ErrChanged {
					t.Errorf("cut: %v", err)
				}
			}
		}
	}
}

// TestRecodedOnce: what is re-encoded is read to be looked at and to be written, and not for its size when nobody asks;
// others can work on it meanwhile.
func TestRecodedOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"text/plain", "a/b"} {
		mail := mailHeader + "Content-Type: " + kind + "\n\n" + seamBody(80, "\n", map[int]string{1: "\xc3\xa4"})
		src := &countedSource{Source: spool.Bytes([]byte(mail))}
		e, err := ReadMail(src)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Prepare(e, PrepareOptions{Unsized: true})
		if err != nil {
			t.Fatal(err)
		}
		lent := new(lentOnly)
		if _, err := p.WriteTo(lent); err != nil {
			t.Fatal(err)
		}
		if most := src.Size() * 9 / 4; src.read > most {
			t.Errorf("%s: %d octets read, at most %d", kind, src.read, most)
		}
		if lent.written > 4096 || lent.lent < atOnceFrom || !lent.settled {
			t.Errorf("%s: %d octets written, %d lent, settled %v", kind, lent.written, lent.lent, lent.settled)
		}
	}
}

type lentOnly struct {
	written, lent int
	settled       bool
}

func (l *lentOnly) Write(p []byte) (int, error) {
	l.written += len(p)
	return len(p), nil
}

func (l *lentOnly) Lend(p []byte) error {
	l.lent += len(p)
	l.settled = false
	return nil
}

func (l *lentOnly) Settle() error {
	l.settled = true
	return nil
}
