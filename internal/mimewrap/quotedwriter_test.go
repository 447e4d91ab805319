package mimewrap

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// plainly encodes text octet by octet, by the rules that quotedWriter states.
func plainly(text string) string {
	var out strings.Builder
	col, soft := 0, false
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		if br := lineBreak([]byte(rest)); br > 0 {
			out.WriteString("\r\n")
			col, soft = 0, false
			i += br - 1
			continue
		}
		c := rest[0]
		plain := c > ' ' && c < 0x7f && c != '='
		if c == ' ' || c == '\t' {
			plain = len(rest) > 1 && lineBreak([]byte(rest[1:])) == 0
		}
		size := 1
		if !plain {
			size = 3
		}
		if col+size > 75 {
			out.WriteString("=\r\n")
			col, soft = 0, true
		}
		if col == 0 && (c == '.' || strings.HasPrefix(rest, "From ") || soft && c == '-') {
			plain = false
		}
		if plain {
			out.WriteByte(c)
			col++
		} else {
			fmt.Fprintf(&out, "=%02X", c)
			col += 3
		}
	}
	return out.String()
}

// TestQuotedWriterRuns: what is copied in runs is what comes of it octet by octet, in whatever pieces the text comes.
func TestQuotedWriterRuns(t *testing.T) {
	t.Parallel()
	texts := []string{"", " ", "\t", "a ", "a  \n", "=", "\r", "a\r", "\x7f", "From ", "From", strings.Repeat("x", 74) + " \nx", strings.Repeat("x", 74) + "  \nx",
		strings.Repeat("x", 75) + "From x", strings.Repeat("x", 75) + ".", strings.Repeat("x", 75) + "-", strings.Repeat("x", 73) + "\xe4"}
	for c := range 256 { // each octet at each place of eight
		for at := range 9 {
			text := []byte("0123456789abcdefghij")
			text[at+1] = byte(c)
			texts = append(texts, string(text))
		}
	}
	random := rand.New(rand.NewPCG(5, 6))
	pieces := []string{"\n", "\r\n", "\r", " ", "  ", "\t", ".", "=", "From ", "--", "\xc3\xa4", "\x00", "\x7f", "a", "word", "of some text ", strings.Repeat("x", 70), strings.Repeat("y ", 60)}
	for range 3000 {
		var b strings.Builder
		for range random.IntN(60) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		texts = append(texts, b.String())
	}
	texts = append(texts, strings.Repeat("\x00", 100<<10), strings.Repeat("\n", 100<<10), strings.Repeat("x", 100<<10))
	for _, text := range texts {
		want := plainly(text)
		for _, most := range []int{1, 9, 1 << 20} {
			if len(text) > 1<<10 && most < 9 {
				continue
			}
			var out bytes.Buffer
			w := newQuotedWriter(&out)
			for rest := text; len(rest) > 0; {
				n := min(len(rest), 1+random.IntN(most))
				if k, err := w.Write([]byte(rest[:n])); k != n || err != nil {
					t.Fatal(k, err)
				}
				rest = rest[n:]
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if out.String() != want {
				t.Fatalf("%.300q became\n%.300q, want\n%.300q", text, out.String(), want)
			}
		}
	}
}
