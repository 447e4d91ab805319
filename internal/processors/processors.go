// Package processors has the program begin on one processor, and use the others when
// there is something for them to do.
//
// The work on a small mail is done in turn. What the runtime does by itself on other
// processors, looking for work that nobody has, waking threads and giving each
// processor a memory of its own, takes a twentieth of what a small mail takes in all. It
// has to be prevented early: the package imports nothing, so that it is made ready
// before the packages that the program consists of.
package processors

import "runtime"

// given is how many processors the runtime would use: those of the machine, of the
// container, or what GOMAXPROCS says.
var given = runtime.GOMAXPROCS(1)

// Given returns how many processors may be used.
func Given() int { return given }

// UseAll has all of them used from now on. It costs as much as it saves to use one: it is
// for work that takes milliseconds. Every goroutine may call it, any number of times.
func UseAll() {
	if runtime.GOMAXPROCS(0) != given {
		runtime.GOMAXPROCS(given)
	}
}
