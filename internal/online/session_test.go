package online

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

// certsOnly is a SignedData with certificates and nothing else (RFC 8551, Section 3.8).
func certsOnly(ders ...[]byte) []byte {
	oid := func(b *cryptobyte.Builder, last int) { b.AddASN1ObjectIdentifier([]int{1, 2, 840, 113549, 1, 7, last}) }
	context0 := asn1.Tag(0).ContextSpecific().Constructed()
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		oid(b, 2)
		b.AddASN1(context0, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(1)
				b.AddASN1(asn1.SET, func(*cryptobyte.Builder) {})
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { oid(b, 1) })
				b.AddASN1(context0, func(b *cryptobyte.Builder) {
					for _, der := range ders {
						b.AddBytes(der)
					}
				})
				b.AddASN1(asn1.SET, func(*cryptobyte.Builder) {})
			})
		})
	})
	return b.BytesOrPanic()
}

// nonceOf finds the nonce of a request: its last 32 octets.
func nonceOf(t *testing.T, r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) < cert.OCSPNonceSize {
		t.Errorf("request: %v", err)
		return nil
	}
	return body[len(body)-cert.OCSPNonceSize:]
}

// TestResponses: what belongs to the question, and what does not.
func TestResponses(t *testing.T) {
	t.Parallel()
	ca := newCA()
	issuer := parsed(t, ca)
	answered := func(change func(x *certtest.OCSPTemplate, c *cert.Certificate, nonce []byte)) func(c *cert.Certificate, nonce []byte) []byte {
		return func(c *cert.Certificate, nonce []byte) []byte {
			x := certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: c.Serial}}}
			change(&x, c, nonce)
			return certtest.OCSP(x, ca)
		}
	}
	ours := func(x *certtest.OCSPTemplate, _ *cert.Certificate, nonce []byte) {
		x.Extensions = []certtest.Extension{certtest.Nonce(nonce)}
	}
	for _, c := range []struct {
		name   string
		answer func(c *cert.Certificate, nonce []byte) []byte
		want   string
	}{
		{"with our nonce", answered(ours), ""},
		{"without a nonce, current", answered(func(*certtest.OCSPTemplate, *cert.Certificate, []byte) {}), ""},
		{"without a nonce, no nextUpdate, fresh", answered(func(x *certtest.OCSPTemplate, _ *cert.Certificate, _ []byte) {
			x.Answers[0].NoNext, x.Answers[0].ThisUpdate = true, certtest.Now().Add(-time.Minute)
		}), ""},
		{"without a nonce, no nextUpdate, old", answered(func(x *certtest.OCSPTemplate, _ *cert.Certificate, _ []byte) {
			x.Answers[0].NoNext, x.Answers[0].ThisUpdate = true, certtest.Now().Add(-2*time.Hour)
		}), "its answer is old"},
		{"with our nonce, no nextUpdate, old", answered(func(x *certtest.OCSPTemplate, c *cert.Certificate, nonce []byte) {
			ours(x, c, nonce)
			x.Answers[0].NoNext, x.Answers[0].ThisUpdate = true, certtest.Now().Add(-2*time.Hour)
		}), ""},
		{"another nonce", answered(func(x *certtest.OCSPTemplate, _ *cert.Certificate, nonce []byte) {
			nonce[0] ^= 1
			x.Extensions = []certtest.Extension{certtest.Nonce(nonce)}
		}), "answers to another question (nonce)"},
		{"about another certificate", answered(func(x *certtest.OCSPTemplate, c *cert.Certificate, nonce []byte) {
			ours(x, c, nonce)
			x.Answers[0].Serial = []byte{1, 2, 3}
		}), "about another certificate"},
		{"about one of another CA", answered(func(x *certtest.OCSPTemplate, c *cert.Certificate, nonce []byte) {
			ours(x, c, nonce)
			x.Answers[0].KeyOf = certtest.NewKey("p256")
		}), "about another certificate"},
		{"about nothing", answered(func(x *certtest.OCSPTemplate, _ *cert.Certificate, _ []byte) { x.Answers = nil }), "about another certificate"},
		{"unauthorized", func(*cert.Certificate, []byte) []byte { return []byte{0x30, 3, 10, 1, 6} }, "unauthorized"},
		{"HTML", func(*cert.Certificate, []byte) []byte { return []byte("<html>") }, "it is no OCSP response"},
		{"too large", func(*cert.Certificate, []byte) []byte { return make([]byte, 65<<10) }, "more than 64 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var leaf *cert.Certificate
			s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/ocsp-request" {
					t.Errorf("%s %s", r.Method, r.Header.Get("Content-Type"))
				}
				w.Write(c.answer(leaf, nonceOf(t, r)))
			})
			leaf = issue(t, ca, certtest.InfoAccess([]string{s.URL}, nil))
			session := newClient(nil).Session()
			got := session.Responses(leaf, issuer, ofOwn)
			told(t, session, c.want)
			if (len(got) == 1) != (c.want == "") || s.hits.Load() != 1 {
				t.Errorf("got %d responses, %d requests", len(got), s.hits.Load())
			}
			if len(got) == 1 && got[0].Source != "online" {
				t.Errorf("source %q", got[0].Source)
			}
		})
	}
}

// TestNonces: no two requests have the same.
func TestNonces(t *testing.T) {
	t.Parallel()
	ca := newCA()
	seen := map[string]bool{}
	s := newServer(t, func(_ http.ResponseWriter, r *http.Request) { seen[string(nonceOf(t, r))] = true })
	for range 3 {
		newClient(nil).Session().Responses(issue(t, ca, certtest.InfoAccess([]string{s.URL}, nil)), parsed(t, ca), ofOwn)
	}
	if len(seen) != 3 {
		t.Errorf("%d nonces", len(seen))
	}
}

// TestNextResponder: one that does not know the certificate is not the last.
func TestNextResponder(t *testing.T) {
	t.Parallel()
	ca := newCA()
	var leaf *cert.Certificate
	answer := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Write(certtest.OCSP(certtest.OCSPTemplate{Answers: []certtest.Answer{{Serial: leaf.Serial, Status: status}}}, ca))
		}
	}
	unknown, good, last := newServer(t, answer(2)), newServer(t, answer(0)), newServer(t, answer(0))
	leaf = issue(t, ca, certtest.InfoAccess([]string{unknown.URL, good.URL, last.URL}, nil))
	got := newClient(nil).Session().Responses(leaf, parsed(t, ca), ofOwn)
	if len(got) != 2 || unknown.hits.Load() != 1 || good.hits.Load() != 1 || last.hits.Load() != 0 {
		t.Errorf("got %d responses", len(got))
	}
}

// TestOnce: an address is asked once in the life of a client, and a machine that
// does not answer is waited for once.
func TestOnce(t *testing.T) {
	t.Parallel()
	ca := newCA()
	good := newServer(t, serve(certtest.List(certtest.ListTemplate{}, ca)))
	missing := newServer(t, http.NotFound)
	mute := newServer(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	client := newClient(func(o *Options) { o.Limits.Exchange = 300 * time.Millisecond })
	for i := range 3 {
		session := client.Session()
		if got, _ := session.Lists(issue(t, ca, pointAt(good.URL)), ofOwn); len(got) != 1 {
			t.Errorf("got %v", got)
		}
		told(t, session, "")
		session.Lists(issue(t, ca, pointAt(missing.URL)), ofOwn)
		told(t, session, "404")
		session.Lists(issue(t, ca, pointAt(fmt.Sprintf("%s/%d", mute.URL, i))), ofOwn)
		told(t, session, "no answer within")
	}
	if good.hits.Load() != 1 || missing.hits.Load() != 1 || mute.hits.Load() != 1 {
		t.Errorf("%d, %d and %d requests", good.hits.Load(), missing.hits.Load(), mute.hits.Load())
	}
}

// TestLimitsOfOneMessage: a message that names very many addresses.
func TestLimitsOfOneMessage(t *testing.T) {
	t.Parallel()
	ca := newCA()
	list := certtest.List(certtest.ListTemplate{}, ca)
	large := certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{{OID: "1.2.3", Value: make([]byte, 900<<10)}}}, ca)
	crowd := func(t *testing.T, s *server, session *Session) (lists int) {
		for i := range 250 {
			var points []certtest.Point
			for k := range 4 {
				points = append(points, certtest.Point{Full: [][]byte{certtest.URI(fmt.Sprintf("%s/%d/%d", s.URL, i, k))}})
			}
			got, _ := session.Lists(issue(t, ca, certtest.DistributionPoints(points...)), ofOwn)
			lists += len(got)
		}
		return lists
	}
	check := func(t *testing.T, s *server, session *Session, requests int64, lists, got int, want string) {
		t.Helper()
		trouble := session.Trouble()
		if s.hits.Load() != requests || got != lists || len(trouble) != maxTrouble+1 || !strings.Contains(strings.Join(trouble, "\n"), want) {
			t.Errorf("%d requests, %d lists, told %q", s.hits.Load(), got, trouble)
		}
	}
	t.Run("addresses", func(t *testing.T) {
		t.Parallel()
		s, session := newServer(t, serve(list)), newClient(nil).Session()
		check(t, s, session, 16, 16, crowd(t, s, session), "16 addresses were asked already")
	})
	t.Run("octets", func(t *testing.T) {
		t.Parallel()
		s, session := newServer(t, serve(large)), newClient(nil).Session()
		n := crowd(t, s, session)
		if s.hits.Load() > 16 || n != 2 {
			t.Errorf("%d requests, %d lists", s.hits.Load(), n)
		}
	})
	t.Run("time", func(t *testing.T) {
		t.Parallel()
		s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { time.Sleep(900 * time.Millisecond); w.Write(list) })
		session := newClient(func(o *Options) { o.Limits.Total = 3 * time.Second }).Session()
		begin := time.Now()
		n := crowd(t, s, session)
		if took := time.Since(begin); n > 4 || n < 1 || s.hits.Load() > 4 || took > 30*time.Second {
			t.Errorf("%d requests, %d lists in %s", s.hits.Load(), n, took)
		}
		if text := strings.Join(session.Trouble(), "\n"); !strings.Contains(text, "are over") {
			t.Error(text)
		}
	})
	t.Run("addresses of one certificate", func(t *testing.T) {
		t.Parallel()
		s := newServer(t, http.NotFound)
		var names []string
		for i := range 64 {
			names = append(names, fmt.Sprintf("%s/%d", s.URL, i))
		}
		c, session := issue(t, ca, pointAt(names...), certtest.InfoAccess(names[:32], nil)), newClient(nil).Session()
		session.Lists(c, ofOwn)
		session.Responses(c, parsed(t, ca), ofOwn)
		if s.hits.Load() != 2*maxAddresses {
			t.Errorf("%d requests", s.hits.Load())
		}
	})
}

// TestDeltaLists: what the certificate and its list name as freshest.
func TestDeltaLists(t *testing.T) {
	t.Parallel()
	ca := newCA()
	base := ""
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		x := certtest.ListTemplate{Extensions: []certtest.Extension{certtest.Number(5)}}
		switch r.URL.Path {
		case "/full":
			x.Extensions = append(x.Extensions, certtest.FreshestCRL(certtest.Point{Full: [][]byte{certtest.URI(base + "/delta1")}}))
		default:
			x.Extensions = append(x.Extensions, certtest.DeltaTo(int64(r.URL.Path[6]-'0')))
		}
		w.Write(certtest.List(x, ca))
	})
	base = s.URL
	c := issue(t, ca, pointAt(base+"/full"), certtest.FreshestCRL(certtest.Point{Full: [][]byte{certtest.URI(base + "/delta2")}}))
	got, _ := newClient(nil).Session().Lists(c, ofOwn)
	if len(got) != 3 || got[0].CRL.IsDelta() || !got[1].CRL.IsDelta() || !got[2].CRL.IsDelta() {
		t.Errorf("got %d lists", len(got))
	}
}

// TestIssuerOfList: a list of somebody else brings his certificate.
func TestIssuerOfList(t *testing.T) {
	t.Parallel()
	ca, other := newCA(), certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Lists")), Extensions: []certtest.Extension{certtest.KeyUsage(6)}}, newCA())
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/lists.cer" {
			w.Write(other.DER)
			return
		}
		w.Write(certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.InfoAccess(nil, []string{"http://ca.example/lists.cer"})}}, other))
	})
	c := issue(t, ca, certtest.DistributionPoints(certtest.Point{Full: [][]byte{certtest.URI("http://ca.example/crl")}, Issuers: [][]byte{certtest.Directory(other.Name)}}))
	lists, issuers := newClient(through(t, s)).Session().Lists(c, ofOwn)
	if len(lists) != 1 || len(issuers) != 1 || !issuers[0].Equal(parsed(t, other)) {
		t.Errorf("got %v, %v", lists, issuers)
	}
}
