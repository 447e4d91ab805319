package main

import (
	"errors"
	"fmt"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// expiryWarning is how long before its end one's own certificate is spoken of,
// while there is time to get another one.
const expiryWarning = 14 * 24 * time.Hour

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

// refusal says why a certificate is not used.
type refusal struct {
	why     string // goes behind "will not sign as ...:"
	hints   []string
	look    *cert.Certificate // worth a look
	renew   bool              // another certificate of that person would help
	purpose bool              // it was never made for this
}

// error words the refusal for somebody who is served by no other certificate.
func (r *refusal) error(who string, use sendingUse) *cliError {
	e := keyErrorf(verdict.CertificateUnfit, "will not %s %s: %s", use.doing, verdict.Escape(who), r.why)
	e.hints = append(e.hints, r.hints...)
	switch {
	case r.look == nil:
	case use.file != "":
		e.withHint("look at it:  smimectl inspect %s", quoted(use.file))
	default:
		e.withHint("look at it:  smimectl cert show %s", shortFingerprint(r.look))
	}
	switch {
	case r.purpose && !use.own: // many have one certificate for signing and another for this
		e.withHint("get the one that was made for this:  smimectl cert import FILE")
	case !r.renew:
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

// localPart is what stands before the @, for hints that call people by name.
func localPart(address string) string {
	for i := range address {
		if address[i] == '@' {
			return verdict.Escape(address[:i])
		}
	}
	return verdict.Escape(address)
}

// sendingRules are what every certificate is held to before something is signed
// with it or encrypted to it (P111): the same for both, and whether it comes out
// of the store or out of a file.
type sendingRules struct {
	now   time.Time
	least minValidity
	guard *guard
	code  bool // a commit or a tag is signed: certificates for code will do
	// postQuantum refuses to encrypt to keys that a quantum computer breaks. Of signers
	// one is enough, which is looked at when all are known.
	postQuantum bool
	profileBy   string // how that was asked for: "--profile pq", or the line of config.toml
}

// signing is the use of a signer.
func (r *sendingRules) signing() sendingUse {
	use := useSigner
	if r.code {
		use.purpose = certpath.PurposeCode
	}
	return use
}

// newSendingRules puts together what is at hand about revocation.
func (a *app) newSendingRules(t *trustFlags, least minValidity, now time.Time) (*sendingRules, error) {
	c, err := a.configKept(t)
	if err != nil {
		return nil, err
	}
	least.configure(c)
	guard, err := a.newGuard(t, now)
	if err != nil {
		return nil, err
	}
	return &sendingRules{now: now, least: least, guard: guard}, nil
}

// refuses says what is wrong with a certificate by itself; nil when it may be
// used. Revocation is asked about last, by the guard, because that takes paths.
func (r *sendingRules) refuses(c *cert.Certificate, purpose certpath.Purpose) *refusal {
	key, err := c.PublicKey()
	switch {
	case err != nil:
		return &refusal{why: "its key cannot be read: " + reasonOf(err), renew: true}
	case len(c.Malformed()) > 0:
		return &refusal{why: "the extension " + c.Malformed()[0].String() + " of the certificate is malformed", renew: true}
	}
	if unknown := certpath.UnknownCritical(c); len(unknown) > 0 { // RFC 5280, Section 4.2
		return &refusal{why: "its certificate has the critical extension " + unknown[0].String() + ", which is not known", look: c}
	}
	if ca, _, _ := c.BasicConstraints(); ca { // RFC 8550, Section 4.4.1
		return &refusal{why: "its certificate is that of a CA, which is not for mail", look: c, purpose: true}
	}
	if err := certpath.Fits(c, purpose); err != nil {
		return &refusal{why: detailOf(err), look: c, purpose: true}
	}
	if purpose != certpath.PurposeEncrypt && !key.CanSign {
		return &refusal{why: "nothing can be signed with a key of kind " + key.Title, look: c, purpose: true}
	}
	if key.ReadOnly {
		return &refusal{why: "nothing new is made with a key of kind " + key.Title + ": it is only read", look: c, renew: true}
	}
	switch {
	case !(verdict.Policy{}).AllowsKey(key):
		return &refusal{why: "its key is too weak: " + key.Title, renew: true}
	case r.postQuantum && purpose == certpath.PurposeEncrypt && !key.Strength().PostQuantum:
		return &refusal{why: "a quantum computer breaks its key, " + key.Title + ", and " + r.profileBy + " is asked for", hints: []string{
			"a certificate with an ML-KEM key can be imported beside it:  smimectl cert import FILE",
			"without " + r.profileBy + " the mail is as strong as its weakest recipient"}}
	case r.now.After(c.NotAfter):
		return &refusal{why: "the certificate expired on " + c.NotAfter.UTC().Format(time.DateOnly), renew: true}
	case r.now.Before(c.NotBefore):
		return &refusal{why: "the certificate is valid from " + c.NotBefore.UTC().Format("2006-01-02 15:04:05 UTC"), hints: []string{"is this computer's clock right?  date -u"}}
	case r.least.span > 0 && r.now.Add(r.least.span).After(c.NotAfter):
		return &refusal{why: "the certificate expires on " + c.NotAfter.UTC().Format(time.DateOnly) + ", which is sooner than --min-validity " + r.least.text,
			renew: true, hints: []string{"to use it while it lasts:  --min-validity 0"}}
	}
	return nil
}

// detailOf is why a certificate is unfit, for a person.
func detailOf(err error) string {
	if unfit, ok := errors.AsType[*certpath.UnfitError](err); ok {
		return verdict.Escape(unfit.Detail)
	}
	return verdict.Escape(err.Error())
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
