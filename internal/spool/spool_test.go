package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/iotest"

	"smimectl/internal/stage"
)

func pattern(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)})
	r.Read(b)
	return b
}

var sizes = []int{0, 1, 15, 16, 17, 4095, 4096, chunkSize - 1, chunkSize, chunkSize + 1, stage.Size - 1, stage.Size, stage.Size + 1,
	1<<20 - 1, 1 << 20, 1<<20 + 1, stage.From + stage.Buffers*stage.Size + 5}

func TestBuffer(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		for _, memory := range []int64{0, -1, 100_000} {
			for _, step := range []int{74, 5 << 20} {
				t.Run(fmt.Sprintf("%d/%d/%d", size, memory, step), func(t *testing.T) {
					t.Parallel()
					want := pattern(size)
					given := bytes.Clone(want)
					b := New(Options{Dir: t.TempDir(), Memory: memory})
					defer b.Close()
					for rest := given; len(rest) > 0; {
						n, err := b.Write(rest[:min(step, len(rest))])
						if err != nil {
							t.Fatal(err)
						}
						rest = rest[n:]
					}
					if !bytes.Equal(given, want) {
						t.Fatal("Write changed its argument")
					}
					src, err := b.Source()
					if err != nil {
						t.Fatal(err)
					}
					checkSource(t, src, want)
				})
			}
		}
	}
}

// checkSource reads src in every way there is.
func checkSource(t *testing.T, src Source, want []byte) {
	t.Helper()
	if src.Size() != int64(len(want)) {
		t.Fatalf("size is %d, want %d", src.Size(), len(want))
	}
	for i := range 2 {
		got, err := io.ReadAll(NewReader(src))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("reader %d: %d octets of %d, %v", i, len(got), len(want), err)
		}
	}
	var out bytes.Buffer
	if n, err := io.Copy(&out, NewReader(src)); err != nil || n != int64(len(want)) || !bytes.Equal(out.Bytes(), want) {
		t.Fatalf("copy: %d octets of %d, %v", n, len(want), err)
	}
	if err := iotest.TestReader(onlyReader{NewReader(src)}, want); err != nil && len(want) <= 4096 {
		t.Fatal(err)
	}
	mixed := NewReader(src)
	head := make([]byte, min(10, len(want)))
	io.ReadFull(mixed, head)
	out.Reset()
	if _, err := mixed.(io.WriterTo).WriteTo(&out); err != nil || !bytes.Equal(append(head, out.Bytes()...), want) {
		t.Fatalf("WriteTo after Read: %v", err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		off, n := r.IntN(len(want)+2), r.IntN(200_000)
		p := make([]byte, n)
		m, err := src.ReadAt(p, int64(off))
		rest := want[min(off, len(want)):]
		if m != min(n, len(rest)) || !bytes.Equal(p[:m], rest[:m]) {
			t.Fatalf("ReadAt %d+%d: %d octets, %v", off, n, m, err)
		}
		if (m < n) != (err == io.EOF) && n > 0 && err != nil {
			t.Fatalf("ReadAt %d+%d of %d: %v", off, n, len(want), err)
		}
		if m < n && err != io.EOF {
			t.Fatalf("ReadAt beyond the end: %v", err)
		}
		sec := Section(src, int64(off), int64(n))
		if got, err := io.ReadAll(NewReader(sec)); err != nil || !bytes.Equal(got, rest[:m]) {
			t.Fatalf("section %d+%d: %d octets, %v", off, n, len(got), err)
		}
	}
	if _, err := src.ReadAt(make([]byte, 1), -1); err == nil {
		t.Fatal("negative offset read")
	}
}

type onlyReader struct{ io.Reader }

func TestSection(t *testing.T) {
	t.Parallel()
	b := []byte("0123456789")
	big, err := Hold(bytes.NewReader(b), Options{Memory: -1, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer big.Close()
	held, _ := big.Source()
	for _, tc := range []struct {
		off, n int64
		want   string
	}{{0, 10, "0123456789"}, {3, 4, "3456"}, {8, 100, "89"}, {10, 1, ""}, {11, 1, ""}, {-5, 2, "01"}, {2, -1, ""}, {1 << 62, 1 << 62, ""}, {0, 1 << 62, "0123456789"}} {
		for _, src := range []Source{Bytes(b), held} {
			got, err := io.ReadAll(NewReader(Section(src, tc.off, tc.n)))
			if err != nil || string(got) != tc.want {
				t.Errorf("%d+%d: %q, %v, want %q", tc.off, tc.n, got, err, tc.want)
			}
			got, err = io.ReadAll(NewReader(Section(Section(src, 0, 9), tc.off, tc.n)))
			if want := tc.want[:max(0, len(tc.want)-max(0, int(min(tc.off, 10))+len(tc.want)-9))]; tc.off >= 0 && (err != nil || string(got) != want) {
				t.Errorf("nested %d+%d: %q, %v, want %q", tc.off, tc.n, got, err, want)
			}
		}
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	broken := errors.New("the pipe broke")
	if _, err := Hold(iotest.ErrReader(broken), Options{}); err != broken {
		t.Errorf("error of the reader: %v", err)
	}
	want := pattern(300_000)
	b, err := Hold(bytes.NewReader(want), Options{Memory: 1000, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	src, err := b.Source()
	if err != nil {
		t.Fatal(err)
	}
	checkSource(t, src, want)
	if _, err := b.Write([]byte{1}); err != errSealed {
		t.Errorf("write after the end: %v", err)
	}
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var e *Error
	if _, err := src.ReadAt(make([]byte, 1), 0); !errors.As(err, &e) || !errors.Is(err, os.ErrClosed) {
		t.Errorf("read after Close: %v", err)
	}
	if _, err := b.Write([]byte{1}); !errors.As(err, &e) {
		t.Errorf("write after Close: %v", err)
	}
	if _, err := b.Source(); !errors.As(err, &e) {
		t.Errorf("Source after Close: %v", err)
	}
}

func TestBufferWipesMemory(t *testing.T) {
	t.Parallel()
	b := New(Options{})
	b.Write([]byte("secret"))
	first := b.mem[:6]
	b.Write(pattern(firstMemory))
	if !bytes.Equal(first, make([]byte, 6)) {
		t.Error("growing left a copy behind")
	}
	second := b.mem[:6]
	b.Close()
	if !bytes.Equal(second, make([]byte, 6)) {
		t.Error("Close left a copy behind")
	}
}

// TestFile looks at what is on the disk: no name, nobody else's rights, nothing readable.
func TestFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := bytes.Repeat([]byte("held back "), 100_000)
	for _, memory := range []int64{-1, 1000, 0} {
		b := New(Options{Dir: dir, Memory: memory})
		defer b.Close()
		b.Write(secret)
		b.Write(secret)
		if _, err := b.Source(); err != nil {
			t.Fatal(err)
		}
		raw := make([]byte, 2*len(secret))
		if _, err := b.file.file.ReadAt(raw, 0); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("held back")) {
			t.Error("the file can be read")
		}
		info, err := b.file.file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		if b.file.after != nil {
			continue // the rest does not hold on Windows
		}
		if perm := info.Mode().Perm(); perm&0o077 != 0 {
			t.Errorf("mode %v", perm)
		}
		if names, _ := os.ReadDir(dir); len(names) != 0 {
			t.Errorf("the file has a name: %v", names)
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	t.Parallel()
	var seen [2][]byte
	for i := range seen {
		b := New(Options{Dir: t.TempDir(), Memory: -1})
		defer b.Close()
		b.Write(make([]byte, 64))
		b.Source()
		seen[i] = make([]byte, 64)
		b.file.file.ReadAt(seen[i], 0)
	}
	if bytes.Equal(seen[0][:16], seen[1][:16]) || bytes.Equal(seen[0][:16], seen[0][16:32]) {
		t.Error("key stream used twice")
	}
}

func TestDiskTrouble(t *testing.T) {
	t.Parallel()
	var e *Error
	t.Run("no directory", func(t *testing.T) {
		b := New(Options{Dir: t.TempDir() + "/missing", Memory: -1})
		for range 2 {
			if _, err := b.Write([]byte{1}); !errors.As(err, &e) || !errors.Is(err, os.ErrNotExist) || e.Op != "create" {
				t.Errorf("got %v", err)
			}
		}
		if _, err := b.Source(); !errors.As(err, &e) {
			t.Errorf("Source after a failure: %v", err)
		}
		if _, err := Hold(bytes.NewReader([]byte{1}), Options{Dir: t.TempDir() + "/missing", Memory: -1}); !errors.As(err, &e) {
			t.Errorf("Hold: %v", err)
		}
	})
	t.Run("write fails", func(t *testing.T) {
		b := New(Options{Dir: t.TempDir(), Memory: -1})
		b.Write([]byte{1})
		b.file.file.Close()
		if _, err := b.Source(); !errors.As(err, &e) || e.Op != "write" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("file cut", func(t *testing.T) {
		b := New(Options{Dir: t.TempDir(), Memory: -1})
		defer b.Close()
		b.Write(make([]byte, 1000))
		src, _ := b.Source()
		b.file.file.Truncate(500)
		if _, err := src.ReadAt(make([]byte, 1000), 0); !errors.As(err, &e) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWatch(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		want := pattern(size)
		checkSource(t, Watch(bytes.NewReader(want), int64(size)), want)
	}
}

// TestWatchLarge: the tags of a large file take no more memory than those of 4 GiB, and what is larger then is watched as well.
func TestWatchLarge(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ size, piece int64 }{
		{0, 64 << 10}, {4 << 30, 64 << 10}, {4<<30 + 64<<10, 128 << 10}, {10 << 30, 256 << 10}, {64 << 30, 1 << 20}, {1 << 62, 1 << 20},
	} {
		if got := chunkFor(test.size); got != test.piece {
			t.Errorf("%d octets: pieces of %d, want %d", test.size, got, test.piece)
		}
	}
	for _, size := range []int{2*chunkSize + 1, 3 * chunkSize, 5*chunkSize + 100} {
		data := pattern(size)
		w := Watch(bytes.NewReader(data), int64(size)).(*watched)
		w.piece = 2 * chunkSize
		checkSource(t, w, data)
		for _, at := range []int{0, chunkSize, size - 1} {
			data[at] ^= 1
			var out bytes.Buffer
			w.held = -1
			if _, err := io.Copy(&out, NewReader(w)); err != ErrChanged || out.Len() > at {
				t.Errorf("%d octets, octet %d: %d got out, %v", size, at, out.Len(), err)
			}
			data[at] ^= 1
		}
	}
}

func TestWatchChanged(t *testing.T) {
	t.Parallel()
	const size = 3*chunkSize + 100
	for _, at := range []int{0, chunkSize - 1, chunkSize, 2*chunkSize + 5, 3 * chunkSize, size - 1} {
		data := pattern(size)
		w := Watch(bytes.NewReader(data), size)
		if _, err := io.Copy(io.Discard, NewReader(w)); err != nil {
			t.Fatal(err)
		}
		data[at] ^= 1
		var out bytes.Buffer
		if _, err := io.Copy(&out, NewReader(w)); err != ErrChanged {
			t.Errorf("octet %d: %v", at, err)
		}
		if out.Len() > at || !bytes.Equal(out.Bytes(), data[:out.Len()]) {
			t.Errorf("octet %d: %d octets got out", at, out.Len())
		}
		// In small pieces from another place, too; nothing of the piece may be
		// in the slice.
		p := bytes.Repeat([]byte{0xAA}, 10)
		if n, err := w.ReadAt(p, int64(at/chunkSize*chunkSize+20)); n != 0 || err != ErrChanged || !bytes.Equal(p, make([]byte, 10)) {
			t.Errorf("octet %d, small: %d, %v", at, n, err)
		}
		data[at] ^= 1
		if _, err := io.Copy(io.Discard, NewReader(w)); err != nil {
			t.Errorf("octet %d put back: %v", at, err)
		}
	}
	t.Run("one piece", func(t *testing.T) {
		data := pattern(chunkSize)
		want := bytes.Clone(data)
		w := Watch(bytes.NewReader(data), chunkSize)
		w.ReadAt(make([]byte, 10), 100)
		data[5] ^= 1
		for range 2 {
			got, err := io.ReadAll(NewReader(w))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v, changed octets came out: %v", err, !bytes.Equal(got, want))
			}
		}
	})
	t.Run("not read before", func(t *testing.T) {
		data := pattern(size)
		w := Watch(bytes.NewReader(data), size)
		w.ReadAt(make([]byte, 10), 0)
		data[chunkSize] ^= 1
		if _, err := io.Copy(io.Discard, NewReader(w)); err != nil {
			t.Error(err)
		}
	})
	t.Run("chunks exchanged", func(t *testing.T) {
		data := pattern(size)
		w := Watch(bytes.NewReader(data), size)
		io.Copy(io.Discard, NewReader(w))
		first := bytes.Clone(data[:chunkSize])
		copy(data, data[chunkSize:2*chunkSize])
		copy(data[chunkSize:], first)
		if _, err := io.Copy(io.Discard, NewReader(w)); err != ErrChanged {
			t.Errorf("got %v", err)
		}
	})
	t.Run("shorter", func(t *testing.T) {
		w := Watch(bytes.NewReader(make([]byte, 100)), 101)
		if _, err := io.Copy(io.Discard, NewReader(w)); err != ErrChanged {
			t.Errorf("got %v", err)
		}
	})
	t.Run("longer", func(t *testing.T) {
		w := Watch(bytes.NewReader(pattern(101)), 100)
		checkSource(t, w, pattern(101)[:100])
	})
	t.Run("huge", func(t *testing.T) {
		w := Watch(zeros{}, 1<<62)
		for range 2 {
			if n, err := w.ReadAt(make([]byte, 100), 1<<62-50); n != 50 || err != io.EOF {
				t.Errorf("%d, %v", n, err)
			}
		}
	})
	t.Run("device fails", func(t *testing.T) {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		var e *Error
		if _, err := Watch(f, 100).ReadAt(make([]byte, 10), 0); !errors.As(err, &e) || e.Op != "read" {
			t.Errorf("got %v", err)
		}
	})
}

type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }

func TestConcurrent(t *testing.T) {
	t.Parallel()
	want := pattern(500_000)
	b, err := Hold(bytes.NewReader(want), Options{Memory: 10, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	held, _ := b.Source()
	for _, src := range []Source{held, Watch(bytes.NewReader(want), int64(len(want)))} {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				off := i * 37_123
				got, err := io.ReadAll(NewReader(Section(src, int64(off), 1<<30)))
				if err != nil || !bytes.Equal(got, want[off:]) {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		wg.Wait()
	}
	go b.Close()
	io.Copy(io.Discard, NewReader(held)) // must not race; may fail
}

// FuzzSpool writes the data in pieces cut by the script, and reads it back by
// the same cuts.
func FuzzSpool(f *testing.F) {
	f.Add([]byte("some data"), []byte{1, 2, 3}, int16(5))
	f.Add(pattern(10_000), []byte{255, 0, 7, 90}, int16(-1))
	f.Add(pattern(70_000), []byte{200, 1}, int16(3000))
	f.Fuzz(func(t *testing.T, data, cuts []byte, memory int16) {
		b := New(Options{Dir: t.TempDir(), Memory: int64(memory)})
		defer b.Close()
		rest := data
		for _, c := range cuts {
			n, err := b.Write(rest[:min(len(rest), int(c)*17)])
			if err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if _, err := b.Write(rest); err != nil {
			t.Fatal(err)
		}
		src, err := b.Source()
		if err != nil {
			t.Fatal(err)
		}
		w := Watch(src, src.Size())
		for _, s := range []Source{src, w, w} {
			off := 0
			for _, c := range cuts {
				p := make([]byte, int(c)*13)
				n, err := s.ReadAt(p, int64(off))
				if !bytes.Equal(p[:n], data[min(off, len(data)):min(off+len(p), len(data))]) || (err != nil && err != io.EOF) {
					t.Fatalf("%d+%d: %d, %v", off, len(p), n, err)
				}
				off += int(c) * 29
			}
			if got, err := io.ReadAll(NewReader(s)); err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%d of %d octets, %v", len(got), len(data), err)
			}
		}
	})
}

func BenchmarkWatch(b *testing.B) {
	data := pattern(16 << 20)
	for _, piece := range []int{4 << 10, 64 << 10, 256 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("%dKiB", piece>>10), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			w := Watch(bytes.NewReader(data), int64(len(data)))
			p := make([]byte, piece)
			for b.Loop() {
				for off := 0; off < len(data); off += piece {
					if _, err := w.ReadAt(p, int64(off)); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkBuffer(b *testing.B) {
	data := pattern(64 << 10)
	const size = 64 << 20
	for _, memory := range []int64{-1, size} {
		name := "file"
		if memory > 0 {
			name = "memory"
		}
		b.Run(name+"/write", func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				buf := New(Options{Memory: memory})
				for range size / len(data) {
					if _, err := buf.Write(data); err != nil {
						b.Fatal(err)
					}
				}
				buf.Close()
			}
		})
		b.Run(name+"/read", func(b *testing.B) {
			b.SetBytes(size)
			buf, err := Hold(io.LimitReader(rand.NewChaCha8([32]byte{}), size), Options{Memory: memory})
			if err != nil {
				b.Fatal(err)
			}
			defer buf.Close()
			src, _ := buf.Source()
			for b.Loop() {
				if _, err := io.Copy(io.Discard, onlyReader{NewReader(src)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
