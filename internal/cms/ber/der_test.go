package ber

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestToDER(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"as it is":              {"30 06 02 01 05 04 01 41", "30 06 02 01 05 04 01 41"},
		"indefinite":            {"30 80 02 01 05 00 00", "30 03 02 01 05"},
		"long length":           {"30 84 00 00 00 03 02 01 05", "30 03 02 01 05"},
		"long length inside":    {"30 06 04 81 01 41 05 00", "30 05 04 01 41 05 00"},
		"segments":              {"24 80 04 01 41 04 01 42 00 00", "04 02 41 42"},
		"nested segments":       {"30 80 24 80 24 03 04 01 41 04 01 42 00 00 05 00 00 00", "30 06 04 02 41 42 05 00"},
		"no segments":           {"24 80 00 00", "04 00"},
		"characters":            {"2c 06 04 01 41 04 01 42", "0c 02 41 42"},
		"characters, own tag":   {"33 06 13 01 41 13 01 42", "13 02 41 42"},
		"bits":                  {"23 80 03 02 00 41 03 02 04 f0 00 00", "03 03 04 41 f0"},
		"no bits":               {"23 80 00 00", "03 01 00"},
		"true":                  {"30 03 01 01 01", "30 03 01 01 ff"},
		"implicit stays":        {"a0 80 04 01 41 00 00", "a0 03 04 01 41"},
		"high tag":              {"bf 1f 80 05 00 00 00", "bf 1f 02 05 00"},
		"several in indefinite": {"31 80 30 80 00 00 30 80 05 00 00 00 00 00", "31 06 30 00 30 02 05 00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := unhex(tc.in)
			got, err := ToDER(in, Limits{})
			if err != nil || !bytes.Equal(got, unhex(tc.want)) {
				t.Errorf("got %x, %v, want %s", got, err, tc.want)
			}
			again, err := ToDER(got, Limits{})
			if err != nil || !bytes.Equal(again, got) {
				t.Errorf("a second time: got %x, %v", again, err)
			}
		})
	}
}

// Headers that need more room than was left for them.
func TestToDERGrows(t *testing.T) {
	t.Parallel()
	for _, size := range []int{100, 127, 128, 200, 255, 256, 65535, 65536, 1 << 24} {
		value := bytes.Repeat([]byte{0x42}, size)
		in := append([]byte{0x30, 0x80, 0x31, 0x80, 0x24, 0x80}, AppendHeader(nil, OctetString, false, uint64(size))...)
		in = append(append(in, value...), 0, 0, 0, 0, 5, 0, 0, 0)
		str := append(AppendHeader(nil, OctetString, false, uint64(size)), value...)
		want := Wrap(Sequence, Wrap(Set, str), []byte{5, 0})
		got, err := ToDER(in, Limits{})
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("size %d: got %d octets, %v, want %d", size, len(got), err, len(want))
		}
	}
}

func TestToDERRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, detail string }{
		"nothing":                {"", "cut off"},
		"cut off":                {"30 80 05 00", "cut off"},
		"octets follow":          {"05 00 00", "follow"},
		"overruns":               {"30 03 04 02 41 42", "longer than"},
		"foreign segment":        {"24 80 02 01 41 00 00", "in a string"},
		"bits without count":     {"23 02 03 00", "without contents"},
		"unused bits in between": {"23 08 03 02 04 f0 03 02 00 41", "unused bits"},
		"end-of-contents alone":  {"00 00", "end-of-contents"},
		"end in definite":        {"30 02 00 00", "end-of-contents"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ToDER(unhex(tc.in), Limits{})
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || !strings.Contains(err.Error(), tc.detail) {
				t.Errorf("got %v, want a SyntaxError with %q", err, tc.detail)
			}
		})
	}
}

func TestReaderDERKeepsOffset(t *testing.T) {
	t.Parallel()
	r := NewBytesReader(unhex("05 00 24 80 02 01 41 00 00"), Limits{})
	if err := r.Skip(); err != nil {
		t.Fatal(err)
	}
	_, err := r.DER(100)
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset != 4 {
		t.Errorf("got %v, want offset 4", err)
	}
}

func FuzzToDER(f *testing.F) {
	for _, s := range []string{
		"30 80 24 80 24 03 04 01 41 04 01 42 00 00 05 00 00 00", "23 80 03 02 00 41 03 02 04 f0 00 00", "30 03 01 01 01",
		"31 80 30 80 00 00 30 80 05 00 00 00 00 00", "30 84 00 00 00 03 02 01 05", "33 06 13 01 41 13 01 42",
	} {
		f.Add(unhex(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		der, err := ToDER(b, Limits{})
		_, walkErr := walkAll(NewBytesReader(b, Limits{}))
		if err == nil && walkErr != nil {
			t.Fatalf("converted, but the Reader says %v", walkErr)
		}
		if err != nil {
			return
		}
		again, err := ToDER(der, Limits{})
		if err != nil || !bytes.Equal(again, der) {
			t.Fatalf("%x is not stable: %x, %v", der, again, err)
		}
		if len(der) > len(b)+1 {
			t.Fatalf("%d octets became %d", len(b), len(der))
		}
	})
}

func BenchmarkToDER(b *testing.B) {
	in := []byte{0x30, 0x80}
	for range 1000 {
		in = append(in, unhex("30 80 06 03 2a 03 04 24 80 04 10 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 00 00 00 00")...)
	}
	in = append(in, 0, 0)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ToDER(in, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
