package inorder

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

// source gives numbers from 0, and counts them.
func source(n int, given *atomic.Int64) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			given.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

func small(int) int { return 0 }

// TestOrder works on items that take very different times: what comes of them is shown in their order, and no more wait
// than there is room for.
func TestOrder(t *testing.T) {
	t.Parallel()
	const items = 2000
	for _, workers := range []int{1, 4, 40} {
		var given, most atomic.Int64
		shown := 0
		err := Each(source(items, &given), workers, func(i int) int {
			if i%100 == 0 {
				time.Sleep(2 * time.Millisecond)
			}
			return -i
		}, func(r int) error {
			if r != -shown {
				return fmt.Errorf("result %d is that of %d", shown, -r)
			}
			shown++
			most.Store(max(most.Load(), given.Load()-int64(shown)))
			return nil
		}, small)
		if err != nil || shown != items {
			t.Fatalf("%d workers: %d of %d, %v", workers, shown, items, err)
		}
		if most.Load() > max(int64(workers)*ahead, leastAhead) {
			t.Errorf("%d workers: %d were under way at a time", workers, most.Load())
		}
	}
}

// TestAhead: for a slow item as many others wait as there is room for, few if there is much in them. Nothing goes on
// beyond that until it is done.
func TestAhead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		workers, size int
		most          int64 // under way
	}{
		{"small", 2, 0, leastAhead},
		{"small, many workers", 40, 0, 40 * ahead},
		{"large", 2, 1000, 2 * ahead},
		{"large, many workers", 40, 1000, 40 * ahead},
		{"of some size", 2, mostSize / 64, 65},
	} {
		var given, done atomic.Int64
		full := make(chan struct{})
		shown := 0
		err := Each(source(2000, &given), test.workers, func(i int) int {
			if i == 0 {
				for begun := time.Now(); done.Load() < test.most-1; time.Sleep(time.Millisecond) {
					if time.Since(begun) > 10*time.Second {
						t.Errorf("%s: only %d were done meanwhile", test.name, done.Load())
						break
					}
				}
				time.Sleep(20 * time.Millisecond) // the others would go on
				if n := given.Load(); n > test.most {
					t.Errorf("%s: %d were under way at a time, more than %d", test.name, n, test.most)
				}
				close(full)
			}
			done.Add(1)
			return i
		}, func(int) error {
			shown++
			return nil
		}, func(int) int { return test.size })
		if err != nil || shown != 2000 {
			t.Errorf("%s: %d shown, %v", test.name, shown, err)
		}
		<-full
	}
}

// TestStops ends when a result cannot be shown, and takes no further items.
func TestStops(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	for _, workers := range []int{1, 3} {
		var given atomic.Int64
		shown := 0
		err := Each(source(1_000_000, &given), workers, func(i int) int { return i }, func(int) error {
			if shown++; shown == 10 {
				return full
			}
			return nil
		}, small)
		if !errors.Is(err, full) || shown != 10 {
			t.Errorf("%v after %d", err, shown)
		}
		if n := given.Load(); n > 1000 {
			t.Errorf("%d items were taken", n)
		}
	}
}

// TestSourceEnds: what the source holds open is closed when the run ends early.
func TestSourceEnds(t *testing.T) {
	t.Parallel()
	closed := false
	full := errors.New("full")
	err := Each(func(yield func(int) bool) {
		defer func() { closed = true }()
		for yield(1) {
		}
	}, 2, func(i int) int { return i }, func(int) error { return full }, small)
	if err != full || !closed {
		t.Errorf("%v, closed: %v", err, closed)
	}
}
