package message

import (
	"strings"
	"testing"

	"smimectl/internal/mimewrap"
	"smimectl/internal/spool"
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
		{"mail, text", mail, "text", true, true, false},
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
}
