package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// corpusFolder is where third-party messages lie: $CORPUS, else beside the repository.
func corpusFolder(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(folder, "corpus")); err != nil {
		t.Skip("skipped: no third-party messages here; name their folder with CORPUS=DIR")
	}
	return folder
}

// TestCorpus runs the outside judge over every third-party message and compares
// with testdata/corpus-not-passing.txt: a case that is not on the list must pass,
// one that is on it must not, and a BLOCK must be listed as such.
func TestCorpus(t *testing.T) {
	t.Parallel()
	folder := corpusFolder(t)
	judge := filepath.Join(folder, "tools", "accept")
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("skipped: the judge of third-party messages needs python3")
	}
	if _, err := os.Stat(judge); err != nil {
		t.Skip("skipped: no judge at " + judge)
	}
	listed := readNotPassing(t)
	results := filepath.Join(t.TempDir(), "results.json")
	cmd := exec.Command("python3", judge, "--bin", buildProgram(t), "--json", results,
		filepath.Join(folder, "corpus"), filepath.Join(folder, "corpus-bc"))
	output, _ := cmd.CombinedOutput() // its exit code says only that some case does not pass
	data, err := os.ReadFile(results)
	if err != nil {
		t.Fatalf("the judge wrote no results: %s", output)
	}
	var cases []struct{ ID, Class, Why string }
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	passed := 0
	seen := map[string]bool{}
	for _, c := range cases {
		seen[c.ID] = true
		want, isListed := listed[c.ID]
		switch {
		case c.Class == "pass" && isListed:
			t.Errorf("%s passes: take it off the list", c.ID)
		case c.Class == "pass":
			passed++
		case !isListed:
			t.Errorf("%s %s: %s", c.Class, c.ID, c.Why)
		case c.Class == "BLOCK" && want != "BLOCK":
			t.Errorf("BLOCK %s, listed as %s: %s", c.ID, want, c.Why)
		}
	}
	for id := range listed {
		if !seen[id] {
			t.Errorf("%s is on the list and no case", id)
		}
	}
	t.Logf("%d of %d third-party cases pass, %d are listed as not passing yet", passed, len(cases), len(listed))
}

// readNotPassing reads lines "CLASS ID  reason"; # begins a comment.
func readNotPassing(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "corpus-not-passing.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	listed := map[string]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 3 {
			t.Fatalf("no reason: %q", line)
		}
		listed[fields[1]] = fields[0]
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return listed
}
