package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestStandards holds the table of docs/standards.md against the tree: every file exists and names the standard, every
// test exists in the package that is named.
func TestStandards(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "standards.md"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`^\| (RFC \d+) \| ([^|]+) \| [^|]+ \| \[([^\]]+)\]\(\.\./([^)]+)\) \| ([^|]+) \|$`)
	quotedTest := regexp.MustCompile("^`([a-z0-9/]+)\\.(Test\\w+)`$")
	tests := map[string]bool{}
	rows, standards := 0, map[string]bool{}
	for _, line := range strings.Split(string(page), "\n") {
		if !strings.HasPrefix(line, "| RFC") {
			continue
		}
		m := row.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("no row of the table: %s", line)
			continue
		}
		rows++
		standards[m[1]] = true
		if m[3] != m[4] {
			t.Errorf("%s %s: shows %s and links to %s", m[1], m[2], m[3], m[4])
		}
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m[3])))
		if err != nil {
			t.Errorf("%s %s: %v", m[1], m[2], err)
		} else if !regexp.MustCompile(m[1] + `\b`).Match(source) {
			t.Errorf("%s does not name %s", m[3], m[1])
		}
		for _, name := range strings.Split(m[5], ", ") {
			q := quotedTest.FindStringSubmatch(name)
			if q == nil {
				t.Errorf("%s %s: %q is no test", m[1], m[2], name)
				continue
			}
			if _, known := tests[name]; !known {
				tests[name] = hasTest(t, filepath.Join(root, filepath.FromSlash(q[1])), q[2])
			}
			if !tests[name] {
				t.Errorf("%s %s: %s has no %s", m[1], m[2], q[1], q[2])
			}
		}
	}
	for _, name := range []string{"RFC 8551", "RFC 8550", "RFC 5652", "RFC 5083", "RFC 5084", "RFC 5280", "RFC 6960", "RFC 9598", "RFC 8933", "RFC 6211", "RFC 5035", "RFC 9709", "RFC 3274", "RFC 5940", "RFC 9629", "RFC 9936", "RFC 9882"} {
		if !standards[name] {
			t.Errorf("%s is not in the table", name)
		}
	}
	t.Logf("%d clauses of %d standards, %d tests", rows, len(standards), len(tests))
}

// TestPagesNameWhatExists: the README names every package, and what docs link to is there.
func TestPagesNameWhatExists(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob(filepath.Join(root, "internal", "*", "*.go"))
	deeper, err2 := filepath.Glob(filepath.Join(root, "internal", "*", "*", "*.go"))
	if err != nil || err2 != nil || len(sources) == 0 {
		t.Fatal(err, err2)
	}
	for _, file := range append(sources, deeper...) {
		dir, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		pkg := filepath.ToSlash(dir)
		base := filepath.Base(dir)
		helps := strings.HasSuffix(base, "test") && pkg != "internal/hostiletest" || base == "testdata" || base == "generate"
		if !helps && !bytes.Contains(readme, []byte(pkg)) {
			t.Errorf("README.md does not name %s", pkg)
		}
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, page := range append(pages, top...) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(string(m[1])))); err != nil {
				t.Errorf("%s links to %s, which is not there", filepath.Base(page), m[1])
			}
		}
	}
	recipes, err := filepath.Glob(filepath.Join(root, "docs", "recipes", "*"))
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob(filepath.Join("testdata", "script", "recipe_*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	for _, recipe := range recipes {
		if !bytes.Contains(all, []byte(filepath.Base(recipe))) {
			t.Errorf("no script runs docs/recipes/%s", filepath.Base(recipe))
		}
	}
}

func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(source, []byte("\nfunc "+name+"(t *testing.T) {")) {
			return true
		}
	}
	return false
}
