package ber

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func TestWriter(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		write func(*Writer) error
		want  string
	}{
		"definite": {func(w *Writer) error {
			w.OpenDefinite(Sequence, 5)
			w.Primitive(Integer, []byte{5})
			w.Raw([]byte{5, 0})
			return w.Close()
		}, "30 05 02 01 05 05 00"},
		"indefinite": {func(w *Writer) error {
			w.Open(Sequence)
			w.Open(Context(0))
			w.Primitive(OctetString, []byte("A"))
			w.Close()
			return w.Close()
		}, "30 80 a0 80 04 01 41 00 00 00 00"},
		"string of known length": {func(w *Writer) error {
			o := w.OctetStringDefinite(OctetString, 3)
			io.WriteString(o, "A")
			io.WriteString(o, "BC")
			o.Close()
			return w.Flush()
		}, "04 03 41 42 43"},
		"string of unknown length": {func(w *Writer) error {
			o := w.OctetString(Context(0))
			io.WriteString(o, "A")
			io.WriteString(o, "BC")
			return o.Close()
		}, "a0 80 04 03 41 42 43 00 00"},
		"empty string of unknown length": {func(w *Writer) error {
			return w.OctetString(OctetString).Close()
		}, "24 80 00 00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := tc.write(NewWriter(&out)); err != nil || !bytes.Equal(out.Bytes(), unhex(tc.want)) {
				t.Errorf("got %x, %v, want %s", out.Bytes(), err, tc.want)
			}
		})
	}
}

// TestWriterGuess: a string whose length was guessed may be shorter or longer, and the containers around it, and no
// others, with it.
func TestWriterGuess(t *testing.T) {
	t.Parallel()
	write := func(guess uint64, text string, behind string) (string, error) {
		var out bytes.Buffer
		w := NewWriter(&out)
		w.Open(Set)
		w.OpenDefinite(Sequence, 4+guess+4)
		w.OpenDefinite(Context(0), 2+guess)
		o := w.OctetStringGuessed(OctetString, guess)
		for i := range text {
			if n, err := io.WriteString(o, text[i:i+1]); n != 1 || err != nil {
				return "", err
			}
		}
		o.Close()
		w.Close() // [0]
		w.OpenDefinite(Sequence, 2)
		io.WriteString(rawWriter{w}, behind)
		if err := w.Close(); err != nil {
			return "", err
		}
		w.Close()
		err := w.Close()
		if w.Written() != uint64(out.Len()) {
			t.Errorf("%d octets written, %d known", out.Len(), w.Written())
		}
		return out.String(), err
	}
	for _, guess := range []uint64{0, 1, 2, 5, 100} {
		for _, text := range []string{"", "A", "ABCDE"} {
			got, err := write(guess, text, "\x05\x00")
			want := append([]byte{0x31, 0x80, 0x30, byte(4 + guess + 4), 0xa0, byte(2 + guess), 4, byte(guess)}, text+"\x30\x02\x05\x00\x00\x00"...)
			if err != nil || got != string(want) {
				t.Errorf("%q, guessed as %d: %x, %v, want %x", text, guess, got, err, want)
			}
			if _, err := write(guess, text, "\x04\x01A"); !errors.Is(err, errLength) {
				t.Errorf("%q, guessed as %d, too much behind it: %v", text, guess, err)
			}
		}
	}
}

type rawWriter struct{ w *Writer }

func (r rawWriter) Write(p []byte) (int, error) { return len(p), r.w.Raw(p) }

func TestWriterLengthsAreKept(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*Writer) error{
		"container, too little": func(w *Writer) error { w.OpenDefinite(Sequence, 3); w.Raw([]byte{5, 0}); return w.Close() },
		"container, too much":   func(w *Writer) error { w.OpenDefinite(Sequence, 1); w.Raw([]byte{5, 0}); return w.Close() },
		"string, too little": func(w *Writer) error {
			o := w.OctetStringDefinite(OctetString, 3)
			io.WriteString(o, "AB")
			return o.Close()
		},
		"string, too much": func(w *Writer) error {
			o := w.OctetStringDefinite(OctetString, 1)
			_, err := io.WriteString(o, "AB")
			return err
		},
	} {
		if err := write(NewWriter(io.Discard)); !errors.Is(err, errLength) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestWriterKeepsItsError(t *testing.T) {
	t.Parallel()
	w := NewWriter(failing{})
	w.Open(Sequence)
	if err := w.Raw(make([]byte, 10000)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Raw: got %v", err)
	}
	if err := w.Close(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Close: got %v", err)
	}
	o := NewWriter(failing{}).OctetString(OctetString)
	if _, err := o.Write(make([]byte, 200000)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("segment: got %v", err)
	}
}

// Segments are full but for the last, however the content comes.
func TestSegments(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, SegmentSize - 1, SegmentSize, SegmentSize + 1, 3*SegmentSize + 7} {
		content := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		var want []byte
		for _, piece := range []int{1 << 30, 1000, SegmentSize, 70000, 1} {
			if piece == 1 && size > SegmentSize+1 {
				continue
			}
			var out bytes.Buffer
			o := NewWriter(&out).OctetString(OctetString)
			for rest := content; len(rest) > 0; {
				n := min(piece, len(rest))
				if m, err := o.Write(rest[:n]); m != n || err != nil {
					t.Fatalf("wrote %d of %d, %v", m, n, err)
				}
				rest = rest[n:]
			}
			if err := o.Close(); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = out.Bytes()
			} else if !bytes.Equal(want, out.Bytes()) {
				t.Errorf("size %d, pieces of %d: other segments", size, piece)
			}
			got, err := NewBytesReader(out.Bytes(), Limits{}).Octets(OctetString, 1<<30)
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("size %d, pieces of %d: content differs, %v", size, piece, err)
			}
		}
	}
}

func TestHeaderSizes(t *testing.T) {
	t.Parallel()
	for _, length := range []uint64{0, 1, 127, 128, 255, 256, 65535, 65536, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1<<64 - 1} {
		for _, tag := range []Tag{Sequence, Context(0), Context(30), Context(31), Context(127), Context(128), {Private, maxTagNumber}} {
			b := AppendHeader(nil, tag, true, length)
			h, err := parseHeader(b, 0)
			if err != nil || h.Tag != tag || h.Length != length || h.Size != len(b) || !h.Constructed {
				t.Errorf("%v, %d: %x is read as %+v, %v", tag, length, b, h, err)
			}
			if HeaderSize(tag, length) != len(b) {
				t.Errorf("%v, %d: HeaderSize is %d, not %d", tag, length, HeaderSize(tag, length), len(b))
			}
		}
	}
}

func BenchmarkSegments(b *testing.B) {
	content := make([]byte, 1<<20)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	o := NewWriter(io.Discard).OctetString(OctetString)
	for b.Loop() {
		if _, err := o.Write(content); err != nil {
			b.Fatal(err)
		}
	}
}
