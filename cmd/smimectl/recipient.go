package main

import (
	"strings"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/mimewrap"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// names lists recipients for the line on standard error.
func names(recipients []sending.Recipient) string {
	var out []string
	you := false
	for _, r := range recipients {
		if r.Self {
			you = true
			continue
		}
		out = append(out, verdict.Escape(r.Who))
	}
	text := strings.Join(out, ", ")
	switch {
	case you && text == "":
		return "you"
	case you:
		return text + " and you"
	}
	return text
}

// recipients finds a certificate for everybody; one who has none fails the whole
// mail (P106).
func (a *app) recipients(o *encryptOptions, entity *mimewrap.Entity, from []cert.Address, name string, now time.Time) ([]sending.Recipient, error) {
	var wanted []cert.Address
	if entity != nil && !o.entity {
		if err := bccRule(o, entity, name); err != nil {
			return nil, err
		}
		if !o.only {
			var err error
			if wanted, err = addressees(entity); err != nil {
				return nil, err
			}
		}
	}
	skip, err := parseAddresses("--skip", o.skip)
	if err != nil {
		return nil, err
	}
	rules, err := a.newSendingRules(&o.trust, o.signing.least, now)
	if err != nil {
		return nil, err
	}
	rules.PostQuantum = o.profile.PostQuantum
	if rules.ByPostQuantum = "--profile " + o.profile.Name; o.signing.profile == "" {
		rules.ByPostQuantum = "profile = \"" + o.profile.Name + "\" of " + configName
	}
	if !o.only && len(wanted) == 0 && len(o.to) == 0 && !o.shared.given() { // a copy for oneself of what nobody gets
		e := usageErrorf("there is nobody to encrypt for: no To, no Cc, no --to").withHint("--to bob@example.org")
		if len(from) == 1 {
			e.withHint("or to keep it, for yourself alone:  --only --to %s", quoted(from[0].String()))
		}
		return nil, e
	}
	finder := &recipientFinder{a: a, rules: rules, kept: o.trust.kept}
	for _, address := range wanted {
		if !containsAddress(skip, address) {
			use := useRecipient
			use.skip = address.String()
			if err := finder.address(address, use); err != nil {
				return nil, err
			}
		}
	}
	for _, who := range o.to {
		if address, err := cert.ParseAddress(who); err == nil && containsAddress(skip, address) {
			continue
		}
		if err := finder.named(who); err != nil {
			return nil, err
		}
	}
	if !o.noSelf && !o.only {
		if err := finder.self(o, from); err != nil {
			return nil, err
		}
	}
	if err := finder.missing(); err != nil {
		return nil, err
	}
	if len(finder.found) == 0 && !o.shared.given() {
		return nil, usageErrorf("there is nobody to encrypt for: no To, no Cc, no --to").withHint("--to bob@example.org")
	}
	return finder.found, nil
}
