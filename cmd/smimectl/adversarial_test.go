package main

import (
	"strings"
	"testing"
)

// TestTransport sends signed mails through what transport is allowed to do: the
// signature holds (A90, A91).
func TestTransport(t *testing.T) {
	t.Parallel()
	w := newReleaseWorld(t)
	stripped := func(mail string) string {
		lines := strings.Split(mail, "\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " \t")
		}
		return strings.Join(lines, "\n")
	}
	fromQuoted := func(mail string) string { return strings.ReplaceAll(mail, "\nFrom ", "\n>From ") }
	folded := func(mail string) string { // 998 octets a line, seven bits
		for _, line := range strings.Split(mail, "\n") {
			if len(line) > 998 {
				t.Errorf("a line of %d octets", len(line))
			}
		}
		if strings.ContainsFunc(mail, func(c rune) bool { return c > 126 }) {
			t.Error("octets above 126")
		}
		return mail
	}
	for _, body := range []string{
		"eight bits: \u00e4\u00f6\u00fc\n", strings.Repeat("long ", 1000) + "\n", "From here on\n", "blanks \t\n at the end  \n",
		".\n..dots\n", "flowed \ntext \n", "no line end", "\n\n\n", "=\n=20\n", strings.Repeat("\u00e4", 5000) + "\nFrom x \n.\n",
	} {
		for _, flags := range [][]string{nil, {"--opaque"}} {
			draft := strings.Replace(aliceMail, "text/plain", "text/plain; charset=utf-8; format=flowed", 1) + body
			draft = strings.Replace(draft, "Content-Type", "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Type", 1)
			mail := stripped(fromQuoted(folded(string(w.must([]byte(draft), append([]string{"sign", "--any-from", "-i", w.path("alice.pem")}, flags...)...)))))
			for _, mail := range []string{mail, strings.ReplaceAll(mail, "\n", "\r\n")} {
				r := w.here([]byte(mail), "verify", "--ca", w.path("ca.pem"))
				if r.code != 0 {
					t.Errorf("%.30q, %v: exit %d\n%s", body, flags, r.code, r.stdout)
				}
			}
		}
	}
}
