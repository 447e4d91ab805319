package online

import (
	"bytes"
	"compress/gzip"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
)

// TestLists: what servers send in place of a list.
func TestLists(t *testing.T) {
	t.Parallel()
	ca := newCA()
	list := certtest.List(certtest.ListTemplate{}, ca)
	redirect := func(where string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, where, http.StatusFound) }
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		for range 100 {
			if _, err := w.Write(list[:1]); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		want    string // of the trouble; "" is none, and a list
	}{
		{"good", serve(list), ""},
		{"PEM", serve(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: list})), ""},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/there" {
				redirect("/there")(w, r)
				return
			}
			w.Write(list)
		}, ""},
		{"HTML", serve([]byte("<html>not here</html>")), "it is no revocation list"},
		{"empty", serve(nil), "it is no revocation list"},
		{"a certificate", serve(ca.DER), "it is no revocation list"},
		{"404", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); w.Write(list) }, "the server said 404 Not Found"},
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "500 Internal Server Error"},
		{"a status of its own", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(299) }, "the server said 299"},
		{"part of it", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(list)+1))
			w.Write(list)
		}, "unexpected EOF"},
		{"redirect loop", func(w http.ResponseWriter, r *http.Request) { redirect(r.URL.Path+"x")(w, r) }, "more than 3 redirects"},
		{"redirect to a file", redirect("file:///etc/passwd"), "only http and https"},
		{"redirect to ldap", redirect("ldap://127.0.0.1/cn=x"), "only http and https"},
		{"redirect with a user", redirect("http://a:b@127.0.0.1/"), "user name"},
		{"redirect to link-local", redirect("http://169.254.169.254/latest/meta-data"), "is no address of a server"},
		{"huge by its own account", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1099511627776")
			w.Write(list)
		}, "more than 1 MiB"},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			piece := bytes.Repeat([]byte{0x30}, 64<<10)
			for {
				if _, err := w.Write(piece); err != nil {
					return
				}
			}
		}, "more than 1 MiB"},
		{"drip", drip, "no answer within 2s"},
		{"never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no answer within 2s"},
		{"a bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.CopyN(z, zeros{}, 8<<20)
			z.Close()
		}, "compressed"},
		{"headers without end", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 100 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 4096))
			}
			w.Write(list)
		}, "header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, c.handler)
			session := newClient(nil).Session()
			got, _ := session.Lists(issue(t, ca, pointAt(s.URL+"/crl")), ofOwn)
			told(t, session, c.want)
			if (len(got) == 1) != (c.want == "") {
				t.Errorf("got %d lists", len(got))
			}
			for _, l := range got {
				if l.Source != "online" || !bytes.Equal(l.CRL.Raw, list) {
					t.Errorf("got %+v", l)
				}
			}
			if hits := s.hits.Load(); hits < 1 || hits > 4 {
				t.Errorf("%d requests", hits)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestRequest: nothing is sent that tells who asks.
func TestRequest(t *testing.T) {
	t.Parallel()
	ca := newCA()
	second := ""
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Cookie", "Authorization", "Referer", "Accept-Encoding", "Accept-Language"} {
			if value := r.Header.Get(name); value != "" {
				t.Errorf("%s: %s", name, value)
			}
		}
		if r.URL.Path == "/there" {
			second = r.URL.Path
		}
		w.Header().Set("Set-Cookie", "a=b")
		http.Redirect(w, r, "/there", http.StatusMovedPermanently)
	})
	newClient(nil).Session().Lists(issue(t, ca, pointAt(s.URL+"/crl")), ofOwn)
	if second == "" {
		t.Error("no redirect was followed")
	}
}

// TestNotFetched: addresses that are not called.
func TestNotFetched(t *testing.T) {
	t.Parallel()
	ca := newCA()
	for _, c := range []struct{ name, address, want string }{
		{"ldap", "ldap://ca.example/cn=x?certificateRevocationList", "ldap://ca.example/cn=x?certificateRevocationList: not fetched, only http and https are"},
		{"file", "file:///etc/passwd", "only http and https"},
		{"user", "http://user:pw@127.0.0.1/", "user name"},
		{"no machine", "http:///crl", "no machine"},
		{"no address", "http://%zz/", "no address"},
		{"control characters", "http://127.0.0.1/\n\x1b[2J", "no address"},
		{"long", "http://127.0.0.1/" + strings.Repeat("x", 3000), "too long"},
		{"link-local", "http://169.254.169.254/", "no address of a server"},
		{"unspecified", "http://0.0.0.0/", "no address of a server"},
		{"nobody listens", "http://127.0.0.1:1/", "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			session := newClient(nil).Session()
			if got, _ := session.Lists(issue(t, ca, pointAt(c.address)), ofOwn); got != nil {
				t.Errorf("got %v", got)
			}
			told(t, session, c.want)
		})
	}
	t.Run("ldap and http", func(t *testing.T) {
		t.Parallel()
		s := newServer(t, serve(certtest.List(certtest.ListTemplate{}, ca)))
		session := newClient(nil).Session()
		if got, _ := session.Lists(issue(t, ca, pointAt("ldap://ca.example/cn=x", s.URL)), ofOwn); len(got) != 1 {
			t.Errorf("got %v", got)
		}
	})
}

// TestPrivateAddresses: only a CA of the user's own can name a private address,
// and nobody who is not known.
func TestPrivateAddresses(t *testing.T) {
	t.Parallel()
	ca := newCA()
	here := newServer(t, serve(certtest.List(certtest.ListTemplate{}, ca)))
	c := issue(t, ca, pointAt(here.URL), certtest.InfoAccess([]string{here.URL}, []string{here.URL}))
	const want = "127.0.0.1 is no public address"
	session := newClient(nil).Session()
	session.Lists(c, ofPublic)
	told(t, session, want)
	session.Responses(c, parsed(t, ca), ofPublic)
	told(t, session, want)
	session.Issuers(c)
	told(t, session, want)
	session.Lists(c, nil)
	told(t, session, want)
	if n := here.hits.Load(); n != 0 {
		t.Fatalf("%d requests", n)
	}
	if got, _ := session.Lists(c, ofOwn); len(got) != 1 || here.hits.Load() != 1 {
		t.Errorf("own: got %v, %d requests", got, here.hits.Load())
	}
	// Nor by a redirect, or by a name.
	proxy := newServer(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, here.URL, http.StatusFound) })
	client := newClient(through(t, proxy))
	session = client.Session()
	c = issue(t, ca, certtest.InfoAccess(nil, []string{"http://ca.example/ca.cer", "http://127.0.0.1/", "http://localhost/"}))
	if got := session.Issuers(c); got != nil || here.hits.Load() != 1 || proxy.hits.Load() != 1 {
		t.Errorf("got %v, %d and %d requests", got, here.hits.Load(), proxy.hits.Load())
	}
	for _, text := range session.Trouble() {
		if !strings.Contains(text, want) {
			t.Error(text)
		}
	}
}

// TestIssuers: what addresses of issuers serve.
func TestIssuers(t *testing.T) {
	t.Parallel()
	ca := newCA()
	other := newCA()
	inPEM := func(kind string, ders ...[]byte) (out []byte) {
		for _, der := range ders {
			out = append(out, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
		}
		return out
	}
	many := bytes.Repeat(inPEM("CERTIFICATE", ca.DER), 40)
	for _, c := range []struct {
		name string
		data []byte
		n    int
		want string
	}{
		{"DER", ca.DER, 1, ""}, {"PEM", inPEM("CERTIFICATE", ca.DER, other.DER), 2, ""}, {"PEM, many", many, maxCertificates, ""},
		{"certs-only", certsOnly(ca.DER, other.DER), 2, ""},
		{"certs-only without any", certsOnly(), 0, "no certificate"}, {"HTML", []byte("<html>"), 0, "no certificate"},
		{"PEM of something else", inPEM("PRIVATE KEY", ca.DER), 0, "no certificate"}, {"cut", ca.DER[:100], 0, "no certificate"},
		{"too large", make([]byte, 65<<10), 0, "more than 64 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, serve(c.data))
			session := newClient(through(t, s)).Session()
			got := session.Issuers(issue(t, ca, certtest.InfoAccess(nil, []string{"http://ca.example/ca.cer"})))
			if len(got) != c.n {
				t.Errorf("got %d", len(got))
			}
			told(t, session, c.want)
		})
	}
}

// TestProxies: the variables that everybody knows.
func TestProxies(t *testing.T) {
	t.Parallel()
	env := map[string]string{"HTTP_PROXY": "http://proxy.example:3128", "no_proxy": "inside.example"}
	proxy := Proxies(func(name string) string { return env[name] })
	for address, want := range map[string]string{"http://ca.example/": "http://proxy.example:3128", "http://inside.example/": "", "https://ca.example/": "", "http://127.0.0.1/": ""} {
		got := ""
		u, err := proxy(httptest.NewRequest("GET", address, nil).URL)
		if u != nil {
			got = u.String()
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", address, got, err, want)
		}
	}
}
