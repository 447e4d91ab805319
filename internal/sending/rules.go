// Package sending judges before something is sent: which certificates may be
// signed with and encrypted to, which of several serves a person, and which
// cipher everybody reads. What came in is judged by internal/verdict.
package sending

import (
	"errors"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
	"smimectl/internal/verdict"
)

// Rules are what every certificate is held to before something is signed with it
// or encrypted to it (P111): the same for both, and whether it comes out of the
// store or out of a file.
type Rules struct {
	Now time.Time
	// Least is how long a certificate must still be valid; ByLeast is how that was
	// asked for, for people.
	Least   time.Duration
	ByLeast string
	// PostQuantum refuses to encrypt to keys that a quantum computer breaks, and
	// ByPostQuantum is how that was asked for. Of signers one with such a key is enough,
	// which is looked at when all are known.
	PostQuantum   bool
	ByPostQuantum string
	// Guard knows of revocations; nil: nobody does.
	Guard *Guard
}

// Refuses says what is wrong with a certificate by itself; nil when it may be
// used. Revocation is asked about last, by the Guard, because that takes paths.
func (r *Rules) Refuses(c *cert.Certificate, purpose certpath.Purpose) *Refusal {
	key, err := c.PublicKey()
	switch {
	case err != nil:
		return refuse(UnreadableKey, "its key cannot be read: "+wordsOf(err))
	case len(c.Malformed()) > 0:
		return refuse(MalformedExtension, "the extension "+c.Malformed()[0].String()+" of the certificate is malformed")
	}
	if unknown := certpath.UnknownCritical(c); len(unknown) > 0 { // RFC 5280, Section 4.2
		return refuse(UnknownCritical, "its certificate has the critical extension "+unknown[0].String()+", which is not known")
	}
	if ca, _, _ := c.BasicConstraints(); ca { // RFC 8550, Section 4.4.1
		return refuse(Authority, "its certificate is that of a CA, which is not for mail")
	}
	if err := certpath.Fits(c, purpose); err != nil {
		return refuse(OtherPurpose, Unfit(err))
	}
	if purpose != certpath.PurposeEncrypt && !key.CanSign {
		return refuse(OtherPurpose, "nothing can be signed with a key of kind "+key.Title)
	}
	switch {
	case key.ReadOnly:
		return refuse(ReadOnlyKey, "nothing new is made with a key of kind "+key.Title+": it is only read")
	case !(verdict.Policy{}).AllowsKey(key):
		return refuse(WeakKey, "its key is too weak: "+key.Title)
	case r.PostQuantum && purpose == certpath.PurposeEncrypt && !key.Strength().PostQuantum:
		return refuse(NotPostQuantum, "a quantum computer breaks its key, "+key.Title+", and "+r.ByPostQuantum+" is asked for")
	case r.Now.After(c.NotAfter):
		return refuse(Expired, "the certificate expired on "+day(c.NotAfter))
	case r.Now.Before(c.NotBefore):
		return refuse(NotYetValid, "the certificate is valid from "+c.NotBefore.UTC().Format("2006-01-02 15:04:05 UTC"))
	case r.Now.Add(r.Least).After(c.NotAfter):
		return refuse(ExpiresSoon, "the certificate expires on "+day(c.NotAfter)+", which is sooner than "+r.ByLeast)
	}
	return nil
}

// Unfit is why certpath.Fits finds a certificate unfit, for a person.
func Unfit(err error) string {
	if unfit, ok := errors.AsType[*certpath.UnfitError](err); ok {
		return verdict.Escape(unfit.Detail)
	}
	return verdict.Escape(err.Error())
}

func wordsOf(err error) string { return verdict.Escape(verdict.WithoutFloor(err)) }

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
