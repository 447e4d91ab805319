package verdict

import (
	"slices"
	"strings"
)

// Flag is a flag of the call that was made, as the user typed it. One that takes no value has none.
type Flag struct{ Name, Value string }

// replaced are the flags that have no place beside another one in a call.
var replaced = map[string][]string{
	"--at": {"--at"}, "--purpose": {"--purpose"}, "--from": {"--from", "--any-from"}, "--any-from": {"--from", "--any-from"},
	"--online": {"--online"}, "--allow-partial": {"--allow-partial"},
}

// again is the call that takes the place of the one that was made: with flags, which are ready for a shell, and with
// those that the first one was judged by. Without them it would end in another verdict.
func (j *judge) again(flags string) string {
	verb := j.f.Command
	if verb != "decrypt" && verb != "cert check" {
		verb = "verify"
	}
	first, _, _ := strings.Cut(flags, " ")
	words := []string{"smimectl", verb, flags}
	for _, flag := range j.p.Grounds {
		if slices.Contains(replaced[first], flag.Name) || flag.Name == first && flag.Value == "none" { // no file beside "none"
			continue
		}
		words = append(words, flag.Name)
		if flag.Value != "" {
			words = append(words, shellWord(flag.Value))
		}
	}
	if names := j.p.allowed(); len(names) > 0 && first != "--allow-legacy" {
		words = append(words, "--allow-legacy", strings.Join(names, ","))
	}
	if file := operand(j.f.File); file != "" {
		words = append(words, file)
	}
	return strings.Join(words, " ")
}
