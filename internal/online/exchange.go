package online

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// refusedError is why something is not fetched by choice.
type refusedError struct{ reason string }

func (e *refusedError) Error() string { return e.reason }

// silentError is why a machine is not called again.
type silentError struct{ error }

// Refused reports whether an address is not called at all, so that trying again
// later is no use.
func Refused(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused)
}

// shortError is an answer that did not come within what was left of a message's time.
type shortError struct{ error }

// gate lets only such requests out as may be made: it sees those of redirects
// too, and the addresses that names resolve to.
type gate struct {
	may     rule
	proxy   func(*url.URL) (*url.URL, error)
	direct  *http.Transport
	proxied *http.Transport
}

func newGate(may rule, proxy func(*url.URL) (*url.URL, error)) *gate {
	transport := func(control func(network, address string, c syscall.RawConn) error) *http.Transport {
		protocols := new(http.Protocols)
		protocols.SetHTTP1(true)
		return &http.Transport{
			DialContext:            (&net.Dialer{Control: control}).DialContext,
			DisableKeepAlives:      true, // a connection belongs to one rule
			DisableCompression:     true, // what is received is what counts
			MaxResponseHeaderBytes: 64 << 10,
			Protocols:              protocols,
		}
	}
	g := &gate{may: may, proxy: proxy}
	g.direct = transport(func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil {
			return &refusedError{"its address cannot be read"}
		}
		if reason := may(a.Addr()); reason != "" {
			return &refusedError{reason}
		}
		return nil
	})
	g.proxied = transport(nil)
	g.proxied.Proxy = func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
	return g
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if reason := checkAddress(r.URL); reason != "" {
		return nil, &refusedError{reason}
	}
	proxy, err := g.proxy(r.URL)
	if err != nil {
		return nil, err
	}
	if proxy == nil {
		return g.direct.RoundTrip(r)
	}
	if reason := checkHost(r.URL.Hostname(), g.may); reason != "" {
		return nil, &refusedError{reason}
	}
	return g.proxied.RoundTrip(r)
}

// request is one exchange to be made.
type request struct {
	address string
	body    []byte // nil: GET
	kind    string // media type of body
	accept  string
	only    bool // the answer has to say that it is what is accepted, and comes from nowhere else
	max     int64
	short   bool // max is what other lists have left
	own     bool // the address was written below an anchor of the user's own
}

// exchange makes one exchange within a time and returns the octets of the answer.
func (c *Client) exchange(r request, within time.Duration) ([]byte, error) {
	if len(r.address) > maxAddress {
		return nil, &refusedError{"not fetched, it is too long"}
	}
	u, err := url.Parse(r.address)
	if err != nil {
		return nil, &refusedError{"not fetched, it is no address"}
	}
	if reason := checkAddress(u); reason != "" {
		return nil, &refusedError{reason}
	}
	machine := fmt.Sprintf("%s %t", u.Host, r.own)
	if err := c.silent(machine); err != nil {
		return nil, &silentError{err}
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	method, body := http.MethodGet, io.Reader(nil)
	if r.body != nil {
		method, body = http.MethodPost, bytes.NewReader(r.body)
	}
	q, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, &refusedError{"not fetched, it is no address"}
	}
	q.Header.Set("User-Agent", "smimectl")
	q.Header.Set("Accept", r.accept)
	if r.body != nil {
		q.Header.Set("Content-Type", r.kind)
	}
	redirected := false // what went wrong then is another machine's
	client := &http.Client{Transport: c.public, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		redirected = true
		if r.only {
			return &refusedError{"it leads elsewhere, to " + shown(next.URL.String())}
		}
		if len(via) > c.limits.Redirects {
			return &refusedError{fmt.Sprintf("more than %d redirects", c.limits.Redirects)}
		}
		next.Header.Del("Referer")
		if reason := checkAddress(next.URL); reason != "" {
			return &refusedError{"it leads to " + shown(next.URL.String()) + ": " + reason}
		}
		return nil
	}}
	if r.own {
		client.Transport = c.own
	}
	answer, err := client.Do(q)
	failed := func(err error) ([]byte, error) {
		if !redirected && (within >= c.limits.Exchange || !isTimeout(err)) {
			c.silence(machine, worded(err, within))
		}
		if isTimeout(err) && within < c.limits.Exchange {
			return nil, &shortError{worded(err, within)}
		}
		return nil, worded(err, within)
	}
	if err != nil {
		return failed(err)
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the server said %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	case answer.Header.Get("Content-Encoding") != "" && !strings.EqualFold(answer.Header.Get("Content-Encoding"), "identity"):
		return nil, errors.New("the answer is compressed, which nobody asked for")
	case r.only && !isMediaType(answer.Header.Get("Content-Type"), r.accept):
		return nil, fmt.Errorf("the answer is not %s, but %q", r.accept, shown(answer.Header.Get("Content-Type")))
	case answer.ContentLength > r.max:
		return nil, &sizeError{r.max}
	}
	data, err := readAll(answer.Body, r.max)
	var large *sizeError
	switch {
	case errors.As(err, &large):
		return nil, err
	case err != nil:
		return failed(err)
	}
	return data, nil
}

// isMediaType reports whether a Content-Type names a media type, whatever its parameters.
func isMediaType(value, want string) bool {
	value, _, _ = strings.Cut(value, ";")
	return strings.EqualFold(strings.TrimSpace(value), want)
}

// sizeError is an answer that is longer than it may be.
type sizeError struct{ max int64 }

func (e *sizeError) Error() string {
	if e.max < 1<<20 {
		return fmt.Sprintf("the answer has more than %d KiB", e.max>>10)
	}
	return fmt.Sprintf("the answer has more than %d MiB", e.max>>20)
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// readAll reads up to max octets in pieces, so that growing does not copy what
// was read again and again.
func readAll(r io.Reader, max int64) ([]byte, error) {
	const piece = 256 << 10
	var pieces [][]byte
	p := make([]byte, 0, piece)
	for total := int64(0); ; {
		n, err := r.Read(p[len(p):cap(p)])
		p = p[:len(p)+n]
		if total += int64(n); total > max {
			return nil, &sizeError{max}
		}
		switch {
		case err == io.EOF:
			return bytes.Join(append(pieces, p), nil), nil
		case err != nil:
			return nil, err
		case len(p) == cap(p):
			pieces, p = append(pieces, p), make([]byte, 0, piece)
		}
	}
}

// worded says what went wrong, without what the caller knows already.
func worded(err error, within time.Duration) error {
	var refused *refusedError
	var name *net.DNSError
	var call *url.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case isTimeout(err):
		return fmt.Errorf("no answer within %s", within.Round(time.Second/10))
	case errors.As(err, &name):
		return errors.New("no machine of that name is known")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the connection was refused")
	case errors.As(err, &call):
		return call.Err
	}
	return err
}

// shown shortens an address so that what follows it is still seen.
func shown(address string) string {
	runes := []rune(strings.ToValidUTF8(address, "\uFFFD"))
	if len(runes) > 96 {
		return string(runes[:93]) + "..."
	}
	return string(runes)
}
