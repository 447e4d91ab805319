package certstore

import (
	"errors"
	"fmt"
	"io/fs"

	"smimectl/internal/cert"
)

// ErrNoPassphrase is what a PassphraseFunc returns when there is no (further)
// passphrase to be had.
var ErrNoPassphrase = errors.New("certstore: no passphrase")

// A WrongPassphraseError says that none of the passphrases given opens a file or
// key whose outer structure is in order.
type WrongPassphraseError struct {
	What   string // what was to be opened, as handed to the PassphraseFunc
	Format string // "PKCS#12 with 3DES, as Windows writes it"
	Tries  int    // passphrases tried
}

func (e *WrongPassphraseError) Error() string { return "certstore: wrong passphrase for " + e.What }

// A NoPassphraseError says that a passphrase is needed and there was none. It
// unwraps to what the PassphraseFunc returned, usually ErrNoPassphrase.
type NoPassphraseError struct {
	What   string
	Format string
	Err    error
}

func (e *NoPassphraseError) Error() string {
	return "certstore: " + e.What + " needs a passphrase"
}

// Unwrap returns the error of the PassphraseFunc.
func (e *NoPassphraseError) Unwrap() error { return e.Err }

// A MalformedError says that a file is not what it seems to be.
type MalformedError struct {
	Format string // "PKCS#12", "PKCS#8", "certificate", ...
	Detail string
	Err    error // a reader's own error, or nil
}

func (e *MalformedError) Error() string {
	s := "certstore: malformed " + e.Format + ": " + e.Detail
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the error of the reader below, if any.
func (e *MalformedError) Unwrap() error { return e.Err }

// A LimitError says that a file asks for more than this package is ready to
// spend on it.
type LimitError struct{ What string }

func (e *LimitError) Error() string { return "certstore: over the limit: " + e.What }

// An UnsupportedError says that a file is in order as far as it was read, but
// uses something this package does not have.
type UnsupportedError struct {
	Format string
	Detail string
}

func (e *UnsupportedError) Error() string {
	return "certstore: unsupported " + e.Format + ": " + e.Detail
}

// A NoMACError says that a PKCS#12 file has nothing that protects it against
// changes, so that anyone may have put keys and certificates into it.
type NoMACError struct{}

func (e *NoMACError) Error() string { return "certstore: PKCS#12 file without a MAC" }

// An EmptyError says that a file holds no key, certificate or revocation list.
type EmptyError struct{ Format string }

func (e *EmptyError) Error() string {
	return "certstore: no key, certificate or revocation list in it (" + e.Format + ")"
}

// An UnfitError says that a private key and a certificate do not belong
// together, or that a key cannot do what is wanted of it.
type UnfitError struct {
	Certificate *cert.Certificate // nil where there is none
	Detail      string
}

func (e *UnfitError) Error() string { return "certstore: " + e.Detail }

// A ModeError says that others than the owner can read a key file or a directory
// of keys, or change it.
type ModeError struct {
	Path string
	Mode fs.FileMode // as found
	Want fs.FileMode // 0600 or 0700
}

func (e *ModeError) Error() string {
	return fmt.Sprintf("certstore: %s can be read or changed by others (mode %04o, not %04o)", e.Path, e.Mode.Perm(), e.Want)
}

// A DamagedError says that a file of the store is damaged and that going on
// without it would change what is trusted.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("certstore: damaged file %s: %v", e.Path, e.Err)
}

// Unwrap returns the reason.
func (e *DamagedError) Unwrap() error { return e.Err }

// An ExistsError says that something is in the store already and was left as it
// is.
type ExistsError struct {
	Path string
	Same bool // what is there is the same certificate

	Chain []*cert.Certificate // issuers that it did not have, and has now
}

func (e *ExistsError) Error() string { return "certstore: " + e.Path + " exists" }

// A QueryError says that a text is neither an address nor a fingerprint.
type QueryError struct{ Who string }

func (e *QueryError) Error() string {
	return fmt.Sprintf("certstore: %q is neither an address nor a fingerprint", e.Who)
}
