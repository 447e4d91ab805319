package spool

import (
	"bytes"
	"io"
	"testing"
)

// wrapped is a source around another.
type wrapped struct{ Source }

func (w wrapped) Unwrap() Source { return w.Source }

// TestReadLast: what was read before is compared, what was not is read once, and not again.
func TestReadLast(t *testing.T) {
	t.Parallel()
	const size = 4*chunkSize + 100
	for name, last := range map[string]func(Source){
		"itself":     ReadLast,
		"a section":  func(s Source) { ReadLast(Section(s, 10, 1000)) },
		"a wrapping": func(s Source) { ReadLast(wrapped{Section(wrapped{s}, 5, 100)}) },
	} {
		data := pattern(size)
		want := bytes.Clone(data)
		w := Watch(bytes.NewReader(data), size)
		read := func(chunk int) error {
			n := min(chunkSize, size-chunk*chunkSize)
			p := make([]byte, n)
			_, err := w.ReadAt(p, int64(chunk)*chunkSize)
			if err == nil && !bytes.Equal(p, want[chunk*chunkSize:chunk*chunkSize+n]) {
				t.Errorf("%s: chunk %d is another", name, chunk)
			}
			return err
		}
		for range 2 {
			if err := read(0); err != nil {
				t.Fatal(err)
			}
		}
		last(w)
		if err := read(0); err != nil {
			t.Errorf("%s: what was read before: %v", name, err)
		}
		data[0] ^= 1
		if err := read(0); err != ErrChanged {
			t.Errorf("%s: what was read before and has changed: %v", name, err)
		}
		for _, chunk := range []int{1, 2, 4} {
			if err := read(chunk); err != nil {
				t.Errorf("%s: chunk %d: %v", name, chunk, err)
			}
			if err := read(chunk); err != errSpent {
				t.Errorf("%s: chunk %d again: %v", name, chunk, err)
			}
		}
		for off := int64(3 * chunkSize); off < 4*chunkSize; off += 1000 { // in parts
			if _, err := w.ReadAt(make([]byte, 10), off); err != nil {
				t.Errorf("%s: a part at %d: %v", name, off, err)
			}
		}
		if err := read(3); err != errSpent {
			t.Errorf("%s: chunk 3 again: %v", name, err)
		}
	}
	ReadLast(Bytes(nil)) // has nothing to forget
	small := Watch(bytes.NewReader([]byte("small")), 5)
	ReadLast(small)
	for range 2 { // what is kept is no reading
		if _, err := small.ReadAt(make([]byte, 5), 0); err != nil {
			t.Error(err)
		}
	}
}

// TestReaderSkips: what is skipped is not read, and what follows is what follows.
func TestReaderSkips(t *testing.T) {
	t.Parallel()
	const size = 10*chunkSize + 50
	data := pattern(size)
	for _, from := range []int64{0, 7} {
		for _, before := range []int64{0, 1, 100, chunkSize, 2*chunkSize + 1, size - from} {
			for _, n := range []int64{0, 1, 99, chunkSize, 5 * chunkSize, size - from - before - 1, size - from - before, size, 2 * size} {
				if n < 0 {
					continue
				}
				r := NewReader(Section(Watch(bytes.NewReader(data), size), from, size))
				if _, err := io.CopyN(io.Discard, onlyReads{r}, before); err != nil {
					t.Fatal(err)
				}
				got, err := r.(interface{ Skip(int64) (int64, error) }).Skip(n)
				if want := min(n, size-from-before); got != want || err != nil {
					t.Fatalf("%d octets at %d: %d, %v", n, before, got, err)
				}
				rest, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(rest, data[from+before+got:]) {
					t.Errorf("behind %d octets at %d there are %d, %v", n, before, len(rest), err)
				}
			}
		}
	}
}

type onlyReads struct{ io.Reader }

// TestReaderSkipsNoFailure: a source that has failed skips nothing.
func TestReaderSkipsNoFailure(t *testing.T) {
	t.Parallel()
	const size = 3 * chunkSize
	r := NewReader(Watch(bytes.NewReader(make([]byte, size-chunkSize)), size))
	if _, err := io.Copy(io.Discard, onlyReads{r}); err != ErrChanged {
		t.Fatal(err)
	}
	if n, err := r.(interface{ Skip(int64) (int64, error) }).Skip(10); n != 0 || err != ErrChanged {
		t.Errorf("%d, %v", n, err)
	}
}
