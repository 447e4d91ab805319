package main

import (
	"fmt"
	"slices"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// expiryWarning is how long before its end one's own certificate is spoken of,
// while there is time to get another one.
const expiryWarning = 14 * 24 * time.Hour

// chooseSigner takes one of the identities of one person, by the rule of sending.Rules.Choose.
func (a *app) chooseSigner(o *signOptions, ids []*identity, rules *sending.Rules) (*identity, error) {
	var list []sending.Candidate
	for _, id := range ids {
		if id.certificate == nil {
			return nil, keyErrorf(verdict.CertificateMissing, "no certificate for the key in %s", quoted(id.file)).
				withHint("name the file of the certificate too:  -i CERT.pem --key %s", quoted(id.file))
		}
		list = append(list, sending.Candidate{Certificate: id.certificate, Chain: id.chain})
	}
	if rules.PostQuantum && slices.ContainsFunc(list, sending.Candidate.PostQuantum) { // somebody with two kinds of keys
		list = slices.DeleteFunc(list, func(c sending.Candidate) bool { return !c.PostQuantum() })
	}
	use := useSigner
	if o.code {
		use.purpose = certpath.PurposeCode
	}
	use.file = ids[0].named
	c := rules.Choose(list, use.purpose)
	a.explainChoice(ids[0].who(), use, c)
	if c.Taken == nil {
		return nil, refusalError(rules, &c, ids[0].who(), use)
	}
	return identityOf(ids, c.Taken), nil
}

// otherIdentity is the one that mail for a signer is to be encrypted to, of those of his
// address, where the certificate he signs with is not made for that: who gets his mail can
// answer it encrypted (RFC 8551, Section 2.5.3). It has the address of From, which is the one that is
// answered, and no address that the signature does not tell of anyway. nil: there is none, or code is signed.
func (a *app) otherIdentity(o *signOptions, signer *identity, from []cert.Address, rules *sending.Rules) (*identity, error) {
	if o.code || certpath.Fits(signer.certificate, certpath.PurposeEncrypt) == nil {
		return nil, nil
	}
	ids, err := a.fromFiles(&o.identity)
	if err != nil {
		return nil, err
	}
	answered := slices.DeleteFunc(slices.Clone(from), func(f cert.Address) bool { return !certpath.MatchesAddress(signer.certificate, f) })
	if len(answered) == 0 { // --any-from, or no mail: any of his will do
		answered = signer.certificate.Addresses()
	}
	for _, address := range answered {
		stored, err := o.identity.fromStore(a.env.store(), address.String())
		if err != nil {
			return nil, err
		}
		ids = slices.Concat(ids, stored)
	}
	var list []sending.Candidate
	for _, id := range ids {
		if id.certificate != nil && !id.certificate.Equal(signer.certificate) && hasAddressesOf(signer.certificate, id.certificate) &&
			slices.ContainsFunc(answered, func(x cert.Address) bool { return certpath.MatchesAddress(id.certificate, x) }) &&
			certpath.Fits(id.certificate, certpath.PurposeEncrypt) == nil {
			list = append(list, sending.Candidate{Certificate: id.certificate, Chain: id.chain})
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	c := rules.Choose(list, useCopy.purpose)
	a.explainChoice(signer.who(), useCopy, c)
	if c.Taken == nil {
		return nil, nil
	}
	return identityOf(ids, c.Taken), nil
}

// identityOf is the identity whose certificate was chosen.
func identityOf(ids []*identity, chosen *sending.Candidate) *identity {
	return ids[slices.IndexFunc(ids, func(id *identity) bool { return id.certificate != nil && id.certificate.Equal(chosen.Certificate) })]
}

// best is choose for those who only want to know which identity would be taken,
// whatever is known about revocation: when none may be used, the first of them.
func best(ids []*identity, purpose certpath.Purpose, now time.Time) *identity {
	var list []sending.Candidate
	for _, id := range ids {
		list = append(list, sending.Candidate{Certificate: id.certificate, Chain: id.chain})
	}
	if c := (&sending.Rules{Now: now}).Choose(list, purpose); c.Taken != nil {
		return identityOf(ids, c.Taken)
	}
	return ids[0]
}

// warnOfExpiry speaks of one's own certificate while there is time to renew it.
func (a *app) warnOfExpiry(id *identity, from []cert.Address, now time.Time) {
	left := id.certificate.NotAfter.Sub(now)
	if left < 0 || left >= expiryWarning {
		return
	}
	when := "within a day"
	if days := int(left / (24 * time.Hour)); days > 1 {
		when = fmt.Sprintf("in %d days", days)
	}
	a.inform("warning: your certificate for %s expires %s, on %s; after renewing:  smimectl id import NEW.p12",
		verdict.Escape(id.inFrom(from)), when, id.certificate.NotAfter.UTC().Format(time.DateOnly))
}
