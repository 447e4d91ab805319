package ber

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// walkAll reads everything the way a parser of unknown structure would, and
// returns how many elements there are.
func walkAll(r *Reader) (int, error) {
	n, depth := 0, 0
	for {
		if depth == 0 && n > 0 {
			_, err := r.End()
			return n, err
		}
		if more, err := r.More(); err != nil {
			return n, err
		} else if !more && depth == 0 {
			return n, nil
		} else if !more {
			if err := r.Leave(); err != nil {
				return n, err
			}
			depth--
			continue
		}
		n++
		h, err := r.Peek()
		if err != nil {
			return n, err
		}
		if h.Constructed {
			if err := r.Enter(h.Tag); err != nil {
				return n, err
			}
			depth++
			continue
		}
		if err := r.Skip(); err != nil {
			return n, err
		}
	}
}

func readers(b []byte) map[string]func() *Reader {
	return map[string]func() *Reader{
		"bytes":    func() *Reader { return NewBytesReader(b, Limits{}) },
		"stream":   func() *Reader { return NewReader(bytes.NewReader(b), Limits{}) },
		"one byte": func() *Reader { return NewReaderSize(iotest.OneByteReader(bytes.NewReader(b)), Limits{}, 1) },
		"data+EOF": func() *Reader { return NewReader(iotest.DataErrReader(bytes.NewReader(b)), Limits{}) },
	}
}

func TestReaderAccepts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in       string
		elements int
	}{
		"null":                     {"05 00", 1},
		"definite":                 {"30 06 02 01 05 04 01 41", 3},
		"indefinite":               {"30 80 02 01 05 00 00", 2},
		"indefinite in definite":   {"30 09 30 80 02 01 05 00 00 05 00", 4},
		"definite in indefinite":   {"30 80 30 03 02 01 05 00 00", 3},
		"empty containers":         {"30 04 30 00 31 00", 3},
		"empty indefinite":         {"30 80 30 80 00 00 00 00", 2},
		"long form of a length":    {"30 84 00 00 00 03 02 01 05", 2},
		"eight octets of a length": {"04 88 00 00 00 00 00 00 00 01 41", 1},
		"high tag":                 {"bf 1f 03 02 01 05", 2},
		"highest tag":              {"9f 87 ff ff ff 7f 01 41", 1},
		"zeros follow":             {"05 00 00 00 00", 1},
		"string in segments":       {"24 80 04 01 41 24 03 04 01 42 00 00", 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, reader := range readers(unhex(tc.in)) {
				if n, err := walkAll(reader()); err != nil || n != tc.elements {
					t.Errorf("%s: got %d elements, %v, want %d", kind, n, err, tc.elements)
				}
			}
		})
	}
}

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in     string
		detail string
	}{
		"header cut off":                     {"30", "cut off"},
		"length cut off":                     {"30 82 01", "cut off"},
		"high tag without number":            {"1f", "cut off"},
		"high tag, leading zeros":            {"1f 80", "leading zeros"},
		"high tag, leading zeros and number": {"1f 80 01 00", "leading zeros"},
		"low tag in long form":               {"1f 05 00", "long form"},
		"high tag of 2^31":                   {"9f 88 80 80 80 00 00", "too large"},
		"high tag of 2^70":                   {"9f ff ff ff ff ff ff ff ff ff 7f 00", "too large"},
		"long length cut off":                {"30 81", "cut off"},
		"long length cut off, 4":             {"30 84 01", "cut off"},
		"contents cut off":                   {"04 05 41", "cut off"},
		"length 2^25, cut off":               {"04 84 01 ff ff ff", "cut off"},
		"length 2^31, cut off":               {"04 84 80 00 00 00", "cut off"},
		"length 2^63":                        {"04 88 80 00 00 00 00 00 00 00", "too large"},
		"length 2^64-1":                      {"04 88 ff ff ff ff ff ff ff ff", "too large"},
		"nine octets of a length":            {"04 89 00 00 00 00 00 00 00 00 01 41", "more than eight"},
		"reserved length":                    {"04 ff", "more than eight"},
		"indefinite primitive":               {"04 80 00 00", "indefinite length on a primitive"},
		"child longer than parent":           {"30 03 04 02 41 42", "longer than the one around it"},
		"child header beyond parent":         {"30 01 04 00", "longer than the one around it"},
		"child longer, parent indefinite":    {"30 05 30 80 04 02 41 42 00 00", "longer than the one around it"},
		"no end-of-contents":                 {"30 80 05 00", "cut off"},
		"end-of-contents beyond parent":      {"30 04 30 80 05 00 00 00", "longer than the one around it"},
		"end-of-contents in definite":        {"30 02 00 00", "end-of-contents outside"},
		"end-of-contents with contents":      {"30 80 00 01 41", "with contents"},
		"end-of-contents in long form":       {"30 80 00 81 00", "with contents"},
		"octets follow":                      {"05 00 41", "octets follow"},
		"octets follow zeros":                {"05 00 00 00 41", "octets follow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, reader := range readers(unhex(tc.in)) {
				_, err := walkAll(reader())
				var syntax *SyntaxError
				if !errors.As(err, &syntax) || !strings.Contains(err.Error(), tc.detail) {
					t.Errorf("%s: got %v, want a SyntaxError with %q", kind, err, tc.detail)
				}
			}
		})
	}
}

func TestReaderDepth(t *testing.T) {
	t.Parallel()
	nest := func(n int) []byte {
		var b []byte
		for range n {
			b = Wrap(Sequence, b)
		}
		return b
	}
	if _, err := walkAll(NewBytesReader(nest(64), Limits{})); err != nil {
		t.Errorf("64 levels: %v", err)
	}
	var limit *LimitError
	if _, err := walkAll(NewBytesReader(nest(65), Limits{})); !errors.As(err, &limit) {
		t.Errorf("65 levels: got %v, want a LimitError", err)
	}
	if _, err := walkAll(NewBytesReader(nest(65), Limits{Depth: 65})); err != nil {
		t.Errorf("65 levels with a depth of 65: %v", err)
	}
	if _, err := ToDER(nest(64), Limits{}); err != nil {
		t.Errorf("ToDER of 64 levels: %v", err)
	}
	if _, err := ToDER(nest(30000), Limits{}); !errors.As(err, &limit) {
		t.Errorf("ToDER of 30,000 levels: got %v, want a LimitError", err)
	}
}

// repeated is an endless repetition of a pattern.
type repeated struct {
	pattern []byte
	left    int64
	at      int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), r.left)]
	for i := range p {
		p[i] = r.pattern[r.at%len(r.pattern)]
		r.at++
	}
	r.left -= int64(len(p))
	return len(p), nil
}

// A124: indefinite lengths within each other must end early, at any size.
func TestReaderNestingBomb(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*Reader) error{
		"walk":    func(r *Reader) error { _, err := walkAll(r); return err },
		"skip":    func(r *Reader) error { return r.Skip() },
		"element": func(r *Reader) error { _, err := r.Element(1 << 30); return err },
	} {
		src := &repeated{pattern: []byte{0x30, 0x80}, left: 10_000_000}
		err := read(NewReader(src, Limits{}))
		var limit *LimitError
		if !errors.As(err, &limit) {
			t.Errorf("%s: got %v, want a LimitError", name, err)
		}
		if src.left < 9_000_000 {
			t.Errorf("%s: read %d octets before it gave up", name, 10_000_000-src.left)
		}
	}
}

func TestOctetString(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"primitive":            {"04 03 41 42 43 05 00", "ABC"},
		"empty":                {"04 00 05 00", ""},
		"segments":             {"24 80 04 02 41 42 04 01 43 00 00 05 00", "ABC"},
		"definite segments":    {"24 07 04 02 41 42 04 01 43 05 00", "ABC"},
		"no segments":          {"24 80 00 00 05 00", ""},
		"no segments, def":     {"24 00 05 00", ""},
		"empty segments":       {"24 80 04 00 04 01 41 04 00 04 00 00 00 05 00", "A"},
		"nested segments":      {"24 80 24 04 04 02 41 42 24 80 24 80 04 01 43 00 00 00 00 00 00 05 00", "ABC"},
		"nested empty segment": {"24 80 24 00 04 01 41 24 80 00 00 00 00 05 00", "A"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, reader := range readers(unhex(tc.in)) {
				for _, how := range []string{"Read", "WriteTo", "Close"} {
					r := reader()
					o, err := r.OctetString(OctetString)
					if err != nil {
						t.Fatal(err)
					}
					var got bytes.Buffer
					switch how {
					case "Read":
						var b []byte
						b, err = io.ReadAll(io.Reader(struct{ io.Reader }{o}))
						got.Write(b)
					case "WriteTo":
						_, err = o.WriteTo(&got)
					case "Close":
						got.WriteString(tc.want)
						err = o.Close()
					}
					if err != nil || got.String() != tc.want || o.Size() != int64(len(tc.want)) {
						t.Errorf("%s, %s: got %q, size %d, %v, want %q", kind, how, got.String(), o.Size(), err, tc.want)
					}
					if ok, err := r.Is(Null); !ok || err != nil {
						t.Errorf("%s, %s: what follows: %v, %v", kind, how, ok, err)
					}
				}
			}
		})
	}
}

func TestOctetStringRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, detail string }{
		"other tag":                {"30 00", "SEQUENCE where OCTET STRING"},
		"foreign segment":          {"24 80 02 01 41 00 00", "INTEGER in a string"},
		"foreign nested segment":   {"24 80 24 80 30 00 00 00 00 00", "SEQUENCE in a string"},
		"cut off":                  {"04 05 41", "cut off"},
		"segment cut off":          {"24 80 04 05 41", "cut off"},
		"no end-of-contents":       {"24 80 04 01 41", "cut off"},
		"segment overruns":         {"24 03 04 02 41 42", "longer than"},
		"end of outer is missing":  {"24 80 24 80 04 01 41 00 00", "cut off"},
		"end-of-contents in a def": {"24 02 00 00", "end-of-contents"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, reader := range readers(unhex(tc.in)) {
				_, err := reader().Octets(OctetString, 100)
				var syntax *SyntaxError
				if !errors.As(err, &syntax) || !strings.Contains(err.Error(), tc.detail) {
					t.Errorf("%s: got %v, want a SyntaxError with %q", kind, err, tc.detail)
				}
			}
		})
	}
}

func TestOctetStringImplicit(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"80 01 41", "a0 80 04 01 41 00 00"} {
		got, err := NewBytesReader(unhex(in), Limits{}).Octets(Context(0), 10)
		if err != nil || string(got) != "A" {
			t.Errorf("%s: got %q, %v", in, got, err)
		}
	}
}

func TestReaderNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	r := NewBytesReader(unhex("04 01 41 05 00"), Limits{})
	if _, err := r.OctetString(OctetString); err != nil {
		t.Fatal(err)
	}
	if _, err := r.More(); err == nil {
		t.Error("the reader goes on although a string was not read")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	var limit *LimitError
	indefinite := append(append([]byte{0x30, 0x80}, bytes.Repeat([]byte{5, 0}, 100)...), 0, 0)
	for kind, reader := range readers(indefinite) {
		if _, err := reader().Element(100); !errors.As(err, &limit) {
			t.Errorf("%s: element of indefinite length: got %v", kind, err)
		}
		if got, err := reader().Element(204); err != nil || !bytes.Equal(got, indefinite) {
			t.Errorf("%s: element that just fits: %v", kind, err)
		}
		if _, err := reader().Element(203); !errors.As(err, &limit) {
			t.Errorf("%s: element one too large: got %v", kind, err)
		}
	}
	for kind, reader := range readers(unhex("04 05 41 41 41 41 41 05 00")) {
		r := reader()
		if _, err := r.Element(6); !errors.As(err, &limit) {
			t.Errorf("%s: definite element: got %v", kind, err)
		}
		if err := r.Skip(); err != nil {
			t.Errorf("%s: a definite element that is too large cannot be skipped: %v", kind, err)
		}
		if got, err := r.Element(2); err != nil || len(got) != 2 {
			t.Errorf("%s: what follows: %x, %v", kind, got, err)
		}
		if _, err := reader().Octets(OctetString, 4); !errors.As(err, &limit) {
			t.Errorf("%s: octets: got %v", kind, err)
		}
	}
	for kind, reader := range readers(unhex("24 80 04 03 41 41 41 04 03 41 41 41 00 00")) {
		if _, err := reader().Octets(OctetString, 5); !errors.As(err, &limit) {
			t.Errorf("%s: octets in segments: got %v", kind, err)
		}
	}
}

// A source's own error stays what it is.
func TestSourceError(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	src := func() io.Reader {
		return io.MultiReader(bytes.NewReader(unhex("04 84 01 00 00 00 41 42")), iotest.ErrReader(broken))
	}
	r := NewReader(src(), Limits{})
	o, err := r.OctetString(OctetString)
	if err == nil {
		_, err = io.Copy(io.Discard, o)
	}
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	r = NewReader(src(), Limits{})
	if _, err := r.Element(1 << 30); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestDestinationError(t *testing.T) {
	t.Parallel()
	r := NewBytesReader(unhex("04 02 41 42"), Limits{})
	o, err := r.OctetString(OctetString)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.WriteTo(iotest.TruncateWriter(failing{}, 0)); err != nil {
		t.Fatal("truncating writer reports success") // it swallows
	}
	r = NewBytesReader(unhex("04 02 41 42"), Limits{})
	o, _ = r.OctetString(OctetString)
	if _, err := o.WriteTo(failing{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Large content, through every way to read it.
func TestLargeSegments(t *testing.T) {
	t.Parallel()
	content := make([]byte, 3<<20+12345)
	for i := range content {
		content[i] = byte(i * 7 >> 3)
	}
	want := sha256.Sum256(content)
	for _, segment := range []int{1000, 4096, 65536, 200000, len(content)} {
		var in bytes.Buffer
		in.Write([]byte{0x24, 0x80})
		for rest := content; len(rest) > 0; {
			n := min(segment, len(rest))
			in.Write(AppendHeader(nil, OctetString, false, uint64(n)))
			in.Write(rest[:n])
			rest = rest[n:]
		}
		in.Write([]byte{0, 0})
		for _, size := range []int{17, 16384, 65536, 1 << 20} {
			h := sha256.New()
			r := NewReader(bytes.NewReader(in.Bytes()), Limits{})
			o, err := r.OctetString(OctetString)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.CopyBuffer(h, struct{ io.Reader }{o}, make([]byte, size)); err != nil {
				t.Fatal(err)
			}
			if [32]byte(h.Sum(nil)) != want {
				t.Errorf("segments of %d, reads of %d: content differs", segment, size)
			}
			if _, err := r.End(); err != nil {
				t.Error(err)
			}
		}
		h := sha256.New()
		o, err := NewReader(iotest.HalfReader(bytes.NewReader(in.Bytes())), Limits{}).OctetString(OctetString)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.WriteTo(h); err != nil || [32]byte(h.Sum(nil)) != want {
			t.Errorf("segments of %d, WriteTo: content differs, %v", segment, err)
		}
	}
}

// P54: what a length says costs nothing until the octets are there.
func TestNoAllocationByLength(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, in := range []string{"04 84 7f ff ff ff 41", "24 84 7f ff ff ff 04 84 7f ff ff f9 41", "30 84 7f ff ff ff 05 00"} {
		r := NewReader(bytes.NewReader(unhex(in)), Limits{})
		if _, err := r.Element(1 << 40); err == nil {
			t.Error("an element that is cut off was read")
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("allocated %d octets", n)
	}
}

// A127, P59: a million empty segments take linear time and constant memory.
func TestManyEmptySegments(t *testing.T) {
	start := time.Now()
	src := io.MultiReader(bytes.NewReader([]byte{0x24, 0x80}), &repeated{pattern: []byte{4, 0}, left: 2_000_000}, bytes.NewReader([]byte{0, 0}))
	o, err := NewReader(src, Limits{}).OctetString(OctetString)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := o.WriteTo(io.Discard); n != 0 || err != nil {
		t.Errorf("got %d octets, %v", n, err)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestEndCountsZeros(t *testing.T) {
	t.Parallel()
	for kind, reader := range readers(unhex("05 00 00 00 00")) {
		r := reader()
		if err := r.Skip(); err != nil {
			t.Fatal(err)
		}
		if n, err := r.End(); n != 3 || err != nil {
			t.Errorf("%s: got %d, %v", kind, n, err)
		}
	}
}

func TestContents(t *testing.T) {
	t.Parallel()
	r := NewBytesReader(unhex("30 02 05 00"), Limits{})
	o, err := r.Contents()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(o); !bytes.Equal(got, []byte{5, 0}) || err != nil {
		t.Errorf("got %x, %v", got, err)
	}
	if _, err := NewBytesReader(unhex("30 80 00 00"), Limits{}).Contents(); err == nil {
		t.Error("contents of an indefinite length were handed out")
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"", "05 00", "30 80 02 01 05 00 00", "24 80 04 01 41 24 03 04 01 42 00 00", "1f 80", "30 81", "30 84 01",
		"04 88 ff ff ff ff ff ff ff ff", "30 80 30 80 00 00", "bf 1f 03 02 01 05", "a0 80 24 80 04 00 00 00 00 00",
	} {
		f.Add(unhex(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := walkAll(NewBytesReader(b, Limits{}))
		m, streamErr := walkAll(NewReaderSize(iotest.HalfReader(bytes.NewReader(b)), Limits{}, 1))
		if n != m || (err == nil) != (streamErr == nil) {
			t.Fatalf("bytes: %d, %v; stream: %d, %v", n, err, m, streamErr)
		}
		raw, elementErr := NewReader(bytes.NewReader(b), Limits{}).Element(1 << 20)
		if err == nil && n > 0 && elementErr != nil {
			t.Fatalf("walked through, but Element says %v", elementErr)
		}
		if elementErr == nil && !bytes.HasPrefix(b, raw) {
			t.Fatal("Element is not what was there")
		}
		r := NewBytesReader(b, Limits{})
		if o, err := r.OctetString(OctetString); err == nil {
			var read, written bytes.Buffer
			_, readErr := io.Copy(&read, struct{ io.Reader }{o})
			p, _ := NewReader(bytes.NewReader(b), Limits{}).OctetString(OctetString)
			_, writeErr := p.WriteTo(&written)
			if (readErr == nil) != (writeErr == nil) || readErr == nil && !bytes.Equal(read.Bytes(), written.Bytes()) {
				t.Fatalf("Read: %x, %v; WriteTo: %x, %v", read.Bytes(), readErr, written.Bytes(), writeErr)
			}
		}
	})
}

func benchmarkOctets(b *testing.B, raw []byte, content int, read func(*OctetReader) error) {
	b.SetBytes(int64(content))
	b.ReportAllocs()
	src := bytes.NewReader(raw)
	for b.Loop() {
		src.Reset(raw)
		o, err := NewReader(src, Limits{}).OctetString(OctetString)
		if err == nil {
			err = read(o)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOctetString(b *testing.B) {
	const size = 16 << 20
	content := make([]byte, size)
	var definite, segments bytes.Buffer
	w := NewWriter(&definite)
	o := w.OctetStringDefinite(OctetString, size)
	o.Write(content)
	o.Close()
	w.Flush()
	o = NewWriter(&segments).OctetString(OctetString)
	o.Write(content)
	o.Close()
	for _, form := range []struct {
		name string
		raw  []byte
	}{{"definite", definite.Bytes()}, {"segments", segments.Bytes()}} {
		b.Run("WriteTo/"+form.name, func(b *testing.B) {
			benchmarkOctets(b, form.raw, size, func(o *OctetReader) error { _, err := o.WriteTo(io.Discard); return err })
		})
		b.Run("Read/"+form.name, func(b *testing.B) {
			buf := make([]byte, 64<<10)
			benchmarkOctets(b, form.raw, size, func(o *OctetReader) error {
				for {
					if _, err := o.Read(buf); err == io.EOF {
						return nil
					} else if err != nil {
						return err
					}
				}
			})
		})
	}
}
