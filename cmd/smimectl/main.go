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
	"runtime"
	"runtime/debug"
	"syscall"

	"smimectl/internal/outfile"
	"smimectl/internal/processors"
)

func main() {
	growStack(false)
	runtime.SetFinalizer(&small{}, func(*small) { processors.UseAll() })
	env := systemEnvironment()
	// A reader that went away is a failed write like any other: exit 3, and
	// nothing left behind.
	signal.Ignore(syscall.SIGPIPE)
	env.temporary.Watch = outfile.WatchInterrupts(env.temporary, exitMachine)
	env.temporary.Hold = outfile.HoldInterrupts
	env.useAll = processors.UseAll
	env.many = collectLess
	code := run(env, os.Args[1:])
	env.temporary.RemoveAll()
	os.Exit(code)
}

// small is found to be garbage when it is collected for the first time, which takes 4 MiB: a
// run that comes to this has work for more than one processor, be it but collecting.
type small struct{ _ *small }

// collectLess has garbage collected when the heap is four times what is in use and
// not twice: what is in use are some megabytes, and each small mail leaves more
// garbage behind than it takes work. Where more is in use, it is collected more
// often, so that memory stays within what the program promises to do with. What the
// person who runs it has decided stays.
func collectLess(workers int) {
	if workers > 1 {
		processors.UseAll()
	}
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(300)
		debug.SetMemoryLimit(32<<20 + int64(workers)*4<<20)
	}
}
