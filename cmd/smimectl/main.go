// Keys below 1024 bits are read so that old mail can be judged; internal/verdict
// refuses them unless they are allowed by name.
//
//go:debug rsa1024min=0

// Command smimectl signs, verifies, encrypts, decrypts and inspects mail with
// S/MIME 4.0 (RFC 8551). This package holds flags, files, prompts and exit
// codes; what is done with a message is internal/message's, and what is
// thought of it internal/verdict's.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	env := systemEnvironment()
	// A reader that went away is a failed write like any other: exit 3, and
	// nothing left behind.
	signal.Ignore(syscall.SIGPIPE)
	// An interrupted run leaves whole outputs or none: temporary files are
	// removed, then the signal takes its usual course.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, interruptSignals()...)
	go func() {
		s := <-stop
		env.temporary.removeAll()
		signal.Reset(s)
		if p, err := os.FindProcess(os.Getpid()); err == nil && p.Signal(s) == nil {
			select {} // the signal ends the process
		}
		os.Exit(exitMachine)
	}()
	code := run(env, os.Args[1:])
	env.temporary.removeAll()
	os.Exit(code)
}

func interruptSignals() []os.Signal {
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
}
