package main

import (
	"encoding/json"
	"fmt"
	"time"
)

// line is the text for the terminal's one line; "" for none.
func (m *meter) line(s progressNow, now time.Time) string {
	width := m.width() - 1 // some terminals go on to the next line when the last column is written
	switch {
	case s.name == "" || now.Sub(m.begun) < patience || now.Sub(m.resumed) < patience:
		return ""
	case s.waits():
		if now.Sub(s.begun) < waitPatience {
			return ""
		}
		return cutTo(s.waiting(), width)
	case s.held > 0 && (m.heldAt.IsZero() || now.Sub(m.heldAt) < heldFor):
		if m.heldAt.IsZero() {
			m.heldAt = now
		}
		return s.heldLine(width)
	}
	return s.bar(width, m.ascii)
}

// writeJSON writes an object of the shape that docs/scale.md describes.
func (m *meter) writeJSON(s progressNow, now time.Time, last bool) {
	var o struct {
		Progress struct {
			Stage   string  `json:"stage"`
			Done    int64   `json:"done"`
			Total   *int64  `json:"total"`
			Unit    string  `json:"unit"`
			Held    int64   `json:"held"`
			Seconds float64 `json:"seconds"`
			Last    bool    `json:"last"`
		} `json:"progress"`
	}
	p := &o.Progress
	if p.Stage = s.name; s.waits() {
		p.Stage = stageAwait
	}
	p.Done, p.Unit, p.Held, p.Last = s.done, s.unit(), s.held, last
	p.Seconds = now.Sub(m.begun).Round(time.Millisecond).Seconds()
	if s.size >= 0 {
		p.Total = &s.size
	}
	line, _ := json.Marshal(o)
	fmt.Fprintf(m.w, "%s\n", line)
}

// draw writes over what stands there first and erases the rest then: it does not
// flicker.
func (m *meter) draw(text string) {
	fmt.Fprintf(m.w, "\r%s\x1b[K", text)
	m.onLine, m.text = true, text
}

// erase takes the bar off its line.
func (m *meter) erase() {
	if m.onLine {
		fmt.Fprint(m.w, "\r\x1b[K")
		m.onLine = false
	}
}

// interrupted erases the bar of a run that ends here, unless the terminal is in
// the way.
func (m *meter) interrupted() {
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

// pause takes the bar off its line, which then is somebody else's until resume is
// called: a line for people, or a question.
func (m *meter) pause() (resume func()) {
	if m == nil {
		return func() {}
	}
	m.drawing.Lock()
	defer m.drawing.Unlock()
	m.erase()
	m.paused++
	return func() {
		m.drawing.Lock()
		defer m.drawing.Unlock()
		m.paused--
		m.resumed = m.now()
	}
}
