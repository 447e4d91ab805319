package spool

import (
	"os"

	"golang.org/x/sys/unix"
)

// createUnnamed opens a file that has never had a name. O_EXCL forbids that it
// is given one later.
func createUnnamed(dir string) (*os.File, func() error, error) {
	for {
		fd, err := unix.Open(dir, unix.O_RDWR|unix.O_TMPFILE|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
		switch err {
		case nil:
			return os.NewFile(uintptr(fd), "unnamed file in "+dir), nil, nil
		case unix.EINTR:
			continue
		case unix.EOPNOTSUPP, unix.EISDIR, unix.ENOENT, unix.EINVAL, unix.ENOSYS:
			// A file system, or a kernel, without O_TMPFILE. A directory that
			// is not there gives its own error below.
			return createUnlinked(dir)
		default:
			return nil, nil, &os.PathError{Op: "open", Path: dir, Err: err}
		}
	}
}
