package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"smimectl/internal/cert"
	"smimectl/internal/verdict"
)

// harvestLine is one line of --json.
type harvestLine struct {
	SHA256  string   `json:"sha256"`
	Address string   `json:"address"`
	Mail    string   `json:"mail"`
	Reads   []string `json:"reads"`
	New     bool     `json:"new"` // false: it was there, and reads is newer
	Stored  bool     `json:"stored"`
}

func (h *harvest) show(c *cert.Certificate, name string, reads []string, again bool) error {
	switch {
	case h.a.global.json:
		if reads == nil {
			reads = []string{}
		}
		return stdoutError(json.NewEncoder(h.a.env.stdout).Encode(harvestLine{c.Fingerprint(), addressOf(c), name, reads, !again, !h.dryRun}))
	case h.a.global.quiet:
		return nil
	}
	what := "from"
	if again {
		what = "now reads " + strings.Join(reads, " ") + ", from"
	}
	_, err := fmt.Fprintf(h.a.env.stdout, "%s  %s  %s %s\n", verdict.Escape(addressOf(c)), shortFingerprint(c), what, verdict.Escape(name))
	return stdoutError(err)
}

// end shows the sum.
func (h *harvest) end() error {
	switch {
	case h.a.global.json:
		type sum struct {
			Mails   int            `json:"mails"`
			New     int            `json:"new"`
			Newer   int            `json:"newer"`
			Counted map[string]int `json:"counted"`
			Stored  bool           `json:"stored"`
		}
		return stdoutError(json.NewEncoder(h.a.env.stdout).Encode(struct {
			Sum sum `json:"sum"`
		}{sum{h.mails, h.taken, h.newer, h.counts, !h.dryRun}}))
	case h.a.global.quiet:
		return nil
	}
	_, err := io.WriteString(h.a.env.stdout, h.line())
	return stdoutError(err)
}

func (h *harvest) line() string {
	var b strings.Builder
	noun := func(n int, what string) string {
		if n != 1 {
			what += "s"
		}
		return grouped(n) + " " + what
	}
	fmt.Fprintf(&b, "%s: %s new", noun(h.mails, "mail"), noun(h.taken, "certificate"))
	if h.newer > 0 {
		fmt.Fprintf(&b, ", %s brought up to date", grouped(h.newer))
	}
	for _, what := range inOrder(h.counts) {
		fmt.Fprintf(&b, ", %s %s", grouped(h.counts[what]), what)
	}
	if h.dryRun {
		b.WriteString(" (nothing was written)")
	}
	return b.String() + "\n"
}

// grouped writes a number as people read it: 1,234.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
