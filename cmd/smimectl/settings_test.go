package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// TestSettings: the table has the settings that config.toml knows, in their order, each with a value that it takes.
func TestSettings(t *testing.T) {
	t.Parallel()
	var known []string
	for f := range reflect.TypeFor[config]().Fields() {
		known = append(known, f.Tag.Get("toml"))
	}
	if names := settingNames(); names != strings.Join(known, ", ") {
		t.Errorf("the table has %s, config.toml %s", names, known)
	}
	for _, line := range settingLines() {
		c := &config{}
		if err := toml.NewDecoder(strings.NewReader(line[0])).DisallowUnknownFields().Decode(c); err != nil {
			t.Errorf("%s: %v", line[0], err)
		}
		if err := c.check("config.toml"); err != nil || line[1] == "" {
			t.Errorf("%s: %v", line[0], err)
		}
	}
}

// TestVariables: what the program reads of the environment is told, and nothing else is.
func TestVariables(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, v := range variables {
		for _, name := range strings.Split(v[0], ", ") {
			told[name] = true
		}
	}
	// Those of systems and of people's folders, whose names stand in a text; and those of Go's runtime.
	for _, name := range []string{"HOME", "USERPROFILE", "SYSTEMROOT", "PATH", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "GOGC", "GOMEMLIMIT", "LC_ALL", "LC_CTYPE", "LANG"} {
		told[name] = true
	}
	read := map[string]bool{"GOMAXPROCS": true} // by the runtime
	asked := regexp.MustCompile(`(?:[gG]etenv|first|under)\(("[A-Z_]+"[^)]*)\)`)
	name := regexp.MustCompile(`"([A-Z_]+)"`)
	for _, pattern := range []string{"*.go", "../../internal/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "/internal/house") || strings.Contains(file, "/hostiletest/") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, call := range asked.FindAllSubmatch(source, -1) {
				for _, m := range name.FindAllSubmatch(call[1], -1) {
					read[string(m[1])] = true
					if !told[string(m[1])] {
						t.Errorf("%s reads %s, which the help does not name", file, m[1])
					}
				}
			}
		}
	}
	for _, v := range variables {
		for _, name := range strings.Split(v[0], ", ") {
			if !read[name] {
				t.Errorf("nothing reads %s", name)
			}
		}
	}
}

// TestSettingsDoc: docs/settings.md has both tables as the program has them.
func TestSettingsDoc(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "settings.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var toml, table strings.Builder
	for _, s := range settingLines() {
		toml.WriteString(s[0] + strings.Repeat(" ", max(0, 34-len(s[0]))) + " # " + s[1] + "\n")
	}
	table.WriteString("| variable | what it says |\n|---|---|\n")
	for _, v := range variables {
		table.WriteString("| " + v[0] + " | " + v[1] + " |\n")
	}
	want := string(page)
	for _, part := range []struct{ begin, end, text string }{{"```toml\n", "```", toml.String()}, {"| variable |", "\n\n", strings.TrimPrefix(table.String(), "| variable |")}} {
		before, rest, found := strings.Cut(want, part.begin)
		_, after, also := strings.Cut(rest, part.end)
		if !found || !also {
			t.Fatalf("%s has no %q", path, part.begin)
		}
		text := part.text
		if part.end == "\n\n" {
			text = strings.TrimSuffix(text, "\n")
		}
		want = before + part.begin + text + part.end + after
	}
	if want != string(page) && *updateDocs {
		if err := os.WriteFile(path, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Errorf("%s is to be:\n%s\n(go test ./cmd/smimectl -run TestSettingsDoc -update-docs)", path, want)
	}
}
