package cms

import (
	"errors"
	"fmt"
)

// SignatureFault is the class of a SignatureError.
type SignatureFault int

const (
	// ContentChanged: the signature over the attributes is good, but the
	// digest in them is that of other content.
	ContentChanged SignatureFault = iota + 1
	// Invalid: the signature does not verify with the certificate's key.
	Invalid
	// Attributes: the signed attributes break a rule.
	Attributes
	// WrongCertificate: the signed attributes name another certificate.
	WrongCertificate
)

// String returns a few words.
func (f SignatureFault) String() string {
	switch f {
	case ContentChanged:
		return "content has changed"
	case Invalid:
		return "signature does not verify"
	case Attributes:
		return "signed attributes are wrong"
	case WrongCertificate:
		return "signature was made for another certificate"
	}
	return "no fault"
}

// SignatureError says why a signature is not good.
type SignatureError struct {
	Kind   SignatureFault
	Detail string
}

func (e *SignatureError) Error() string {
	if e.Detail == "" {
		return "cms: " + e.Kind.String()
	}
	return "cms: " + e.Kind.String() + ": " + e.Detail
}

// ErrNoContent says that the content of a detached signature has not been
// given to DigestContent, so that nothing can be said about its signers.
var ErrNoContent = errors.New("cms: content of the detached signature has not been digested")

// attributeFault makes a SignatureError about the attributes.
func attributeFault(format string, args ...any) error {
	return &SignatureError{Attributes, fmt.Sprintf(format, args...)}
}
