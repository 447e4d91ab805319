package certstore

import (
	"os"

	"golang.org/x/sys/windows"
)

// checkMode has nothing to look at: access lists are inherited from the user's
// profile, and the mode bits that Go gives say nothing about them.
func checkMode(string, bool) error { return nil }

// syncDir does nothing: directories cannot be flushed, renames are journalled.
func syncDir(string) error { return nil }

// lockFile waits until nobody else has f locked. Closing f, also by the end of the
// process, unlocks it.
func lockFile(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, new(windows.Overlapped))
}
