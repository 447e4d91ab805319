package certstore

import (
	"encoding/base64"
	"errors"
	"io"
	"os"
	"strings"

	"smimectl/internal/cert"
)

// A ListFile is a file of the store with revocation lists. Of a large one only the
// beginning was read: most lists are of issuers that a message has nothing to do with.
type ListFile struct {
	Lists  []*List   // those it holds; nil when it was not read
	Issuer cert.Name // of the only list of a file that was not read

	path  string
	store *Store
}

// Read reads the file, as [Store.Lists] does.
func (f *ListFile) Read() ([]*List, error) { return f.store.readLists(f.path) }

// listHead is how much of a file is read to find out who issued the list. What is
// not larger is read.
const listHead = 8 << 10

// ListFiles returns the files with revocation lists. What cannot be read is an error as
// it is to [Store.Lists], but damage in that part of a file which is not read is found by its Read only.
func (s *Store) ListFiles() ([]*ListFile, error) {
	paths, err := s.list(listSuffix, listsDir)
	if err != nil {
		return nil, err
	}
	var out []*ListFile
	for _, path := range paths {
		f := &ListFile{path: path, store: s}
		if issuer, ok := issuerOfList(path); ok {
			f.Issuer = issuer
		} else if f.Lists, err = s.readLists(path); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// issuerOfList tells who issued the list in a large file of the form that AddList writes:
// one PEM block that fills it. ok is false for all others.
func issuerOfList(path string) (issuer cert.Name, ok bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() <= listHead || info.Size() > maxFile {
		return cert.Name{}, false
	}
	f, err := os.Open(path)
	if err != nil {
		return cert.Name{}, false
	}
	defer f.Close()
	head := make([]byte, listHead)
	if _, err := io.ReadFull(f, head); err != nil {
		return cert.Name{}, false
	}
	const begin, end, columns = "-----BEGIN X509 CRL-----\n", "-----END X509 CRL-----\n", 64
	text, ok := strings.CutPrefix(string(head), begin)
	if !ok {
		return cert.Name{}, false
	}
	text = strings.ReplaceAll(text, "\n", "")
	der, err := base64.StdEncoding.DecodeString(text[:len(text)/4*4])
	if _, corrupt := errors.AsType[base64.CorruptInputError](err); corrupt {
		return cert.Name{}, false
	}
	issuer, size, ok := cert.CRLHead(der)
	if !ok {
		return cert.Name{}, false
	}
	encoded := (size + 2) / 3 * 4
	return issuer, info.Size() == int64(len(begin)+len(end))+encoded+(encoded+columns-1)/columns
}
