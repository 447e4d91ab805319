package main

import (
	"bytes"
	"encoding/pem"
	"strings"
	"testing"

	"smimectl/internal/cert/certtest"
	"smimectl/internal/cms/ber"
	"smimectl/internal/cms/cmstest"
	"smimectl/internal/hostiletest"
)

// TestCertCheckUnusableKey: a certificate whose own key nobody can use is not good, whoever vouches for it.
func TestCertCheckUnusableKey(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	root := cmstest.Issue(t, nil, cmstest.Options{CommonName: "Key Root", CA: true})
	w.write("keyroot.pem", hostiletest.CertificatePEM(root))
	oid := func(octets ...byte) *cmstest.Node { return cmstest.Primitive(ber.ObjectIdentifier, octets) }
	ecKey := func(parameters *cmstest.Node, point ...byte) []byte {
		algorithm := cmstest.Constructed(ber.Sequence, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1), parameters)
		return cmstest.Constructed(ber.Sequence, algorithm, cmstest.Primitive(ber.BitString, append([]byte{0}, point...))).Encode()
	}
	p256 := oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7)
	brainpool := oid(0x2b, 0x24, 3, 3, 2, 8, 1, 1, 7)
	ones := bytes.Repeat([]byte{1}, 64)
	for name, c := range map[string]struct {
		key  []byte
		code string // "": it is good
	}{
		"its own":                       {nil, ""},
		"no point of P-256":             {ecKey(p256, append([]byte{4}, ones...)...), "certificate-unfit"},
		"the point at infinity":         {ecKey(p256, 0), "certificate-unfit"},
		"no point of a Brainpool curve": {ecKey(brainpool, append([]byte{4}, ones...)...), "certificate-unfit"},
		"explicit parameters":           {ecKey(cmstest.Constructed(ber.Sequence, cmstest.Primitive(ber.Integer, []byte{1})), append([]byte{4}, ones...)...), "unsupported-algorithm"},
		"P-224":                         {ecKey(oid(0x2b, 0x81, 4, 0, 0x21), append([]byte{4}, ones[:56]...)...), "unsupported-algorithm"},
		"of an algorithm nobody knows":  {cmstest.Constructed(ber.Sequence, cmstest.Constructed(ber.Sequence, oid(0x2a, 3)), cmstest.Primitive(ber.BitString, []byte{0, 1})).Encode(), "unsupported-algorithm"},
	} {
		id := cmstest.Issue(t, root, cmstest.Options{CommonName: "Alice", Emails: []string{"alice@example.test"}})
		changed := id.Certificate
		if c.key != nil {
			changed = cmstest.Reissue(t, id.Certificate, root, func(tbs *cmstest.Node) { *tbs.At(6) = *cmstest.Raw(c.key) })
		}
		w.write("odd.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: changed.Raw}))
		screen := w.run("cert", "check", "--ca", w.path("keyroot.pem"), w.path("odd.pem"))
		report := w.run("cert", "check", "--json", "--ca", w.path("keyroot.pem"), w.path("odd.pem"))
		if c.code == "" {
			if screen.code != 0 || !strings.HasPrefix(screen.stdout, "GOOD") {
				t.Errorf("%s: exit %d: %s", name, screen.code, screen.stdout)
			}
			continue
		}
		if screen.code != exitNo || !strings.HasPrefix(screen.stdout, "UNREADABLE") || !strings.Contains(screen.stdout, "its key cannot be used") {
			t.Errorf("%s: exit %d: %s%s", name, screen.code, screen.stdout, screen.stderr)
		}
		if report.code != exitNo || !strings.Contains(report.stdout, `"code":"`+c.code+`","level":"fail"`) || strings.Count(report.stdout, `"level":"fail"`) != 1 {
			t.Errorf("%s: exit %d: %s", name, report.code, report.stdout)
		}
	}
}

// TestCheckOfSeveral: of an address that has several certificates the one is checked that encrypt takes, or would take
// if it had not ended; and that there are others is said.
func TestCheckOfSeveral(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	short := func(e *certtest.Entity) string { return w.parse(e).Fingerprint()[:12] }
	add := func(from, to int, change func(*certtest.Template)) *certtest.Entity {
		template := w.person("bob")
		template.NotBefore, template.NotAfter = w.now.AddDate(0, 0, from), w.now.AddDate(0, 0, to)
		if change != nil {
			change(&template)
		}
		e := w.issue("bob", template)
		w.known(e)
		return e
	}
	check := func(what string, code int, says string) {
		t.Helper()
		r := w.manage(nil, "cert", "check", "bob@example.test")
		if r.code != code || says == "" && strings.Contains(r.stderr, "note:") || !strings.Contains(r.stderr, says) {
			t.Errorf("%s: exit %d, want %d and %q\n%s%s", what, r.code, code, says, r.stdout, r.stderr)
		}
	}
	expired := add(-20, -1, nil)
	check("one", 1, "")
	add(-2, 365, func(t *certtest.Template) { setExtension(t, certtest.KeyUsage(0)) })
	check("one for signing beside it", 1, "names 2 certificates; this is "+short(expired))
	revoked := add(-3, 365, func(t *certtest.Template) { t.Serial = []byte{0x55} })
	good := add(-10, 100, nil)
	check("the newest", 0, "names 4 certificates; this is "+short(revoked))
	w.lists("leaf")
	w.must("crl", "import", w.path("leaf.crl"))
	check("the newest that was not revoked", 0, "this is "+short(good))
	if r := w.run(w.mail("alice", "bob"), "encrypt", "--no-self", "-v"); r.code != 0 || !strings.Contains(r.stderr, "bob@example.test has certificate "+short(good)) {
		t.Errorf("encrypt: exit %d\n%s", r.code, r.stderr)
	}
	w.must("cert", "remove", w.parse(good).Fingerprint())
	check("revoked", 1, "this is "+short(revoked))
}
