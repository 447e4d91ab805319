package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"smimectl/internal/hostiletest"
	"smimectl/internal/outfile"
)

// catalogueFolder is a world of the catalogue on disk.
type catalogueFolder struct {
	dir   string
	world *hostiletest.World
	store string // "": none
	large int64  // from which size on a mail to be decrypted is large; 0: as always
}

// TestCatalogue gives every hostile message of the catalogue to the command line that judges it. A case that has to fail
// leaves no output behind; no case shows control characters, and exit code and report always agree.
// SMIMECTL_CATALOGUE=DIR writes the cases into a folder instead, with a manifest, for use with other programs.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	world := hostiletest.NewWorld(t)
	cases := hostiletest.Cases(t, world)
	names := map[string]bool{}
	for _, c := range cases {
		if name := c.ID + " " + c.Name; names[name] {
			t.Errorf("two cases are called %q", name)
		} else {
			names[name] = true
		}
	}
	if dir := os.Getenv("SMIMECTL_CATALOGUE"); dir != "" {
		publish(t, dir, world, cases)
		return
	}
	locked := lockedStore(t, world)
	told := &alike{first: map[string]toldCase{}}
	for _, c := range cases {
		t.Run(c.ID+" "+c.Name, func(t *testing.T) {
			t.Parallel()
			f := &catalogueFolder{dir: t.TempDir(), world: world}
			if c.Locked {
				f.store = locked
			}
			told.compare(t, &c, f.dir, f.check(t, &c))
			if slices.Contains(c.Args, "decrypt") { // as a large one: what is inside is written while it is decrypted
				f.dir, f.large = t.TempDir(), 1
				told.compare(t, &c, f.dir, f.check(t, &c))
			}
		})
	}
	t.Logf("%d cases", len(cases))
}

// expand writes the files that the arguments name and puts their paths in the place of "@name".
func (f *catalogueFolder) expand(t testing.TB, c *hostiletest.Case) []string {
	t.Helper()
	args := slices.Clone(c.Args)
	for i, arg := range args {
		name, isFile := strings.CutPrefix(arg, "@")
		if !isFile {
			continue
		}
		data, ok := c.Files[name]
		if !ok {
			data, ok = f.world.Files[name]
		}
		if !ok {
			t.Fatalf("no file %s", name)
		}
		args[i] = filepath.Join(f.dir, name)
		if err := os.WriteFile(args[i], data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return args
}

func (f *catalogueFolder) run(mail []byte, args ...string) ran {
	var stdout, stderr bytes.Buffer
	env := &environment{
		stdin: bytes.NewReader(mail), stdout: &stdout, stderr: &stderr, now: func() time.Time { return hostiletest.At }, temporary: &outfile.Temporary{}, large: f.large,
		getenv: func(name string) string {
			switch name {
			case "SMIMECTL_HOME":
				if f.store != "" {
					return f.store
				}
				return filepath.Join(f.dir, "store")
			case "LC_ALL":
				return "C.UTF-8"
			}
			return ""
		},
	}
	code := run(env, args)
	return ran{code, stdout.String(), stderr.String()}
}

func (f *catalogueFolder) check(t *testing.T, c *hostiletest.Case) ran {
	t.Helper()
	output, report := filepath.Join(f.dir, "output"), filepath.Join(f.dir, "report.json")
	args := append(f.expand(t, c), "-v", "-o", output, "--report", report)
	begun := time.Now()
	r := f.run(c.Mail, args...)
	// Far more than the second for each MiB that a hostile message may take: a slow machine is no fault.
	if limit := 20*time.Second + time.Duration(len(c.Mail)>>20)*10*time.Second; time.Since(begun) > limit {
		t.Errorf("took %v for %d octets", time.Since(begun), len(c.Mail))
	}
	if r.code != c.Want.Exit {
		t.Errorf("exit code %d, want %d", r.code, c.Want.Exit)
	}
	content, err := os.ReadFile(output)
	switch {
	case c.Want.Exit != 0 && err == nil:
		t.Errorf("exit code %d and %d octets written", r.code, len(content))
	case c.Want.Exit == 0 && c.Want.Content != nil && !bytes.Equal(content, c.Want.Content):
		t.Errorf("wrote %q, want %q (%v)", content, c.Want.Content, err)
	}
	if c.Want.Written != nil && err == nil {
		c.Want.Written(t, content)
	}
	for _, shown := range []string{r.stdout, r.stderr} {
		if i := strings.IndexFunc(shown, unfitToShow); i >= 0 || !utf8.ValidString(shown) {
			t.Errorf("control characters are shown: %q", shown)
		}
		if strings.HasPrefix(shown, "[GNUPG:]") || strings.Contains(shown, "\n[GNUPG:]") {
			t.Errorf("a status line of another program is shown: %q", shown)
		}
	}
	if !strings.Contains(r.stdout, c.Want.Says) {
		t.Errorf("%q is not shown", c.Want.Says)
	}
	if _, err := os.Lstat(filepath.Join(f.dir, "store")); err == nil {
		t.Error("there is a store now")
	}
	f.checkFiles(t, c)
	if data, err := os.ReadFile(report); err == nil {
		checkCatalogueReport(t, c, r.code, data)
	} else if c.Want.Verdict != "" || c.Want.Reason != "" {
		t.Errorf("no report: %v", err)
	}
	if t.Failed() {
		t.Logf("%s\n%s%s", strings.Join(args, " "), r.stdout, r.stderr)
	}
	return r
}

// checkFiles wants no files but those that were named: what a message calls its parts is no file name (A92).
func (f *catalogueFolder) checkFiles(t *testing.T, c *hostiletest.Case) {
	t.Helper()
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		if name := e.Name(); name != "output" && name != "report.json" && !slices.Contains(c.Args, "@"+name) {
			t.Errorf("there is a file %q now", name)
		}
	}
}

func checkCatalogueReport(t *testing.T, c *hostiletest.Case, code int, data []byte) {
	t.Helper()
	checkSchemaOfLines(t, "report", data)
	var report struct {
		Verdict *string
		Exit    int
		Reasons []struct{ Code, Level string }
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatalf("report: %v", err)
	}
	word := ""
	if report.Verdict != nil {
		word = *report.Verdict
	}
	if report.Exit != code {
		t.Errorf("exit code %d, and %d in the report", code, report.Exit)
	}
	if c.Want.Verdict != "" && word != c.Want.Verdict {
		t.Errorf("verdict %q, want %q", word, c.Want.Verdict)
	}
	var fails, others []string
	for _, r := range report.Reasons {
		if r.Level == "fail" {
			fails = append(fails, r.Code)
		} else {
			others = append(others, r.Code)
		}
	}
	if c.Want.Reason != "" && !slices.Contains(fails, c.Want.Reason) {
		t.Errorf("reasons %q, want %s", fails, c.Want.Reason)
	}
	if c.Want.Note != "" && !slices.Contains(others, c.Want.Note) {
		t.Errorf("notes %q, want %s", others, c.Want.Note)
	}
}

// publish writes a folder for each case, and a line of JSON for each into manifest.jsonl.
func publish(t *testing.T, dir string, world *hostiletest.World, cases []hostiletest.Case) {
	t.Helper()
	var manifest bytes.Buffer
	for i, c := range cases {
		folder := fmt.Sprintf("%s-%04d", c.ID, i)
		path := filepath.Join(dir, folder)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		f := &catalogueFolder{dir: path, world: world}
		f.expand(t, &c)
		if err := os.WriteFile(filepath.Join(path, "message.eml"), c.Mail, 0o600); err != nil {
			t.Fatal(err)
		}
		line, err := json.Marshal(map[string]any{
			"folder": folder, "id": c.ID, "name": c.Name, "arguments": c.Args, "at": hostiletest.At,
			"locked": c.Locked, "exit": c.Want.Exit, "verdict": c.Want.Verdict, "reason": c.Want.Reason, "note": c.Want.Note,
		})
		if err != nil {
			t.Fatal(err)
		}
		manifest.Write(append(line, '\n'))
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.jsonl"), manifest.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
