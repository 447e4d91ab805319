package main

import (
	"errors"

	"smimectl/internal/certpath"
	"smimectl/internal/sending"
	"smimectl/internal/verdict"
)

// sendingUse is what a certificate is about to be used for.
type sendingUse struct {
	purpose certpath.Purpose
	doing   string // "sign as", "encrypt for"
	own     bool   // ours: we renew it ourselves
	copied  bool   // for the copy that the sender keeps
	skip    string // the address in To or Cc that brought it in
	file    string // that it comes from; "": the store
}

var (
	useSigner    = sendingUse{purpose: certpath.PurposeSign, doing: "sign as", own: true}
	useRecipient = sendingUse{purpose: certpath.PurposeEncrypt, doing: "encrypt for"}
	useCopy      = sendingUse{purpose: certpath.PurposeEncrypt, doing: "encrypt for", own: true, copied: true}
)

// refusalError says that none of the certificates of somebody may be used.
func refusalError(rules *sending.Rules, c *sending.Choice, who string, use sendingUse) *cliError {
	r := c.Refusal
	e := keyErrorf(verdict.CertificateUnfit, "will not %s %s: %s", use.doing, verdict.Escape(who), r.Why)
	hintGround(e, rules, c, use)
	switch {
	case r.Ground.NeverMeant() && !use.own: // many have one certificate for signing and another for this
		e.withHint("get the one that was made for this:  smimectl cert import FILE")
	case !r.Ground.Renewable():
	case use.doing == useSigner.doing:
		e.withHint("receivers would reject it; after renewing:  smimectl id import NEW.p12")
	case use.own:
		e.withHint("after renewing:  smimectl id import NEW.p12")
	default:
		e.withHint("get the one that takes its place:  smimectl cert import FILE")
	}
	switch {
	case use.copied:
		e.withHint("or send without a copy that you can read:  --no-self")
	case use.skip != "":
		e.withHint("or leave %s out:  --skip %s", localPart(use.skip), quoted(use.skip))
	}
	return e
}

// hintGround says what can be done about the ground itself.
func hintGround(e *cliError, rules *sending.Rules, c *sending.Choice, use sendingUse) {
	switch c.Refusal.Ground {
	case sending.NotPostQuantum:
		e.withHint("a certificate with an ML-KEM key can be imported beside it:  smimectl cert import FILE")
		e.withHint("without %s the mail is as strong as its weakest recipient", rules.ByPostQuantum)
	case sending.NotYetValid:
		e.withHint("is this computer's clock right?  date -u")
	case sending.ExpiresSoon:
		e.withHint("to use it while it lasts:  --min-validity 0")
	case sending.RevocationUnknown:
		e.withHint("give what tells it:  --crl FILE or --ocsp FILE").withHint("or leave out --require-revocation")
	case sending.RevocationUnread:
		if unread, ok := errors.AsType[*cliError](c.Refusal.Err); ok {
			e.hints = append(e.hints, unread.hints...)
		}
	case sending.UnknownCritical, sending.Authority, sending.OtherPurpose, sending.ReadOnlyKey: // worth a look
		if use.file != "" {
			e.withHint("look at it:  smimectl inspect %s", quoted(use.file))
		} else {
			e.withHint("look at it:  smimectl cert show %s", shortFingerprint(c.Refused))
		}
	}
}

// localPart is what stands before the @, for hints that call people by name.
func localPart(address string) string {
	for i := range address {
		if address[i] == '@' {
			return verdict.Escape(address[:i])
		}
	}
	return verdict.Escape(address)
}
