package main

import (
	"bufio"
	"bytes"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeModules: the README names every module that go.mod requires for the program or its tests.
func TestReadmeModules(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, listed, _ := strings.Cut(string(readme), "Modules: ")
	listed, _, _ = strings.Cut(listed, "\n\n")
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	major := regexp.MustCompile(`^v[0-9]+$`)
	n := 0
	for lines := bufio.NewScanner(bytes.NewReader(mod)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) != 2 || !strings.Contains(fields[0], "/") { // with "// indirect" there are more
			continue
		}
		n++
		name := fields[0]
		if major.MatchString(path.Base(name)) {
			name = path.Dir(name)
		}
		if name = path.Base(name); !strings.Contains(listed, name) {
			t.Errorf("%s is not among the modules of README.md", fields[0])
		}
	}
	if n < 10 {
		t.Errorf("only %d modules in go.mod", n)
	}
}
