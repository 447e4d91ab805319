package outfile

import (
	"io"
	"os"
)

// BufferSize is how much of an output is gathered before it is written: a small mail is made
// of many small pieces.
const BufferSize = 8 << 10

// File is the file of an output while it is written.
type File interface {
	io.WriteSeeker
	io.WriterAt
	Truncate(size int64) error
	Chmod(mode os.FileMode) error
	Sync() error
	Close() error
	Name() string
}
