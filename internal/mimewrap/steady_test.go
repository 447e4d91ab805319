package mimewrap

import (
	"io"
	"testing"
)

// TestClearSignedSteady: the content of a multipart/signed is written without any
// memory for each piece.
func TestClearSignedSteady(t *testing.T) {
	piece := make([]byte, 64<<10)
	for _, ending := range []string{"\n", "\r\n"} {
		w, err := NewClearSigned(io.Discard, Outer{Ending: ending}, "sha-256", nil)
		if err != nil {
			t.Fatal(err)
		}
		write := func() {
			for range 64 {
				if err := w.lend(piece, piece); err != nil {
					t.Fatal(err)
				}
			}
		}
		write()
		if n := testing.AllocsPerRun(5, write); n > 0 {
			t.Errorf("ending %q: %v pieces of memory for 64 pieces of content", ending, n)
		}
	}
}
