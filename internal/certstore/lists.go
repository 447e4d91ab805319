package certstore

import (
	"encoding/pem"
	"fmt"
	"path/filepath"
	"strings"

	"smimectl/internal/cert"
)

// A List is a revocation list of the store.
type List struct {
	Name string
	Raw  []byte // DER
	Path string
}

// Lists returns the revocation lists. One damaged file is an error, *DamagedError:
// what it revoked would be taken for good.
func (s *Store) Lists() ([]*List, error) {
	paths, err := s.list(listSuffix, listsDir)
	if err != nil {
		return nil, err
	}
	var out []*List
	for _, path := range paths {
		lists, err := s.readLists(path)
		if err != nil {
			return nil, err
		}
		out = append(out, lists...)
	}
	return out, nil
}

// readLists reads a file of the store. One that was removed holds no list, which is no
// fault.
func (s *Store) readLists(path string) ([]*List, error) {
	data, err := readBounded(path)
	if isMissing(err) {
		return nil, nil
	}
	if err != nil && !isDamage(err) {
		return nil, err
	}
	var b *Bundle
	if err == nil {
		b, err = ReadFile(data, nil)
	}
	if err == nil && len(b.CRLs) == 0 {
		err = &EmptyError{Format: b.Format}
	}
	if err != nil {
		s.report(path, err)
		return nil, &DamagedError{Path: path, Err: err}
	}
	var out []*List
	for _, raw := range b.CRLs {
		out = append(out, &List{Name: listNameOf(path), Raw: raw, Path: path})
	}
	return out, nil
}

func listNameOf(path string) string { return strings.TrimSuffix(filepath.Base(path), listSuffix) }

// AddList keeps a revocation list (DER) under a name. force writes over an older
// one.
func (s *Store) AddList(name string, der []byte, force bool) (*List, error) {
	if _, err := cert.ParseCRL(der); err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	unlock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	l := &List{Name: safeName(name), Raw: der}
	l.Path = s.dir(listsDir, l.Name+listSuffix)
	if err := s.writeFile(l.Path, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), force); err != nil {
		return nil, err
	}
	return l, nil
}

// RemoveList deletes a revocation list.
func (s *Store) RemoveList(l *List) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	return remove(l.Path)
}
