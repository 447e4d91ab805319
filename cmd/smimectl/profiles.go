package main

import (
	"slices"
	"strings"

	"smimectl/internal/algorithm"
	"smimectl/internal/sending"
)

// profileNamed returns the profile of that name, and one that decides nothing for "".
func profileNamed(name string) (*sending.Profile, error) {
	p, ok := sending.ProfileNamed(name)
	if !ok {
		return nil, usageErrorf("--profile %s: there is no such profile", quoted(name)).
			withHint("one of %s", strings.Join(profileNames(), ", ")).withHint("what they mean:  smimectl algorithms profile")
	}
	return p, nil
}

func profileNames() []string {
	var names []string
	for _, p := range sending.Profiles() {
		names = append(names, p.Name)
	}
	return names
}

// profileWords are the profiles for the shell, with what they are.
func profileWords() []string {
	var words []string
	for _, p := range sending.Profiles() {
		words = append(words, p.Name+"\t"+p.About)
	}
	return words
}

// refusesSigners says that none of the signers has what the profile asks for.
func refusesSigners(p *sending.Profile, ids []*identity) error {
	if !p.PostQuantum || slices.ContainsFunc(ids, func(id *identity) bool { return id.public.Strength().PostQuantum }) {
		return nil
	}
	return usageErrorf("--profile %s: a quantum computer breaks %s, and nobody else signs", p.Name, ids[0].public.Title).
		withHint("sign with an ML-DSA identity, alone or beside this one:  -i FILE -i ANOTHER").
		withHint("make one:  smimectl id request --profile %s ADDRESS   (or id new)", p.Name)
}

// signerRemark is what is to be said of a signer whose signatures not everybody of the
// profile checks.
func signerRemark(p *sending.Profile, key *algorithm.PublicKey) string {
	if p.Checks(key) {
		return ""
	}
	return "not every program that --profile " + p.Name + " is for checks signatures with " + key.Title
}
