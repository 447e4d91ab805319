package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestCostOfManyMails: what a mail in the middle of a run takes in memory, with a quarter of room. The next buffer that
// each of many small mails gets for itself, and what is read again for each of them, is to be seen. No other test runs
// beside it.
func TestCostOfManyMails(t *testing.T) {
	const few, many = 40, 240
	folder := t.TempDir()
	home := filepath.Join(folder, "store")
	do := func(args ...string) {
		t.Helper()
		var stderr bytes.Buffer
		env := systemEnvironment()
		env.stdin, env.stdout, env.stderr = strings.NewReader(""), io.Discard, &stderr
		env.getenv = func(name string) string { return map[string]string{"SMIMECTL_HOME": home, "LC_ALL": "C.UTF-8"}[name] }
		if code := run(env, args); code != exitYes {
			t.Fatalf("%s: exit code %d\n%s", args, code, &stderr)
		}
	}
	do("id", "new", "--no-passphrase", "alice@example.org")
	draft := func(box string, count int) string {
		dir := filepath.Join(folder, box)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for i := range count {
			text := fmt.Sprintf("From: alice@example.org\nTo: alice@example.org\nSubject: %d\nContent-Type: text/plain\n\n", i) +
				strings.Repeat("a line of plain text, as mail has it\n", 53)
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".eml")), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	boxes := map[int]string{few: draft("few", few), many: draft("many", many)}
	for _, c := range []struct {
		name                string
		allocations, octets uint64
		args                []string
	}{
		{"sign", 480, 133_000, []string{"sign"}},
		{"encrypt", 335, 94_000, []string{"encrypt", "--no-self", "--cipher", "aes-256-cbc"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			count := func(n int) (allocations, octets uint64) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				do(append(c.args, "-q", "--out-dir", t.TempDir(), boxes[n])...)
				runtime.ReadMemStats(&after)
				return after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc
			}
			count(few) // what is made once for all
			n1, o1 := count(few)
			n2, o2 := count(many)
			n, octets := (n2-n1)/(many-few), (o2-o1)/(many-few)
			if n > c.allocations || octets > c.octets {
				t.Errorf("%d allocations of %d octets for each mail, more than %d of %d", n, octets, c.allocations, c.octets)
			}
		})
	}
}
