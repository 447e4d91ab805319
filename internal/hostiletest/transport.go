package hostiletest

import (
	"strings"
	"testing"
)

// transportCases are A67 to A72, A90 and A91: what files and mail servers do to lines.
func transportCases(tb testing.TB, w *World) []Case {
	tb.Helper()
	clear, opaque := clearText(tb, Text, w.AliceEC), opaqueText(tb, Text, w.AliceEC)
	good, changed := Accepted([]byte(Text)), Bad("content-changed")
	signedAs := func(id, name, body string) Case {
		entity := "Content-Type: text/plain; charset=us-ascii\r\n\r\n" + body
		return judged(id, name, clearText(tb, entity, w.AliceEC), Accepted([]byte(entity)))
	}
	every := func(n int, line string) string { // every n-th line end is another
		lines := strings.SplitAfter(clear, "\r\n")
		for i := range lines {
			if i%n == 0 {
				lines[i] = strings.TrimSuffix(lines[i], "\r\n") + line
			}
		}
		return strings.Join(lines, "")
	}
	// damaged signs one body and delivers another.
	damaged := func(id, name, signed, delivered string) Case {
		const fields = "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
		mail := string(ClearMail(fields+delivered, Detached(tb, fields+signed, w.AliceEC)))
		return judged(id, name, mail, changed)
	}
	quoted := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	eight := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
	reencoded := func(name, signed, delivered string) Case {
		return judged("A71", name, string(ClearMail(delivered, Detached(tb, signed, w.AliceEC))), changed)
	}
	return []Case{
		judged("A67", "LF throughout, clear", withLF(clear), good),
		judged("A67", "LF throughout, opaque", withLF(opaque), good),
		judged("A67", "every second line ends with LF", every(2, "\n"), good),
		judged("A67", "every third line ends with LF", every(3, "\n"), good),
		// RFC 8551, Section 3.1.1: CR and LF that stand alone are not part of the canonical form; they are
		// signed as they are, and nothing is repaired on the way in.
		signedAs("A68", "bare CR, signed so", "a\rb\r\n"),
		signedAs("A68", "CR at the end of a line, signed so", "a\r\r\nb\r\n"),
		signedAs("A68", "CR at the very end, signed so", "a\r"),
		signedAs("A68", "NUL, signed so", "a\x00b\r\n"),
		judged("A68", "bare CR put in", replaced(tb, clear, "transfer 100", "transfer\r100"), changed),
		judged("A68", "NUL put in", replaced(tb, clear, "transfer 100", "transfer\x00100"), changed),
		judged("A68", "LF put in", replaced(tb, clear, "transfer 100", "transfer\n100"), changed),
		judged("A68", "CR before a line end", replaced(tb, clear, "100 EUR\r\n", "100 EUR\r\r\n"), changed),
		judged("A68", "CR in the place of line ends", replaced(tb, clear, "us-ascii\r\n\r\n", "us-ascii\r\r"), Unreadable("malformed")),
		judged("A69", "blank added", replaced(tb, clear, "100 EUR\r\n", "100 EUR \r\n"), changed),
		damaged("A69", "blank stripped", "flowed \r\ntext \r\n", "flowed\r\ntext\r\n"),
		damaged("A69", "tab stripped", "a\t\r\nb\r\n", "a\r\nb\r\n"),
		damaged("A70", "From quoted", "x\r\nFrom here on\r\n", "x\r\n>From here on\r\n"),
		damaged("A70", "From quoted in the first line", "From here on\r\n", ">From here on\r\n"),
		damaged("A70", "a dot doubled", "x\r\n.y\r\n", "x\r\n..y\r\n"),
		damaged("A70", "a line wrapped", "one two three\r\n", "one two\r\n three\r\n"),
		damaged("A70", "tab made blanks", "a\tb\r\n", "a        b\r\n"),
		reencoded("8bit made quoted-printable", eight+"\u00e4 x\r\n", quoted+"=C3=A4 x\r\n"),
		reencoded("quoted-printable made 8bit", quoted+"=C3=A4 x\r\n", eight+"\u00e4 x\r\n"),
		reencoded("a soft line break moved", quoted+"=C3=A4 one two=\r\n three\r\n", quoted+"=C3=A4 one=\r\n two three\r\n"),
		reencoded("digits in small letters", quoted+"=C3=A4\r\n", quoted+"=c3=a4\r\n"),
		signedAs("A72", "one blank line at the end", "x\r\n\r\n"),
		signedAs("A72", "two blank lines at the end", "x\r\n\r\n\r\n"),
		signedAs("A72", "three blank lines at the end", "x\r\n\r\n\r\n\r\n"),
		signedAs("A72", "no line end at the end", "x"),
		signedAs("A72", "no body", ""),
		judged("A72", "no line end at the end of the file", strings.TrimRight(clear, "\r\n"), good),
		judged("A72", "blank lines behind the end", clear+"\r\n\r\n\r\n", good),
		judged("A72", "blanks behind a boundary", strings.ReplaceAll(clear, boundaryLine, "--catalogue-boundary  \t\r\n"), good),
		judged("A72", "blank line added", replaced(tb, clear, "100 EUR\r\n", "100 EUR\r\n\r\n"), changed),
		judged("A72", "blank line taken away", string(ClearMail(strings.TrimSuffix(Text, "\r\n"), Detached(tb, Text, w.AliceEC))), changed),
	}
}
