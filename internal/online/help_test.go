package online

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/certpath"
)

// server is a machine that certificates name, and counts who asks.
type server struct {
	*httptest.Server
	hits atomic.Int64
}

func newServer(t testing.TB, handler http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// serve answers with octets.
func serve(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(data) }
}

var (
	ofOwn    = &certpath.Anchor{Kind: "own"}
	ofPublic = &certpath.Anchor{Kind: "builtin"}
)

// newClient makes a client that does not wait long.
func newClient(change func(*Options)) *Client {
	opt := Options{Now: certtest.Now, Limits: Limits{Exchange: 2 * time.Second, List: 1 << 20, Lists: 2 << 20, Certificates: 64 << 10}}
	if change != nil {
		change(&opt)
	}
	return New(opt)
}

// through sends everything to a server, as a proxy does.
func through(t testing.TB, s *server) func(*Options) {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *Options) { o.Proxy = func(*url.URL) (*url.URL, error) { return u, nil } }
}

func newCA() *certtest.Entity {
	return certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}}, nil)
}

func issue(t testing.TB, ca *certtest.Entity, extensions ...certtest.Extension) *cert.Certificate {
	t.Helper()
	return parsed(t, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Extensions: extensions}, ca))
}

func parsed(t testing.TB, e *certtest.Entity) *cert.Certificate {
	t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func pointAt(uris ...string) certtest.Extension {
	var names [][]byte
	for _, uri := range uris {
		names = append(names, certtest.URI(uri))
	}
	return certtest.DistributionPoints(certtest.Point{Full: names})
}

// told fails unless the troubles are one that says want; none for "".
func told(t *testing.T, s *Session, want string) {
	t.Helper()
	got := s.Trouble()
	if want == "" && len(got) == 0 || want != "" && len(got) == 1 && strings.Contains(got[0], want) {
		return
	}
	t.Errorf("told %q, want %q", got, want)
}
