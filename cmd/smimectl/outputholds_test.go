package main

import (
	"os"
	"path/filepath"
	"testing"

	"smimectl/internal/outfile"
)

// TestOutputHolds has the one output of a run keep interruptions away while it takes the
// place of a file, and outputs among many have them watched for.
func TestOutputHolds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if !canBeUnnamed(dir) {
		t.Skip("skipped: no files without a name on this file system")
	}
	target := filepath.Join(dir, "out.eml")
	for _, tt := range []struct {
		name               string
		old, many, blocked bool
		watched, held      int
	}{
		{name: "a new file"},
		{name: "in the place of a file", old: true, held: 1},
		{name: "in the place of a file, among many", old: true, many: true, watched: 1},
		{name: "in the place of a folder", old: true, blocked: true, held: 1},
	} {
		os.RemoveAll(target)
		if tt.old {
			if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		watched, held, released := 0, 0, 0
		env := &environment{temporary: &outfile.Temporary{Watch: func() { watched++ }}}
		env.temporary.Hold = func() func() {
			held++
			return func() {
				released++
				if got, _ := os.ReadFile(target); string(got) != "new" && !tt.blocked {
					t.Errorf("%s: interruptions are let in while the file holds %q", tt.name, got)
				}
				if found, _ := os.ReadDir(dir); len(found) != 1 {
					t.Errorf("%s: interruptions are let in beside %v", tt.name, found)
				}
			}
		}
		if tt.many {
			env.directories = outfile.NewDirectories(0)
		}
		o, err := newOutput(env, target, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if tt.blocked {
			os.Remove(target)
			if err := os.Mkdir(target, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.commit(); (err != nil) != tt.blocked {
			t.Errorf("%s: %v", tt.name, err)
		}
		if watched != tt.watched || held != tt.held || released != held {
			t.Errorf("%s: watched for %d times, kept away %d times, let in %d times", tt.name, watched, held, released)
		}
	}
}

// canBeUnnamed reports whether there can be files without a name in a folder.
func canBeUnnamed(dir string) bool {
	f, err := outfile.CreateUnnamed(dir, false, 0o600)
	if err == nil {
		f.Close()
	}
	return err == nil
}
