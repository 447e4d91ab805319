package message

import "fmt"

// UnsupportedContent is a CMS content type that holds no layer we can take off.
type UnsupportedContent struct {
	Type string // its name in RFC 5652, or its OID
}

func (e *UnsupportedContent) Error() string {
	return "message: unsupported: " + e.Type + " (content type)"
}

// DetachedHasContent is a signature beside its content that holds content too:
// what is shown and what is signed would be two things (P5).
type DetachedHasContent struct{}

func (*DetachedHasContent) Error() string {
	return "message: the signature part holds content of its own"
}

// ContentMissing is a detached signature without the content it was made for.
type ContentMissing struct{}

func (*ContentMissing) Error() string { return "message: a detached signature without its content" }

// NoIntegrity is a cipher that does not show changes, where that was required.
type NoIntegrity struct{}

func (*NoIntegrity) Error() string { return "message: the cipher does not show changes" }

// WeakCipher is a broken cipher that was not allowed by name.
type WeakCipher struct {
	Name, Title string
}

func (e *WeakCipher) Error() string { return "message: broken cipher " + e.Name }

// NotARecipient says that none of our keys is named by the message.
type NotARecipient struct {
	Identities, Recipients int
}

func (e *NotARecipient) Error() string {
	among := "among its " + count(e.Recipients, "recipient")
	if e.Recipients == 1 {
		among = "its only recipient"
	}
	switch e.Identities {
	case 0:
		return "message: cannot decrypt: there is no identity of yours, and it has " + count(e.Recipients, "recipient")
	case 1:
		return "message: cannot decrypt: your identity is not " + among
	}
	return fmt.Sprintf("message: cannot decrypt: none of your %d identities is %s", e.Identities, among)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
