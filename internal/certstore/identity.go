package certstore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// An Identity is a certificate with the private key for it.
type Identity struct {
	Certificate *cert.Certificate
	Chain       []*cert.Certificate // issuers, nearest first
	File        string              // of the certificate; empty if it is not in the store

	mu    sync.Mutex
	store *Store
	key   *algorithm.PrivateKey
}

// NewIdentity makes an identity of what did not come from the store. That key and
// certificate fit is the caller's to prove.
func NewIdentity(key *algorithm.PrivateKey, c *cert.Certificate, chain []*cert.Certificate) *Identity {
	return &Identity{Certificate: c, Chain: chain, key: key}
}

// Key returns the private key. That of the store is read now, asking for a
// passphrase if it has one, compared with the certificate, and remembered.
func (id *Identity) Key(pass PassphraseFunc) (*algorithm.PrivateKey, error) {
	id.mu.Lock()
	defer id.mu.Unlock()
	if id.key != nil {
		return id.key, nil
	}
	if id.store == nil {
		return nil, &UnfitError{Certificate: id.Certificate, Detail: "there is no private key for the certificate"}
	}
	path, err := id.keyFile()
	if err != nil {
		return nil, err
	}
	data, err := id.store.readKeyFile(path)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	what := "the key of " + id.Who()
	b, err := ReadFile(data, pass)
	if err != nil {
		return nil, &DamagedError{Path: path, Err: err}
	}
	if len(b.Keys) != 1 {
		return nil, &DamagedError{Path: path, Err: &MalformedError{Format: "key file", Detail: "not exactly one key"}}
	}
	b.Keys[0].What = what
	key, err := b.Keys[0].Open(pass)
	if err != nil {
		return nil, err
	}
	// The pair was proven when it was added; now it is enough that it still is one.
	public, err := id.Certificate.PublicKey()
	if err != nil || !public.Equal(key.Public) {
		return nil, &UnfitError{Certificate: id.Certificate, Detail: "the private key does not fit the certificate"}
	}
	id.key = key
	return key, nil
}

// Who names the identity in a few words: its first address, else its name.
func (id *Identity) Who() string {
	if a := id.Certificate.Addresses(); len(a) > 0 {
		return a[0].String()
	}
	return id.Certificate.DisplayName()
}

// keyFile finds the key: beside the certificate, or beside another copy of it
// under another address.
func (id *Identity) keyFile() (string, error) {
	beside := strings.TrimSuffix(id.File, certificateSuffix) + keySuffix
	if _, err := os.Stat(beside); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return beside, err
	}
	dirs, err := readNames(id.store.dir(identitiesDir))
	if err != nil {
		return "", err
	}
	for _, dir := range dirs {
		path := id.store.dir(identitiesDir, dir, filepath.Base(beside))
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", &UnfitError{Certificate: id.Certificate, Detail: "its file is missing: " + beside}
}

// readKeyFile reads a key of the store unless others can read it, or the
// directories that lead to it.
func (s *Store) readKeyFile(path string) ([]byte, error) {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if err := checkMode(dir, true); err != nil {
			return nil, err
		}
		if dir == s.root || len(dir) <= len(s.root) {
			break
		}
	}
	if err := checkMode(path, false); err != nil {
		return nil, err
	}
	return readBounded(path)
}
