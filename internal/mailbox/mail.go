package mailbox

import (
	"os"
	"sync"

	"smimectl/internal/spool"
)

// Mail is one of several: what it is called, and how it is got.
type Mail struct {
	Name  string       // of the file, or FILE:N for mail N of an mbox file
	Below string       // where it belongs below a folder of outputs
	Path  string       // of the file on disk; "": it is Part
	Part  spool.Source // of an mbox file
	Err   error        // why there is no such mail

	Number int   // of Part in its mbox file, from 1
	Offset int64 // of Part

	owner *sharedFile // of Part
}

// Release says that a mail is not read any more, or is not going to be.
func (m *Mail) Release() {
	if m.owner != nil {
		m.owner.release()
	}
}

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
