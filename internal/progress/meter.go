package progress

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"smimectl/internal/spool"
)

// Form is how progress is shown.
type Form string

// The forms.
const (
	Bar   Form = "bar"   // one line of a terminal, if the work takes a while
	Plain Form = "plain" // lines of a log
	JSON  Form = "json"  // objects for programs, one a line
)

// Options say how and where progress is shown.
type Options struct {
	Form  Form
	Out   io.Writer
	ASCII bool // nothing else can be shown
	Now   func() time.Time
	Width func() int // how many columns the terminal has now; for Bar

	// OnInterrupt has erase called when the run is interrupted, for Bar. It is called
	// before the line is used, and may be called again; nil: what stands there stays.
	OnInterrupt func(erase func())
}

// Stage is what is being done, in the words in which it is shown.
type Stage string

// The stages (docs/scale.md).
const (
	Idle       Stage = "" // nothing that would be shown
	Reading    Stage = "reading"
	Checking   Stage = "checking"
	Decrypting Stage = "decrypting"
	Unpacking  Stage = "unpacking"
	Signing    Stage = "signing"
	Encrypting Stage = "encrypting"
	Collecting Stage = "collecting"
	Writing    Stage = "writing"
	Saving     Stage = "saving" // the disk is waited for

	waiting Stage = "waiting" // no mail has come yet
	end     Stage = "end"
)

// Unknown is the size of a source, or the number of mails, that is not known.
const Unknown = -1

// Held is what is held back, and why: "the text", "until it is known to be good".
type Held struct {
	Buffer      *spool.Buffer // the one that is being filled; nil: none is
	What, Until string
}

// Meter counts, and shows the counts. The methods of a nil Meter count nothing and show
// nothing.
type Meter struct {
	o     Options
	begun time.Time

	at   atomic.Int64 // where the source was read last, or how many mails are done
	read atomic.Int64 // octets read, or mails done, since the stage began

	mu    sync.Mutex // of what the work tells
	stage stage
	held  Held

	display
}

// stage is what is being done, and how much of it there is.
type stage struct {
	name  Stage
	size  int64 // of the source, or how many mails; Unknown
	mails bool  // they are counted, not octets
	begun time.Time
	input bool   // the mail comes from elsewhere
	from  string // from where; "": nowhere that has a name
}

// New makes a meter of work that begins now. It shows something when Tick is called, which
// Start has a clock do.
func New(o Options) *Meter {
	now := o.Now()
	return &Meter{o: o, begun: now, stage: stage{size: Unknown, begun: now}, display: display{told: now}}
}

// Begin says that from now on this is done, with a source of size octets.
func (m *Meter) Begin(name Stage, size int64) {
	if m != nil {
		m.begin(stage{name: name, size: size})
	}
}

// Await says that a mail is waited for that comes from elsewhere: from "standard input",
// or "" where that has no name.
func (m *Meter) Await(from string) {
	if m != nil {
		m.begin(stage{name: Reading, size: Unknown, input: true, from: from})
	}
}

// BeginMails says that from now on this is done with mails, of which there are so many.
// What is done within each of them is not told.
func (m *Meter) BeginMails(name Stage, total int64) {
	if m != nil {
		m.begin(stage{name: name, size: total, mails: true})
	}
}

func (m *Meter) begin(s stage) {
	s.begun = m.o.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at.Store(0)
	m.read.Store(0)
	m.stage = s
}

// MailDone counts one mail more.
func (m *Meter) MailDone() {
	if m != nil {
		m.at.Add(1)
		m.read.Add(1)
	}
}

// Hold says what is held back from now on; the zero Held: nothing is any more.
func (m *Meter) Hold(h Held) {
	if m != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.held = h
	}
}

// heldFrom is the size from which on it is told that something is held back: less than
// that is in memory.
const heldFrom = 1 << 20

// moment is how far the work is at one moment.
type moment struct {
	stage
	done        int64
	rate        float64 // octets or mails a second, since the stage began
	held        int64   // octets held back in a temporary file; 0: none
	what, until string  // is held back
}

func (m *Meter) look(now time.Time) moment {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := moment{stage: m.stage, done: m.at.Load(), what: m.held.What, until: m.held.Until}
	if s.size >= 0 {
		s.done = min(s.done, s.size)
	}
	if seconds := now.Sub(s.begun).Seconds(); seconds > 0 {
		s.rate = float64(m.read.Load()) / seconds
	}
	if m.held.Buffer != nil {
		if n := m.held.Buffer.Size(); n > heldFrom {
			s.held = n
		}
	}
	return s
}
