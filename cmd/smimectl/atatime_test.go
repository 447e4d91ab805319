package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMailsAtATime works on a mixed folder with every verb, one mail at a time and eight: what is said, what is
// written and the exit codes are the same. Under the race detector it is the test of everything that workers share.
func TestMailsAtATime(t *testing.T) {
	t.Parallel()
	dir, env := benchmarkWorld(t)
	call := func(args ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		own := *env
		own.stdin, own.stdout, own.stderr = strings.NewReader(""), &stdout, &stderr
		code := run(&own, args)
		return code, stdout.String(), stderr.String()
	}
	path := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	drafts := path("drafts", "cur")
	for _, name := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(path("drafts", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	const mails = 30
	people := []string{"alice@example.test", "bob@example.test", "nobody@example.test"}
	for i := range mails {
		from, to := people[i%3], people[(i/3)%3]
		if i%16 == 0 {
			from = people[0]
		}
		text := fmt.Sprintf("From: %s\nTo: %s\nSubject: mail %d\nContent-Type: text/plain\n\nIt is mail number %d.\n%s", from, to, i, i,
			strings.Repeat("a line of plain text, as mail has it\n", 1+i*i))
		if err := os.WriteFile(filepath.Join(drafts, fmt.Sprintf("%03d.host:2,S", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mixed := path("mixed")
	for _, args := range [][]string{
		{"sign", "-j", "4", "--out-dir", path("mixed", "signed"), path("drafts")},
		{"sign", "--opaque", "-j", "4", "--out-dir", path("mixed", "opaque"), path("drafts")},
		{"encrypt", "-j", "4", "--sign", "--out-dir", path("mixed", "sealed"), path("drafts")},
		{"encrypt", "-j", "4", "--no-self", "--cipher", "aes-256-cbc", "--out-dir", path("mixed", "cbc"), path("drafts")},
	} {
		if code, stdout, stderr := call(args...); code != exitKey { // nobody has no key
			t.Fatalf("smimectl %v ended with %d\n%s%s", args, code, stdout, stderr)
		}
	}
	if err := os.CopyFS(path("mixed", "drafts"), os.DirFS(path("drafts"))); err != nil {
		t.Fatal(err)
	}
	// Every third signed mail is changed.
	signed, err := filepath.Glob(path("mixed", "signed", "cur", "*"))
	if err != nil || len(signed) < mails/2 {
		t.Fatalf("%d mails are signed: %v", len(signed), err)
	}
	for i := 0; i < len(signed); i += 3 {
		data, err := os.ReadFile(signed[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(signed[i], bytes.Replace(data, []byte("mail number"), []byte("mail numbir"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, verb := range []struct {
		name string
		args []string
		same bool // what is written has the same octets each time
	}{
		{"verify", []string{"verify", mixed}, true},
		{"verify --require-revocation", []string{"verify", "--require-revocation", mixed}, true},
		{"verify --json", []string{"verify", "--json", mixed}, true},
		{"decrypt", []string{"decrypt", mixed}, true},
		{"sign", []string{"sign", mixed}, false},
		{"encrypt", []string{"encrypt", "--sign", mixed}, false},
		{"cert harvest", []string{"cert", "harvest", "--dry-run", mixed}, true},
	} {
		t.Run(verb.name, func(t *testing.T) {
			type result struct {
				code           int
				stdout, stderr string
				files          map[string]string
			}
			var first result
			for _, jobs := range []string{"1", "8"} {
				out := filepath.Join(t.TempDir(), "out")
				args := append([]string{"-j", jobs}, verb.args[1:]...)
				if verb.args[0] != "cert" {
					args = append(args, "--out-dir", out)
				} else {
					args = append([]string{verb.args[1], "-j", jobs}, verb.args[2:]...)
				}
				var r result
				r.code, r.stdout, r.stderr = call(append([]string{verb.args[0]}, args...)...)
				r.files = writtenFiles(t, out)
				if r.stdout == "" {
					t.Fatalf("-j %s: exit %d\n%s%s", jobs, r.code, r.stdout, r.stderr)
				}
				if jobs == "1" {
					first = r
					continue
				}
				if r.code != first.code {
					t.Errorf("exit %d, one at a time %d", r.code, first.code)
				}
				clean := func(s string) string { // the moment of the run stands in reports
					return moments.ReplaceAllString(s, "NOW")
				}
				if clean(r.stdout) != clean(first.stdout) {
					t.Errorf("standard output differs:\n%s\none at a time:\n%s", r.stdout, first.stdout)
				}
				if r.stderr != first.stderr {
					t.Errorf("standard error differs:\n%s\none at a time:\n%s", r.stderr, first.stderr)
				}
				names, firstNames := slices.Sorted(maps.Keys(r.files)), slices.Sorted(maps.Keys(first.files))
				if !slices.Equal(names, firstNames) {
					t.Errorf("files %q\none at a time %q", names, firstNames)
				}
				if verb.same && !maps.Equal(r.files, first.files) {
					t.Error("what is written differs")
				}
			}
		})
	}
}

// moments are times in reports.
var moments = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// writtenFiles are the files below a folder, by name.
func writtenFiles(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, folder)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
