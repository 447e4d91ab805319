package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"smimectl/internal/hostiletest"
)

// seedBench judges changed copies of one good message with its own command line.
type seedBench struct {
	*catalogueFolder
	seed   hostiletest.Case
	args   []string
	output string
}

func newSeedBench(t *testing.T, world *hostiletest.World, seed hostiletest.Case) *seedBench {
	t.Helper()
	f := &catalogueFolder{dir: t.TempDir(), world: world}
	b := &seedBench{catalogueFolder: f, seed: seed, output: filepath.Join(f.dir, "output")}
	b.args = append(f.expand(t, &seed), "-o", b.output)
	if r := b.judge(t, seed.Mail); r.code != exitYes {
		t.Fatalf("the message itself: exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	return b
}

// judge runs the command line. Whatever the message, exit code 0 means the content of the seed and any other means no
// output; the message is never the machine's fault, and nothing is shown that a terminal obeys.
func (b *seedBench) judge(t *testing.T, mail []byte) ran {
	t.Helper()
	r := b.run(mail, b.args...)
	content, err := os.ReadFile(b.output)
	os.Remove(b.output)
	switch {
	case r.code == exitYes && !bytes.Equal(content, b.seed.Want.Content):
		t.Errorf("good, but nobody wrote %q (%v)", content, err)
	case r.code != exitYes && err == nil:
		t.Errorf("exit code %d and %d octets written", r.code, len(content))
	case r.code != exitYes && r.code != exitNo && r.code != exitNothing && r.code != exitKey:
		t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	for _, shown := range []string{r.stdout, r.stderr} {
		if strings.ContainsFunc(shown, unfitToShow) || !utf8.ValidString(shown) {
			t.Errorf("control characters are shown: %q", shown)
		}
	}
	return r
}

// everySeed runs a check over all seeds, in steps that grow so that the whole stays fast: SMIMECTL_SEEDS=all looks
// at every place.
func everySeed(t *testing.T, tries int, places func(seed []byte) int, check func(t *testing.T, b *seedBench, place int)) {
	t.Helper()
	t.Parallel()
	world := hostiletest.NewWorld(t)
	if testing.Short() {
		tries /= 5
	}
	for n, seed := range hostiletest.Seeds(t, world) {
		t.Run(seed.Name, func(t *testing.T) {
			t.Parallel()
			b := newSeedBench(t, world, seed)
			all := places(seed.Mail)
			step := max(1, all/tries|1)
			if os.Getenv("SMIMECTL_SEEDS") == "all" {
				step = 1
			}
			for place := n % step; place < all; place += step {
				check(t, b, place)
				if t.Failed() {
					t.Fatalf("place %d of %d", place, all)
				}
			}
		})
	}
}

// TestEveryPrefix cuts good messages off (A141). What is missing may be the last line ends, and nothing else.
func TestEveryPrefix(t *testing.T) {
	everySeed(t, 20, func(seed []byte) int { return len(seed) }, func(t *testing.T, b *seedBench, place int) {
		r := b.judge(t, b.seed.Mail[:place])
		if rest := b.seed.Mail[place:]; r.code == exitYes && len(bytes.Trim(rest, "\r\n")) > 0 {
			t.Errorf("good without %q", rest)
		}
	})
}

// TestEveryBit turns single bits of good messages (A142): good is only what still has the content of the seed.
func TestEveryBit(t *testing.T) {
	everySeed(t, 40, func(seed []byte) int { return 8 * len(seed) }, func(t *testing.T, b *seedBench, place int) {
		mail := bytes.Clone(b.seed.Mail)
		mail[place/8] ^= 1 << (place % 8)
		b.judge(t, mail)
	})
}
