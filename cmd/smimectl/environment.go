package main

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"smimectl/internal/certstore"
	"smimectl/internal/outfile"
	"smimectl/internal/processors"
	"smimectl/internal/progress"
	"smimectl/internal/spool"
)

// environment is everything a command takes from the outside world, so that
// tests can hand in their own.
type environment struct {
	stdin     io.Reader
	stdout    io.Writer
	stderr    io.Writer
	getenv    func(string) string
	now       func() time.Time
	temporary *outfile.Temporary
	useAll    func()            // called before work on a large mail; nil: nothing
	many      func(workers int) // called before work on many mails; nil: nothing

	directories *outfile.Directories // those that wait to be made durable; nil: each file makes its own so
	nothingAt   string               // a name that nothing had when the mail's output was given it; "": not known
	came        func() error         // says whether the output may take the place of what came to that name since; nil: it may
	ownName     string               // a name that led to no other one then: a link that does so by now leads to another mail's output; "": not known
	large       int64                // from which size on a mail to be decrypted is large; 0: message.Input says it
	apart       bool                 // several mails are worked on at a time, each by one goroutine
	asking      *sync.Mutex          // held while a person is asked for something; nil: nobody else asks
	mailOnStdin bool                 // the mail came from standard input, where nothing else is to be had then
	meter       *progress.Meter      // of the work on one mail, or on several; nil: nothing is shown
}

func systemEnvironment() *environment {
	return &environment{
		stdin:     os.Stdin,
		stdout:    os.Stdout,
		stderr:    os.Stderr,
		getenv:    os.Getenv,
		now:       time.Now,
		temporary: &outfile.Temporary{},
		asking:    &sync.Mutex{},
	}
}

// roots says where configuration and data lie: SMIMECTL_HOME for all in one,
// else the XDG directories. Without any home both are empty, and the store is
// an empty one that cannot be written.
func (env *environment) roots() certstore.Roots {
	if home := env.getenv("SMIMECTL_HOME"); home != "" {
		return certstore.Roots{Config: home, Data: home}
	}
	home := env.getenv("HOME")
	if runtime.GOOS == "windows" && home == "" {
		home = env.getenv("USERPROFILE")
	}
	under := func(variable, fallback string) string {
		if dir := env.getenv(variable); filepath.IsAbs(dir) {
			return filepath.Join(dir, "smimectl")
		}
		if home == "" {
			return ""
		}
		return filepath.Join(home, fallback, "smimectl")
	}
	return certstore.Roots{
		Config: under("XDG_CONFIG_HOME", ".config"),
		Data:   under("XDG_DATA_HOME", filepath.Join(".local", "share")),
	}
}

func (env *environment) store() *certstore.Store { return certstore.Open(env.roots()) }

// serial reports whether one goroutine has to work on a large mail alone: there is but
// one processor, or others have use for the other ones.
func (env *environment) serial() bool { return env.apart || processors.Given() == 1 }

// spoolOptions says where bytes are held back: TMPDIR, as everywhere.
func (env *environment) spoolOptions() spool.Options {
	return spool.Options{Dir: env.getenv("TMPDIR"), Serial: env.serial()}
}

// terminal reports whether w is a terminal, and how wide it is (80 when that
// cannot be known, or when COLUMNS says nothing better).
func (env *environment) terminal(w io.Writer) (bool, int) {
	width := 80
	tty := false
	if f, ok := w.(*os.File); ok {
		tty = term.IsTerminal(int(f.Fd()))
		if tty {
			if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
				width = columns
			}
		}
	}
	if n, err := strconv.Atoi(env.getenv("COLUMNS")); err == nil && n > 0 && n < 10000 {
		width = n
	}
	return tty, width
}

// utf8 reports whether the locale writes UTF-8. No locale at all is taken as
// UTF-8 only on a system that has no other (macOS, Windows).
func (env *environment) utf8() bool {
	for _, variable := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := env.getenv(variable); value != "" {
			upper := strings.ToUpper(value)
			return strings.Contains(upper, "UTF-8") || strings.Contains(upper, "UTF8")
		}
	}
	return runtime.GOOS == "darwin" || runtime.GOOS == "windows"
}

func (env *environment) isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
