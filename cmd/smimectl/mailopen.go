package main

import (
	"io"
	"os"
	"sync"

	"smimectl/internal/spool"
)

// sharedFile is an mbox file that is open as long as one of its mails is worked on.
type sharedFile struct {
	*os.File
	mu    sync.Mutex
	users int
}

func (f *sharedFile) hold() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users++
}

func (f *sharedFile) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users--; f.users == 0 {
		f.Close()
	}
}

// drop says that a mail is not going to be opened.
func (m *mail) drop() {
	if m.owner != nil {
		m.owner.release()
	}
}

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
	case m.part != nil:
		return &input{name: m.name, source: source(m.part, m.part.Size()), close: m.owner.release}, nil
	}
	in, err := a.open(m.path, source)
	if err != nil {
		return nil, err
	}
	in.name = m.name
	return in, nil
}
