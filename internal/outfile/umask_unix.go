//go:build unix

package outfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// Umask reads the mask of file modes. The system only gives it by setting it;
// for that moment nothing more is allowed than before.
func Umask() os.FileMode {
	old := unix.Umask(0o077)
	unix.Umask(old)
	return os.FileMode(old)
}
