// Package inorder works on many things, several at a time, and shows what came of them in their
// order, in bounded memory. What they are, and what is done with them, it leaves to others.
package inorder

import (
	"iter"
	"runtime"
	"sync"
)

// How many results may wait for a slow one before them: results appear in the order of the
// input, in bounded memory. Of small items that many are done while the system lets somebody
// else have the processor of the slow one, or while a disk is waited for: so there are more
// where workers are few, as long as there is little in them.
const (
	ahead      = 16   // for each worker, whatever is in them
	leastAhead = 512  // in all, as long as what they hold is less than
	mostSize   = 8192 // in what size counts
)

// Each works on items, with so many workers at a time, and shows what came of them one after
// the other in their order. An error of show ends the run, and is returned. size says about how
// much there is in a result, counted in what takes a few hundred octets.
//
// Workers fetch their items themselves, and whoever has finished the next one in the order
// shows it. Handing a small mail from one goroutine to another costs about as much as the work
// on it. So items are taken, and results shown, by one goroutine at a time but not always the
// same; do is called by several.
func Each[I, R any](items iter.Seq[I], workers int, do func(I) R, show func(R) error, size func(R) int) error {
	next, stop := iter.Pull(items)
	defer stop()
	q := &queue[I, R]{next: next, show: show, size: size, few: workers * ahead, ready: make([]result[R], max(workers*ahead, leastAhead))}
	q.room.L = &q.mu
	work := func() {
		for item, n, ok := q.take(); ok; item, n, ok = q.take() {
			q.put(do(item), n)
			if workers > 1 { // one alone would only lose time, a fifth of it with the smallest mails
				// Nothing else has them pause for what the runtime does on the side. The collector would
				// take until they are made to, some milliseconds, in which all of them work more slowly.
				runtime.Gosched()
			}
		}
	}
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	return q.failed
}

// queue is what the workers of one run share.
type queue[I, R any] struct {
	source sync.Mutex       // held while the next item is looked for, which may take as long as a person types
	next   func() (I, bool) // by one at a time
	taken  int              // how many items were, guarded by source
	show   func(R) error    // by one at a time
	size   func(R) int
	few    int // how many may be under way whatever is in them

	mu     sync.Mutex
	room   sync.Cond   // more were shown
	ready  []result[R] // those that wait to be shown, each at its number modulo the length
	shown  int
	held   int   // the sizes of those that wait
	failed error // of show
}

// result is what came of an item, if there.
type result[R any] struct {
	is    R
	there bool
}

// take returns the next item and its number as soon as there is room for its result, unless
// there are no more, or the run has failed.
func (q *queue[I, R]) take() (item I, n int, ok bool) {
	q.source.Lock()
	defer q.source.Unlock()
	if !q.waitForRoom() {
		return item, 0, false
	}
	item, ok = q.next()
	n = q.taken
	q.taken++
	return item, n, ok
}

// waitForRoom waits until one more item may be under way. It reports whether the run goes on.
func (q *queue[I, R]) waitForRoom() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.hasRoom() {
		q.room.Wait()
	}
	return q.failed == nil
}

func (q *queue[I, R]) hasRoom() bool {
	ahead := q.taken - q.shown
	return ahead < q.few || ahead < len(q.ready) && q.held < mostSize
}

// put takes in the result of item n. If it is the next one it is shown, with those after it that
// waited for it. While a worker shows a result, that is no longer there and not yet counted as
// shown: the others find nothing to show.
func (q *queue[I, R]) put(r R, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ready[n%len(q.ready)] = result[R]{r, true}
	q.held += q.size(r)
	for {
		place := &q.ready[q.shown%len(q.ready)]
		first := *place
		if !first.there {
			return
		}
		*place = result[R]{}
		q.held -= q.size(first.is)
		if q.failed == nil {
			q.mu.Unlock()
			err := q.show(first.is)
			q.mu.Lock()
			q.failed = err
		}
		q.shown++
		q.room.Signal()
	}
}
