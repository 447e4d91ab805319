package hostiletest

import (
	"fmt"
	"strings"
	"testing"
)

// headerSizeCases are A86: header blocks that are far too large.
func headerSizeCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	clear := clearText(tb, Text, w.AliceEC)
	large, malformed, good := Unreadable("too-large"), Unreadable("malformed"), Accepted([]byte(Text))
	first := func(name, lines string, want Want) Case { return judged("A86", name, lines+clear, want) }
	many := strings.Repeat
	inType := func(name, parameters string, want Want) Case {
		return judged("A86", name, replaced(tb, clear, "micalg=", parameters+"micalg="), want)
	}
	numbered := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	entity := func(name, fields string, want Want) Case { // of the signed part
		text := fields + Text
		if want.Exit == 0 {
			want.Content = []byte(text)
		}
		return judged("A86", name, clearText(tb, text, w.AliceEC), want)
	}
	return []Case{
		first("a line of 1 MiB", "X: "+many("x", 1<<20)+"\r\n", large),
		first("a line of 1 MiB without a colon", many("x", 1<<20)+"\r\n", malformed),
		first("1 MiB of folded lines", "X: y\r\n"+many(" x\r\n", 1<<18), large),
		first("a line of 500 KiB", "X: "+many("x", 500<<10)+"\r\n", good),
		first("a header that never ends", many("X: y\r\n", 200_000), large),
		first("1,001 fields", many("X: y\r\n", 1001), large),
		first("900 fields", many("X: y\r\n", 900), good),
		first("a line without a colon", "nothing\r\n", malformed),
		first("NUL", "X: a\x00b\r\n", malformed),
		first("bare CR", "X: a\rb\r\n", malformed),
		inType("60,000 octets of parameters", many("a=b; ", 12_000), large),
		inType("1 MiB of parameters", many("a=b; ", 200_000), large),
		inType("1,000 parameters of different names", numbered(1000, "a%d=b; "), large),
		inType("1,000 pieces of one parameter", numbered(1000, "a*%d=b; "), large),
		inType("100 comments in one another", many("(", 100)+many(")", 100)+" ", good),
		inType("30,000 comments in one another", many("(", 30_000)+many(")", 30_000)+" ", good),
		first("10,000 encoded words", "Subject: "+many("=?utf-8?q?x?=\r\n ", 10_000)+"\r\n", good),
		first("40,000 encoded words", "Subject: "+many("=?utf-8?q?x?=\r\n ", 40_000)+"\r\n", good),
		first("encoded words that never end", "Subject: "+many("=?utf-8?q?", 60_000)+"\r\n", good),
		judged("A86", "a From of 600 kB", replaced(tb, clear, "From: Alice ", "From: "+many("alice@example.test,\r\n ", 30_000)), Mismatch("")),
		judged("A86", "a From of comments", replaced(tb, clear, "From: Alice ", "From: "+many("(", 100_000)+many(")", 100_000)), Mismatch("")),
		// The signed part is octets: its inside is not read to verify it (P74).
		entity("a line of 1 MiB in the signed part", "X: "+many("x", 1<<20)+"\r\n", good),
		entity("1,001 fields in the signed part", many("X: y\r\n", 1001), good),
	}
}
