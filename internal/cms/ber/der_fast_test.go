package ber

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestIsDER: what isDER takes without a closer look is what the closer look would leave as it is. Elements of the usual
// and of odd forms are damaged at random.
func TestIsDER(t *testing.T) {
	t.Parallel()
	seeds := [][]byte{
		unhex("30 06 02 01 05 04 01 41"), unhex("05 00 05 00"), unhex("30 00 30 00"), unhex("05 00 00"), unhex("00 00"), unhex("20 00"),
		unhex("30 03 01 01 ff"), unhex("30 03 01 01 00"), unhex("30 03 01 01 01"), unhex("24 03 04 01 41"), unhex("a4 03 04 01 41"),
		unhex("30 80 05 00 00 00"), unhex("30 81 02 05 00"), unhex("1f 22 00"), unhex("bf 22 02 05 00"), unhex("30 02 00 00"), unhex("23 03 03 01 00"),
		append(unhex("30 82 01 00 04 81 fd"), make([]byte, 0xfd)...), append(unhex("30 82 00 ff 04 81 fc"), make([]byte, 0xfc)...),
		append(unhex("04 83 01 00 00"), make([]byte, 1<<16)...), {}, {0x30},
	}
	deep := []byte{5, 0}
	for range 3 * derDepth {
		seeds = append(seeds, deep)
		deep = Wrap(Sequence, deep)
	}
	random := rand.New(rand.NewPCG(1, 2))
	var taken int
	for _, seed := range seeds {
		for n := range 2000 {
			in := bytes.Clone(seed)
			for range min(n, 1+n%4) {
				if len(in) > 0 {
					in[random.IntN(min(len(in), 12))] = byte(random.Uint32())
				}
			}
			if n%7 == 6 {
				in = in[:random.IntN(len(in)+1)]
			}
			for _, depth := range []int{2, DefaultDepth} {
				if !isDER(in, depth) {
					continue
				}
				taken++
				c := converter{in: in, depth: depth}
				if same, err := c.scan(); err != nil || !same {
					t.Fatalf("%x, depth %d: stays as it is: %v, %v", in[:min(len(in), 40)], depth, same, err)
				}
			}
		}
	}
	if taken < 1000 {
		t.Errorf("isDER took %d alone", taken)
	}
	if !isDER(seeds[0], DefaultDepth) || isDER(seeds[1], DefaultDepth) {
		t.Error("one element is none, or two are one")
	}
}
