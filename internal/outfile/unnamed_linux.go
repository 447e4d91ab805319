package outfile

import (
	"errors"
	"io"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// CreateUnnamed makes a file in dir that has no name until LinkUnnamed gives it
// one: a run that is killed leaves nothing behind. errors.ErrUnsupported says
// that this system or file system has no such files. linked: LinkUnnamed is known to
// work.
func CreateUnnamed(dir string, linked bool, mode os.FileMode) (File, error) {
	for {
		fd, err := unix.Open(dir, unix.O_RDWR|unix.O_TMPFILE|unix.O_CLOEXEC, uint32(mode.Perm()))
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
		f := &unnamedFile{fd: fd, dir: dir}
		if linked {
			return f, nil
		}
		if _, err := os.Stat(f.path()); err != nil { // no /proc here: it could never be given a name
			f.Close()
			return nil, errors.ErrUnsupported
		}
		return f, nil
	}
}

// unnamedFile is a file as the system knows it. An [os.File] asks the system one
// question more of each, and has the garbage collector look after it: with many small
// outputs that is as much as to open them.
type unnamedFile struct {
	fd  int // -1: it is closed
	dir string
}

// Name is what errors call it.
func (f *unnamedFile) Name() string { return "unnamed file in " + f.dir }

// path is what the file is called among those that this process has open.
func (f *unnamedFile) path() string { return "/proc/self/fd/" + strconv.Itoa(f.fd) }

// call does something with the file until no signal cuts it short.
func (f *unnamedFile) call(name string, do func() error) error {
	err := do()
	for err == unix.EINTR {
		err = do()
	}
	if err != nil {
		return f.failed(name, err)
	}
	return nil
}

func (f *unnamedFile) failed(name string, err error) error {
	return &os.PathError{Op: name, Path: f.Name(), Err: err}
}

// mostWritten is how much is given to the system in one call: Linux takes no more than 2 GiB.
const mostWritten = 1 << 30

// Write implements [io.Writer].
func (f *unnamedFile) Write(p []byte) (int, error) {
	return f.all(p, func(p []byte, _ int64) (int, error) { return unix.Write(f.fd, p) })
}

// WriteAt implements [io.WriterAt].
func (f *unnamedFile) WriteAt(p []byte, off int64) (int, error) {
	return f.all(p, func(p []byte, done int64) (int, error) { return unix.Pwrite(f.fd, p, off+done) })
}

// all has the system take all of p, in as many calls as it needs.
func (f *unnamedFile) all(p []byte, write func(p []byte, done int64) (int, error)) (int, error) {
	for n := 0; ; {
		m, err := write(p[n:min(len(p), n+mostWritten)], int64(n))
		n += max(m, 0)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return n, f.failed("write", err)
		case n == len(p):
			return n, nil
		case m == 0:
			return n, f.failed("write", io.ErrShortWrite)
		}
	}
}

func (f *unnamedFile) Seek(offset int64, whence int) (int64, error) {
	at, err := unix.Seek(f.fd, offset, whence)
	if err != nil {
		return at, f.failed("seek", err)
	}
	return at, nil
}

func (f *unnamedFile) Truncate(size int64) error {
	return f.call("truncate", func() error { return unix.Ftruncate(f.fd, size) })
}

func (f *unnamedFile) Chmod(mode os.FileMode) error {
	return f.call("chmod", func() error { return unix.Fchmod(f.fd, uint32(mode.Perm())) })
}

// Mode is what those may do with the file who may do something with it.
func (f *unnamedFile) Mode() (os.FileMode, error) {
	var stat unix.Stat_t
	err := f.call("stat", func() error { return unix.Fstat(f.fd, &stat) })
	return os.FileMode(stat.Mode) & os.ModePerm, err
}

func (f *unnamedFile) Sync() error {
	return f.call("sync", func() error { return unix.Fsync(f.fd) })
}

// Close closes the file, also where the system tells that something went wrong or a
// signal came: its number may be another file's then.
func (f *unnamedFile) Close() error {
	if f.fd < 0 {
		return f.failed("close", os.ErrClosed)
	}
	err := unix.Close(f.fd)
	f.fd = -1
	if err != nil && err != unix.EINTR {
		return f.failed("close", err)
	}
	return nil
}

// LinkUnnamed names a file that CreateUnnamed made; name must not exist. By its number
// a file can be named without a look through /proc, where the kernel allows that to
// everybody (since 6.10) or the program may do everything.
func LinkUnnamed(of File, name string) error {
	f, ok := of.(*unnamedFile)
	if !ok {
		return errors.ErrUnsupported
	}
	err := unix.Linkat(f.fd, "", unix.AT_FDCWD, name, unix.AT_EMPTY_PATH)
	if err != nil && err != unix.EEXIST {
		err = unix.Linkat(unix.AT_FDCWD, f.path(), unix.AT_FDCWD, name, unix.AT_SYMLINK_FOLLOW)
	}
	if err != nil {
		return &os.LinkError{Op: "link", Old: f.Name(), New: name, Err: err}
	}
	return nil
}
