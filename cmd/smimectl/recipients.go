package main

import (
	"sort"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// recipientFinder looks up certificates and remembers who has none.
type recipientFinder struct {
	a       *app
	now     time.Time
	found   []recipient
	without []string // addresses without any certificate
	unfit   error    // the first certificate that must not be used
}

func (f *recipientFinder) add(r recipient) {
	for _, x := range f.found {
		if x.certificate.Equal(r.certificate) {
			return
		}
	}
	f.found = append(f.found, r)
}

// address finds the certificate of one addressee: of those in the store that may
// be encrypted to now, the one issued last.
func (f *recipientFinder) address(address cert.Address, self bool) {
	candidates := f.candidates(address)
	if len(candidates) == 0 {
		if !self {
			f.without = append(f.without, address.String())
		}
		return
	}
	sort.SliceStable(candidates, func(i, j int) bool {
		a, b := candidates[i].certificate, candidates[j].certificate
		if x, y := f.fits(a), f.fits(b); x != y {
			return x
		}
		if !a.NotBefore.Equal(b.NotBefore) {
			return a.NotBefore.After(b.NotBefore)
		}
		return a.Fingerprint() < b.Fingerprint()
	})
	best := candidates[0]
	best.self = self
	if err := fitsEncryption(best.certificate, address.String(), f.now); err != nil {
		if self {
			return // one's own copy is a convenience, no reason to fail
		}
		if f.unfit == nil {
			f.unfit = err
		}
		return
	}
	f.add(best)
}

func (f *recipientFinder) fits(c *cert.Certificate) bool {
	return !f.now.Before(c.NotBefore) && !f.now.After(c.NotAfter) && certpath.Fits(c, certpath.PurposeEncrypt) == nil
}

func (f *recipientFinder) candidates(address cert.Address) []recipient {
	store := f.a.env.store()
	var out []recipient
	if entries, err := store.CertificatesFor(address); err == nil {
		for _, e := range entries {
			r := recipient{certificate: e.Certificate, who: address.String()}
			if len(e.Capabilities) > 0 {
				r.reads = map[string]bool{}
				for _, name := range e.Capabilities {
					r.reads[name] = true
				}
			}
			out = append(out, r)
		}
	}
	if ids, err := store.IdentitiesFor(address); err == nil {
		for _, id := range ids {
			out = append(out, recipient{certificate: id.Certificate, who: address.String(), reads: ownCapabilities})
		}
	}
	return out
}

// ownCapabilities is what this program reads of what it may write.
var ownCapabilities = map[string]bool{"aes-256-gcm": true, "rsa-oaep": true}

// named adds a recipient of --to: an address, a fingerprint, or a file.
func (f *recipientFinder) named(who string) error {
	if isFile(who) {
		list, err := readCertificates(who)
		if err != nil {
			return err
		}
		c := list[0]
		if err := fitsEncryption(c, who, f.now); err != nil {
			return err
		}
		f.add(recipient{certificate: c, who: (&identity{certificate: c, name: who}).who()})
		return nil
	}
	if address, err := cert.ParseAddress(who); err == nil {
		f.address(address, false)
		return nil
	}
	entries, err := f.a.env.store().FindCertificates(who)
	if err != nil || len(entries) == 0 {
		return keyErrorf(verdict.CertificateMissing, "no certificate %s in the store", quoted(who)).
			withHint("your certificates:  smimectl cert list").withHint("a file:  --to FILE.pem")
	}
	if len(entries) > 1 {
		return usageErrorf("%s names %d certificates", quoted(who), len(entries)).withHint("write more of the fingerprint:  smimectl cert list")
	}
	e := entries[0]
	if err := fitsEncryption(e.Certificate, who, f.now); err != nil {
		return err
	}
	r := recipient{certificate: e.Certificate, who: (&identity{certificate: e.Certificate, name: who}).who()}
	if len(e.Capabilities) > 0 {
		r.reads = map[string]bool{}
		for _, name := range e.Capabilities {
			r.reads[name] = true
		}
	}
	f.add(r)
	return nil
}

// self adds the sender, so that the copy that is kept can be read.
func (f *recipientFinder) self(o *encryptOptions, from []cert.Address) error {
	ids, err := o.signing.identity.fromFiles()
	if err != nil {
		return err
	}
	for _, id := range ids {
		if id.certificate != nil && f.fits(id.certificate) {
			f.add(recipient{certificate: id.certificate, who: id.who(), self: true, reads: ownCapabilities})
		}
	}
	for _, who := range o.signing.identity.who {
		if isFile(who) {
			continue
		}
		found, err := o.signing.identity.fromStore(f.a.env.store(), who)
		if err != nil {
			return err
		}
		for _, id := range found {
			if f.fits(id.certificate) {
				f.add(recipient{certificate: id.certificate, who: id.who(), self: true, reads: ownCapabilities})
			}
		}
	}
	if len(o.signing.identity.who) > 0 {
		return nil
	}
	for _, address := range from {
		before := len(f.found)
		f.address(address, true)
		if len(f.found) == before && !f.has(address) {
			f.a.inform("note: no certificate of yours for %s: you cannot read what you send", verdict.Escape(address.String()))
		}
	}
	return nil
}

func (f *recipientFinder) has(address cert.Address) bool {
	for _, r := range f.found {
		if certpath.MatchesAddress(r.certificate, address) {
			return true
		}
	}
	return false
}

// missing fails the mail when one recipient cannot read it.
func (f *recipientFinder) missing() error {
	if len(f.without) > 0 {
		who := verdict.Escape(f.without[0])
		local := who
		for i := range who {
			if who[i] == '@' {
				local = who[:i]
				break
			}
		}
		e := keyErrorf(verdict.CertificateMissing, "no certificate for %s", who).
			withHint("import one from any mail %s signed:  smimectl cert import MAIL.eml", local).
			withHint("or from a file:  smimectl cert import %s.pem", local)
		var fine string
		for _, r := range f.found {
			if !r.self {
				fine = "   (" + verdict.Escape(r.who) + " is fine)"
				break
			}
		}
		return e.withHint("or leave %s out:  --skip %s%s", local, who, fine)
	}
	return f.unfit
}
