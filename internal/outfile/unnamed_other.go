//go:build !linux

package outfile

import (
	"errors"
	"os"
)

// CreateUnnamed is not to be had here.
func CreateUnnamed(string, bool, os.FileMode) (File, error) { return nil, errors.ErrUnsupported }

// LinkUnnamed is not to be had here.
func LinkUnnamed(File, string) error { return errors.ErrUnsupported }
