package certstore

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// Identities returns all identities, in the order of their files. Damaged ones are
// left out and named in Problems. An identity with several addresses comes once.
func (s *Store) Identities() ([]*Identity, error) {
	if s.root == "" {
		return nil, nil
	}
	dirs, err := readNames(s.dir(identitiesDir))
	if err != nil {
		return nil, err
	}
	var all []*Identity
	for _, dir := range dirs {
		ids, err := s.identitiesIn(dir, "")
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	return onlyOnce(all), nil
}

// onlyOnce leaves out further copies of an identity; one whose key lies beside it
// is preferred.
func onlyOnce(ids []*Identity) []*Identity {
	place := map[string]int{}
	out := ids[:0]
	for _, id := range ids {
		f := id.Certificate.Fingerprint()
		i, seen := place[f]
		if !seen {
			place[f] = len(out)
			out = append(out, id)
			continue
		}
		if _, err := os.Stat(strings.TrimSuffix(id.File, certificateSuffix) + keySuffix); err == nil {
			out[i] = id
		}
	}
	return out
}

// identitiesIn reads the identities in one directory whose file names begin with
// prefix.
func (s *Store) identitiesIn(dir, prefix string) ([]*Identity, error) {
	if info, err := os.Stat(s.dir(identitiesDir, dir)); err == nil && !info.IsDir() {
		return nil, nil
	}
	paths, err := s.list(certificateSuffix, identitiesDir, dir)
	if err != nil {
		return nil, err
	}
	var ids []*Identity
	for _, path := range paths {
		if !strings.HasPrefix(filepath.Base(path), prefix) {
			continue
		}
		_, b, gone, err := readCertificates(path)
		switch {
		case gone:
		case err != nil && !isDamage(err):
			return nil, err
		case err != nil:
			s.report(path, err)
		default:
			ids = append(ids, &Identity{Certificate: b.Certificates[0], Chain: b.Certificates[1:], File: path, store: s})
		}
	}
	return ids, nil
}

// IdentitiesFor returns the identities whose certificate has the address. Only
// the directory of the address is read.
func (s *Store) IdentitiesFor(a cert.Address) ([]*Identity, error) {
	ids, err := s.identitiesIn(addressDir(a), "")
	if err != nil {
		return nil, err
	}
	// The directory is only a name; the certificate says whose it is.
	return slices.DeleteFunc(ids, func(id *Identity) bool { return !hasAddress(id.Certificate, a) }), nil
}

// hasAddress reports whether a stands in c.
func hasAddress(c *cert.Certificate, a cert.Address) bool {
	return slices.ContainsFunc(c.Addresses(), a.Equal)
}

// Find returns the identities that who names: an address, a mailbox ("Name <a>"),
// or at least 8 digits of a fingerprint or key identifier. *QueryError if it is
// none of these.
func (s *Store) Find(who string) ([]*Identity, error) {
	q, err := parseQuery(who)
	if err != nil {
		return nil, err
	}
	if q.address != nil {
		return s.IdentitiesFor(*q.address)
	}
	// The file names are beginnings of fingerprints.
	dirs, err := readNames(s.dir(identitiesDir))
	if err != nil || s.root == "" {
		return nil, err
	}
	var found []*Identity
	for _, dir := range dirs {
		ids, err := s.identitiesIn(dir, q.digits[:min(len(q.digits), shortFingerprint)])
		if err != nil {
			return nil, err
		}
		found = append(found, ids...)
	}
	found = slices.DeleteFunc(onlyOnce(found), func(id *Identity) bool { return !q.matches(id.Certificate) })
	if len(found) > 0 {
		return found, nil
	}
	return s.identitiesWhere(q.matches)
}

// FindIssuerSerial returns the identities whose certificate is named by issuer and
// serial number.
func (s *Store) FindIssuerSerial(is cert.IssuerSerial) ([]*Identity, error) {
	return s.identitiesWhere(is.Matches)
}

// FindKeyID returns the identities whose certificate or key has the identifier.
func (s *Store) FindKeyID(keyID []byte) ([]*Identity, error) {
	return s.identitiesWhere(func(c *cert.Certificate) bool { return hasKeyID(c, keyID) })
}

func (s *Store) identitiesWhere(match func(*cert.Certificate) bool) ([]*Identity, error) {
	all, err := s.Identities()
	return slices.DeleteFunc(all, func(id *Identity) bool { return !match(id.Certificate) }), err
}

// WithKeyOf returns an identity whose key is that of a certificate, preferring one whose key
// can be read; nil if there is none. Who renews with the same key gets only a certificate.
func (s *Store) WithKeyOf(c *cert.Certificate) (*Identity, error) {
	public, err := c.PublicKey()
	if err != nil {
		return nil, nil // such a key nobody has
	}
	found, err := s.identitiesWhere(func(o *cert.Certificate) bool {
		p, err := o.PublicKey()
		return err == nil && p.Equal(public)
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for _, id := range found {
		if _, err := id.LooksUsable(); err == nil {
			return id, nil
		}
	}
	return found[0], nil
}

// AddIdentity puts a key and its certificate chain, own certificate first, into
// the store. The pair is proven first. The key is encrypted under the passphrase;
// an empty one that is not nil leaves it unencrypted, nil is *NoPassphraseError.
// Without force an identity that is there stays, with *ExistsError; if it has no issuers, those of the chain are added.
//
// The key lies under the first address of the certificate; under its other
// addresses there are copies of the certificate.
func (s *Store) AddIdentity(key *algorithm.PrivateKey, chain []*cert.Certificate, passphrase []byte, force bool) (*Identity, error) {
	if s.root == "" {
		return nil, ErrNoStore
	}
	if len(chain) == 0 {
		return nil, &UnfitError{Detail: "a key without a certificate is no identity"}
	}
	leaf := chain[0]
	if err := Prove(key, leaf); err != nil {
		return nil, err
	}
	if passphrase == nil {
		return nil, &NoPassphraseError{What: "the new key file", Format: "PKCS#8", Err: ErrNoPassphrase}
	}
	dirs := identityDirs(leaf)
	for _, dir := range []string{s.root, s.dir(identitiesDir), s.dir(identitiesDir, dirs[0])} {
		if err := checkMode(dir, true); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	keyPEM, err := encodeKey(key, passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(keyPEM)
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	base := s.dir(identitiesDir, dirs[0], certificateName(leaf))
	if !force {
		path := base + certificateSuffix
		if _, err := os.Lstat(path); err == nil {
			known, added, err := s.complete(chain, dirs, passphrase)
			if err != nil {
				return nil, err
			}
			return nil, &ExistsError{Path: path, Same: known, Chain: added}
		}
	}
	if len(chain) == 1 { // what is there of the chain is not lost by writing over it
		if _, b, _, err := readCertificates(base + certificateSuffix); err == nil && b != nil && b.Certificates[0].Equal(leaf) {
			chain = b.Certificates
		}
	}
	// The key first: a certificate that readers see has its key. No certificate
	// was there, so a key that is comes from a crash, and is written over.
	if err := s.writeFile(base+keySuffix, keyPEM, true); err != nil {
		return nil, err
	}
	text := encodeChain(chain)
	for i, dir := range dirs {
		path := s.dir(identitiesDir, dir, certificateName(leaf)+certificateSuffix)
		// Copies under further addresses hold the same; they may be written over.
		if err := s.writeFile(path, text, force || i > 0); err != nil {
			return nil, err
		}
	}
	return &Identity{Certificate: leaf, Chain: chain[1:], File: base + certificateSuffix, store: s}, nil
}

// complete reports whether the identity of a chain is there and of use: with its key, which fits
// where it can be opened with the passphrase. Copies under further addresses that an interrupted run has left out are
// written, and the issuers where there are none; those that were added are returned.
func (s *Store) complete(chain []*cert.Certificate, dirs []string, passphrase []byte) (known bool, added []*cert.Certificate, err error) {
	leaf := chain[0]
	path := func(dir string) string { return s.dir(identitiesDir, dir, certificateName(leaf)+certificateSuffix) }
	_, stored, _, err := readCertificates(path(dirs[0]))
	if err != nil || stored == nil || !stored.Certificates[0].Equal(leaf) {
		return false, nil, nil
	}
	id := &Identity{Certificate: leaf, Chain: stored.Certificates[1:], File: path(dirs[0]), store: s}
	sealed, err := id.LooksUsable()
	if err != nil {
		return false, nil, nil
	}
	if sealed && len(passphrase) > 0 {
		_, err := id.Key(func(_ string, try int) ([]byte, error) {
			if try > 0 {
				return nil, ErrNoPassphrase
			}
			return slices.Clone(passphrase), nil
		})
		if another := (*WrongPassphraseError)(nil); err != nil && !errors.As(err, &another) {
			return false, nil, nil
		}
	}
	whole := stored.Certificates
	if len(whole) == 1 && len(chain) > 1 {
		whole, added = chain, chain[1:]
	}
	for _, dir := range dirs {
		_, b, _, err := readCertificates(path(dir))
		if err == nil && b != nil && b.Certificates[0].Equal(leaf) && len(b.Certificates) >= len(whole) {
			continue
		}
		if err := s.writeFile(path(dir), encodeChain(whole), true); err != nil {
			return false, nil, err
		}
	}
	return true, added, nil
}

// identityDirs names the directories of an identity, that of the key first.
func identityDirs(c *cert.Certificate) []string {
	var dirs []string
	for _, a := range c.Addresses() {
		if dir := addressDir(a); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	if len(dirs) == 0 {
		return []string{noAddress}
	}
	return dirs
}

// encodeKey writes PKCS#8 as PEM.
func encodeKey(key *algorithm.PrivateKey, passphrase []byte) ([]byte, error) {
	der, err := key.PKCS8()
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	defer clear(der)
	if len(passphrase) == 0 {
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
	}
	sealed, err := EncryptPKCS8(der, passphrase)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: sealed}), nil
}

// encodeChain writes certificates as PEM, one after the other.
func encodeChain(chain []*cert.Certificate) []byte {
	var out []byte
	for _, c := range chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

// RemoveIdentity deletes an identity of the store with its key, under all its
// addresses. Mail encrypted to it cannot be read any more.
func (s *Store) RemoveIdentity(id *Identity) error {
	if id.File == "" || id.store == nil {
		return &UnfitError{Certificate: id.Certificate, Detail: "the identity is not in the store"}
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	name := filepath.Base(strings.TrimSuffix(id.File, certificateSuffix))
	dirs, err := readNames(s.dir(identitiesDir))
	if err != nil {
		return err
	}
	// Certificates before keys, so that no reader meets one without the other.
	for _, suffix := range []string{certificateSuffix, keySuffix} {
		for _, dir := range dirs {
			if !slices.Contains(identityDirs(id.Certificate), dir) && dir != filepath.Base(filepath.Dir(id.File)) {
				continue
			}
			if err := remove(s.dir(identitiesDir, dir, name+suffix)); err != nil {
				return err
			}
		}
	}
	for _, dir := range dirs {
		os.Remove(s.dir(identitiesDir, dir)) // goes only when empty
	}
	return nil
}
