package spool

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"smimectl/internal/stage"
)

// TestBufferFailsBehind: trouble with the disk while others write to it is told by one of the writes after it or
// by Source, and lasts; nothing is left at work.
func TestBufferFailsBehind(t *testing.T) {
	piece := pattern(stage.Size)
	for _, serial := range []bool{true, false} {
		for _, after := range []int{0, 1, stage.From/stage.Size - 1, stage.From / stage.Size, stage.From/stage.Size + 1, stage.From/stage.Size + 4} {
			for _, more := range []int{0, 1, 2, 8} {
				b := New(Options{Dir: t.TempDir(), Memory: -1, Serial: serial})
				for range after + 1 {
					if _, err := b.Write(piece); err != nil {
						t.Fatal(err)
					}
				}
				b.mu.Lock()
				b.behind.Settle()
				b.file.file.Close()
				b.mu.Unlock()
				var first error
				for range more {
					if _, err := b.Write(piece); err != nil && first == nil {
						first = err
					}
				}
				b.Write([]byte{1}) // so that Source has something left to write
				_, err := b.Source()
				var disk *Error
				if !errors.As(err, &disk) || disk.Op != "write" || !errors.Is(err, os.ErrClosed) {
					t.Errorf("serial %v, %d pieces and %d more: Source says %v", serial, after, more, err)
				}
				if first != nil && first.Error() != err.Error() {
					t.Errorf("serial %v, %d pieces and %d more: %v, then %v", serial, after, more, first, err)
				}
				b.Close()
			}
		}
	}
	stacks := make([]byte, 1<<20)
	for range 200 {
		if n := runtime.Stack(stacks, true); !bytes.Contains(stacks[:n], []byte("stage.(*Behind).work")) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("a goroutine was left behind")
}

// TestBufferClosedWhileWritten: closing ends the work that is under way, and wipes what was to be written.
func TestBufferClosedWhileWritten(t *testing.T) {
	b := New(Options{Dir: t.TempDir(), Memory: -1})
	piece := pattern(stage.Size)
	for range stage.From/stage.Size + 6 {
		if _, err := b.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	b.Write(piece[:100])
	mem := b.mem
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(mem[:cap(mem)], piece[:16]) {
		t.Error("what was to be written is still there")
	}
	if _, err := b.Write(piece); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}
