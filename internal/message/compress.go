package message

import (
	"errors"
	"io"

	"smimectl/internal/cms"
	"smimectl/internal/mimewrap"
)

// compressedEntity is the MIME entity that stands in the place of another one: a
// compressed-data part that holds it (RFC 8551, Section 3.6). It is what is signed and
// encrypted then. RFC 8551, Section 3.7 leaves the order open; within the others,
// compression sees text and not ciphertext, and a signature can be checked by those
// who cannot decompress.
type compressedEntity struct{ content io.WriterTo }

// CompressesTooWell says that a content becomes so small that receivers would refuse to
// decompress it.
type CompressesTooWell struct{ Err error }

func (e *CompressesTooWell) Error() string {
	return "message: compresses too well: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *CompressesTooWell) Unwrap() error { return e.Err }

// WriteTo writes the part with the line ends of the canonical form.
func (c compressedEntity) WriteTo(dst io.Writer) (int64, error) {
	count := &countingWriter{w: dst}
	part, err := mimewrap.NewPKCS7Writer(count, mimewrap.Outer{Ending: "\r\n"}, "compressed-data")
	if err != nil {
		return 0, err
	}
	z := cms.NewCompressedWriter(part)
	defer z.Abort()
	err = copyAndClose(c.content, z, part)
	if _, ok := errors.AsType[*cms.LimitError](err); ok {
		err = &CompressesTooWell{err}
	}
	return count.n, err
}

// countingWriter counts what is written.
type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
