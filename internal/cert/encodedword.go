package cert

import (
	"fmt"
	"io"
	"mime"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// DecodeWords decodes the encoded-words of a phrase (RFC 2047). Text that
// cannot be decoded, be it for its charset, stays as it is. UTF-7 is not
// decoded: it hides ASCII in ASCII. The result is for people to read: it may
// hold any character and has to be escaped where it is shown.
//
// QUIRK: encoded-words within quoted strings are decoded, which RFC 2047,
// Section 5 forbids and most mail programs do: what they show is what has to
// be compared with the address.
func DecodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	d := mime.WordDecoder{CharsetReader: charsetReader}
	decoded, err := d.DecodeHeader(s)
	if err != nil {
		return s
	}
	return decoded
}

func charsetReader(charset string, input io.Reader) (io.Reader, error) {
	// RFC 2231, Section 5: a language may follow the charset.
	charset, _, _ = strings.Cut(charset, "*")
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, fmt.Errorf("cert: charset %q: %w", escaped(charset), err)
	}
	return e.NewDecoder().Reader(input), nil
}
