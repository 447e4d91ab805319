package algorithm

import (
	"errors"
	"fmt"
)

// ErrUnwrap says that a content-encryption key could not be recovered: a wrong
// key, an altered message and a bad encoding all end here, and nothing tells
// them apart.
var ErrUnwrap = errors.New("algorithm: the content-encryption key could not be recovered")

// ErrKeyUnavailable is wrapped by private keys outside this process (tokens,
// agents) for failures that do not depend on what was to be decrypted: a
// device that was pulled out, a passphrase not given. Every other error of a
// private key ends as [ErrUnwrap] or as a random key.
var ErrKeyUnavailable = errors.New("algorithm: the private key cannot be used")

// KeySizeError says that a symmetric key does not have the length its
// algorithm asks for.
type KeySizeError struct {
	Name      string // of the algorithm
	Want, Got int    // octets
}

func (e *KeySizeError) Error() string {
	return fmt.Sprintf("algorithm: %s takes a key of %d octets, not %d", e.Name, e.Want, e.Got)
}

// maxCEK bounds the content-encryption keys taken from messages, in octets.
// No cipher has a longer key; without a bound a message could buy a long
// computation with every wrapped key.
const maxCEK = 1024

// unwrapFailure turns the error of a private key into one that tells nothing.
func unwrapFailure(err error) error {
	if errors.Is(err, ErrKeyUnavailable) {
		return err
	}
	return ErrUnwrap
}
