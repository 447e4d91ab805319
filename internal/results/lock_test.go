//go:build !windows

package results

import (
	"os"
	"testing"
)

// TestBusy keeps a second run out of a file, and a run out of a file that another one has replaced meanwhile.
func TestBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.open(Begin)
	w.write(first, result("one", 0, ""))
	for _, open := range []func(string, Options) (*File, error){Begin, Continue} {
		if _, err := open(w.name, w.options()); err != ErrBusy {
			t.Errorf("a second run: %v", err)
		}
	}
	w.has("the first run's results", result("one", 0, ""))
	first.Close()
	next := w.open(Continue)
	if _, ok := next.Has("one", nil); !ok {
		t.Error("what the first run has done is not known")
	}
	// Between opening and locking, a run that goes on puts another file in its place.
	old, err := os.Open(w.name)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	next.Close()
	if err := w.renew(nil); err != nil {
		t.Fatal(err)
	}
	if err := next.reserve(old); err != ErrBusy {
		t.Errorf("a file that has no name any more: %v", err)
	}
	if err := os.Remove(w.name); err != nil {
		t.Fatal(err)
	}
	if err := next.reserve(old); err != ErrBusy {
		t.Errorf("a file that is gone: %v", err)
	}
}

// TestDevice: what is no regular file has nothing that is taken off, and several may write to it.
func TestDevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.name = os.DevNull
	for range 2 {
		w.write(w.open(Begin), result("one", 0, ""))
	}
}
