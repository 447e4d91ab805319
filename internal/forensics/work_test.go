package forensics

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha3"
	"fmt"
	"hash"
	"math/rand"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostile is an entity with everything in it that there is to be tried.
func hostile(size int) string {
	unit := "--=_inner_1\r\nContent-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\nContent-Transfer-Encoding: 8bit\r\nContent-Disposition: inline; a=b; c=d\r\n\r\n" +
		"From here\r\n>From there\r\n..dots\r\n.dot\r\n From\r\n\ttabs\tand        blanks   \r\n-- \r\n" + strings.Repeat("ä word ", 160) + "\r\n<body>\r\n</body>\r\n\r\n" +
		"--=_inner_1\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<body>=E4=\r\nFrom =3D</body>\r\n" +
		"--=_inner_1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8gd29ybGQsIGhlbGxvIHdvcmxkCg==\r\n"
	head := "Content-Type: multipart/mixed; boundary=\"=_inner_1\"; a=1; b=2; c=3\r\nMIME-Version: 1.0\r\nContent-Description: x y z\r\nContent-Language: de\r\n\r\n"
	return (head + strings.Repeat(unit, size/len(unit)+1))[:size]
}

// flat is a text of one part with short lines, where most lines can be changed.
func flat(size int) string {
	head := "Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\n"
	return (head + strings.Repeat(">From x\r\n..\r\n\tä \r\n", size/8))[:size]
}

// short lines without anything in them.
func empty(size int) string {
	return ("Content-Type: text/html\r\n\r\n" + strings.Repeat("\r\n", size))[:size]
}

func encoded(size int) string {
	return ("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("SGVsbG8gd29ybGQsIGhlbGxvIHdvcmxkCiBIZWxsbyB3b3JsZCwgaGVsbG8gd29ybGQKIEhl\r\n", size/70))[:size]
}

// TestWorkIsBounded: whatever the entity, the octets that are digested are bounded, and so are time and memory.
func TestWorkIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	wrong := sha256.Sum256([]byte("something else"))
	for _, size := range []int{100, 4 << 10, 200 << 10, 1 << 20, Whole, Whole + 1, Largest} {
		for name, entity := range map[string]func(int) string{"everything": hostile, "short lines": flat, "empty lines": empty, "base64": encoded} {
			if size > Whole && name != "everything" {
				continue
			}
			octets := entity(size)
			limit := min(max(int64(size)*perSize, leastWork), mostWork)
			var digested int64
			s := newSearch([]Target{{New: func() hash.Hash { return &countingHash{sha256.New(), &digested} }, Sum: wrong[:]}}, size)
			start := time.Now()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if size <= Whole {
				s.run([]byte(octets))
			} else if _, err := Explain(strings.NewReader(octets), int64(size), []Target{s.target}); err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%9d octets, %-11s: %7.3f s, %4d MiB of work, %5d MiB allocated", size, name, took.Seconds(), (limit-s.left)>>20, (after.TotalAlloc-before.TotalAlloc)>>20)
			if s.found != nil {
				t.Errorf("%s: found %v", name, s.kinds)
			}
			if over := -s.left; over > 32*int64(size)+1<<20 {
				t.Errorf("%d octets, %s: %d octets more than there were to spend", size, name, over)
			}
			if size <= Whole && digested > limit+32*int64(size)+1<<20 || size > Whole && digested > 8*int64(size)+80<<20 {
				t.Errorf("%d octets, %s: %d octets were digested", size, name, digested)
			}
			if took > 20*time.Second { // far above what it takes, for slow and busy machines
				t.Errorf("%d octets, %s: %v", size, name, took)
			}
		}
	}
}

// TestTooLarge: nothing is said of what was not looked into.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	if f, err := Explain(strings.NewReader(""), Largest+1, targetOf("x")); f != nil || err != nil {
		t.Errorf("%v, %v", f, err)
	}
	if f, err := Explain(strings.NewReader("x"), 1, nil); f != nil || err != nil {
		t.Errorf("%v, %v", f, err)
	}
	if _, err := Explain(strings.NewReader("short"), 10, targetOf("x")); err == nil {
		t.Error("a source that ends too early is no error")
	}
}

// TestLargeEntities are read once; what shows line by line and at the end is found all the same.
func TestLargeEntities(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("Content-Type: text/plain\r\n\r\nFrom the first line\r\n.dot\r\n..dots\r\n-- \r\n")
	r := rand.New(rand.NewSource(1))
	for b.Len() < Whole {
		fmt.Fprintf(&b, "line %d\r\n", r.Int63())
	}
	b.WriteString("From the end\r\nbye\r\n")
	signed := b.String()
	for _, c := range []struct {
		name    string
		changed string
		want    string
		line    int
	}{
		{"mbox", strings.ReplaceAll(signed, "\r\nFrom ", "\r\n>From "), "mbox-from", 3},
		{"dots doubled", strings.ReplaceAll(signed, "\r\n.", "\r\n.."), "dot-stuffing", 4},
		{"CR twice", strings.Replace(strings.ReplaceAll(signed, "\r\n", "\r\r\n"), "Content-Type: text/plain\r\r\n\r\r\n", "Content-Type: text/plain\r\n\r\n", 1), "line-endings", 3},
		{"separator", strings.Replace(signed, "\r\n-- \r\n", "\r\n--\r\n", 1), "trailing-blanks", 6},
		{"blanks added", strings.Replace(signed, "dots\r\n", "dots  \r\n", 1), "blanks-added", 5},
		{"line end cut", strings.TrimSuffix(signed, "\r\n"), "last-line-end", 0},
		{"line end added", signed + "\r\n", "last-line-end", 0},
		{"footer", signed + "___\r\na footer\r\n", "footer", 0},
		{"forged", strings.Replace(signed, "dots", "dogs", 1), "", 0},
		{"forged at the end", strings.Replace(signed, "bye", "Bye", 1), "", 0},
	} {
		if len(c.changed) <= Whole {
			t.Fatalf("%s: not large", c.name)
		}
		if c.name == "blanks added" && strings.Contains(signed, "-- ") {
			signed := strings.Replace(signed, "\r\n-- \r\n", "\r\n", 1)
			c.changed = strings.Replace(signed, "dots\r\n", "dots  \r\n", 1)
			if f := explain(t, c.changed, signed); kindsOf(f) != c.want || f.Line != c.line {
				t.Errorf("%s: %s, line %d", c.name, kindsOf(f), f.Line)
			}
			continue
		}
		f := explain(t, c.changed, signed)
		if kindsOf(f) != c.want || c.line > 0 && f.Line != c.line {
			t.Errorf("%s: %s, line %d", c.name, kindsOf(f), f.Line)
		}
		if c.want == "footer" && (f.Added != 2 || f.Is != "___" || f.Line != strings.Count(signed, "\n")+1) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

// TestOtherDigests: the search does not depend on the digest, and all signers must agree.
func TestOtherDigests(t *testing.T) {
	t.Parallel()
	signed, is := "Content-Type: text/plain\r\n\r\nFrom here\r\n", "Content-Type: text/plain\r\n\r\n>From here\r\n"
	one := targetOf(signed)[0]
	h := sha3.New384()
	h.Write([]byte(signed))
	two := Target{New: func() hash.Hash { return sha3.New384() }, Sum: h.Sum(nil)}
	opaque := Target{New: func() hash.Hash { return plainHash{sha256.New()} }, Sum: one.Sum} // cannot be cloned
	other := targetOf("other")[0]
	for _, c := range []struct {
		name    string
		targets []Target
		want    string
	}{
		{"SHA3-384", []Target{two}, "mbox-from"}, {"both", []Target{one, two}, "mbox-from"}, {"no clones", []Target{opaque}, "mbox-from"},
		{"another signer signed other octets", []Target{one, other}, ""}, {"in the other order", []Target{other, one}, ""},
	} {
		f, err := Explain(strings.NewReader(is), int64(len(is)), c.targets)
		if err != nil || kindsOf(f) != c.want {
			t.Errorf("%s: %v, %v", c.name, f, err)
		}
	}
	long := signed + strings.Repeat("line\r\n", 10000)
	f, err := Explain(strings.NewReader(long+"footer\r\n"), int64(len(long)+8), []Target{{New: opaque.New, Sum: targetOf(long)[0].Sum}})
	if err != nil || kindsOf(f) != "footer" {
		t.Errorf("no clones, long: %v, %v", f, err)
	}
}

// countingHash counts what is digested.
type countingHash struct {
	hash.Hash
	n *int64
}

func (c *countingHash) Write(p []byte) (int, error) {
	*c.n += int64(len(p))
	return c.Hash.Write(p)
}

func (c *countingHash) Clone() (hash.Cloner, error) {
	h, err := c.Hash.(hash.Cloner).Clone()
	return &countingHash{h, c.n}, err
}

type plainHash struct{ h hash.Hash }

func (p plainHash) Write(b []byte) (int, error) { return p.h.Write(b) }
func (p plainHash) Sum(b []byte) []byte         { return p.h.Sum(b) }
func (p plainHash) Reset()                      { p.h.Reset() }
func (p plainHash) Size() int                   { return p.h.Size() }
func (p plainHash) BlockSize() int              { return p.h.BlockSize() }

// TestCompare finds the first difference of texts of any size.
func TestCompare(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a line of some length\r\n", 20000)
	for _, c := range []struct {
		name, is, before string
		want             *Difference
	}{
		{"equal", "a\r\nb\r\n", "a\r\nb\r\n", nil},
		{"empty", "", "", nil},
		{"one empty", "a\r\n", "", &Difference{1, 0, "a", ""}},
		{"second line", "a\r\nxb\r\n", "a\r\nb\r\n", &Difference{2, 3, "xb", "b"}},
		{"longer", "a\r\nb\r\n", "a\r\n", &Difference{2, 3, "b", ""}},
		{"line end", "a\nb", "a\r\nb", &Difference{1, 1, "a", "a"}},
		{"far in", long + "x\r\n", long + "y\r\n", &Difference{20001, int64(len(long)), "x", "y"}},
		{"far in, in the middle of a line", long + "some x\r\n", long + "some y\r\n", &Difference{20001, int64(len(long)) + 5, "some x", "some y"}},
		{"one ends far in", long, long + "y\r\n", &Difference{20001, int64(len(long)), "", "y"}},
		{"equal and long", long, long, nil},
		{"long line", strings.Repeat("x", 300000) + "y", strings.Repeat("x", 300000) + "z", &Difference{1, 300000, strings.Repeat("x", 40) + "y", strings.Repeat("x", 40) + "z"}},
		{"very long lines are cut", strings.Repeat("a", 1000), strings.Repeat("b", 1000), &Difference{1, 0, strings.Repeat("a", 200), strings.Repeat("b", 200)}},
	} {
		d, err := Compare(strings.NewReader(c.is), strings.NewReader(c.before))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case d == nil && c.want == nil:
		case d == nil || c.want == nil || *d != *c.want:
			t.Errorf("%s: got %+v, want %+v", c.name, d, c.want)
		default:
			if in := difference([]byte(c.is), []byte(c.before)); in != *c.want {
				t.Errorf("%s: in memory %+v, want %+v", c.name, in, c.want)
			}
		}
	}
}

// FuzzExplain: no input makes it fail, and what it names is what it says: nothing is found but the signed octets.
func FuzzExplain(f *testing.F) {
	f.Add("Content-Type: text/plain\r\n\r\n>From here\r\n", "Content-Type: text/plain\r\n\r\nFrom here\r\n")
	f.Add(hostile(3000), hostile(2990))
	f.Add(flat(300), flat(200))
	f.Add("", "\r\n")
	f.Add("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n--x--", "Content-Type: a")
	f.Fuzz(func(t *testing.T, is, signed string) {
		if len(is) > 20000 {
			return
		}
		s := newSearch(targetOf(signed), len(is))
		s.left = 1 << 20
		s.run([]byte(is))
		if s.found == nil {
			return
		}
		if string(s.found) != signed || len(s.kinds) == 0 {
			t.Fatalf("found %q for %q, %v", s.found, signed, s.kinds)
		}
		d := describe(s.kinds, []byte(is), s.found)
		if is != signed && (d.Line < 1 || len(d.Is) > shownOctets || len(d.Before) > shownOctets) {
			t.Fatalf("%+v", d)
		}
	})
}

// FuzzCompare agrees with a comparison of the whole.
func FuzzCompare(f *testing.F) {
	f.Add("a\r\nb", "a\r\nc")
	f.Fuzz(func(t *testing.T, a, b string) {
		d, err := Compare(strings.NewReader(a), bytes.NewReader([]byte(b)))
		if err != nil || (d == nil) != (a == b) {
			t.Fatalf("%+v, %v", d, err)
		}
		if d != nil && *d != difference([]byte(a), []byte(b)) {
			t.Fatalf("%+v", d)
		}
	})
}
