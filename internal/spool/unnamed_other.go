//go:build !linux && !windows

package spool

import "os"

func createUnnamed(dir string) (*os.File, func() error, error) { return createUnlinked(dir) }
