//go:build unix

package main

import (
	"syscall"
	"testing"
	"time"

	"smimectl/internal/hostiletest"
)

// processorTime is how long this process has computed: a busy machine makes it wait, not compute.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestLinear gives hostile shapes of 1 MiB and of 2 MiB to verify: twice the octets must not take much more than
// twice the work. No other test runs beside it; it takes the best of several runs, and tries again before it complains.
func TestLinear(t *testing.T) {
	const (
		most  = 3.0
		tries = 5
	)
	size := 1 << 20
	if testing.Short() {
		size = 1 << 18
	}
	world := hostiletest.NewWorld(t)
	once, twice := hostiletest.Bulk(t, world, size), hostiletest.Bulk(t, world, 2*size)
	for i := range once {
		t.Run(once[i].ID+" "+once[i].Name, func(t *testing.T) {
			f := &catalogueFolder{dir: t.TempDir(), world: world}
			args := f.expand(t, &once[i])
			took := func(c *hostiletest.Case) time.Duration {
				begun := processorTime(t)
				if r := f.run(c.Mail, args...); r.code != exitYes && r.code != exitNo && r.code != exitNothing {
					t.Errorf("exit code %d\n%s", r.code, r.stderr)
				}
				return processorTime(t) - begun
			}
			var single, double time.Duration
			for try := range tries {
				for range 2 {
					a, b := took(&once[i]), took(&twice[i])
					if single == 0 || a < single {
						single = a
					}
					if double == 0 || b < double {
						double = b
					}
				}
				// Below that there is nothing that grows.
				if double < 20*time.Millisecond || float64(double) <= most*float64(single) {
					t.Logf("%d octets in %v, %d in %v: %.3f s for each MiB", len(once[i].Mail), single, len(twice[i].Mail), double,
						double.Seconds()/float64(len(twice[i].Mail))*(1<<20))
					return
				}
				t.Logf("try %d: %v, then %v", try+1, single, double)
			}
			t.Errorf("%d octets took %v, and %d octets %v", len(once[i].Mail), single, len(twice[i].Mail), double)
		})
	}
}
