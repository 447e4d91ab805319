package cert

import (
	"strings"
	"unicode/utf8"
)

// run reads octets of atoms and dots.
func (p *mailboxParser) run() string {
	start := p.i
	for p.i < len(p.s) && (p.s[p.i] == '.' || isAtext(p.s[p.i])) {
		p.i++
	}
	return p.s[start:p.i]
}

// encodedOrRun reads an encoded-word (RFC 2047, Section 2), else a run.
//
// QUIRK: a full stop in a name without quotes (obs-phrase, RFC 5322,
// Section 4.1), as in John Q. Public, and commas and square brackets within an
// encoded-word, which old Outlook leaves there. Neither can end an address, so
// the address is the same or there is none.
func (p *mailboxParser) encodedOrRun() string {
	rest := p.s[p.i:]
	if !strings.HasPrefix(rest, "=?") {
		return p.run()
	}
	const maxEncodedWord = 1024
	marks := 0
	for n := 2; n < len(rest) && n < maxEncodedWord; n++ {
		switch c := rest[n]; {
		case c == '?' && marks == 2 && n+1 < len(rest) && rest[n+1] == '=':
			p.i += n + 2
			// Whatever sticks to its end belongs to the same word.
			return rest[:n+2] + p.run()
		case c == '?':
			if marks++; marks > 2 {
				return p.run()
			}
		case isAtext(c), c == '.', marks == 2 && strings.IndexByte(",[]", c) >= 0:
		default:
			return p.run()
		}
	}
	return p.run()
}

// quotedLocal reads a quoted-string that is a local part.
func (p *mailboxParser) quotedLocal() (string, error) {
	text, err := p.quotedString()
	if err == nil && !utf8.ValidString(text) {
		return "", errNotUTF8
	}
	return text, err
}

// quotedString reads a quoted-string and returns its contents (RFC 5322,
// Section 3.2.4).
//
// QUIRK: JavaMail and webmail of the 2000s write display names in ISO 8859-1
// without any coding. A name is not compared, so it is taken as it is; a local
// part has to be UTF-8.
func (p *mailboxParser) quotedString() (string, error) {
	p.i++
	var b strings.Builder
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '"':
			p.i++
			return b.String(), nil
		case c == '\\':
			if p.i+1 == len(p.s) {
				return "", errUnterminatedQuote
			}
			p.i++
			c = p.s[p.i]
			if isControl(c) {
				return "", errControl
			}
		case p.fold():
			continue
		case isControl(c):
			return "", errControl
		}
		b.WriteByte(c)
		p.i++
	}
	return "", errUnterminatedQuote
}

// space skips white space, folding and comments (CFWS, RFC 5322,
// Section 3.2.2) and returns the text of the last comment.
func (p *mailboxParser) space() (comment string, err error) {
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == ' ' || c == '\t':
			p.i++
		case p.fold():
		case c == '(':
			if comment, err = p.comment(); err != nil {
				return "", err
			}
			p.comments = append(p.comments, DecodeWords(strings.TrimSpace(comment)))
		case isControl(c):
			return "", errControl
		default:
			return comment, nil
		}
	}
	return comment, nil
}

// fold skips a line end that is followed by white space.
func (p *mailboxParser) fold() bool {
	rest := strings.TrimPrefix(p.s[p.i:], "\r")
	if len(rest) < 2 || rest[0] != '\n' || rest[1] != ' ' && rest[1] != '\t' {
		return false
	}
	p.i = len(p.s) - len(rest) + 1
	return true
}

// comment reads a comment with those inside it and returns its text.
func (p *mailboxParser) comment() (string, error) {
	var b strings.Builder
	depth := 0
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '(':
			if depth++; depth > maxCommentDepth {
				return "", errDepth
			}
			if depth > 1 {
				b.WriteByte(c)
			}
		case c == ')':
			if depth--; depth == 0 {
				p.i++
				return b.String(), nil
			}
			b.WriteByte(c)
		case c == '\\':
			if p.i+1 == len(p.s) {
				return "", errUnterminatedComment
			}
			p.i++
			if c = p.s[p.i]; isControl(c) {
				return "", errControl
			}
			b.WriteByte(c)
		case p.fold():
			continue
		case isControl(c):
			return "", errControl
		default:
			b.WriteByte(c)
		}
		p.i++
	}
	return "", errUnterminatedComment
}

func isControl(c byte) bool { return c < 0x20 && c != '\t' || c == 0x7f }
