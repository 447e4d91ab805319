package main

import (
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"smimectl/internal/outfile"
	"smimectl/internal/spool"
)

// TestNoSpaceHint: another folder for temporary files is offered where one is short of room, and nowhere else.
func TestNoSpaceHint(t *testing.T) {
	t.Parallel()
	full := &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	env := manyApp("").env
	several := *env
	several.directories = outfile.NewDirectories(0)
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"what is held back", (&output{env: env}).cannotWrite(&spool.Error{Op: "write", Err: full}), "TMPDIR=DIR"},
		{"the text", releaseError(fmt.Errorf("around: %w", &spool.Error{Op: "write", Err: full})), "TMPDIR=DIR"},
		{"the output", (&output{env: env, target: "m1/o"}).cannotWrite(full), "-o FILE"},
		{"a report", (&output{env: env, target: "m1/r", flag: "--report"}).cannotWrite(full), "--report FILE"},
		{"one of several outputs", (&output{env: &several, target: "m1/o"}).cannotWrite(full), "--out-dir DIR"},
		{"standard output", (&output{env: env}).cannotWrite(full), "free some space there"},
		{"the results", machineError("cannot write", "r.jsonl", full), "free some space there"},
	} {
		e, ok := test.err.(*cliError)
		if !ok {
			t.Fatalf("%s: %v", test.name, test.err)
		}
		hints := strings.Join(e.hints, " ")
		if len(e.hints) != 1 || !strings.Contains(hints, test.want) || strings.Contains(hints, "TMPDIR") != (test.want == "TMPDIR=DIR") ||
			!strings.HasSuffix(e.text, ": no space left on device") || strings.Contains(e.text, "spool") {
			t.Errorf("%s: %q, hints %q", test.name, e.text, e.hints)
		}
	}
}

// TestNoFolderToHoldBack: where nothing can be held back the folder of TMPDIR is what has to change, not the name of a file.
func TestNoFolderToHoldBack(t *testing.T) {
	t.Parallel()
	gone := &fs.PathError{Op: "open", Path: "/nowhere", Err: syscall.ENOENT}
	for name, err := range map[string]error{
		"input":  machineError("cannot hold back the input from", displayName("-"), &spool.Error{Op: "create", Err: gone}),
		"output": (&output{env: manyApp("").env}).cannotWrite(&spool.Error{Op: "create", Err: gone}),
	} {
		e, ok := err.(*cliError)
		if !ok || len(e.hints) != 1 || !strings.HasSuffix(e.hints[0], "TMPDIR=DIR smimectl ...") || e.exit != exitMachine {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFullDevice writes to a device that has no room: the mail is judged, the error says which file, and no other folder
// for temporary files is offered.
func TestFullDevice(t *testing.T) {
	t.Parallel()
	if !fileExists("/dev/full") {
		t.Skip("no full device on this system")
	}
	w := newReleaseWorld(t)
	w.make(smallSized)
	r := w.start(process{args: []string{"decrypt", "--ca", "ca.pem", "-i", "bob.pem", "-o", "/dev/full", smallSized + ".gcm"}})
	if r.code != 3 || !strings.Contains(r.stderr, "cannot write /dev/full: no space left on device") || strings.Contains(r.stderr, "TMPDIR") || !strings.Contains(r.stderr, "hint: ") {
		t.Errorf("exit %d\n%s", r.code, r.stderr)
	}
}
