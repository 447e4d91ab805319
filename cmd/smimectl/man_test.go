package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestManual writes the manual pages. Each verb that help lists has one, with its flags and the exit codes; man has to
// find nothing wrong with them.
func TestManual(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "man1")
	var stderr strings.Builder
	env := systemEnvironment()
	env.stderr = &stderr
	env.getenv = func(name string) string {
		if name == "SOURCE_DATE_EPOCH" {
			return "1780315200"
		}
		return ""
	}
	if code := run(env, []string{"manual", dir}); code != exitYes {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	verbs := verbsBelow((&app{env: env}).rootCommand())
	if len(verbs) < 20 {
		t.Errorf("%d verbs", len(verbs))
	}
	_, noMan := exec.LookPath("man")
	for _, cmd := range verbs {
		name := pageName(cmd) + ".1"
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		page := string(data)
		for _, want := range []string{`"2026\-06\-01"`, `.SH "EXIT STATUS"`, "nothing of that kind in the mail", `.B "\-h, \-\-help"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s has no %s", name, want)
			}
		}
		for _, line := range strings.Split(page, "\n") {
			if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && strings.Trim(line[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZbr") == line[1:] {
				t.Errorf("%s: the line %q is taken for a request", name, line)
			}
		}
		if noMan != nil {
			continue
		}
		man := exec.Command("man", "--warnings", "-l", filepath.Join(dir, name))
		man.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANPAGER=cat", "MANWIDTH=80", "TERM=dumb")
		var complaint strings.Builder
		man.Stderr = &complaint
		if text, err := man.Output(); err != nil || complaint.Len() > 0 || !strings.Contains(string(text), "EXIT STATUS") {
			t.Errorf("man -l %s: %v %s", name, err, &complaint)
		}
	}
}
