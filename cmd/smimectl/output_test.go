package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOutputRestarts: of what was written before an output began anew nothing appears, whether it is small or large,
// and whether it is held back or written to a file.
func TestOutputRestarts(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1, pendingSize, pendingSize + 1, 3 << 20} {
		for _, after := range []int{0, 5, 100 << 10} {
			for _, target := range []string{"-", filepath.Join(t.TempDir(), "out")} {
				var stdout bytes.Buffer
				env := &environment{stdout: &stdout, getenv: func(string) string { return "" }, temporary: &temporaryFiles{}}
				o, err := newOutput(env, target, false)
				if err != nil {
					t.Fatal(err)
				}
				o.Write([]byte("small"))
				for n := before; n > 0; n -= 128 << 10 {
					if err := o.Lend(bytes.Repeat([]byte("before"), 128<<10)[:min(n, 128<<10)]); err != nil {
						t.Fatal(err)
					}
				}
				if err := o.Restart(); err != nil {
					t.Fatal(err)
				}
				want := strings.Repeat("n", after)
				if _, err := o.Write([]byte(want)); err != nil {
					t.Fatal(err)
				}
				if err := o.commit(); err != nil {
					t.Fatal(err)
				}
				got := stdout.Bytes()
				if target != "-" {
					if got, err = os.ReadFile(target); err != nil {
						t.Fatal(err)
					}
				}
				if string(got) != want {
					t.Errorf("%d octets, then %d to %s: %d octets", before, after, target, len(got))
				}
			}
		}
	}
}

// TestOutputRestartTellsTrouble: an earlier octet that could not be written stays one that could not.
func TestOutputRestartTellsTrouble(t *testing.T) {
	t.Parallel()
	env := &environment{stdout: new(bytes.Buffer), getenv: func(string) string { return "" }, temporary: &temporaryFiles{}}
	o, err := newOutput(env, filepath.Join(t.TempDir(), "out"), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	o.file.Close()
	if err := o.Restart(); err == nil || !strings.Contains(err.Error(), "cannot write") {
		t.Error(err)
	}
	o.discard()
}
