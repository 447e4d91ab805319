package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/outfile"
)

// onlineWorld is a folder with a root, a CA and Alice, whose certificates say
// where more is to be had: on http://ca.example, which one server answers for as
// a proxy, and asks itself what it is asked for.
type onlineWorld struct {
	t               *testing.T
	dir             string
	root, ca, alice *certtest.Entity
	bob             *certtest.Entity // encrypts; the CA's certificate is beside his
	server          *httptest.Server

	mu    sync.Mutex
	pages map[string]http.HandlerFunc // by path
	asked []string                    // paths
}

const atCA = "http://ca.example"

func newOnlineWorld(t *testing.T) *onlineWorld {
	t.Helper()
	w := &onlineWorld{t: t, dir: t.TempDir(), pages: map[string]http.HandlerFunc{}}
	w.server = httptest.NewServer(http.HandlerFunc(w.answer))
	t.Cleanup(w.server.Close)
	authority := []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}
	person := []certtest.Extension{certtest.KeyUsage(0, 4), certtest.EKU("1.3.6.1.5.5.7.3.4")}
	at := func(path string) certtest.Extension {
		return certtest.DistributionPoints(certtest.Point{Full: [][]byte{certtest.URI(atCA + path)}})
	}
	w.root = certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Root")), Extensions: authority}, nil)
	w.ca = certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("CA")), Extensions: append(authority[:2:2], at("/root.crl"))}, w.root)
	w.alice = certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Extensions: append(person[:2:2], certtest.SAN(certtest.RFC822("alice@example.org")),
		at("/ca.crl"), certtest.InfoAccess([]string{atCA + "/ocsp"}, []string{atCA + "/ca.cer"}))}, w.ca)
	w.bob = certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Bob")),
		Extensions: append([]certtest.Extension{certtest.KeyUsage(4)}, certtest.SAN(certtest.RFC822("bob@example.org")), at("/ca.crl"))}, w.ca)
	w.write("root.pem", certPEM(w.root))
	w.write("ca.pem", certPEM(w.ca))
	w.write("alice.pem", certPEM(w.alice), keyPEM(t, w.alice))
	w.write("bob.pem", certPEM(w.bob), keyPEM(t, w.bob))
	w.write("draft.eml", []byte("From: Alice <alice@example.org>\nTo: Bob <bob@example.org>\nSubject: test\nDate: Mon, 01 Jun 2026 12:00:00 +0000\n\nplease transfer 100 EUR\n"))
	w.write("signed.eml", []byte(w.must("sign", "-i", w.path("alice.pem"), w.path("draft.eml"))))
	w.page("/ca.cer", w.ca.DER)
	w.page("/root.crl", w.list(w.root))
	w.page("/ca.crl", w.list(w.ca))
	w.respond(func(*certtest.OCSPTemplate) {}, w.ca)
	return w
}

func (w *onlineWorld) answer(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked = append(w.asked, r.URL.Path)
	page := w.pages[r.URL.Path]
	w.mu.Unlock()
	if page == nil {
		http.NotFound(rw, r)
		return
	}
	page(rw, r)
}

func (w *onlineWorld) page(path string, data []byte) {
	w.pages[path] = func(rw http.ResponseWriter, _ *http.Request) { rw.Write(data) }
}

// list is a list of an issuer, with these certificates on it.
func (w *onlineWorld) list(by *certtest.Entity, revoked ...*certtest.Entity) []byte {
	x := certtest.ListTemplate{Extensions: []certtest.Extension{certtest.Number(7)}}
	for _, e := range revoked {
		x.Entries = append(x.Entries, certtest.ListEntry{Serial: w.parse(e).Serial})
	}
	return certtest.List(x, by)
}

// respond makes the responder answer about Alice with the nonce of the question.
func (w *onlineWorld) respond(change func(x *certtest.OCSPTemplate), signer *certtest.Entity) {
	serial := w.parse(w.alice).Serial
	w.pages["/ocsp"] = func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		x := certtest.OCSPTemplate{Answers: []certtest.Answer{{Issuer: w.ca, Serial: serial, Reason: 1}}, Extensions: []certtest.Extension{certtest.Nonce(body[len(body)-32:])}}
		change(&x)
		rw.Write(certtest.OCSP(x, signer))
	}
}

func (w *onlineWorld) parse(e *certtest.Entity) *cert.Certificate {
	w.t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func certPEM(e *certtest.Entity) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.DER})
}

func keyPEM(t *testing.T, e *certtest.Entity) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(e.Key.Signer)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func (w *onlineWorld) path(name string) string { return filepath.Join(w.dir, name) }

func (w *onlineWorld) write(name string, pieces ...[]byte) {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), bytes.Join(pieces, nil), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// run runs a command line in this process, at the time of the world.
func (w *onlineWorld) run(args ...string) ran {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	env := &environment{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: certtest.Now, temporary: &outfile.Temporary{},
		getenv: func(name string) string {
			return map[string]string{"SMIMECTL_HOME": w.path("store"), "LC_ALL": "C.UTF-8", "HTTP_PROXY": w.server.URL, "COLUMNS": "200"}[name]
		},
	}
	w.mu.Lock()
	w.asked = nil
	w.mu.Unlock()
	code := run(env, args)
	return ran{code, stdout.String(), stderr.String()}
}

func (w *onlineWorld) must(args ...string) string {
	w.t.Helper()
	r := w.run(args...)
	if r.code != 0 {
		w.t.Fatalf("smimectl %s: exit %d\n%s", strings.Join(args, " "), r.code, r.stderr)
	}
	return r.stdout
}

// requests are the paths that the last run asked for.
func (w *onlineWorld) requests() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.asked, " ")
}

// judged is what the tests look at in a report.
type judged struct {
	Verdict string
	Reasons []struct{ Code, Level, Text string }
	Layers  []struct {
		Signers []struct {
			Trust      string
			Revocation struct {
				Status string
				Source *string
			}
		}
	}
	Certificates []struct {
		Revocation struct {
			Status string
			Source *string
		}
	}
}

func (w *onlineWorld) report(r ran) judged {
	w.t.Helper()
	var v judged
	if err := json.Unmarshal([]byte(r.stdout), &v); err != nil {
		w.t.Fatalf("no report: %v: %.300q %s", err, r.stdout, r.stderr)
	}
	return v
}

// notes are the texts of what was not fetched.
func (v judged) notes() string {
	var out []string
	for _, r := range v.Reasons {
		if r.Code == "not-fetched" && r.Level == "warn" {
			out = append(out, r.Text)
		}
	}
	return strings.Join(out, "\n")
}
