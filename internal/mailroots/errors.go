package mailroots

import "fmt"

// A MalformedError says that a list is not what it should be.
type MalformedError struct {
	Format string // "list of roots", "certdata.txt", "PEM bundle"
	Line   int    // 0 = not known
	Detail string
}

func (e *MalformedError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("mailroots: malformed %s: line %d: %s", e.Format, e.Line, e.Detail)
	}
	return fmt.Sprintf("mailroots: malformed %s: %s", e.Format, e.Detail)
}

// A LimitError says that a list is larger than any real one.
type LimitError struct{ What string }

func (e *LimitError) Error() string { return "mailroots: over the limit: " + e.What }

// An EmptyError says that a file names no root for e-mail.
type EmptyError struct{ Format string }

func (e *EmptyError) Error() string {
	return "mailroots: no root for e-mail in it (" + e.Format + ")"
}
