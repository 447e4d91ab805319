package stage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"
)

// endsOf waits until there are no more goroutines of a Behind.
func endsOf(t *testing.T) {
	t.Helper()
	for range 200 {
		buf := make([]byte, 1<<20)
		if !bytes.Contains(buf[:runtime.Stack(buf, true)], []byte("(*Behind).work")) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("a goroutine is left behind")
}

// lendAll fills a ring and lends its buffers, as producers do.
func lendAll(b *Behind, content []byte, size int) error {
	var ring Ring
	for len(content) > 0 {
		p := append(ring.Next(size), content[:min(size, len(content))]...)
		ring.Keep(p)
		content = content[len(p):]
		if err := b.Lend(p); err != nil {
			return err
		}
	}
	return nil
}

func content(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + i>>8 + i>>16)
	}
	return p
}

// TestBehindTakesAll gives what was lent in the order in which it was lent, each
// piece as it was, at the seams of pieces, of the ring, and of where another goroutine begins.
func TestBehindTakesAll(t *testing.T) {
	const size = 1 << 10 // many pieces
	for _, serial := range []bool{true, false} {
		for _, n := range []int{0, 1, size - 1, size, size + 1, Buffers * size, From - 1, From, From + 1, From + size, From + Buffers*size,
			From + (Buffers+1)*size + 1, 3*From + 5} {
			want := content(n)
			var got bytes.Buffer
			b := NewBehind(serial, func(p []byte) error {
				if n > From && got.Len()%(64*size) == 0 {
					time.Sleep(50 * time.Microsecond) // the producer gets ahead
				}
				got.Write(p)
				return nil
			})
			if err := lendAll(b, want, size); err != nil {
				t.Fatal(err)
			}
			if err := b.Settle(); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("serial %v, %d octets: %d came, or others", serial, n, got.Len())
			}
		}
	}
	endsOf(t)
}

// TestBehindIsElsewhere: below From octets, and when it is serial, who lends does the
// work itself; above it another goroutine does.
func TestBehindIsElsewhere(t *testing.T) {
	for _, serial := range []bool{true, false} {
		var at atomic.Int64
		here := make(chan struct{})
		b := NewBehind(serial, func(p []byte) error {
			if at.Add(int64(len(p))) > From && !serial {
				<-here // who lends goes on: else this is never closed
			}
			return nil
		})
		if err := lendAll(b, make([]byte, From), From/4); err != nil || b.pieces != nil {
			t.Errorf("serial %v: a goroutine for %d octets, %v", serial, From, err)
		}
		if err := b.Lend([]byte{1}); err != nil || b.pieces == nil != serial {
			t.Errorf("serial %v: goroutine %v, %v", serial, b.pieces != nil, err)
		}
		close(here)
		b.Settle()
	}
	endsOf(t)
}

// TestBehindKeepsAtMost: a piece may be changed once it was followed by as many as the
// ring has buffers.
func TestBehindKeepsAtMost(t *testing.T) {
	var done atomic.Int64
	b := NewBehind(false, func(p []byte) error {
		time.Sleep(time.Microsecond)
		done.Add(1)
		return nil
	})
	defer b.Settle()
	piece := make([]byte, From)
	for i := range int64(200) {
		if err := b.Lend(piece); err != nil {
			t.Fatal(err)
		}
		if n := done.Load(); n < i+1-(Buffers-1) {
			t.Fatalf("%d pieces were lent, and only %d are done", i+1, n)
		}
	}
}

// TestOffer: what is offered is taken where nobody has to wait, and else not, and is done in
// its order with what is lent.
func TestOffer(t *testing.T) {
	const size = From / 4
	for _, serial := range []bool{true, false} {
		var got []byte
		goOn := make(chan struct{})
		b := NewBehind(serial, func(p []byte) error {
			if got = append(got, p[0]); len(got) > 4 && !serial {
				<-goOn
			}
			return nil
		})
		piece := func(i int) []byte { return append(make([]byte, 0, size), byte(i))[:size] }
		n := 0
		for ; n < 100; n++ {
			taken, err := b.Offer(piece(n))
			if err != nil {
				t.Fatal(err)
			}
			if !taken {
				break
			}
		}
		// One may have been taken from the channel to be worked on.
		if serial && n != 100 || !serial && (n < 4+Buffers-2 || n > 4+Buffers-1) {
			t.Errorf("serial %v: %d were taken", serial, n)
		}
		close(goOn)
		if err := b.Lend(piece(n)); err != nil {
			t.Error(err)
		}
		b.Settle()
		for i, c := range got {
			if c != byte(i) || len(got) != n+1 {
				t.Fatalf("serial %v: %v", serial, got)
			}
		}
	}
	broken := errors.New("broken")
	for _, serial := range []bool{true, false} {
		b := NewBehind(serial, func([]byte) error { return broken })
		b.lent = From
		var err error
		for range 1000 {
			if _, err = b.Offer([]byte{1}); err != nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if taken, again := b.Offer([]byte{1}); err != broken || again != broken || !serial && taken {
			t.Errorf("serial %v: %v, then %v, taken %v", serial, err, again, taken)
		}
		b.Settle()
	}
	endsOf(t)
}

// TestRingTwice: of a piece that is lent twice nothing is lost, whichever of the two is slow.
func TestRingTwice(t *testing.T) {
	const size = 1 << 10
	want := content(From + 200*size)
	for slow := range 3 {
		wait := func(who int) {
			if who == slow {
				time.Sleep(50 * time.Microsecond)
			}
		}
		var got bytes.Buffer
		second := NewBehind(false, func(p []byte) error {
			if got.Len() >= From {
				wait(2)
			}
			got.Write(p)
			return nil
		})
		n := 0
		first := NewBehind(false, func(p []byte) error {
			if n += len(p); n >= From {
				wait(1)
			}
			return second.Lend(p)
		})
		ring := Ring{Twice: true}
		for i := 0; i < len(want); i += size {
			if i >= From {
				wait(0)
			}
			p := append(ring.Next(size), want[i:i+size]...)
			if err := first.Lend(p); err != nil {
				t.Fatal(err)
			}
		}
		first.Settle()
		second.Settle()
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%d is slow: other octets came", slow)
		}
	}
	endsOf(t)
}

// TestBehindFails tells the error of each piece, nothing is done after it, and it
// stays.
func TestBehindFails(t *testing.T) {
	const size = From / 8
	for _, serial := range []bool{true, false} {
		for at := range 24 {
			want := fmt.Errorf("piece %d", at)
			n, after := 0, 0
			b := NewBehind(serial, func([]byte) error {
				n++
				if n-1 == at {
					return want
				}
				if n-1 > at {
					after++
				}
				return nil
			})
			err := lendAll(b, make([]byte, 24*size), size)
			if settled := b.Settle(); settled != want || err != nil && err != want {
				t.Errorf("serial %v, piece %d: %v, then %v", serial, at, err, settled)
			}
			if err := b.Lend(make([]byte, 1)); err != want {
				t.Errorf("serial %v, piece %d: then Lend gives %v", serial, at, err)
			}
			if _, err := b.Write(make([]byte, 1)); err != want {
				t.Errorf("serial %v, piece %d: then Write gives %v", serial, at, err)
			}
			if after > 0 {
				t.Errorf("serial %v, piece %d: %d pieces after it", serial, at, after)
			}
		}
	}
	endsOf(t)
}

// TestBehindPanics has a panic go on where the work was given away.
func TestBehindPanics(t *testing.T) {
	for _, serial := range []bool{true, false} {
		got := func() (got any) {
			defer func() { got = recover() }()
			n := 0
			b := NewBehind(serial, func(p []byte) error {
				if n += len(p); n > From {
					panic("in the stage")
				}
				return nil
			})
			lendAll(b, make([]byte, 2*From), From/8)
			b.Settle()
			return nil
		}()
		if got != "in the stage" {
			t.Errorf("serial %v: %v", serial, got)
		}
	}
	endsOf(t)
}

// TestBehindWrite: what is written comes after what was lent, and nothing of it is
// read later.
func TestBehindWrite(t *testing.T) {
	var got bytes.Buffer
	b := NewBehind(false, func(p []byte) error {
		got.Write(p)
		return nil
	})
	var want []byte
	one := make([]byte, 100)
	for i := range 40 {
		piece := bytes.Repeat([]byte{byte(i)}, From/16)
		want = append(want, piece...)
		if err := b.Lend(piece); err != nil {
			t.Fatal(err)
		}
		if i%4 == 0 {
			for k := range one {
				one[k] = byte(i + 100)
			}
			want = append(want, one...)
			if n, err := b.Write(one); n != len(one) || err != nil {
				t.Fatal(n, err)
			}
		}
	}
	b.Settle()
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("not in order")
	}
	endsOf(t)
}

// plain takes no loans.
type plain struct{ io.Writer }

// TestCopy copies as io.Copy does, to those who take loans and to those who do not.
func TestCopy(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, Size - 1, Size, Size + 1, Buffers * Size, From, From + 1, 3*From + 7} {
		want := content(n)
		for _, test := range []struct {
			name string
			r    io.Reader
			size int64
			err  error
			most int
		}{
			{"all at once", bytes.NewReader(want), int64(n), nil, n},
			{"size not known", bytes.NewReader(want), -1, nil, n},
			{"size too small", bytes.NewReader(want), int64(n / 3), nil, n},
			{"halves", iotest.HalfReader(bytes.NewReader(want)), int64(n), nil, n},
			{"end with the data", iotest.DataErrReader(bytes.NewReader(want)), int64(n), nil, n},
			{"fails", io.MultiReader(bytes.NewReader(want[:n/2]), iotest.ErrReader(broken)), int64(n), broken, n / 2},
			{"cut", io.MultiReader(bytes.NewReader(want[:n/2]), iotest.ErrReader(io.ErrUnexpectedEOF)), int64(n), io.ErrUnexpectedEOF, n / 2},
		} {
			for _, lends := range []bool{true, false} {
				var got bytes.Buffer
				var w io.Writer = plain{&got}
				if lends {
					w = NewBehind(false, func(p []byte) error {
						got.Write(p)
						return nil
					})
				}
				if seeker, again := test.r.(io.Seeker); again {
					seeker.Seek(0, io.SeekStart)
				} else if !lends {
					continue // it was read
				}
				m, err := Copy(w, test.r, test.size)
				if err != test.err || m != int64(test.most) || !bytes.Equal(got.Bytes(), want[:test.most]) {
					t.Errorf("%s, %d octets, lends %v: %d octets, %v", test.name, n, lends, m, err)
				}
			}
		}
	}
	endsOf(t)
}

// TestCopyFirstError: an error of the writer that is known only later comes before one
// of the reader.
func TestCopyFirstError(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	n := 0
	w := NewBehind(false, func(p []byte) error {
		if n += len(p); n > From+Size {
			time.Sleep(time.Millisecond)
			return first
		}
		return nil
	})
	r := io.MultiReader(bytes.NewReader(make([]byte, From+3*Size)), iotest.ErrReader(second))
	if _, err := Copy(w, r, -1); err != first {
		t.Error(err)
	}
	if _, err := Copy(plain{iotest.TruncateWriter(io.Discard, 1)}, iotest.ErrReader(second), -1); err != second {
		t.Error(err)
	}
	endsOf(t)
}

// short is a writer that takes less than it is given and says nothing.
type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) / 2, nil }

func TestLendToOthers(t *testing.T) {
	if err := Lend(short{}, []byte{1, 2}); err != io.ErrShortWrite {
		t.Error(err)
	}
	if err := Settle(short{}); err != nil {
		t.Error(err)
	}
}

func TestBoth(t *testing.T) {
	for _, serial := range []bool{true, false} {
		one, other := 0, 0
		Both(serial, func() { one++ }, func() { other++ })
		if one != 1 || other != 1 {
			t.Errorf("serial %v: %d, %d", serial, one, other)
		}
		for _, which := range []int{0, 1} {
			fail := func(i int) func() {
				return func() {
					if i == which {
						panic(i)
					}
				}
			}
			got := func() (got any) {
				defer func() { got = recover() }()
				Both(serial, fail(0), fail(1))
				return nil
			}()
			if got != which {
				t.Errorf("serial %v: %v, want %d", serial, got, which)
			}
		}
	}
	meet := make(chan struct{})
	Both(false, func() { meet <- struct{}{} }, func() { <-meet }) // one after the other they would wait for ever
}

// TestSteady: the work on a large stream takes no more memory than on one of a tenth.
func TestSteady(t *testing.T) {
	for _, serial := range []bool{true, false} {
		took := func(n int64) float64 {
			return testing.AllocsPerRun(3, func() {
				b := NewBehind(serial, func([]byte) error { return nil })
				if m, err := Copy(b, io.LimitReader(zeros{}, n), n); m != n || err != nil {
					t.Fatal(m, err)
				}
			})
		}
		few, many := took(4<<20), took(40<<20)
		if many > few+2 {
			t.Errorf("serial %v: %v pieces of memory for 4 MiB, %v for 40", serial, few, many)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func BenchmarkBehind(b *testing.B) {
	const size = 64 << 20
	for _, serial := range []bool{true, false} {
		b.Run(fmt.Sprintf("serial=%v", serial), func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				w := NewBehind(serial, func(p []byte) error {
					var x byte
					for _, c := range p {
						x ^= c
					}
					p[0] = x
					return nil
				})
				Copy(w, io.LimitReader(zeros{}, size), size)
			}
		})
	}
}
