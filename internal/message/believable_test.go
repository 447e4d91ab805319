package message

import (
	"io"
	"strings"
	"testing"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// TestBelievable: noise is never what a mail held, nor what a bare entity held when a wrong key may have made it.
func TestBelievable(t *testing.T) {
	t.Parallel()
	mail, bare := "From: alice@example.test\r\n", "Content-Type: application/pkcs7-mime\r\n"
	for _, test := range []struct {
		name, header, octets string
		isMail, implicit     bool
		want                 bool
	}{
		{"mail, entity", mail, "Content-Type: text/plain\r\n\r\nx", true, true, true},
		{"mail, text, key found out", mail, "text", true, false, true},
		{"mail, text", mail, "some text", true, true, true},
		{"mail, as little text as a key in 200,000 gives", mail, "7 octet", true, true, false},
		{"mail, 8 octets of text", mail, "8 octets", true, true, true},
		{"mail, noise", mail, "\x80\x00 some noise", true, true, false},
		{"mail, entity that is no text", mail, "Content-Type: text/plain\r\n\r\n\x80\x00", true, true, true},
		{"mail, MIME-Version alone", mail, "mime-version: 1.0\r\n\r\n\x80\x00", true, true, true},
		{"mail, a mail that is no text", mail, "From: a@example.test\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nSubject: x\r\n\r\n\x80\x00", true, true, true},
		{"mail, the shortest MIME field", mail, "Content-: x\r\n\r\n\x80\x00", true, true, true},
		{"mail, a field of no mail", mail, "Contents: x\r\n\r\n\x80\x00", true, true, false},
		{"mail, a short field", mail, "X: y\r\n\r\n\x80\x00", true, true, false},
		{"mail, nothing", mail, "", true, true, false},
		{"mail, nothing, key found out", mail, "", true, false, true},
		{"mail, text, AS2", mail + "AS2-Version: 1.1\r\n", "text", true, true, true},
		{"mail, noise, AS2", mail + "AS2-Version: 1.1\r\n", "\x80\x00", true, true, false},
		{"mail, noise, key found out", mail, "\x80\x00", true, false, false},
		{"bare, entity", bare, "Content-Type: text/plain\r\n\r\nx", false, true, true},
		{"bare, text", bare, "text", false, true, true},
		{"bare, noise", bare, "\x80\x00", false, true, false},
		{"bare, noise, key found out", bare, "\x80\x00", false, false, true},
		{"CMS file, noise", "", "\x80\x00", false, true, true},
	} {
		w := &walk{ex: &Examination{}}
		w.facts.IsMail = test.isMail
		if test.header != "" {
			outer, err := mimewrap.ReadEntity(spool.Bytes([]byte(test.header + "\r\n")))
			if err != nil {
				t.Fatal(err)
			}
			w.ex.outer = outer
		}
		c := &content{source: spool.Bytes([]byte(test.octets))}
		if entity, err := mimewrap.ReadEntity(c.source); err == nil {
			c.entity = entity
		}
		if got := w.believable(c, nil, test.implicit); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// TestTextToRSA opens a mail that is encrypted text without a header, under a key of PKCS#1 v1.5 (RFC 4134, Section
// 5.3), and with another key finds it damaged.
func TestTextToRSA(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	object := w.envelopedData([]byte("plain text"), "aes-128-cbc", cms.Recipient{Certificate: w.rsa.Certificate})
	in := func() Input { return decryptInput(mailOf(fromAlice, w.pkcs7("enveloped-data", object))) }
	ex := examine(t, w.examiner(keyOf(w.rsa)), in())
	if ex.Report.Verdict != verdict.WordDone {
		t.Fatalf("%s: %s", ex.Report.Verdict, codes(ex.Report))
	}
	if got := released(t, ex); got != "plain text" {
		t.Errorf("content %q", got)
	}
	other := keyOf(w.rsa)
	other.Open = func() (*algorithm.PrivateKey, error) { return cmstest.Key(t, "rsa-2048", 9), nil }
	expect(t, examine(t, w.examiner(other), in()), verdict.WordBad, verdict.DecryptFailed)
}

// TestIsText tells text from noise, also where a character is cut by the end of a buffer.
func TestIsText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		octets string
		want   bool
	}{
		"nothing":                   {"", true},
		"a line":                    {"hello\r\n", true},
		"tabs and form feeds":       {"UNA:+.? '\tx\f\n", true},
		"UTF-8":                     {"Gr\u00fc\u00dfe, \u20ac", true},
		"a character over the seam": {strings.Repeat("x", 32<<10-1) + "\u20ac", true},
		"NUL":                       {"hello\x00", false},
		"escape":                    {"\x1b[2J", false},
		"DEL":                       {"\x7f", false},
		"C1 control":                {"\u009b2J", false},
		"Latin-1":                   {"Gr\xfc\xdfe", false},
		"a character that is cut":   {"hello \xe2\x82", false},
		"noise at the end":          {strings.Repeat("x", 70000) + "\x81\x02\xf3", false},
	} {
		if got := isText(&content{source: spool.Bytes([]byte(test.octets))}, nil); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
		for size := range 5 { // pieces of every size, with seams in all places of a character
			scan := new(utf8Scan)
			for p := []byte(test.octets); len(p) > 0; {
				n := min(size+1, len(p))
				scan.take(p[:n])
				p = p[n:]
			}
			if got := isText(&content{}, scan); got != test.want {
				t.Errorf("%s, in pieces of %d: %v", name, size+1, got)
			}
		}
	}
	if isText(&content{}, nil) {
		t.Error("what was not kept is text")
	}
	if isText(&content{source: cutShort{}}, nil) {
		t.Error("what cannot be read to its end is text")
	}
}

// cutShort is a source of text that ends in an error.
type cutShort struct{}

func (cutShort) Size() int64 { return 100 }

func (cutShort) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return copy(p, "text"), io.ErrUnexpectedEOF
}
