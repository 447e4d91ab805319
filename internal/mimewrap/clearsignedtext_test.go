package mimewrap

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

// plainWriter hides what else a writer can.
type plainWriter struct{ io.Writer }

// TestCanonicalText: what a textWriter gets with LF is what its canonical text comes from, and the whole is the
// same as for other writers, however CR and LF stand at the seams of the window.
func TestCanonicalText(t *testing.T) {
	t.Parallel()
	window := strings.Repeat("x", 70) + "\n"
	window = strings.Repeat(window, copyWindow/len(window)+1)[:copyWindow]
	for _, test := range []struct{ name, text string }{
		{"empty", ""},
		{"one line", "a\n"},
		{"no line end", "a"},
		{"LF", window + window + "end"},
		{"CRLF first", "a\r\n" + window + window},
		{"CR at the seam", window[:copyWindow-1] + "\r" + "\n" + window},
		{"CR alone at the seam", window[:copyWindow-1] + "\r" + "x" + window},
		{"LF at the seam", window[:copyWindow-1] + "\n" + "\n" + window},
		{"LF after a canonical window", strings.ReplaceAll(window, "\n", " ") + "\n" + window},
		{"CRLF in the middle", window + "a\r\n" + window + window},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := spool.Bytes([]byte(test.text))
			for _, source := range []spool.Source{src, unviewed{src}} {
				w := &bothForms{t: t}
				n, err := newCanonicalReader(source, span{0, src.Size()}).WriteTo(w)
				if want := naiveCanonical(test.text); err != nil || n != int64(len(want)) || w.canonical.String() != want {
					t.Errorf("%d octets, %v, want %d", n, err, len(want))
				}
				if strings.Contains(test.text, "\n") && !strings.Contains(test.text, "\r") && w.texts == 0 {
					t.Error("LF was never given")
				}
			}
		})
	}
}

// unviewed has to be read.
type unviewed struct{ spool.Source }

type bothForms struct {
	t         *testing.T
	canonical bytes.Buffer
	texts     int
}

func (b *bothForms) Write(p []byte) (int, error) { return b.canonical.Write(p) }

func (b *bothForms) Lend(p []byte) error {
	b.canonical.Write(p)
	return nil
}

func (b *bothForms) Settle() error { return nil }

func (b *bothForms) lendText(lf, canonical []byte) error {
	b.texts++
	if bytes.IndexByte(lf, '\r') >= 0 || naiveCanonical(string(lf)) != string(canonical) {
		b.t.Errorf("%d octets with LF are not the %d canonical ones", len(lf), len(canonical))
	}
	b.canonical.Write(canonical)
	return nil
}

// TestClearSignedText writes the same text with and without the way for LF.
func TestClearSignedText(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("x", 70)
	for _, body := range []string{
		"", "a\n", "a\r\nb\n", strings.Repeat(line+"\n", 5000),
		strings.Repeat(line+"\n", 4000) + "\r\n" + strings.Repeat(line+"\n", 4000),
		strings.Repeat(line+"\r\n", 4000) + strings.Repeat(line+"\n", 4000),
	} {
		e := read(t, "Content-Type: text/plain\n\n"+body)
		var fast, slow, fastDigest, slowDigest bytes.Buffer
		for _, way := range []struct {
			out, digest *bytes.Buffer
			wrap        func(w *signedContent) io.Writer
		}{
			{&fast, &fastDigest, func(w *signedContent) io.Writer { return w }},
			{&slow, &slowDigest, func(w *signedContent) io.Writer { return plainWriter{w} }},
		} {
			w, err := NewClearSigned(way.out, Outer{Ending: "\n"}, "sha-256", bytes.NewReader(make([]byte, 16)))
			if err != nil {
				t.Fatal(err)
			}
			p, err := Prepare(e, PrepareOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.WriteTo(way.wrap(&signedContent{w, way.digest})); err != nil {
				t.Fatal(err)
			}
		}
		if fast.String() != slow.String() || fastDigest.String() != slowDigest.String() {
			t.Errorf("body of %d octets: %d octets and %d to the digest, want %d and %d", len(body), fast.Len(), fastDigest.Len(), slow.Len(), slowDigest.Len())
		}
	}
}

// TestBoundaryInText finds the boundary also where the text comes with LF, and across the seam of two pieces.
func TestBoundaryInText(t *testing.T) {
	t.Parallel()
	for cut := range 20 {
		var out bytes.Buffer
		w, err := NewClearSigned(&out, Outer{Ending: "\n"}, "sha-256", bytes.NewReader(make([]byte, 16)))
		if err != nil {
			t.Fatal(err)
		}
		text := "a\n" + w.boundary + "\nb\n"
		first, second := text[:2+cut], text[2+cut:]
		err = w.lend([]byte(first), []byte(naiveCanonical(first)))
		if err == nil {
			err = w.lend([]byte(second), []byte(naiveCanonical(second)))
		}
		if err != ErrBoundary {
			t.Errorf("cut after %d: %v", cut, err)
		}
		if err := w.lend([]byte("more"), []byte("more")); err != ErrBoundary {
			t.Errorf("cut after %d: then %v", cut, err)
		}
	}
}

// TestTextAfterCR: a CR that was held back stands before the text that comes with LF.
func TestTextAfterCR(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := NewClearSigned(&out, Outer{Ending: "\n"}, "sha-256", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("a\r")); err != nil {
		t.Fatal(err)
	}
	if err := w.lend([]byte("b\nc"), []byte("b\r\nc")); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(out.String(), "\na\rb\nc") {
		t.Errorf("got %q", out.String())
	}
}

// TestBoundaryWatch: the boundary is found however a text is cut, its end alone is none, and to look takes no memory.
func TestBoundaryWatch(t *testing.T) {
	w, err := NewClearSigned(io.Discard, Outer{}, "sha-256", bytes.NewReader(make([]byte, 16)))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		text string
		held bool
	}{
		{w.boundary, true},
		{"x-" + w.boundary + "x", true},
		{string(w.rare), false},
		{w.boundary[1:] + w.boundary[:len(w.boundary)-1], false},
		{string(w.rare) + w.boundary, true},
		{strings.Repeat("-", 100) + w.boundary, true},
	} {
		for size := 1; size <= len(test.text); size++ {
			found := false
			w.watch = w.watch[:0]
			for rest := test.text; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				found = w.holdsBoundary([]byte(rest[:min(size, len(rest))])) || found
			}
			if found != test.held {
				t.Errorf("%q in pieces of %d: %v", test.text, size, found)
			}
		}
	}
	piece := bytes.Repeat([]byte("text-"), 1000)
	if n := testing.AllocsPerRun(10, func() { w.holdsBoundary(piece); w.holdsBoundary(piece[:3]) }); n > 0 {
		t.Errorf("%v pieces of memory", n)
	}
}

// TestClearSignedLends: text is lent to the destination as well as to the digest, and who lends it waits for both.
func TestClearSignedLends(t *testing.T) {
	t.Parallel()
	body := strings.Repeat(strings.Repeat("x", 70)+"\n", 40000)
	for _, ending := range []string{"\n", "\r\n"} {
		e := read(t, strings.ReplaceAll("Content-Type: text/plain\n\n"+body, "\n", ending))
		p, err := Prepare(e, PrepareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		mail, digest := new(lentOnly), new(lentOnly)
		w, err := NewClearSigned(mail, Outer{Ending: ending}, "sha-256", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.WriteTo(&signedContent{w, digest}); err != nil {
			t.Fatal(err)
		}
		for name, l := range map[string]*lentOnly{"mail": mail, "digest": digest} {
			if l.lent < len(body) || !l.settled {
				t.Errorf("%s: %d octets lent, %d written, settled %v", name, l.lent, l.written, l.settled)
			}
		}
	}
}
