package spool

import (
	"io"
	"testing"
)

// TestSteady: reading on takes no memory, however much is read. What grows with a
// message is the tags of the pieces alone, a page for each 64 MiB.
func TestSteady(t *testing.T) {
	const size = 8 << 20
	b := New(Options{Dir: t.TempDir(), Memory: -1})
	defer b.Close()
	for range size / (64 << 10) {
		if _, err := b.Write(make([]byte, 64<<10)); err != nil {
			t.Fatal(err)
		}
	}
	held, err := b.Source()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		src  Source
		step int
	}{
		{"watched, whole pieces", Watch(zeros{}, size), 128 << 10},
		{"watched, parts of pieces", Watch(zeros{}, size), 24 << 10},
		{"held in a file", held, 128 << 10},
		{"held in a file, odd pieces", held, 100_001},
	} {
		p := make([]byte, test.step)
		read := func(from, to int64) {
			for at := from; at < to; {
				n, err := test.src.ReadAt(p[:min(int64(len(p)), to-at)], at)
				if err != nil && err != io.EOF {
					t.Fatalf("%s: %v", test.name, err)
				}
				at += int64(n)
			}
		}
		read(0, size/2) // the first tags have their page now
		if n := testing.AllocsPerRun(1, func() { read(0, size) }); n > 4 {
			t.Errorf("%s: %v pieces of memory for %d octets", test.name, n, size)
		}
	}
}
