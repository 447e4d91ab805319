//go:build !windows

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/verdict"
)

// TestResultsOfOneRun keeps a second run out of a file of results, and a file that has
// been replaced meanwhile from being written.
func TestResultsOfOneRun(t *testing.T) {
	t.Parallel()
	a := manyApp("")
	a.global.report = filepath.Join(t.TempDir(), "results.jsonl")
	first, err := a.openResults(false)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.write(reportNamed(verdict.WordGood, "one")); err != nil {
		t.Fatal(err)
	}
	for _, goOn := range []bool{false, true} {
		_, err := a.openResults(goOn)
		var e *cliError
		if !errors.As(err, &e) || e.exit != exitMachine || !strings.Contains(e.text, "another run is writing it") || len(e.hints) == 0 {
			t.Errorf("a second run (going on: %v): %v", goOn, err)
		}
	}
	if text, err := os.ReadFile(a.global.report); err != nil || strings.Count(string(text), "\n") != 1 {
		t.Errorf("the first run's results: %q, %v", text, err)
	}
	first.close()
	next, err := a.openResults(true)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := next.has("one", nil); !ok {
		t.Error("what the first run has done is not known")
	}
	// Between opening and locking, a run that goes on puts another file in its place.
	old, err := os.Open(a.global.report)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	next.close()
	other := a.global.report + ".new"
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, a.global.report); err != nil {
		t.Fatal(err)
	}
	if err := next.mine(old); err == nil {
		t.Error("a file that has no name any more is taken")
	}
}
