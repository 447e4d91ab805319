package outfile

import (
	"testing"
	"time"
)

// TestFinishing has an interruption wait for those who give a file its name, and lets nobody begin after it.
func TestFinishing(t *testing.T) {
	t.Parallel()
	watching := false
	files := &Temporary{Watch: func() { watching = true }}
	finished := files.Finish()
	if !watching {
		t.Fatal("nobody watches")
	}
	if files.finishing.TryLock() {
		t.Fatal("an interruption comes in between")
	}
	finished()
	if !files.finishing.TryLock() {
		t.Fatal("an interruption waits for nobody")
	}
	began := make(chan struct{})
	go func() { files.Finish()(); close(began) }()
	select {
	case <-began:
		t.Error("a file gets its name after the interruption")
	case <-time.After(20 * time.Millisecond):
	}
	files.finishing.Unlock()
	<-began
}
