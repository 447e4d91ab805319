package asn1tree

import "io"

// lookahead reads a little before the walk begins.
type lookahead struct {
	r    io.Reader
	held []byte
}

const lookedAt = 4096

func (l *lookahead) head() ([]byte, error) {
	b := make([]byte, lookedAt)
	n, err := io.ReadFull(l.r, b)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	l.held = b[:n]
	return l.held, nil
}

func (l *lookahead) Read(p []byte) (int, error) {
	if len(l.held) > 0 {
		n := copy(p, l.held)
		l.held = l.held[n:]
		return n, nil
	}
	return l.r.Read(p)
}
