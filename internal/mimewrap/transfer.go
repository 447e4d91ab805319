package mimewrap

import (
	"io"
	"strings"

	"smimectl/internal/spool"
)

// TransferEncoding returns the entity's Content-Transfer-Encoding in lower case, "7bit" when there is none
// (RFC 2045, Section 6.1).
//
// QUIRK: an empty value is 7bit, and a semicolon after the word is passed over (PHP scripts write both).
func (e *Entity) TransferEncoding() (string, error) {
	value, present, err := e.Header.mimeField("Content-Transfer-Encoding")
	if err != nil || !present {
		return "7bit", err
	}
	p := &fieldParser{field: "Content-Transfer-Encoding", s: value}
	if err := p.skip(); err != nil {
		return "", err
	}
	word := strings.ToLower(p.token())
	if err := p.skip(); err != nil {
		return "", err
	}
	if p.peek() == ';' {
		p.i++
		if err := p.skip(); err != nil {
			return "", err
		}
	}
	switch {
	case p.i < len(p.s):
		return "", p.fail("", "more than one word")
	case word == "":
		return "7bit", nil
	}
	return word, nil
}

// isIdentity reports an encoding that is none.
func isIdentity(encoding string) bool {
	return encoding == "7bit" || encoding == "8bit" || encoding == "binary"
}

// failedReader is a reader of what cannot be read.
type failedReader struct{ err error }

func (f failedReader) Read([]byte) (int, error) { return 0, f.err }

// Decoded reads the body without its transfer encoding.
func (e *Entity) Decoded() io.Reader {
	encoding, err := e.TransferEncoding()
	if err != nil {
		return failedReader{err}
	}
	return decoded(e.Body, encoding)
}

func decoded(body spool.Source, encoding string) io.Reader {
	switch encoding {
	case "7bit", "8bit", "binary":
		return spool.NewReader(body)
	case "base64":
		return newBase64Source(body)
	case "quoted-printable":
		return newQuotedReader(spool.NewReader(body))
	}
	return failedReader{&ParameterError{Field: "Content-Transfer-Encoding", Detail: "encoding is not known"}}
}
