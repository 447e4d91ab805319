package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOutputIsWrittenOver: octets that were written before are written over, whether they are pending, in the file, or
// in the hands of who writes behind the back, and nothing else changes.
func TestOutputIsWrittenOver(t *testing.T) {
	t.Parallel()
	for _, before := range []int{20, pendingSize - 1, pendingSize, pendingSize + 1, 3 << 20} {
		for _, behind := range []int{0, 5, pendingSize + 1, 100 << 10} {
			for _, at := range []int{0, 3, before - 8} {
				target := filepath.Join(t.TempDir(), "out")
				env := &environment{getenv: func(string) string { return "" }, temporary: &temporaryFiles{}}
				o, err := newOutput(env, target, false)
				if err != nil {
					t.Fatal(err)
				}
				var want []byte
				lend := func(text string) {
					p := []byte(text)
					want = append(want, p...)
					if err := o.Lend(p); err != nil {
						t.Fatal(err)
					}
				}
				for n := before; n > 0; n -= 128 << 10 {
					lend(strings.Repeat("before", 128<<10)[:min(n, 128<<10)])
				}
				lend(strings.Repeat("b", behind))
				if !o.Amends() {
					t.Fatal("a file that cannot be written over")
				}
				if n, err := o.WriteAt([]byte("WRITTEN!"), int64(at)); n != 8 || err != nil {
					t.Fatal(n, err)
				}
				copy(want[at:], "WRITTEN!")
				lend("the end")
				if err := o.commit(); err != nil {
					t.Fatal(err)
				}
				if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d octets and %d, written over at %d: %d octets, want %d, or others", before, behind, at, len(got), len(want))
				}
			}
		}
	}
}

// TestOutputIsNotWrittenOver: what is held back is not written over, nor what there is nothing of, and trouble is told.
func TestOutputIsNotWrittenOver(t *testing.T) {
	t.Parallel()
	env := &environment{stdout: new(bytes.Buffer), getenv: func(string) string { return "" }, temporary: &temporaryFiles{}}
	held, err := newOutput(env, "-", false)
	if err != nil {
		t.Fatal(err)
	}
	defer held.discard()
	if held.Amends() {
		t.Error("standard output can be written over")
	}
	o, err := newOutput(env, filepath.Join(t.TempDir(), "out"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer o.discard()
	if _, err := o.WriteAt([]byte("x"), 0); err == nil {
		t.Error("written over nothing")
	}
	io.WriteString(o, "x")
	o.file.Close()
	if _, err := o.WriteAt([]byte("y"), 0); err == nil || !strings.Contains(err.Error(), "cannot write") {
		t.Error(err)
	}
}
