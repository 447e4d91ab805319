package certstore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"smimectl/internal/cert"
)

// TestLeftoverOfKilledWriters: what a writer that was killed has left goes with the next write to its directory.
func TestLeftoverOfKilledWriters(t *testing.T) {
	t.Parallel()
	s, ca := newStore(t), newCA(t)
	dir := s.dir(anchorsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	left, hidden := filepath.Join(dir, temporaryPrefix+"1234"), filepath.Join(dir, ".keep")
	for _, path := range []string{left, hidden} {
		if err := os.WriteFile(path, []byte("half a fi"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddAnchor("root", ca.Certificate, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
	if _, err := os.Stat(hidden); err != nil {
		t.Errorf("a file that is nobody's leftover: %v", err)
	}
}

// TestNoRegularFile: a directory in the place of a file is damage of that file, not a fault of the machine: the
// anchors fail closed, certificates and identities are passed over and named.
func TestNoRegularFile(t *testing.T) {
	t.Parallel()
	s, ca := newStore(t), newCA(t)
	key, c := issue(t, ca, "alice@example.test")
	if _, err := s.AddIdentity(key, []*cert.Certificate{c}, noEncryption(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddAnchor("root", ca.Certificate, false); err != nil {
		t.Fatal(err)
	}
	checkNoRegularFile(t, s, func(path string) error { return os.MkdirAll(path, 0o700) })
}

// checkNoRegularFile puts something that is no file among the files of a store with one anchor and one identity.
func checkNoRegularFile(t *testing.T, s *Store, put func(path string) error) {
	t.Helper()
	paths := []string{
		s.dir(anchorsDir, "odd.pem"), s.dir(certificatesDir, "odd.pem"),
		s.dir(identitiesDir, "alice@example.test", "odd.pem"),
	}
	for _, path := range paths {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := put(path); err != nil {
			t.Fatal(err)
		}
	}
	var damaged *DamagedError
	if _, err := s.Anchors(); !errors.As(err, &damaged) || damaged.Path != paths[0] {
		t.Errorf("anchors: %v", err)
	}
	if list, err := s.Certificates(); err != nil || len(list) != 0 {
		t.Errorf("%d certificates, %v", len(list), err)
	}
	if list, err := s.Identities(); err != nil || len(list) != 1 {
		t.Errorf("%d identities, %v", len(list), err)
	}
	if n := len(s.Problems()); n != len(paths) {
		t.Errorf("%d problems, want %d", n, len(paths))
	}
}

// TestImportListsOnce: of many certificates that one run writes, the first has the directory listed for what killed writers
// have left, and no other: else the work would grow with the square of their number.
func TestImportListsOnce(t *testing.T) {
	t.Parallel()
	w, s := newCrowd(t), newStore(t)
	add := func(s *Store, i int) {
		t.Helper()
		if _, err := s.AddCertificate(w.person(i), "x", testTime, nil, false); err != nil {
			t.Fatal(err)
		}
	}
	add(s, 1)
	left := s.dir(certificatesDir, temporaryPrefix+"1234")
	if err := os.WriteFile(left, []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	add(s, 2)
	if _, err := os.Stat(left); err != nil {
		t.Errorf("the directory was listed again: %v", err)
	}
	add(Open(s.Roots()), 3)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
}
