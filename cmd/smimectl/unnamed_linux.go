package main

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// createUnnamed makes a file in dir that has no name until linkUnnamed gives it
// one: a run that is killed leaves nothing behind. errors.ErrUnsupported says
// that this system or file system has no such files. linked: linkUnnamed is known to
// work.
func createUnnamed(dir string, linked bool) (*os.File, error) {
	for {
		fd, err := unix.Open(dir, unix.O_RDWR|unix.O_TMPFILE|unix.O_CLOEXEC, 0o600)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			switch err {
			case unix.EOPNOTSUPP, unix.EISDIR, unix.EINVAL, unix.ENOSYS:
				return nil, errors.ErrUnsupported
			}
			return nil, &os.PathError{Op: "open", Path: dir, Err: err}
		}
		f := os.NewFile(uintptr(fd), "unnamed file in "+dir)
		if linked {
			return f, nil
		}
		if _, err := os.Stat(descriptorPath(f)); err != nil { // no /proc here: it could never be given a name
			f.Close()
			return nil, errors.ErrUnsupported
		}
		return f, nil
	}
}

func descriptorPath(f *os.File) string {
	return "/proc/self/fd/" + strconv.FormatUint(uint64(f.Fd()), 10)
}

// linkUnnamed names a file that createUnnamed made; name must not exist. By its number
// a file can be named without a look through /proc, where the kernel allows that to
// everybody (since 6.10) or the program may do everything.
func linkUnnamed(f *os.File, name string) error {
	err := unix.Linkat(int(f.Fd()), "", unix.AT_FDCWD, name, unix.AT_EMPTY_PATH)
	if err != nil && err != unix.EEXIST {
		err = unix.Linkat(unix.AT_FDCWD, descriptorPath(f), unix.AT_FDCWD, name, unix.AT_SYMLINK_FOLLOW)
	}
	if err != nil {
		return &os.LinkError{Op: "link", Old: f.Name(), New: name, Err: err}
	}
	return nil
}
