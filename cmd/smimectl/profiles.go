package main

import (
	"slices"
	"strings"

	"smimectl/internal/algorithm"
)

// profile is one line of the table of what is written for whom. Empty fields leave
// the choice to the keys and to what the recipients are known to read.
type profile struct {
	name  string
	about string
	// Of signatures.
	digest    string   // of RSA keys, and of the curves where it goes with them
	signature string   // of RSA keys
	signs     []string // kinds of keys whose signatures those receivers check; nil: any
	// Of encryption.
	cipher        string
	bound         bool     // bind the key to the cipher (RFC 9709) when everybody reads that
	keyEncryption []string // the first that goes with a recipient's key
	// key is what id new and id request make.
	key string
	// postQuantum refuses recipients and signers that a quantum computer breaks.
	postQuantum bool
}

// profiles are what --profile takes. compat has what S/MIME programs of the last twenty
// years share (RFC 5751 and RFC 3851 ask for it); modern what RFC 8551, Sections 2.1 to
// 2.7 wants receivers of S/MIME 4.0 to have, by MUST or by SHOULD; pq what FIPS 203 to 205
// and RFC 9882, RFC 9814 and RFC 9936 added.
var profiles = []profile{
	{name: "compat", about: "what S/MIME programs since Outlook 2007 read",
		digest: "sha256", signature: "rsa-pkcs1v15", signs: []string{"rsa", "ec"},
		cipher: "aes-256-cbc", keyEncryption: []string{"rsa-pkcs1v15"}, key: "rsa-2048"},
	{name: "modern", about: "what S/MIME 4.0 (RFC 8551) receivers read",
		signature: "rsa-pss", signs: []string{"rsa", "ec", "ed25519"},
		cipher: "aes-256-gcm", bound: true, keyEncryption: []string{"rsa-oaep"}, key: "p-256"},
	{name: "pq", about: "what a quantum computer does not break: ML-DSA or SLH-DSA signers, ML-KEM recipients",
		signature: "rsa-pss", cipher: "aes-256-gcm", bound: true, key: "ml-dsa-65", postQuantum: true},
}

// profileNamed returns the profile of that name, and one that decides nothing for "".
func profileNamed(name string) (*profile, error) {
	if name == "" {
		return &profile{key: "rsa-3072"}, nil
	}
	for i := range profiles {
		if profiles[i].name == name {
			return &profiles[i], nil
		}
	}
	return nil, usageErrorf("--profile %s: there is no such profile", quoted(name)).
		withHint("one of %s", strings.Join(profileNames(), ", ")).withHint("what they mean:  smimectl algorithms profile")
}

func profileNames() []string {
	var names []string
	for _, p := range profiles {
		names = append(names, p.name)
	}
	return names
}

// profileWords are the profiles for the shell, with what they are.
func profileWords() []string {
	var words []string
	for _, p := range profiles {
		words = append(words, p.name+"\t"+p.about)
	}
	return words
}

// postQuantum says that no quantum computer breaks the key.
func (c candidate) postQuantum() bool {
	key, err := c.certificate.PublicKey()
	return err == nil && key.Strength().PostQuantum
}

// refusesSigners says that none of the signers has what the profile asks for.
func (p *profile) refusesSigners(ids []*identity) error {
	if !p.postQuantum || slices.ContainsFunc(ids, func(id *identity) bool { return id.public.Strength().PostQuantum }) {
		return nil
	}
	return usageErrorf("--profile %s: a quantum computer breaks %s, and nobody else signs", p.name, ids[0].public.Title).
		withHint("sign with an ML-DSA identity, alone or beside this one:  -i FILE -i ANOTHER").
		withHint("make one:  smimectl id request --profile %s ADDRESS   (or id new)", p.name)
}

// remark is what is to be said of a signer whose signatures not everybody of the
// profile checks.
func (p *profile) remark(key *algorithm.PublicKey) string {
	if p.signs == nil || slices.Contains(p.signs, key.Kind) {
		return ""
	}
	return "not every program that --profile " + p.name + " is for checks signatures with " + key.Title
}
