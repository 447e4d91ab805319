package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// onTerminal runs a line as screenShell does, but on a terminal of that width.
func onTerminal(t *testing.T, dir, line string, width int, environment ...string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("skipped: no terminal is to be had: %v", err)
	}
	defer master.Close()
	fd := int(master.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(width), Row: 50}); err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("skipped: no terminal is to be had: %v", err)
	}
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = dir, append(screenEnvironment(dir), environment...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stdout, cmd.Stderr = slave, slave
	err = cmd.Start()
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for buffer := make([]byte, 4096); ; {
		n, err := master.Read(buffer) // ends with EIO when nobody has the terminal any more
		shown.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	_ = cmd.Wait() // the exit codes are looked at without a terminal
	return strings.ReplaceAll(shown.String(), "\r\n", "\n")
}

// firstWord is a word of a verdict in its colour, at the start of a line.
var firstWord = regexp.MustCompile(`(?m)^\x1b\[3[123]m([A-Z]+)\x1b\[0m`)

// TestScreensOnTerminal: on a terminal of 80 columns, whose width COLUMNS does not
// say, every screen is the golden one but for the colour of its first word.
func TestScreensOnTerminal(t *testing.T) {
	t.Parallel()
	world := screenWorld(t)
	for _, s := range screens {
		if s.name == "demo" { // makes keys, and says nothing new
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(filepath.Join("testdata", "screens", s.name+".80.golden"))
			if err != nil {
				t.Fatal(err)
			}
			coloured := 0
			got := s.showWith(t, world, func(dir, line string) string {
				text := onTerminal(t, dir, line, 80, "TERM=xterm")
				words := firstWord.FindAllString(text, -1)
				coloured += len(words)
				if len(words) > 1 {
					t.Errorf("%s: %d words in colour", line, len(words))
				}
				return firstWord.ReplaceAllString(text, "$1")
			})
			if got != string(want) {
				t.Errorf("on a terminal:\n%q\nwant\n%q", got, want)
			}
			if strings.HasPrefix(s.name, "verify-") && s.name != "verify-several" && coloured == 0 {
				t.Error("no word in colour")
			}
		})
	}
}

// TestScreenEnvironment: what decides about colour, width and foreign letters.
func TestScreenEnvironment(t *testing.T) {
	t.Parallel()
	world := screenWorld(t)
	const (
		green = "\x1b[32mGOOD\x1b[0m"
		plain = "GOOD"
		name  = "Alice Ångström"
		ascii = `Alice \u00c5ngstr\u00f6m`
	)
	for _, c := range []struct {
		name        string
		environment string
		flags       string
		width       int
		pipe        bool
		word, who   string
		narrow      bool
	}{
		{name: "a terminal", environment: "TERM=xterm", width: 80, word: green, who: name},
		{name: "a narrow terminal", environment: "TERM=xterm", width: 40, word: green, who: name, narrow: true},
		{name: "COLUMNS before the terminal", environment: "COLUMNS=40", width: 80, word: green, who: name, narrow: true},
		{name: "COLUMNS that is no number", environment: "COLUMNS=many", width: 80, word: green, who: name},
		{name: "NO_COLOR", environment: "NO_COLOR=1", width: 80, word: plain, who: name},
		{name: "NO_COLOR that is empty", environment: "NO_COLOR=", width: 80, word: green, who: name},
		{name: "NO_COLOR and --color always", environment: "NO_COLOR=1", flags: "--color always", width: 80, word: green, who: name},
		{name: "a dumb terminal", environment: "TERM=dumb", width: 80, word: plain, who: name},
		{name: "--color never", flags: "--color never", width: 80, word: plain, who: name},
		{name: "a pipe", pipe: true, word: plain, who: name},
		{name: "a pipe and --color always", flags: "--color always", pipe: true, word: green, who: name},
		{name: "the locale C", environment: "LC_ALL=C", width: 80, word: green, who: ascii},
		{name: "a locale of Latin-1", environment: "LC_ALL=de_DE.ISO-8859-1", width: 80, word: green, who: ascii},
		{name: "the locale POSIX in a pipe", environment: "LC_ALL=POSIX", pipe: true, word: plain, who: ascii},
		{name: "--ascii", flags: "--ascii", width: 80, word: green, who: ascii},
		{name: "another spelling of UTF-8", environment: "LC_ALL=de_DE.utf8", width: 80, word: green, who: name},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			line := strings.Join(strings.Fields("smimectl verify "+c.flags+" report.eml"), " ")
			environment := strings.Fields(c.environment)
			got := ""
			if c.pipe {
				got, _ = screenShell(t, world, line+" | cat", environment...)
			} else {
				got = onTerminal(t, world, line, c.width, environment...)
			}
			want := c.word + "  signed by " + c.who + " <alice@example.org>\n"
			if c.narrow {
				want = c.word + "\nsigned by " + c.who + "\n  <alice@example.org>\n"
			}
			if !strings.HasPrefix(got, want) {
				t.Errorf("got %q, want it to begin with %q", got, want)
			}
		})
	}
}
