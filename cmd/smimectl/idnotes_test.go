package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/outfile"
)

// TestImportedSigner: what id import says about who signs now is what sign then does,
// for each address of the certificate.
func TestImportedSigner(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	short := map[string]string{}
	make := func(name string, change func(*certtest.Template)) {
		template := w.person("alice")
		change(&template)
		short[name] = w.parse(w.issue(name, template)).Fingerprint()[:12]
	}
	make("team", func(t *certtest.Template) {
		setExtension(t, certtest.SAN(certtest.RFC822("team@example.test"), certtest.RFC822("ops@example.test"), certtest.RFC822("alice@example.test")))
	})
	make("older", func(t *certtest.Template) { t.NotBefore = w.now.AddDate(-2, 0, 0) })
	make("unfit", func(t *certtest.Template) {
		t.NotBefore = w.now.AddDate(0, 0, -1)
		setExtension(t, certtest.EKU("1.3.6.1.5.5.7.3.1"))
	})
	make("newer", func(t *certtest.Template) { t.NotBefore = w.now.AddDate(0, 0, -2) })
	for _, step := range []struct{ name, says string }{
		{"team", "mails from team@example.test, ops@example.test, alice@example.test are now signed with it"},
		{"older", "mails from alice@example.test are signed with {team} as before, not with this one: it was issued earlier, on 2024-06-01"},
		{"unfit", ""},
		{"newer", "mails from alice@example.test are now signed with it"},
	} {
		var stdout, stderr bytes.Buffer
		env := &environment{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: func() time.Time { return w.now }, temporary: &outfile.Temporary{},
			getenv: func(name string) string { return map[string]string{"SMIMECTL_HOME": w.path("store")}[name] }}
		if code := run(env, []string{"id", "import", "--no-passphrase", w.path(step.name + ".pem")}); code != 0 {
			t.Fatalf("%s: exit %d\n%s", step.name, code, stderr.String())
		}
		var says string
		for _, line := range strings.Split(stderr.String(), "\n") {
			if text, ok := strings.CutPrefix(line, "smimectl: "); ok && strings.HasPrefix(text, "mails from") {
				says += text
			}
		}
		if want := strings.ReplaceAll(step.says, "{team}", short["team"]); says != want {
			t.Errorf("%s: said %q, want %q", step.name, says, want)
		}
	}
	for address, name := range map[string]string{"alice": "newer", "ops": "team"} {
		r := w.run(w.mail(address, "bob"), "sign", "-v")
		for _, want := range []string{address + "@example.test (Test CA, until ", "has certificate " + short[name]} {
			if r.code != 0 || !strings.Contains(r.stderr, want) {
				t.Errorf("%s: exit %d, no %q\n%s", address, r.code, want, r.stderr)
			}
		}
	}
}

// TestSignAsOneYouHave: who has no identity for From is offered one that can sign.
func TestSignAsOneYouHave(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	reading, expired := w.person("alice"), w.person("alice")
	setExtension(&reading, certtest.KeyUsage(4))
	expired.NotAfter = w.now.AddDate(0, 0, -1)
	w.own(certtest.Issue(reading, w.ca))
	w.own(certtest.Issue(expired, w.ca))
	if r := w.run(w.mail("bob", "alice"), "sign"); r.code != exitKey || strings.Contains(r.stderr, "sign as one you have") {
		t.Errorf("exit %d, and an identity is offered that does not sign\n%s", r.code, r.stderr)
	}
	w.own(certtest.Issue(w.person("zoe"), w.ca))
	r := w.run(w.mail("bob", "alice"), "sign")
	if r.code != exitKey || !strings.Contains(r.stderr, "hint: or sign as one you have:  -i zoe@example.test --any-from ") {
		t.Errorf("exit %d\n%s", r.code, r.stderr)
	}
	if r := w.run(w.mail("bob", "alice"), "sign", "-i", "zoe@example.test", "--any-from"); r.code != 0 {
		t.Errorf("what was offered: exit %d\n%s", r.code, r.stderr)
	}
}
