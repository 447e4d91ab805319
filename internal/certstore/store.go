package certstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

const (
	identitiesDir     = "identities"
	certificatesDir   = "certs"
	anchorsDir        = "anchors"
	stampAnchorsDir   = "timestamp-anchors"
	listsDir          = "crls"
	certificateSuffix = ".pem"
	keySuffix         = ".key"
	listSuffix        = ".crl"
)

// Roots are the directories of a store, found out by the caller. Data holds the
// files; Config is only kept for the caller.
type Roots struct{ Config, Data string }

// A Store is what lies on disk below a directory. Reading takes no lock and makes
// nothing; a missing directory is an empty one. It keeps no contents: what another
// process has put there is seen at the next call. It may be used from several
// goroutines.
type Store struct {
	roots Roots
	root  string // Data, cleaned

	mu       sync.Mutex
	problems []Problem
	tidied   map[string]bool // directories without leftovers of killed writers
}

// A Problem is a file of the store that was passed over, and why.
type Problem struct {
	Path string
	Err  error
}

// Open gives the store below root. It does not touch the disk.
func Open(roots Roots) *Store {
	s := &Store{roots: roots}
	if roots.Data != "" {
		s.root = filepath.Clean(roots.Data)
	}
	return s
}

// Roots returns what the store was opened with.
func (s *Store) Roots() Roots { return s.roots }

// Problems returns the files that were found to be damaged by the calls up to
// now, each once.
func (s *Store) Problems() []Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// report notes a damaged file.
func (s *Store) report(path string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.problems {
		if p.Path == path {
			return
		}
	}
	s.problems = append(s.problems, Problem{Path: path, Err: err})
}

// dir joins path elements below the root.
func (s *Store) dir(elements ...string) string {
	return filepath.Join(append([]string{s.root}, elements...)...)
}

// ErrNoStore is what writing gives without a directory.
var ErrNoStore = errors.New("certstore: no directory for the store")

// readNames lists a directory, without what is hidden or being written; a missing
// one is empty.
func readNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// isMissing reports that something is not there: it, or a directory on the way to
// it, which may also be a file. Accounts of services have HOME=/dev/null.
func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// list returns the paths of the files in a directory of the store whose names end
// in suffix, in order.
func (s *Store) list(suffix string, elements ...string) ([]string, error) {
	if s.root == "" {
		return nil, nil
	}
	dir := s.dir(elements...)
	names, err := readNames(dir)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, name := range names {
		if strings.HasSuffix(name, suffix) {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	return paths, nil
}

// readBounded reads a file of the store, and no more than a file may have. What is
// no file is damage: opening a pipe would wait for ever, and a device never ends.
func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, &MalformedError{Format: "file", Detail: "it is no regular file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	if len(data) > maxFile {
		return nil, &LimitError{What: fmt.Sprintf("file of more than %d MiB", maxFile>>20)}
	}
	return data, nil
}

// readCertificates reads a file that has to hold certificates and nothing else.
// gone is true when it was removed between listing and reading, which is no fault.
func readCertificates(path string) (data []byte, b *Bundle, gone bool, err error) {
	data, err = readBounded(path)
	if isMissing(err) {
		return nil, nil, true, nil
	}
	if err != nil {
		return nil, nil, false, err
	}
	b, err = ReadFile(data, nil)
	if err == nil && len(b.Certificates) == 0 {
		err = &EmptyError{Format: b.Format}
	}
	return data, b, false, err
}

// isDamage tells errors that come from the contents of a file from those of the
// machine (permission, disk).
func isDamage(err error) bool {
	var path *fs.PathError
	return !errors.As(err, &path)
}
