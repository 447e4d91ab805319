package progress

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"smimectl/internal/spool"
)

// TestBar shows nothing before it takes a while, the stage that is under way then, nothing while somebody else has the
// terminal, and nothing at the end.
func TestBar(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var now time.Time
	m := clocked(Bar, &out, &now)
	after := func(d time.Duration, what, want string) {
		t.Helper()
		now = now.Add(d)
		m.Tick()
		if got := out.String(); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		out.Reset()
	}
	source := m.CountSource(spool.Bytes(make([]byte, 4_000_000)))
	m.Begin(Checking, 4_000_000)
	source.ReadAt(make([]byte, 1_000_000), 0)
	after(699*time.Millisecond, "too early", "")
	after(time.Millisecond, "no longer", "\rchecking   [#####---------------]   1.0/4.0 MB    25%   1.4 MB/s   0:02 left\x1b[K")
	after(300*time.Millisecond, "after a second", "\rchecking   [#####---------------]   1.0/4.0 MB    25%   1.0 MB/s   0:03 left\x1b[K")
	resume := m.Pause()
	if out.String() != "\r\x1b[K" {
		t.Errorf("a pause: %q", &out)
	}
	out.Reset()
	after(time.Second, "in a pause", "")
	second := m.Pause()
	if out.Len() != 0 {
		t.Errorf("a second pause: %q", &out)
	}
	resume()
	after(time.Second, "in the second pause", "")
	second()
	after(699*time.Millisecond, "just after a pause", "")
	after(time.Millisecond, "then", "\rchecking   [#####---------------]   1.0/4.0 MB    25%   270 kB/s   0:11 left\x1b[K")
	m.Begin(Writing, 4_000_000)
	source.ReadAt(make([]byte, 500_000), 3_500_000)
	after(time.Second, "another stage", "\rwriting    [####################]   4.0/4.0 MB   100%   500 kB/s   0:00 left\x1b[K")
	m.Begin(Idle, Unknown)
	after(0, "nothing to be told", "\r\x1b[K")
	after(time.Second, "and still nothing", "")
	m.Begin(Saving, Unknown)
	after(0, "saving", "\rsaving        waiting for the disk\x1b[K")
	m.End()
	if out.String() != "\r\x1b[K" {
		t.Errorf("the end: %q", &out)
	}
	out.Reset()
	after(time.Second, "after the end", "")
	m.End()
	if out.Len() != 0 {
		t.Errorf("a second end: %q", &out)
	}
}

// TestAside takes the line off for what somebody writes there, and puts it back at once, unless there was none, it was
// left to somebody else meanwhile, or the work has ended.
func TestAside(t *testing.T) {
	t.Parallel()
	const line = "\rchecking      1 mail   1/s\x1b[K"
	for _, test := range []struct {
		name string
		wait time.Duration
		show func(*Meter)
		want string
	}{
		{"there was none", 0, func(*Meter) {}, "a word" + line},
		{"at once", time.Second, func(m *Meter) { m.Tick() }, line + "\r\x1b[Ka word" + line + line},
		{"a question", time.Second, func(m *Meter) { m.Pause() }, line + "\r\x1b[Ka word"},
		{"an answered question", time.Second, func(m *Meter) { m.Pause()() }, line + "\r\x1b[Ka word" + line + line},
		{"ended", time.Second, func(m *Meter) { m.End() }, line + "\r\x1b[Ka word"},
	} {
		var out bytes.Buffer
		var now time.Time
		m := clocked(Bar, &out, &now)
		m.BeginMails(Checking, Unknown)
		m.MailDone()
		now = now.Add(test.wait)
		m.Tick()
		full := errors.New("full")
		if err := m.Aside(func() error {
			test.show(m)
			io.WriteString(&out, "a word")
			return full
		}); err != full {
			t.Errorf("%s: %v", test.name, err)
		}
		now = now.Add(time.Second - test.wait)
		m.Tick()
		if out.String() != test.want {
			t.Errorf("%s:\n%q, want\n%q", test.name, &out, test.want)
		}
	}
}

// TestInterrupted erases the line of a run that ends there, and shows nothing more. It says how before the line is used.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var now time.Time
	m := clocked(Bar, &out, &now)
	var erase func()
	m.o.OnInterrupt = func(f func()) {
		if erase = f; out.Len() != 0 { // too late, or while it stands there: what interrupts may wait for it
			t.Errorf("interruptions are watched for after %q", &out)
		}
	}
	m.Begin(Saving, Unknown)
	m.Tick()
	if erase != nil {
		t.Error("interruptions are watched for although nothing is shown")
	}
	now = now.Add(time.Second)
	m.Tick()
	m.Tick()
	out.Reset()
	erase()
	m.Tick()
	m.End()
	if out.String() != "\r\x1b[K" {
		t.Errorf("what is shown: %q", &out)
	}
	m = clocked(Bar, &out, &now)
	m.drawing.Lock() // by somebody who writes to a terminal that does not take it
	m.interrupted()
	m.drawing.Unlock()
	if m.ended {
		t.Error("interrupted while something is drawn")
	}
	for range 50 { // a busy machine may take longer
		m = clocked(Bar, &out, &now)
		m.drawing.Lock()
		time.AfterFunc(10*time.Millisecond, m.drawing.Unlock)
		if m.interrupted(); m.ended {
			return
		}
	}
	t.Error("not interrupted when it was drawn")
}

// TestClock shows something by itself, and stops before anything else is written.
func TestClock(t *testing.T) {
	t.Parallel()
	var out countedWrites
	m := New(Options{Form: Bar, Out: &out, Now: time.Now, Width: func() int { return 80 }})
	m.begun = time.Now().Add(-time.Hour)
	m.Start()
	m.Begin(Signing, 100)
	for begun := time.Now(); out.count() == 0; time.Sleep(time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("nothing is shown")
		}
	}
	m.End()
	select {
	case <-m.stopped:
	default:
		t.Error("something may be shown after the end")
	}
	m.End()
}

// countedWrites counts how often somebody writes.
type countedWrites struct{ n atomic.Int64 }

func (c *countedWrites) Write(p []byte) (int, error) {
	c.n.Add(1)
	return len(p), nil
}

func (c *countedWrites) count() int64 { return c.n.Load() }
