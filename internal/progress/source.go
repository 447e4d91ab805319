package progress

import (
	"io"

	"smimectl/internal/spool"
)

// CountSource counts what is read of a source.
func (m *Meter) CountSource(s spool.Source) spool.Source {
	if m == nil {
		return s
	}
	return &countedSource{s, m}
}

type countedSource struct {
	spool.Source
	m *Meter
}

func (s *countedSource) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.Source.ReadAt(p, off)
	s.m.at.Store(off + int64(n))
	s.m.read.Add(int64(n))
	return n, err
}

// Unwrap gives the source that is counted.
func (s *countedSource) Unwrap() spool.Source { return s.Source }

// CountReader counts what comes out of a reader.
func (m *Meter) CountReader(r io.Reader) io.Reader {
	if m == nil {
		return r
	}
	return &countedReader{r, m}
}

type countedReader struct {
	r io.Reader
	m *Meter
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.m.at.Add(int64(n))
	c.m.read.Add(int64(n))
	return n, err
}
