package main

import (
	"slices"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/cms"
	"smimectl/internal/verdict"
)

// signers finds who signs: those named with -i, else the identity of From, and
// holds them to the rules of section 7.4 before a key is opened.
func (a *app) signers(o *signOptions, from []cert.Address, compare bool, now time.Time) ([]cms.Signer, []*identity, error) {
	rules, err := a.newSendingRules(&o.trust, o.least, now)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.configKept(&o.trust)
	if err != nil {
		return nil, nil, err
	}
	how, err := o.signing(c)
	if err != nil {
		return nil, nil, err
	}
	rules.code, rules.postQuantum = o.code, how.profile.postQuantum
	ids, err := a.signingIdentities(o, from, rules)
	if err != nil {
		return nil, nil, err
	}
	if err := how.profile.refusesSigners(ids); err != nil {
		return nil, nil, err
	}
	further, err := chainKept(&o.trust)
	if err != nil {
		return nil, nil, err
	}
	var signers []cms.Signer
	for _, id := range ids {
		if compare && !o.anyFrom {
			if err := fromFits(id, from); err != nil {
				return nil, nil, err
			}
		}
		key, err := id.open()
		if err != nil {
			return nil, nil, err
		}
		if err := proveFits(id, key); err != nil {
			return nil, nil, err
		}
		options, err := how.options(id.public)
		if err != nil {
			return nil, nil, err
		}
		if remark := how.profile.remark(id.public); remark != "" {
			a.inform("warning: %s", remark)
		}
		signer := cms.Signer{Certificate: id.certificate, Chain: slices.Concat(id.chain, further), Key: key, Options: options}
		if other, err := a.otherIdentity(o, id, from, rules); err != nil {
			return nil, nil, err
		} else if other != nil {
			signer.Encryption, signer.Chain = other.certificate, append(signer.Chain, other.chain...)
		}
		signers = append(signers, signer)
	}
	return signers, ids, nil
}

func (a *app) signingIdentities(o *signOptions, from []cert.Address, rules *sendingRules) ([]*identity, error) {
	files, err := a.fromFiles(&o.identity)
	if err != nil {
		return nil, err
	}
	who, fromMail := o.identity.whom(), false
	given := len(who)+len(o.identity.keys) > 0
	if !given {
		if c, err := a.configKept(&o.trust); err != nil {
			return nil, err
		} else if c.Identity != "" && a.noneFor(from) {
			who = []string{c.Identity}
		} else if len(from) == 0 {
			return nil, usageErrorf("there is no From to tell who signs").withHint("name the signer:  -i alice@example.org")
		} else {
			who, fromMail = []string{from[0].String()}, true // several in From: the comparison with the certificate refuses them
		}
	}
	var ids []*identity
	for _, person := range people(files) {
		id, err := a.chooseSigner(person, rules)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	for _, w := range who {
		if given && isFile(w) {
			continue
		}
		found, err := o.identity.fromStore(a.env.store(), w)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, a.noIdentity(w, fromMail)
		}
		if err := onePerson(w, found); err != nil {
			return nil, err
		}
		id, err := a.chooseSigner(found, rules)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// chooseSigner takes one of the identities of one person, by the rule of choose.
func (a *app) chooseSigner(ids []*identity, rules *sendingRules) (*identity, error) {
	var list []candidate
	for _, id := range ids {
		if id.certificate == nil {
			return nil, keyErrorf(verdict.CertificateMissing, "no certificate for the key in %s", quoted(id.file)).
				withHint("name the file of the certificate too:  -i CERT.pem --key %s", quoted(id.file))
		}
		list = append(list, candidate{certificate: id.certificate, chain: id.chain, identity: id})
	}
	if rules.postQuantum && slices.ContainsFunc(list, candidate.postQuantum) { // somebody with two kinds of keys
		list = slices.DeleteFunc(list, func(c candidate) bool { return !c.postQuantum() })
	}
	use := rules.signing()
	use.file = ids[0].named
	c := rules.choose(list, use)
	a.explainChoice(ids[0].who(), use, c)
	if c.taken == nil {
		return nil, c.refusal.error(ids[0].who(), use)
	}
	return c.taken.identity, nil
}

// otherIdentity is the one that mail for a signer is to be encrypted to, of those of his
// address, where the certificate he signs with is not made for that: who gets his mail can
// answer it encrypted (RFC 8551, Section 2.5.3). It has the address of From, which is the one that is
// answered, and no address that the signature does not tell of anyway. nil: there is none, or code is signed.
func (a *app) otherIdentity(o *signOptions, signer *identity, from []cert.Address, rules *sendingRules) (*identity, error) {
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
	var list []candidate
	for _, id := range ids {
		if id.certificate != nil && !id.certificate.Equal(signer.certificate) && hasAddressesOf(signer.certificate, id.certificate) &&
			slices.ContainsFunc(answered, func(x cert.Address) bool { return certpath.MatchesAddress(id.certificate, x) }) &&
			certpath.Fits(id.certificate, certpath.PurposeEncrypt) == nil {
			list = append(list, candidate{certificate: id.certificate, chain: id.chain, identity: id})
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	c := rules.choose(list, useCopy)
	a.explainChoice(signer.who(), useCopy, c)
	if c.taken == nil {
		return nil, nil
	}
	return c.taken.identity, nil
}

// noneFor reports whether From does not decide: there is none, or no identity has it.
func (a *app) noneFor(from []cert.Address) bool {
	if len(from) == 0 {
		return true
	}
	found, err := a.env.store().IdentitiesFor(from[0])
	return err == nil && len(found) == 0
}

func (a *app) noIdentity(who string, isFrom bool) error {
	text := "no identity for " + verdict.Escape(who)
	if isFrom {
		text += ", the address in From"
	}
	e := keyErrorf(verdict.KeyMissing, "%s", text).withHint("import yours:  smimectl id import %s", "FILE.p12")
	if ids, err := a.env.store().Identities(); err == nil && len(ids) > 0 {
		i := slices.IndexFunc(ids, func(id *certstore.Identity) bool {
			return signsWith(id.Certificate) && !a.env.now().After(id.Certificate.NotAfter)
		})
		if i >= 0 {
			e.withHint("or sign as one you have:  -i %s --any-from   (receivers will see that From does not match)", a.operandFor(ids[i].Certificate))
		}
	} else {
		e.withHint("or make one to try things out:  smimectl id new %s", quoted(who))
	}
	return e
}

func fromFits(id *identity, from []cert.Address) error {
	if len(from) == 0 {
		return messageErrorf(verdict.FromMissing, "the mail has no From").withHint("add one, or for a bare part:  --entity")
	}
	if len(from) > 1 {
		return messageErrorf(verdict.FromMultiple, "From names %d addresses; one signature cannot vouch for all", len(from)).
			withHint("leave one in From, or sign all the same:  --any-from")
	}
	if certpath.MatchesAddress(id.certificate, from[0]) {
		return nil
	}
	what := "From is " + verdict.Escape(from[0].String())
	if len(id.certificate.Addresses()) == 0 {
		what += ", and the certificate has no address"
	}
	return keyErrorf(verdict.FromMismatch, "will not sign as %s: %s", verdict.Escape(id.who()), what).
		withHint("sign as the sender:  -i %s", quoted(from[0].String())).
		withHint("or all the same:  --any-from   (receivers will see that From does not match)")
}

func proveFits(id *identity, key *algorithm.PrivateKey) error {
	pub, err := id.certificate.PublicKey()
	if err == nil && key.Public.Equal(pub) {
		return nil
	}
	return keyErrorf(verdict.CertificateUnfit, "the key in %s does not fit the certificate of %s", quoted(id.file), verdict.Escape(id.who())).
		withHint("name both files:  -i CERT.pem --key KEY.pem")
}
