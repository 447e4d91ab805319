package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestInputChanged: a file has changed when it was written to or cut, and not when something else was done with it.
func TestInputChanged(t *testing.T) {
	t.Parallel()
	long := time.Now().Add(-time.Hour)
	for name, test := range map[string]struct {
		do      func(name string) error
		changed bool
	}{
		"nothing":  {func(string) error { return nil }, false},
		"mode":     {func(name string) error { return os.Chmod(name, 0o640) }, false},
		"name":     {func(name string) error { return os.Rename(name, name+".eml") }, false},
		"written":  {func(name string) error { return os.WriteFile(name, []byte("TEXT"), 0o600) }, true},
		"cut":      {func(name string) error { return os.Truncate(name, 2) }, true},
		"appended": {func(name string) error { return os.Truncate(name, 10) }, true},
		"replaced": {func(name string) error {
			if err := os.WriteFile(name+".new", []byte("other"), 0o600); err != nil {
				return err
			}
			return os.Rename(name+".new", name)
		}, false}, // what was opened is the old file
	} {
		file := filepath.Join(t.TempDir(), "mail")
		if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, long, long); err != nil {
			t.Fatal(err)
		}
		regular, _, err := openFile(file)
		if err != nil {
			t.Fatal(err)
		}
		defer regular.Close()
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		since := changedSince(f, info)
		if err := test.do(file); err != nil {
			t.Fatal(err)
		}
		if got, also := regular.Changed(), since(); got != test.changed || also != test.changed {
			t.Errorf("%s: changed %v, as standard input %v", name, got, also)
		}
	}
}
