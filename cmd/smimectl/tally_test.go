package main

import (
	"slices"
	"testing"

	"smimectl/internal/verdict"
)

// TestTallyOrder: what several mails come to does not depend on their order.
func TestTallyOrder(t *testing.T) {
	t.Parallel()
	words := []verdict.Word{"error", "untrusted", "good", "unsigned", "bad", "done", "something", "nokey", "anything"}
	const want = "9 mails: 1 good, 1 done, 1 untrusted, 1 bad, 1 unsigned, 1 nokey, 1 error, 1 anything, 1 something"
	for range len(words) {
		words = append(words[1:], words[0])
		for _, list := range [][]verdict.Word{words, reversed(words)} {
			sum := newMailTally()
			for _, word := range list {
				sum.add(&outcome{report: reportNamed(word, "a.eml")})
			}
			if got := sum.line(); got != want {
				t.Errorf("%v: %q", list, got)
			}
		}
	}
}

func reversed(words []verdict.Word) []verdict.Word {
	out := slices.Clone(words)
	slices.Reverse(out)
	return out
}

// TestTallyWords: every word of a verdict has its place.
func TestTallyWords(t *testing.T) {
	t.Parallel()
	for _, word := range []verdict.Word{verdict.WordGood, verdict.WordDone, verdict.WordBad, verdict.WordUnreadable, verdict.WordUntrusted, verdict.WordMismatch,
		verdict.WordPartial, verdict.WordExpired, verdict.WordError, verdict.WordUnsigned, verdict.WordUnencrypted, verdict.WordEncrypted, verdict.WordNoKey} {
		if !slices.Contains(tallied[:], word) {
			t.Errorf("%s has none", word)
		}
	}
}
