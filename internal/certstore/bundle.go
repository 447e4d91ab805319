package certstore

import (
	"sync"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// A PassphraseFunc gives the passphrase for what is described by what. It is
// called with try 0 first, and with 1, 2, ... as long as the answers are wrong;
// ErrNoPassphrase ends that. The slice is wiped after use.
type PassphraseFunc func(what string, try int) ([]byte, error)

// A Bundle is what one file held.
type Bundle struct {
	Certificates []*cert.Certificate
	Keys         []*SealedKey
	CRLs         [][]byte // DER
	Format       string   // "PEM", "PKCS#12 with 3DES, as Windows writes it", ...

	// Unverified tells that the contents were not protected, or not by a MAC that
	// is right: anybody may have put them there. Only ReadFileUnverified gives such.
	Unverified bool

	lenient bool // read what is not protected
}

// A SealedKey is a private key as it lies in a file, perhaps encrypted.
type SealedKey struct {
	Format       string // "PKCS#8 with AES-256 (PBKDF2, HMAC-SHA256)"
	What         string // for the PassphraseFunc: "private key"
	Encrypted    bool   // a passphrase is needed
	FriendlyName string // PKCS#12 only
	LocalKeyID   []byte // PKCS#12 only

	mu   sync.Mutex
	der  []byte                                 // clear key
	open func(passphrase []byte) ([]byte, bool) // else: false is a wrong passphrase
	fail error                                  // why the key cannot be opened at all
	key  *algorithm.PrivateKey
}
