package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var updateDocs = flag.Bool("update-docs", false, "write the screens of docs anew")

// docScreens are the commands whose output stands in docs, in the toy world.
var docScreens = []struct {
	page, command string
	code          int
}{
	{"reading.md", "verify signed.eml", exitYes},
	{"reading.md", "verify quoted.eml", exitNo},
	{"reading.md", "verify --ca none signed.eml", exitNo},
	{"reading.md", "verify mismatch.eml", exitNo},
	{"reading.md", "decrypt -o clear.eml secret.eml", exitYes},
	{"reading.md", "inspect secret.eml", exitYes},
	{"report.md", "verify --json signed.eml", exitYes},
}

// TestReading runs the commands whose screens stand in docs/reading.md and docs/report.md. What differs from run to run
// (days, fingerprints, sizes of keys' encodings) is left out of the comparison, -update-docs writes the pages.
func TestReading(t *testing.T) {
	t.Parallel()
	dir := docWorld(t)
	pages := map[string]string{}
	for _, s := range docScreens {
		page, ok := pages[s.page]
		if !ok {
			data, err := os.ReadFile(filepath.Join("..", "..", "docs", s.page))
			if err != nil {
				t.Fatal(err)
			}
			page = string(data)
		}
		code, shown := docRun(t, dir, strings.Fields(s.command)...)
		if code != s.code {
			t.Errorf("%s: exit code %d, want %d\n%s", s.command, code, s.code, shown)
		}
		mark := "```console\n$ smimectl " + s.command + "\n"
		if strings.Contains(s.command, "--json") {
			mark = "```json\n"
			var out bytes.Buffer
			if err := json.Indent(&out, []byte(shown), "", "  "); err != nil {
				t.Fatal(err)
			}
			shown = out.String()
		}
		before, rest, ok := strings.Cut(page, mark)
		if !ok {
			t.Errorf("docs/%s has no screen of %q", s.page, s.command)
			continue
		}
		old, after, _ := strings.Cut(rest, "```\n")
		if *updateDocs {
			page = before + mark + strings.TrimRight(shown, "\n") + "\n```\n" + after
		} else if constant(old) != constant(shown) {
			t.Errorf("docs/%s, %s:\n%s\nit stands there as\n%s\n(go test ./cmd/smimectl -run TestReading -update-docs)", s.page, s.command, shown, old)
		}
		pages[s.page] = page
	}
	if *updateDocs {
		for name, page := range pages {
			if err := os.WriteFile(filepath.Join("..", "..", "docs", name), []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// constant takes out what differs from run to run: times, days, fingerprints and serial numbers, and the blanks between columns.
func constant(text string) string {
	for _, r := range []struct{ pattern, by string }{
		{`\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?( UTC|Z)?)?`, "DAY"},
		{`\b[0-9a-f]{12,}\b`, "HEX"},
		{`\b[0-9A-F]{4}( [0-9A-F]{4})+\b`, "HEX"},
		{`\d+(\.\d)? (KB|B)\b`, "SIZE"},
		{`in \d+ days`, "in DAYS"},
		{` +`, " "},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.by)
	}
	return strings.TrimSpace(text)
}

// docWorld is the toy world with a few mails in it.
func docWorld(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "world")
	if err := os.CopyFS(dir, os.DirFS(toyWorld(t))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alice.p12", "bob.p12", "expired.p12", "server.p12", "revoked.p12", "pw"} {
		if err := os.Chmod(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := tighten(filepath.Join(dir, "store")); err != nil {
		t.Fatal(err)
	}
	write := func(name, old, replaced, from string) {
		data, err := os.ReadFile(filepath.Join(dir, from))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(data, []byte(old)) {
			t.Fatalf("%s has no %q", from, old)
		}
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Replace(data, []byte(old), []byte(replaced), 1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must := func(args ...string) {
		if code, shown := docRun(t, dir, args...); code != exitYes {
			t.Fatalf("%q ended with %d: %s", args, code, shown)
		}
	}
	must("sign", "-o", "signed.eml", "hello.eml")
	must("encrypt", "--sign", "-o", "secret.eml", "hello.eml")
	write("mismatch.eml", "From: Alice <alice@example.test>", "From: Alice <boss@example.test>", "signed.eml")
	write("quotable.eml", "please transfer", "From now on, please transfer", "hello.eml")
	must("sign", "--as-is", "-o", "asis.eml", "quotable.eml")
	write("quoted.eml", "\nFrom now on", "\n>From now on", "asis.eml")
	return dir
}

// docRun runs the program inside the test, with the folder as its store and its paths taken from there.
func docRun(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	cmd := selfCommand(t, dir, args...)
	output, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(output)
}
