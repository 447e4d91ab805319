package main

import (
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// self adds the sender, so that the copy that is kept can be read: the identities
// of -i, else those of the address in From: SMIMECTL_IDENTITY, which may be set for
// other things, adds nobody who can read it. Who has no certificate that is made
// for encryption is told so; one that must not be used stops the mail, because a
// copy that is missing is noticed only when it is needed.
func (f *recipientFinder) self(o *encryptOptions, from []cert.Address) error {
	named := &o.signing.identity
	var ids []*identity
	if len(named.who)+len(named.keys) > 0 {
		var err error
		if ids, err = f.a.fromFiles(named); err != nil {
			return err
		}
	}
	groups := people(ids)
	var addresses []cert.Address
	if len(named.who) == 0 {
		addresses = from[:len(from):len(from)]
	}
	for _, who := range named.who {
		if isFile(who) {
			continue
		}
		found, err := named.fromStore(f.a.env.store(), who)
		if err != nil {
			return err
		}
		if err := onePerson(who, found); err != nil {
			return err
		}
		if len(found) > 0 {
			groups = append(groups, found)
		} else if address, err := cert.ParseAddress(who); err == nil {
			addresses = append(addresses, address) // to encrypt takes no key: the certificate alone may be there
		} else {
			f.noCopy(who)
		}
	}
	for _, group := range groups {
		var list []sending.Candidate
		for _, id := range group {
			if id.certificate != nil {
				list = append(list, sending.Candidate{Certificate: id.certificate, Chain: id.chain, Reads: ownCapabilities()})
			}
		}
		switch {
		case len(list) == 0: // a key without a certificate
			addresses = append(addresses, from...)
		case !f.selfAs(group[0].who(), list):
			// Somebody who signs with one key and reads with another.
			addresses = append(addresses, list[0].Certificate.Addresses()...)
		}
	}
	for _, address := range addresses {
		list, err := f.candidates(address)
		if err != nil {
			return err
		}
		if !f.selfAs(address.String(), list) && !f.has(address) {
			f.noCopy(address.String())
		}
	}
	return nil
}

// noCopy tells that nothing is encrypted for the sender.
func (f *recipientFinder) noCopy(who string) {
	f.a.inform("note: no certificate of yours for %s: you cannot read what you send", verdict.Escape(who))
}

// selfAs adds the sender by one of these certificates; false when none of them is
// made for encryption.
func (f *recipientFinder) selfAs(who string, list []sending.Candidate) bool {
	c := f.rules.Choose(list, useCopy.purpose)
	f.a.explainChoice(who, useCopy, c)
	switch {
	case c.Taken != nil:
		f.add(sending.Recipient{Certificate: c.Taken.Certificate, Who: who, Self: true, Reads: c.Taken.Reads})
	case c.Refusal == nil || c.Refusal.Ground.NeverMeant():
		return false
	case f.unfit == nil:
		f.unfit = refusalError(f.rules, &c, who, useCopy)
	}
	return true
}

func (f *recipientFinder) has(address cert.Address) bool {
	for _, r := range f.found {
		if certpath.MatchesAddress(r.Certificate, address) {
			return true
		}
	}
	return false
}
