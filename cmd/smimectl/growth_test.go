package main

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"smimectl/internal/hostiletest"
)

// TestLinearWork gives the hostile shapes of TestLinear to verify and counts what they take of memory: twice the octets
// take at most two and a half times the allocations and the octets allocated. It takes no time, so that a busy machine
// changes nothing, and what grows with the square is seen in small messages. No other test runs beside it.
func TestLinearWork(t *testing.T) {
	const size = 1 << 16
	world := hostiletest.NewWorld(t)
	once, twice := hostiletest.Bulk(t, world, size), hostiletest.Bulk(t, world, 2*size)
	for i := range once {
		t.Run(once[i].ID+" "+once[i].Name, func(t *testing.T) {
			f := &catalogueFolder{dir: t.TempDir(), world: world}
			args := f.expand(t, &once[i])
			count := func(c *hostiletest.Case) (allocations, octets uint64) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				if r := f.run(c.Mail, args...); r.code != exitYes && r.code != exitNo && r.code != exitNothing {
					t.Errorf("exit code %d\n%s", r.code, r.stderr)
				}
				runtime.ReadMemStats(&after)
				return after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc
			}
			count(&once[i]) // what is made once for all
			n1, o1 := count(&once[i])
			n2, o2 := count(&twice[i])
			if 2*n2 > 5*n1 || 2*o2 > 5*o1 {
				t.Errorf("%d octets take %d allocations of %d octets, and %d octets %d of %d", len(once[i].Mail), n1, o1, len(twice[i].Mail), n2, o2)
			}
		})
	}
}

// BenchmarkHostile is TestLinear by the clock, for the table of make growth.
func BenchmarkHostile(b *testing.B) {
	world := hostiletest.NewWorld(b)
	for _, size := range []int{1 << 18, 1 << 19} { // from 1 MiB on what is held back is no longer in memory: a step
		for _, c := range hostiletest.Bulk(b, world, size) {
			f := &catalogueFolder{dir: b.TempDir(), world: world}
			args := f.expand(b, &c)
			b.Run(fmt.Sprintf("%s-%s/n=%d", c.ID, strings.ReplaceAll(c.Name, " ", "-"), size), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f.run(c.Mail, args...)
				}
			})
		}
	}
}
