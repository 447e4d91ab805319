package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/outfile"
	"smimectl/internal/verdict/verdicttest"
)

const schemaMark = `{"schema":"smimectl.report/`

// checkSchemaOfFiles holds every report that lies below a folder against docs/report.schema.json, and says how many they were.
func checkSchemaOfFiles(t testing.TB, folder string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // scripts make folders and files that cannot be read
		}
		data, err := os.ReadFile(name)
		if err != nil || !bytes.HasPrefix(data, []byte(schemaMark)) {
			return nil
		}
		n += checkSchemaOfLines(t, name, data)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// checkSchemaOfLines takes one report a line. A last line without an end is one that a killed run did not finish.
func checkSchemaOfLines(t testing.TB, name string, data []byte) int {
	t.Helper()
	n := 0
	for line := range bytes.Lines(data) {
		if !bytes.HasPrefix(line, []byte(schemaMark)) || !bytes.HasSuffix(line, []byte("\n")) {
			continue
		}
		n++
		if err := verdicttest.Check(line); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	return n
}

// TestSchemaOfThirdParty inspects and verifies every file of the third-party messages: whatever they are, what is
// reported is a report.
func TestSchemaOfThirdParty(t *testing.T) {
	t.Parallel()
	folder := corpusFolder(t)
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	files, reports := 0, 0
	for _, name := range []string{"corpus", "corpus-bc"} {
		err := filepath.WalkDir(filepath.Join(folder, name), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if info, err := d.Info(); err != nil || !info.Mode().IsRegular() || info.Size() > 256<<10 {
				return nil
			}
			if ext := filepath.Ext(path); ext == ".json" || ext == ".md" || ext == ".txt" {
				return nil
			}
			files++
			for _, verb := range []string{"inspect", "verify"} {
				var out bytes.Buffer
				env := &environment{
					stdin: strings.NewReader(""), stdout: &out, stderr: new(bytes.Buffer), now: systemEnvironment().now, temporary: &outfile.Temporary{},
					getenv: func(string) string { return "" },
				}
				code := run(env, []string{verb, "--json", path})
				n := checkSchemaOfLines(t, verb+" "+path, out.Bytes())
				if n == 0 {
					t.Errorf("%s %s ended with %d and no report", verb, path, code)
				}
				reports += n
			}
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	t.Logf("%d reports on %d files", reports, files)
}
