package outfile

import (
	"os"
	"sync"
)

// Temporary are the files that must not survive an interrupted run.
type Temporary struct {
	mu    sync.Mutex
	names map[string]bool
	Watch func()                  // has them removed when the run is interrupted
	Hold  func() (release func()) // keeps interruptions away for a moment; nil: cannot be had

	left      func()       // called when the run is interrupted; nil: nothing
	finishing sync.RWMutex // held for reading while a finished file gets its name
}

// Finish is called before something that must not be cut; what it returns, after it. In
// between no interruption is let in: it waits.
func (t *Temporary) Finish() (finished func()) {
	t.Interruptible()
	return t.Linking()
}

// Linking is Finish for a file without a name that takes the target's: it has it or has
// it not, so that interruptions need not be watched for, which takes two threads. Those
// that are watched for wait.
func (t *Temporary) Linking() (finished func()) {
	t.finishing.RLock()
	return t.finishing.RUnlock
}

// Interruptible has interruptions watched for.
func (t *Temporary) Interruptible() {
	if t.Watch != nil {
		t.Watch()
	}
}

// OnInterrupt has f called when the run is interrupted.
func (t *Temporary) OnInterrupt(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.Watch != nil {
		t.left = f
		t.Watch()
	}
}

// leave is called when the run is interrupted.
func (t *Temporary) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left != nil {
		t.left()
	}
}

// Add notes a file.
func (t *Temporary) Add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.Watch != nil {
		t.Watch()
	}
	if t.names == nil {
		t.names = map[string]bool{}
	}
	t.names[name] = true
}

// Forget is for a file that is gone, or has become what it was to be.
func (t *Temporary) Forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.names, name)
}

// RemoveAll removes them.
func (t *Temporary) RemoveAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name := range t.names {
		os.Remove(name)
	}
	t.names = nil
}

// Count is how many there are.
func (t *Temporary) Count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.names)
}
