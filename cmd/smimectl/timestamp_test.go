package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/hostiletest"
)

// authority is a time-stamping authority behind http://ca.example/tsa. change has the last word about the answer.
type authority struct {
	*onlineWorld
	by   *cmstest.Identity
	kind string // media type of what it says
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{onlineWorld: newOnlineWorld(t), kind: "application/timestamp-reply"}
	root := cmstest.Issue(t, nil, cmstest.Options{CommonName: "Stamp Root", CA: true})
	a.by = cmstest.TimeStamper(t, root, "Stamp Authority", 90, cmstest.Options{})
	a.write("tsa.pem", hostiletest.CertificatePEM(root))
	a.answerWith(nil, nil)
	return a
}

// reply is the answer to a question; token and response change parts of it.
func (a *authority) reply(query []byte, token func(t *cmstest.Token), response func(r *cmstest.Node)) []byte {
	a.t.Helper()
	t := cmstest.Token{By: a.by, Time: certtest.Now()}
	return stampReply(a.t, query, t, func(t *cmstest.Token, r *cmstest.Node) {
		if t != nil && token != nil {
			token(t)
		}
		if r != nil && response != nil {
			response(r)
		}
	})
}

// stampReply answers a question. change sees the token before it is made, and then the answer.
func stampReply(tb testing.TB, query []byte, t cmstest.Token, change func(t *cmstest.Token, r *cmstest.Node)) []byte {
	tb.Helper()
	q := cmstest.MustParse(query)
	t.Info = func(info *cmstest.Node) {
		*info.At(2) = *q.At(1)
		if nonce := q.At(2); nonce.Tag == ber.Integer {
			info.Insert(5, nonce)
		}
	}
	if change != nil {
		change(&t, nil)
	}
	out := cmstest.Constructed(ber.Sequence, cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.Integer, []byte{0})), t.Make(tb).Node)
	if change != nil {
		change(nil, out)
	}
	return out.Encode()
}

func (a *authority) answerWith(token func(t *cmstest.Token), response func(r *cmstest.Node)) {
	a.pages["/tsa"] = func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
			http.Error(rw, "no question", http.StatusBadRequest)
			return
		}
		rw.Header().Set("Content-Type", a.kind)
		rw.Write(a.reply(body, token, response))
	}
}

// provenSigner is what the tests look at in a report.
type provenSigner struct {
	SignedAtSource string `json:"signed_at_source"`
	Timestamp      *struct {
		TSA, Integrity, Trust string
		Why                   *string
	}
	Countersignatures []struct{ Integrity string }
}

func (w *onlineWorld) provenSigners(args ...string) []provenSigner {
	w.t.Helper()
	r := w.run(append([]string{"verify", "--json", "--ca", w.path("root.pem"), "--chain", w.path("ca.pem")}, args...)...)
	var report struct {
		Layers []struct{ Signers []provenSigner }
	}
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil || r.code != 0 {
		w.t.Fatalf("exit %d: %s%s", r.code, r.stdout, r.stderr)
	}
	return report.Layers[0].Signers
}

const authorityURL = atCA + "/tsa"

// TestSignWithTimeStamp: in every form a stamp is fetched and put in, and proves the time for who trusts the authority.
func TestSignWithTimeStamp(t *testing.T) {
	t.Parallel()
	w := newAuthority(t)
	for _, form := range []string{"", "--opaque"} {
		r := w.run(append([]string{"sign", "--tsa", authorityURL, "-i", w.path("alice.pem"), "-o", w.path("stamped.eml"), w.path("draft.eml")}, strings.Fields(form)...)...)
		if r.code != 0 || w.requests() != "/tsa" || !strings.Contains(r.stderr, "stamped by Stamp Authority") {
			t.Fatalf("%s: exit %d, asked %q: %s", form, r.code, w.requests(), r.stderr)
		}
		s := w.provenSigners("--tsa-ca", w.path("tsa.pem"), w.path("stamped.eml"))[0]
		if s.SignedAtSource != "timestamp" || s.Timestamp.TSA != "Stamp Authority" || s.Timestamp.Integrity != "ok" || s.Timestamp.Trust != "ok" {
			t.Errorf("%s: %+v", form, s)
		}
		if s := w.provenSigners(w.path("stamped.eml"))[0]; s.SignedAtSource != "signer" || s.Timestamp.Trust != "untrusted" || s.Timestamp.Why == nil {
			t.Errorf("%s, nobody trusted: %+v", form, s)
		}
	}
	w.must("sign", "--raw", "--tsa", authorityURL, "-i", w.path("alice.pem"), "-o", w.path("a.p7s"), w.path("draft.eml"))
	if s := w.provenSigners("--tsa-ca", w.path("tsa.pem"), "--content", w.path("draft.eml"), w.path("a.p7s"))[0]; s.SignedAtSource != "timestamp" {
		t.Errorf("a file: %+v", s)
	}
}

// TestEncryptWithTimeStamp: a signature inside an encrypted mail gets its stamp too, and proves the time for who can read it.
func TestEncryptWithTimeStamp(t *testing.T) {
	t.Parallel()
	w := newAuthority(t)
	encrypt := []string{"encrypt", "--sign", "--only", "--to", w.path("bob.pem"), "-i", w.path("alice.pem"), "--tsa", authorityURL}
	inside := func(name string) provenSigner {
		t.Helper()
		r := w.run("decrypt", "--json", "-i", w.path("bob.pem"), "--ca", w.path("root.pem"), "--chain", w.path("ca.pem"), "--tsa-ca", w.path("tsa.pem"), "-o", w.path("clear.eml"), name)
		var report struct {
			Layers []struct{ Signers []provenSigner }
		}
		if err := json.Unmarshal([]byte(r.stdout), &report); err != nil || r.code != 0 || len(report.Layers) < 2 || len(report.Layers[1].Signers) != 1 {
			t.Fatalf("exit %d: %s%s", r.code, r.stdout, r.stderr)
		}
		return report.Layers[1].Signers[0]
	}
	for _, form := range []string{"", "--opaque", "--compress --opaque"} {
		r := w.run(append(append(encrypt[:len(encrypt):len(encrypt)], "-o", w.path("secret.eml"), w.path("draft.eml")), strings.Fields(form)...)...)
		if r.code != 0 || w.requests() != "/tsa" || !strings.Contains(r.stderr, "stamped by Stamp Authority") {
			t.Fatalf("%s: exit %d, asked %q: %s", form, r.code, w.requests(), r.stderr)
		}
		if s := inside(w.path("secret.eml")); s.SignedAtSource != "timestamp" || s.Timestamp == nil || s.Timestamp.TSA != "Stamp Authority" || s.Timestamp.Integrity != "ok" || s.Timestamp.Trust != "ok" {
			t.Errorf("%s: %+v", form, s)
		}
	}
	// Several: each its own.
	w.write("another.eml", []byte(w.read("draft.eml")+"and 100 more\n"))
	w.must(append(encrypt[:len(encrypt):len(encrypt)], "--out-dir", w.path("many"), w.path("draft.eml"), w.path("another.eml"))...)
	if w.requests() != "/tsa /tsa" {
		t.Errorf("several: asked %q", w.requests())
	}
	var written []string
	err := filepath.WalkDir(w.path("many"), func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			written = append(written, name)
		}
		return err
	})
	if err != nil || len(written) != 2 {
		t.Errorf("written: %q, %v", written, err)
	}
	for _, name := range written {
		if s := inside(name); s.SignedAtSource != "timestamp" {
			t.Errorf("%s: %+v", name, s)
		}
	}
	// Without a signature there is nothing to stamp, and nobody is asked.
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"nothing signed":      {[]string{"encrypt", "--only", "--to", w.path("bob.pem"), "--tsa", authorityURL, w.path("draft.eml")}, exitUsage, "did you mean --sign?"},
		"bytes":               {[]string{"encrypt", "--raw", "--to", w.path("bob.pem"), "--tsa", authorityURL, w.path("draft.eml")}, exitUsage, "nothing is signed"},
		"several, not signed": {[]string{"encrypt", "--only", "--to", w.path("bob.pem"), "--tsa", authorityURL, "--out-dir", w.path("none"), w.path("draft.eml"), w.path("another.eml")}, exitUsage, "nothing is signed"},
	} {
		if r := w.run(c.args...); r.code != c.code || w.requests() != "" || r.stdout != "" || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%s: exit %d, asked %q: %s%s", name, r.code, w.requests(), r.stdout, r.stderr)
		}
	}
	// sign-encrypted of the configuration signs as --sign does.
	if err := os.MkdirAll(w.path("store"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.write("store/config.toml", []byte("sign-encrypted = true\n"))
	w.must("encrypt", "--only", "--to", w.path("bob.pem"), "-i", w.path("alice.pem"), "--tsa", authorityURL, "-o", w.path("secret.eml"), w.path("draft.eml"))
	if s := inside(w.path("secret.eml")); s.SignedAtSource != "timestamp" {
		t.Errorf("by the configuration: %+v", s)
	}
}

// TestNoTimeStamp: what an authority must not say. Nothing is written, and it may be tried again.
func TestNoTimeStamp(t *testing.T) {
	t.Parallel()
	web := func(w *authority, critical bool, purposes ...certtest.Extension) *cmstest.Identity {
		return cmstest.Issue(w.t, w.by.Issuer, cmstest.Options{CommonName: "Web", Key: cmstest.Key(w.t, "p-256", 91)})
	}
	info := func(change func(n *cmstest.Node)) func(w *authority) {
		return func(w *authority) {
			w.answerWith(func(t *cmstest.Token) {
				right := t.Info
				t.Info = func(n *cmstest.Node) { right(n); change(n) }
			}, nil)
		}
	}
	answer := func(change func(r *cmstest.Node)) func(w *authority) {
		return func(w *authority) { w.answerWith(nil, change) }
	}
	for name, c := range map[string]struct {
		set  func(w *authority)
		want string
	}{
		"another nonce":     {info(func(n *cmstest.Node) { n.At(5).Value = append([]byte{}, n.At(5).Value...); n.At(5).Value[3] ^= 1 }), "another question (nonce)"},
		"no nonce":          {info(func(n *cmstest.Node) { n.Remove(5) }), "another question (nonce)"},
		"another imprint":   {info(func(n *cmstest.Node) { *n.At(2, 1) = *cmstest.Primitive(ber.OctetString, make([]byte, 32)) }), "something else than this signature"},
		"another version":   {info(func(n *cmstest.Node) { n.At(0).Value = []byte{2} }), "version 1"},
		"rejected":          {answer(func(r *cmstest.Node) { r.Remove(1); r.At(0, 0).Value = []byte{2} }), "it refuses: rejected"},
		"no answer":         {answer(func(r *cmstest.Node) { *r = *cmstest.Primitive(ber.Null, nil) }), "cannot be read"},
		"no certificate":    {func(w *authority) { w.answerWith(func(t *cmstest.Token) { t.Bare = true }, nil) }, "the certificate of its maker is not in it"},
		"wrong certificate": {func(w *authority) { w.by = web(w, true) }, "not made for time stamps"},
		"certificate not named": {func(w *authority) {
			w.answerWith(func(t *cmstest.Token) { t.Attrs = func(a *[]*cmstest.Node) { *a = nil } }, nil)
		}, "do not name the certificate"},
		"another media type": {func(w *authority) { w.kind = "text/html" }, "the answer is not application/timestamp-reply"},
		"an error": {func(w *authority) {
			w.pages["/tsa"] = func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "no", http.StatusServiceUnavailable) }
		}, "503"},
		"a redirect": {func(w *authority) {
			w.pages["/tsa"] = func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, atCA+"/elsewhere", http.StatusTemporaryRedirect)
			}
		}, "it leads elsewhere"},
		"too much": {func(w *authority) {
			w.pages["/tsa"] = func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "application/timestamp-reply")
				rw.Write(make([]byte, 1<<20))
			}
		}, "more than 256 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newAuthority(t)
			c.set(w)
			later := "hint: try again, or sign without a time stamp and add one later:"
			for form, hint := range map[string]string{"sign --any-from": later, "sign --opaque": later, "sign --raw": later,
				"encrypt --sign --only --to " + w.path("bob.pem"): "hint: try again, or sign first, add the time stamp later, and encrypt"} {
				args := append(strings.Fields(form), "--tsa", authorityURL, "-i", w.path("alice.pem"), w.path("draft.eml"))
				r := w.run(append(args, "-o", w.path("out"))...)
				if r.code != exitMachine || !strings.Contains(r.stderr, c.want) || !strings.Contains(r.stderr, hint) {
					t.Errorf("%s: exit %d: %s, want %q", form, r.code, r.stderr, c.want)
				}
				if _, err := os.Stat(w.path("out")); err == nil {
					t.Errorf("%s: something was written", form)
				}
				if r := w.run(args...); r.stdout != "" {
					t.Errorf("%s: %q was written", form, r.stdout)
				}
			}
		})
	}
	w := newAuthority(t)
	for _, url := range []string{"http://169.254.169.254/tsa"} {
		if r := w.run("sign", "--tsa", url, "-i", w.path("alice.pem"), w.path("draft.eml")); r.code != exitMachine || r.stdout != "" || w.requests() != "" {
			t.Errorf("%s: exit %d, asked %q: %s", url, r.code, w.requests(), r.stderr)
		}
	}
}

// TestNoAuthority: an address that cannot be asked is a mistake of the command line, found before anything is read. A
// password in it is shown nowhere.
func TestNoAuthority(t *testing.T) {
	t.Parallel()
	w := newAuthority(t)
	for url, want := range map[string]string{
		"ftp://ca.example/tsa": "http://", "tsa": "http://", "ca.example/tsa": "http://", "//ca.example/tsa": "http://", "mailto:a@ca.example": "http://",
		"http://user:s3cret@ca.example/tsa": "a password", "ftp://user:s3cret@ca.example/tsa": "a password", "https://s3cret@ca.example/tsa": "a password",
		"http://user:s3cret@ca example/tsa": "cannot be read", "http://user:s3cret@ca.example:port/tsa": "cannot be read",
		"http:///tsa": "names no host", "http:ca.example/tsa": "names no host", "http://:80/tsa": "names no host",
	} {
		for _, verb := range [][]string{{"sign"}, {"encrypt", "--sign"}} {
			for _, more := range [][]string{nil, {"--json"}, {w.path("draft.eml"), "--out-dir", w.path("signed")}} {
				r := w.run(append(append(verb[:len(verb):len(verb)], "--tsa", url, "-i", w.path("alice.pem"), w.path("draft.eml")), more...)...)
				if r.code != exitUsage || w.requests() != "" || !strings.Contains(r.stderr, want) || more == nil && !strings.Contains(r.stderr, "hint: --tsa http") {
					t.Errorf("%s %s %v: exit %d, asked %q: %s", verb, url, more, r.code, w.requests(), r.stderr)
				}
				if strings.Contains(r.stderr+r.stdout, "s3cret") {
					t.Errorf("%s: a password is shown: %s%s", url, r.stderr, r.stdout)
				}
			}
		}
	}
}

// TestTimeStampOfAnotherTime: who stamps by another clock than ours is heard, and the stamp is put in.
func TestTimeStampOfAnotherTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		off      time.Duration
		accuracy byte // seconds
		want     string
	}{
		"the same":            {0, 0, ""},
		"5 minutes ahead":     {5 * time.Minute, 0, ""},
		"6 minutes ahead":     {6 * time.Minute, 0, "ahead of the clock here"},
		"6 minutes, it knows": {6 * time.Minute, 100, ""},
		"7 minutes, it knows": {7 * time.Minute, 100, "ahead of the clock here"},
		"6 minutes behind":    {-6 * time.Minute, 0, "behind the clock here"},
		"a year behind":       {-365 * 24 * time.Hour, 0, "behind the clock here"},
	} {
		w := newAuthority(t)
		w.answerWith(func(s *cmstest.Token) {
			s.Time = certtest.Now().Add(c.off)
			right := s.Info
			s.Info = func(n *cmstest.Node) {
				right(n)
				if c.accuracy > 0 {
					n.Insert(5, cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.Integer, []byte{c.accuracy})))
				}
			}
		}, nil)
		r := w.run("sign", "--tsa", authorityURL, "-i", w.path("alice.pem"), "-o", w.path("stamped.eml"), w.path("draft.eml"))
		if r.code != 0 || strings.Contains(r.stderr, "warning: the time stamp") != (c.want != "") || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%s: exit %d: %s", name, r.code, r.stderr)
		}
	}
}

// TestStampLater: the question for a signed mail in a file, and the answer put into it; nothing else of it changes.
func TestStampLater(t *testing.T) {
	t.Parallel()
	w := newAuthority(t)
	w.write("opaque.eml", []byte(w.must("sign", "--opaque", "-i", w.path("alice.pem"), w.path("draft.eml"))))
	w.must("sign", "--raw", "-i", w.path("alice.pem"), "-o", w.path("file.p7s"), w.path("draft.eml"))
	for _, name := range []string{"signed.eml", "opaque.eml", "file.p7s"} {
		w.must("sign", "--timestamp-query", w.path("q.tsq"), w.path(name))
		query, err := os.ReadFile(w.path("q.tsq"))
		if err != nil {
			t.Fatal(err)
		}
		reply := w.reply(query, nil, nil)
		w.write("reply.tsr", reply)
		w.write("token.der", cmstest.MustParse(reply).At(1).Encode())
		for _, answer := range []string{"reply.tsr", "token.der"} {
			w.must("sign", "--timestamp-file", w.path(answer), "-o", w.path("stamped"), w.path(name))
			args := []string{"--tsa-ca", w.path("tsa.pem"), w.path("stamped")}
			if name == "file.p7s" {
				args = append([]string{"--content", w.path("draft.eml")}, args...)
			}
			if s := w.provenSigners(args...)[0]; s.SignedAtSource != "timestamp" {
				t.Errorf("%s: %+v", name, s)
			}
			before, after := strings.SplitAfter(w.read(name), "\n"), strings.SplitAfter(w.read("stamped"), "\n")
			if name != "file.p7s" && (strings.Join(before[:8], "") != strings.Join(after[:8], "") || before[len(before)-1] != after[len(after)-1]) {
				t.Errorf("%s: the mail changed around the signature", name)
			}
		}
		// The answer for another mail.
		w.write("other.eml", []byte(strings.Replace(w.read("draft.eml"), "100", "200", 1)))
		w.write("other.eml", []byte(w.must("sign", "-i", w.path("alice.pem"), w.path("other.eml"))))
		if r := w.run("sign", "--timestamp-file", w.path("reply.tsr"), "-o", w.path("out"), w.path("other.eml")); r.code != exitNo || !strings.Contains(r.stderr, "something else than this signature") {
			t.Errorf("exit %d: %s", r.code, r.stderr)
		}
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--timestamp-file", w.path("root.pem"), w.path("signed.eml")}, exitNo, "is no time stamp for this signature"},
		{[]string{"--timestamp-file", w.path("reply.tsr"), w.path("draft.eml")}, exitNothing, "is not signed"},
		{[]string{"--timestamp-query", w.path("q2"), w.path("draft.eml")}, exitNothing, "is not signed"},
		{[]string{"--timestamp-query", w.path("q2"), "--timestamp-file", w.path("reply.tsr"), w.path("signed.eml")}, exitUsage, "exclude each other"},
		{[]string{"--timestamp-query", w.path("q2"), "-o", w.path("out"), w.path("signed.eml")}, exitUsage, "no mail to -o"},
		{[]string{"--timestamp-query", w.path("q2"), "--tsa", authorityURL, w.path("signed.eml")}, exitUsage, "signed already"},
		{[]string{"--timestamp-query", w.path("q2"), "--opaque", w.path("signed.eml")}, exitUsage, "signed already"},
		{[]string{"--timestamp-query", w.path("q2"), "--out-dir", w.path("d"), w.path("signed.eml"), w.path("draft.eml")}, exitUsage, "one FILE"},
		{[]string{"--timestamp-query", w.path("q2"), "-i", "bob@example.org", w.path("signed.eml")}, exitUsage, "names 0 of its 1 signers"},
	} {
		r := w.run(append([]string{"sign"}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.stderr, c.want) || r.stdout != "" {
			t.Errorf("%v: exit %d: %s", c.args, r.code, r.stderr)
		}
	}
	for _, name := range []string{"q2", "out"} {
		if _, err := os.Stat(w.path(name)); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}

func (w *onlineWorld) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

// TestStampOneOfSeveral: of several signers -i names the one.
func TestStampOneOfSeveral(t *testing.T) {
	t.Parallel()
	w := newAuthority(t)
	carol := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("Carol")), Extensions: []certtest.Extension{certtest.KeyUsage(0), certtest.SAN(certtest.RFC822("carol@example.org"))}}, w.ca)
	w.write("carol.pem", certPEM(carol), keyPEM(t, carol))
	w.write("both.eml", []byte(w.must("sign", "--add", "--any-from", "-i", w.path("carol.pem"), w.path("signed.eml"))))
	if r := w.run("sign", "--timestamp-query", w.path("q"), w.path("both.eml")); r.code != exitUsage || !strings.Contains(r.stderr, "-i alice@example.org") || !strings.Contains(r.stderr, "-i carol@example.org") {
		t.Fatalf("exit %d: %s", r.code, r.stderr)
	}
	for _, who := range []string{"carol@example.org", w.path("carol.pem"), w.parse(carol).Fingerprint()[:16]} {
		w.must("sign", "--timestamp-query", w.path("q"), "-i", who, w.path("both.eml"))
		w.write("r", w.reply([]byte(w.read("q")), nil, nil))
		if r := w.run("sign", "--timestamp-file", w.path("r"), "-i", "alice@example.org", "-o", w.path("wrong"), w.path("both.eml")); r.code != exitNo {
			t.Errorf("alice: exit %d", r.code)
		}
		w.must("sign", "--timestamp-file", w.path("r"), "-i", who, "-o", w.path("stamped"), w.path("both.eml"))
		proven := 0
		for _, s := range w.provenSigners("--any-from", "--tsa-ca", w.path("tsa.pem"), w.path("stamped")) {
			if s.SignedAtSource == "timestamp" {
				proven++
			}
		}
		if proven != 1 {
			t.Errorf("%s: %d are proven", who, proven)
		}
	}
}

// TestTimeStampAnchors: those of the store are for time stamps alone, as those for mail are for mail.
func TestTimeStampAnchors(t *testing.T) {
	t.Parallel()
	w := newAuthority(t)
	w.must("sign", "--tsa", authorityURL, "-i", w.path("alice.pem"), "-o", w.path("stamped"), w.path("draft.eml"))
	source := func(args ...string) string {
		r := w.run(append([]string{"verify", "--json", "--chain", w.path("ca.pem")}, append(args, w.path("stamped"))...)...)
		var report struct {
			Layers []struct{ Signers []provenSigner }
		}
		if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
			t.Fatal(r.stdout, r.stderr)
		}
		return fmt.Sprint(r.code, " ", report.Layers[0].Signers[0].SignedAtSource)
	}
	for _, step := range []struct {
		do   []string
		want string
	}{
		{nil, "1 signer"},
		{[]string{"ca", "add", "--name", "a", w.path("tsa.pem")}, "1 signer"},
		{[]string{"ca", "add", "--name", "b", w.path("root.pem")}, "0 signer"},
		{[]string{"ca", "add", "--for", "timestamps", "--name", "a", w.path("tsa.pem")}, "0 timestamp"},
		{[]string{"ca", "remove", "a"}, "0 timestamp"},
		{[]string{"ca", "remove", "b"}, "1 timestamp"},
		{[]string{"ca", "remove", "--for", "timestamps", "a"}, "1 signer"},
	} {
		if step.do != nil {
			w.must(step.do...)
		}
		if got := source(); got != step.want {
			t.Errorf("%v: %s, want %s", step.do, got, step.want)
		}
	}
	w.must("ca", "add", "--for", "timestamps", "--name", "a", w.path("tsa.pem"))
	if list := w.must("ca", "list"); !strings.Contains(list, "for time stamps") {
		t.Errorf("ca list: %s", list)
	}
	if list := w.must("ca", "list", "--json"); !strings.Contains(list, `"for": "timestamps"`) {
		t.Errorf("ca list --json: %s", list)
	}
	// Who names whom he trusts means nobody else.
	if got := source("--ca", w.path("root.pem")); got != "0 signer" {
		t.Errorf("with --ca: %s", got)
	}
	if got := source("--ca", w.path("root.pem"), "--tsa-ca", w.path("tsa.pem")); got != "0 timestamp" {
		t.Errorf("with --ca and --tsa-ca: %s", got)
	}
	if r := w.run("verify", "--tsa-ca", "none", "--tsa-ca", w.path("tsa.pem"), w.path("stamped")); r.code != exitUsage {
		t.Errorf("none and a file: exit %d", r.code)
	}
}

// stampConfig makes openssl an authority, RFC 3161 and RFC 5816.
const stampConfig = `[req]
distinguished_name = dn
prompt = no
[dn]
CN = Other Authority
[tsa]
default_tsa = other
[other]
serial = serial
signer_cert = other.pem
signer_key = other.key
signer_digest = %s
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_alg = %s
[ext]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
`

// TestOpenSSLTimeStamps: openssl reads the questions, its answers are good here, and what was stamped is good there.
func TestOpenSSLTimeStamps(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("skipped: openssl is not here")
	}
	for _, esscert := range []string{"sha1", "sha256", "sha512"} {
		w := newOnlineWorld(t)
		openssl := func(args ...string) string {
			t.Helper()
			cmd := exec.Command(program, args...)
			cmd.Dir = w.dir
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Run(); err != nil {
				t.Fatalf("openssl %s: %v: %s", args[0], err, out.String())
			}
			return out.String()
		}
		w.write("other.cnf", fmt.Appendf(nil, stampConfig, "sha256", esscert))
		w.write("serial", []byte("01\n"))
		w.write("issuers.pem", certPEM(w.root), certPEM(w.ca))
		openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", "other.cnf", "-extensions", "ext", "-days", "3650", "-keyout", "other.key", "-out", "other.pem")
		w.write("opaque.eml", []byte(w.must("sign", "--opaque", "-i", w.path("alice.pem"), w.path("draft.eml"))))
		for _, name := range []string{"signed.eml", "opaque.eml"} {
			w.must("sign", "--timestamp-query", w.path("q.tsq"), w.path(name))
			if text := openssl("ts", "-query", "-in", "q.tsq", "-text"); !strings.Contains(text, "Hash Algorithm: sha256") || !strings.Contains(text, "Certificate required: yes") {
				t.Errorf("the question is read as %s", text)
			}
			openssl("ts", "-reply", "-config", "other.cnf", "-queryfile", "q.tsq", "-out", "r.tsr")
			if text := openssl("ts", "-verify", "-queryfile", "q.tsq", "-in", "r.tsr", "-CAfile", "other.pem", "-partial_chain"); !strings.Contains(text, "OK") {
				t.Error(text)
			}
			w.must("sign", "--timestamp-file", w.path("r.tsr"), "-o", w.path("stamped.eml"), w.path(name))
			// The clock of openssl is that of the machine, not of the tests.
			at := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
			r := w.run("verify", "--json", "--purpose", "any", "--at", at, "--ca", w.path("root.pem"), "--chain", w.path("ca.pem"), "--tsa-ca", w.path("other.pem"), w.path("stamped.eml"))
			var report struct {
				Layers []struct{ Signers []provenSigner }
			}
			if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
				t.Fatal(r.stdout, r.stderr)
			}
			s := report.Layers[0].Signers[0]
			if s.Timestamp == nil || s.Timestamp.Integrity != "ok" || s.Timestamp.Trust != "ok" || s.SignedAtSource != "timestamp" {
				t.Errorf("%s, %s: exit %d: %s", name, esscert, r.code, r.stdout)
			}
			if text := openssl("cms", "-verify", "-in", "stamped.eml", "-CAfile", "issuers.pem", "-no_check_time", "-out", "content"); !strings.Contains(text, "successful") {
				t.Error(text)
			}
		}
	}
}
