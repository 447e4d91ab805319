package main

import (
	"slices"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/cms"
	"smimectl/internal/sending"
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
	rules.PostQuantum = how.profile.PostQuantum
	ids, err := a.signingIdentities(o, from, rules)
	if err != nil {
		return nil, nil, err
	}
	if err := refusesSigners(how.profile, ids); err != nil {
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
		if remark := signerRemark(how.profile, id.public); remark != "" {
			a.inform("warning: %s", remark)
		}
		chain, err := a.sendingChain(&o.trust, id, further)
		if err != nil {
			return nil, nil, err
		}
		signer := cms.Signer{Certificate: id.certificate, Chain: chain, Key: key, Options: options}
		if other, err := a.otherIdentity(o, id, from, rules); err != nil {
			return nil, nil, err
		} else if other != nil {
			signer.Encryption, signer.Chain = other.certificate, append(signer.Chain, other.chain...)
		}
		signers = append(signers, signer)
	}
	return signers, ids, nil
}

func (a *app) signingIdentities(o *signOptions, from []cert.Address, rules *sending.Rules) ([]*identity, error) {
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
	store := a.env.store()
	for _, person := range people(files) {
		id, err := a.chooseSigner(o, person, rules)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	for _, w := range who {
		if given && isFile(w) {
			continue
		}
		found, err := o.identity.fromStore(store, w)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, a.noIdentity(w, fromMail)
		}
		if err := onePerson(w, found); err != nil {
			return nil, err
		}
		id, err := a.chooseSigner(o, found, rules)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	a.reportProblems(store) // one that is damaged may be the one that should sign
	return ids, nil
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
	store := a.env.store()
	ids, err := store.Identities()
	e := keyErrorf(verdict.KeyMissing, "%s", text).withDamage(store).withHint("import yours:  smimectl id import %s", "FILE.p12")
	if err == nil && len(ids) > 0 {
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
