//go:build !windows

package certstore

import (
	"fmt"
	"os"
	"syscall"
)

// checkMode refuses a key file that anybody but its owner can use in any way, and
// a directory that others can list or change.
func checkMode(path string, dir bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("certstore: %w", err)
	}
	forbidden, want := os.FileMode(0o077), os.FileMode(0o600)
	if dir {
		forbidden, want = 0o066, 0o700
	}
	if info.Mode().Perm()&forbidden != 0 {
		return &ModeError{Path: path, Mode: info.Mode(), Want: want}
	}
	return nil
}

// syncDir brings the names in a directory to the disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}

// lockFile waits until nobody else has f locked. Closing f, also by the end of the
// process, unlocks it.
func lockFile(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			return err
		}
	}
}
