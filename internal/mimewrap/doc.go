// Package mimewrap is the wire format of mail around CMS: header blocks kept byte for byte, media types,
// multiparts cut on raw octets, transfer encodings, the canonical form that is signed, the S/MIME layers of
// a mail (RFC 8551, RFC 1847, RFC 2045, RFC 2046, RFC 2231), and how a signed, encrypted or opened mail is
// written.
//
// It works on a source that can be read again, so that nothing larger than a header block is ever held in
// memory, and nothing is rewritten on the way in: what is digested are the octets of the file. It knows
// nothing of ASN.1 beyond telling a CMS object from text, of keys, trust, files or the terminal, and it never
// decides whether something is acceptable: what it tolerates it tells in notes.
package mimewrap

import "strconv"

// Limits. A mail beyond them is answered with a LimitError.
const (
	maxHeader     = 1 << 20  // octets of one header block
	maxFields     = 1000     // fields of one header block
	maxMIMEField  = 64 << 10 // octets of a field whose syntax is read
	maxParameters = 200      // parameters of one media type
	maxBoundary   = 512      // RFC 2046 allows 70
	maxParts      = 10000    // parts of one mail
	maxDepth      = 32       // multiparts and messages within one another
	maxNotes      = 100
)

// MalformedError says that octets are no mail, or a mail that two readers could read in two ways.
type MalformedError struct {
	Detail  string
	NoMail  bool // it does not even begin as a mail does: it may be a file of another kind
	Several bool // it is an mbox file of several mails, where one was asked for
}

func (e *MalformedError) Error() string { return "mimewrap: " + e.Detail }

// ParameterError says what is wrong with one MIME field. It unwraps to a MalformedError.
type ParameterError struct {
	Field     string // "Content-Type"
	Parameter string // "" when it is no matter of one parameter
	Detail    string
}

func (e *ParameterError) Error() string { return "mimewrap: " + e.text() }

func (e *ParameterError) text() string {
	if e.Parameter == "" {
		return e.Field + ": " + e.Detail
	}
	return e.Field + ": parameter " + strconv.QuoteToASCII(clip(e.Parameter, 40)) + ": " + e.Detail
}

// Unwrap gives the MalformedError that callers look for.
func (e *ParameterError) Unwrap() error { return &MalformedError{Detail: e.text()} }

// LimitError says which limit of this package a mail exceeds.
type LimitError struct {
	What string
}

func (e *LimitError) Error() string { return "mimewrap: " + e.What }

func malformed(detail string) error { return &MalformedError{Detail: detail} }

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "..."
	}
	return s
}
