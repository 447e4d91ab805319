package cert

import (
	"fmt"
	"strconv"
)

// SyntaxError says that a structure is not what its definition asks for.
type SyntaxError struct {
	What   string // "certificate", "name", "revocation list"
	Detail string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("cert: malformed %s: %s", e.What, e.Detail)
}

// LimitError says that a structure is larger than what is read.
type LimitError struct {
	What string
}

func (e *LimitError) Error() string { return "cert: too large: " + e.What }

// AddressError says why a text is no mail address or no list of mailboxes.
type AddressError struct {
	Text   string // the text, cut to a bounded length and escaped
	Detail string
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("cert: no mail address: \"%s\": %s", e.Text, e.Detail)
}

// maxQuoted is how many octets of foreign text an error or a report repeats.
const maxQuoted = 200

// escaped returns foreign text as ASCII without control characters, of bounded
// length.
func escaped(s string) string {
	cut := len(s) > maxQuoted
	if cut {
		s = s[:maxQuoted]
	}
	quoted := strconv.QuoteToASCII(s)
	quoted = quoted[1 : len(quoted)-1]
	if cut {
		quoted += "..."
	}
	return quoted
}
