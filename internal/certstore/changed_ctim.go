//go:build linux || openbsd || dragonfly

package certstore

import (
	"os"
	"syscall"
)

// hasChangeTime: the system keeps a time that nobody can set ("last file status change
// timestamp", POSIX.1-2024, Section 4.12), so there are indexes.
const hasChangeTime = true

// changed is when something about a file was changed last, in nanoseconds since 1970, and which inode it is.
func changed(info os.FileInfo) (at int64, inode uint64) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ctim.Nano(), uint64(st.Ino)
	}
	return 0, 0
}
