package cert

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Limits of a list of mailboxes.
const (
	maxFieldSize    = 256 << 10
	maxMailboxes    = 4096
	maxCommentDepth = 32
)

// Mailbox is one mailbox of a header field (RFC 5322, Section 3.4).
type Mailbox struct {
	Name     string   // display name, decoded but not escaped; else a comment beside the address
	Comments []string // all comments before it, in it and behind it, decoded but not escaped
	Address  Address
	Group    bool // it stood in a group, which is not one mailbox in the sense of From
}

// ParseMailboxes reads the value of a From, Sender, To or Cc field, unfolded
// or folded: mailboxes with and without display names, comments, quoted
// strings and groups. The work is linear in the length of the field.
//
// It accepts what RFC 5322, Section 3.4 and RFC 6532 allow for the creation of
// a message, and of the obsolete forms those that cannot change which address
// is meant; anything else is an error, because two readers would make two
// addresses of it.
func ParseMailboxes(field string) ([]Mailbox, error) {
	if len(field) > maxFieldSize {
		return nil, &LimitError{What: "list of mailboxes"}
	}
	p := mailboxParser{s: field}
	list, err := p.list()
	if err != nil {
		var limit *LimitError
		if errors.As(err, &limit) {
			return nil, err
		}
		return nil, &AddressError{Text: escaped(field), Detail: err.Error()}
	}
	return list, nil
}

// mailboxParser reads a header field from left to right.
type mailboxParser struct {
	s        string
	i        int
	comments []string // since the last mailbox
}

var (
	errUnterminatedQuote   = errors.New("a quoted string does not end")
	errUnterminatedComment = errors.New("a comment does not end")
	errControl             = errors.New("a control character")
	errNotUTF8             = errors.New("a quoted string is not UTF-8")
	errDepth               = errors.New("comments nested too deeply")
	errNoAddress           = errors.New("a name without an address, or an unquoted special character")
	errAfterAddress        = errors.New("something follows an address that is neither a comma nor a comment")
	errAngle               = errors.New("no > after the address")
	errGroup               = errors.New("a group does not end")
	errNestedGroup         = errors.New("a group within a group")
	errEmptyList           = errors.New("no address in it")
	errLocal               = errors.New("the part before @ is neither words with dots between them nor quoted")
)

// peek returns the next octet, 0 at the end. A NUL in the text is no character
// that any rule accepts, so the two need not be told apart.
func (p *mailboxParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// list = address *("," address), where a group holds a list again.
func (p *mailboxParser) list() ([]Mailbox, error) {
	var out []Mailbox
	inGroup, seen := false, false
	for {
		if _, err := p.space(); err != nil {
			return nil, err
		}
		switch c := p.peek(); {
		case p.i == len(p.s):
			if inGroup {
				return nil, errGroup
			}
			if !seen {
				return nil, errEmptyList
			}
			return out, nil
		case c == ',':
			// QUIRK: empty elements, the obsolete obs-addr-list, as mail merge
			// programs leave them behind.
			p.i++
			continue
		case c == ';' && inGroup:
			p.i++
			inGroup = false
		default:
			box, group, err := p.address()
			if err != nil {
				return nil, err
			}
			seen = true
			if group {
				if inGroup {
					return nil, errNestedGroup
				}
				inGroup = true
				continue
			}
			if len(out) == maxMailboxes {
				return nil, &LimitError{What: "list of mailboxes: addresses"}
			}
			box.Group = inGroup
			out = append(out, box)
		}
		if err := p.separator(inGroup); err != nil {
			return nil, err
		}
		if n := len(out); n > 0 && len(p.comments) > 0 {
			out[n-1].Comments = append(out[n-1].Comments, p.comments...)
			p.comments = nil
		}
	}
}

// separator checks that what follows an address ends it.
func (p *mailboxParser) separator(inGroup bool) error {
	if _, err := p.space(); err != nil {
		return err
	}
	if c := p.peek(); p.i < len(p.s) && c != ',' && !(c == ';' && inGroup) {
		return errAfterAddress
	}
	return nil
}

// address reads a mailbox, or a group up to its colon.
func (p *mailboxParser) address() (box Mailbox, group bool, err error) {
	start := p.i
	var words []string
	var comment string
	quoted := false // whether the first word is a quoted string
	for {
		if p.peek() == '"' {
			quoted = quoted || len(words) == 0
			word, err := p.quotedString()
			if err != nil {
				return Mailbox{}, false, err
			}
			words = append(words, word)
		} else if word := p.encodedOrRun(); word != "" {
			words = append(words, word)
		} else {
			break
		}
		said, err := p.space()
		if err != nil {
			return Mailbox{}, false, err
		}
		if said != "" {
			comment = said
		}
	}
	switch p.peek() {
	case '@':
		if len(words) != 1 || quoted && !utf8.ValidString(words[0]) || !quoted && !isDotAtom(words[0]) {
			return Mailbox{}, false, errLocal
		}
		box.Address, err = p.afterLocal(start, words[0])
		if err != nil {
			return Mailbox{}, false, err
		}
		// QUIRK: the comment beside a bare address is the name there, as
		// programs of the 1980s wrote it.
		said, err := p.space()
		if err != nil {
			return Mailbox{}, false, err
		}
		if said != "" {
			comment = said
		}
		box.Name = DecodeWords(strings.TrimSpace(comment))
		return box, false, nil
	case '<':
		p.i++
		if box.Address, err = p.angle(); err != nil {
			return Mailbox{}, false, err
		}
		said, err := p.space()
		if err != nil {
			return Mailbox{}, false, err
		}
		if said != "" {
			comment = said
		}
		if box.Name = phrase(words); box.Name == "" {
			box.Name = DecodeWords(strings.TrimSpace(comment))
		}
		return box, false, nil
	case ':':
		if len(words) == 0 {
			return Mailbox{}, false, errNoAddress
		}
		p.i++
		return Mailbox{}, true, nil
	}
	return Mailbox{}, false, errNoAddress
}

// phrase joins the words of a display name.
func phrase(words []string) string {
	return strings.TrimSpace(DecodeWords(strings.Join(words, " ")))
}

// angle reads what stands between < and >.
func (p *mailboxParser) angle() (Address, error) {
	if _, err := p.space(); err != nil {
		return Address{}, err
	}
	start := p.i
	var local string
	if p.peek() == '"' {
		var err error
		if local, err = p.quotedLocal(); err != nil {
			return Address{}, err
		}
	} else if local = p.run(); !isDotAtom(local) {
		return Address{}, errLocal
	}
	if _, err := p.space(); err != nil {
		return Address{}, err
	}
	if p.peek() != '@' {
		return Address{}, errLocal
	}
	a, err := p.afterLocal(start, local)
	if err != nil {
		return Address{}, err
	}
	if _, err := p.space(); err != nil {
		return Address{}, err
	}
	if p.peek() != '>' {
		return Address{}, errAngle
	}
	p.i++
	return a, nil
}

// afterLocal reads "@" and the domain.
func (p *mailboxParser) afterLocal(start int, local string) (Address, error) {
	p.i++
	if _, err := p.space(); err != nil {
		return Address{}, err
	}
	from := p.i
	if p.peek() == '[' {
		for p.i < len(p.s) && p.s[p.i] != ']' {
			p.i++
		}
		if p.i < len(p.s) {
			p.i++
		}
	} else {
		p.run()
	}
	a, err := newAddress(p.s[start:p.i], local, p.s[from:p.i])
	if err != nil {
		var why *AddressError
		if errors.As(err, &why) {
			return Address{}, errors.New(why.Detail)
		}
	}
	return a, err
}
