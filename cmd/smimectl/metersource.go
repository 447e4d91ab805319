package main

import (
	"io"

	"smimectl/internal/message"
	"smimectl/internal/spool"
)

// observer hands on what the work on the message tells.
func (m *meter) observer() *message.Observer {
	if m == nil {
		return nil
	}
	return &message.Observer{
		Stage: func(stage message.Stage, size int64) { m.begin(stageNames[stage], size) },
		Watch: m.watch,
		Held:  func(buffer *spool.Buffer) { m.holding(buffer, textUntilGood) },
	}
}

// watch counts what is read of a source.
func (m *meter) watch(source spool.Source) spool.Source {
	if m == nil || m.mails {
		return source
	}
	return &countedSource{source, m}
}

type countedSource struct {
	spool.Source
	m *meter
}

func (s *countedSource) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.Source.ReadAt(p, off)
	s.m.at.Store(off + int64(n))
	s.m.read.Add(int64(n))
	return n, err
}

// Unwrap gives the source that is counted.
func (s *countedSource) Unwrap() spool.Source { return s.Source }

// count counts what comes out of a reader.
func (m *meter) count(r io.Reader) io.Reader {
	if m == nil || m.mails {
		return r
	}
	return &countedReader{r, m}
}

type countedReader struct {
	r io.Reader
	m *meter
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.m.at.Add(int64(n))
	c.m.read.Add(int64(n))
	return n, err
}
