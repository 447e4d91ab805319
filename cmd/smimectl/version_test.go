package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// TestVersionText shows what is known of the build, and what is not.
func TestVersionText(t *testing.T) {
	t.Parallel()
	first := " (" + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")\n"
	for _, test := range []struct {
		name string
		info *debug.BuildInfo
		want string // without the lines about roots
		json string
	}{
		{"all", &debug.BuildInfo{
			Main: debug.Module{Version: "v1.2.3"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.time", Value: "2026-06-01T10:00:00Z"}, {Key: "vcs.modified", Value: "true"},
				{Key: "CGO_ENABLED", Value: "1"}, {Key: "-tags", Value: "token,fips"}},
			Deps: []*debug.Module{{Path: "golang.org/x/crypto", Version: "v0.1.0"}, {Path: "github.com/spf13/cobra", Version: "v1.0.0"},
				{Path: "filippo.io/mldsa", Version: "v1.0.0", Replace: &debug.Module{Path: "./mldsa"}}},
		}, "smimectl v1.2.3" + first + `  Commit    0123abcd
            2026-06-01T10:00:00Z
            with changes that are not in it
  Built     with cgo, tags token, fips
  Modules   filippo.io/mldsa ./mldsa 
            golang.org/x/crypto v0.1.0
`, `"revision":"0123abcd","date":"2026-06-01T10:00:00Z","modified":true,`},
		{"clean", &debug.BuildInfo{
			Main:     debug.Module{Version: "(devel)"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.time", Value: "2026-06-01T10:00:00Z"}, {Key: "vcs.modified", Value: "false"}, {Key: "CGO_ENABLED", Value: "0"}},
		}, "smimectl devel" + first + `  Commit    0123abcd
            2026-06-01T10:00:00Z
  Built     without cgo
`, `"modified":false,`},
		{"nothing", nil, "smimectl devel" + first + "  Commit    not known\n  Built     not known\n", `"revision":null,"date":null,"modified":null,`},
	} {
		f := newBuildFacts(test.info, test.info != nil)
		if f.Roots == nil || f.Roots.Count < 10 || len(f.Roots.Date) != 10 || f.Roots.Source == "" {
			t.Errorf("%s: roots: %+v", test.name, f.Roots)
		}
		f.Roots = nil
		if got := f.text(false); got != test.want {
			t.Errorf("%s:\n%s, want\n%s", test.name, got, test.want)
		}
		if got := f.text(true); strings.Count(got, "\n") != 1 {
			t.Errorf("%s, --quiet: %q", test.name, got)
		}
		if got, err := json.Marshal(f); err != nil || !strings.Contains(string(got), test.json) {
			t.Errorf("%s: %s, want %s", test.name, got, test.json)
		}
	}
}

// TestReproducible builds the program in two folders: the bytes are the same.
func TestReproducible(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: builds the program twice")
	}
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	var built [2][]byte
	from := top
	for i := range built {
		dir := filepath.Join(t.TempDir(), strings.Repeat("deeper/", i), "src")
		for _, part := range []string{"cmd/smimectl", "internal"} {
			if err := copySources(filepath.Join(dir, part), filepath.Join(from, part)); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"go.mod", "go.sum"} {
			data, err := os.ReadFile(filepath.Join(from, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		from = dir // somebody may be at work on the sources
		out := filepath.Join(dir, "smimectl")
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.version=v1", "-o", out, "./cmd/smimectl")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, text)
		}
		if built[i], err = os.ReadFile(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(built[0], built[1]) {
		t.Errorf("two builds differ: %d and %d octets", len(built[0]), len(built[1]))
	}
}

// copySources copies what a program is built of.
func copySources(to, from string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return filepath.SkipDir
		case d.IsDir() || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
}
