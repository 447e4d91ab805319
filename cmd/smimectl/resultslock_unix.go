//go:build !windows

package main

import (
	"os"
	"syscall"
)

// lockResults locks f for this process alone, and does not wait: busy says that another
// one has it. A file system without locks has none. Closing f unlocks it.
func lockResults(f *os.File) (busy bool) {
	for {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err {
		case syscall.EINTR:
		case syscall.EWOULDBLOCK:
			return true
		default:
			return false
		}
	}
}
