package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"smimectl/internal/spool"
)

// openMail opens one of several mails to be judged.
func (a *app) openMail(m *mail) (*input, error) {
	return a.openOne(m, spool.Watch)
}

// smallDraft is up to where spool.Watch keeps what it read.
const smallDraft = 64 << 10

// openMailDraft opens one of several mails to be sent.
func (a *app) openMailDraft(m *mail) (*input, error) {
	return a.openOne(m, func(f io.ReaderAt, size int64) spool.Source {
		if size <= smallDraft { // read once, and not for each look at a part of it
			return spool.Watch(f, size)
		}
		return io.NewSectionReader(f, 0, size)
	})
}

func (a *app) openOne(m *mail, source func(f io.ReaderAt, size int64) spool.Source) (*input, error) {
	switch {
	case m.err != nil:
		return nil, m.err
	case m.Part != nil:
		return &input{name: m.Name, source: source(m.Part, m.Part.Size()), close: m.Release}, nil
	}
	in, err := a.open(m.Path, source)
	if err != nil {
		return nil, err
	}
	in.name = m.Name
	return in, nil
}

// digest is the SHA-256 of a mail of an mbox file.
func (m *mail) digest() (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, spool.NewReader(m.Part)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
