package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"smimectl": main})
}

// TestScripts runs testdata/script: one file per behaviour.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("SMIMECTL_HOME", filepath.Join(e.WorkDir, "store"))
			e.Setenv("LC_ALL", "C.UTF-8")
			e.Setenv("TMPDIR", e.WorkDir)
			return nil
		},
		Condition: func(name string) (bool, error) {
			_, err := exec.LookPath(name)
			return err == nil, nil
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

var program struct {
	sync.Once
	path string
	err  error
}

// buildProgram builds the program as it is shipped, once for all tests.
func buildProgram(t *testing.T) string {
	t.Helper()
	program.Do(func() {
		dir, err := os.MkdirTemp("", "smimectl-test-")
		if err != nil {
			program.err = err
			return
		}
		program.path = filepath.Join(dir, "smimectl")
		cmd := exec.Command("go", "build", "-o", program.path, ".")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := cmd.CombinedOutput(); err != nil {
			program.err = &exec.Error{Name: "go build", Err: err}
			t.Logf("%s", output)
		}
	})
	if program.err != nil {
		t.Fatal(program.err)
	}
	return program.path
}
