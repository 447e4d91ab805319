package sending

import (
	"slices"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
)

// Reads are the capabilities that somebody is known to have, by name; nil: nothing
// is known.
type Reads map[string]bool

// ReadsOf makes them of the names of capabilities.
func ReadsOf(names []string) Reads {
	if len(names) == 0 {
		return nil
	}
	reads := Reads{}
	for _, name := range names {
		reads[name] = true
	}
	return reads
}

// Recipient is somebody a mail is encrypted for.
type Recipient struct {
	Certificate *cert.Certificate // nil: the holders of a shared secret
	Who         string
	Self        bool // the sender, for the copy that is kept
	Reads       Reads
}

// Announced are the forms of RSAES-OAEP that the recipient is known to read.
func (r *Recipient) Announced() []*algorithm.KeyEncryption {
	var list []*algorithm.KeyEncryption
	for _, e := range algorithm.KeyEncryptions() {
		if t := e.Transport(); t != nil && !t.Implicit() && r.Reads[e.Name] {
			list = append(list, e)
		}
	}
	return list
}

// everybodyReads says that every recipient announced to read something; nobody does
// when there is none.
func everybodyReads(recipients []Recipient, capability string) bool {
	return len(recipients) > 0 && !slices.ContainsFunc(recipients, func(r Recipient) bool { return !r.Reads[capability] })
}

// Weakest is the recipient with the weakest key, where somebody else has a
// post-quantum one: the mail is no stronger than that. nil: there is nothing to say.
func Weakest(recipients []Recipient) (*Recipient, *algorithm.PublicKey) {
	var weakest *Recipient
	var least *algorithm.PublicKey
	strong := false
	for i := range recipients {
		r := &recipients[i]
		if r.Certificate == nil {
			continue
		}
		key, err := r.Certificate.PublicKey()
		if err != nil {
			continue
		}
		strong = strong || key.Strength().PostQuantum
		if least == nil || key.Strength().Weaker(least.Strength()) {
			weakest, least = r, key
		}
	}
	if !strong || least.Strength().PostQuantum {
		return nil, nil
	}
	return weakest, least
}
