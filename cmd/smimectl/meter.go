package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"smimectl/internal/message"
	"smimectl/internal/spool"
)

// meter tells a person, or a front end, how far the work on one mail, or on several,
// is, on standard error. The work only counts octets or mails; a clock of the meter's own looks at
// the counts and shows them, so that nobody waits for a slow terminal. A nil meter
// shows nothing and costs nothing.
type meter struct {
	w     io.Writer
	form  string // "bar", "plain", "json"
	ascii bool
	now   func() time.Time
	width func() int
	begun time.Time
	mails bool // they are counted, and what is done within each of them is not told

	at   atomic.Int64 // where the source was read last
	read atomic.Int64 // octets read since the stage began

	mu    sync.Mutex // of what the work tells
	stage workStage
	held  *spool.Buffer // the one that is being filled
	why   holdReason

	drawing sync.Mutex // of what is on the terminal
	onLine  bool
	text    string // what stands there
	paused  int
	resumed time.Time // after the last pause
	told    time.Time // when the last line of a log was written
	heldAt  time.Time // when it was first said that something is held back
	ended   bool
	shown   func() // called before the line is used; nil: nothing

	stop, stopped chan struct{}
}

// workStage is what is being done.
type workStage struct {
	name  string
	size  int64 // of the source, or how many mails; -1: not known
	begun time.Time
	input bool   // the mail comes from elsewhere
	from  string // from where: nothing, or " on standard input"
}

// When what is shown, beside the times of progress.
const (
	waitPatience = 3 * time.Second // before it is said that there is no mail yet
	jsonEvery    = time.Second
	heldFor      = 2 * time.Second // how long the line says that text is held back
	heldFrom     = 1 << 20         // what a buffer holds in memory
)

// Stages that only the command line knows.
const (
	stageInput = "reading"
	stageWrite = "writing"
	stageDisk  = "saving"
	stageAwait = "waiting"
	stageEnd   = "end"
)

var stageNames = map[message.Stage]string{
	message.Reading: "reading", message.Checking: "checking", message.Decrypting: "decrypting", message.Unpacking: "unpacking",
	message.Signing: "signing", message.Encrypting: "encrypting", message.Writing: stageWrite,
}

// startMeter makes the meter of a verb that works on one mail, in the form of
// --progress, and sets it going.
func (a *app) startMeter(form string) {
	if m := a.newMeter(form); m != nil {
		a.env.meter = m
		m.start()
	}
}

func (a *app) newMeter(form string) *meter {
	f, tty := a.errorTerminal()
	if form == "auto" {
		form = "none"
		if tty && !a.global.quiet && a.env.getenv("TERM") != "dumb" {
			form = "bar"
		}
	}
	if form == "none" {
		return nil
	}
	m := &meter{w: a.env.stderr, form: form, now: a.env.now, begun: a.env.now(), ascii: a.global.ascii || !a.env.utf8()}
	m.width = func() int { return a.columns(f) }
	m.stage = workStage{size: -1, begun: m.begun}
	m.shown = func() { a.env.temporary.OnInterrupt(m.interrupted) }
	return m
}

// endMeter ends the meter for good.
func (a *app) endMeter() {
	if a.env.meter != nil {
		a.env.meter.end()
		a.env.meter = nil
	}
}

// errorTerminal is standard error, and whether it is a terminal.
func (a *app) errorTerminal() (*os.File, bool) {
	f, ok := a.env.stderr.(*os.File)
	return f, ok && a.env.isTerminal(f)
}

// columns is how wide the terminal is now: its window may have been resized. What
// COLUMNS says was true when the program began, and counts where it is less.
func (a *app) columns(f *os.File) int {
	_, width := a.env.terminal(a.env.stderr)
	if f != nil {
		if now, _, err := term.GetSize(int(f.Fd())); err == nil && now > 0 {
			width = min(width, now)
		}
	}
	return width
}

func (m *meter) start() {
	m.stop, m.stopped = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(m.stopped)
		clock := time.NewTicker(barEvery)
		defer clock.Stop()
		for {
			select {
			case <-m.stop:
				return
			case <-clock.C:
				m.tick(m.now())
			}
		}
	}()
}

// begin says that from now on this is done, with a source of size octets, or of an
// unknown number (-1).
func (m *meter) begin(name string, size int64) {
	if m == nil || m.mails {
		return
	}
	m.enter(name, size)
}

func (m *meter) enter(name string, size int64) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at.Store(0)
	m.read.Store(0)
	m.stage = workStage{name: name, size: size, begun: now}
}

// await says that a mail is waited for that comes from elsewhere: nowhere that has
// a name, or " on standard input".
func (m *meter) await(from string) {
	if m == nil || m.mails {
		return
	}
	m.begin(stageInput, -1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stage.input, m.stage.from = true, from
}

// holding says that what goes into a buffer stays there until why.
func (m *meter) holding(buffer *spool.Buffer, why holdReason) {
	if m == nil || m.mails {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held, m.why = buffer, why
}

// holdReason is what is held back, and why.
type holdReason struct{ what, why string }

var (
	textUntilGood     = holdReason{"the text", "until it is known to be good"}
	mailUntilComplete = holdReason{"the mail", "until it is complete"}
)

// progressNow is how far the work is at one moment.
type progressNow struct {
	workStage
	done    int64
	mails   bool    // done and size count these
	seconds float64 // since the stage began
	rate    float64 // octets a second
	held    int64   // octets held back in a temporary file; 0: none
	why     holdReason
}

func (m *meter) look(now time.Time) progressNow {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := progressNow{workStage: m.stage, done: m.at.Load(), mails: m.mails, why: m.why}
	if s.size >= 0 {
		s.done = min(s.done, s.size)
	}
	if s.seconds = now.Sub(s.begun).Seconds(); s.seconds > 0 {
		s.rate = float64(m.read.Load()) / s.seconds
	}
	if m.held != nil {
		if n := m.held.Size(); n > heldFrom {
			s.held = n
		}
	}
	return s
}

// tick shows what there is to be shown at a moment.
func (m *meter) tick(now time.Time) {
	s := m.look(now)
	m.drawing.Lock()
	defer m.drawing.Unlock()
	if m.paused > 0 || m.ended {
		return
	}
	switch m.form {
	case "bar":
		if text := m.line(s, now); text != "" {
			if !m.onLine && m.shown != nil {
				m.shown()
			}
			m.draw(text)
		} else {
			m.erase()
		}
	case "plain":
		if now.Sub(m.since()) >= logEvery && s.name != "" {
			m.told = now
			fmt.Fprintf(m.w, "smimectl: %s\n", s.log())
		}
	case "json":
		if now.Sub(m.since()) >= jsonEvery && s.name != "" {
			m.told = now
			m.writeJSON(s, now, false)
		}
	}
}

// since is when something was last written in a log.
func (m *meter) since() time.Time {
	if m.told.IsZero() {
		return m.begun
	}
	return m.told
}

// end stops the clock, waits for it, and erases the bar: after it nothing more is
// shown. A log gets a last line if it has had one, a front end always.
func (m *meter) end() {
	if m == nil {
		return
	}
	now := m.now()
	if !m.mails {
		m.enter(stageEnd, -1)
	}
	s := m.look(now)
	m.drawing.Lock()
	if m.ended {
		m.drawing.Unlock()
		return
	}
	m.ended = true
	m.erase()
	switch {
	case m.form == "json":
		m.writeJSON(s, now, true)
	case m.form == "plain" && !m.told.IsZero():
		fmt.Fprintf(m.w, "smimectl: ended after %s\n", clockTime(now.Sub(m.begun)))
	}
	m.drawing.Unlock()
	if m.stop != nil {
		close(m.stop)
		<-m.stopped
	}
}
