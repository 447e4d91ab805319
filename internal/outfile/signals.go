package outfile

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interruptSignals are those that end a run, without those that who started it has it
// ignore: nohup, or a shell that put it into the background.
func interruptSignals() []os.Signal {
	var list []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			list = append(list, s)
		}
	}
	return list
}

// WatchInterrupts gives a function that, once called, has temporary files removed
// when the run is interrupted; then the signal takes its usual course. It is
// called with the first file that gets a name: watching costs a quarter of the
// start-up, and most runs leave nothing that has to be removed. Where the signal does not end
// the process, it exits with the given code.
func WatchInterrupts(temporary *Temporary, exit int) func() {
	return sync.OnceFunc(func() {
		signals := interruptSignals()
		if len(signals) == 0 {
			return // Notify would take none for all
		}
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, signals...)
		go func() {
			s := <-stop
			temporary.finishing.Lock() // and for good: nothing more gets a name
			temporary.RemoveAll()
			temporary.leave()
			signal.Reset(s)
			if p, err := os.FindProcess(os.Getpid()); err == nil && p.Signal(s) == nil {
				select {} // the signal ends the process
			}
			os.Exit(exit)
		}()
	})
}
