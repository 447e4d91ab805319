//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
)

// ignoredSignals are those that the kernel keeps from this process.
func ignoredSignals(t *testing.T) uint64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("skipped: no /proc/self/status here")
	}
	m := regexp.MustCompile(`(?m)^SigIgn:\s*([0-9a-f]{16})$`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no SigIgn in\n%s", status)
	}
	mask, err := strconv.ParseUint(string(m[1]), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return mask
}

// TestHoldInterrupts sends this process what would end it, and expects its own actions
// back afterwards. (No other test may run beside it.)
func TestHoldInterrupts(t *testing.T) {
	bit := func(s syscall.Signal) uint64 { return 1 << (s - 1) }
	before := ignoredSignals(t)
	release := holdInterrupts()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if ignoredSignals(t)&bit(s) == 0 {
			t.Errorf("%v is let in", s)
		} else if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Error(err)
		}
	}
	if held := ignoredSignals(t) &^ before &^ (bit(syscall.SIGINT) | bit(syscall.SIGTERM) | bit(syscall.SIGHUP)); held != 0 {
		t.Errorf("%b is kept away as well", held)
	}
	release()
	if after := ignoredSignals(t); after != before {
		t.Errorf("ignored before %b, after %b", before, after)
	}
}

// TestOutputHolds has the one output of a run keep interruptions away while it takes the
// place of a file, and outputs among many have them watched for.
func TestOutputHolds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if f, err := createUnnamed(dir, false, 0o600); err != nil {
		t.Skip("skipped: no files without a name on this file system")
	} else {
		f.Close()
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
		env := &environment{temporary: &temporaryFiles{watch: func() { watched++ }}}
		env.temporary.hold = func() func() {
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
			env.directories = &directories{}
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
