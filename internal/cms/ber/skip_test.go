package ber

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// skipping is a source that counts what is read of it.
type skipping struct {
	*bytes.Reader
	read  int
	fails error
}

func (s *skipping) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	s.read += n
	return n, err
}

func (s *skipping) Skip(n int64) (int64, error) {
	if s.fails != nil {
		return 0, s.fails
	}
	n = min(n, int64(s.Len()))
	s.Seek(n, io.SeekCurrent)
	return n, nil
}

// TestCloseSkips: a large segment is not read to be passed, and what follows it is found where it is. One that is cut off
// is not passed.
func TestCloseSkips(t *testing.T) {
	t.Parallel()
	element := func(tag byte, size int) []byte {
		b := []byte{tag, 0x84, byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size)}
		return append(b, make([]byte, size)...)
	}
	const large = 1 << 20
	segments := append([]byte{0x24, 0x80}, element(4, large)...)
	segments = append(append(segments, element(4, 100)...), element(4, skipFrom+1)...)
	segments = append(segments, 0, 0)
	for name, test := range map[string]struct {
		octets []byte
		size   int64
		most   int // octets that may be read
	}{
		"one":      {element(4, large), large, 2 * bufferSize},
		"segments": {segments, large + 100 + skipFrom + 1, 4 * bufferSize},
		"small":    {element(4, skipFrom-1), skipFrom - 1, skipFrom + bufferSize},
	} {
		for _, first := range []int{0, 1, 5000, 200_000} { // octets that are read before
			input := append(bytes.Clone(test.octets), 2, 1, 7)
			source := &skipping{Reader: bytes.NewReader(input)}
			r := NewReader(source, Limits{})
			o, err := r.OctetString(OctetString)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := io.ReadFull(o, make([]byte, min(first, int(test.size)))); err != nil {
				t.Fatal(n, err)
			}
			if err := o.Close(); err != nil || o.Size() != test.size {
				t.Errorf("%s, from %d on: %d octets, %v", name, first, o.Size(), err)
			}
			if source.read > test.most+first {
				t.Errorf("%s, from %d on: %d octets were read", name, first, source.read)
			}
			if at := r.Offset(); at != int64(len(test.octets)) {
				t.Errorf("%s, from %d on: at offset %d of %d", name, first, at, len(test.octets))
			}
			if b, err := r.Element(10); err != nil || !bytes.Equal(b, []byte{2, 1, 7}) {
				t.Errorf("%s, from %d on: then comes %x, %v", name, first, b, err)
			}
		}
		for _, cut := range []int{1, 10, len(test.octets) - 10} {
			r := NewReader(&skipping{Reader: bytes.NewReader(test.octets[:len(test.octets)-cut])}, Limits{})
			o, err := r.OctetString(OctetString)
			if err != nil {
				continue
			}
			if err := o.Close(); err == nil || !strings.Contains(err.Error(), "cut off") {
				t.Errorf("%s, %d octets less: %v", name, cut, err)
			}
		}
	}
	gone := errors.New("the disk is gone")
	r := NewReader(&skipping{Reader: bytes.NewReader(element(4, large)), fails: gone}, Limits{})
	o, err := r.OctetString(OctetString)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); !errors.Is(err, gone) {
		t.Errorf("a disk that fails: %v", err)
	}
}
