package recent

import (
	"sync"
	"testing"
)

// TestBounded keeps what is asked for, and never more than two generations.
func TestBounded(t *testing.T) {
	t.Parallel()
	a := New[int, int](10)
	found := 0
	for i := range 1000 {
		for _, q := range []int{i, 1_000_000} {
			if got := a.Of(q, func() int { found++; return 2 * q }); got != 2*q {
				t.Fatalf("answer to %d: %d", q, got)
			}
		}
		if n := len(a.young) + len(a.old); n > 20 {
			t.Fatalf("%d answers are kept", n)
		}
	}
	if found != 1001 {
		t.Errorf("%d answers were looked for, want each new one once", found)
	}
	if _, ok := a.Get(0); ok {
		t.Error("an old one is still there")
	}
	if got, ok := a.Get(999); !ok || got != 1998 {
		t.Errorf("the last one: %d, %v", got, ok)
	}
}

func TestWeighed(t *testing.T) {
	t.Parallel()
	a := NewWeighed(1000, 100, func(_ int, s string) int64 { return int64(len(s)) })
	for i := range 500 {
		a.Put(i, string(make([]byte, i%40)))
		sum := 0
		for _, g := range []map[int]string{a.young, a.old} {
			for _, s := range g {
				sum += len(s)
			}
		}
		if sum > 200 {
			t.Fatalf("%d octets are kept", sum)
		}
	}
	a.Put(1000, string(make([]byte, 101)))
	if _, ok := a.Get(1000); ok {
		t.Error("what is too heavy was kept")
	}
}

func TestNone(t *testing.T) {
	t.Parallel()
	for _, a := range []*Answers[string, int]{nil, {}} {
		for range 2 {
			asked := false
			if got := a.Of("x", func() int { asked = true; return 7 }); got != 7 || !asked {
				t.Errorf("%d, asked %v", got, asked)
			}
		}
	}
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	a := New[int, int](50)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 5000 {
				q := (i * (worker + 1)) % 200
				if got := a.Of(q, func() int { return q + 1 }); got != q+1 {
					t.Errorf("answer to %d: %d", q, got)
					return
				}
			}
		})
	}
	group.Wait()
}
