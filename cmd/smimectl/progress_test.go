package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"smimectl/internal/message"
	"smimectl/internal/progress"
	"smimectl/internal/spool"
)

// clockedMeter is a meter without a clock of its own: what it shows at a moment is asked for by Tick.
func clockedMeter(form progress.Form, out io.Writer, now *time.Time) *progress.Meter {
	*now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	return progress.New(progress.Options{Form: form, Out: out, ASCII: true, Now: func() time.Time { return *now }, Width: func() int { return 80 }})
}

// TestBeside counts the mails that are shown. A line about a mail takes the meter's place only if it goes to the terminal.
func TestBeside(t *testing.T) {
	t.Parallel()
	const one, two = "\rchecking   [#####---------------]   1/4 mails    25%   1/s   0:03 left\x1b[K", "\rchecking   [##########----------]   2/4 mails    50%   1/s   0:02 left\x1b[K"
	for _, test := range []struct {
		name string
		said string
		err  *cliError
		want string
	}{
		{"nothing is said", "", nil, one + two + "\r\x1b[K"},
		{"a word is said", "a word", nil, "a word" + one + "\r\x1b[Ka word" + one + two + "\r\x1b[K"},
		{"there is an error", "", &cliError{}, one + "\r\x1b[K" + one + two + "\r\x1b[K"},
	} {
		var out bytes.Buffer
		var now time.Time
		m := clockedMeter(progress.Bar, &out, &now)
		m.BeginMails(stageOfSeveral["verify"], 4)
		a := &app{env: &environment{meter: m, stdout: io.Discard, getenv: func(string) string { return "" }}}
		full := errors.New("full")
		show := a.beside(func(f *finished) error {
			if len(f.said) > 0 {
				m.Tick() // not now
			}
			out.Write(f.said)
			return full
		})
		for range 2 {
			now = now.Add(time.Second)
			if err := show(&finished{outcome: &outcome{err: test.err}, said: []byte(test.said)}); err != full {
				t.Fatal(err)
			}
			m.Tick()
		}
		m.End()
		if out.String() != test.want {
			t.Errorf("%s:\n%q, want\n%q", test.name, &out, test.want)
		}
	}
}

// TestSaying takes the line of the meter away for what is said.
func TestSaying(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var now time.Time
	m := clockedMeter(progress.Bar, &out, &now)
	m.Begin(progress.Saving, progress.Unknown)
	now = now.Add(time.Second)
	m.Tick()
	out.Reset()
	a := &app{env: &environment{stderr: &out, meter: m, getenv: func(string) string { return "" }}}
	a.say("a word")
	m.Tick()
	if out.String() != "\r\x1b[Ksmimectl: a word\n" {
		t.Errorf("%q", &out)
	}
}

// TestObserver has the meter show what the work on a mail tells.
func TestObserver(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var now time.Time
	env := &environment{}
	if env.observer() != nil {
		t.Error("somebody is told although there is no meter")
	}
	env.meter = clockedMeter(progress.Plain, &out, &now)
	o := env.observer()
	b := spool.New(spool.Options{Dir: t.TempDir()})
	defer b.Close()
	b.Write(make([]byte, 2_000_000))
	o.Held(b)
	o.Stage(message.Decrypting, 4_000_000)
	o.Watch(spool.Bytes(make([]byte, 1_000_000))).ReadAt(make([]byte, 1_000_000), 0)
	now = now.Add(10 * time.Second)
	env.meter.Tick()
	if want := "smimectl: decrypting 1.0 of 4.0 MB, 25%, 100 kB/s, 0:30 left, held back: 2.0 MB\n"; out.String() != want {
		t.Errorf("%q, want %q", &out, want)
	}
	for stage := message.Reading; stage <= message.Writing; stage++ {
		if stagesOfOne[stage] == progress.Idle {
			t.Errorf("stage %d is not told", stage)
		}
	}
}

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

// TestProgressBesideErrors goes on after an error that does not end the run: the last object says so once, when all is done.
func TestProgressBesideErrors(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	mail := w.path("small.eml")
	for _, args := range [][]string{
		{"cert", "harvest", w.path("missing"), mail},
		{"verify", w.path("missing"), mail},
		{"inspect", w.path("missing"), mail},
		{"inspect", "--certs", w.path("missing"), mail},
	} {
		r := w.here(nil, append(args, "--progress", "json")...)
		if strings.Count(r.stderr, `"done":`) != strings.Count(r.stderr, `"last":false`)+1 || !strings.Contains(r.stderr, `"done":2,"total":2,"unit":"mails"`) || !strings.Contains(r.stderr, `"last":true`) {
			t.Errorf("%v: %q", args, r.stderr)
		}
	}
}
