package cms

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"

	"smimectl/internal/algorithm"
	"smimectl/internal/cms/ber"
)

// CompressedWriter is an io.WriteCloser that compresses what is written to it.
type CompressedWriter struct {
	out  *ber.Writer
	z    *zlib.Writer
	into compressedOctets

	pipe   *io.PipeWriter // to the one who reads it again
	read   chan error
	closed bool
	err    error
}

// NewCompressedWriter begins a ContentInfo with a CompressedData (RFC 3274, Section
// 1.1.3) whose content is what is written to the result, in one pass. Close writes
// the rest and does not close dst.
//
// What compresses to 1 MiB at most is written in DER. What comes out of the compressor
// is read again at once: what ReadCompressed would take for a bomb is refused with a
// *LimitError, because nobody could open it.
func NewCompressedWriter(dst io.Writer) *CompressedWriter {
	w := &CompressedWriter{out: ber.NewWriter(dst), read: make(chan error, 1)}
	w.into.begin = w.beginIndefinite
	r, pipe := io.Pipe()
	w.pipe = pipe
	w.z = zlib.NewWriter(io.MultiWriter(&w.into, pipe))
	go func() {
		err := inflate(&inflation{src: &countingReader{r: r}, dst: io.Discard, most: Limits{}.withDefaults().Inflated})
		r.CloseWithError(err) // a nil error lets nothing more be written either
		w.read <- err
	}()
	return w
}

// countingReader counts what is read.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// Size returns the octets read so far.
func (c *countingReader) Size() int64 { return c.n }

// compressedOctets holds back what comes out of the compressor, as long as it is
// little.
type compressedOctets struct {
	held    bytes.Buffer
	content io.WriteCloser // nil while it is held back
	size    int64
	begin   func() io.WriteCloser
}

func (c *compressedOctets) Write(p []byte) (int, error) {
	c.size += int64(len(p))
	if c.content == nil && c.size <= maxHeld {
		return c.held.Write(p)
	}
	if c.content == nil {
		c.content = c.begin()
		if _, err := c.content.Write(c.held.Bytes()); err != nil {
			return 0, err
		}
		c.held = bytes.Buffer{}
	}
	return c.content.Write(p)
}

// Write takes content.
func (w *CompressedWriter) Write(p []byte) (int, error) {
	if w.err == nil && w.closed {
		w.err = errors.New("cms: internal error: write after Close")
	}
	if w.err != nil {
		return 0, w.err
	}
	var n int
	if n, w.err = w.z.Write(p); w.err != nil {
		w.pipe.CloseWithError(w.err)
	}
	return n, w.err
}

// Close ends the content and the structure.
func (w *CompressedWriter) Close() error {
	if w.closed || w.err != nil {
		return w.err
	}
	w.closed = true
	w.err = w.finish()
	w.pipe.CloseWithError(w.err)
	return w.err
}

// Abort ends the work where Close will not be called. It may be called always.
func (w *CompressedWriter) Abort() { w.pipe.CloseWithError(io.ErrClosedPipe) }

func (w *CompressedWriter) finish() error {
	if err := w.z.Close(); err != nil {
		return err
	}
	w.pipe.Close()
	if err := <-w.read; err != nil {
		return err
	}
	if w.into.content == nil {
		w.out.Raw(w.whole())
		return w.out.Flush()
	}
	if err := w.into.content.Close(); err != nil {
		return err
	}
	for range 5 { // [0], EncapsulatedContentInfo, CompressedData, [0], ContentInfo
		if err := w.out.Close(); err != nil {
			return err
		}
	}
	return w.out.Flush()
}

// versionAndAlgorithm are the first two fields of CompressedData; the version is 0
// always.
func versionAndAlgorithm() []byte {
	return append([]byte{byte(ber.Integer.Number), 1, 0}, algorithm.WrittenCompression().Identifier().DER()...)
}

// whole returns the ContentInfo around what is held back.
func (w *CompressedWriter) whole() []byte {
	info := ber.Wrap(ber.Sequence, derOID(TypeData), ber.Wrap(ber.Context(0), octetString(w.into.held.Bytes())))
	return ber.Wrap(ber.Sequence, derOID(TypeCompressedData), ber.Wrap(ber.Context(0), ber.Wrap(ber.Sequence, versionAndAlgorithm(), info)))
}

func octetString(b []byte) []byte {
	return append(ber.AppendHeader(nil, ber.OctetString, false, uint64(len(b))), b...)
}

// beginIndefinite writes up to the content. Errors are kept by the ber.Writer.
func (w *CompressedWriter) beginIndefinite() io.WriteCloser {
	w.out.Open(ber.Sequence)
	w.out.Raw(derOID(TypeCompressedData))
	w.out.Open(ber.Context(0))
	w.out.Open(ber.Sequence)
	w.out.Raw(versionAndAlgorithm())
	w.out.Open(ber.Sequence)
	w.out.Raw(derOID(TypeData))
	w.out.Open(ber.Context(0))
	return w.out.OctetString(ber.OctetString)
}
