package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"smimectl/internal/progress"
)

// pseudoTerminal is a terminal without a window: what is written to it is kept,
// with the time at which it came.
type pseudoTerminal struct {
	master, slave *os.File

	mu    sync.Mutex
	data  bytes.Buffer
	first time.Time
	slow  time.Duration // how long it takes over each piece
	ended chan struct{}
}

func newPseudoTerminal(t *testing.T, columns int) *pseudoTerminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("skipped: no pseudo-terminals: ", err)
	}
	p := &pseudoTerminal{master: master, ended: make(chan struct{})}
	t.Cleanup(func() { master.Close() })
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Skip("skipped: no pseudo-terminals: ", err)
	}
	if p.slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Skip("skipped: no pseudo-terminals: ", err)
	}
	p.resize(t, columns)
	go func() {
		defer close(p.ended)
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			p.mu.Lock()
			slow := p.slow
			if p.first.IsZero() && n > 0 {
				p.first = time.Now()
			}
			p.data.Write(buffer[:n])
			p.mu.Unlock()
			time.Sleep(slow)
			if err != nil { // the last one who had it open has gone
				return
			}
		}
	}()
	return p
}

func (p *pseudoTerminal) resize(t *testing.T, columns int) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(p.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
}

func (p *pseudoTerminal) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.data.String()
}

// until waits for a text.
func (p *pseudoTerminal) until(t *testing.T, text string) {
	t.Helper()
	for begun := time.Now(); !strings.Contains(p.text(), text); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("no %q on the terminal: %q", text, p.text())
		}
	}
}

// onTerminal starts the program with standard error on a terminal, of the kind
// kind, and a pipe as standard input.
func (w *releaseWorld) onTerminal(p *pseudoTerminal, kind string, out io.Writer, args ...string) (*exec.Cmd, io.WriteCloser) {
	w.t.Helper()
	cmd := w.command(process{args: args})
	cmd.Env = append(cmd.Env, "TERM="+kind)
	cmd.Stderr, cmd.Stdout = p.slave, out
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	p.slave.Close()
	return cmd, in
}

// remaining is what stands on the line after everything that was written.
func remaining(text string) string {
	text = text[strings.LastIndexByte(text, '\n')+1:]
	text = text[strings.LastIndexByte(text, '\r')+1:]
	return strings.TrimSuffix(text, "\x1b[K")
}

// TestMeterOnTerminal has a slow mail verified: the line appears when it takes a
// while, stays within a window that becomes narrower, and is gone at the end.
func TestMeterOnTerminal(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	if err := os.Mkdir(w.path("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.make(smallSized)
	mail := w.read("small.clear")
	p := newPseudoTerminal(t, 80)
	begun := time.Now()
	var out bytes.Buffer
	cmd, in := w.onTerminal(p, "xterm", &out, "verify", "--ca", "ca.pem")
	in.Write(mail[:1000])
	p.until(t, "\rreading       1 kB")
	if waited := p.first.Sub(begun); waited < progress.Patience {
		t.Errorf("the line came after %v", waited)
	}
	p.resize(t, 20)
	before := len(p.text())
	p.until(t, p.text()+"\r")
	time.Sleep(3 * progress.BarEvery)
	in.Write(mail[1000:])
	in.Close()
	if err := cmd.Wait(); err != nil || !strings.HasPrefix(out.String(), "GOOD") {
		t.Errorf("verify: %v, %q", err, &out)
	}
	<-p.ended
	text := p.text()
	if !strings.HasSuffix(text, "\r\x1b[K") || remaining(text) != "" || strings.Contains(text, "\n") {
		t.Errorf("what stays: %q", text)
	}
	frames := strings.Split(text[before:], "\r")
	for _, frame := range frames[min(3, len(frames)):] { // the first may have been on its way
		if n := columnsOf(strings.TrimSuffix(frame, "\x1b[K")); n >= 20 {
			t.Errorf("%d columns in a window of 20: %q", n, frame)
		}
	}
}

// TestMeterBeforeWords erases the line before anything is said, in a run that ends
// well and in one that does not, and shows nothing where it is not asked to.
func TestMeterBeforeWords(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	if err := os.Mkdir(w.path("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	draft := w.read("small.eml")
	for _, test := range []struct {
		name string
		kind string
		args []string
		bar  bool
		want string
	}{
		{"done", "xterm", []string{"sign", "-i", "alice.pem"}, true, "smimectl: signed as alice@example.test"},
		{"refused", "xterm", []string{"sign", "-i", "bob.pem"}, true, "smimectl: error: will not sign as bob@example.test"},
		{"none", "xterm", []string{"sign", "-i", "alice.pem", "--progress", "none"}, false, "smimectl: signed as"},
		{"quiet", "xterm", []string{"sign", "-q", "-i", "alice.pem"}, false, ""},
		{"cannot erase", "dumb", []string{"sign", "-i", "alice.pem"}, false, "smimectl: signed as"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newPseudoTerminal(t, 80)
			cmd, in := w.onTerminal(p, test.kind, nil, test.args...)
			in.Write(draft[:20])
			if test.bar {
				p.until(t, "\rreading ")
			} else {
				time.Sleep(progress.Patience + 3*progress.BarEvery)
			}
			in.Write(draft[20:])
			in.Close()
			cmd.Wait() // the exit code is other tests'
			<-p.ended
			text := p.text()
			if test.bar {
				at := strings.Index(text, "\r\x1b[K"+test.want)
				if at < 0 {
					t.Fatalf("no erased line before what is said: %q", text)
				}
				text = text[at+len("\r\x1b[K"):]
			}
			if !strings.HasPrefix(text, test.want) || strings.Contains(text, "\x1b") {
				t.Errorf("then: %q", text)
			}
		})
	}
}

// TestMeterTyping shows nothing while somebody types a mail, but how to end it.
func TestMeterTyping(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	if err := os.Mkdir(w.path("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := newPseudoTerminal(t, 80)
	cmd := w.command(process{args: []string{"sign", "-i", "alice.pem", "-o", "typed.eml"}})
	cmd.Env = append(cmd.Env, "TERM=xterm")
	cmd.Stdin, cmd.Stderr = p.slave, p.slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.until(t, "end it with Ctrl-D")
	time.Sleep(progress.WaitPatience + 3*progress.BarEvery)
	if text := p.text(); text != "smimectl: reading a mail from the terminal; end it with Ctrl-D\r\n" {
		t.Errorf("while nothing was typed: %q", text)
	}
	p.master.Write([]byte(aliceMail + "typed\n\x04"))
	if err := cmd.Wait(); err != nil {
		t.Error(err, p.text())
	}
	if text := p.text(); strings.Contains(text, "\x1b") {
		t.Errorf("after that: %q", text)
	}
	p.slave.Close()
}

// TestMeterInterrupted leaves no half line on the terminal of a run that is
// stopped from the keyboard.
func TestMeterInterrupted(t *testing.T) {
	t.Parallel()
	if signal.Ignored(os.Interrupt) {
		t.Skip("skipped: who started the tests ignores interruptions, and so do its children")
	}
	w := newReleaseWorld(t)
	if err := os.Mkdir(w.path("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := newPseudoTerminal(t, 80)
	cmd, in := w.onTerminal(p, "xterm", nil, "sign", "-i", "alice.pem")
	in.Write([]byte("From: "))
	p.until(t, "\rreading ")
	time.Sleep(progress.BarEvery)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	in.Close()
	<-p.ended
	if text := p.text(); err == nil || remaining(text) != "" {
		t.Errorf("%v, and on the terminal %q", err, text)
	}
}

// TestMeterBesideMail shows nothing while a mail is written to the same terminal.
func TestMeterBesideMail(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	if err := os.Mkdir(w.path("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	draft := w.read("large.eml")
	p := newPseudoTerminal(t, 80)
	cmd, in := w.onTerminal(p, "xterm", p.slave, "sign", "-i", "alice.pem")
	in.Write(draft[:1<<20])
	p.until(t, "\rreading ")
	p.mu.Lock()
	p.slow = time.Millisecond
	p.mu.Unlock()
	in.Write(draft[1<<20:])
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	<-p.ended
	_, mail, found := strings.Cut(p.text(), "From: Alice")
	mail, after, complete := strings.Cut(mail, "smimectl: signed as")
	if !found || !complete || strings.Contains(mail, "\x1b") || strings.Contains(after, "\x1b") {
		t.Errorf("the mail is there: %v, complete: %v; lines within it: %d", found, complete, strings.Count(mail, "\x1b"))
	}
}
