package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// openFile is os.Open for a file that is read by one, from its beginning to its end:
// nothing is asked of the system about it that only files need which are waited for in
// numbers, five questions for each of many small mails.
func openFile(name string) (*os.File, error) {
	for {
		fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
		return os.NewFile(uintptr(fd), name), nil
	}
}
