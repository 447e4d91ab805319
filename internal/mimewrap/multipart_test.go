package mimewrap

import (
	"fmt"
	"strings"
	"testing"

	"smimectl/internal/spool"
)

func sliced(t testing.TB, text, boundary string, window int) (parts []string, s *slices) {
	t.Helper()
	var w []byte
	if window > 0 {
		w = make([]byte, 0, window)
	}
	src := spool.Bytes([]byte(text))
	s, err := slice(src, span{0, src.Size()}, boundary, 100, w)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.parts {
		parts = append(parts, text[p.start:p.end])
	}
	return parts, s
}

func TestSlice(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, parts string
		closed            bool
	}{
		{"plain", "--b\nA\n--b\nB\n--b--\n", "A|B", true},
		{"preamble and epilogue", "x\n--b\nA\n--b--\ny\n--b\nC\n", "A", true},
		{"no final line end", "--b\nA\n--b--", "A", true},
		{"one blank line", "--b\nA\n\n--b--", "A\n", true},
		{"two blank lines", "--b\nA\n\n\n--b--", "A\n\n", true},
		{"CRLF", "--b\r\nA\r\n\r\n--b--\r\n", "A\r\n", true},
		{"LF before CRLF boundary", "--b\r\nA\n--b--\r\n", "A", true},
		{"CR stays", "--b\nA\r\r\n--b--", "A\r", true},
		{"empty part", "--b\n\n--b--", "", true},
		{"no part at all", "--b\n--b--\n", "", true},
		{"adjacent", "--b\n--b\n--b--\n", "|", true},
		{"padding", "--b \t\nA\n--b-- \nx", "A", true},
		{"longer boundary", "--b\nA\n--bb\nB\n--b--", "A\n--bb\nB", true},
		{"boundary and text", "--b\nA\n--b x\n--b--", "A\n--b x", true},
		{"one dash", "--b\nA\n--b-\n--b--", "A\n--b-", true},
		{"three dashes", "--b\nA\n---b\n--b--", "A\n---b", true},
		{"within a line", "--b\nA x--b\n--b--", "A x--b", true},
		{"CR after boundary", "--b\nA\n--b\r\n--b--", "A|", true},
		{"lone CR after boundary", "--b\nA\n--b\rx\n--b--", "A\n--b\rx", true},
		{"truncated", "--b\nA\n", "A\n", false},
		{"none", "text\n", "", false},
		{"empty", "", "", false},
		{"close only", "--b--\n", "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, window := range []int{0, 1, 7, 64} {
				got, s := sliced(t, test.text, "b", window)
				if strings.Join(got, "|") != test.parts || s.closed != test.closed {
					t.Errorf("window %d: parts = %q, closed %v, want %q", window, got, s.closed, test.parts)
				}
				var lf int64
				for _, d := range s.delimiters {
					if n := countBareLF([]byte(test.text[d.start:d.end])); n != d.bareLF {
						t.Errorf("delimiter %q: %d bare LF, counted %d", test.text[d.start:d.end], d.bareLF, n)
					}
					lf += d.bareLF
				}
			}
		})
	}
}

// TestSliceBoundaryLengths moves boundaries over the edges of the window.
func TestSliceBoundaryLengths(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 61, 62, 63, 64, 70, 71, 200} {
		b := strings.Repeat("=", n)
		for fill := scanWindow - 2*n - 1200; fill < scanWindow+8; fill += 1 + (fill*7)%97 {
			text := "--" + b + "\r\n" + strings.Repeat("x", fill) + "\r\n--" + b + strings.Repeat(" ", fill%5) + "\r\ny\r\n--" + b + "--\r\n"
			got, s := sliced(t, text, b, 0)
			if len(got) != 2 || len(got[0]) != fill || got[1] != "y" || !s.closed {
				t.Fatalf("boundary of %d, part of %d: %d parts", n, fill, len(got))
			}
		}
	}
}

func FuzzSlice(f *testing.F) {
	f.Add("--b\nA\n--b\nB\n--b--\n", 3)
	f.Add("x\r\n--b\r\n--b \r\n\r\n--b--", 50)
	f.Fuzz(func(t *testing.T, text string, window int) {
		want := naiveSlice(text, "b")
		got, _ := sliced(t, text, "b", 1+(window&0xfff))
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) && len(got) < 100 {
			t.Errorf("parts of %q = %q, want %q", text, got, want)
		}
	})
}

// naiveSlice reads line by line.
func naiveSlice(text, boundary string) []string {
	var parts []string
	current, inside := "", false
	strip := func(s string) string {
		if t, ok := strings.CutSuffix(s, "\n"); ok {
			return strings.TrimSuffix(t, "\r")
		}
		return s
	}
	for _, line := range strings.SplitAfter(text, "\n") {
		bare := line
		if b, ok := strings.CutSuffix(bare, "\n"); ok {
			bare = strings.TrimSuffix(b, "\r")
		}
		rest, ok := strings.CutPrefix(bare, "--"+boundary)
		rest, last := strings.CutPrefix(rest, "--")
		ok = ok && strings.Trim(rest, " \t") == "" && len(rest) < maxPadding-2
		if !ok {
			current += line
			continue
		}
		if inside {
			parts = append(parts, strip(current))
		}
		current, inside = "", true
		if last {
			return parts
		}
	}
	if inside {
		parts = append(parts, current)
	}
	return parts
}
