package certpath

import (
	"smimectl/internal/cert"
	"smimectl/internal/recent"
)

// Known remembers across requests which keys signed which certificates and lists,
// and what lists say. It may serve several goroutines at once.
//
// It holds nothing but functions of the octets they are about: no time, no
// anchor, no policy goes into an answer, so that none can be given where another
// was asked for. What was looked up counts in the limits of a request like what
// was worked out: whatever came before, the same request has the same result.
type Known struct {
	links      *recent.Answers[[2]string, linkResult] // fingerprints of certificate and issuer
	signatures *recent.Answers[listQuestion, bool]    // by key
	listings   *recent.Answers[listQuestion, cert.Listing]
}

// listQuestion is a list that outlives a request, and a key or a certificate. A
// list does not change once it is read, so that it stands for its octets.
type listQuestion struct {
	list  *cert.CRL
	about string
}

// NewKnown remembers nothing yet.
func NewKnown() *Known {
	return &Known{
		links:      recent.New[[2]string, linkResult](2048),
		signatures: recent.New[listQuestion, bool](1024),
		listings:   recent.New[listQuestion, cert.Listing](8192),
	}
}

// link is checkLink, once for the same octets.
func (k *Known) link(child, parent *cert.Certificate) linkResult {
	find := func() linkResult { return checkLink(child, parent) }
	if k == nil {
		return find()
	}
	return k.links.Of([2]string{child.Fingerprint(), parent.Fingerprint()}, find)
}

// signed finds out by find whether a key, a SubjectPublicKeyInfo, signed a list.
func (k *Known) signed(l *entryList, spki string, find func() bool) bool {
	if k == nil || !l.lasting {
		return find()
	}
	return k.signatures.Of(listQuestion{l.CRL, spki}, find)
}

// listing finds out by find what a list says of a certificate.
func (k *Known) listing(l *entryList, fingerprint string, find func() cert.Listing) cert.Listing {
	if k == nil || !l.lasting {
		return find()
	}
	return k.listings.Of(listQuestion{l.CRL, fingerprint}, find)
}
