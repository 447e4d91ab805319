package verdict

import (
	"testing"

	"smimectl/internal/cert"
)

// FuzzBaseline: whatever stands in a certificate, looking at it ends, names a known rule, and shows nothing raw.
func FuzzBaseline(f *testing.F) {
	world := plausibleWorld()
	for _, c := range world.path(f) {
		f.Add(c.Raw)
	}
	sponsor(world)
	f.Add(world.path(f)[0].Raw)
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := cert.Parse(der)
		if err != nil {
			return
		}
		for _, path := range [][]*cert.Certificate{{c}, {c, c}} {
			for _, w := range Baseline(path) {
				if w.Rule == "" || w.Section == "" || w.Text == "" || Escape(w.Text) != w.Text {
					t.Fatalf("got %+v", w)
				}
			}
		}
	})
}
