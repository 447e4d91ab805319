package mailroots

import (
	"testing"
	"time"

	"smimectl/internal/cert"
	"smimectl/internal/cert/certtest"
)

var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func parse(t testing.TB, e *certtest.Entity) *cert.Certificate {
	t.Helper()
	c, err := cert.Parse(e.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ca makes a root of a name.
func ca(t testing.TB, name string) *cert.Certificate {
	t.Helper()
	return parse(t, certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.O("Test"), certtest.CN(name)), Extensions: []certtest.Extension{certtest.CA(-1), certtest.KeyUsage(5, 6)}}, nil))
}

// misfits are certificates that can be no roots.
func misfits(t testing.TB) map[string]*cert.Certificate {
	t.Helper()
	name := certtest.Name(certtest.CN("misfit"))
	root := certtest.Issue(certtest.Template{Subject: certtest.Name(certtest.CN("root")), Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)
	self := func(version int, list ...certtest.Extension) *cert.Certificate {
		return parse(t, certtest.Issue(certtest.Template{Version: version, Subject: name, Extensions: list}, nil))
	}
	return map[string]*cert.Certificate{
		"no CA":                  self(3, certtest.NotCA()),
		"no basic constraints":   self(3),
		"key may not sign certs": self(3, certtest.CA(-1), certtest.KeyUsage(0)),
		"issued by another":      parse(t, certtest.Issue(certtest.Template{Subject: name, Extensions: []certtest.Extension{certtest.CA(-1)}}, root)),
		"version 1 and issued":   parse(t, certtest.Issue(certtest.Template{Version: 1, Subject: name}, root)),
		"no subject":             parse(t, certtest.Issue(certtest.Template{Extensions: []certtest.Extension{certtest.CA(-1)}}, nil)),
	}
}
