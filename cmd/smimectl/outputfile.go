package main

import (
	"io"
	"os"
)

// outputFile is the file of an output while it is written.
type outputFile interface {
	io.WriteSeeker
	io.WriterAt
	Truncate(size int64) error
	Chmod(mode os.FileMode) error
	Sync() error
	Close() error
	Name() string
}
