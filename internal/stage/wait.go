package stage

import (
	"runtime"
	"time"
)

// patience is how long a goroutine waits for another one before it sleeps. Many waits
// are for a part of a piece, and take less than to put a processor to sleep and to
// wake it, which on a virtual machine is a matter of 50 microseconds.
const patience = 50 * time.Microsecond

// waiter waits at an end of a channel, with patience unless the last waits were so long
// that it would have been in vain.
type waiter struct{ long int }

// send is c <- p.
func (w *waiter) send(c chan<- []byte, p []byte) {
	w.wait(func() bool {
		select {
		case c <- p:
			return true
		default:
			return false
		}
	}, func() { c <- p })
}

// receive is p, ok = <-c.
func (w *waiter) receive(c <-chan []byte) (p []byte, ok bool) {
	w.wait(func() bool {
		select {
		case p, ok = <-c:
			return true
		default:
			return false
		}
	}, func() { p, ok = <-c })
	return p, ok
}

// wait returns when try has succeeded, or sleep has returned.
func (w *waiter) wait(try func() bool, sleep func()) {
	if try() {
		return
	}
	begun := time.Now()
	for time.Since(begun) < patience>>w.long {
		runtime.Gosched()
		if try() {
			w.long = 0
			return
		}
	}
	sleep()
	if time.Since(begun) < 2*patience {
		w.long = 0
	} else if w.long < 4 {
		w.long++
	}
}
