package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"smimectl/internal/certstore"
)

// TestStoreError names what cannot be used, and what to type.
func TestStoreError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closed := filepath.Join(dir, "a store", "identities") // behind a folder that is not there, as far as anybody can see
	for _, test := range []struct {
		name  string
		err   error
		text  string
		hints []string
	}{
		{"closed", fmt.Errorf("certstore: %w", &fs.PathError{Op: "open", Path: closed, Err: syscall.EACCES}),
			"cannot use the store: '" + closed + "': permission denied", []string{"whose is it?  ls -ld " + dir, "another place for the store:  export SMIMECTL_HOME=DIR"}},
		{"read only", &fs.PathError{Op: "open", Path: dir, Err: syscall.EROFS},
			"cannot use the store: " + dir + ": read-only file system", []string{"whose is it?  ls -ld " + dir, "another place for the store:  export SMIMECTL_HOME=DIR"}},
		{"no place", certstore.ErrNoStore,
			"cannot use the store: there is no place for one: HOME, XDG_DATA_HOME and SMIMECTL_HOME are all empty", []string{"name one:  export SMIMECTL_HOME=DIR"}},
	} {
		e := storeError(test.err).(*cliError)
		if e.exit != exitMachine || e.text != test.text || !slices.Equal(e.hints, test.hints) {
			t.Errorf("%s: %d %q %q", test.name, e.exit, e.text, e.hints)
		}
	}
	if e := readError(closed, &fs.PathError{Op: "open", Path: closed, Err: syscall.EACCES}); !slices.Equal(e.hints, []string{"who may read it?  ls -ld " + dir}) {
		t.Errorf("a file behind a closed folder: %q", e.hints)
	}
}
