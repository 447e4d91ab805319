package cms

import (
	"errors"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// ErrDecrypt is every failure that depends on a secret: a wrong key, a damaged
// encrypted key, a wrong tag, wrong padding. It is one error with one text,
// because whoever can tell these apart can decrypt without a key (RFC 8551,
// Section 6; RFC 3218).
var ErrDecrypt = errors.New("cms: the message could not be decrypted")

// Envelope is what can be said without any key about an EnvelopedData (RFC
// 5652, Section 6.1) or an AuthEnvelopedData (RFC 5083, Section 2.1). The
// ciphertext is not kept.
type Envelope struct {
	// Type is TypeEnvelopedData or TypeAuthEnvelopedData.
	Type    ContentType
	Version int
	// Recipients has an entry for every encrypted key, in the order of the message.
	Recipients []*RecipientInfo
	// InnerType is the type of what was encrypted; id-data in mail.
	InnerType        ContentType
	ContentAlgorithm algorithm.Identifier
	// Cipher and Parameters are nil when Unsupported is not.
	Cipher     *algorithm.ContentCipher
	Parameters *algorithm.CipherParameters
	// Unsupported is the *algorithm.UnsupportedError that ContentAlgorithm led to.
	Unsupported    error
	CiphertextSize int64
	// MAC is the tag of an AuthEnvelopedData.
	MAC []byte
	// AuthAttributes are authenticated once Decrypt has succeeded.
	AuthAttributes []Attribute
	// UnprotectedAttributes are unprotectedAttrs or unauthAttrs. Nothing protects them.
	UnprotectedAttributes []Attribute
	// Notes are deviations that were tolerated.
	Notes []string

	aad     []byte // of the AEAD; nil without authAttrs
	lim     Limits
	wrong   error   // with the content cipher: told when all of the structure was seen
	passing *passer // what is decrypted in passing; nil: nothing
}

// Matching returns the recipients that name c. More than one is no message to
// be decrypted with the key of c: the second may be a probe, so callers refuse
// it before any private-key operation.
func (e *Envelope) Matching(c *cert.Certificate) []*RecipientInfo {
	var found []*RecipientInfo
	for _, ri := range e.Recipients {
		if ri.Matches(c) {
			found = append(found, ri)
		}
	}
	return found
}

// Duplicates reports whether two recipients have the same identifier, octet by
// octet. Two ways of naming one certificate are seen by Matching only.
func (e *Envelope) Duplicates() bool {
	seen := make(map[string]bool, len(e.Recipients))
	for _, ri := range e.Recipients {
		name := ri.identity()
		if name == "" {
			continue
		}
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

func (e *Envelope) note(text string) { e.Notes = append(e.Notes, text) }
