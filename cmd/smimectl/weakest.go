package main

import (
	"fmt"

	"smimectl/internal/algorithm"
	"smimectl/internal/verdict"
)

// weakestNote says that a mail for recipients with post-quantum keys is no stronger than
// the weakest of the others, when there is one.
func weakestNote(recipients []recipient) []verdict.Note {
	var weakest *recipient
	var least *algorithm.PublicKey
	strong := false
	for i := range recipients {
		r := &recipients[i]
		if r.certificate == nil {
			continue
		}
		key, err := r.certificate.PublicKey()
		if err != nil {
			continue
		}
		strong = strong || key.Strength().PostQuantum
		if least == nil || key.Strength().Weaker(least.Strength()) {
			weakest, least = r, key
		}
	}
	if !strong || least.Strength().PostQuantum {
		return nil
	}
	who := verdict.Escape(weakest.who)
	if weakest.self {
		who = "you"
	}
	return []verdict.Note{{Code: verdict.WeakestLink,
		Text: fmt.Sprintf("as strong as its weakest recipient: %s of %s, not post-quantum", least.Title, who)}}
}
