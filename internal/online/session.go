package online

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/certpath"
)

// maxAddresses is how many addresses of one purpose are tried for one
// certificate. Certificates have one or two.
const maxAddresses = 4

// large is how many octets of a list are worth tidying up after.
const large = 1 << 20

// maxTrouble is how many failures are told one by one.
const maxTrouble = 8

// Session fetches for one message, within the limits for one, and remembers
// what could not be fetched. It is a certpath.Fetcher, for one goroutine.
type Session struct {
	client    *Client
	left      time.Duration
	exchanges int
	octets    int64 // of lists
	told      map[string]bool
	trouble   []string
	more      int
}

var _ certpath.Fetcher = (*Session)(nil)

// Trouble returns what could not be fetched since it was last asked, and why:
// one sentence each. They hold octets that senders and servers chose.
func (s *Session) Trouble() []string {
	out := s.trouble
	if s.more > 0 {
		out = append(out, fmt.Sprintf("%d more addresses brought nothing", s.more))
	}
	s.trouble, s.more = nil, 0
	clear(s.told)
	return out
}

func (s *Session) tell(what, address string, err error) {
	text := fmt.Sprintf("%s %s: %s", what, shown(address), err)
	switch {
	case s.told[text]:
		return
	case len(s.trouble) < maxTrouble:
		s.trouble = append(s.trouble, text)
	default:
		s.more++
	}
	s.told[text] = true
}

// fetch gets what stands at an address, from memory if it was asked before, and
// reads it. size is what the value holds in memory when it is a list.
func (s *Session) fetch(key string, r request, read func([]byte) (value any, size int64, err error)) (any, error) {
	key = fmt.Sprintf("%s %t %s", key, r.own, r.address)
	if k, ok := s.client.known(key); ok {
		return k.value, k.err
	}
	switch {
	case s.exchanges <= 0:
		return nil, &refusedError{fmt.Sprintf("not fetched, %d addresses were asked already", s.client.limits.Exchanges)}
	case s.left <= 0:
		return nil, &refusedError{fmt.Sprintf("not fetched, the %s for all addresses are over", s.client.limits.Total)}
	case r.max <= 0:
		return nil, &refusedError{"not fetched, the lists have too many octets already"}
	}
	begin := time.Now()
	data, err := s.client.exchange(r, min(s.left, s.client.limits.Exchange))
	var silent *silentError
	if !Refused(err) && !errors.As(err, &silent) {
		s.exchanges--
	}
	s.left -= time.Since(begin)
	k := kept{err: err}
	if err == nil {
		k.value, k.size, k.err = read(data)
	}
	if !cutShort(r, err) {
		s.client.keep(key, k)
	}
	if data = nil; k.size > large {
		debug.FreeOSMemory() // what was needed to read it, before the next one comes
	}
	return k.value, k.err
}

// cutShort reports whether an exchange failed because one message had used up its time or its octets. That says
// nothing of the address: kept, it would let one mail decide what is known of the certificates of the next.
func cutShort(r request, err error) bool {
	var short *shortError
	var size *sizeError
	return errors.As(err, &short) || r.short && errors.As(err, &size)
}

// Issuers fetches the certificates that the authority information access of c
// names. Whoever made c is not known: only public addresses are called.
func (s *Session) Issuers(c *cert.Certificate) []*cert.Certificate {
	return s.issuers("the issuer's certificate at", c.InfoAccess().Issuers)
}

func (s *Session) issuers(what string, addresses []string) []*cert.Certificate {
	for _, address := range addresses[:min(len(addresses), maxAddresses)] {
		r := request{address: address, accept: "application/pkix-cert, application/pkcs7-mime", max: s.client.limits.Certificates}
		value, err := s.fetch("certificates", r, func(data []byte) (any, int64, error) {
			list, err := readCertificates(data)
			return list, 0, err
		})
		if err != nil {
			s.tell(what, address, err)
			continue
		}
		return value.([]*cert.Certificate)
	}
	return nil
}

// Lists fetches the revocation lists of the distribution points of c, the delta
// lists to them, and the certificates of their issuers where these are others
// than that of c.
func (s *Session) Lists(c *cert.Certificate, anchor *certpath.Anchor) ([]certpath.List, []*cert.Certificate) {
	points, _ := c.DistributionPoints()
	own := ofUser(anchor)
	lists := s.points(points, own)
	points = c.FreshestCRL()
	var issuers []*cert.Certificate
	for _, l := range lists {
		points = append(points, l.CRL.FreshestCRL()...)
		if !l.CRL.Issuer.Equal(c.Issuer) {
			issuers = append(issuers, s.issuers("the certificate of a list's issuer at", l.CRL.InfoAccess().Issuers)...)
		}
	}
	return append(lists, s.points(points, own)...), issuers
}

// points fetches a list for each point that has an address: the first that
// there is.
func (s *Session) points(points []cert.DistributionPoint, own bool) []certpath.List {
	var out []certpath.List
	for _, p := range points[:min(len(points), maxAddresses)] {
		addresses := p.Name.URIs()
		for _, address := range addresses[:min(len(addresses), maxAddresses)] {
			l, err := s.List(address, own)
			if err != nil {
				s.tell("the revocation list at", address, err)
				continue
			}
			out = append(out, certpath.List{CRL: l, Source: certpath.SourceOnline})
			break
		}
	}
	return out
}

// List fetches one revocation list. own says that the address was written below
// one of the user's own anchors. Nothing of the list is checked.
func (s *Session) List(address string, own bool) (*cert.CRL, error) {
	r := request{address: address, accept: "application/pkix-crl", max: min(s.client.limits.List, s.octets), short: s.octets < s.client.limits.List, own: own}
	value, err := s.fetch("list", r, func(data []byte) (any, int64, error) {
		l, err := readList(data)
		return l, int64(len(data)), err
	})
	if err != nil {
		return nil, err
	}
	l := value.(*cert.CRL)
	s.octets -= int64(len(l.Raw))
	return l, nil
}

// ofUser reports whether an anchor is one that the user named.
func ofUser(anchor *certpath.Anchor) bool {
	return anchor != nil && (anchor.Kind == "own" || anchor.Kind == "file")
}
