package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smimectl/internal/message"
	"smimectl/internal/spool"
)

// TestMeterLines shows what stands on the line, at three widths: with a size and
// without one, in UTF-8 and in ASCII.
func TestMeterLines(t *testing.T) {
	t.Parallel()
	full, none := "\u2588", "\u2591"
	for _, test := range []struct {
		name    string
		s       progressNow
		ascii   bool
		at      [3]string // 120, 80 and 40 columns
		smaller string    // 12 columns
	}{
		{"known", progressNow{workStage: workStage{name: "checking", size: 203_400_000}, done: 127_000_000, rate: 480e6}, false, [3]string{
			"checking   " + strings.Repeat(full, 12) + strings.Repeat(none, 8) + "   127 / 203 MB    62%   480 MB/s   0:00 left",
			"checking   " + strings.Repeat(full, 12) + strings.Repeat(none, 8) + "   127 / 203 MB    62%   480 MB/s   0:00 left",
			"checking   " + strings.Repeat(full, 6) + strings.Repeat(none, 4) + "   62%  0:00 left",
		}, "checking  62%"[:11]},
		{"known, ASCII", progressNow{workStage: workStage{name: "checking", size: 203_400_000}, done: 127_000_000, rate: 480e6}, true, [3]string{
			"checking   [############--------]   127/203 MB    62%   480 MB/s   0:00 left",
			"checking   [############--------]   127/203 MB    62%   480 MB/s   0:00 left",
			"checking   [####----]   62%  0:00 left",
		}, "checking  62%"[:11]},
		{"large and slow", progressNow{workStage: workStage{name: "decrypting", size: 25_300_000_000}, done: 1_049_000_000, rate: 4.2e6}, true, [3]string{
			"decrypting [--------------------]    1.0/25.3 GB     4%   4.2 MB/s   1:36:14 left",
			"decrypting [--------------------]   1.0/25.3 GB    4%  4.2 MB/s  1:36:14 left",
			"decrypting [--------]     4%",
		}, "decrypting "},
		{"just begun", progressNow{workStage: workStage{name: "reading", size: 5_000_000}}, true, [3]string{
			"reading    [--------------------]   0.0/5.0 MB     0%",
			"reading    [--------------------]   0.0/5.0 MB     0%",
			"reading    [--------]  0.0/5.0 MB    0%",
		}, "reading  0%"},
		{"done", progressNow{workStage: workStage{name: "writing", size: 900_000}, done: 900_000, rate: 900_000}, true, [3]string{
			"writing    [####################]   900/900 kB   100%   900 kB/s   0:00 left",
			"writing    [####################]   900/900 kB   100%   900 kB/s   0:00 left",
			"writing    [########]  100%  0:00 left",
		}, "writing  10"},
		{"unknown", progressNow{workStage: workStage{name: "reading", size: -1}, done: 127_000_000, rate: 48e6}, false, [3]string{
			"reading       127 MB    48 MB/s",
			"reading       127 MB    48 MB/s",
			"reading       127 MB    48 MB/s",
		}, "reading"},
		{"disk", progressNow{workStage: workStage{name: stageDisk, size: -1}}, false, [3]string{
			"saving        waiting for the disk",
			"saving        waiting for the disk",
			"saving        waiting for the disk",
		}, "saving"},
	} {
		for i, width := range []int{120, 80, 40} {
			got := test.s.bar(width-1, test.ascii)
			if got != test.at[i] {
				t.Errorf("%s, %d columns:\n%q, want\n%q", test.name, width, got, test.at[i])
			}
		}
		if got := test.s.bar(11, test.ascii); got != test.smaller {
			t.Errorf("%s, 12 columns: %q, want %q", test.name, got, test.smaller)
		}
		for width := -1; width < 130; width++ {
			if got := columnsOf(test.s.bar(width, test.ascii)); got > max(width, 0) {
				t.Errorf("%s: %d columns of %d", test.name, got, width)
			}
			if got := columnsOf(test.s.heldLine(width)); got > max(width, 0) {
				t.Errorf("held: %d columns of %d", got, width)
			}
		}
	}
	held := progressNow{held: 203_000_000, why: textUntilGood}
	for width, want := range map[int]string{
		120: "holding back the text until it is known to be good (203 MB in a temporary file)",
		80:  "holding back the text until it is known to be good (203 MB in a temporary file)",
		70:  "holding back the text until it is known to be good (203 MB)",
		40:  "holding back the text (203 MB)",
	} {
		if got := held.heldLine(width - 1); got != want {
			t.Errorf("held, %d columns: %q, want %q", width, got, want)
		}
	}
}

// clockedMeter is a meter without a clock of its own: what it shows at a moment is
// asked for by tick.
func clockedMeter(form string, out io.Writer, now *time.Time) *meter {
	return &meter{w: out, form: form, ascii: true, begun: *now, now: func() time.Time { return *now }, width: func() int { return 80 }}
}

// TestMeterBar shows nothing before it takes a while, the stage that is under way
// then, nothing while somebody else has the terminal, and nothing at the end.
func TestMeterBar(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	m := clockedMeter("bar", &out, &now)
	after := func(d time.Duration, what, want string) {
		t.Helper()
		now = now.Add(d)
		m.tick(now)
		if got := out.String(); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		out.Reset()
	}
	source := m.watch(spool.Bytes(make([]byte, 4_000_000)))
	observer := m.observer()
	observer.Stage(message.Checking, 4_000_000)
	source.ReadAt(make([]byte, 1_000_000), 0)
	after(600*time.Millisecond, "too early", "")
	after(400*time.Millisecond, "after a second", "\rchecking   [#####---------------]   1.0/4.0 MB    25%   1.0 MB/s   0:03 left\x1b[K")
	resume := m.pause()
	if out.String() != "\r\x1b[K" {
		t.Errorf("a pause: %q", &out)
	}
	out.Reset()
	after(time.Second, "in a pause", "")
	resume()
	after(100*time.Millisecond, "just after a pause", "")
	observer.Stage(message.Writing, 4_000_000)
	source.ReadAt(make([]byte, 500_000), 3_500_000)
	after(time.Second, "another stage", "\rwriting    [####################]   4.0/4.0 MB   100%   500 kB/s   0:00 left\x1b[K")
	a := &app{env: &environment{stderr: &out, meter: m, getenv: func(string) string { return "" }}}
	a.say("a word")
	if out.String() != "\r\x1b[Ksmimectl: a word\n" {
		t.Errorf("something is said: %q", &out)
	}
	out.Reset()
	after(time.Second, "after that", "\rwriting    [####################]   4.0/4.0 MB   100%   250 kB/s   0:00 left\x1b[K")
	m.end()
	if out.String() != "\r\x1b[K" {
		t.Errorf("the end: %q", &out)
	}
	out.Reset()
	after(time.Second, "after the end", "")
	m.end()
	if out.Len() != 0 {
		t.Errorf("a second end: %q", &out)
	}
}

// TestMeterWaiting says after three seconds that there is no mail yet, and no more
// when it has begun to come.
func TestMeterWaiting(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	m := clockedMeter("bar", &out, &now)
	m.await(" on standard input")
	for _, step := range []struct {
		after time.Duration
		data  string
		want  string
	}{
		{2900 * time.Millisecond, "", ""},
		{100 * time.Millisecond, "", "\rwaiting for a mail on standard input\x1b[K"},
		{time.Second, strings.Repeat("x", 8000), "\rreading       8 kB     2 kB/s\x1b[K"},
	} {
		io.Copy(io.Discard, m.count(strings.NewReader(step.data)))
		now = now.Add(step.after)
		m.tick(now)
		if out.String() != step.want {
			t.Errorf("%q, want %q", &out, step.want)
		}
		out.Reset()
	}
}

// TestMeterHeld says for two seconds that text is held back, once it is in a file.
func TestMeterHeld(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	m := clockedMeter("bar", &out, &now)
	b := spool.New(spool.Options{Dir: t.TempDir()})
	defer b.Close()
	m.observer().Held(b)
	m.observer().Stage(message.Decrypting, 8_000_000)
	for _, step := range []struct {
		write int
		want  string
	}{
		{1 << 20, "decrypting [-"},
		{2_000_000, "holding back the text until it is known to be good (3.0 MB in a temporary file)"},
		{1_000_000, "holding back the text until it is known to be good (4.0 MB in a temporary file)"},
		{0, "decrypting [-"},
	} {
		b.Write(make([]byte, step.write))
		now = now.Add(time.Second)
		m.tick(now)
		if !strings.HasPrefix(out.String(), "\r"+step.want) {
			t.Errorf("%q, want %q", &out, step.want)
		}
		out.Reset()
	}
}

// TestMeterLogs writes a line every ten seconds, and JSON every second; a log that
// had no line has none at the end.
func TestMeterLogs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		form    string
		seconds int
		want    string
	}{
		{"plain", 9, ""},
		{"plain", 20, "smimectl: signing 1.0 of 4.0 MB, 25%, 100 kB/s, 0:30 left\nsmimectl: signing 2.0 of 4.0 MB, 50%, 100 kB/s, 0:20 left\nsmimectl: ended after 0:20\n"},
		{"json", 0, `{"progress":{"stage":"end","done":0,"total":null,"unit":"octets","held":0,"seconds":0,"last":true}}` + "\n"},
		{"json", 2, `{"progress":{"stage":"signing","done":100000,"total":4000000,"unit":"octets","held":0,"seconds":1,"last":false}}` + "\n" +
			`{"progress":{"stage":"signing","done":200000,"total":4000000,"unit":"octets","held":0,"seconds":2,"last":false}}` + "\n" +
			`{"progress":{"stage":"end","done":0,"total":null,"unit":"octets","held":0,"seconds":2,"last":true}}` + "\n"},
	} {
		var out bytes.Buffer
		now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		m := clockedMeter(test.form, &out, &now)
		m.tick(now) // nothing has begun
		m.begin("signing", 4_000_000)
		source := m.watch(spool.Bytes(make([]byte, 4_000_000)))
		for i := range test.seconds {
			source.ReadAt(make([]byte, 100_000), int64(i)*100_000)
			now = now.Add(time.Second)
			m.tick(now)
		}
		m.end()
		if out.String() != test.want {
			t.Errorf("%s, %d seconds:\n%s, want\n%s", test.form, test.seconds, &out, test.want)
		}
	}
	var out bytes.Buffer
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	m := clockedMeter("json", &out, &now)
	m.await(" on standard input")
	now = now.Add(time.Second)
	m.tick(now)
	if !strings.HasPrefix(out.String(), `{"progress":{"stage":"waiting","done":0,"total":null,`) {
		t.Errorf("waiting: %s", &out)
	}
}

// TestMeterClock stops the clock of a meter before anything else is written.
func TestMeterClock(t *testing.T) {
	t.Parallel()
	var out countedWrites
	m := clockedMeter("bar", &out, new(time.Time))
	m.now, m.begun = time.Now, time.Now().Add(-time.Hour)
	m.start()
	m.begin("signing", 100)
	for begun := time.Now(); out.count() == 0; time.Sleep(time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("nothing is shown")
		}
	}
	m.end()
	n := out.count()
	time.Sleep(3 * barEvery)
	if out.count() != n {
		t.Error("something was shown after the end")
	}
}

// countedWrites counts how often somebody writes.
type countedWrites struct{ n atomic.Int64 }

func (c *countedWrites) Write(p []byte) (int, error) {
	c.n.Add(1)
	return len(p), nil
}

func (c *countedWrites) count() int64 { return c.n.Load() }

// TestProgressOfOne has no progress in what no terminal is, but where a form is
// asked for; every verb takes the flag for one mail.
func TestProgressOfOne(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	w.make(smallSized)
	bob := w.path("bob.pem")
	for _, args := range [][]string{
		{"sign", "-i", w.path("alice.pem"), w.path("small.eml")},
		{"verify", "--ca", w.path("ca.pem"), w.path("small.clear")},
		{"verify", "--ca", w.path("ca.pem"), "-o", w.path("out.eml"), w.path("small.opaque")},
		{"encrypt", "--only", "--to", bob, w.path("small.eml")},
		{"decrypt", "-i", bob, "--ca", w.path("ca.pem"), w.path("small.gcm")},
		{"decrypt", "-i", bob, "--ca", w.path("ca.pem"), w.path("missing")},
	} {
		quiet := w.here(nil, args...)
		if strings.Contains(quiet.stderr, "\x1b") || strings.Contains(quiet.stderr, "progress") {
			t.Errorf("%v: %q", args, quiet.stderr)
		}
		if r := w.here(nil, append(args, "--progress", "none")...); r.stderr != quiet.stderr {
			t.Errorf("%v --progress none: %q, want %q", args, r.stderr, quiet.stderr)
		}
		r := w.here(nil, append(args, "--progress", "json")...)
		first, rest, _ := strings.Cut(r.stderr, "\n")
		var o struct {
			Progress *struct {
				Stage, Unit string
				Last        bool
			}
		}
		if err := json.Unmarshal([]byte(first), &o); err != nil || o.Progress == nil || !o.Progress.Last || rest != quiet.stderr || r.code != quiet.code {
			t.Errorf("%v --progress json: exit %d, %v, %q, want a last object before %q", args, r.code, err, r.stderr, quiet.stderr)
		}
		os.Remove(w.path("out.eml"))
	}
}
