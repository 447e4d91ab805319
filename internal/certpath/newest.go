package certpath

import (
	"bytes"
	"time"

	"smimectl/internal/cert"
)

// opinion is what one list, whose signature verifies, says of a certificate.
type opinion struct {
	*entryList
	cert.Listing
	signer *Path  // of who signed it, where that is no certificate of the path
	sure   bool   // its issuer is beyond doubt
	fault  string // why it says of no certificate that it was not revoked
	future bool   // it was issued after the time of the request
	stale  string // why it is not the present list
}

// opinionOf reads what a list says.
func (k *checker) opinionOf(l *entryList, sure bool, c *cert.Certificate) *opinion {
	o := &opinion{entryList: l, Listing: k.evidence.find(l, c), sure: sure}
	at := k.req.At
	switch {
	case len(l.UnknownCritical()) > 0:
		o.fault = "it has the critical extension " + l.UnknownCritical()[0].String() + ", which is not known"
	case len(l.Malformed()) > 0:
		o.fault = "its extension " + l.Malformed()[0].String() + " is malformed"
	case l.IsDelta() && l.Number() == nil: // the other one is malformed when it is missing
		o.fault = "it is a delta list without numbers"
	default:
		o.fault = o.Fault
	}
	switch {
	case l.ThisUpdate.After(at):
		o.future, o.stale = true, "it was issued later, on "+l.ThisUpdate.Format(time.DateOnly)
	case l.NextUpdate.IsZero():
		// RFC 5280, Section 5.1.2.5 requires the field: nobody knows how long
		// such a list holds.
		o.stale = "it does not say when the next one comes"
	case !at.Before(l.NextUpdate):
		o.stale = "it held until " + l.NextUpdate.Format(time.DateOnly)
	}
	return o
}

// usable reports whether the list may say that a certificate was not revoked,
// its age apart.
func (o *opinion) usable() bool { return o.sure && o.fault == "" }

// newerThan reports whether o takes the place of p: it is newer by date and, if
// both have one, not older by number; so it never is newer than itself. Of two lists that contradict each other
// here neither is dropped.
func (o *opinion) newerThan(p *opinion) bool {
	if !o.usable() || o.future || o.ThisUpdate.Before(p.ThisUpdate) {
		return false
	}
	if o.IsDelta() && (p.BaseNumber() == nil || o.BaseNumber().Cmp(p.BaseNumber()) > 0) {
		return false // it does not tell again what changed before its base
	}
	if o.Number() == nil || p.Number() == nil {
		return o.ThisUpdate.After(p.ThisUpdate)
	}
	switch o.Number().Cmp(p.Number()) {
	case 1:
		return true
	case 0:
		return o.ThisUpdate.After(p.ThisUpdate)
	}
	return false
}

// newest drops the lists that one of others takes the place of.
func newest(list []*opinion, others ...[]*opinion) []*opinion {
	var out []*opinion
	for _, p := range list {
		superseded := false
		for _, rest := range append(others, list) {
			for _, o := range rest {
				superseded = superseded || o.newerThan(p)
			}
		}
		if !superseded {
			out = append(out, p)
		}
	}
	return out
}

// updates reports whether the delta list d adds to the complete list l
// (RFC 5280, Sections 5.2.4 and 6.3.3 (c)): same issuer and scope, which both
// have by standing in one scope, same key, and numbers that fit.
func (d *opinion) updates(l *opinion) bool {
	return d.usable() && l.Number() != nil &&
		(d.RawAuthority() == nil) == (l.RawAuthority() == nil) && bytes.Equal(d.RawAuthority(), l.RawAuthority()) &&
		l.Number().Cmp(d.BaseNumber()) >= 0 && l.Number().Cmp(d.Number()) < 0
}
