package online

import (
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Limits bound what is fetched. Zero values mean the defaults.
type Limits struct {
	Exchange     time.Duration // one exchange, from the name's look-up to the last octet: 10 s
	Total        time.Duration // all exchanges for one message: 30 s
	Exchanges    int           // for one message: 16
	Redirects    int           // of one exchange: 3
	List         int64         // octets of one revocation list: 10 MiB
	Lists        int64         // octets of all lists for one message: 20 MiB
	Certificates int64         // octets of certificates from one address: 1 MiB
	Response     int64         // octets of one OCSP response: 64 KiB
	Stamp        int64         // octets of one answer of a time-stamping authority: 256 KiB
}

func (l Limits) withDefaults() Limits {
	set := func(n *int64, value int64) {
		if *n <= 0 {
			*n = value
		}
	}
	if l.Exchange <= 0 {
		l.Exchange = 10 * time.Second
	}
	if l.Total <= 0 {
		l.Total = 30 * time.Second
	}
	if l.Exchanges <= 0 {
		l.Exchanges = 16
	}
	if l.Redirects <= 0 {
		l.Redirects = 3
	}
	set(&l.List, 10<<20)
	set(&l.Lists, 20<<20)
	set(&l.Certificates, 1<<20)
	set(&l.Response, 64<<10)
	set(&l.Stamp, 256<<10)
	return l
}

// Options are what a Client is made with.
type Options struct {
	// Proxy gives the proxy for an address, nil for none; a nil function means
	// that there are no proxies. The rule of addresses (see Client) holds for what
	// the client itself connects to; behind a proxy only addresses that stand in
	// the URL as numbers, and names of this machine, can be refused.
	Proxy func(*url.URL) (*url.URL, error)
	// Now is the time at which an OCSP response that does not say how long it
	// holds has to be fresh.
	Now    func() time.Time
	Limits Limits
}

// Client fetches, and keeps what it has fetched: an address is asked once in
// the life of a Client, whatever the outcome. It may be used from several
// goroutines.
//
// Which machines are called is ruled by who wrote the address. Of a certificate
// that leads to nobody nothing is known, and a certificate below a public root
// can be bought: only public addresses are called for these, looked at when the
// connection is made, so that no name can lead elsewhere. What stands below one of
// the user's own anchors was written by a CA the user chose, which may have its
// lists on a private network or on this machine. Link-local addresses, where
// clouds keep their secrets, are never called.
type Client struct {
	limits Limits
	proxy  func(*url.URL) (*url.URL, error)
	now    func() time.Time
	own    http.RoundTripper // below anchors of the user
	public http.RoundTripper // everything else

	mu   sync.Mutex
	kept map[string]kept
	held int64            // octets of lists in kept
	dead map[string]error // machines that do not answer
}

// kept is what came of an address.
type kept struct {
	value any
	size  int64
	err   error
}

// New makes a Client. Nothing is connected.
func New(opt Options) *Client {
	if opt.Proxy == nil {
		opt.Proxy = func(*url.URL) (*url.URL, error) { return nil, nil }
	}
	c := &Client{limits: opt.Limits.withDefaults(), proxy: opt.Proxy, now: opt.Now, kept: map[string]kept{}, dead: map[string]error{}}
	c.own = newGate(ownAddress, opt.Proxy)
	c.public = newGate(publicAddress, opt.Proxy)
	return c
}

// keep remembers what came of an address. Lists are kept as long as there are
// not too many of them.
func (c *Client) keep(key string, k kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held+k.size > c.limits.List {
		for name, old := range c.kept {
			if old.size > 0 {
				delete(c.kept, name)
			}
		}
		c.held = 0
	}
	c.kept[key] = k
	c.held += k.size
}

// silence remembers that a machine does not answer, and silent why: it is not
// waited for again, for the next address or the next message.
func (c *Client) silence(machine string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead[machine] = err
}

func (c *Client) silent(machine string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead[machine]
}

func (c *Client) known(key string) (kept, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	return k, ok
}

// Session is a new Session of the client.
func (c *Client) Session() *Session {
	return &Session{client: c, left: c.limits.Total, exchanges: c.limits.Exchanges, octets: c.limits.Lists, told: map[string]bool{}}
}
