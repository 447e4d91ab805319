package main

import (
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openFile opens a file to be read. One that is regular comes as the system knows it, of
// which nothing is asked that only files need which are waited for, six questions for
// each of many small mails, and which the garbage collector does not look after; anything
// else as an [os.File].
func openFile(name string) (regularFile, *os.File, error) {
	var fd int
	var err error
	for {
		if fd, err = unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0); err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return nil, nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	var stat unix.Stat_t
	for {
		if err = unix.Fstat(fd, &stat); err != unix.EINTR {
			break
		}
	}
	switch {
	case err != nil:
		unix.Close(fd)
		return nil, nil, &os.PathError{Op: "stat", Path: name, Err: err}
	case stat.Mode&unix.S_IFMT == unix.S_IFREG:
		return &plainFile{fd: fd, name: name, size: stat.Size, written: stat.Mtim}, nil, nil
	}
	return nil, os.NewFile(uintptr(fd), name), nil
}

// plainFile is a regular file that is open for reading. After Close nobody must use it.
type plainFile struct {
	fd      int // -1: it is closed
	name    string
	size    int64
	written unix.Timespec // when somebody wrote to it last
}

func (f *plainFile) Size() int64 { return f.size }

func (f *plainFile) Changed() bool {
	var now unix.Stat_t
	err := unix.Fstat(f.fd, &now)
	return err == nil && (now.Size != f.size || now.Mtim != f.written)
}

// mostRead is how much is asked of the system in one call: Linux gives no more than 2 GiB.
const mostRead = 1 << 30

// ReadAt implements [io.ReaderAt].
func (f *plainFile) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, f.failed(syscall.EINVAL)
	}
	n := 0
	for n < len(p) {
		m, err := unix.Pread(f.fd, p[n:min(len(p), n+mostRead)], off+int64(n))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return n, f.failed(err)
		case m == 0:
			return n, io.EOF
		}
		n += m
	}
	return n, nil
}

func (f *plainFile) failed(err error) error {
	return &os.PathError{Op: "read", Path: f.name, Err: err}
}

func (f *plainFile) Close() error {
	if f.fd < 0 {
		return os.ErrClosed
	}
	fd := f.fd
	f.fd = -1
	return unix.Close(fd)
}
