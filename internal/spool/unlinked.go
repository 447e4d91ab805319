//go:build !windows

package spool

import "os"

// createUnlinked creates a file with mode 0600 and takes its name away before
// anything is written to it.
func createUnlinked(dir string) (*os.File, func() error, error) {
	f, err := os.CreateTemp(dir, ".smimectl-*")
	if err != nil {
		return nil, nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, nil, nil
}
