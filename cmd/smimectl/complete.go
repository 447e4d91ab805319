package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/verdict"
)

// words are what a shell may offer at some place: each a word, or a word, a tab
// and what it is.
type words func() []string

// offer tells the shell what goes where: after a flag by its name, which means
// the same in every verb, and as operand by the verb. Everything else is a file.
func (a *app) offer(root *cobra.Command) {
	identities, people, anchors := a.identityWords, a.peopleWords, a.anchorWords
	flags := map[string]words{
		"identity": identities, "from-id": identities, "to": people, "skip": people,
		"from":         people,
		"allow-legacy": func() []string { return legacyNames },
		"digest":       digestNames, "signature": signatureNames, "cipher": cipherNames, "key-encryption": keyEncryptionNames,
		"profile": profileWords, "algorithm": algorithm.SigningKeyNames,
		"at":  func() []string { return []string{"now", "signed"} },
		"tsa": func() []string { return []string{"http://", "https://"} },
	}
	operands := map[string]words{
		"smimectl explain": reasonWords, "smimectl algorithms": algorithmKinds, "smimectl id export": identities, "smimectl id remove": identities,
		"smimectl cert show": people, "smimectl cert export": people, "smimectl cert remove": people, "smimectl ca remove": anchors,
	}
	for _, cmd := range verbsBelow(root) {
		each := func(f *pflag.Flag) {
			list := flags[f.Name]
			if v, ok := f.Value.(*onceValue); ok && len(v.allowed) > 0 {
				list = func() []string { return v.allowed }
			}
			if list == nil {
				return
			}
			directive := cobra.ShellCompDirectiveNoFileComp
			if f.Value.Type() == "WHO" { // which may be a file too
				directive = cobra.ShellCompDirectiveDefault
			}
			// An error would say that it is registered already.
			_ = cmd.RegisterFlagCompletionFunc(f.Name, func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
				return beginning(list(), begun), directive
			})
		}
		cmd.Flags().VisitAll(each)
		cmd.PersistentFlags().VisitAll(each)
		if list := operands[cmd.CommandPath()]; list != nil {
			cmd.ValidArgsFunction = func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
				return beginning(list(), begun), cobra.ShellCompDirectiveNoFileComp
			}
		}
	}
}

// beginning are the words that begin as the person has.
func beginning(list []string, begun string) []string {
	var out []string
	for _, word := range list {
		if strings.HasPrefix(word, begun) {
			out = append(out, word)
		}
	}
	return out
}

// describe makes words of a certificate: its addresses, and its fingerprint.
func describe(c *cert.Certificate) []string {
	var out []string
	for _, address := range c.Addresses() {
		out = append(out, verdict.Escape(address.String())+"\t"+verdict.Escape(c.DisplayName()))
	}
	return append(out, fmt.Sprintf("%s\t%s, %s", shortFingerprint(c), verdict.Escape(addressOf(c)), keyTitle(c)))
}

func (a *app) identityWords() []string {
	var out []string
	list, _ := a.env.store().Identities() // where it cannot be read there is nothing to offer
	for _, id := range list {
		out = append(out, describe(id.Certificate)...)
	}
	return unique(out)
}

func (a *app) peopleWords() []string {
	var out []string
	list, _ := a.env.store().Certificates()
	for _, entry := range list {
		out = append(out, describe(entry.Certificate)...)
	}
	return unique(append(out, a.identityWords()...))
}

func (a *app) anchorWords() []string {
	var out []string
	list, _ := a.env.store().Anchors()
	stamps, _ := a.env.store().AnchorsFor(certstore.ForTimeStamps)
	for _, anchor := range append(list, stamps...) {
		out = append(out, verdict.Escape(anchor.Name)+"\t"+verdict.Escape(anchor.Certificate.DisplayName()))
	}
	return unique(out)
}

func reasonWords() []string {
	var out []string
	for _, info := range verdict.Codes() {
		out = append(out, string(info.Code)+"\t"+info.Title)
	}
	return out
}

// unique leaves each word out that was there before.
func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, word := range list {
		if !seen[word] {
			seen[word] = true
			out = append(out, word)
		}
	}
	return out
}
