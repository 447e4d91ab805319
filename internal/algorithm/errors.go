package algorithm

import (
	"errors"
	"fmt"
)

// ErrSignature says that a signature does not verify: its value, its form, or
// the kind or restrictions of the key do not fit. It is deliberately one error.
var ErrSignature = errors.New("algorithm: signature does not verify")

// UnsupportedError names an algorithm, or a form of one, that has no row here.
type UnsupportedError struct {
	Kind   string // "digest", "signature", "key", "cipher", "key transport", "key agreement", "key encapsulation", "key derivation", "key wrap"
	OID    OID
	Detail string // what is not supported about it; may be empty
}

func (e *UnsupportedError) Error() string {
	text := "algorithm: unsupported " + e.Kind
	if e.OID != "" {
		text += " " + e.OID.String()
	}
	detail := e.Detail
	if detail == "" {
		detail = e.Name() // a name is more use to a person than a row of numbers
	}
	if detail != "" {
		text += ": " + detail
	}
	return text
}

// ParameterError says that the parameters of an algorithm are malformed.
type ParameterError struct {
	Name   string // the algorithm's or the structure's name
	Detail string
}

func (e *ParameterError) Error() string {
	return fmt.Sprintf("algorithm: malformed parameters of %s: %s", e.Name, e.Detail)
}

// KeyError says that a public or private key is malformed or contradicts
// itself. It never quotes the key.
type KeyError struct {
	Kind   string // "rsa", "ec", ...; empty when it is not known yet
	Detail string
}

func (e *KeyError) Error() string {
	if e.Kind == "" {
		return "algorithm: malformed key: " + e.Detail
	}
	return fmt.Sprintf("algorithm: malformed %s key: %s", e.Kind, e.Detail)
}

// MismatchError says that a signature algorithm brings its own digest and the
// structure around it declares another.
type MismatchError struct {
	Signature string // name of the signature algorithm
	Digest    string // name of the digest it brings
	Declared  string // name of the digest declared beside it
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("algorithm: %s signature with %s, but %s is declared", e.Signature, e.Digest, e.Declared)
}
