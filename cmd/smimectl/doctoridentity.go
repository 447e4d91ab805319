package main

import (
	"errors"
	"strings"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/certstore"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// Hints of several findings.
const (
	renewHint  = "ask your CA to renew, then  smimectl id import NEW.p12  (the old key stays)"
	reissue    = "ask your CA for another one, then  smimectl id import NEW.p12  (the old key stays)"
	importHint = "import it again:  smimectl id import --force FILE.p12"
)

// mailPurposes are the uses of a certificate for mail.
var mailPurposes = []certpath.Purpose{certpath.PurposeSign, certpath.PurposeEncrypt}

// identities looks at all of them.
func (x *examination) identities(list []*certstore.Identity) {
	var open []*certstore.ModeError
	for _, id := range list {
		x.identity(id, list)
		if mode := x.files(id); mode != nil {
			open = append(open, mode)
		}
	}
	x.modes(open)
}

// identity looks at one identity among all of them.
func (x *examination) identity(id *certstore.Identity, all []*certstore.Identity) {
	c, who := id.Certificate, verdict.Escape(id.Who())
	days := int(c.NotAfter.Sub(x.now).Hours() / 24)
	revoked := x.refused(id)
	switch {
	// The old key is kept for old mail: nothing to mend where there is a newer one.
	case x.now.After(c.NotAfter):
		if x.replaced(c, all) {
			x.say("ok", "identity", "%s expired on %s, and a newer one is there; the old key opens old mail", who, c.NotAfter.UTC().Format(time.DateOnly))
		} else {
			x.say("warn", "identity", "%s expired on %s: it opens old mail, and signs no more", who, c.NotAfter.UTC().Format(time.DateOnly)).hint(renewHint)
		}
	case revoked != nil && x.replaced(c, all):
		x.say("ok", "identity", "%s (%s): %s, and another one is there; the old key opens old mail", who, shortFingerprint(c), revoked.Why)
	case revoked != nil:
		x.say("warn", "identity", "%s (%s): %s: it opens old mail, and signs no more", who, shortFingerprint(c), revoked.Why).hint(reissue)
	case x.now.Before(c.NotBefore):
		x.say("warn", "identity", "%s is valid from %s on", who, c.NotBefore.UTC().Format("2006-01-02 15:04:05 UTC")).hint("is this computer's clock right?  date -u")
	case usesOf(c) == "not for mail":
		x.say("warn", "identity", "%s (%s) is not made for mail", who, shortFingerprint(c)).hint("smimectl cert show %s", shortFingerprint(c))
	case days < soonDays && x.replaced(c, all):
		x.say("ok", "identity", "%s expires in %s, and a newer one is there; the old key opens old mail", who, plural(days, "day"))
	case days < soonDays:
		x.say("warn", "identity", "%s expires in %s", who, plural(days, "day")).hint(renewHint)
	default:
		x.say("ok", "identity", "%s %s, %s, %s left", who, usesOf(c), keyTitle(c), plural(days, "day"))
	}
	if signsWith(c) && revoked == nil && !x.now.After(c.NotAfter) && !x.replaced(c, all) && x.a.issuerMissing(c, id.Chain) {
		x.say("warn", "chain", "the certificate of %s, the issuer of %s, is not at hand: who does not have it cannot verify what you sign", verdict.Escape(issuerOf(c)), who).
			hint("get it from your CA, then  smimectl cert import ISSUER.pem")
	}
}

// refused is what is known of the revocation of an identity; nil: nothing.
func (x *examination) refused(id *certstore.Identity) *sending.Refusal {
	guard, err := x.a.newGuard(x.trust, x.now)
	if err != nil {
		return nil // said where the lists are looked at
	}
	purpose := certpath.PurposeSign
	if !signsWith(id.Certificate) {
		purpose = certpath.PurposeEncrypt
	}
	return guard.Refuses(id.Certificate, id.Chain, purpose)
}

// replaced reports whether others do all that an identity does, for all of its
// addresses, now and for some time to come.
func (x *examination) replaced(old *cert.Certificate, all []*certstore.Identity) bool {
	for _, purpose := range mailPurposes {
		if certpath.Fits(old, purpose) != nil {
			continue
		}
		for _, address := range old.Addresses() {
			if !x.served(old, address, purpose, all) {
				return false
			}
		}
	}
	return len(old.Addresses()) > 0
}

// served reports whether one of the identities besides old may be used for an address.
func (x *examination) served(old *cert.Certificate, address cert.Address, purpose certpath.Purpose, all []*certstore.Identity) bool {
	for _, id := range all {
		c := id.Certificate
		if !c.Equal(old) && certpath.MatchesAddress(c, address) && certpath.Fits(c, purpose) == nil &&
			!x.now.Before(c.NotBefore) && x.now.AddDate(0, 0, soonDays).Before(c.NotAfter) && x.refused(id) == nil {
			return true
		}
	}
	return false
}

// files looks at the files of an identity. What others can read is told of all together.
func (x *examination) files(id *certstore.Identity) *certstore.ModeError {
	_, err := id.LooksUsable()
	var mode *certstore.ModeError
	switch {
	case err == nil:
	case errors.As(err, &mode):
		return mode
	case isDamaged(err):
		x.say("fail", "files", "the key of %s is damaged: %s", verdict.Escape(id.Who()), reasonOf(unwrapDamage(err))).hint(importHint)
	default:
		x.say("fail", "files", "the key of %s cannot be used: %s", verdict.Escape(id.Who()), reasonOf(err)).hint(importHint)
	}
	return nil
}

// modes tells of keys and folders of keys that others can read: after a copy or a checkout, which
// keep no modes, that is all of them.
func (x *examination) modes(open []*certstore.ModeError) {
	paths := map[string]bool{}
	for _, mode := range open {
		paths[mode.Path] = true
	}
	switch {
	case len(paths) == 0:
	case len(paths) == 1:
		x.say("fail", "files", "%s can be read by others, so it is not used", quoted(open[0].Path)).hint("chmod %04o %s", open[0].Want.Perm(), quoted(open[0].Path))
	default:
		x.say("fail", "files", "%s and %d more can be read by others, so they are not used", quoted(open[0].Path), len(paths)-1).
			hint("chmod -R go= %s", quoted(x.a.env.store().Roots().Data))
	}
}

// correspondents tells who cannot be encrypted to because time went by: all that is known of them has
// expired, or was revoked.
func (x *examination) correspondents(entries []*certstore.Entry) {
	good := &standing{now: x.now, evidence: x.material.evidence()}
	good.evidence.LookFor(certificatesOf(entries))
	served, first := map[string]bool{}, []string{}
	for _, e := range entries {
		c := e.Certificate
		if certpath.Fits(c, certpath.PurposeEncrypt) != nil {
			continue
		}
		usable := !x.now.After(c.NotAfter) && good.revoked(c) == nil
		for _, address := range c.Addresses() {
			key := strings.ToLower(address.String())
			if _, seen := served[key]; !seen {
				first = append(first, key)
			}
			served[key] = served[key] || usable
		}
	}
	lost := 0
	name := ""
	for _, key := range first {
		if !served[key] {
			if lost++; lost == 1 {
				name = verdict.Escape(key)
			}
		}
	}
	switch {
	case lost == 1:
		x.say("none", "recipients", "what is known of %s has expired or was revoked: nothing can be encrypted for this address", name).hint("smimectl cert list")
	case lost > 1:
		x.say("none", "recipients", "what is known of %s and %d more has expired or was revoked: nothing can be encrypted for these addresses", name, lost-1).hint("smimectl cert list")
	}
}
