package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

func interruptSignals() []os.Signal {
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
}

// watchInterrupts gives a function that, once called, has temporary files removed
// when the run is interrupted; then the signal takes its usual course. It is
// called with the first file that has a name: watching costs a quarter of the
// start-up, and most runs leave nothing that has to be removed.
func watchInterrupts(temporary *temporaryFiles) func() {
	return sync.OnceFunc(func() {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, interruptSignals()...)
		go func() {
			s := <-stop
			temporary.finishing.Lock() // and for good: nothing more gets a name
			temporary.removeAll()
			signal.Reset(s)
			if p, err := os.FindProcess(os.Getpid()); err == nil && p.Signal(s) == nil {
				select {} // the signal ends the process
			}
			os.Exit(exitMachine)
		}()
	})
}

// holdInterrupts lets no interruption in until the function it returns is called:
// for the moment in which a finished file gets its name and takes the target's
// place.
func holdInterrupts() (resume func()) {
	var held []os.Signal
	for _, s := range interruptSignals() {
		if !signal.Ignored(s) {
			held = append(held, s)
		}
	}
	if len(held) == 0 {
		return func() {}
	}
	signal.Ignore(held...)
	return func() { signal.Reset(held...) }
}
