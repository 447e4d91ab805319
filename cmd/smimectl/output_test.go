package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/outfile"
	"smimectl/internal/stage"
)

// TestOutputRestarts: of what was written before an output began anew nothing appears, whether it is small or large,
// and whether it is held back or written to a file.
func TestOutputRestarts(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1, outfile.BufferSize, outfile.BufferSize + 1, 3 << 20} {
		for _, after := range []int{0, 5, 100 << 10} {
			for _, target := range []string{"-", filepath.Join(t.TempDir(), "out")} {
				var stdout bytes.Buffer
				env := &environment{stdout: &stdout, getenv: func(string) string { return "" }, temporary: &outfile.Temporary{}}
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
	env := &environment{stdout: new(bytes.Buffer), getenv: func(string) string { return "" }, temporary: &outfile.Temporary{}}
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

// TestOutputLendsSmall: a piece that is gathered counts as lent: those before it may be changed afterwards.
func TestOutputLendsSmall(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	env := &environment{getenv: func(string) string { return "" }, temporary: &outfile.Temporary{}}
	o := &output{env: env, target: "x", file: w}
	o.behind = stage.NewBehind(false, func(p []byte) error {
		_, err := w.Write(p)
		return err
	})
	large := bytes.Repeat([]byte("a"), 256<<10)
	read := make(chan []byte, 1)
	go func() {
		first := make([]byte, stage.From)
		io.ReadFull(r, first)
		time.Sleep(50 * time.Millisecond) // the next one does not fit in the pipe
		rest, _ := io.ReadAll(r)
		read <- rest
	}()
	if err := o.Lend(make([]byte, stage.From)); err != nil {
		t.Fatal(err)
	}
	if err := o.Lend(large); err != nil {
		t.Fatal(err)
	}
	for range stage.Buffers - 1 {
		if err := o.Lend([]byte("b")); err != nil {
			t.Fatal(err)
		}
	}
	copy(large[len(large)/2:], "changed")
	if err := o.flush(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if got := string(<-read); got != strings.Repeat("a", len(large))+strings.Repeat("b", stage.Buffers-1) {
		t.Errorf("%d octets, of which some were changed later", len(got))
	}
}
