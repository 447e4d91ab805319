package spool

import "os"

// createUnnamed creates a file in the user's own directory. An open file cannot
// lose its name here, so it does at Close.
func createUnnamed(dir string) (*os.File, func() error, error) {
	f, err := os.CreateTemp(dir, "smimectl-*.tmp")
	if err != nil {
		return nil, nil, err
	}
	return f, func() error { return os.Remove(f.Name()) }, nil
}
