package mimewrap

import (
	"errors"
	"io"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// TestMailbox: a mail begins at a "From " line after an empty line and before a header field, and nowhere else.
func TestMailbox(t *testing.T) {
	t.Parallel()
	const line = "From alice@example.org Sat Nov 21 19:11:17 2026\n"
	long := strings.Repeat("x", 70<<10) + "\n"
	for name, mails := range map[string][]string{
		"one":               {line + "Subject: a\n\ntext\n"},
		"two":               {line + "Subject: a\n\ntext\n\n", line + "Subject: b\n\ntext\n"},
		"CRLF":              {strings.ReplaceAll(line+"Subject: a\n\ntext\n\n", "\n", "\r\n"), strings.ReplaceAll(line+"Subject: b\n\ntext\n", "\n", "\r\n")},
		"From in the text":  {line + "Subject: a\n\nFrom here on\nit goes well: yes\n\nFrom there on too\nno field\n\n", line + "Subject: b\n\n"},
		"no line before":    {line + "Subject: a\n\ntext\n" + line + "Subject: b\n\ntext\n"},
		"bare lines":        {"From \r\nSubject: a\r\n\r\ntext\r\n\r\n", "From \r\nSubject: b\r\n\r\nFrom\r\n\r\nFrom here\r\n\r\n"},
		"bare after dated":  {"From - Sat Nov 21 19:11:17 2026\nSubject: a\n\ntext\n\n", "From \nSubject: b\n\n\nFrom \nno field\n"},
		"bare in the text":  {line + "Subject: a\n\ntext\n\nFrom \nMonday: on\n\n", line + "Subject: b\n\n"},
		"window boundaries": {line + "Subject: a\n\n" + long + "\n", line + "Subject: b\n\n" + long + long + "\n", line + "Subject: c\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box, ok := OpenMailbox(spool.Bytes([]byte(strings.Join(mails, ""))))
			if !ok {
				t.Fatal("is no mailbox")
			}
			var at int64
			for i, want := range mails {
				mail, offset, err := box.Next()
				if err != nil || mail == nil {
					t.Fatalf("mail %d: got %v, %v", i, mail, err)
				}
				got, _ := io.ReadAll(spool.NewReader(mail))
				if string(got) != want || offset != at {
					t.Errorf("mail %d at %d: got %.60q at %d, want %.60q", i, at, got, offset, want)
				}
				at += int64(len(want))
			}
			if mail, _, err := box.Next(); mail != nil || err != nil {
				t.Errorf("after the last: got %v, %v", mail, err)
			}
		})
	}
	for name, text := range map[string]string{"a mail": "Subject: a\n\ntext\n", "a field": "From : alice@example.org\n\ntext\n", "empty": "", "no field after it": "From here\n\ntext\n"} {
		if _, ok := OpenMailbox(spool.Bytes([]byte(text))); ok {
			t.Errorf("%s is taken for a mailbox", name)
		}
	}
}

// TestSecondMail: a file is refused as one of several mails by the rule that Mailbox divides it by.
func TestSecondMail(t *testing.T) {
	t.Parallel()
	const dated, bare = "From alice@example.org Sat Nov 21 19:11:17 2026\n", "From \n"
	const old = "From - Sat Nov 21 19:11:17 2026\n"
	const mail = "Subject: a\n\ntext\n\n"
	for text, several := range map[string]bool{
		dated + mail: false, dated + mail + dated + mail: true, dated + mail + bare + mail: false,
		bare + mail: false, bare + mail + bare + mail: true, bare + mail + dated + mail: true, old + mail + bare + mail: true,
		"From: a@example.org\n" + mail + bare + mail + dated + mail: false,
	} {
		var malformed *MalformedError
		_, err := ReadMail(spool.Bytes([]byte(text)))
		if got := errors.As(err, &malformed) && malformed.Several; got != several || !several && err != nil {
			t.Errorf("%q: got %v", text, err)
		}
		n := 0
		if box, ok := OpenMailbox(spool.Bytes([]byte(text))); ok {
			for m, _, err := box.Next(); m != nil && err == nil; m, _, err = box.Next() {
				n++
			}
		}
		if (n > 1) != several {
			t.Errorf("%q: %d mails", text, n)
		}
	}
}

// TestTransportOf names what mail on its way may change, and nothing of parts that are encoded.
func TestTransportOf(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		encoding, body string
		want           *Transport
	}{
		"plain":    {"7bit", "hello\r\n", &Transport{Longest: 5}},
		"8bit":     {"8bit", "gr\xc3\xbcn\r\n", &Transport{Longest: 5, EightBit: true}},
		"long":     {"7bit", strings.Repeat("a", 1500) + "\r\nb", &Transport{Longest: 1500}},
		"blanks":   {"7bit", "a \r\n", &Transport{Longest: 2, TrailingBlanks: true}},
		"From":     {"7bit", "From here\r\n", &Transport{Longest: 9, FromLines: true}},
		"dot":      {"7bit", ".\r\n", &Transport{Longest: 1, DotLines: true}},
		"NUL":      {"binary", "a\x00b\r\n", &Transport{Longest: 3, NUL: true}},
		"lone CR":  {"7bit", "a\rb\r\n", &Transport{Longest: 3, LoneCR: true}},
		"encoded":  {"base64", "aGVsbG8=\r\n", nil},
		"quoted":   {"quoted-printable", "hello \r\n", nil},
		"no octet": {"7bit", "", &Transport{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := ReadEntity(spool.Bytes([]byte("Content-Type: text/plain\r\nContent-Transfer-Encoding: " + tc.encoding + "\r\n\r\n" + tc.body)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Parts(1)[0].Transport()
			if err != nil || (got == nil) != (tc.want == nil) || got != nil && *got != *tc.want {
				t.Errorf("got %+v, %v, want %+v", got, err, tc.want)
			}
		})
	}
}
