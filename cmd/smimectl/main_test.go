package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"smimectl/internal/processors"
)

// The tests use all processors from the beginning: package testing looks at how many there
// are before TestMain.
var _ = usedByTests()

func usedByTests() int {
	processors.UseAll()
	return processors.Given()
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"smimectl": mainAtTestTime, "measured": measured})
}

// testNow is the variable that makes the clock of the program stand still, in
// tests alone.
const testNow = "SMIMECTL_TEST_NOW"

// mainAtTestTime is main, with a clock that stands still where a test wants it to.
func mainAtTestTime() {
	at, err := time.Parse(time.RFC3339, os.Getenv(testNow))
	if err != nil {
		main()
		return
	}
	env := systemEnvironment()
	env.now = func() time.Time { return at }
	code := run(env, os.Args[1:])
	env.temporary.RemoveAll()
	os.Exit(code)
}

// TestScripts runs testdata/script: one file per behaviour. Each begins in a
// folder with the toy world of demo --ca: ca.pem, hello.eml, alice, bob, expired
// and server as .p12 and .pem, a store with alice, bob and the toy CA, and in
// certs the identities of testdata/certs, in recipes the files of docs/recipes.
func TestScripts(t *testing.T) {
	t.Parallel()
	world := toyWorld(t)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			if err := os.CopyFS(e.WorkDir, os.DirFS(world)); err != nil {
				return err
			}
			for _, name := range []string{"pw", "alice.p12", "bob.p12", "expired.p12", "server.p12"} {
				if err := os.Chmod(filepath.Join(e.WorkDir, name), 0o600); err != nil {
					return err
				}
			}
			if err := tighten(filepath.Join(e.WorkDir, "store")); err != nil {
				return err
			}
			if err := os.CopyFS(filepath.Join(e.WorkDir, "certs"), os.DirFS(filepath.Join("..", "..", "testdata", "certs"))); err != nil {
				return err
			}
			if err := os.CopyFS(filepath.Join(e.WorkDir, "recipes"), os.DirFS(filepath.Join("..", "..", "docs", "recipes"))); err != nil {
				return err
			}
			e.Defer(func() { checkSchemaOfFiles(t, e.WorkDir) })
			tmp := filepath.Join(e.WorkDir, "tmp")
			e.Setenv("SMIMECTL_HOME", filepath.Join(e.WorkDir, "store"))
			e.Setenv("SMIMECTL_PASSPHRASE_FILE", filepath.Join(e.WorkDir, "pw"))
			e.Setenv("LC_ALL", "C.UTF-8")
			e.Setenv("TMPDIR", tmp)
			return os.Mkdir(tmp, 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"rc":       scriptExitCode,
			"replace":  scriptReplace,
			"damage":   scriptDamage,
			"crlf":     scriptCRLF,
			"leftover": scriptLeftover,
		},
		Condition: func(name string) (bool, error) {
			if name == "ordinary-user" { // dovecot refuses root; a namespace makes one of it
				return os.Geteuid() > 0 || exec.Command("unshare", "-U", "--map-user=1000", "--map-group=1000", "true").Run() == nil, nil
			}
			_, err := exec.LookPath(name)
			return err == nil, nil
		},
		RequireExplicitExec: true,
	})
}

// tighten gives copied keys the modes the store insists on.
func tighten(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
}

var toy struct {
	sync.Once
	dir  string
	code int
}

// toyWorld makes the folder of demo --ca, once for all scripts.
func toyWorld(t testing.TB) string {
	t.Helper()
	toy.Do(func() {
		dir, err := os.MkdirTemp("", "smimectl-toy-")
		if err != nil {
			toy.code = -1
			return
		}
		toy.dir = filepath.Join(dir, "world")
		env := systemEnvironment()
		env.stderr = io.Discard
		toy.code = run(env, []string{"demo", "--ca", toy.dir})
	})
	if toy.code != 0 {
		t.Fatalf("demo --ca ended with %d", toy.code)
	}
	return toy.dir
}

// scriptExitCode runs a command and wants an exit code: rc 4 smimectl verify x.eml
func scriptExitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: rc CODE COMMAND [ARGUMENT...]")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s: exit code %d, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// scriptReplace writes FILE with the first OLD replaced by NEW: replace OLD NEW FROM TO
func scriptReplace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: replace OLD NEW FROM TO")
	}
	for i := range 2 {
		args[i] = strings.ReplaceAll(args[i], `\n`, "\n")
	}
	data := ts.ReadFile(args[2])
	if !strings.Contains(data, args[0]) {
		ts.Fatalf("%s does not contain %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(strings.Replace(data, args[0], args[1], 1)), 0o600))
}

// scriptDamage changes one digit in a line of the base64 body: damage LINE FROM TO.
// Line 1 is the first one; -1 the last that is full.
func scriptDamage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: damage LINE FROM TO")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	lines := strings.Split(ts.ReadFile(args[1]), "\n")
	var body []int
	for i, line := range lines {
		if len(strings.TrimSuffix(line, "\r")) == 64 && !strings.ContainsAny(line, " :;") {
			body = append(body, i)
		}
	}
	if want < 0 {
		want = len(body) + 1 + want
	}
	if want < 1 || want > len(body) {
		ts.Fatalf("%s has %d full base64 lines", args[1], len(body))
	}
	line := []byte(lines[body[want-1]])
	if line[20]++; line[20] == 'Z'+1 || line[20] == 'z'+1 || line[20] == '9'+1 || line[20] < '/' {
		line[20] = 'A'
	}
	lines[body[want-1]] = string(line)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Join(lines, "\n")), 0o600))
}

// scriptCRLF writes FROM with CRLF line ends: crlf FROM TO
func scriptCRLF(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: crlf FROM TO")
	}
	data := strings.ReplaceAll(ts.ReadFile(args[0]), "\r\n", "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.ReplaceAll(data, "\n", "\r\n")), 0o600))
}

// scriptLeftover fails if a temporary file was left: in TMPDIR, or beside an output.
func scriptLeftover(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: leftover")
	}
	for _, pattern := range []string{".smimectl-*", "*/.smimectl-*", "tmp/*", "tmp/.*"} {
		found, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		for _, name := range found {
			if base := filepath.Base(name); base != "." && base != ".." {
				ts.Fatalf("left over: %s", name)
			}
		}
	}
}

var program struct {
	sync.Once
	path string
	err  error
}

// buildProgram builds the program as it is shipped, once for all tests.
func buildProgram(t testing.TB) string {
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
