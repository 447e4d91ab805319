//go:build !(linux || openbsd || dragonfly || darwin || freebsd || netbsd)

package certstore

import "os"

// hasChangeTime: there is no time here that a copy could not set as well, so there are no indexes.
const hasChangeTime = false

func changed(os.FileInfo) (at int64, inode uint64) { return 0, 0 }
