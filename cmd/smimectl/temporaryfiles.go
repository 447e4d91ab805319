package main

import (
	"os"
	"sync"
)

// temporaryFiles are those that must not survive an interrupted run.
type temporaryFiles struct {
	mu    sync.Mutex
	names map[string]bool
	watch func()                  // has them removed when the run is interrupted
	hold  func() (release func()) // keeps interruptions away for a moment; nil: cannot be had

	left      func()       // called when the run is interrupted; nil: nothing
	finishing sync.RWMutex // held for reading while a finished file gets its name
}

// finish is called before something that must not be cut; what it returns, after it. In
// between no interruption is let in: it waits.
func (t *temporaryFiles) finish() (finished func()) {
	t.interruptible()
	return t.linking()
}

// linking is finish for a file without a name that takes the target's: it has it or has
// it not, so that interruptions need not be watched for, which takes two threads. Those
// that are watched for wait.
func (t *temporaryFiles) linking() (finished func()) {
	t.finishing.RLock()
	return t.finishing.RUnlock
}

// interruptible has interruptions watched for.
func (t *temporaryFiles) interruptible() {
	if t.watch != nil {
		t.watch()
	}
}

// onInterrupt has f called when the run is interrupted.
func (t *temporaryFiles) onInterrupt(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.watch != nil {
		t.left = f
		t.watch()
	}
}

// leave is called when the run is interrupted.
func (t *temporaryFiles) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left != nil {
		t.left()
	}
}

func (t *temporaryFiles) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.watch != nil {
		t.watch()
	}
	if t.names == nil {
		t.names = map[string]bool{}
	}
	t.names[name] = true
}

func (t *temporaryFiles) forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.names, name)
}

func (t *temporaryFiles) removeAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name := range t.names {
		os.Remove(name)
	}
	t.names = nil
}
