package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smimectl/internal/processors"
	"smimectl/internal/stage"
)

// TestSpread has other processors used for a large mail, wherever it comes from, and for
// a small one not: that would take more than it saves.
func TestSpread(t *testing.T) {
	t.Parallel()
	if processors.Given() == 1 {
		t.Skip("there is one processor")
	}
	dir := t.TempDir()
	for _, size := range []int{0, 10_000, stage.From - 1, stage.From, 4 * stage.From} {
		path := filepath.Join(dir, "mail")
		mail := strings.Repeat("a", size)
		if err := os.WriteFile(path, []byte(mail), 0o600); err != nil {
			t.Fatal(err)
		}
		redirected, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer redirected.Close()
		for name, apart := range map[string]bool{"file": false, "file of many": true, "input": false, "pipe": false} {
			spread := 0
			env := systemEnvironment()
			env.useAll, env.apart = func() { spread++ }, apart
			operand := "-"
			switch name {
			case "input":
				env.stdin = redirected
			case "pipe":
				env.stdin = bytes.NewReader([]byte(mail))
			default:
				operand = path
			}
			in, err := (&app{env: env}).openInput(operand)
			if err != nil {
				t.Fatal(err)
			}
			in.close()
			want := 0
			if size >= stage.From && !apart {
				want = 1
			}
			if spread != want {
				t.Errorf("%s of %d octets: other processors were asked for %d times, want %d", name, size, spread, want)
			}
		}
	}
}
