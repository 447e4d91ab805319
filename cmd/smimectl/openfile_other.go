//go:build !linux

package main

import "os"

// openFile opens a file to be read.
func openFile(name string) (*os.File, error) { return os.Open(name) }
