package progress

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"smimectl/internal/spool"
)

// clocked is a meter without a clock of its own: what it shows at a moment is asked for by Tick.
func clocked(form Form, out io.Writer, now *time.Time) *Meter {
	*now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	return New(Options{Form: form, Out: out, ASCII: true, Now: func() time.Time { return *now }, Width: func() int { return 80 }})
}

// TestNoMeter counts nothing and shows nothing, and is in nobody's way.
func TestNoMeter(t *testing.T) {
	t.Parallel()
	var m *Meter
	m.Begin(Signing, 1)
	m.BeginMails(Signing, 1)
	m.Await("")
	m.MailDone()
	m.Hold(Held{})
	source, reader := io.NewSectionReader(nil, 0, 0), strings.NewReader("")
	if m.CountSource(source) != spool.Source(source) || m.CountReader(reader) != reader {
		t.Error("something is counted")
	}
	m.Pause()()
	if err := m.Aside(func() error { return io.ErrUnexpectedEOF }); err != io.ErrUnexpectedEOF {
		t.Errorf("aside: %v", err)
	}
	m.End()
}

// TestWaiting says after three seconds that there is no mail yet, and no more when it has begun to come.
func TestWaiting(t *testing.T) {
	t.Parallel()
	for from, says := range map[string]string{"standard input": "waiting for a mail on standard input", "": "waiting for a mail"} {
		var out bytes.Buffer
		var now time.Time
		m := clocked(Bar, &out, &now)
		m.Await(from)
		for _, step := range []struct {
			after time.Duration
			data  string
			want  string
		}{
			{2900 * time.Millisecond, "", ""},
			{100 * time.Millisecond, "", "\r" + says + "\x1b[K"},
			{time.Second, strings.Repeat("x", 8000), "\rreading       8 kB     2 kB/s\x1b[K"},
		} {
			io.Copy(io.Discard, m.CountReader(strings.NewReader(step.data)))
			now = now.Add(step.after)
			m.Tick()
			if out.String() != step.want {
				t.Errorf("%q, want %q", &out, step.want)
			}
			out.Reset()
		}
	}
}

// TestHeld says for two seconds that text is held back, once it is in a file, and no more when it is not.
func TestHeld(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var now time.Time
	m := clocked(Bar, &out, &now)
	b := spool.New(spool.Options{Dir: t.TempDir()})
	defer b.Close()
	m.Hold(Held{b, "the text", "until it is known to be good"})
	m.Begin(Decrypting, 8_000_000)
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
		m.Tick()
		if !strings.HasPrefix(out.String(), "\r"+step.want) {
			t.Errorf("%q, want %q", &out, step.want)
		}
		out.Reset()
	}
	for _, test := range []struct {
		held Held
		want int64
	}{{Held{Buffer: b}, 1<<20 + 3_000_000}, {Held{}, 0}} {
		m.Hold(test.held)
		if s := m.look(now); s.held != test.want {
			t.Errorf("%d are held back, want %d", s.held, test.want)
		}
	}
}

// TestMoment counts what was read in the stage, and no more than there is.
func TestMoment(t *testing.T) {
	t.Parallel()
	var now time.Time
	m := clocked(Bar, io.Discard, &now)
	if s := m.look(now); s.name != Idle || s.size != Unknown || s.rate != 0 {
		t.Errorf("at the beginning: %+v", s)
	}
	m.Begin(Reading, 100)
	source := m.CountSource(spool.Bytes(make([]byte, 150)))
	now = now.Add(2 * time.Second)
	source.ReadAt(make([]byte, 30), 60)
	if s := m.look(now); s.done != 90 || s.rate != 15 {
		t.Errorf("of 30 octets from 60 on: %d done, %v a second", s.done, s.rate)
	}
	if n, err := source.ReadAt(make([]byte, 30), 130); n != 20 || err != io.EOF {
		t.Errorf("the end of the source: %d, %v", n, err)
	}
	if s := m.look(now); s.done != 100 || s.rate != 25 {
		t.Errorf("at the end: %d done, %v a second", s.done, s.rate)
	}
	m.Begin(Writing, Unknown)
	if s := m.look(now); s.done != 0 || s.rate != 0 {
		t.Errorf("in another stage: %d done, %v a second", s.done, s.rate)
	}
	io.Copy(io.Discard, m.CountReader(strings.NewReader("octets")))
	now = now.Add(time.Second)
	if s := m.look(now); s.done != 6 || s.rate != 6 {
		t.Errorf("of 6 octets: %d done, %v a second", s.done, s.rate)
	}
	if inner, ok := source.(interface{ Unwrap() spool.Source }); !ok || inner.Unwrap().Size() != 150 {
		t.Error("the source that is counted is not to be had")
	}
}

// TestMails shows how many mails are done, in each of the forms.
func TestMails(t *testing.T) {
	t.Parallel()
	const one, two = "\rchecking   [#####---------------]   1/4 mails    25%   1/s   0:03 left\x1b[K", "\rchecking   [##########----------]   2/4 mails    50%   1/s   0:02 left\x1b[K"
	for _, test := range []struct {
		form  Form
		total int64
		step  time.Duration
		want  string
	}{
		{Bar, 4, 100 * time.Millisecond, ""},
		{Bar, 4, time.Second, one + two + "\r\x1b[K"},
		{Bar, Unknown, time.Second, "\rchecking      1 mail   1/s\x1b[K\rchecking      2 mails   1/s\x1b[K\r\x1b[K"},
		{Plain, 4, 6 * time.Second, "smimectl: checking 2 of 4 mails, 50%, 0.167/s, 0:12 left\nsmimectl: ended after 0:12\n"},
		{Plain, 400, 6 * time.Second, "smimectl: checking 2 of 400 mails, 0%, 0.167/s, 39:48 left\nsmimectl: ended after 0:12\n"},
		{Plain, 4, time.Second, ""},
		{JSON, Unknown, time.Second, `{"progress":{"stage":"checking","done":1,"total":null,"unit":"mails","held":0,"seconds":1,"last":false}}` + "\n" +
			`{"progress":{"stage":"checking","done":2,"total":null,"unit":"mails","held":0,"seconds":2,"last":false}}` + "\n" +
			`{"progress":{"stage":"checking","done":2,"total":null,"unit":"mails","held":0,"seconds":2,"last":true}}` + "\n"},
	} {
		var out bytes.Buffer
		var now time.Time
		m := clocked(test.form, &out, &now)
		m.BeginMails(Checking, test.total)
		for range 2 {
			now = now.Add(test.step)
			m.MailDone()
			m.Tick()
		}
		m.End()
		if out.String() != test.want {
			t.Errorf("%s of %d every %v:\n%q, want\n%q", test.form, test.total, test.step, &out, test.want)
		}
	}
}

// TestLogs writes a line every ten seconds, and JSON every second; a log that had no line has none at the end.
func TestLogs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		form    Form
		seconds int
		want    string
	}{
		{Plain, 9, ""},
		{Plain, 20, "smimectl: signing 1.0 of 4.0 MB, 25%, 100 kB/s, 0:30 left\nsmimectl: signing 2.0 of 4.0 MB, 50%, 100 kB/s, 0:20 left\nsmimectl: ended after 0:20\n"},
		{JSON, 0, `{"progress":{"stage":"end","done":0,"total":null,"unit":"octets","held":0,"seconds":0,"last":true}}` + "\n"},
		{JSON, 2, `{"progress":{"stage":"signing","done":100000,"total":4000000,"unit":"octets","held":0,"seconds":1,"last":false}}` + "\n" +
			`{"progress":{"stage":"signing","done":200000,"total":4000000,"unit":"octets","held":0,"seconds":2,"last":false}}` + "\n" +
			`{"progress":{"stage":"end","done":0,"total":null,"unit":"octets","held":0,"seconds":2,"last":true}}` + "\n"},
	} {
		var out bytes.Buffer
		var now time.Time
		m := clocked(test.form, &out, &now)
		m.Begin(Signing, 4_000_000)
		source := m.CountSource(spool.Bytes(make([]byte, 4_000_000)))
		for i := range test.seconds {
			source.ReadAt(make([]byte, 100_000), int64(i)*100_000)
			now = now.Add(time.Second)
			m.Tick()
		}
		m.End()
		m.End()
		if out.String() != test.want {
			t.Errorf("%s, %d seconds:\n%s, want\n%s", test.form, test.seconds, &out, test.want)
		}
	}
	for _, test := range []struct {
		form Form
		do   func(*Meter)
		want string
	}{
		{JSON, func(m *Meter) { m.Await("standard input") }, `{"progress":{"stage":"waiting","done":0,"total":null,`},
		{Plain, func(m *Meter) { m.Await("standard input") }, "smimectl: waiting for a mail on standard input\n"},
		{JSON, func(m *Meter) { m.Begin(Reading, 0); m.at.Store(1) }, `{"progress":{"stage":"reading","done":0,"total":0,`},
		{JSON, func(m *Meter) { m.Begin(Idle, Unknown) }, ""},
		{Plain, func(m *Meter) { m.Begin(Idle, Unknown) }, ""},
	} {
		var out bytes.Buffer
		var now time.Time
		m := clocked(test.form, &out, &now)
		test.do(m)
		now = now.Add(time.Minute)
		m.Tick()
		if got := out.String(); !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", test.form, got, test.want)
		}
	}
}
