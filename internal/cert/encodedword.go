package cert

import (
	"io"
	"mime"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// DecodeWords decodes the encoded-words of a phrase (RFC 2047). The result is for
// people to read: it may hold any character and has to be escaped where it is
// shown. It is also what a name in From is judged by, so that no word may keep
// another from being read: one that is malformed stays as it is, and one in a
// charset that is unknown or not decoded gives its ASCII. UTF-7 is taken as unknown: it hides ASCII in
// ASCII.
//
// QUIRK: encoded-words within quoted strings are decoded, which RFC 2047,
// Section 5 forbids and most mail programs do: what they show is what has to
// be compared with the address.
//
// QUIRK: base64 may lack its padding or have too much of it, as some mail programs
// write it and most read it.
func DecodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	d := mime.WordDecoder{CharsetReader: charsetReader}
	decoded, err := d.DecodeHeader(padded(s))
	if err != nil {
		return s
	}
	return decoded
}

func charsetReader(charset string, input io.Reader) (io.Reader, error) {
	// RFC 2231, Section 5: a language may follow the charset.
	charset, _, _ = strings.Cut(charset, "*")
	e := charsetNamed(charset)
	if e == nil || e == encoding.Replacement {
		e = unicode.UTF8 // octets that are not UTF-8 become U+FFFD, ASCII stays
	}
	return e.NewDecoder().Reader(input), nil
}

// padded puts the padding of the base64 in encoded-words right.
func padded(s string) string {
	var out strings.Builder
	for {
		i := strings.IndexByte(s, '?')
		if i < 0 || len(s) < i+3 {
			break
		}
		begin := s[i:i+3] == "?b?" || s[i:i+3] == "?B?"
		if !begin {
			out.WriteString(s[:i+1])
			s = s[i+1:]
			continue
		}
		out.WriteString(s[:i+3])
		s = s[i+3:]
		end := strings.IndexByte(s, '?')
		if end < 0 {
			break
		}
		text := strings.TrimRight(s[:end], "=")
		out.WriteString(text)
		if missing := -len(text) & 3; missing < 3 {
			out.WriteString("=="[:missing])
		}
		s = s[end:]
	}
	out.WriteString(s)
	return out.String()
}
