package progress

import (
	"fmt"
	"sync"
	"time"
)

// When something is shown: not before it takes a while, and then not too often.
const (
	Patience     = 700 * time.Millisecond // before a line stands on a terminal
	WaitPatience = 3 * time.Second        // before it is said there that no mail has come
	BarEvery     = 100 * time.Millisecond
	logEvery     = 10 * time.Second
	jsonEvery    = time.Second
	heldFor      = 2 * time.Second // how long the line says that something is held back
)

// display is what was shown.
type display struct {
	drawing sync.Mutex // of all below
	onLine  bool       // something stands on the terminal's line
	text    string     // what stood there last
	paused  int        // how many have the line for themselves
	resumed time.Time  // after the last pause
	heldAt  time.Time  // when the line first said that something is held back
	told    time.Time  // when a log was last written to, or when the work began
	ended   bool

	stop, stopped chan struct{} // of the clock; nil: there is none
}

// Start sets a clock going that calls Tick until End is called.
func (m *Meter) Start() {
	m.stop, m.stopped = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(m.stopped)
		clock := time.NewTicker(BarEvery)
		defer clock.Stop()
		for {
			select {
			case <-m.stop:
				return
			case <-clock.C:
				m.Tick()
			}
		}
	}()
}

// Tick shows what there is to be shown now.
func (m *Meter) Tick() {
	m.drawing.Lock()
	defer m.drawing.Unlock()
	if m.paused > 0 || m.ended {
		return
	}
	now := m.o.Now()
	s := m.look(now)
	switch m.o.Form {
	case Bar:
		if text := m.line(s, now); text != "" {
			m.draw(text)
		} else {
			m.erase()
		}
	case Plain:
		if m.due(s, now, logEvery) {
			m.writePlain(s.log())
		}
	case JSON:
		if m.due(s, now, jsonEvery) {
			m.writeJSON(s, now, false)
		}
	}
}

// End stops the clock, waits for it, and erases the line: after it nothing more is
// shown. A log gets a last line if it has had one, a front end always.
func (m *Meter) End() {
	if m == nil || !m.last() || m.stop == nil {
		return
	}
	close(m.stop)
	<-m.stopped
}

// last shows what stands at the end, unless it was there already.
func (m *Meter) last() bool {
	m.drawing.Lock()
	defer m.drawing.Unlock()
	if m.ended {
		return false
	}
	m.ended = true
	now := m.o.Now()
	switch m.o.Form {
	case Bar:
		m.erase()
	case Plain:
		if m.told.After(m.begun) {
			m.writePlain("ended after " + clockTime(now.Sub(m.begun)))
		}
	case JSON:
		s := m.look(now)
		if !s.mails {
			s = moment{stage: stage{name: end, size: Unknown}, held: s.held}
		}
		m.writeJSON(s, now, true)
	}
	return true
}

// Pause takes the line off the terminal, which then is somebody else's until resume is
// called: for a word, or a question. The line comes back after a while.
func (m *Meter) Pause() (resume func()) {
	if m == nil {
		return func() {}
	}
	m.leave()
	return func() {
		m.drawing.Lock()
		defer m.drawing.Unlock()
		if m.paused--; m.paused == 0 {
			m.resumed = m.o.Now()
		}
	}
}

// Aside runs show, which writes a line or two where the line of the meter stands, and
// puts that back at once: there may be hundreds of such lines a second.
func (m *Meter) Aside(show func() error) error {
	if m == nil {
		return show()
	}
	was := m.leave()
	defer func() {
		m.drawing.Lock()
		defer m.drawing.Unlock()
		if m.paused--; m.paused == 0 && was != "" && !m.ended {
			m.draw(was)
		}
	}()
	return show()
}

// leave takes the line off the terminal and leaves it to somebody else. It returns what stood there.
func (m *Meter) leave() (was string) {
	m.drawing.Lock()
	defer m.drawing.Unlock()
	if m.onLine {
		was = m.text
	}
	m.erase()
	m.paused++
	return was
}

// line is the text for the terminal's one line; "" for none.
func (m *Meter) line(s moment, now time.Time) string {
	width := m.o.Width() - 1 // some terminals go on to the next line when the last column is written
	switch {
	case s.name == Idle || now.Sub(m.begun) < Patience || now.Sub(m.resumed) < Patience:
		return ""
	case s.waits():
		if now.Sub(s.begun) < WaitPatience {
			return ""
		}
		return cut(s.waiting(), width)
	case s.held > 0 && (m.heldAt.IsZero() || now.Sub(m.heldAt) < heldFor):
		if m.heldAt.IsZero() {
			m.heldAt = now
		}
		return s.heldLine(width)
	}
	return s.bar(width, m.o.ASCII)
}

// draw writes over what stands on the line first and erases the rest then: it does not
// flicker.
func (m *Meter) draw(text string) {
	if !m.onLine && m.o.OnInterrupt != nil {
		m.o.OnInterrupt(m.interrupted)
	}
	fmt.Fprintf(m.o.Out, "\r%s\x1b[K", text)
	m.onLine, m.text = true, text
}

// erase leaves an empty line.
func (m *Meter) erase() {
	if m.onLine {
		fmt.Fprint(m.o.Out, "\r\x1b[K")
		m.onLine = false
	}
}

// interrupted erases the line of a run that ends here, unless the terminal is in
// the way.
func (m *Meter) interrupted() {
	for range 20 {
		if m.drawing.TryLock() {
			m.erase()
			m.ended = true
			m.drawing.Unlock()
			return
		}
		time.Sleep(5 * time.Millisecond) // something is being drawn
	}
}
