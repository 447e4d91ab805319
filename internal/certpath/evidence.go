package certpath

import (
	"smimectl/internal/cert"
)

// Limits of the work with the lists of one Evidence. A path whose lists ask
// for more is refused: a revocation that nobody had the time to read must not
// be taken for none.
const (
	maxListChecks = 256       // signatures of lists checked
	maxListWork   = 512 << 20 // octets of lists digested and searched, names compared
	maxIssuers    = 32        // paths to issuers of lists looked for
	maxIssuerKeys = 16        // certificates of one name whose key may have signed a list
	maxIssuerDeep = 3         // issuers of lists about issuers of lists
)

// nameWork and lookWork are what comparing two names of distribution points,
// and looking at a certificate for its name, count in maxListWork.
const nameWork, lookWork = 1 << 10, 16

// List is a revocation list that was handed in, or the promise of some.
type List struct {
	CRL     *cert.CRL // nil: it is not read before somebody asks for lists of Issuer
	Source  string    // "file", "store", "message": for those who report
	Lasting bool      // it serves further requests, so that what is found out about it is worth remembering

	Issuer cert.Name                   // of what Read gives
	Read   func() ([]*cert.CRL, error) // gives the same at each call; may be nil where there is a CRL
}

// Evidence is a set of revocation lists and of answers of responders, with what
// was found out about them.
// One Evidence may serve several requests, one after the other, and bounds the
// work of all of them; it must not be used by several goroutines at once.
type Evidence struct {
	byIssuer   map[string][]*scope // by of
	promised   map[string][]promise
	failed     error // of a promise
	signatures map[signaturePair]bool
	listings   map[listingPair]cert.Listing
	issuers    map[issuerPair]listSigner
	answers    map[string][]*answer // by serial number
	responders map[responderPair]responder
	checks     int
	paths      int
	work       int
	exhausted  bool
	known      *Known
}

// promise is lists of one issuer that nobody asked for yet.
type promise struct {
	List
	order int
}

// signaturePair is a list and a key.
type signaturePair struct {
	list *entryList
	spki string
}

// listingPair is a list and a certificate.
type listingPair struct {
	list        *entryList
	certificate string
}

// issuerPair is a certificate whose key signed a list, and what it is judged
// by.
type issuerPair struct {
	certificate, anchor string
	at                  int64
}

// scope holds the lists of one issuer with one issuing distribution point:
// they are about the same certificates and reasons.
type scope struct {
	issuer    cert.Name
	point     *cert.IssuingPoint // nil when absent, and when malformed
	names     []cert.GeneralName // of the distribution point in full
	badName   bool               // a relative name that makes no name
	raw       string             // contents of the extension; "absent" is told apart by present
	present   bool
	completes []*entryList
	deltas    []*entryList
}

// entryList is one list.
type entryList struct {
	*cert.CRL
	source  string
	order   int // of handing in
	lasting bool
}

// NewEvidence makes an Evidence of lists. Where two say the same, the source
// of the first is the one that is reported.
func NewEvidence(lists ...List) *Evidence {
	e := &Evidence{
		byIssuer:   map[string][]*scope{},
		promised:   map[string][]promise{},
		signatures: map[signaturePair]bool{},
		listings:   map[listingPair]cert.Listing{},
		issuers:    map[issuerPair]listSigner{},
		answers:    map[string][]*answer{},
		responders: map[responderPair]responder{},
		checks:     maxListChecks,
		paths:      maxIssuers,
		work:       maxListWork,
	}
	for i, l := range lists {
		switch {
		case l.CRL != nil:
			e.of(l.CRL.Issuer.Key()) // what was promised before it comes before it
			e.add(&entryList{CRL: l.CRL, source: l.Source, order: i, lasting: l.Lasting})
		case l.Read != nil:
			key := l.Issuer.Key()
			e.promised[key] = append(e.promised[key], promise{l, i})
		}
	}
	return e
}

// of returns the lists of an issuer, by the key of his name. Those that were promised are read now.
func (e *Evidence) of(key string) []*scope {
	promised := e.promised[key]
	delete(e.promised, key) // adding looks here, too
	for _, p := range promised {
		lists, err := p.Read()
		if e.failed == nil {
			e.failed = err
		}
		for _, l := range lists {
			e.add(&entryList{CRL: l, source: p.Source, order: p.order, lasting: p.Lasting})
		}
	}
	return e.byIssuer[key]
}

// Err tells why a list that was asked for could not be read; nil: all could. What it revokes would be taken for good,
// so that nothing that was found out with this Evidence counts.
func (e *Evidence) Err() error {
	if e == nil {
		return nil
	}
	return e.failed
}

// Issuers returns the names in which the lists were issued, in no order.
func (e *Evidence) Issuers() []cert.Name {
	if e == nil {
		return nil
	}
	var out []cert.Name
	for _, scopes := range e.byIssuer {
		out = append(out, scopes[0].issuer)
	}
	for key, promised := range e.promised {
		if len(e.byIssuer[key]) == 0 {
			out = append(out, promised[0].Issuer)
		}
	}
	return out
}

// Remember has what is found out about lasting lists kept in k. It must not be
// called once the evidence has served a request.
func (e *Evidence) Remember(k *Known) { e.known = k }

// add puts a list into its scope.
func (e *Evidence) add(l *entryList) {
	key := l.Issuer.Key()
	raw := l.RawIssuingPoint()
	var s *scope
	for _, o := range e.byIssuer[key] {
		if o.present == (raw != nil) && o.raw == string(raw) {
			s = o
		}
	}
	if s == nil {
		s = &scope{issuer: l.Issuer, point: l.IssuingPoint(), raw: string(raw), present: raw != nil}
		if s.point != nil {
			var ok bool
			s.names, ok = s.point.Name.Names(l.Issuer)
			s.badName = !ok
		}
		e.byIssuer[key] = append(e.byIssuer[key], s)
	}
	into := &s.completes
	if l.IsDelta() {
		into = &s.deltas
	}
	for _, o := range *into {
		if o.Equal(l.CRL) {
			return
		}
	}
	*into = append(*into, l)
}

// spend reports whether there is work left, and takes it.
func (e *Evidence) spend(n int) bool {
	if e.work < n {
		e.exhausted = true
		return false
	}
	e.work -= n
	return true
}

// signed reports whether the key of a certificate signed the list.
func (e *Evidence) signed(l *entryList, c *cert.Certificate) bool {
	pair := signaturePair{l, string(c.SPKI)}
	if r, ok := e.signatures[pair]; ok {
		return r
	}
	if e.checks == 0 || !e.spend(len(l.RawTBS)) {
		e.exhausted = true
		return false
	}
	e.checks--
	r := e.known.signed(l, pair.spki, func() bool {
		key, err := c.PublicKey()
		return err == nil && l.CheckSignedBy(key) == nil
	})
	e.signatures[pair] = r
	return r
}

// find looks for a certificate on a list.
func (e *Evidence) find(l *entryList, c *cert.Certificate) cert.Listing {
	pair := listingPair{l, c.Fingerprint()}
	if r, ok := e.listings[pair]; ok {
		return r
	}
	if !e.spend(len(l.RawEntries)) {
		return cert.Listing{Fault: "it is too large to be looked through"}
	}
	r := e.known.listing(l, pair.certificate, func() cert.Listing { return l.Find(c.Issuer, c.Serial) })
	e.listings[pair] = r
	return r
}
