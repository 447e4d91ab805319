package mimewrap

import (
	"errors"
	"testing"

	"smimectl/internal/spool"
)

// TestTextIsNoHeader reads what is plain text for all its beginning: as a header it would be lost.
func TestTextIsNoHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		entity     bool
		first      bool // its first line may be that of an entity
	}{
		{"an empty header", "\r\ntext\r\n", true, true},
		{"a field of a content, and nothing behind it", "Content-Type: text/plain\r\n", true, true},
		{"a field and a body", "Note: text\r\n\r\nmore\r\n", true, true},
		{"a field and an empty body", "Subject: text\r\n\r\n", true, true},
		{"an mbox line and a field", "From alice Mon Jan  1\r\nSubject: x\r\n\r\ntext\r\n", true, true},
		{"nothing", "", true, false},
		{"text that begins like an mbox line", "From our side all is well\r\n\r\ntext\r\n", false, true},
		{"such a line alone", "From our side all is well\r\n", false, true},
		{"an address on the web", "http://example.test/\r\n", false, true},
		{"lines that begin like fields", "Note: text\r\nAgain: text\r\n", false, true},
		{"text", "some text\r\n\r\nmore\r\n", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := ReadContent(spool.Bytes([]byte(c.text)))
			var malformed *MalformedError
			if c.entity && err != nil || !c.entity && !(errors.As(err, &malformed) && malformed.NoMail) {
				t.Errorf("got %+v, %v", e, err)
			}
			first := c.text
			for i := range first {
				if first[i] == '\n' {
					first = first[:i+1]
					break
				}
			}
			if first != "" && MayBeginEntity([]byte(first)) != c.first {
				t.Errorf("first line %q: got %t", first, !c.first)
			}
		})
	}
}
