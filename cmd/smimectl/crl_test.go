package main

import (
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/algorithm"
	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/cmstest"
)

// newCacheWorld is an onlineWorld with a store: Alice's certificate and the CA's,
// and the root as an anchor.
func newCacheWorld(t *testing.T) *onlineWorld {
	w := newOnlineWorld(t)
	w.must("ca", "add", w.path("root.pem"))
	w.must("cert", "import", w.path("ca.pem"), w.path("alice.pem"))
	return w
}

// update runs crl update and returns what became of each list: "/ca.crl new".
func (w *onlineWorld) update(args ...string) (int, string, []updateLine) {
	w.t.Helper()
	r := w.run(append([]string{"crl", "update", "--json"}, args...)...)
	var lines []updateLine
	if err := json.Unmarshal([]byte(r.stdout), &lines); err != nil {
		w.t.Fatalf("exit %d: %v: %s%s", r.code, err, r.stdout, r.stderr)
	}
	var out []string
	for _, l := range lines {
		out = append(out, strings.TrimPrefix(l.Address, atCA)+" "+l.State)
	}
	return r.code, strings.Join(out, ", "), lines
}

func (w *onlineWorld) listFiles() int {
	w.t.Helper()
	found, err := filepath.Glob(w.path("store/crls/*.crl"))
	if err != nil {
		w.t.Fatal(err)
	}
	return len(found)
}

// TestCRLUpdate: a job fetches, and verify needs no network.
func TestCRLUpdate(t *testing.T) {
	t.Parallel()
	w := newCacheWorld(t)
	verify := []string{"verify", "--require-revocation", w.path("signed.eml")}
	if r := w.run(verify...); r.code != 1 {
		t.Fatalf("before: exit %d", r.code)
	}
	if code, got, _ := w.update(); code != 0 || got != "/root.crl new, /ca.crl new" && got != "/ca.crl new, /root.crl new" {
		t.Errorf("exit %d, %s", code, got)
	}
	if r := w.run(verify...); r.code != 0 || w.requests() != "" || !strings.Contains(r.stdout, "in your store") {
		t.Errorf("after: exit %d, asked %q\n%s", r.code, w.requests(), r.stdout)
	}
	if code, got, _ := w.update(); code != 0 || strings.Count(got, " current") != 2 || w.requests() != "" {
		t.Errorf("again: exit %d, %s, asked %q", code, got, w.requests())
	}
	if code, got, _ := w.update("--all"); code != 0 || strings.Count(got, " unchanged") != 2 {
		t.Errorf("all: exit %d, %s", code, got)
	}
	w.page("/ca.crl", certtest.List(certtest.ListTemplate{ThisUpdate: certtest.Now().Add(-time.Hour), Extensions: []certtest.Extension{certtest.Number(8)},
		Entries: []certtest.ListEntry{{Serial: w.parse(w.alice).Serial}}}, w.ca))
	if code, got, _ := w.update("--all"); code != 0 || !strings.Contains(got, "/ca.crl updated") || w.listFiles() != 2 {
		t.Errorf("a newer one: exit %d, %s, %d files", code, got, w.listFiles())
	}
	if r := w.run(verify...); r.code != 1 || !strings.Contains(r.stdout, "was revoked") {
		t.Errorf("revoked: exit %d\n%s", r.code, r.stdout)
	}
	text := w.must("crl", "update")
	if !strings.Contains(text, "current") || !strings.Contains(text, "CN=CA") || !strings.Contains(text, atCA+"/ca.crl") || !strings.Contains(text, "until 2026-07-01") {
		t.Error(text)
	}
	name := strings.Fields(w.must("crl", "list"))[0]
	w.must("crl", "remove", name)
	if w.listFiles() != 1 {
		t.Errorf("%d files", w.listFiles())
	}
}

// TestCRLUpdateDue: a list that holds for less than a day is fetched anew.
func TestCRLUpdateDue(t *testing.T) {
	t.Parallel()
	w := newCacheWorld(t)
	w.page("/ca.crl", certtest.List(certtest.ListTemplate{NextUpdate: certtest.Now().Add(23 * time.Hour)}, w.ca))
	w.update()
	w.page("/ca.crl", w.list(w.ca))
	if code, got, _ := w.update(); code != 0 || w.requests() != "/ca.crl" {
		t.Errorf("exit %d, %s, asked %q", code, got, w.requests())
	}
}

// TestCRLUpdateRefuses: what is not taken, and what that is called.
func TestCRLUpdateRefuses(t *testing.T) {
	t.Parallel()
	older := func(w *onlineWorld, number int64, at time.Time) []byte {
		return certtest.List(certtest.ListTemplate{ThisUpdate: at, NextUpdate: certtest.Now().AddDate(0, 1, 0), Extensions: []certtest.Extension{certtest.Number(number)}}, w.ca)
	}
	for _, c := range []struct {
		name   string
		page   func(w *onlineWorld) []byte // nil: 404
		exit   int
		state  string
		reason string
	}{
		{"not there", nil, exitMachine, "failed", "404"},
		{"HTML", func(*onlineWorld) []byte { return []byte("<html>") }, exitMachine, "failed", "no revocation list"},
		{"of another CA", func(w *onlineWorld) []byte { return w.list(certtest.Issue(certtest.Template{Subject: w.ca.Name}, nil)) }, exitKey, "refused", "not signed by CN=CA"},
		{"damaged", func(w *onlineWorld) []byte { return certtest.List(certtest.ListTemplate{BadSignature: true}, w.ca) }, exitKey, "refused", "not signed by"},
		{"older by date", func(w *onlineWorld) []byte { return older(w, 9, certtest.Now().AddDate(0, 0, -3)) }, exitKey, "refused", "older than"},
		{"older by number", func(w *onlineWorld) []byte { return older(w, 6, certtest.Now()) }, exitKey, "refused", "older than"},
		{"from the future", func(w *onlineWorld) []byte { return older(w, 9, certtest.Now().AddDate(0, 0, 3)) }, exitKey, "refused", "a day to come"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newCacheWorld(t)
			w.update()
			before := w.crls()
			delete(w.pages, "/ca.crl")
			if c.page != nil {
				w.page("/ca.crl", c.page(w))
			}
			code, got, lines := w.update("--all")
			found := false
			for _, l := range lines {
				found = found || strings.HasSuffix(l.Address, "/ca.crl") && l.State == c.state && strings.Contains(l.Reason, c.reason)
			}
			if code != c.exit || !found || w.crls() != before {
				t.Errorf("exit %d, %s, %+v", code, got, lines)
			}
			if r := w.run("-q", "crl", "update", "--all"); r.code != c.exit || r.stdout != "" || !strings.Contains(r.stderr, c.reason) {
				t.Errorf("quiet: exit %d, %q, %q", r.code, r.stdout, r.stderr)
			}
		})
	}
}

// crls are the contents of the lists of the store.
func (w *onlineWorld) crls() string {
	w.t.Helper()
	found, _ := filepath.Glob(w.path("store/crls/*"))
	var out strings.Builder
	for _, name := range found {
		data, err := os.ReadFile(name)
		if err != nil {
			w.t.Fatal(err)
		}
		out.WriteString(name + "\n" + string(data))
	}
	return out.String()
}

// TestCRLUpdateTwoKeys: a CA that has changed its key has two lists, and neither
// takes the place of the other.
func TestCRLUpdateTwoKeys(t *testing.T) {
	t.Parallel()
	w := newCacheWorld(t)
	next := certtest.Issue(certtest.Template{Subject: w.ca.Name, Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}}, w.root)
	w.write("next.pem", certPEM(next))
	w.must("cert", "import", w.path("next.pem"))
	for i, by := range []*certtest.Entity{w.ca, next} {
		w.write("one.crl", listPEM(certtest.List(certtest.ListTemplate{Extensions: []certtest.Extension{certtest.Number(7), certtest.AKI([]byte{byte(i + 1)})}}, by)))
		w.must("crl", "import", w.path("one.crl"))
	}
	if w.listFiles() != 2 {
		t.Errorf("%d files", w.listFiles())
	}
	// A list takes the place of the one it follows under whatever name that has.
	names := strings.Fields(w.must("crl", "list"))
	if err := os.Rename(w.path("store/crls/"+names[0]+".crl"), w.path("store/crls/mine.crl")); err != nil {
		t.Fatal(err)
	}
	for i, by := range []*certtest.Entity{w.ca, next} {
		w.write("one.crl", listPEM(certtest.List(certtest.ListTemplate{ThisUpdate: certtest.Now(), Extensions: []certtest.Extension{certtest.Number(8), certtest.AKI([]byte{byte(i + 1)})}}, by)))
		w.must("crl", "import", w.path("one.crl"))
	}
	if out := w.must("crl", "list"); w.listFiles() != 2 || !strings.Contains(out, "mine ") || strings.Count(out, "of 2026-06-01") != 2 {
		t.Errorf("%d files\n%s", w.listFiles(), out)
	}
}

// TestCRLUpdateOfNobody: a certificate that leads to no anchor is not asked about.
func TestCRLUpdateOfNobody(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	w.must("cert", "import", w.path("ca.pem"), w.path("alice.pem"))
	if code, got, _ := w.update(); code != 0 || got != "" || w.requests() != "" {
		t.Errorf("exit %d, %s, asked %q", code, got, w.requests())
	}
}

// newStampCacheWorld is a world with a store that has an authority for time stamps and the CA above it, which nobody vouches
// for yet.
func newStampCacheWorld(t *testing.T) (w *onlineWorld, by *cmstest.Identity, revoke func()) {
	t.Helper()
	w = newOnlineWorld(t)
	at := func(path string) certtest.Extension {
		return certtest.DistributionPoints(certtest.Point{Full: [][]byte{certtest.URI(atCA + path)}})
	}
	authority := []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Stamp Root")), Extensions: authority}, nil)
	middle := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Stamp CA")), Extensions: append(authority[:2:2], at("/stamp-root.crl"))}, root)
	tsa := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("TSA")),
		Extensions: []certtest.Extension{certtest.KeyUsage(0), certtest.Critical(certtest.EKU("1.3.6.1.5.5.7.3.8")), at("/stamps.crl")}}, middle)
	w.write("stamp-root.pem", certPEM(root))
	w.write("stamp-ca.pem", certPEM(middle))
	w.write("tsa.pem", certPEM(tsa))
	w.page("/stamp-root.crl", w.list(root))
	w.page("/stamps.crl", w.list(middle))
	w.must("cert", "import", w.path("stamp-ca.pem"), w.path("tsa.pem"))
	der, err := x509.MarshalPKCS8PrivateKey(tsa.Key.Signer)
	if err != nil {
		t.Fatal(err)
	}
	key, err := algorithm.ParsePrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	by = &cmstest.Identity{Certificate: w.parse(tsa), Key: key}
	return w, by, func() { w.page("/stamps.crl", w.list(middle, tsa)) }
}

// TestCRLUpdateForTimeStamps: the lists about an authority are fetched where an anchor for time stamps vouches for it.
func TestCRLUpdateForTimeStamps(t *testing.T) {
	t.Parallel()
	const both, other = "/stamp-root.crl new, /stamps.crl new", "/stamps.crl new, /stamp-root.crl new"
	w, _, _ := newStampCacheWorld(t)
	if _, got, _ := w.update(); got != "" || w.requests() != "" {
		t.Errorf("nobody vouches for them: %s, asked %q", got, w.requests())
	}
	w.must("ca", "add", "--for", "timestamps", w.path("stamp-root.pem"))
	if code, got, _ := w.update(); code != 0 || got != both && got != other || w.listFiles() != 2 {
		t.Errorf("exit %d, %s, %d files", code, got, w.listFiles())
	}
	// What is an anchor is on no list of its own; the certificate below it is.
	w, _, _ = newStampCacheWorld(t)
	w.must("ca", "add", "--for", "timestamps", w.path("stamp-ca.pem"))
	if code, got, _ := w.update(); code != 0 || got != "/stamps.crl new" {
		t.Errorf("the CA as anchor: exit %d, %s", code, got)
	}
	// Its issuer among the anchors for mail: it is on that one's list.
	w, _, _ = newStampCacheWorld(t)
	w.must("ca", "add", w.path("stamp-root.pem"))
	w.must("ca", "add", "--for", "timestamps", w.path("stamp-ca.pem"))
	if code, got, _ := w.update(); code != 0 || got != both && got != other {
		t.Errorf("both kinds of anchors: exit %d, %s", code, got)
	}
}

// TestRevokedTimeStamper: verify looks at the lists about an authority that crl update fetched, without the network: the
// stamps of one that was revoked prove nothing.
func TestRevokedTimeStamper(t *testing.T) {
	t.Parallel()
	w, by, revoke := newStampCacheWorld(t)
	a := &authority{onlineWorld: w, by: by, kind: "application/timestamp-reply"}
	a.answerWith(nil, nil)
	w.must("sign", "--tsa", authorityURL, "-i", w.path("alice.pem"), "-o", w.path("stamped"), w.path("draft.eml"))
	w.must("ca", "add", "--for", "timestamps", w.path("stamp-root.pem"))
	w.must("ca", "add", w.path("root.pem"))
	verify := []string{"verify", "--json", "--chain", w.path("ca.pem"), w.path("stamped")}
	for _, step := range []struct {
		name, source string
		do           func()
	}{
		{"nothing known", "timestamp", func() {}},
		{"not revoked", "timestamp", func() { w.update() }},
		{"revoked", "signer", func() { revoke(); w.update("--all") }},
	} {
		step.do()
		r := w.run(verify...)
		var report struct {
			Layers []struct{ Signers []provenSigner }
		}
		if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
			t.Fatal(r.stdout, r.stderr)
		}
		if got := report.Layers[0].Signers[0].SignedAtSource; got != step.source || w.requests() != "" {
			t.Errorf("%s: time by the %s, asked %q: %s", step.name, got, w.requests(), r.stdout)
		}
	}
}

// TestDoctorLooksAtTimeStampAnchors: doctor counts the anchors for time stamps, and tells of those that have expired how they
// are renewed for that use.
func TestDoctorLooksAtTimeStampAnchors(t *testing.T) {
	t.Parallel()
	w, _, _ := newStampCacheWorld(t)
	expired := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Old Root")), Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)},
		NotBefore: certtest.Now().AddDate(-3, 0, 0), NotAfter: certtest.Now().AddDate(0, -1, 0)}, nil)
	w.write("old.pem", certPEM(expired))
	w.must("ca", "add", "--for", "timestamps", "--name", "good", w.path("stamp-root.pem"))
	w.must("ca", "add", "--name", "mail", w.path("root.pem"))
	for _, step := range []struct {
		add                []string
		store, says, hints string
		not                string
	}{
		{nil, "1 anchor of yours, 1 for time stamps", "", "", "expired on 2026-05-01"},
		{[]string{"ca", "add", "--for", "timestamps", "--name", "old", w.path("old.pem")}, "1 anchor of yours, 2 for time stamps",
			"old, for time stamps, expired on 2026-05-01", "smimectl ca add --for timestamps NEW.pem", "old expired"},
		{[]string{"ca", "add", "--name", "old-mail", w.path("old.pem")}, "2 anchors of yours, 2 for time stamps", "old-mail expired on 2026-05-01", "smimectl ca add NEW.pem", "good"},
	} {
		if step.add != nil {
			w.must(step.add...)
		}
		r := w.run("doctor")
		text := strings.Join(strings.Fields(r.stdout), " ")
		for _, want := range []string{step.store, step.says, step.hints} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: no %q in\n%s", step.add, want, r.stdout)
			}
		}
		if strings.Contains(text, step.not) {
			t.Errorf("%v: %q in\n%s", step.add, step.not, r.stdout)
		}
	}
}
