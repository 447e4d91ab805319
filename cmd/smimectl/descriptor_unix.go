//go:build !windows

package main

import "golang.org/x/sys/unix"

// inherited reports whether a file descriptor is open and was handed on by whoever
// started the program. Its own are closed when a program is executed; one that was
// handed on cannot be, or it would not be here.
func inherited(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC == 0
}
