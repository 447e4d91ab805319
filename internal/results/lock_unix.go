//go:build !windows

package results

import (
	"os"
	"syscall"
)

// lock locks f for this process alone, and does not wait: busy says that another one has
// it. A file system without locks has none. Closing f unlocks it.
func lock(f *os.File) (busy bool) {
	try := func() error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
	err := try()
	for err == syscall.EINTR { // while a server of files was asked
		err = try()
	}
	return err == syscall.EWOULDBLOCK
}
