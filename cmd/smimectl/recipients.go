package main

import (
	"cmp"
	"errors"
	"slices"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certstore"
	"smimectl/internal/message"
	"smimectl/internal/mimewrap"
	"smimectl/internal/sending"
	"smimectl/internal/spool"
	"smimectl/internal/verdict"
)

// recipientFinder looks up certificates and remembers who has none.
type recipientFinder struct {
	a       *app
	rules   *sending.Rules
	kept    *keptTrust
	found   []sending.Recipient
	without []string // addresses without any certificate
	unfit   error    // of the first one whose certificates must not be used
}

func (f *recipientFinder) add(r sending.Recipient) {
	for _, x := range f.found {
		if x.Certificate.Equal(r.Certificate) {
			return
		}
	}
	f.found = append(f.found, r)
}

// address finds the certificate of one addressee among those of the store.
func (f *recipientFinder) address(address cert.Address, use sendingUse) error {
	candidates, err := f.candidates(address)
	if err != nil {
		return err
	}
	if len(candidates) == 0 {
		f.without = append(f.without, address.String())
		return nil
	}
	f.take(address.String(), candidates, use)
	return nil
}

// take adds somebody by the rule of sending.Rules.Choose, or remembers why it cannot.
func (f *recipientFinder) take(who string, candidates []sending.Candidate, use sendingUse) {
	c := f.rules.Choose(candidates, use.purpose)
	f.a.explainChoice(who, use, c)
	if c.Taken != nil {
		f.add(sending.Recipient{Certificate: c.Taken.Certificate, Who: who, Self: use.copied, Reads: c.Taken.Reads})
		return
	}
	if f.unfit == nil {
		f.unfit = refusalError(f.rules, &c, who, use)
	}
}

// candidates are the certificates of the store for an address, one's own first:
// what they can read is known.
func (f *recipientFinder) candidates(address cert.Address) ([]sending.Candidate, error) {
	k := f.keep()
	return k.people.find(address.String(), func() ([]sending.Candidate, error) {
		store := f.a.env.store()
		var out []sending.Candidate
		ids, err := store.IdentitiesFor(address)
		if err != nil {
			return nil, storeError(err)
		}
		for _, id := range ids {
			out = append(out, sending.Candidate{Certificate: id.Certificate, Chain: id.Chain, Reads: ownCapabilities()})
		}
		catalogue, err := k.catalogue(f.a)
		if err != nil {
			return nil, err
		}
		entries, err := catalogue.For(address)
		if err != nil {
			return nil, storeError(err)
		}
		for _, e := range entries {
			out = append(out, sending.Candidate{Certificate: e.Certificate, Reads: readsOf(e.Certificate, e.Capabilities)})
		}
		return out, nil
	})
}

// keep is where what is read of the store and of files is kept for further mails.
func (f *recipientFinder) keep() *keptTrust {
	if f.kept == nil {
		f.kept = &keptTrust{}
	}
	return f.kept
}

// ownCapabilities is what this program reads: all that it announces.
func ownCapabilities() sending.Reads {
	return sending.ReadsOf(message.CapabilityNames(algorithm.Capabilities()))
}

// readsOf is what the owner of a certificate is known to read: what his newest signed
// mail said, else what the certificate says (RFC 8551, Section 2.7.1; RFC 4262).
func readsOf(c *cert.Certificate, announced []string) sending.Reads {
	if len(announced) > 0 {
		return sending.ReadsOf(announced)
	}
	return sending.ReadsOf(message.CapabilityNames(c.Capabilities()))
}

// named adds a recipient of --to: an address, a fingerprint, or a file.
func (f *recipientFinder) named(who string) error {
	if isFile(who) {
		return f.file(who)
	}
	if address, err := cert.ParseAddress(who); err == nil {
		use := useRecipient
		use.skip = address.String()
		return f.address(address, use)
	}
	list, err := f.keep().named.find(who, func() ([]sending.Candidate, error) {
		catalogue, err := f.keep().catalogue(f.a)
		if err != nil {
			return nil, err
		}
		entries, err := catalogue.Find(who)
		var query *certstore.QueryError
		if err != nil && !errors.As(err, &query) {
			return nil, storeError(err)
		}
		var out []sending.Candidate
		for _, e := range entries {
			out = append(out, sending.Candidate{Certificate: e.Certificate, Reads: readsOf(e.Certificate, e.Capabilities)})
		}
		return out, nil
	})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return keyErrorf(verdict.CertificateMissing, "no certificate %s in the store", quoted(who)).
			withHint("your certificates:  smimectl cert list").withHint("a file:  --to FILE.pem")
	}
	if len(list) > 1 {
		return usageErrorf("%s names %d certificates", quoted(who), len(list)).withHint("write more of the fingerprint:  smimectl cert list")
	}
	f.take(personOf(list[0].Certificate, who), list, useRecipient)
	return nil
}

// personOf is how a person is called whose certificate was named otherwise.
func personOf(c *cert.Certificate, who string) string {
	return (&identity{certificate: c, name: who}).who()
}

// file adds the person of a file. Beside the certificates of the issuers it may
// hold several of the same person.
func (f *recipientFinder) file(name string) error {
	list, err := f.keep().chains.find("file "+name, func() ([]*cert.Certificate, error) { return readCertificates(name) })
	if err != nil && isMail(name) {
		return keyErrorf(verdict.CertificateMissing, "%s is a mail, not a certificate", quoted(name)).
			withHint("keep the certificate of who signed it, and name the address:  smimectl cert import %s", quoted(name))
	}
	if err != nil {
		return err
	}
	own := endEntities(list)
	var candidates []sending.Candidate
	for _, c := range own {
		if !c.Equal(own[0]) && !shareAddress(c, own[0]) {
			return usageErrorf("%s holds the certificates of several people", quoted(name)).
				withHint("one file for each, or import them and name addresses:  smimectl cert import %s", quoted(name))
		}
		candidates = append(candidates, sending.Candidate{Certificate: c, Chain: list, Reads: readsOf(c, nil)})
	}
	who := personOf(own[0], name)
	if len(own[0].Addresses()) == 0 {
		f.a.inform("note: the certificate in %s has no mail address: be sure whose it is", quoted(name))
	}
	use := useRecipient
	use.file = name
	f.take(who, candidates, use)
	return nil
}

// isMail reports whether a file holds a mail, where something else was asked for.
func isMail(name string) bool {
	data, err := readSmall(name)
	return err == nil && mimewrap.Detect(spool.Bytes(data)) == mimewrap.FormMail
}

// endEntities leaves out the certificates of CAs and those that issued others of
// the list; when nothing is left, the list stays as it is.
func endEntities(list []*cert.Certificate) []*cert.Certificate {
	var out []*cert.Certificate
	for _, c := range list {
		ca, _, _ := c.BasicConstraints()
		issued := slices.ContainsFunc(list, func(o *cert.Certificate) bool { return !o.Equal(c) && !o.SelfIssued() && o.Issuer.Equal(c.Subject) })
		if !ca && !issued {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return list[:1]
	}
	return out
}

// missing fails the mail when one recipient cannot read it.
func (f *recipientFinder) missing() error {
	if len(f.without) == 0 {
		return f.unfit
	}
	who := verdict.Escape(f.without[0])
	local := localPart(f.without[0])
	store := f.a.env.store()
	_, _ = store.Certificates() // for what is damaged in it
	e := keyErrorf(verdict.CertificateMissing, "no certificate for %s", who).withDamage(store).
		withHint("import one from any mail %s signed:  smimectl cert import MAIL.eml", local).
		withHint("or from a file:  smimectl cert import %s.pem", cmp.Or(plainLocalPart(f.without[0]), "CERT"))
	var fine string
	for _, r := range f.found {
		if !r.Self {
			fine = "   (" + verdict.Escape(r.Who) + " is fine)"
			break
		}
	}
	return e.withHint("or leave %s out:  --skip %s%s", local, quoted(f.without[0]), fine)
}
