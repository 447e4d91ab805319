package algorithm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ContentCipher encrypts the content of a message under a content-encryption
// key (RFC 8551, Section 2.7).
type ContentCipher struct {
	Name          string // "aes-256-gcm", "aes-256-cbc", "3des-cbc"
	Title         string // "AES-256-GCM"
	OID           OID
	KeySize       int  // octets
	BlockSize     int  // the ciphertext's length is a multiple of it; 1 where any length can be
	Authenticated bool // stands in AuthEnvelopedData only; the others in EnvelopedData only
	Sized         bool // the content's length is authenticated first: CipherParameters.ContentSize has to be right
	Status        Status
	ReadOnly      bool // NewParameters and NewEncrypter refuse

	mode     cipherMode
	standard string // the clause that lets CMS use it
	strength int    // bits, where they are not those of the key
}

// cipherMode is what the ciphers of one mode of operation have in common.
type cipherMode interface {
	// read parses the parameters in a message.
	read(c *ContentCipher, id Identifier) (*CipherParameters, error)
	// fresh makes the parameters of a new message.
	fresh(c *ContentCipher) (*CipherParameters, error)
	// check refuses parameters that the mode cannot compute with.
	check(p *CipherParameters) error
	encrypter(c *ContentCipher, p *CipherParameters, key, aad []byte) (Encrypter, error)
	// authenticator is asked of authenticated ciphers only.
	authenticator(c *ContentCipher, p *CipherParameters, key, aad []byte) (Authenticator, error)
	decrypter(c *ContentCipher, p *CipherParameters, key []byte) (Decrypter, error)
	ciphertextSize(plain int64) int64
	// limit is the number of octets one content may have, 0 when any. Without
	// parameters it is that of the parameters that fresh makes.
	limit(p *CipherParameters) int64
}

// CipherParameters are the parameters of a content cipher, decoded.
type CipherParameters struct {
	Identifier Identifier // as in contentEncryptionAlgorithm
	IV         []byte     // initialisation vector or nonce
	TagSize    int        // octets of the authentication tag; 0 without
	// ContentSize is the number of octets of the content, for ciphers that are
	// Sized; others do not look at it. It stands in no parameters: whoever reads
	// a message knows it from the length of the ciphertext, whoever writes one
	// has to know it before. With another content than that the Encrypter gives
	// no tag, and the Authenticator refuses.
	ContentSize int64

	inner *CipherParameters // of the cipher within, for those that derive its key
}

// Encrypter encrypts one content.
//
// Both methods append to dst and return it. src may be the octets that
// Update is going to write, in place, or must not overlap them at all.
type Encrypter interface {
	Update(dst, src []byte) []byte
	// Final ends the content. The tag is nil for ciphers without one, and for a
	// content of more than MaxSize octets: nothing beyond was encrypted then. It
	// is nil, too, when the cipher is Sized and the content has another size.
	Final(dst []byte) (out, tag []byte)
}

// Authenticator checks the tag of a ciphertext without decrypting it.
type Authenticator interface {
	io.Writer // takes ciphertext; *TooLongError
	// Check ends the ciphertext and compares in constant time. The tag must have
	// exactly the length that the parameters say.
	Check(tag []byte) bool
}

// LateAuthenticator is an Authenticator that can be told behind the ciphertext what
// stands before it in what is authenticated.
type LateAuthenticator interface {
	Authenticator
	// Append says what the additional authenticated data are, where NewAuthenticator was
	// given none. It is called once at most, after the last Write and before Check.
	Append(aad []byte)
}

// Decrypter decrypts one content. By itself it authenticates nothing: what it
// returns is unverified. Its methods append to dst as an [Encrypter]'s do.
type Decrypter interface {
	Update(dst, src []byte) []byte
	Final(dst []byte) ([]byte, error) // ErrPadding
}

// Resumer is a Decrypter that can go on anywhere in a ciphertext: several of them can
// decrypt pieces of one content at the same time. Those of ciphers that authenticate are none.
type Resumer interface {
	Decrypter
	// Resume has it go on behind a ciphertext that ends with before, which has ResumeSize
	// octets at least. Up to there the ciphertext must be whole blocks.
	Resume(before []byte)
}

// ResumeSize is how many octets of ciphertext a [Resumer] has to know, whatever the cipher.
const ResumeSize = 2 * maxBlock

// ErrPadding says that the padding at the end of a decrypted content is wrong,
// or that there is none. It must not be told apart from other failures to
// whoever may have sent the message.
var ErrPadding = errors.New("algorithm: wrong padding")

// TooLongError says that a content is longer than its cipher allows.
type TooLongError struct {
	Name string
	Max  int64 // octets
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("algorithm: %s takes %d octets at most", e.Name, e.Max)
}

// UnknownSizeError says that a cipher has to know the size of the content
// before it begins.
type UnknownSizeError struct{ Name string }

func (e *UnknownSizeError) Error() string {
	return fmt.Sprintf("algorithm: %s has to know the size of the content first", e.Name)
}

// FindContentCipher returns the content cipher that id names, and its
// parameters. Several rows may share an OID and differ in their parameters: a row
// whose parameters these are not says *UnsupportedError, and the next is asked.
func FindContentCipher(id Identifier) (*ContentCipher, *CipherParameters, error) {
	var failure error
	for c := range contentCiphers.rows() {
		if c.OID != id.OID {
			continue
		}
		p, err := c.mode.read(c, id)
		if err == nil {
			p.Identifier = Identifier{OID: id.OID, Parameters: bytes.Clone(id.Parameters)}
			return c, p, nil
		}
		failure = err
		if _, other := errors.AsType[*UnsupportedError](err); !other {
			break
		}
	}
	if failure == nil {
		failure = unsupported("cipher", id.OID)
	}
	return nil, nil, failure
}

// ContentCipherByName returns the content cipher of that name.
func ContentCipherByName(name string) (*ContentCipher, error) {
	for c := range contentCiphers.rows() {
		if c.Name == name {
			return c, nil
		}
	}
	return nil, &UnsupportedError{Kind: "cipher", Detail: "no cipher has that name"}
}

// ContentCipherName returns the name of the first content cipher under an OID.
func ContentCipherName(oid OID) (string, bool) {
	for c := range contentCiphers.rows() {
		if c.OID == oid {
			return c.Name, true
		}
	}
	return "", false
}

// ContentCiphers returns all content ciphers, the preferred ones first.
func ContentCiphers() []*ContentCipher { return slices.Collect(contentCiphers.rows()) }

// NewParameters returns parameters for one new message.
func (c *ContentCipher) NewParameters() (*CipherParameters, error) {
	if c.ReadOnly {
		return nil, c.readOnly()
	}
	return c.mode.fresh(c)
}

// NewEncrypter returns an Encrypter for one content. Additional authenticated
// data are for authenticated ciphers only. Parameters must not be used twice
// with one key.
func (c *ContentCipher) NewEncrypter(p *CipherParameters, key, aad []byte) (Encrypter, error) {
	if c.ReadOnly {
		return nil, c.readOnly()
	}
	if len(aad) > 0 && !c.Authenticated {
		return nil, fmt.Errorf("algorithm: %s cannot authenticate additional data", c.Title)
	}
	if err := c.check(p, key); err != nil {
		return nil, err
	}
	return c.mode.encrypter(c, p, key, aad)
}

// NewAuthenticator returns an Authenticator for one ciphertext of an
// authenticated cipher.
func (c *ContentCipher) NewAuthenticator(p *CipherParameters, key, aad []byte) (Authenticator, error) {
	if !c.Authenticated {
		return nil, fmt.Errorf("algorithm: %s authenticates nothing", c.Title)
	}
	if err := c.check(p, key); err != nil {
		return nil, err
	}
	return c.mode.authenticator(c, p, key, aad)
}

// NewDecrypter returns a Decrypter for one ciphertext. It does not look at tags.
func (c *ContentCipher) NewDecrypter(p *CipherParameters, key []byte) (Decrypter, error) {
	if err := c.check(p, key); err != nil {
		return nil, err
	}
	return c.mode.decrypter(c, p, key)
}

// CiphertextSize returns the length of the ciphertext of plain octets, without
// the tag.
func (c *ContentCipher) CiphertextSize(plain int64) int64 { return c.mode.ciphertextSize(plain) }

// MaxSize returns how many octets one content may have, or 0 when the cipher
// sets no limit.
func (c *ContentCipher) MaxSize() int64 { return c.mode.limit(nil) }

// MaxSizeWith returns the same for parameters that were read.
func (c *ContentCipher) MaxSizeWith(p *CipherParameters) int64 { return c.mode.limit(p) }

func (c *ContentCipher) check(p *CipherParameters, key []byte) error {
	if p == nil {
		return &ParameterError{Name: c.Name, Detail: "absent"}
	}
	if err := c.mode.check(p); err != nil {
		return err
	}
	if len(key) != c.KeySize {
		return &KeySizeError{Name: c.Name, Want: c.KeySize, Got: len(key)}
	}
	return nil
}

func (c *ContentCipher) readOnly() error {
	return &UnsupportedError{Kind: "cipher", OID: c.OID, Detail: c.Title + " is only read"}
}
