package main

import (
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
)

// TestVerifyOnline: what comes of a mail that carries its signer's certificate
// and nothing else.
func TestVerifyOnline(t *testing.T) {
	t.Parallel()
	answer := func(change func(x *certtest.OCSPTemplate)) func(w *onlineWorld) {
		return func(w *onlineWorld) { w.respond(change, w.ca) }
	}
	gone := func(paths ...string) func(w *onlineWorld) {
		return func(w *onlineWorld) {
			for _, p := range paths {
				delete(w.pages, p)
			}
		}
	}
	const all = "/ca.cer /ocsp /root.crl"
	for _, c := range []struct {
		name    string
		prepare func(w *onlineWorld)
		flags   string
		exit    int
		verdict string
		status  string // of the revocation, and its source
		asked   string
		note    string // in what was not fetched; "" is nothing
	}{
		{"everything comes", nil, "--online", 0, "good", "good ocsp: online", all, ""},
		{"everything comes and is required", nil, "--online --require-revocation", 0, "good", "good ocsp: online", all, ""},
		{"not asked for", nil, "", 1, "untrusted", "not-checked ", "", ""},
		{"not asked for and required", nil, "--require-revocation", 1, "untrusted", "unknown ", "", ""},
		{"revocation is not looked at", nil, "--online --no-revocation", 0, "good", "not-checked ", "/ca.cer", ""},
		{"revoked, says the responder", answer(func(x *certtest.OCSPTemplate) { x.Answers[0].Status = 1 }), "--online", 1, "untrusted", "revoked ocsp: online", "/ca.cer /ocsp", ""},
		{"revoked, says the list", func(w *onlineWorld) { delete(w.pages, "/ocsp"); w.page("/ca.crl", w.list(w.ca, w.alice)) }, "--online", 1, "untrusted", "revoked online", "/ca.cer /ocsp /ca.crl /root.crl", ""},
		{"the CA was revoked", func(w *onlineWorld) { w.page("/root.crl", w.list(w.root, w.ca)) }, "--online", 1, "untrusted", "revoked online", all, ""},
		{"the responder does not know it", answer(func(x *certtest.OCSPTemplate) { x.Answers[0].Status = 2 }), "--online --require-revocation", 0, "good", "good online", "/ca.cer /ocsp /ca.crl /root.crl", ""},
		{"the responder does not answer", gone("/ocsp"), "--online", 0, "good", "good online", "/ca.cer /ocsp /ca.crl /root.crl", ""},
		{"an answer signed by nobody", answer(func(x *certtest.OCSPTemplate) { x.BadSignature = true }), "--online --require-revocation", 0, "good", "good online", "/ca.cer /ocsp /ca.crl /root.crl", ""},
		{"an answer signed by another CA", func(w *onlineWorld) { w.respond(func(*certtest.OCSPTemplate) {}, w.root) }, "--online --require-revocation", 0, "good", "good online", "/ca.cer /ocsp /ca.crl /root.crl", ""},
		{"a revocation signed by nobody", answer(func(x *certtest.OCSPTemplate) { x.BadSignature, x.Answers[0].Status = true, 1 }), "--online", 0, "good", "good online", "/ca.cer /ocsp /ca.crl /root.crl", ""},
		{"an answer with another nonce", func(w *onlineWorld) {
			w.respond(func(x *certtest.OCSPTemplate) { x.Extensions = []certtest.Extension{certtest.Nonce(make([]byte, 32))} }, w.ca)
			delete(w.pages, "/ca.crl")
		}, "--online --require-revocation", 1, "untrusted", "unknown ", "/ca.cer /ocsp /ca.crl /root.crl", "/ocsp: it answers to another question (nonce)\nthe revocation list at http://ca.example/ca.crl: the server said 404"},
		{"an answer that was stored", answer(func(x *certtest.OCSPTemplate) {
			x.Extensions, x.Answers[0].ThisUpdate = nil, certtest.Now().AddDate(0, 0, -3)
		}), "--online --require-revocation", 0, "good", "good online", "/ca.cer /ocsp /ca.crl /root.crl", ""},
		{"an answer about another certificate", func(w *onlineWorld) {
			w.respond(func(x *certtest.OCSPTemplate) { x.Answers[0].Serial = []byte{1} }, w.ca)
			delete(w.pages, "/ca.crl")
		}, "--online", 0, "good", "unknown ", "/ca.cer /ocsp /ca.crl /root.crl", "about another certificate"},
		{"nothing about revocation comes", gone("/ocsp", "/ca.crl", "/root.crl"), "--online", 0, "good", "unknown ", "/ca.cer /ocsp /ca.crl /root.crl", "the server said 404 Not Found"},
		{"nothing about revocation comes and it is required", gone("/ocsp", "/ca.crl", "/root.crl"), "--online --require-revocation", 1, "untrusted", "unknown ", "/ca.cer /ocsp /ca.crl /root.crl", "404"},
		{"a list of another CA", func(w *onlineWorld) { delete(w.pages, "/ocsp"); w.page("/ca.crl", w.list(w.root)) }, "--online --require-revocation", 1, "untrusted", "unknown ", "/ca.cer /ocsp /ca.crl /root.crl", "/ocsp"},
		{"a list out of date", func(w *onlineWorld) {
			delete(w.pages, "/ocsp")
			w.page("/ca.crl", certtest.List(certtest.ListTemplate{ThisUpdate: certtest.Now().AddDate(0, -3, 0)}, w.ca))
		}, "--online --require-revocation", 1, "untrusted", "unknown ", "/ca.cer /ocsp /ca.crl /root.crl", "/ocsp"},
		{"the issuer does not come", gone("/ca.cer"), "--online", 1, "untrusted", "not-checked ", "/ca.cer", "the issuer's certificate at http://ca.example/ca.cer: the server said 404"},
		{"the issuer is somebody else", func(w *onlineWorld) { w.page("/ca.cer", w.root.DER) }, "--online", 1, "untrusted", "not-checked ", "/ca.cer", ""},
		{"a root is fetched", nil, "--online --ca none", 1, "untrusted", "not-checked ", "/ca.cer", ""},
		{"evidence at hand", func(w *onlineWorld) {
			w.write("both.crl", listPEM(w.list(w.root)), listPEM(w.list(w.ca)))
		}, "--online --crl BOTH --require-revocation", 0, "good", "good file", "/ca.cer", ""},
		{"chain at hand", nil, "--online --chain CHAIN", 0, "good", "good ocsp: online", "/ocsp /root.crl", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newOnlineWorld(t)
			if c.prepare != nil {
				c.prepare(w)
			}
			args := []string{"verify", "--json"}
			if !strings.Contains(c.flags, "--ca") {
				args = append(args, "--ca", w.path("root.pem"))
			}
			flags := strings.NewReplacer("BOTH", w.path("both.crl"), "CHAIN", w.path("ca.pem")).Replace(c.flags)
			r := w.run(append(append(args, strings.Fields(flags)...), w.path("signed.eml"))...)
			v := w.report(r)
			rev := v.Layers[0].Signers[0].Revocation
			source := ""
			if rev.Source != nil {
				source = *rev.Source
			}
			if r.code != c.exit || v.Verdict != c.verdict || rev.Status+" "+source != c.status || w.requests() != c.asked {
				t.Errorf("exit %d, %s, %q, asked %q; want %d, %s, %q, %q", r.code, v.Verdict, rev.Status+" "+source, w.requests(), c.exit, c.verdict, c.status, c.asked)
			}
			if notes := v.notes(); !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
				t.Errorf("not fetched: %q, want %q", notes, c.note)
			}
			if strings.Contains(r.stderr, "panic") {
				t.Error(r.stderr)
			}
			if _, err := os.Stat(w.path("store")); err == nil {
				t.Error("something was kept in the store")
			}
		})
	}
}

func listPEM(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}) }

// TestOnlineText: what a person reads.
func TestOnlineText(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	if out := w.must("verify", "--online", "--ca", w.path("root.pem"), w.path("signed.eml")); !strings.Contains(out, "by the OCSP answer of 2026-06-01 (fetched)") {
		t.Error(out)
	}
	delete(w.pages, "/ocsp")
	delete(w.pages, "/ca.crl")
	if out := w.must("verify", "--online", "--ca", w.path("root.pem"), w.path("signed.eml")); !strings.Contains(out, "the revocation list at http://ca.example/ca.crl: the server said 404 Not Found") {
		t.Error(out)
	}
}

// TestOnlineIsAskedOnce: many mails of one signer are one question.
func TestOnlineIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	w.must("verify", "--online", "--ca", w.path("root.pem"), w.path("signed.eml"), w.path("signed.eml"), w.path("signed.eml"))
	if got := w.requests(); got != "/ca.cer /ocsp /root.crl" {
		t.Errorf("asked %q", got)
	}
}

// TestOnlineOtherVerbs: cert check, encrypt, sign and decrypt.
func TestOnlineOtherVerbs(t *testing.T) {
	t.Parallel()
	t.Run("cert check", func(t *testing.T) {
		t.Parallel()
		w := newOnlineWorld(t)
		r := w.run("cert", "check", "--json", "--online", "--ca", w.path("root.pem"), w.path("alice.pem"))
		if r.code != 0 || w.requests() != "/ca.cer /ocsp /root.crl" || !strings.Contains(r.stdout, `"source":"ocsp: online"`) {
			t.Errorf("exit %d, asked %q\n%s%s", r.code, w.requests(), r.stdout, r.stderr)
		}
		delete(w.pages, "/root.crl")
		r = w.run("cert", "check", "--json", "--online", "--ca", w.path("root.pem"), w.path("alice.pem"))
		if v := w.report(r); r.code != 0 || !strings.Contains(v.notes(), "/root.crl: the server said 404") {
			t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}
		r = w.run("cert", "check", "--ca", w.path("root.pem"), w.path("alice.pem"))
		if r.code != 1 || w.requests() != "" {
			t.Errorf("offline: exit %d, asked %q", r.code, w.requests())
		}
	})
	t.Run("encrypt", func(t *testing.T) {
		t.Parallel()
		w := newOnlineWorld(t)
		args := []string{"encrypt", "--only", "--to", w.path("bob.pem"), "--ca", w.path("root.pem"), "--chain", w.path("ca.pem"), "-o", w.path("out.eml"), w.path("draft.eml")}
		w.must(append(args, "--online")...)
		if got := w.requests(); got != "/ca.crl /root.crl" {
			t.Errorf("asked %q", got)
		}
		w.page("/ca.crl", w.list(w.ca, w.bob))
		os.Remove(w.path("out.eml"))
		r := w.run(append(args, "--online")...)
		if _, err := os.Stat(w.path("out.eml")); err == nil || r.code != exitKey || !strings.Contains(r.stderr, "was revoked on") {
			t.Errorf("exit %d, %v\n%s", r.code, err, r.stderr)
		}
		if w.must(args...); w.requests() != "" {
			t.Errorf("offline: asked %q", w.requests())
		}
		delete(w.pages, "/ca.crl")
		if r := w.run(append(args, "--online")...); r.code != 0 || !strings.Contains(r.stderr, "warning: the revocation list at http://ca.example/ca.crl: the server said 404") {
			t.Errorf("soft: exit %d\n%s", r.code, r.stderr)
		}
		if r := w.run(append(args, "--online", "--require-revocation")...); r.code != exitKey {
			t.Errorf("hard: exit %d\n%s", r.code, r.stderr)
		}
	})
	t.Run("sign", func(t *testing.T) {
		t.Parallel()
		w := newOnlineWorld(t)
		w.respond(func(x *certtest.OCSPTemplate) { x.Answers[0].Status = 1 }, w.ca)
		args := []string{"sign", "-i", w.path("alice.pem"), "--ca", w.path("root.pem"), w.path("draft.eml")}
		if r := w.run(append(args, "--online")...); r.code != exitKey || r.stdout != "" || !strings.Contains(r.stderr, "was revoked on") {
			t.Errorf("exit %d\n%s", r.code, r.stderr)
		}
		if w.must(args...); w.requests() != "" {
			t.Errorf("offline: asked %q", w.requests())
		}
	})
	// Who changes a ciphertext that does not show it must not find text of the mail
	// in the log of his server: issuers are fetched only under a tag.
	for cipher, asked := range map[string]string{"aes-256-gcm": "/ca.cer /ocsp /root.crl", "aes-256-cbc": ""} {
		t.Run("decrypt "+cipher, func(t *testing.T) {
			t.Parallel()
			w := newOnlineWorld(t)
			w.write("secret.eml", []byte(w.must("encrypt", "--sign", "-i", w.path("alice.pem"), "--only", "--to", w.path("bob.pem"), "--cipher", cipher, w.path("draft.eml"))))
			r := w.run("decrypt", "--report", w.path("report.json"), "-i", w.path("bob.pem"), "--online", "--ca", w.path("root.pem"), w.path("secret.eml"))
			if r.code != 0 || w.requests() != asked {
				t.Errorf("exit %d, asked %q, want %q\n%s", r.code, w.requests(), asked, r.stderr)
			}
			report, err := os.ReadFile(w.path("report.json"))
			if err != nil {
				t.Fatal(err)
			}
			if told := strings.Contains(string(report), "certificates of issuers are not fetched"); told != (asked == "") {
				t.Errorf("told %v: %s", told, report)
			}
			// With the chain at hand responders and lists are asked in any case.
			w.run("decrypt", "-i", w.path("bob.pem"), "--online", "--ca", w.path("root.pem"), "--chain", w.path("ca.pem"), w.path("secret.eml"))
			if got := w.requests(); got != "/ocsp /root.crl" {
				t.Errorf("with the chain: asked %q", got)
			}
		})
	}
}

// TestOnlineOnlyForWhatFits: a signature that does not fit is not worth a call.
func TestOnlineOnlyForWhatFits(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	mail, err := os.ReadFile(w.path("signed.eml"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("bad.eml", []byte(strings.Replace(string(mail), "100 EUR", "900 EUR", 1)))
	if r := w.run("verify", "--json", "--online", "--ca", w.path("root.pem"), w.path("bad.eml")); r.code != 1 || w.requests() != "" || w.report(r).Verdict != "bad" {
		t.Errorf("exit %d, asked %q", r.code, w.requests())
	}
}

// TestOnlineIsConfigured: revocation = "online" is --online for every call.
func TestOnlineIsConfigured(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	if err := os.Mkdir(w.path("store"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.write("store/config.toml", []byte("revocation = \"online\"\n"))
	w.must("verify", "--ca", w.path("root.pem"), w.path("signed.eml"))
	if got := w.requests(); got != "/ca.cer /ocsp /root.crl" {
		t.Errorf("asked %q", got)
	}
	if w.run("verify", "--ca", w.path("root.pem"), "--no-revocation", w.path("signed.eml")); w.requests() != "" {
		t.Errorf("--no-revocation: asked %q", w.requests())
	}
}

// TestMailWithAThousandAddresses: whatever a mail names, few machines are called
// and not for long.
func TestMailWithAThousandAddresses(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	var names [][]byte
	var issuers []string
	for i := range 1000 {
		names = append(names, certtest.URI(fmt.Sprintf("%s/list/%d", atCA, i)))
		issuers = append(issuers, fmt.Sprintf("%s/issuer/%d", atCA, i))
	}
	var points []certtest.Point
	for i := range 50 {
		points = append(points, certtest.Point{Full: names[20*i : 20*i+20]})
	}
	eve := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Extensions: []certtest.Extension{certtest.KeyUsage(0),
		certtest.SAN(certtest.RFC822("alice@example.org")), certtest.DistributionPoints(points...), certtest.InfoAccess(issuers[:30], issuers[30:60])}}, w.ca)
	w.write("eve.pem", certPEM(eve), certPEM(w.ca), keyPEM(t, eve))
	w.write("eve.eml", []byte(w.must("sign", "-i", w.path("eve.pem"), w.path("draft.eml"))))
	begin := time.Now()
	r := w.run("verify", "--json", "--online", "--ca", w.path("root.pem"), w.path("eve.eml"))
	v := w.report(r)
	w.mu.Lock()
	n := len(w.asked)
	w.mu.Unlock()
	if took := time.Since(begin); n == 0 || n > 16 || r.code != 0 || v.Layers[0].Signers[0].Revocation.Status != "unknown" || took > 20*time.Second {
		t.Errorf("%d requests, exit %d, in %s: %s", n, r.code, took, r.stdout)
	}
	if notes := strings.Count(v.notes(), "\n") + 1; notes > 9 {
		t.Errorf("%d notes", notes)
	}
}

// TestOnlineDeadNetwork: a network that does not answer is no reason to try again.
func TestOnlineDeadNetwork(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	w.write("mail.eml", []byte(w.must("sign", "-i", w.path("alice.pem"), w.path("draft.eml"))))
	w.server.Close()
	for flags, want := range map[string]int{"": 0, "--require-revocation": 1} {
		r := w.run(append([]string{"verify", "--json", "--online", "--chain", w.path("ca.pem"), "--ca", w.path("root.pem"), w.path("mail.eml")}, strings.Fields(flags)...)...)
		if v := w.report(r); r.code != want || !strings.Contains(v.notes(), "the connection was refused") {
			t.Errorf("%s: exit %d, %q", flags, r.code, v.notes())
		}
	}
}

// TestOnlineLDAP: an address that is not spoken is named.
func TestOnlineLDAP(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	for _, address := range []string{"ldap://ca.example/cn=CA?certificateRevocationList", "ldap:///cn=CA\x1b[31m"} {
		carol := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Alice")), Extensions: []certtest.Extension{certtest.KeyUsage(0),
			certtest.SAN(certtest.RFC822("alice@example.org")), certtest.DistributionPoints(certtest.Point{Full: [][]byte{certtest.URI(address)}})}}, w.ca)
		w.write("carol.pem", certPEM(carol), certPEM(w.ca), keyPEM(t, carol))
		w.write("carol.eml", []byte(w.must("sign", "-i", w.path("carol.pem"), w.path("draft.eml"))))
		r := w.run("verify", "--online", "--ca", w.path("root.pem"), w.path("carol.eml"))
		if r.code != 0 || !strings.Contains(r.stdout, "ldap://") || !strings.Contains(r.stdout, "not fetched") || strings.Contains(r.stdout, "\x1b") {
			t.Errorf("exit %d\n%s", r.code, r.stdout)
		}
	}
}
