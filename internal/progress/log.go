package progress

import (
	"encoding/json"
	"fmt"
	"time"
)

// due reports whether something is written to a log again that gets something every so often.
func (m *Meter) due(s moment, now time.Time, every time.Duration) bool {
	if s.name == Idle || now.Sub(m.told) < every {
		return false
	}
	m.told = now
	return true
}

func (m *Meter) writePlain(text string) { fmt.Fprintf(m.o.Out, "smimectl: %s\n", text) }

// writeJSON writes an object of the shape that docs/scale.md describes.
func (m *Meter) writeJSON(s moment, now time.Time, last bool) {
	var o struct {
		Progress struct {
			Stage   Stage   `json:"stage"`
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
		p.Stage = waiting
	}
	if p.Unit = "octets"; s.mails {
		p.Unit = "mails"
	}
	if s.size >= 0 {
		p.Total = &s.size
	}
	p.Done, p.Held, p.Last = s.done, s.held, last
	p.Seconds = now.Sub(m.begun).Round(time.Millisecond).Seconds()
	line, _ := json.Marshal(o) // numbers and words of ours
	fmt.Fprintf(m.o.Out, "%s\n", line)
}
