package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"smimectl/internal/verdict"
)

// mailTally counts the words of several mails.
type mailTally struct {
	codes  map[int]bool
	counts map[verdict.Word]int
	all    int
	looked bool // and nothing was judged
}

func newMailTally() *mailTally {
	return &mailTally{codes: map[int]bool{}, counts: map[verdict.Word]int{}}
}

func (t *mailTally) add(o *outcome) {
	t.all++
	t.codes[o.exit()] = true
	t.counts[o.report.ListWord()]++
}

// tallied is the order in which words are counted up, whatever the mails came in: what is well first. Others that
// inspect and cert harvest say stand behind, by their letters.
var tallied = [...]verdict.Word{verdict.WordGood, verdict.WordDone, "known", "signed", verdict.WordExpired, verdict.WordUntrusted, verdict.WordMismatch, verdict.WordPartial,
	verdict.WordBad, verdict.WordUnreadable, verdict.WordUnsigned, verdict.WordEncrypted, verdict.WordUnencrypted, "compressed", "plain", verdict.WordNoKey, verdict.WordError}

// inOrder are the words of a tally in that order.
func inOrder[W ~string](counts map[W]int) []W {
	place := func(w W) int {
		if at := slices.Index(tallied[:], verdict.Word(w)); at >= 0 {
			return at
		}
		return len(tallied)
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b W) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}

func (t *mailTally) line() string {
	var b strings.Builder
	b.WriteString(plural(t.all, "mail"))
	if t.looked && t.all > 0 {
		b.WriteString(", not checked")
	}
	b.WriteByte(':')
	for i, word := range inOrder(t.counts) {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %d %s", t.counts[word], word)
	}
	if t.all == 0 {
		b.WriteString(" nothing to do")
	}
	return b.String()
}
