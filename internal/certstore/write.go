package certstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const lockName = ".lock"

// lock keeps other writers away, of this process and of others, until unlock is
// called. Readers do not look at it: each file changes at once, and an identity's
// key is there before its certificate.
func (s *Store) lock() (unlock func(), err error) {
	if s.root == "" {
		return nil, ErrNoStore
	}
	if err := os.MkdirAll(s.root, 0o700); err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	f, err := os.OpenFile(s.dir(lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("certstore: %w", err)
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("certstore: lock %s: %w", f.Name(), err)
	}
	return func() { f.Close() }, nil
}

// writeFile puts a whole file at path: into a temporary file beside it, to the
// disk, then under its name at once, then the directory to the disk. Readers see
// the old file or the new one. Without force an existing file stays and the answer
// is *ExistsError. Directories are made where they are missing, for the owner
// alone. The caller holds the lock.
func (s *Store) writeFile(path string, data []byte, force bool) error {
	if !force {
		if _, err := os.Lstat(path); err == nil {
			return &ExistsError{Path: path}
		}
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("certstore: %w", err)
	}
	s.tidy(dir)
	temp, err := writeTemporary(dir, data)
	if err != nil {
		return fmt.Errorf("certstore: %w", err)
	}
	defer os.Remove(temp)
	if err := commit(temp, path, force); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return &ExistsError{Path: path}
		}
		return fmt.Errorf("certstore: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("certstore: %w", err)
	}
	return nil
}

// temporaryPrefix begins the names of files that are being written.
const temporaryPrefix = ".new-"

// tidy removes leftovers once: to list the directory for each file of an import would
// make the work grow with the square of the number of files.
func (s *Store) tidy(dir string) {
	s.mu.Lock()
	done := s.tidied[dir]
	if s.tidied == nil {
		s.tidied = map[string]bool{}
	}
	s.tidied[dir] = true
	s.mu.Unlock()
	if !done {
		removeLeftover(dir)
	}
}

// removeLeftover deletes what writers that were killed have left in a directory.
// The caller holds the lock, so nobody is writing there now.
func removeLeftover(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // what cannot be listed is not tidied; it stops nobody
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), temporaryPrefix) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// writeTemporary makes a file that readers do not look at, mode 0600.
func writeTemporary(dir string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, temporaryPrefix+"*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// commit gives the temporary file its name. A link fails where the name is taken;
// on file systems without links a look and a rename have to do.
func commit(temp, path string, force bool) error {
	if force {
		return os.Rename(temp, path)
	}
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(temp, path)
}

// remove deletes a file; one that is gone already is no error.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("certstore: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("certstore: %w", err)
	}
	return nil
}

// CheckMode returns *ModeError if others than the owner can read or change the
// file or directory at path, for key files that are not in the store.
func CheckMode(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("certstore: %w", err)
	}
	return checkMode(path, info.IsDir())
}
